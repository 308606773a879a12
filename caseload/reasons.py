"""Open reasons: what waits for somebody to do something about a student, ticked when support is saved, and cleared by it.

`caseload` is below the apps that know such reasons and does not import them; they register a source when they start.
A form that saves support (a one-to-one, a note, a call) offers the student's open reasons ticked, to untick:

    "answers": reasons.offered([student.pk], request.user, request.POST or None)    # in the view's context
    {% include "components/answers.html" %}                                         # in the form of its template
    save_it(…, answers=reasons.sent(request.POST))                                  # where the view calls the action
    reasons.clear(answers, [student.pk], by=by, through=Through("One-to-one", "meeting", meeting.pk))    # in the action

The last line stands inside the transaction that saves the support, so that either both happen or neither.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caseload.models import Student

FIELD, OFFERED = "answers", "answers_offered"


@dataclass(frozen=True)
class OpenReason:
    """One thing that waits: for which student, in a sentence, since when. `number` is its row's in its source."""

    student_id: int
    number: int
    words: str
    since: date | None = None
    source: str = ""

    @property
    def key(self) -> str:
        """What a form sends for it."""
        return f"{self.source}:{self.number}"


@dataclass(frozen=True)
class Through:
    """The support that answers reasons: in words for the list, as kind and number for the audit record."""

    words: str
    kind: str
    number: int


@dataclass(frozen=True)
class Source:
    """Where open reasons of one kind come from.

    `load(student_ids)` gives them in a fixed number of queries; `clear(numbers, by, through)` clears those still open and
    gives how many. Both are called only for students whom the person reaches in a role that carries the permission.
    """

    key: str
    permission: str
    load: Callable[[Sequence[int]], Sequence[OpenReason]]
    clear: Callable[[Sequence[int], Any, Through], int]
    order: int = 100


@dataclass
class Answers:
    """The form part: the open reasons of the students it is about, and which are ticked."""

    reasons: list[OpenReason] = field(default_factory=list)
    ticked: list[str] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Each reason with whether it is ticked, and whose it is when the form is about several students."""
        return [
            {"reason": reason, "ticked": reason.key in self.ticked, "name": self.names.get(reason.student_id, "")}
            for reason in self.reasons
        ]


_sources: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Offer a source of open reasons. A key is used once."""
    if _sources.setdefault(source.key, source) != source:
        raise ValueError(f"There are two sources of open reasons called {source.key}.")
    return source


def open_reasons(student_ids: Sequence[int], user: Any) -> list[OpenReason]:
    """What waits for these students, as far as this person may act on it, the oldest first."""
    found = [reason for source, ids in _reached(student_ids, user) for reason in _load(source, ids)]
    return sorted(found, key=lambda reason: (reason.since or date.max, reason.key))


def offered(student_ids: Sequence[int], user: Any, data: Any = None) -> Answers:
    """The form part for these students. Everything is ticked at first; `data` (a POST, or a draft) says what was unticked.

    A reason that came up after the form was drawn comes ticked too when it is drawn again, for nobody has unticked it.
    """
    reasons = open_reasons(student_ids, user)
    ticked, drawn = set(_sent(data, FIELD)), set(_sent(data, OFFERED))
    chosen = [reason.key for reason in reasons if reason.key in ticked or reason.key not in drawn]
    return Answers(reasons, chosen, _names(reasons) if len(set(student_ids)) > 1 else {})


def sent(data: Any) -> list[str]:
    """The reasons that a form sends ticked: only what was drawn and left ticked is answered."""
    return _sent(data, FIELD)


def clear(keys: Collection[str], student_ids: Sequence[int], *, by: Any, through: Through) -> int:
    """Clear those of the students' open reasons that are named, through the support given. Gives how many.

    Called inside the transaction that saves the support. What is not open any more, or not within this person's reach,
    is passed over: somebody else has answered it meanwhile.
    """
    wanted = set(keys)
    if not wanted:
        return 0
    cleared = 0
    for source, ids in _reached(student_ids, by):
        numbers = [reason.number for reason in _load(source, ids) if reason.key in wanted]
        cleared += source.clear(numbers, by, through) if numbers else 0
    return cleared


def _load(source: Source, ids: Sequence[int]) -> list[OpenReason]:
    return [
        OpenReason(reason.student_id, reason.number, reason.words, reason.since, source.key)
        for reason in (source.load(ids) if ids else ())
    ]


def _reached(student_ids: Sequence[int], user: Any) -> list[tuple[Source, list[int]]]:
    """Each source that this person may act on, with the students whom they reach for it."""
    wanted = sorted(set(student_ids))
    found = []
    for source in sorted(_sources.values(), key=lambda source: (source.order, source.key)):
        if wanted and user.has_perm(source.permission):
            found.append((source, _reached_with(source.permission, wanted, user)))
    return found


def _reached_with(permission: str, ids: list[int], user: Any) -> list[int]:
    """Those of the students whom this person reaches; of one alone, a page may know it already."""
    if len(ids) == 1:
        return ids if Student.objects.permissions_reaching(user, [permission], ids[0]) else []
    rows = Student.objects.visible_to(user, permission).filter(pk__in=ids)
    return sorted(rows.values_list("pk", flat=True))


def _names(reasons: Sequence[OpenReason]) -> dict[int, str]:
    people = Student.objects.filter(pk__in={reason.student_id for reason in reasons})
    return {student.pk: student.full_name for student in people}


def _sent(data: Any, name: str) -> list[str]:
    if data is None:
        return []
    return list(data.getlist(name) if hasattr(data, "getlist") else data.get(name, []))
