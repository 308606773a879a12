"""Sessions written for tests of cases and letters, and the words of a page."""

import re
from datetime import date
from typing import Any

from attendance.actions.summary import rebuild_summary
from attendance.codes import all_codes
from attendance.models import SessionMark
from caseload.queries.calendar import school_days
from core import clock
from tests.college import College


def mark_sessions(college: College, name: str, start: date, end: date, codes: str = "/\\") -> None:
    """Marks one student's sessions on every school day from one to another."""
    ids = {code.code: code.id for code in all_codes().values() if code.series == "session" and code.valid_to is None}
    SessionMark.objects.bulk_create(
        SessionMark(
            student=college.student(name), date=day, slot=slot, code_id=ids[codes[slot - 1]], marked_by=college.okafor,
            marked_at=clock.now(),
        )
        for day in school_days(college.school, start, end)
        for slot in (1, 2)
    )  # fmt: skip
    rebuild_summary()


def words(response: Any) -> str:
    """The words of a page, with ordinary spaces between them."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
