"""Targets and one-to-ones of many students at once, for lists, and of one. A fixed number of queries, whatever the length.

With `user` only what that person may read is counted; without, everything (for totals that name nobody). That a
one-to-one happened, and when, is known to everybody who holds one-to-ones with the student: its words are not.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from caseload.models import Caseload, CaseloadGrant, CaseloadMembership, Student
from caseload.needs import Need
from caseload.queries.calendar import current_academic_year
from caseload.querysets import among, reached, reaches_all
from caseload.registries.columns import Reason
from core import clock
from core.id_lists import array
from core.pages.once import about, once
from core.reading import read_rows
from interventions.choices import NOT_SEEN_WEEKS, TargetState
from interventions.models import Meeting, MeetingType, Target
from interventions.queries.figures import with_progress
from interventions.queries.record import open_targets

LOG = "interventions.log_meeting"
LONG_OVERDUE = timedelta(days=14)


class Targets(NamedTuple):
    """How many targets are open, and how many of those are past their date."""

    open: int
    overdue: int


class Due(NamedTuple):
    """The next thing that is due for a student, and when."""

    on: date
    what: str


class _Open(NamedTuple):
    """The open targets of a student, counted, and the first date among them."""

    open: int
    overdue: int
    at_risk: int
    first: date


def _who(user: Any) -> int | None:
    return None if user is None else user.pk


def _meetings(user: Any) -> Any:
    return Meeting.objects.all() if user is None else Meeting.objects.visible_to(user)


def _happened(user: Any) -> QuerySet[Meeting]:
    """The one-to-ones whose date alone this person may know, beside those that they may read. For dates only."""
    if user is None:
        return Meeting.objects.all()
    return Meeting.objects.filter(student__in=reached(user, LOG))


def _targets(user: Any) -> Any:
    return Target.objects.all() if user is None else Target.objects.visible_to(user)


def _written(rows: QuerySet[Any], *fields: str) -> tuple[str, tuple[Any, ...]]:
    """A query as it goes to the database, to be added up there; nothing when it can find nothing."""
    try:
        statement, params = rows.order_by().values(*fields).query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return statement, tuple(params)


# What lists say of everybody's open targets. Written out, as all the others below: lists are of thousands of students.
_OPEN = """
    SELECT t.student_id, count(*), count(*) FILTER (WHERE t.due_on < %s),
        count(*) FILTER (WHERE t.due_on >= %s AND t.state = %s), min(t.due_on)
    FROM unnest(%s::bigint[]) AS w (id) JOIN ({targets}) AS t (student_id, due_on, state) ON t.student_id = w.id GROUP BY 1
"""
# The last one-to-one that may be read, unless one that is known to have happened came later.
_NEXT = """
    SELECT w.id, r.next_on FROM unnest(%s::bigint[]) AS w (id)
    CROSS JOIN LATERAL (SELECT max(h.held_at) AS held_at FROM ({happened}) AS h (student_id, held_at)
        WHERE h.student_id = w.id) AS l
    JOIN LATERAL (SELECT m.next_on FROM ({read}) AS m (student_id, held_at, id, next_on)
        WHERE m.student_id = w.id AND m.held_at >= coalesce(l.held_at, '-infinity') ORDER BY m.held_at DESC, m.id DESC LIMIT 1
    ) AS r ON r.next_on IS NOT NULL
"""


_SEEN = """
    SELECT m.student_id, max(m.held_at) FROM ({known}) AS m (student_id, held_at)
    WHERE m.student_id = ANY(%s::bigint[]) GROUP BY 1
"""
_UNSEEN = """
    SELECT w.id, (SELECT max(m.held_at) FROM interventions_meeting AS m WHERE m.student_id = w.id), {joined}
    FROM unnest(%s::bigint[]) AS w (id)
    WHERE NOT EXISTS (SELECT FROM interventions_meeting AS m WHERE m.student_id = w.id AND m.held_at >= %s)
        AND w.id {reached}
"""


def _open_targets(ids: Iterable[int], user: Any) -> dict[int, _Open]:
    """What lists say of each student's open targets, in one query, read once for a page; left out: no open target."""
    today = clock.today()

    def read(wanted: Iterable[int]) -> dict[int, _Open]:
        targets, params = _written(_targets(user).open(), "student_id", "due_on", "state")
        if not targets:
            return {}
        rows = read_rows(
            _OPEN.format(targets=targets), [today, today, TargetState.AT_RISK, array(set(wanted)), *params]
        )
        return {student: _Open(*numbers) for student, *numbers in rows}

    return about(("open targets", _who(user), today), list(ids), read)


def targets_open_overdue(ids: Iterable[int], user: Any = None) -> dict[int, Targets]:
    """Open and overdue targets of each student; left out: no open target."""
    return {student: Targets(found.open, found.overdue) for student, found in _open_targets(ids, user).items()}


def last_seen(ids: Iterable[int], user: Any = None) -> dict[int, datetime]:
    """When each student last had a one-to-one, as far as this person may know; left out: never."""

    def read(wanted: Iterable[int]) -> dict[int, datetime]:
        of = [_happened(user)] if user is None or reaches_all(user, LOG, wanted) else [_meetings(user), _happened(user)]
        known = [_written(rows, "student_id", "held_at") for rows in of]
        there = [(statement, params) for statement, params in known if statement]
        if not there:
            return {}
        seen = _SEEN.format(known=" UNION ALL ".join(f"({statement})" for statement, _ in there))
        return dict(read_rows(seen, [*(value for _, params in there for value in params), array(set(wanted))]))

    return about(("last seen", _who(user)), list(ids), read)


def next_meetings(ids: Sequence[int], user: Any) -> dict[int, date]:
    """The date of the next one-to-one that the last one named. A later one-to-one takes its place, read or not."""

    def read(wanted: Iterable[int]) -> dict[int, date]:
        readable, params = _written(_meetings(user), "student_id", "held_at", "pk", "next_on")
        if not readable:
            return {}
        every = user is None or reaches_all(user, LOG, wanted)
        happened, more = _written(Meeting.objects.all() if every else _happened(user), "student_id", "held_at")
        if not happened:  # nothing more is known than what may be read
            happened, more = _written(_meetings(user), "student_id", "held_at")
        return dict(read_rows(_NEXT.format(read=readable, happened=happened), [array(set(wanted)), *more, *params]))

    return about(("next meetings", _who(user)), ids, read)


def next_due(ids: Iterable[int], user: Any = None) -> dict[int, Due]:
    """What is due next for each student: the next one-to-one, or the target whose date comes first."""
    wanted = list(ids)
    found = {student: Due(day, "One-to-one") for student, day in next_meetings(wanted, user).items()}
    for student, targets in _open_targets(wanted, user).items():
        if student not in found or targets.first < found[student].on:
            found[student] = Due(targets.first, "Target")
    return found


def reasons(ids: Sequence[int], user: Any = None) -> dict[int, list[Reason]]:
    """Why targets and one-to-ones say that a student needs attention. Four queries."""
    today, wanted = clock.today(), list(ids)
    found: dict[int, list[Reason]] = {}
    for student, targets in _open_targets(wanted, user).items():
        if targets.overdue:
            words = _plural(targets.overdue, "target", "overdue")
            need = Need.TARGETS_LONG_OVERDUE if today - targets.first > LONG_OVERDUE else Need.TARGETS_OVERDUE
            found.setdefault(student, []).append(Reason(words, need, "overdue"))
        elif targets.at_risk:
            words = _plural(targets.at_risk, "target", "at risk")
            found.setdefault(student, []).append(Reason(words, Need.TARGETS_AT_RISK))
    for student, due in next_meetings(wanted, user).items():
        if due < today:
            words = f"Review {_plural((today - due).days, 'day', 'overdue')}"
            need = Need.REVIEW_LONG_OVERDUE if today - due > LONG_OVERDUE else Need.REVIEW_OVERDUE
            found.setdefault(student, []).append(Reason(words, need, "review_due"))
    for student, weeks in weeks_unseen(wanted, user).items():
        words = f"Not seen for {weeks} weeks"
        found.setdefault(student, []).append(Reason(words, Need.NOT_SEEN, "not_seen"))
    return found


def _plural(number: int, noun: str, after: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} {after}"


# The day on which a student came: nobody could see them before.
JOINED = """(SELECT min(lower(r.period)) FROM caseload_sitemembership AS r
    WHERE r.student_id = {student} AND r.period @> {today}::date)"""


def seen_since(weeks: int) -> datetime:
    """From when on a one-to-one counts as held within so many weeks: one held exactly so many weeks ago is that long ago."""
    return clock.at(clock.today() - timedelta(weeks=weeks) + timedelta(days=1), 0)


def weeks_unseen(ids: Sequence[int], user: Any) -> dict[int, int]:
    """For how many weeks nobody has seen a student, where that is too long; counted from the start of the year at most, and
    from the day on which the student came.

    Said only of students with whom this person holds one-to-ones: anybody else can't know of all there were.
    """
    year, today = current_academic_year(), clock.today()
    since = seen_since(NOT_SEEN_WEEKS)

    def read(wanted: Iterable[int]) -> dict[int, int]:
        if year and clock.at(year.starts_on, 0) >= since:
            return {}
        condition, params = ("IS NOT NULL", []) if user is None else among(reached(user, LOG))
        weeks = {}
        statement = _UNSEEN.format(joined=JOINED.format(student="w.id", today="%s"), reached=condition)
        for student, seen_at, joined in read_rows(statement, [today, array(set(wanted)), since, *params]):
            known = [clock.local(seen_at).date()] if seen_at else []
            known += [joined] if joined else []
            known += [year.starts_on] if year else []
            weeks[student] = (today - max(known, default=today)).days // 7
        return weeks

    weeks = about(("weeks unseen", _who(user), today), ids, read)
    return {student: number for student, number in weeks.items() if number >= NOT_SEEN_WEEKS}


def active_kinds() -> list[MeetingType]:
    """The kinds of one-to-one in use, in order; read once for a page."""
    return list(once("kinds of one-to-one", lambda: list(MeetingType.objects.filter(active=True))))


def open_targets_of(user: Any, student: Student) -> list[Target]:
    """A student's open targets that this person may read, the first due first, with how far each has got."""
    return with_progress(user, open_targets(user, student))


def caseload_of(user: Any, student: Student) -> Caseload | None:
    """The caseload in which this person looks after the student, if any."""
    today = clock.today()
    held = CaseloadGrant.objects.filter(user=user, period__contains=today).values("content_object")
    membership = (
        CaseloadMembership.objects.filter(student=student, period__contains=today, group__in=held)
        .select_related("group")
        .order_by("group__name", "pk")
        .first()
    )
    return membership.group if membership else None


def next_student(user: Any, student: Student) -> tuple[Caseload, Student] | None:
    """The student after this one in the person's own caseload who has not been seen this week."""
    caseload = caseload_of(user, student)
    if caseload is None:
        return None
    monday = clock.at(clock.week_of(clock.today()), 0)
    seen = _happened(user).filter(held_at__gte=monday).values("student")
    others = Student.objects.visible_to(user, LOG).in_caseload(caseload.pk).exclude(pk=student.pk)
    waiting = others.exclude(pk__in=seen).order_by("sort_key", "pk")
    after = waiting.filter(Q(sort_key__gt=student.sort_key) | Q(sort_key=student.sort_key, pk__gt=student.pk)).first()
    found = after or waiting.first()
    return (caseload, found) if found else None
