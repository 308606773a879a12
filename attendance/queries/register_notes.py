"""What whoever takes a register should know about its students just now: medical notes, and who covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from attendance.choices import Series
from attendance.queries.registers import person_words
from attendance.sittings import Sitting
from caseload.choices import Capacity, CharacteristicKind
from caseload.models import CaseloadGrant, Characteristic
from core import wording

if TYPE_CHECKING:
    from accounts.models import User

# Codes that say there is nothing, or that nobody knows.
_NOTHING = {"N", "ND", "U", "R", ""}


@dataclass(frozen=True)
class Cover:
    """Somebody covers the group on the day of a register, and what was handed over to them."""

    person: str
    until: date
    note: str

    @property
    def words(self) -> str:
        """“Mx Oduya covers until Fri 27 Nov”."""
        return f"{self.person} covers until {wording.day(self.until)}"


def medical_notes(student_ids: Iterable[int], day: date) -> dict[int, str]:
    """The medical notes in force on the day, as words, by student; only for whoever takes the students' register."""
    rows = Characteristic.objects.filter(
        student_id__in=list(student_ids), kind=CharacteristicKind.MEDICAL, period__contains=day
    ).order_by("pk")
    found: dict[int, list[str]] = {}
    for student, code, detail in rows.values_list("student_id", "code", "detail"):
        if code not in _NOTHING:
            found.setdefault(student, []).append(detail or (code.capitalize() if len(code) > 2 else "medical note"))
    return {student: "; ".join(words) for student, words in found.items()}


def cover_of(sitting: Sitting, user: "User") -> list[Cover]:
    """Who covers a tutor group on the day. The handover note is for those who hold the group: its tutors and the cover."""
    if sitting.series != Series.SESSION:
        return []
    rows = CaseloadGrant.objects.filter(content_object_id=sitting.group_id).on(sitting.date).order_by("pk")
    held = [dict(row) for row in rows.values(
        "user_id", "capacity", "period", "handover_note", "user__title", "user__given_name", "user__family_name",
    )]  # fmt: skip
    may_read = any(row["user_id"] == user.pk for row in held)
    return [_cover(row, may_read) for row in held if row["capacity"] == Capacity.COVER]


def _cover(row: dict[str, Any], may_read: bool) -> Cover:
    # A period ends on the day after its last day.
    last = date.fromordinal(row["period"].upper.toordinal() - 1)
    return Cover(person_words(row, "user"), last, row["handover_note"] if may_read else "")
