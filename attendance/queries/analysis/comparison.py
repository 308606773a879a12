"""Groups inside a group, side by side: caseloads, year groups, houses, courses, and those who share a characteristic."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from attendance.arithmetic import Totals, from_row, sum_of
from attendance.choices import Series
from attendance.queries.analysis.scope import Scope
from attendance.queries.analysis.spans import Window
from attendance.queries.figures.totals import COLUMNS, EACH_COUNTED, Span, totals_in_windows
from caseload.models import CaseloadMembership, HouseMembership, TeachingGroupMembership, YearGroupMembership
from caseload.queries.characteristics import characteristic_sets
from caseload.queries.students import reached_ids
from caseload.rules.telling_apart import groups_in_full

CHARACTERISTICS = "caseload.view_characteristics"
SMALL = 5  # fewer students than this move a figure a lot, and could be told apart
BY = {
    "caseload": "Tutor group or caseload",
    "year_group": "Year group",
    "course": "Course",
    "house": "House",
    "characteristic": "Characteristic",
}
_MEMBERS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "caseload": (CaseloadMembership, "group", ("group__name",)),
    "year_group": (YearGroupMembership, "group", ("group__nc_year", "group__name")),
    "house": (HouseMembership, "group", ("group__name",)),
    "course": (TeachingGroupMembership, "group__course", ("group__course__title",)),
}


@dataclass(frozen=True)
class Group:
    """One group of a comparison: its students in view, by id."""

    key: str
    name: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Side:
    """A group with its figures in the window and in the one before."""

    group: Group
    now: Totals
    persistent: int
    counted: int
    same: int  # how many have marks in both windows: a change is of the same students
    same_now: Totals
    same_before: Totals

    @property
    def students(self) -> int:
        """How many of its students are in view."""
        return len(self.group.members)

    @property
    def is_small(self) -> bool:
        """Too few to read much into, and not to be passed on."""
        return self.students < SMALL

    @property
    def share(self) -> float | None:
        """Attendance as a number, for the line in a bar."""
        return None if self.now.attendance is None else float(self.now.attendance)

    @property
    def points(self) -> float | None:
        """Change against the window before of the students with marks in both, in percentage points."""
        if self.same_now.attendance is None or self.same_before.attendance is None:
            return None
        return float(self.same_now.attendance - self.same_before.attendance)


@dataclass(frozen=True)
class Comparison:
    """Everybody together, and the groups."""

    everybody: Side
    sides: list[Side]


def groups_by(scope: Scope, by: str) -> list[Group]:
    """The groups of one kind that the students of a page are in today. One query (two for characteristics)."""
    if by == "characteristic":
        return _characteristics(scope)
    model, field, order = _MEMBERS[by]
    site = f"{field}__area__name" if by == "course" else f"{field}__site__name"
    names = (f"{field}__public_id", f"{field}__{'title' if by == 'course' else 'name'}", site)
    rows = (
        model.objects.filter(student__in=scope.ids, period__contains=scope.day)
        .exclude(**{field: None})
        .order_by(*order, field, "student_id")
        .values_list(*names, "student_id")
    )
    found: dict[str, dict[int, None]] = {}
    called = groups_in_full((str(public_id), name, where) for public_id, name, where, _ in rows)
    for public_id, _, _, student in rows:
        found.setdefault(str(public_id), {})[student] = None
    return [Group(key, called[key], tuple(members)) for key, members in found.items()]


def compare(scope: Scope, by: str, window: Window, year: Window) -> Comparison:
    """The groups of one series side by side in a window of dates. Courses have lessons only: their own, from the marks."""
    groups = groups_by(scope, by)
    by_student = totals_by_student({"now": window, "year": year}, scope.series, before=True)
    everybody = Group("", scope.name, tuple(scope.ids))
    if by == "course":
        own = lessons_by_course(_asked(window, before=True))
        sides = [_side(group, own.get(group.key, {}), by_student, scope.series) for group in groups]
    else:
        sides = [_side(group, by_student, by_student, scope.series) for group in groups]
    return Comparison(_side(everybody, by_student, by_student, scope.series), sides)


def students_of(
    scope: Scope, by: str, key: str, window: Window, year: Window
) -> tuple[Group | None, dict[int, dict[str, Totals]]]:
    """One group of a comparison with the totals of each of its students; no group when there is none of that key."""
    if not key:
        group: Group | None = Group("", scope.name, tuple(scope.ids))
    else:
        group = next((found for found in groups_by(scope, by) if found.key == key), None)
    if group is None:
        return None, {}
    if key and by == "course":
        found = totals_by_student({"year": year}, scope.series)
        own = lessons_by_course(_asked(window)).get(key, {})
        return group, {pk: found.get(pk, {}) | own.get(pk, {}) for pk in group.members}
    return group, totals_by_student({"now": window, "year": year}, scope.series)


def totals_by_student(named: dict[str, Window], series: str, *, before: bool = False) -> dict[int, dict[str, Totals]]:
    """The totals of each student in windows by name, and with `before` in what the first is set beside. A statement for
    each calendar that its sites go by."""
    found: dict[int, dict[str, Totals]] = {}
    for name, window in named.items():
        for part in window.parts:
            both = {"compared": part.compared, "before": part.before}
            spans = {name: part.span} | (both if before and name == "now" else {})
            for student, totals in totals_in_windows(part.ids, spans, series).items():
                found.setdefault(student, {}).update(totals)
    return found


def _asked(window: Window, *, before: bool = False) -> list[tuple[str, Collection[int], Span]]:
    """Whose lessons to read in which dates, by name."""
    asked: list[tuple[str, Collection[int], Span]] = [("now", part.ids, part.span) for part in window.parts]
    for part in window.parts if before else ():
        asked += [("compared", part.ids, part.compared), ("before", part.ids, part.before)]
    return asked


def lessons_by_course(
    asked: Iterable[tuple[str, Collection[int], Span]],
) -> dict[str, dict[int, dict[str, Totals]]]:
    """The totals of each student in the lessons of each course (by its public id), counted from the marks in one statement.

    Asked for are windows by name, each with whose it is and its dates.
    """
    parts: list[str] = []
    params: list[Any] = []
    for name, ids, (start, end) in asked:
        parts.append(
            f"SELECT m.student_id, m.slot, %s, {EACH_COUNTED} FROM attendance_lessonmark AS m"
            " LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id"
            " WHERE m.student_id = ANY(%s) AND m.date BETWEEN %s AND %s AND EXISTS (SELECT 1"
            " FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)"
        )
        params += [name, list(ids), start, end]
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COLUMNS)
    inner = ", ".join(f"sum({name}) AS {name}" for name in COLUMNS)
    statement = (
        f"WITH counted (student_id, slot, span, {', '.join(COLUMNS)}) AS ({' UNION ALL '.join(parts)}),"
        f" by_lesson AS (SELECT student_id, slot, span, {inner} FROM counted GROUP BY 1, 2, 3)"
        f" SELECT k.public_id, b.student_id, b.span, {sums} FROM by_lesson AS b"
        " JOIN caseload_timetabledlesson AS l ON l.id = b.slot JOIN caseload_teachinggroup AS g ON g.id = l.group_id"
        " JOIN caseload_course AS k ON k.id = g.course_id GROUP BY 1, 2, 3"
    )
    found: dict[str, dict[int, dict[str, Totals]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for public_id, student, span, *counts in cursor.fetchall():
            totals = from_row(dict(zip(COLUMNS, counts, strict=True)), Series.LESSON)
            found.setdefault(str(public_id), {}).setdefault(student, {})[span] = totals
    return found


def _side(
    group: Group, figures: dict[int, dict[str, Totals]], years: dict[int, dict[str, Totals]], series: str
) -> Side:
    nothing = Totals(series=series)
    mine = [figures.get(pk, {}) for pk in group.members]
    pairs = [(found.get("compared", nothing), found.get("before", nothing)) for found in mine]
    both = [(now, before) for now, before in pairs if now.possible and before.possible]
    year = [totals for pk in group.members if (totals := years.get(pk, {}).get("year", nothing)).is_enough]
    return Side(
        group,
        sum_of((found.get("now", nothing) for found in mine), series),
        sum(totals.called_persistent for totals in year),
        len(year),
        len(both),
        sum_of((now for now, _ in both), series),
        sum_of((before for _, before in both), series),
    )


def _characteristics(scope: Scope) -> list[Group]:
    """Sets by characteristic, only of those students whose characteristics this person may see."""
    if not scope.user.has_perm(CHARACTERISTICS):
        return []
    seen = reached_ids(scope.user, CHARACTERISTICS, "attendance.view_attendance", scope.ids)
    sets = characteristic_sets(seen)
    return [
        Group(name.lower().replace(" ", "-"), name, tuple(pk for pk in seen if pk in members))
        for name, members in sets.items()
        if members
    ]
