"""What a letter says about each student, and which letters there are."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from accounts.models import User
from attendance.arithmetic import Totals
from attendance.models import ChaseHold
from attendance.queries.totals import headline
from attendance.queries.windows import year_to_date
from caseload.models import Site, SiteMembership, Student
from caseload.queries.telling_apart import tell_apart
from caseload.queries.tutors import in_tutor_groups, tutor_groups_of, tutors_of
from core import clock
from interventions.letters import days_in_words
from interventions.models import Letter


def letter_values(student_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What is put into the places of a template, by student, but for the recipient and the sender. A fixed number of queries."""
    today = clock.today()
    totals = headline(list(student_ids), {"year": year_to_date(today)})
    groups, tutors = tutor_groups_of(student_ids), _tutors(student_ids)
    colleges = college_names(student_ids)
    students = Student.objects.filter(pk__in=student_ids).order_by("sort_key", "pk")
    return {student.pk: _values(student, totals, groups, tutors, colleges[student.pk]) for student in students}


def college_names(student_ids: Sequence[int]) -> dict[int, str]:
    """In whose name a letter about each student goes: the student's site where there are several, else the college. Two queries."""
    names: dict[int, str] = dict.fromkeys(student_ids, settings.COLLEGE_NAME)
    if Site.objects.count() > 1:
        begun = SiteMembership.objects.filter(student__in=student_ids, period__startswith__lte=clock.today())
        names |= dict(begun.order_by("period", "pk").values_list("student_id", "site__name"))
    return names


def _values(
    student: Student, totals: dict[int, dict[str, Totals]], groups: dict[int, str], tutors: dict[int, str], college: str
) -> dict[str, str]:
    year = totals.get(student.pk, {}).get("year") or Totals()
    return {
        "student": student.home_name,
        "first_name": student.home_given_name or student.given_name,
        "tutor": tutors.get(student.pk, ""),
        "group": groups.get(student.pk, ""),
        "date": f"{clock.today():%-d %B %Y}",
        "attendance": year.percent,
        "attended": str(year.attended),
        "possible": str(year.possible),
        "absences": str(year.absent),
        "unauthorised": str(year.unauthorised),
        "late": str(year.times_late),
        "days_missed": days_in_words(year.absent, year.series),
        "college": college,
    }


def _tutors(student_ids: Sequence[int]) -> dict[int, str]:
    """The name of each student's tutor: who holds the tutor group, before a co-tutor, before whoever covers."""
    rows = in_tutor_groups().filter(student__in=student_ids)
    group_of = dict(rows.order_by("-pk").values_list("student_id", "group_id"))
    tutors = tutors_of(set(group_of.values()))
    people = User.objects.in_bulk({people[0] for people in tutors.values()})
    return {student: people[tutors[group][0]].formal_name for student, group in group_of.items() if group in tutors}


def held_out(student_ids: Sequence[int]) -> dict[int, ChaseHold]:
    """Those of the students who are not to be chased today, with why and until when."""
    rows = ChaseHold.objects.filter(student__in=student_ids, ended_at=None, until__gte=clock.today())
    return {row.student_id: row for row in rows.order_by("until", "pk")}


def letters_in(batch_id: int) -> list[dict[str, Any]]:
    """The letters of a batch in the order of their students, each with how its recipient is reached. One query."""
    rows = list(
        Letter.objects.filter(batch_id=batch_id)
        .exclude(state="dropped")
        .select_related("student", "contact")
        .order_by("student__sort_key", "student_id", "pk")
    )
    tell_apart(row.student for row in rows)
    return [
        {
            "letter": row,
            "to": row.contact.titled if row.contact else row.student.home_name,
            "email": row.contact.email if row.contact else row.student.email,
            "address": ", ".join(row.contact.address.splitlines()) if row.contact else "given in college",
            "interpreter": bool(row.contact and row.contact.needs_interpreter),
            "home_name": row.student.home_name if row.student.home_name != row.student.full_name else "",
        }
        for row in rows
    ]
