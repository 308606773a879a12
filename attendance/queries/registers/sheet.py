"""Everything one register's page shows, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attendance import rules
from attendance.choices import SetBy
from attendance.codes import Code, CodeSet, all_codes, by_use, code_set, offered_to
from attendance.coding import MarkPosition, why_not
from attendance.errors import DAY_OVER
from attendance.merging import Seen
from attendance.queries.absence.planned import Planned, planned_for
from attendance.queries.registers.change_words import change_words, is_worth_saying
from attendance.queries.registers.notes import Cover, cover_of, medical_notes
from attendance.queries.registers.registers import (
    Member,
    changes_of,
    code_words,
    other_marks_today,
    person_words,
    previous_marks,
    read_marks,
    register_of,
)
from attendance.sittings import Sitting
from caseload.rules.telling_apart import people_apart
from core import clock, wording


@dataclass
class SheetRow:
    """One student on the register page."""

    member: Member
    name: str
    list_name: str
    key: str
    seen: Seen
    code: str = ""
    minutes: str = ""
    note: str = ""
    kind: str = ""
    before: str = ""
    before_words: str = ""
    today: list[tuple[str, str, str]] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    choices: list[Code] = field(default_factory=list)
    planned: str = ""
    filled: str = ""  # the code that the page put there itself; "rest" where “Mark the others present” did
    medical: str = ""
    handed_over: list[str] = field(default_factory=list)
    fault: str = ""
    theirs: str = ""
    theirs_in_full: str = ""
    ours: str = ""
    ours_in_full: str = ""
    locked: bool = False

    @property
    def chosen(self) -> Code | None:
        """The code of this row, where it is one that there is."""
        return next((code for code in self.choices if code.code == self.code), None)

    @property
    def plain(self) -> str:
        """The mark of this row as it may stand on a projector."""
        return plain_mark(self.chosen) if self.chosen else self.code

    @property
    def reason(self) -> str:
        """What the mark of this row gives away, folded away on a projector; nothing for present, late and absent."""
        return reason_given(self.chosen) if self.chosen else ""

    @property
    def is_flagged(self) -> bool:
        """Whether something is to be known about the student that stays folded away on a projector."""
        return bool(self.medical or self.folded_words or self.reason or self.note or self.history)

    @property
    def folded_words(self) -> list[str]:
        """What was handed over, what is planned, what marks that give a reason mean: all folded away on a projector."""
        planned = [f"Planned: {self.planned}"] if self.planned else []
        before = [self.before_words] if self.before_words else []
        handed = [f"Handed over: {words}" for words in self.handed_over]
        return [*handed, *planned, *before, *(f"{label}: {words}" for label, _, words in self.today if words)]

    @property
    def seen_text(self) -> str:
        """What the page sends back, so that nobody's change is overwritten unseen."""
        minutes = "" if self.seen.minutes_late is None else self.seen.minutes_late
        return f"{self.seen.version}|{self.seen.code}|{minutes}|{self.seen.note}"


@dataclass
class Sheet:
    """A register's page: who is on it, what stands, and what may be set."""

    sitting: Sitting
    codes: CodeSet
    rows: list[SheetRow]
    quick: list[Code]
    more: list[Code]
    register: dict[str, Any] | None
    may_save: bool
    why_not: str
    cover: list[Cover] = field(default_factory=list)

    @property
    def flagged(self) -> int:
        """How many students have something folded away, the cover's note counted as one more."""
        return sum(1 for row in self.rows if row.is_flagged) + (1 if self.cover else 0)

    @property
    def officers_codes(self) -> list[str]:
        """The codes that there are and that this person is not offered."""
        offered = {code.code for code in (*self.quick, *self.more)}
        usual = (code for code in self.codes.in_force(self.sitting.date) if _fits(code, self.sitting))
        return [code.code for code in usual if code.code not in offered]

    @property
    def present(self) -> str:
        """The code that means present here."""
        return present_code(self.sitting, self.codes)

    @property
    def asks_reason(self) -> bool:
        """Whether marks that stand can change only with a reason."""
        return self.register is not None and self.sitting.has_closed

    @property
    def counts(self) -> dict[str, int]:
        """The marks that stand, counted by kind; the empty kind is unmarked."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.kind] = found.get(row.kind, 0) + 1
        return found

    @property
    def tally(self) -> str:
        """“27 present · 2 absent · 1 late · 3 not marked”."""
        said = [f"{self.counts.get('present', 0)} present"]
        said += [f"{number} {kind}" for kind, number in sorted(self.counts.items()) if kind not in ("", "present")]
        return " · ".join(said + ([f"{self.counts['']} not marked"] if self.counts.get("") else []))

    @property
    def taken_words(self) -> str:
        """Who took it and when, or that it is not taken yet."""
        if self.register is None:
            return "not taken yet"
        return f"taken by {person_words(self.register, 'taken_by')} {wording.moment(self.register['taken_at'])}"

    @property
    def closing_words(self) -> str:
        """When it closes, or closed."""
        closed_at: datetime = self.register["closed_at"] if self.register else self.sitting.closes_at
        word = "closed" if closed_at <= clock.now() else "closes"
        return f"{word} {clock.local(closed_at):%H:%M}"


def register_sheet(user: Any, sitting: Sitting) -> Sheet:
    """The page of one register for this person: nobody is marked who was not marked by somebody."""
    everything = all_codes()
    codes = code_set(sitting.series, sitting.site_id)
    register = register_of(sitting)
    read = read_marks(sitting)
    ids = [row[0] for row in read]
    before = previous_marks(sitting, ids)
    today = other_marks_today(sitting, ids)
    changed = [row[0] for row in read if (row[8] or 0) > 1]  # every change raises the version of a mark
    changes = changes_of(sitting, changed) if changed else {}
    officer = rules.may_set_every_code(user, sitting)
    offered = [code for code in offered_to(codes.in_force(sitting.date), officer=officer) if _fits(code, sitting)]
    quick = [code for code in offered if code.set_by == SetBy.QUICK]
    rows = [_row(Member(*row[:5]), row[5:], everything, quick) for row in read]
    tell_apart(rows)
    _fill_in_planned(sitting, codes, rows, quick)
    for row in rows:
        earlier = before.get(row.member.id)
        row.before, row.before_words = _before(earlier, everything)
        row.today = [
            (label, plain_mark(everything[code]), reason_given(everything[code]))
            for label, code in today.get(row.member.id, ())
            if earlier is None or (sitting.date, label) != earlier[:2]
        ]
        row.history = [
            change_words(change, everything) for change in changes.get(row.member.id, ()) if is_worth_saying(change)
        ]
    may_save, why_not = _may_save(user, sitting, rows)
    more = [code for _, codes_of in by_use(code for code in offered if code not in quick) for code in codes_of]
    return Sheet(sitting, codes, rows, quick, more, register, may_save, why_not)


def add_notes(user: Any, sheet: Sheet) -> None:
    """Put medical notes and the cover onto a page that is going to be shown; saving does not need them."""
    notes = medical_notes([row.member.id for row in sheet.rows], sheet.sitting.date)
    for row in sheet.rows:
        row.medical = notes.get(row.member.id, "")
    sheet.cover = cover_of(sheet.sitting, user)
    for row in sheet.rows:
        row.handed_over = [cover.lines[row.member.id] for cover in sheet.cover if row.member.id in cover.lines]


def tell_apart(rows: Sequence[SheetRow]) -> None:
    """Put the date of birth behind the names of students who have one name."""
    apart = people_apart([(row.member.id, row.list_name, row.member.born) for row in rows])
    for row in rows:
        if row.member.id in apart:
            row.list_name = f"{row.list_name} ({apart[row.member.id]})"
            row.name = f"{row.name} ({apart[row.member.id]})"


def _fill_in_planned(sitting: Sitting, codes: CodeSet, rows: list[SheetRow], quick: list[Code]) -> None:
    """Say what is planned; whoever has no mark yet is shown with the planned code, which is saved with the register."""
    for student, planned in planned_for(sitting, [row.member.id for row in rows]).items():
        row = next(row for row in rows if row.member.id == student)
        row.planned = planned_words(planned)
        code = codes.on(planned.code, sitting.date)
        place = MarkPosition(
            sitting.series, sitting.date, sitting.slot, born=row.member.born, register_minutes=sitting.register_minutes
        )
        if not row.code and code is not None and why_not(code, place) is None:
            row.code, row.kind, row.filled = code.code, code.kind, code.code
            row.choices = quick if code in quick else [*quick, code]


def planned_words(planned: Planned) -> str:
    """What is planned, with the note of whoever entered it."""
    return f"{planned.words}: {planned.note}" if planned.note else planned.words


def choices_for(row: SheetRow, sheet: Sheet) -> None:
    """The codes on a row's buttons: the usual ones, and the row's own where it is another."""
    row.choices = [] if row.locked else list(sheet.quick)
    code = sheet.codes.on(row.code, sheet.sitting.date) or sheet.codes.ever(row.code) if row.code else None
    row.kind = code.kind if code else ""
    if code is not None and code not in row.choices:
        row.choices.append(code)


def _row(member: Member, mark: Sequence[Any], codes: dict[int, Code], quick: list[Code]) -> SheetRow:
    """A student with the mark that stands: number of the code, minutes late, note and version."""
    given, family = member.given_name, member.family_name
    number, minutes, note, version = mark
    code = codes.get(number)
    seen = Seen(version, code.code if code else "", minutes, note) if version is not None else Seen(0)
    row = SheetRow(
        member=member,
        name=f"{given} {family}".strip(),
        list_name=", ".join(part for part in (family, given) if part),
        key=member.public_id,
        seen=seen,
        code=seen.code,
        minutes="" if seen.minutes_late is None else str(seen.minutes_late),
        note=seen.note,
        kind=code.kind if code else "",
    )
    row.choices = quick if code is None or code in quick else [*quick, code]
    return row


def present_code(sitting: Sitting, codes: CodeSet) -> str:
    """The code that means present at a sitting: the first of those that everybody sets."""
    usual = (code for code in codes.in_force(sitting.date) if code.set_by == SetBy.QUICK and _fits(code, sitting))
    return next((code.code for code in usual), "/")


def _fits(code: Code, sitting: Sitting) -> bool:
    """The two slashes belong to one session each; a planned closure has no register."""
    wrong = {1: "\\", 2: "/"}.get(sitting.slot) if sitting.series == "session" else None
    return code.code not in (wrong, "#" if sitting.series == "session" else None)


def _before(found: tuple[Any, str, int] | None, codes: dict[int, Code]) -> tuple[str, str]:
    if found is None:
        return "", ""
    day, label, number = found
    reason = reason_given(codes[number])
    return plain_mark(codes[number]), f"{wording.day(day)} {label}: {reason}" if reason else ""


def plain_mark(code: Code) -> str:
    """A mark as it may stand on a projector: one that gives a reason away is only absent, elsewhere or not counted."""
    return code.code if code.set_by == SetBy.QUICK else code.kind


def safe_words(code: Code | None) -> str:
    """A mark in words as they may stand on a projector: “L, late”, and only “absent” where the code gives a reason."""
    return plain_mark(code) if code and reason_given(code) else code_words(code)


def reason_given(code: Code) -> str:
    """The words of a mark that gives a reason away; nothing for present, late and absent, whose letters say it all."""
    return "" if code.set_by == SetBy.QUICK else code_words(code)


def _may_save(user: Any, sitting: Sitting, rows: list[SheetRow]) -> tuple[bool, str]:
    """Whether the register is a form for this person, and what to say of it where it is not, or not for every student."""
    if sitting.date > clock.today():
        return False, "This register can be taken from the morning of its day."
    if not rules.may_take_register(user, sitting):
        return False, "You can see this register; its tutor or teacher takes it."
    if sitting.date == clock.today() or rules.may_change_closed(user, sitting):
        return True, ""
    for row in rows:
        if row.seen.code:
            row.locked, row.choices = True, [code for code in row.choices if code.code == row.code]
    if all(row.locked for row in rows):
        return False, DAY_OVER
    return True, f"{DAY_OVER} You can still mark whoever has no mark." if any(row.locked for row in rows) else ""
