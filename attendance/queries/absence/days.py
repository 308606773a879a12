"""Who is absent on a day."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from attendance import rules
from attendance.choices import Series
from attendance.codes import all_codes
from attendance.models import LessonMark, SessionMark
from caseload.models import Student
from caseload.queries.students import with_list_names
from caseload.queries.tutors import tutor_group_name
from core import clock

if TYPE_CHECKING:
    from accounts.models import User


def who_is_absent_today(user: "User", day: date | None = None) -> list[dict[str, Any]]:
    """The students this person reaches who have an absence on the day, with their marks in order of time, by family name."""
    day = day or clock.today()
    codes = all_codes()
    absent = [code.id for code in codes.values() if code.is_absence]
    reached = Student.objects.visible_to(user, rules.VIEW).values("pk")
    marks: dict[int, list[dict[str, Any]]] = {}
    sessions = SessionMark.objects.filter(date=day, code_id__in=absent, student_id__in=reached).order_by("slot")
    for student, slot, code, note in sessions.values_list("student_id", "slot", "code_id", "note"):
        marks.setdefault(student, []).append(
            {"label": "AM" if slot == 1 else "PM", "code": codes[code], "note": note, "series": Series.SESSION}
        )
    lessons = LessonMark.objects.filter(date=day, code_id__in=absent, student_id__in=reached)
    rows = lessons.order_by("lesson__time__starts_at").values_list(
        "student_id", "lesson__time__label", "code_id", "note", "lesson__group__name"
    )
    for student, label, code, note, group in rows:
        marks.setdefault(student, []).append(
            {"label": label, "code": codes[code], "note": note, "series": Series.LESSON, "group": group}
        )
    return [row | {"marks": marks[row["id"]]} for row in _people(list(marks), day)]


def marks_known_until(day: date) -> Any:
    """When the last mark of the day was made, for saying as of when a list holds."""
    times = [
        moment
        for model in (SessionMark, LessonMark)
        if (moment := model.objects.filter(date=day).order_by("-marked_at").values_list("marked_at", flat=True).first())
    ]
    return max(times, default=None)


def _people(ids: list[int], day: date) -> list[dict[str, Any]]:
    rows = (
        Student.objects.filter(pk__in=ids)
        .annotate(group=Subquery(tutor_group_name(OuterRef("pk"), day)))
        .order_by("sort_key", "pk")
        .values("id", "public_id", "given_name", "family_name", "date_of_birth", "group")
    )
    return with_list_names([dict(row) for row in rows])
