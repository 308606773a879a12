"""Everything dated about one student, for the team; and the search over what the team may see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from caseload.models import Student
from core.names import fold
from core.wording import moment
from safeguarding import choices
from safeguarding.models import Concern, ConcernCase, Entry, Moved
from safeguarding.queries.record import ShownEntry, place_of, shown_entries
from safeguarding.querysets import TEAM

if TYPE_CHECKING:
    from accounts.models import User

TRIAGE = TEAM[0]


@dataclass(frozen=True)
class ChronologyLine:
    """One dated line: a concern as it was raised, or an entry."""

    place: tuple[date, datetime, datetime]
    concern_id: UUID
    concern: Concern | None = None
    entry: ShownEntry | None = None

    @property
    def when(self) -> str:
        """When it happened, as far as was said."""
        if self.entry is not None:
            return self.entry.when
        assert self.concern is not None
        return self.concern.happened if self.concern.occurred_at else moment(self.concern.noticed_at)


def cases_of(user: "User", student: Student) -> list[ConcernCase]:
    """The concerns about a student that the person may see, oldest first."""
    cases = ConcernCase.objects.visible_to(user, TRIAGE).filter(student=student)
    return list(cases.select_related("concern", "concern__reporter").order_by("concern__recorded_at"))


def chronology_of(user: "User", cases: list[ConcernCase]) -> list[ChronologyLine]:
    """The lines of these concerns in the order in which things happened."""
    ids = [case.pk for case in cases]
    entries = Entry.objects.visible_to(user, TRIAGE).filter(concern_id__in=ids)
    lines = [ChronologyLine(_place_of(case.concern), case.pk, concern=case.concern) for case in cases]
    lines += [ChronologyLine(shown.place, shown.entry.concern_id, entry=shown) for shown in shown_entries(entries)]
    return sorted(lines, key=lambda line: line.place)


def _place_of(concern: Concern) -> tuple[date, datetime, datetime]:
    return place_of(concern.occurred_at or concern.noticed_at, concern.recorded_at, concern.words)


def moves_of(user: "User", student: Student) -> list[Moved]:
    """The concerns that were moved out of a student's file or into it, for the notice in both."""
    moved = Moved.objects.visible_to(user, TRIAGE).filter(Q(from_student=student) | Q(into_student=student))
    return list(moved.select_related("moved_by"))


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
