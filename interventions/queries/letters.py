"""What a letter says about each student, and which letters there are."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from accounts.models import User
from attendance.arithmetic import Totals
from attendance.models import ChaseHold
from attendance.queries.figures.totals import headline
from attendance.queries.figures.windows import year_to_date
from caseload.models import Site, SiteMembership, Student
from caseload.queries.tutors import in_tutor_groups, tutor_groups_of, tutors_of
from caseload.rules.telling_apart import tell_apart
from core import clock
from interventions.choices import LetterState
from interventions.letters import days_in_words, has_figures, missed_in_words
from interventions.models import Letter
from interventions.queries.case_triggers import Trigger, triggers_of
from interventions.queries.letter_figures import Present, present


def letter_values(student_ids: Sequence[int], trigger: Trigger | None = None) -> dict[int, dict[str, str]]:
    """What is put into the places of a template, by student, but for the recipient and the sender: as it is today, and in the
    weeks of the rule that triggered the letter. A fixed number of queries."""
    today = clock.today()
    totals = headline(list(student_ids), {"year": year_to_date(today)})
    groups, tutors = tutor_groups_of(student_ids), _tutors(student_ids)
    colleges = college_names(student_ids)
    students = Student.objects.filter(pk__in=student_ids).order_by("sort_key", "pk")
    now = present((pk, trigger) for pk in student_ids)
    number = trigger.rule.pk if trigger else None
    return {
        student.pk: _values(student, totals, groups, tutors, colleges[student.pk]) | _in_window(now[student.pk, number])
        for student in students
    }


def _in_window(now: Present) -> dict[str, str]:
    return {
        "window": now.window,
        "window_attendance": now.totals.percent,
        "window_days_missed": days_in_words(now.totals.absent, now.totals.series),
    }


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
        "missed": missed_in_words(year.absent, year.possible, year.unauthorised, year.series),
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
    """The letters of a batch in the order of their students, each with how its recipient is reached and, where it is about
    attendance and still a draft, that of today. A fixed number of queries."""
    rows = list(
        Letter.objects.filter(batch_id=batch_id)
        .exclude(state="dropped")
        .select_related("student", "contact", "case__alert__rule", "case__stage", "template")
        .order_by("student__sort_key", "student_id", "pk")
    )
    tell_apart(row.student for row in rows)
    now = _now(rows)
    return [
        {
            "letter": row,
            "to": row.contact.titled if row.contact else row.student.home_name,
            "email": row.contact.email if row.contact else row.student.email,
            "address": ", ".join(row.contact.address.splitlines()) if row.contact else "given in college",
            "now": now.get(row.pk),
            "figures_of": _figures_of(row),
            "interpreter": bool(row.contact and row.contact.needs_interpreter),
            "home_name": row.student.home_name if row.student.home_name != row.student.full_name else "",
        }
        for row in rows
    ]


def _now(rows: Sequence[Letter]) -> dict[int, Present]:
    """Today's attendance beside each draft that is about attendance: with figures in it, or of a case that a rule opened."""
    drafts = [row for row in rows if row.state == LetterState.DRAFT]
    triggers = triggers_of([row.case for row in drafts if row.case])
    behind = {row.pk: triggers.get(row.case_id) if row.case_id else None for row in drafts}
    about = [row for row in drafts if behind[row.pk] or _says_figures(row)]
    found = present((row.student_id, behind[row.pk]) for row in about)
    return {row.pk: found[row.student_id, trigger.rule.pk if (trigger := behind[row.pk]) else None] for row in about}


def _says_figures(row: Letter) -> bool:
    return has_figures(row.template.subject + row.template.body)


def _figures_of(row: Letter) -> date | None:
    """The earlier day whose figures a draft holds; nothing where they are of today or there are none."""
    drafted = clock.local(row.drafted_at).date()
    stale = row.state == LetterState.DRAFT and drafted < clock.today() and _says_figures(row)
    return drafted if stale else None
