"""What attendance stores, by noun."""

from attendance.models.codes import AttendanceCode
from attendance.models.marks import (
    LessonMark,
    LessonMarkChange,
    SessionMark,
    SessionMarkChange,
    WeekSummary,
)
from attendance.models.registers import Register

__all__ = [
    "AttendanceCode",
    "LessonMark",
    "LessonMarkChange",
    "Register",
    "SessionMark",
    "SessionMarkChange",
    "WeekSummary",
]
