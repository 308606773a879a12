"""What may be typed on a register: one group of fields for each student, known by the student's public id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import category

from attendance.actions.registers import NewMark
from attendance.actions.writing import OnRegister
from attendance.codes import CodeSet, code_set
from attendance.errors import ChangedMeanwhile, Clash
from attendance.merging import Seen, merged
from attendance.queries.registers.registers import code_words
from attendance.queries.registers.sheet import (
    Sheet,
    SheetRow,
    choices_for,
    plain_mark,
    present_code,
    reason_given,
    safe_words,
)
from attendance.sittings import Sitting
from core import wording

PREFIXES = ("mark", "more", "minutes", "note", "seen", "filled")
REST = "rest"  # in place of a code that was planned: “Mark the others present” chose it
REASON_LENGTH, NOTE_LENGTH = 200, 200


class Typed(NamedTuple):
    """A row as it was sent, to be shown again: code, minutes, note, what its writer had seen if that can be read, and what
    had filled it in."""

    code: str
    minutes: str
    note: str
    seen: Seen | None
    filled: str


@dataclass
class RegisterForm:
    """A register as it was sent: marks to save, and the faults that keep them from being saved."""

    sitting: Sitting
    read: OnRegister
    data: Mapping[str, str]
    marks: list[NewMark] = field(default_factory=list)
    faults: dict[int | str, str] = field(default_factory=dict)
    typed: dict[str, Typed] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why marks change after the register closed."""
        return _one_line(self.data.get("reason", ""))

    @property
    def asked(self) -> frozenset[int]:
        """The students left blank about whom the page has asked; Save was pressed again since."""
        return frozenset(self.read.keys[key] for key in self.data.get("blanks", "").split() if key in self.read.keys)

    def is_valid(self) -> bool:
        """Read every row; a row that can't be read is named and nothing is saved."""
        sent = {name.split("-", 1)[1] for name in self.data if name.split("-", 1)[0] in PREFIXES and "-" in name}
        if strangers := sent - set(self.read.keys):
            count = len(strangers)
            self.faults["form"] = (
                f"{count} of the students sent {'is' if count == 1 else 'are'} not on this register. Open it again and take it from there."
            )
        if len(self.reason) > REASON_LENGTH:
            self.faults["reason"] = f"At most {REASON_LENGTH} characters."
        codes = code_set(self.sitting.series, self.sitting.site_id)
        for key in sorted(sent & set(self.read.keys)):
            self._read(key, self.read.keys[key], codes)
        return not self.faults

    def _read(self, key: str, student: int, codes: CodeSet) -> None:
        code = (self.data.get(f"more-{key}") or self.data.get(f"mark-{key}") or "").strip()
        filled = self.data.get(f"filled-{key}", "")[:8]
        if not code and self.data.get("rest") == "present":
            code, filled = present_code(self.sitting, codes), REST
        standing = self.read.stands.get(student)
        stood, sent_note = standing.note if standing else "", self.data.get(f"note-{key}")
        minutes = self.data.get(f"minutes-{key}", "").strip()
        # Marks that were kept while there was no connection come without notes: those stay as they are.
        note = stood if sent_note is None else _one_line(sent_note)
        seen = _seen(self.data.get(f"seen-{key}", ""))
        if seen is not None and sent_note is None:
            seen = seen._replace(note=stood)
        self.typed[key] = Typed(code[:8], minutes[:12], note[: 5 * NOTE_LENGTH], seen, filled)
        known = codes.on(code, self.sitting.date) if code else None
        late = bool(known and known.is_late)
        if late and minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 3):
            self.faults[student] = "Minutes late are a whole number from 0 to 600."
        elif seen is None:
            self.faults[student] = "This row can't be read. Open the register again."
        else:
            planned = "" if filled == REST else filled
            self.marks.append(NewMark(student, code, int(minutes) if late and minutes else None, note, seen, planned))

    def keep(self, sheet: Sheet, problems: Mapping[int | str, str] | None = None) -> Sheet:
        """The page again with everything that was typed, each fault beside its student."""
        faults = self.faults | dict(problems or {})
        for row in sheet.rows:
            if (typed := self.typed.get(row.key)) and sheet.may_save and not row.locked:
                row.code, row.minutes, row.note = typed.code, typed.minutes, typed.note
                row.seen, row.filled = typed.seen or row.seen, typed.filled
            row.fault = faults.get(row.member.id, "")
            choices_for(row, sheet)
        return sheet

    def show_both(self, stopped: ChangedMeanwhile, fresh: Sheet) -> Sheet:
        """Both versions of every row that two people marked differently: theirs said beside it, ours as it was typed.

        Every other row shows what saving would make of it, and a row that only “Mark the others present” had filled keeps
        the colleague's mark. Saving again means having seen all of it.
        """
        clashes = {clash.student_id: clash for clash in stopped.clashes}
        typed = {mark.student_id: mark for mark in self.marks}
        for row in fresh.rows:
            mark, clash = typed.get(row.member.id), clashes.get(row.member.id)
            if mark is not None and mark.seen is not None:
                self._show_beside(row, mark, mark.seen)
            if clash is not None:
                self._say_theirs(row, clash, fresh)
            choices_for(row, fresh)
        return fresh

    def _show_beside(self, row: SheetRow, mark: NewMark, seen: Seen) -> None:
        found = merged(seen.said, mark.said, row.seen.said, mark.filled)
        by_rest = self.typed[row.key].filled == REST
        said = row.seen.said if found.is_clash and by_rest else found.said
        if said == row.seen.said:
            return  # what stands is on the row already, or what is planned where nothing stands
        row.code, row.note = said.code, said.note
        row.minutes = "" if said.minutes_late is None else str(said.minutes_late)
        row.filled = REST if by_rest else ""

    def _say_theirs(self, row: SheetRow, clash: Clash, fresh: Sheet) -> None:
        code = fresh.codes.on(clash.code, fresh.sitting.date)
        late = f", {clash.minutes_late} minutes" if clash.minutes_late else ""
        row.theirs, row.theirs_in_full = (
            f"{clash.marked_by} saved {said}{late} {wording.moment(clash.marked_at)}"
            for said in (safe_words(code), code_words(code))
        )
        typed = self.typed[row.key]
        own = fresh.codes.on(typed.code, fresh.sitting.date)
        minutes = f", {typed.minutes} minutes" if own and own.is_late and typed.minutes else ""
        plain = f"{plain_mark(own)}{minutes}" if own else "not marked"
        row.ours = "present, with the others" if typed.filled == REST else plain
        row.ours_in_full = f"{code_words(own)}{minutes}" if own and reason_given(own) else row.ours


def _one_line(text: str) -> str:
    """Words as they can be kept: line breaks and other control characters, which no database keeps, become spaces."""
    return "".join(" " if category(sign) in ("Cc", "Cs") else sign for sign in text).strip()


def _seen(text: str) -> Seen | None:
    """What the page said when it was opened: version, code, minutes, note."""
    if not text:
        return Seen(0)
    parts = text.split("|", 3)
    if len(parts) != 4 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 10):
        return None
    if parts[2] and not (parts[2].lstrip("-").isascii() and parts[2].lstrip("-").isdigit() and len(parts[2]) < 6):
        return None
    return Seen(int(parts[0]), parts[1], int(parts[2]) if parts[2] else None, parts[3])
