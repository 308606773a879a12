"""A change of a mark in words: what it was, what it is, who changed it in which role, when and why (facts 1.9)."""

from typing import Any

from attendance.codes import Code
from attendance.queries.registers.registers import person_words
from core import wording

# What `change_words` needs of a row of SessionMarkChange or LessonMarkChange.
CHANGE_FIELDS = (
    "previous_code_id", "new_code_id", "reason", "role_at_time", "changed_at", "changed_by_system",
    "changed_by__title", "changed_by__given_name", "changed_by__family_name",
)  # fmt: skip


def is_worth_saying(change: dict[str, Any]) -> bool:
    """A blank that was filled is kept in the record like every change, and is no news to whoever filled it."""
    return change["previous_code_id"] is not None or bool(change["reason"])


def change_words(change: dict[str, Any], codes: dict[int, Code]) -> str:
    """“/ changed to N by Mr Doe, attendance officer, today 12:39: Seen leaving”."""
    was, now = (codes[n].code if n in codes else "no mark" for n in (change["previous_code_id"], change["new_code_id"]))
    who = person_words(change, "changed_by")
    role = f", {change['role_at_time'].lower()}" if change["role_at_time"] else ""
    why = f": {change['reason']}" if change["reason"] else ""
    return f"{was} changed to {now} by {who}{role}, {wording.moment(change['changed_at'])}{why}"
