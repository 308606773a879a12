"""The kinds of grade that are kept, and the states of an assessment point."""

from django.db import models


class GradeKind(models.TextChoices):
    """What a grade says about a student in a subject (facts 7.5)."""

    MINIMUM_TARGET = "minimum_target", "Minimum target"
    ASPIRATIONAL = "aspirational", "Aspirational target"
    CURRENT = "current", "Current"
    PREDICTED = "predicted", "Predicted"
    MOCK = "mock", "Mock"
    FINAL = "final", "Final"


SHORT_LABELS = {
    GradeKind.MINIMUM_TARGET: "Target",
    GradeKind.ASPIRATIONAL: "Aspires to",
    GradeKind.CURRENT: "Current",
    GradeKind.PREDICTED: "Predicted",
    GradeKind.MOCK: "Mock",
    GradeKind.FINAL: "Final",
}
# Whoever teaches a group sees the target and enters the rest; targets come with the assessment point that sets them.
TARGETS = (GradeKind.MINIMUM_TARGET, GradeKind.ASPIRATIONAL)


class ScaleKind(models.TextChoices):
    """What a scale is for."""

    GRADE = "grade", "Grades"
    EFFORT = "effort", "Effort and attitude"


class PointState(models.TextChoices):
    """Where an assessment point is in its life; worked out from its dates."""

    WAITING = "waiting", "Not open yet"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


POINT_TONES = {PointState.WAITING: "plain", PointState.OPEN: "accent", PointState.CLOSED: "plain"}

# Audit verbs.
ENTERED_GRADES = "entered_grades"
MADE_POINT = "made_assessment_point"
CHANGED_POINT = "changed_assessment_point"
OPENED_POINT = "opened_assessment_point"
CLOSED_POINT = "closed_assessment_point"
