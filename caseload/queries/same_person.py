"""Students on record who may be the person somebody is about to add."""

from datetime import date
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

from django.db.models import Q

from caseload.models import SiteMembership, Student
from caseload.queries.students import student_rows
from caseload.rules.students import MANAGE_STUDENTS
from core import clock
from core.names import fold, sort_key

NEARLY = 0.8  # how alike two names are: “Ana” and “Anna Example” are, “Ana” and “Otto Example” are not
MOST = 20


def possibly_same(user: Any, given: str, family: str, born: date | None) -> list[dict[str, Any]]:
    """The students this person may correct who have the same name or nearly the same, and a birth date that does not
    rule it out. Each with what tells them apart. Three queries."""
    words = fold(f"{given} {family}").split()
    if not words:
        return []
    named = Q(*(Q(search_text__contains=word) for word in words)) | Q(sort_key=sort_key(family, given))
    candidates = Student.objects.visible_to(user, MANAGE_STUDENTS).filter(
        named | Q(date_of_birth__in=_ways_to_write(born))
    )
    rows = candidates.values_list("pk", "given_name", "family_name", "search_text", "date_of_birth")
    found = [pk for pk, g, f, text, day in rows if _alike(words, fold(f"{g} {f}").split(), text.split(), born, day)]
    return _described(found[:MOST])


def mark_of(found: list[dict[str, Any]]) -> str:
    """A short mark of whom a page named, so that “another person” answers for them and for nobody found later."""
    return sha256(",".join(sorted(str(row["public_id"]) for row in found)).encode()).hexdigest()[:16] if found else ""


def _ways_to_write(born: date | None) -> list[date]:
    """The day, and the day with day and month exchanged."""
    if born is None:
        return []
    return [born, born.replace(month=born.day, day=born.month)] if born.day <= 12 else [born]


def _alike(words: list[str], names: list[str], every_name: list[str], born: date | None, theirs: date | None) -> bool:
    """The same name with a birth date that is missing or nearly the same; or nearly the same name, born on that day."""
    if set(words) <= set(every_name):
        return born is None or theirs is None or _nearly_the_same_day(born, theirs)
    return theirs in _ways_to_write(born) and max(_closeness(words, names), _closeness(words, names[::-1])) >= NEARLY


def _nearly_the_same_day(one: date, other: date) -> bool:
    same = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return same >= 2 or other in _ways_to_write(one)


def _closeness(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()


def _described(ids: list[int]) -> list[dict[str, Any]]:
    """Those students with birth date, groups, and the site or the day on which they left."""
    if not ids:
        return []
    rows = student_rows(Student.objects.filter(pk__in=ids))
    born = dict(Student.objects.filter(pk__in=ids).values_list("pk", "date_of_birth"))
    rolls: dict[int, SiteMembership] = {}
    for roll in SiteMembership.objects.filter(student__in=ids).select_related("site").order_by("period"):
        rolls[roll.student_id] = roll
    return [row | {"born": born[row["id"]], "where": _where(rolls.get(row["id"]))} for row in rows]


def _where(roll: SiteMembership | None) -> str:
    if roll is None:
        return "not on roll"
    left = roll.period.upper is not None and roll.period.upper <= clock.today()
    return f"left {roll.site.name}" if left else roll.site.name
