"""What may be typed on a register: one group of fields for each student, known by the student's public id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import category

from attendance.actions.registers import NewMark, Seen
from attendance.actions.writing import OnRegister
from attendance.codes import CodeSet, code_set
from attendance.errors import ChangedMeanwhile
from attendance.queries.registers import code_words
from attendance.queries.sheet import Sheet, choices_for, present_code, safe_words
from attendance.sittings import Sitting
from core import wording

PREFIXES = ("mark", "more", "minutes", "note", "seen")
REASON_LENGTH, NOTE_LENGTH = 200, 200


class Typed(NamedTuple):
    """A row as it was sent, to be shown again: code, minutes, note, and what its writer had seen if that can be read."""

    code: str
    minutes: str
    note: str
    seen: Seen | None


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
        if not code and self.data.get("rest") == "present":
            code = present_code(self.sitting, codes)
        standing = self.read.stands.get(student)
        stood, sent_note = standing.note if standing else "", self.data.get(f"note-{key}")
        minutes = self.data.get(f"minutes-{key}", "").strip()
        # Marks that were kept while there was no connection come without notes: those stay as they are.
        note = stood if sent_note is None else _one_line(sent_note)
        seen = _seen(self.data.get(f"seen-{key}", ""))
        if seen is not None and sent_note is None:
            seen = seen._replace(note=stood)
        self.typed[key] = Typed(code[:8], minutes[:4], note[: 5 * NOTE_LENGTH], seen)
        known = codes.on(code, self.sitting.date) if code else None
        late = bool(known and known.is_late)
        if late and minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 3):
            self.faults[student] = "Minutes late are a whole number from 0 to 600."
        elif seen is None:
            self.faults[student] = "This row can't be read. Open the register again."
        else:
            self.marks.append(NewMark(student, code, int(minutes) if late and minutes else None, note, seen))

    def keep(self, sheet: Sheet, problems: Mapping[int | str, str] | None = None) -> Sheet:
        """The page again with everything that was typed, each fault beside its student."""
        faults = self.faults | dict(problems or {})
        for row in sheet.rows:
            if (typed := self.typed.get(row.key)) and sheet.may_save and not row.locked:
                row.code, row.minutes, row.note = typed.code, typed.minutes, typed.note
                row.seen = typed.seen or row.seen
            row.fault = faults.get(row.member.id, "")
            choices_for(row, sheet)
        return sheet

    def show_both(self, stopped: ChangedMeanwhile, fresh: Sheet) -> Sheet:
        """Both versions of every row that somebody else changed: theirs said beside it, ours as it was typed.

        Rows that were left alone show what stands now. Saving again means having seen it.
        """
        clashes = {clash.student_id: clash for clash in stopped.clashes}
        typed = {mark.student_id: mark for mark in self.marks}
        for row in fresh.rows:
            mark, clash = typed.get(row.member.id), clashes.get(row.member.id)
            if mark is not None and mark.seen is not None and (clash or _touched(mark)):
                row.code, row.note = mark.code, mark.note
                row.minutes = "" if mark.minutes_late is None else str(mark.minutes_late)
            if clash is not None:
                code = fresh.codes.on(clash.code, fresh.sitting.date)
                late = f", {clash.minutes_late} minutes" if clash.minutes_late else ""
                row.theirs, row.theirs_in_full = (
                    f"{clash.marked_by} saved {said}{late} {wording.moment(clash.marked_at)}"
                    for said in (safe_words(code), code_words(code))
                )
            choices_for(row, fresh)
        return fresh


def _touched(mark: NewMark) -> bool:
    return mark.seen is None or (mark.code, mark.minutes_late, mark.note) != mark.seen[1:]


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
