"""The columns of each analysis list as a file, and what a row holds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from attendance.arithmetic import Totals, number
from attendance.choices import LIST_EXPORTED, UNIT, Series
from attendance.models import ThresholdDecision
from attendance.queries.analysis.comparison import Side
from attendance.queries.analysis.consecutive import Away, Unknown
from attendance.queries.analysis.leavers import Between
from attendance.queries.analysis.persistent import SHOW, Standing
from attendance.queries.analysis.punctuality import Late
from attendance.queries.analysis.resits import SHOW as RESIT_SHOW
from attendance.queries.analysis.resits import Resit
from attendance.queries.analysis.scope import Scope
from attendance.queries.analysis.unauthorised import Threshold
from attendance.queries.registers.feeds import feeds_for
from caseload.queries.list_files import WHO, list_file, who
from core import clock

Cells = Sequence[Any]
UNIT_COLUMN = "Counted in"
LATE = ("Late", "Of them after the register closed", "Came")


@dataclass(frozen=True)
class ListFile:
    """One list as a file."""

    columns: tuple[str, ...]
    row: Callable[..., Cells]


def answer(
    request: HttpRequest,
    name: str,
    file: ListFile,
    rows: Iterable[Any],
    scope: Scope,
    notes: Sequence[str],
    window: str = "",
) -> HttpResponseBase:
    """The file of a list: whose it is and of which dates, how far the marks of the MIS go, and how it is counted."""
    columns, cells = file.columns, [list(file.row(each)) for each in rows]
    if feed := feeds_for(request.user).words:
        columns, cells = (*columns, "From the MIS"), [[*row, feed] for row in cells]
    about = f"{scope.name}, {scope.unit}" + (f", {window}" if window else "")
    return list_file(request, LIST_EXPORTED, name, columns, cells, [f"{about}.", *notes])


def dates(span: tuple[date, date]) -> str:
    """“from Mon 19 Oct 2026 to Fri 27 Nov 2026”."""
    return f"from {span[0]:%-d %b %Y} to {span[1]:%-d %b %Y}"


def _percent(totals: Totals | None) -> float | None:
    return number(totals.attendance) if totals else None


def _standing(each: Standing) -> Cells:
    year = each.year
    return (
        *who(each.row), year.attended, year.possible, year.authorised, year.unauthorised, _percent(year),
        None if year.absence is None else round(float(year.absence), 1), _percent(each.six_weeks), SHOW.get(each.kind, ""), each.words, year.unit,
    )  # fmt: skip


def _threshold(found: tuple[dict[str, Any], Threshold, ThresholdDecision | None]) -> Cells:
    row, each, made = found
    sessions = "; ".join(f"{missed.date:%d/%m/%Y} {missed.half} {missed.code.code}" for missed in each.sessions)
    return (*who(row), each.now, each.provisional, each.is_met, each.met_in, sessions, *_decided(made))


def _decided(made: ThresholdDecision | None) -> Cells:
    if made is None:
        return (None,) * 5
    day = clock.local(made.decided_at).date()
    return (made.get_decision_display(), made.reason, made.decided_by.full_name, day, made.sessions)


def _away(each: Away | Unknown) -> Cells:
    if isinstance(each, Unknown):
        return (*who(each.row), None, None, None, each.last, "No mark lately", each.last_attended, None, None)
    return (
        *who(each.row), each.days, each.marks, each.since, each.last, each.reason, each.last_attended, each.without_leave,
        UNIT[Series(each.series)],
    )  # fmt: skip


def _late(each: Late) -> Cells:
    totals = each.totals
    return (
        *who(each.row), totals.times_late, totals.late_after_close, totals.came, totals.minutes_late,
        totals.on_time_percent, totals.unit,
    )  # fmt: skip


def _resit(each: Resit) -> Cells:
    return (
        *who(each.row), each.course, each.group, each.totals.attended, each.totals.possible, each.last_attended,
        each.started_on, each.qualifies_on, RESIT_SHOW[each.state], each.managers,
    )  # fmt: skip


def _between(each: Between) -> Cells:
    totals = each.totals
    return (
        *who(each.row), each.what, each.starts, each.ends, totals.attended, totals.possible, _percent(totals), each.why,
    )  # fmt: skip


def _side(side: Side) -> Cells:
    now = side.now
    change = None if side.points is None else round(side.points, 1)
    return (
        side.group.name if side.group.key else "Everybody together", side.students, _percent(now), now.attended, now.possible, change, side.same, now.authorised, now.unauthorised,
        now.times_late, now.late_after_close, now.came, side.persistent, side.counted, "Small group" if side.is_small else "", now.unit,
    )  # fmt: skip


def _compared(found: tuple[dict[str, Any], Totals | None, Totals | None]) -> Cells:
    row, now, year = found
    counts: Cells = (None,) * 7
    if now:
        counts = (
            now.attended, now.possible, now.authorised, now.unauthorised, now.times_late, now.late_after_close, now.came,
        )  # fmt: skip
    return (*who(row), _percent(now), *counts, _percent(year), now.unit if now else "")


def comparison_by(kind: str) -> ListFile:
    """Groups side by side: the first column says which kind of group."""
    return ListFile(
        (
            kind, "Students", "Attendance %", "Attended", "Possible", "Change in points", "Same students", "Authorised", "Unauthorised",
            *LATE, "Persistent, year", "With marks, year", "Small group", UNIT_COLUMN,
        ),
        _side,
    )  # fmt: skip


PERSISTENT = ListFile(
    (
        *WHO, "Attended", "Possible", "Authorised", "Unauthorised", "Attendance %", "Absence %", "Six weeks %", "Standing",
        "What it takes", UNIT_COLUMN,
    ),
    _standing,
)  # fmt: skip
THRESHOLD = ListFile(
    (
        *WHO, "Unauthorised in ten school weeks", "Of these provisional (N)", "Met now", "Last met in the week of",
        "Sessions", "Decision", "Why", "Decided by", "Decided on", "On so many sessions",
    ),
    _threshold,
)  # fmt: skip
AWAY = ListFile(
    (
        *WHO, "School days", "Marks", "Since", "Last mark", "Latest reason", "Last attended", "Without leave", UNIT_COLUMN,
    ),
    _away,
)  # fmt: skip
PUNCTUALITY = ListFile((*WHO, *LATE, "Minutes", "On time", UNIT_COLUMN), _late)
RESITS = ListFile(
    (
        *WHO, "Course", "Class", "Attended", "Possible", "Last attended", "Started", "42nd day", "List", "Responsible",
    ),
    _resit,
)  # fmt: skip
LEAVING = ListFile(
    (*WHO, "Site or course", "From", "Last day", "Attended", "Possible", "Attendance %", "Reason"), _between
)
COMPARED = ListFile(
    (
        *WHO, "Attendance %", "Attended", "Possible", "Authorised", "Unauthorised", *LATE, "Year to date %", UNIT_COLUMN,
    ),
    _compared,
)  # fmt: skip
