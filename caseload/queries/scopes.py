"""Whom a list of students is about, before anything tells it apart."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from caseload.models import CaseloadMembership, Student
from caseload.queries.containers import Container, held_containers, students_in
from caseload.rules.students import VIEW, VIEW_CASELOAD
from core import clock


def caseload_students(user: Any, chosen: Container | None, own: Sequence[int] | None = None) -> QuerySet[Student]:
    """My caseload: a container chosen, else one's own caseloads (their ids, where they are known already), else everybody reached who is on a roll."""
    students: QuerySet[Student] = Student.objects.visible_to(user, VIEW_CASELOAD)
    if chosen is not None:
        return students_in(chosen, students)
    held = [one.id for one in held_containers(user, VIEW_CASELOAD, ("caseload",))] if own is None else own
    if not held:
        return Student.objects.visible_to(user, VIEW_CASELOAD).on_roll()
    members = CaseloadMembership.objects.filter(group_id__in=held, period__contains=clock.today())
    return students.filter(pk__in=members.values("student_id"))


def listed_students(user: Any, chosen: Container | None) -> QuerySet[Student]:
    """All students: those of a container chosen, else everybody on the roll."""
    students = Student.objects.visible_to(user, VIEW)
    return students_in(chosen, students) if chosen is not None else students.on_roll()
