"""Attendance: addresses."""

from datetime import date

from django.urls import path, register_converter

from attendance.views import registers, students


class DayConverter:
    """A day in an address: 2026-11-20."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """A date; anything that is none is no address."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """As it is written in an address."""
        return value if isinstance(value, str) else value.isoformat()


class SlotConverter:
    """am, pm, or the time at which a lesson starts: 0900."""

    regex = "am|pm|[0-2][0-9][0-5][0-9]"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(DayConverter, "day")
register_converter(SlotConverter, "slot")

app_name = "attendance"
urlpatterns = [
    path("registers/", registers.register_list, name="register_list"),
    path("registers/missing/", registers.missing_register_list, name="missing_register_list"),
    path("registers/absent/", students.absent_list, name="absent_list"),
    path("registers/<uuid:group_id>/<day:day>/<slot:slug>/", registers.register_detail, name="register_detail"),
    path("students/<uuid:public_id>/attendance/", students.student_attendance, name="student_attendance"),
]
