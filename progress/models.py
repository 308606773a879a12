"""What is stored about grades: scales, assessment points, grades and effort."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from caseload.models import AcademicYear, Course, Site, Student, TeachingGroup
from core import clock
from core.models import PublicIdModel
from progress.choices import GradeKind, PointState, ScaleKind
from progress.querysets import AssessmentPointQuerySet, GradeQuerySet


class GradeScale(models.Model):
    """A list of grades, best first. Every grade keeps the scale it was given in (facts 7.1)."""

    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=ScaleKind.choices, default=ScaleKind.GRADE)
    name = models.CharField(max_length=80)
    qualifications = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="What a course's qualification is called."
    )
    highest_is_best = models.BooleanField(
        null=True,
        blank=True,
        help_text="For numbers: whether the highest is the best. Empty where it goes without saying.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ScaleGrade(models.Model):
    """One grade of a scale. Position 1 is the best; local fine grades (4+, 4, 4−) share a position and have a sub-rank.

    Special results (X, Q, #) have no position: they are kept and shown, and never compared or counted.
    """

    scale = models.ForeignKey(GradeScale, models.PROTECT, related_name="grades")
    label = models.CharField(max_length=12)
    meaning = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    sub_rank = models.SmallIntegerField(default=0)
    points = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True, help_text="DfE performance points (facts 7.2) or 9 to 1."
    )

    class Meta:
        ordering = [F("position").asc(nulls_last=True), "sub_rank", "label"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "label"], name="progress_scale_grade_label_once"),
            models.UniqueConstraint(fields=["scale", "position", "sub_rank"], name="progress_scale_grade_place_once"),
            # So that a grade of another scale can be refused by a foreign key on both columns.
            models.UniqueConstraint(fields=["id", "scale"], name="progress_scale_grade_with_scale"),
        ]

    def __str__(self) -> str:
        return self.label


class EffortAxis(models.Model):
    """One thing that effort is given for: effort, behaviour, homework. The words are the school's own."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "effort axes"

    def __str__(self) -> str:
        return self.name


class AssessmentPoint(PublicIdModel):
    """A time of the year at which grades are collected for a site: a data drop, with what is asked for."""

    year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="assessment_points")
    site = models.ForeignKey(Site, models.PROTECT, related_name="assessment_points")
    name = models.CharField(max_length=80)
    on_date = models.DateField("date", help_text="The day that the grades are of.")
    opens_on = models.DateField()
    closes_on = models.DateField(help_text="The last day on which grades can be entered.")
    kinds = ArrayField(models.CharField(max_length=16, choices=GradeKind.choices), default=list, blank=True)
    axes = models.ManyToManyField(EffortAxis, blank=True, related_name="+")
    effort_scale = models.ForeignKey(GradeScale, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AssessmentPointQuerySet.as_manager()

    class Meta:
        ordering = ["-on_date", "name"]
        constraints = [
            models.UniqueConstraint(fields=["year", "site", "name"], name="progress_point_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="progress_point_forwards"),
        ]
        permissions = [("manage_assessment", "Can make, open and close assessment points")]

    def __str__(self) -> str:
        return f"Assessment point {self.pk}"

    @property
    def state(self) -> PointState:
        """Waiting, open or closed today."""
        today = clock.today()
        if today < self.opens_on:
            return PointState.WAITING
        return PointState.OPEN if today <= self.closes_on else PointState.CLOSED

    @property
    def is_open(self) -> bool:
        """Whether grades can be entered today."""
        return self.state == PointState.OPEN


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old), pghistory.DeleteEvent("removed"))
class Grade(models.Model):
    """A student's grade in a course: a target, what they work at, what is predicted, a mock or the final result.

    One row for each student, course, assessment point and kind, changed in place; earlier values are kept as history.
    """

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+", db_index=False)  # see the indexes
    group = models.ForeignKey(TeachingGroup, models.PROTECT, null=True, blank=True, related_name="+")
    point = models.ForeignKey(AssessmentPoint, models.PROTECT, null=True, blank=True, related_name="grades")
    kind = models.CharField(max_length=16, choices=GradeKind.choices)
    scale = models.ForeignKey(GradeScale, models.PROTECT, related_name="+")
    grade = models.ForeignKey(ScaleGrade, models.PROTECT, related_name="+")
    on_date = models.DateField(help_text="The day that the grade is of: the assessment point's, or when it was given.")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = GradeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "course", "point", "kind"],
                condition=~Q(point=None),
                name="progress_grade_once_at_point",
            ),
            models.UniqueConstraint(
                fields=["student", "course", "kind", "on_date"],
                condition=Q(point=None),
                name="progress_grade_once_on_day",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "course", "kind", "-on_date"], name="progress_grade_latest"),
            # In which scales the grades of a course are given.
            models.Index(fields=["course", "scale"], name="progress_grade_course_scale"),
            # From when until when everybody's targets hold, in order and from the index alone.
            models.Index(
                fields=["student", "course", "on_date", "id"],
                include=["scale", "grade"],
                condition=Q(kind="minimum_target"),
                name="progress_grade_targets",
            ),
        ]
        permissions = [("view_grades", "Can see grades and effort"), ("enter_grades", "Can enter grades and effort")]

    def __str__(self) -> str:
        return f"Grade {self.pk}"


class Effort(models.Model):
    """How a student goes about a course, on one axis, at an assessment point."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    group = models.ForeignKey(TeachingGroup, models.PROTECT, null=True, blank=True, related_name="+")
    point = models.ForeignKey(AssessmentPoint, models.PROTECT, related_name="effort")
    axis = models.ForeignKey(EffortAxis, models.PROTECT, related_name="+")
    scale = models.ForeignKey(GradeScale, models.PROTECT, related_name="+")
    value = models.ForeignKey(ScaleGrade, models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects = GradeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "course", "point", "axis"], name="progress_effort_once")
        ]

    def __str__(self) -> str:
        return f"Effort {self.pk}"
