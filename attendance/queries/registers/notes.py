"""What whoever takes a register should know about its students just now: medical notes, and who covers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection

from attendance.choices import Series
from attendance.queries.registers.registers import person_words
from attendance.sittings import Sitting
from caseload.choices import Capacity, CharacteristicKind
from caseload.models import CoverNote
from core import wording
from core.id_lists import array

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
    lines: dict[int, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """“Mx Oduya covers until Fri 27 Nov”."""
        return f"{self.person} covers until {wording.day(self.until)}"


def medical_notes(student_ids: Iterable[int], day: date) -> dict[int, str]:
    """The medical notes in force on the day, as words, by student; only for whoever takes the students' register."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, [array(student_ids), CharacteristicKind.MEDICAL.value, day])
        rows = cursor.fetchall()
    found: dict[int, list[str]] = {}
    for student, code, detail in rows:
        if code not in _NOTHING:
            found.setdefault(student, []).append(detail or (code.capitalize() if len(code) > 2 else "medical note"))
    return {student: "; ".join(words) for student, words in found.items()}


_NOTES = """
    SELECT c.student_id, c.code, c.detail FROM caseload_characteristic AS c
    WHERE c.student_id = ANY(%s::bigint[]) AND c.kind = %s AND c.period @> %s::date ORDER BY c.id
"""


def cover_of(sitting: Sitting, user: "User") -> list[Cover]:
    """Who covers a tutor group on the day. What was handed over, of the group and of single students by their ids, is for
    those who hold the group: its tutors and the cover. One query, and another where somebody covers."""
    if sitting.series != Series.SESSION:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [sitting.group_id, sitting.date])
        held = [dict(zip(_HELD_FIELDS, row, strict=True)) for row in cursor.fetchall()]
    may_read = any(row["user_id"] == user.pk for row in held)
    covers = [row for row in held if row["capacity"] == Capacity.COVER]
    lines = _lines([row["id"] for row in covers]) if covers and may_read else {}
    return [_cover(row, may_read, lines.get(row["id"], {})) for row in covers]


_HELD_FIELDS = (
    "id", "user_id", "capacity", "last_day", "handover_note", "user__title", "user__given_name", "user__family_name",
)  # fmt: skip
# A period ends on the day after its last day.
_HELD = """
    SELECT g.id, g.user_id, g.capacity, upper(g.period) - 1, g.handover_note, u.title, u.given_name, u.family_name
    FROM caseload_caseloadgrant AS g JOIN accounts_user AS u ON u.id = g.user_id
    WHERE g.content_object_id = %s AND g.period @> %s::date ORDER BY g.id
"""


def _lines(grant_ids: list[int]) -> dict[int, dict[int, str]]:
    """What was handed over about single students, by grant and student."""
    found: dict[int, dict[int, str]] = {}
    for grant, student, text in CoverNote.objects.filter(grant__in=grant_ids).values_list("grant", "student", "text"):
        found.setdefault(grant, {})[student] = text
    return found


def _cover(row: dict[str, Any], may_read: bool, lines: dict[int, str]) -> Cover:
    return Cover(person_words(row, "user"), row["last_day"], row["handover_note"] if may_read else "", lines)
