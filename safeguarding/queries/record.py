"""One concern as the safeguarding team reads it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import User
from caseload.models import Characteristic, Student
from core import clock
from core.wording import day, moment
from safeguarding import choices
from safeguarding.models import Action, Concern, ConcernCase, Entry, Exclusion, Flag, Share
from safeguarding.models.base import when_it_happened
from safeguarding.querysets import GLASS, TEAM

if TYPE_CHECKING:
    from collections.abc import Iterable

TRIAGE = TEAM[0]
A_MINUTE = timedelta(minutes=1)
ICONS = {
    "note": "pencil",
    "contact_home": "telephone",
    "agency": "building",
    "conversation": "chat",
    "decision": "check2-square",
    "addendum": "plus-circle",
    "correction": "arrow-return-right",
    "action_added": "flag",
    "action_done": "check-circle",
    "action_cancelled": "x-circle",
    "shared": "share",
    "share_ended": "share",
    "excluded": "eye-slash",
    "exclusion_lifted": "eye",
    "closed": "archive",
    "reopened": "arrow-counterclockwise",
    "reminded": "bell",
    "moved": "arrow-left-right",
    "glass": "exclamation-triangle",
}


def place_of(happened_at: datetime, recorded_at: datetime, words: dict[str, Any]) -> tuple[date, datetime, datetime]:
    """Where something stands in a chronology: by day, then by time; without a time by when it was written."""
    timed = recorded_at if words.get("day_alone") else happened_at
    return clock.local(happened_at).date(), timed, recorded_at


@dataclass
class ShownEntry:
    """An entry with everything that its line of the chronology says."""

    entry: Entry
    author: str
    person: str = ""
    corrected_by: list[Entry] = field(default_factory=list)

    @property
    def icon(self) -> str:
        """What stands beside it."""
        return ICONS.get(self.entry.kind, "dot")

    @property
    def text(self) -> str:
        """What was written."""
        return str(self.entry.words.get("text", ""))

    @property
    def when(self) -> str:
        """When it happened, as far as was said: the day alone for an entry without a time."""
        return when_it_happened(self.entry.happened_at, self.entry.words)

    @property
    def written(self) -> str:
        """When it was written, where that is not when it happened."""
        late = abs(self.entry.recorded_at - self.entry.happened_at) >= A_MINUTE
        return moment(self.entry.recorded_at) if late or self.entry.words.get("day_alone") else ""

    @property
    def place(self) -> tuple[date, datetime, datetime]:
        """Where it stands in a chronology."""
        return place_of(self.entry.happened_at, self.entry.recorded_at, self.entry.words)

    @property
    def about(self) -> str:
        """The short part after its kind: whom, which action, what was decided."""
        words = self.entry.words
        parts = [self.person if self.entry.kind not in ("assigned",) else "", str(words.get("what", ""))]
        if words.get("until"):
            parts.append(f"until {day(date.fromisoformat(words['until']))}")
        if words.get("due"):
            parts.append(f"by {day(date.fromisoformat(words['due']))}")
        if self.entry.kind == "assessed":
            parts.append(_assessment(words))
        if self.entry.kind == "closed":
            parts.append(choices.Outcome(words["outcome"]).label if words.get("outcome") else "")
        return " · ".join(part for part in parts if part)

    @property
    def can_be_corrected(self) -> bool:
        """Only what somebody wrote by hand is corrected."""
        return self.entry.kind in {*choices.WRITTEN_BY_HAND, "correction"}


def _assessment(words: dict[str, Any]) -> str:
    named = [
        choices.Severity(words.get("severity", 0)).label,
        choices.CATEGORY_WORDS.get(words.get("category", ""), ""),
    ]
    named += [choices.CATEGORY_WORDS.get(code, code) for code in words.get("categories_also", [])]
    if words.get("threshold"):
        named.append(choices.Threshold(words["threshold"]).label)
    return ", ".join(part for part in named if part)


@dataclass
class Record:
    """Everything that the record page shows."""

    concern: Concern
    case: ConcernCase
    entries: list[ShownEntry]
    actions: list[Action]
    exclusions: list[Exclusion]
    characteristics: list[str]
    shares: list[Share] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    others: int = 0

    @property
    def student(self) -> Student | None:
        """The student it is about, as far as they are on the roll."""
        return self.case.student

    @property
    def student_words(self) -> str:
        """The student's name, or the name as the reporter typed it."""
        typed = self.concern.words.get("student_name", "")
        return self.case.student.full_name if self.case.student else f"“{typed}”"


def record_of(user: User, concern: Concern) -> Record:
    """One concern with its case, entries, actions, shares and exclusions, as far as this person of the team may see them."""
    found = _read(user, concern, TRIAGE)
    student = found.case.student
    if student:
        same = ConcernCase.objects.visible_to(user, TRIAGE).filter(student=student).exclude(pk=found.case.pk)
        flags = Flag.objects.visible_to(user, TRIAGE).current().filter(student=student).select_related("person")
        found.others, found.flags = same.count(), list(flags)
    shares = Share.objects.visible_to(user, TRIAGE).filter(concern=concern).select_related("person")
    found.shares = list(shares.order_by("-shared_at"))
    return found


def record_by_glass(user: User, concern: Concern) -> Record:
    """One concern as the head reads it by emergency access: report, case, entries, actions, and who must not see it."""
    return _read(user, concern, GLASS)


def _read(user: User, concern: Concern, permission: str) -> Record:
    case = (
        ConcernCase.objects.visible_to(user, permission)
        .select_related("student", "assigned_to", "acknowledged_by", "closed_by")
        .get(pk=concern.pk)
    )
    actions = Action.objects.visible_to(user, permission).filter(concern=concern).select_related("owner")
    exclusions = Exclusion.objects.visible_to(user, permission).filter(concern=concern, lifted_at=None)
    return Record(
        concern=concern,
        case=case,
        entries=shown_entries(Entry.objects.visible_to(user, permission).filter(concern=concern)),
        actions=list(actions.order_by("state", "due_on")),
        exclusions=list(exclusions.select_related("person")),
        characteristics=_characteristics(user, case.student),
    )


def shown_entries(entries: "Iterable[Entry]") -> list[ShownEntry]:
    """Entries in the order in which things happened, each with its author, whom it names and what corrects it."""
    found = sorted(entries, key=lambda entry: place_of(entry.happened_at, entry.recorded_at, entry.words))
    ids = {entry.by_id for entry in found if entry.by_id} | {
        int(entry.words["person"]) for entry in found if "person" in entry.words
    }
    people = User.objects.in_bulk(list(ids))
    corrections: dict[object, list[Entry]] = {}
    for entry in found:
        if entry.corrects_id:
            corrections.setdefault(entry.corrects_id, []).append(entry)
    return [
        ShownEntry(
            entry,
            author=people[entry.by_id].full_name if entry.by_id in people else "Waymark",
            person=people[entry.words["person"]].full_name if entry.words.get("person") in people else "",
            corrected_by=corrections.get(entry.pk, []),
        )
        for entry in found
    ]


def _characteristics(user: User, student: Student | None) -> list[str]:
    """What may put the student at greater risk, as words (facts 4.3), for those who may see characteristics."""
    if student is None or not user.has_perm("caseload.view_characteristics"):
        return []
    held = Characteristic.objects.filter(student=student, period__contains=clock.today()).order_by("kind")
    return sorted({row.get_kind_display() for row in held})
