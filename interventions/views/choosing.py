"""Choosing students for something: those ticked in a list, and those found by pasted names, each with a tick before it counts.

Nothing for many is done for somebody who is not on the roll today: they are left out, and named with why.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest

from accounts.gates import fetch
from caseload.models import SavedFilter, Student
from caseload.queries.filters import students_found
from caseload.queries.rolls import NOT_ON_ROLL, on_roll_today
from caseload.queries.search import find_students
from caseload.queries.students import student_rows
from caseload.rules.students import VIEW
from caseload.rules.telling_apart import tell_apart
from core.names import fold
from core.pages.http import NotPossible, sent_key, sent_keys

MOST = 300
MOST_LINES = 60


@dataclass
class Chosen:
    """Who is offered with a tick, who is ticked, and which pasted lines found nobody or several."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    students: list[Student] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    cut: int = 0
    pasted: str = ""
    filter: str = ""  # the name of the saved filter that they come from
    out_of_reach: list[str] = field(default_factory=list)  # the names of those it finds and this can't be done for
    left_out: list[Student] = field(default_factory=list)  # those who are not on the roll today


@dataclass(frozen=True)
class Ticked:
    """Those of the students ticked in a list for whom something can be done, and those who are not on the roll today."""

    students: list[Student]
    left_out: list[Student]

    @property
    def everybody(self) -> list[Student]:
        """All of them, for a form to send again, so that its answer names those left out too."""
        return [*self.students, *self.left_out]


def ticked(request: HttpRequest, permission: str) -> Ticked:
    """The students ticked in a list, in the order of names. One whom this person does not reach makes all “not there”.

    More than a list can offer at once are refused whole, so that nobody is left out without a word. One student alone is
    meant as they are, on the roll or not: a letter about somebody who has left is written from their page.
    """
    wanted = sent_keys(request.POST.getlist("student") or request.GET.getlist("student"))
    if len(wanted) > MOST:
        raise NotPossible(f"At most {MOST} students at once.")
    user: Any = request.user
    found = Student.objects.visible_to(user, permission).filter(public_id__in=wanted).order_by("sort_key", "pk")
    students = tell_apart(found)
    if len(students) < len(wanted):
        raise Http404
    here = on_roll_today(one.pk for one in students) if len(students) > 1 else {one.pk for one in students}
    return Ticked([one for one in students if one.pk in here], [one for one in students if one.pk not in here])


def names_left_out(left_out: Iterable[Student]) -> str:
    """“Ada Ábel (not on the roll today)”, with commas between."""
    return ", ".join(f"{one.named} ({NOT_ON_ROLL})" for one in left_out)


def say_left_out(request: HttpRequest, left_out: Iterable[Student]) -> None:
    """Name on the next page those for whom nothing was saved, with why."""
    if names := names_left_out(left_out):
        messages.warning(request, f"Left out: {names}.")


def chosen(request: HttpRequest, permission: str, there: Collection[str] = ()) -> Chosen:
    """The students whom a form or an address names, and those found by the names pasted; only those in reach.

    `there` are public ids of those whom it is about already: a fresh form begins with them ticked, and they stay though
    they have left. An address that names somebody out of reach is not there.
    """
    found = Chosen(pasted=request.POST.get("names", ""))
    fresh = request.method != "POST"
    keys = (
        [*there, *request.GET.getlist("student"), *_by_filter(request, permission, found)]
        if fresh
        else request.POST.getlist("student")
    )
    offered = [*keys, *request.POST.getlist("offered")]
    user: Any = request.user
    reached = Student.objects.visible_to(user, permission)
    wanted = sent_keys(offered)
    if len(wanted) > 2 * MOST:
        raise NotPossible(f"At most {MOST} students at once.")
    ids = dict(reached.filter(public_id__in=wanted).values_list("public_id", "pk"))
    if len(ids) < len(wanted):
        raise Http404
    picked = {ids[key] for key in sent_keys(keys)}
    stay = {ids[key] for key in sent_keys(there) if key in ids}
    shown = set(ids.values())
    if "look" in request.POST:
        for line in _lines(found):
            once, others = _found(request, reached, line)
            picked |= once
            shown |= once | others
            if not once and not others:
                found.nobody.append(line)
            elif others:
                found.several.append(line)
        found.pasted = "\n".join(found.nobody)
    here = on_roll_today(shown) | stay
    everybody = tell_apart(Student.objects.filter(pk__in=shown).order_by("sort_key", "pk"))
    found.left_out = [student for student in everybody if student.pk not in here]
    rows = student_rows(Student.objects.filter(pk__in=shown & here))
    found.rows = [{"person": row, "ticked": row["id"] in picked} for row in rows]
    found.students = [student for student in everybody if student.pk in picked & here]
    return found


def _by_filter(request: HttpRequest, permission: str, found: Chosen) -> list[str]:
    """The students whom the saved filter of an address finds today; those out of reach here are counted and left out."""
    if "filter" not in request.GET:
        return []
    user: Any = request.user
    saved = fetch(SavedFilter, user, VIEW, public_id=sent_key(request.GET["filter"]))
    ids = students_found(user, saved)
    reached = dict(Student.objects.visible_to(user, permission).filter(pk__in=ids).values_list("pk", "public_id"))
    keys = [str(key) for key in reached.values()]
    rest = [pk for pk in ids if pk not in reached]
    found.filter = saved.name
    found.out_of_reach = [row["list_name"] for row in student_rows(Student.objects.filter(pk__in=rest))] if rest else []
    if len(keys) > MOST:
        raise NotPossible(f"“{saved.name}” finds {len(keys)} students. At most {MOST} at once: narrow the filter.")
    return keys


def _lines(found: Chosen) -> list[str]:
    lines = [line.strip(" \t,;") for line in found.pasted.replace("\x00", "").replace(";", "\n").splitlines()]
    lines = list(dict.fromkeys(line for line in lines if line))
    found.cut = max(len(lines) - MOST_LINES, 0)
    return lines[:MOST_LINES]


def _found(request: HttpRequest, reached: Any, line: str) -> tuple[set[int], set[int]]:
    """The one student a line means, or the several it may mean."""
    rows = find_students(request.user, line, limit=6)
    here = set(reached.filter(pk__in=[row["id"] for row in rows]).values_list("pk", flat=True))
    rows = [row for row in rows if row["id"] in here]
    words = sorted(fold(line).split())
    exact = [row for row in rows if sorted(fold(f"{row['given_name']} {row['family_name']}").split()) == words]
    sure = exact or rows
    if len(sure) == 1:
        return {sure[0]["id"]}, set()
    return set(), {row["id"] for row in sure}
