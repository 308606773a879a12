"""Everything dated about one student, for the team; and the search over what the team may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseload.models import Student
from core.names import fold
from safeguarding import choices
from safeguarding.models import Concern, ConcernCase, Entry
from safeguarding.queries.record import ShownEntry, shown_entries
from safeguarding.querysets import TEAM

if TYPE_CHECKING:
    from accounts.models import User

TRIAGE = TEAM[0]


@dataclass(frozen=True)
class ChronologyLine:
    """One dated line: a concern as it was raised, or an entry."""

    when: datetime
    concern_id: UUID
    concern: Concern | None = None
    entry: ShownEntry | None = None


def cases_of(user: "User", student: Student) -> list[ConcernCase]:
    """The concerns about a student that the person may see, oldest first."""
    cases = ConcernCase.objects.visible_to(user, TRIAGE).filter(student=student)
    return list(cases.select_related("concern", "concern__reporter").order_by("concern__recorded_at"))


def chronology_of(user: "User", cases: list[ConcernCase]) -> list[ChronologyLine]:
    """The lines of these concerns in the order in which things happened."""
    ids = [case.pk for case in cases]
    entries = Entry.objects.visible_to(user, TRIAGE).filter(concern_id__in=ids)
    lines = [
        ChronologyLine(case.concern.occurred_at or case.concern.noticed_at, case.pk, concern=case.concern)
        for case in cases
    ]
    lines += [
        ChronologyLine(shown.entry.happened_at, shown.entry.concern_id, entry=shown) for shown in shown_entries(entries)
    ]
    return sorted(lines, key=lambda line: line.when)


def concerns_matching(user: "User", typed: str) -> list[UUID]:
    """The concerns in which every word typed occurs: in the student's name, the report or an entry.

    Names are matched where students live; the text is opened here in memory, row by row. Nothing of it is kept.
    """
    wanted = fold(typed).split()
    if not wanted:
        return []
    texts: dict[UUID, list[str]] = {}
    cases = ConcernCase.objects.visible_to(user, TRIAGE).select_related("concern")
    for case in cases.only("student_id", "category", "concern__sealed", "concern__key_id"):
        texts[case.pk] = [_text_of(case.concern.words), choices.CATEGORY_WORDS.get(case.category, "")]
    for entry in Entry.objects.visible_to(user, TRIAGE).only("concern_id", "sealed", "key_id"):
        texts.setdefault(entry.concern_id, []).append(_text_of(entry.words))
    names = _names({case.pk: case.student_id for case in cases if case.student_id})
    return [
        pk for pk, found in texts.items() if all(word in fold(" ".join([*found, names.get(pk, "")])) for word in wanted)
    ]


def _text_of(words: dict[str, Any]) -> str:
    return " ".join(value for value in words.values() if isinstance(value, str))


def _names(students: dict[UUID, int]) -> dict[UUID, str]:
    names = dict(Student.objects.filter(pk__in=set(students.values())).values_list("pk", "search_text"))
    return {pk: names.get(student_id, "") for pk, student_id in students.items()}


def students_named(user: "User", typed: str, limit: int = 8) -> list[Student]:
    """The students whom the person reaches and whose name has every word typed, for the picker."""
    wanted = fold(typed).split()
    if not wanted or len("".join(wanted)) < 2:
        return []
    found = Student.objects.visible_to(user, "caseload.view_student")
    for word in wanted:
        found = found.filter(search_text__contains=word)
    return list(found.order_by("sort_key", "pk")[:limit])
