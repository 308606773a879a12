"""Open reasons: what waits for somebody to do something about a student, and is cleared by the support that answers it.

`caseload` is below the apps that know such reasons and does not import them; they register a source when they start.
A form that saves support (a one-to-one, a note, a call) offers the student's open reasons. Those that it plausibly answers
are ticked, by what the form is about (`Subject`) or by the link that led to it; of several students none is:

    "answers": reasons.offered([student.pk], request.user, posted(request), about=CONTACT)    # in the view's context
    {% include "components/answers.html" %}                                         # in the form of its template
    answers = reasons.sent(request.POST); save_it(…, answers=answers)               # where the view calls the action
    reasons.clear(answers, [student.pk], by=by, through=Through("One-to-one", "meeting", meeting.pk))    # in the action
    say_cleared(request, answers)           # in the view again: what was cleared, with Undo (`views/answers.py`)

`clear` stands inside the transaction that saves the support, so that either both happen or neither.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from caseload.models import AnsweredReason, Student
from caseload.rules.telling_apart import tell_apart
from caseload.subjects import NOTHING, About, Subject
from core import clock

FIELD, OFFERED = "answers", "answers_offered"


@dataclass(frozen=True)
class OpenReason:
    """One thing that waits: for which student, in a sentence, for what, since when. `number` is its row's in its source."""

    student_id: int
    number: int
    words: str
    about: About
    since: date | None = None
    source: str = ""

    @property
    def key(self) -> str:
        """What a form sends for it."""
        return f"{self.source}:{self.number}"


@dataclass(frozen=True)
class Through:
    """The support that answers reasons: in words for the list, as kind and number for the audit record, and when."""

    words: str
    kind: str
    number: int
    at: datetime = field(default_factory=clock.now)


@dataclass(frozen=True)
class Source:
    """Where open reasons of one kind come from.

    `load(student_ids)` gives them in a fixed number of queries; `clear(numbers, by, through)` clears those still open and
    gives their numbers; `reopen(numbers, by, at)` opens again those that still stand as this person cleared them at that
    moment, and gives theirs. All are called only for students whom the person reaches in a role with the permission.
    """

    key: str
    permission: str
    load: Callable[[Sequence[int]], Sequence[OpenReason]]
    clear: Callable[[Sequence[int], Any, Through], Collection[int]]
    reopen: Callable[[Sequence[int], Any, datetime], Collection[int]]
    order: int = 100


@dataclass
class Answers:
    """The form part: the open reasons of the students it is about, and which are ticked.

    `follows` says which values of which fields of the form tick which reasons as they are chosen, for the page's script.
    """

    reasons: list[OpenReason] = field(default_factory=list)
    ticked: list[str] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)
    follows: str = ""

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Each reason with whether it is ticked, and whose it is when the form is about several students."""
        return [
            {"reason": reason, "ticked": reason.key in self.ticked, "name": self.names.get(reason.student_id, "")}
            for reason in self.reasons
        ]


class Sent(list[str]):
    """The reasons that a form sent ticked. Once the support is saved it holds what was cleared through it, under one number."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        super().__init__(keys)
        self.save: UUID = uuid4()
        self.cleared: list[OpenReason] = []


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


def offered(
    student_ids: Sequence[int],
    user: Any,
    data: Any = None,
    *,
    about: Subject = NOTHING,
    initial: Mapping[str, Any] | None = None,
    named: Collection[str] = (),
) -> Answers:
    """The form part for these students. Ticked is what the support answers: what the link here `named`, else what it is `about`.

    About several students nothing is ticked. `data` (a POST, or a draft) says what somebody ticked and unticked, and that
    stays; a reason that came up after the form was drawn is offered as on a new form. `initial` is what its fields hold.
    """
    reasons, alone = open_reasons(student_ids, user), len(set(student_ids)) == 1
    ticked, drawn = set(_sent(data, FIELD)), set(_sent(data, OFFERED))
    answered = (
        _answered(reasons, named, about.now(initial or {} if data is None else _last_values(data))) if alone else ()
    )
    chosen = [one.key for one in reasons if one.key in ticked or (one.key in answered and one.key not in drawn)]
    follows = about.as_json() if alone and about.fields and not drawn else ""
    return Answers(reasons, chosen, {} if alone else names_of(reasons), follows)


def _answered(reasons: Iterable[OpenReason], named: Collection[str], subjects: Collection[About]) -> set[str]:
    """Those that the link here named; where it named none that is open, those that wait for what the support is about."""
    by_link = {reason.key for reason in reasons if reason.key in named}
    return by_link or {reason.key for reason in reasons if reason.about in subjects}


def sent(data: Any) -> Sent:
    """The reasons that a form sends ticked: only what was drawn and left ticked is answered."""
    return Sent(_sent(data, FIELD))


def named(data: Any) -> list[str]:
    """The reasons that a link to a form names as those it is followed for: `?answers=attendance_alert:12`."""
    return _sent(data, FIELD)


def clear(keys: Collection[str], student_ids: Sequence[int], *, by: Any, through: Through) -> int:
    """Clear those of the students' open reasons that are named, through the support given. Gives how many.

    Called inside the transaction that saves the support. What is not open any more, or not within this person's reach,
    is passed over: somebody else has answered it meanwhile. What was cleared is kept, so that it can be undone.
    """
    wanted = set(keys)
    if not wanted:
        return 0
    sent = keys if isinstance(keys, Sent) else Sent(keys)
    cleared: list[OpenReason] = []
    for source, ids in _reached(student_ids, by):
        found = {reason.number: reason for reason in _load(source, ids) if reason.key in wanted}
        cleared += [found[number] for number in source.clear(list(found), by, through)] if found else []
    AnsweredReason.objects.bulk_create(
        AnsweredReason(
            save_key=sent.save, student_id=reason.student_id, source=reason.source, number=reason.number, by_id=by.pk,
            at=through.at, through_kind=through.kind, through_number=through.number,
        )
        for reason in cleared
    )  # fmt: skip
    sent.cleared += cleared
    return len(cleared)


def sources_reaching(student_ids: Sequence[int], user: Any) -> dict[str, tuple[Source, set[int]]]:
    """Each source by its key that this person may act on, with those of the students whom they reach for it."""
    return {source.key: (source, set(ids)) for source, ids in _reached(student_ids, user)}


def _load(source: Source, ids: Sequence[int]) -> list[OpenReason]:
    return [replace(reason, source=source.key) for reason in (source.load(ids) if ids else ())]


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


def names_of(reasons: Sequence[OpenReason]) -> dict[int, str]:
    """The names of the students whom reasons are about."""
    people = tell_apart(list(Student.objects.filter(pk__in={reason.student_id for reason in reasons})))
    return {student.pk: student.named for student in people}


def _last_values(data: Any) -> dict[str, Any]:
    """A POST or a draft with one value for each name."""
    return {name: (values[-1] if isinstance(values, list) and values else values) for name, values in data.items()}


def _sent(data: Any, name: str) -> list[str]:
    if data is None:
        return []
    return list(data.getlist(name) if hasattr(data, "getlist") else data.get(name, []))
