"""What may be typed on a register: one group of fields for each student, known by the student's public id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category

from attendance.actions.registers import NewMark, Seen
from attendance.errors import ChangedMeanwhile
from attendance.queries.registers import code_words
from attendance.queries.sheet import Sheet, SheetRow, choices_for
from core import wording

PREFIXES = ("mark", "more", "minutes", "note", "seen")
REASON_LENGTH, NOTE_LENGTH = 200, 200


@dataclass
class RegisterForm:
    """A register as it was sent: marks to save, and the faults that keep them from being saved."""

    sheet: Sheet
    data: Mapping[str, str]
    marks: list[NewMark] = field(default_factory=list)
    faults: dict[int | str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why marks change after the register closed."""
        return _one_line(self.data.get("reason", ""))

    def is_valid(self) -> bool:
        """Read every row; a row that can't be read is named and nothing is saved."""
        known = {row.key: row for row in self.sheet.rows}
        sent = {name.split("-", 1)[1] for name in self.data if name.split("-", 1)[0] in PREFIXES and "-" in name}
        if strangers := sent - set(known):
            count = len(strangers)
            self.faults["form"] = (
                f"{count} of the students sent {'is' if count == 1 else 'are'} not on this register. Open it again and take it from there."
            )
        if len(self.reason) > REASON_LENGTH:
            self.faults["reason"] = f"At most {REASON_LENGTH} characters."
        for key in sorted(sent & set(known)):
            self._read(known[key])
        return not self.faults

    def _read(self, row: SheetRow) -> None:
        code = (self.data.get(f"more-{row.key}") or self.data.get(f"mark-{row.key}") or "").strip()
        if not code and self.data.get("rest") == "present":
            code = self.sheet.present
        stood, sent_note = row.seen.note, self.data.get(f"note-{row.key}")
        minutes = self.data.get(f"minutes-{row.key}", "").strip()
        # Marks that were kept while there was no connection come without notes: those stay as they are.
        note = stood if sent_note is None else _one_line(sent_note)
        row.code, row.minutes, row.note = code[:8], minutes[:4], note[: 5 * NOTE_LENGTH]
        known = self.sheet.codes.on(code, self.sheet.sitting.date) if code else None
        late = bool(known and known.is_late)
        if late and minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 3):
            self.faults[row.member.id] = "Minutes late are a whole number from 0 to 600."
            return
        seen = _seen(self.data.get(f"seen-{row.key}", ""))
        if seen is None:
            self.faults[row.member.id] = "This row can't be read. Open the register again."
            return
        row.seen = seen._replace(note=stood) if sent_note is None else seen
        seen = row.seen
        self.marks.append(NewMark(row.member.id, code, int(minutes) if late and minutes else None, note, seen))

    def keep(self, problems: Mapping[int | str, str] | None = None) -> Sheet:
        """The page again with everything that was typed, each fault beside its student."""
        faults = self.faults | dict(problems or {})
        for row in self.sheet.rows:
            row.fault = faults.get(row.member.id, "")
            choices_for(row, self.sheet)
        return self.sheet

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
                row.theirs = f"{clash.marked_by} saved {code_words(code)}{late} {wording.moment(clash.marked_at)}"
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
