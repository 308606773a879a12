"""What attendance stores, by noun."""

from attendance.models.alerts import Alert, AlertRule, ChaseHold, RulePreview
from attendance.models.codes import AttendanceCode
from attendance.models.decisions import ThresholdDecision
from attendance.models.marks import (
    LessonMark,
    LessonMarkChange,
    SessionMark,
    SessionMarkChange,
    WeekSummary,
)
from attendance.models.plans import EvacuationCopy, MarkDelivery, MissingMarks, PlannedAbsence, SiteSettings
from attendance.models.registers import Register

__all__ = [
    "Alert",
    "AlertRule",
    "AttendanceCode",
    "ChaseHold",
    "EvacuationCopy",
    "LessonMark",
    "LessonMarkChange",
    "MarkDelivery",
    "MissingMarks",
    "PlannedAbsence",
    "Register",
    "RulePreview",
    "SessionMark",
    "SessionMarkChange",
    "SiteSettings",
    "ThresholdDecision",
    "WeekSummary",
]
