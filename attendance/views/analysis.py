"""The analysis pages: groups side by side, and the lists of students who need somebody."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import page
from attendance import analysis_notes as notes
from attendance import rules
from attendance.arithmetic import ENOUGH, Totals
from attendance.choices import Series
from attendance.queries.alerts.decisions import standing_decisions, undecided
from attendance.queries.analysis import comparison as compared
from attendance.queries.analysis import leavers, persistent, resits, unauthorised
from attendance.queries.analysis.consecutive import RECENT, away_now
from attendance.queries.analysis.punctuality import latest_first
from attendance.queries.analysis.punctuality import punctuality as read_punctuality
from attendance.queries.analysis.scope import Scope, read_scope
from attendance.queries.analysis.spans import Window, windows_offered
from attendance.queries.figures.windows import year_to_date
from attendance.queries.students.page import WEEKDAYS
from attendance.views import analysis_files as files
from caseload.queries.list_files import wants_file
from caseload.queries.students import reached_ids
from caseload.registries.columns import actions_for
from core import clock

TABS = (
    ("attendance:comparison", "Compare", ""),
    ("attendance:persistent_list", "Persistent absence", ""),
    ("attendance:away_list", "Absent without a break", ""),
    ("attendance:threshold_list", "Unauthorised", Series.SESSION),
    ("attendance:punctuality", "Punctuality", ""),
    ("attendance:resit_list", "English and maths", Series.LESSON),
    ("attendance:leaving_list", "Leavers", ""),
)
ONLY = {name: only for name, _, only in TABS}
ROWS_PER_PAGE = 150
AWAY_DAYS = (2, 3, 5, 10)
SERIES_LABEL = {Series.SESSION: "AM and PM sessions", Series.LESSON: "Lessons"}


@page(rules.VIEW)
def comparison(request: HttpRequest) -> HttpResponseBase:
    """Groups side by side in a window of dates: each row opens its students; as a sheet too."""
    scope = _scope(request)
    offered = windows_offered(scope.ids, scope.day)
    window = offered.get(request.GET.get("window", ""), offered["six_weeks"])
    kinds = _kinds(scope)
    by = request.GET.get("by", "")
    by = by if by in kinds else "caseload"
    tables = [_compared(request, part, by, window.key) for part in _compared_parts(scope, by)]
    said = notes.filled(notes.COMPARISON, unit=scope.unit)
    said += [notes.CHANGE.format(against=window.against)] if window.against else [notes.NO_CHANGE]
    said += [notes.OWN_LESSONS] if by == "course" else []
    if left := len(scope.rows) - sum(len(table["scope"].rows) for table in tables):
        said += [notes.NO_COURSE.format(number=left)]
    if wants_file(request):
        about, sides = _about(window), [side for table in tables for side in (*table["sides"], table["everybody"])]
        return files.answer(request, "comparison", files.comparison_by(kinds[by]), sides, scope, said, about)
    context = _context(request, scope, "attendance:comparison", by=by, window=window.key) | {
        "notes": said,
        "by": kinds[by],
        "window": window,
        "tables": tables,
        "by_chips": _chips(kinds, by, lambda key: _address("attendance:comparison", scope, by=key, window=window.key)),
        "window_chips": _chips(
            {each.key: each.label for each in offered.values()},
            window.key,
            lambda key: _address("attendance:comparison", scope, by=by, window=key),
        ),
    }
    return render(request, "attendance/comparison.html", context)


def _compared_parts(scope: Scope, by: str) -> list[Scope]:
    """The students who are compared, by series: courses have lessons, and AM and PM sessions belong to none."""
    return [part for part in scope.parts if by != "course" or part.series == Series.LESSON]


def _compared(request: HttpRequest, part: Scope, by: str, key: str) -> dict[str, Any]:
    """One table of a comparison: the groups of one series, and everybody of it together."""
    offered = windows_offered(part.ids, part.day)
    window = offered[key]
    found = compared.compare(part, by, window, window if window.key == "last_year" else offered["year"])
    sides = _ordered(found.sides, request.GET.get("sort", ""))
    return {
        "scope": part,
        "title": SERIES_LABEL[Series(part.series)],
        "sides": sides,
        "everybody": found.everybody,
        "everybody_url": _students_address(part, by, window, ""),
        "rows": [(side, _students_address(part, by, window, side.group.key)) for side in sides],
    }


@page(rules.VIEW)
def comparison_students(request: HttpRequest) -> HttpResponseBase:
    """The students behind one figure of a comparison, the lowest attendance first."""
    scope = _scope(request)
    offered = windows_offered(scope.ids, scope.day)
    window = offered.get(request.GET.get("window", ""), offered["six_weeks"])
    kinds = _kinds(scope)
    by = request.GET.get("by", "caseload")
    if by not in kinds:
        raise Http404
    group, rows = None, []
    for part in _compared_parts(scope, by):
        windows = windows_offered(part.ids, part.day)
        found, totals = compared.students_of(part, by, request.GET.get("of", ""), windows[window.key], windows["year"])
        group = group or found
        for pk in found.members if found else ():
            rows.append((part.rows[pk], totals.get(pk, {}).get("now"), totals.get(pk, {}).get("year")))
    if group is None:
        raise Http404
    rows.sort(key=lambda row: _lowest_first(row[1]))
    said = notes.filled(notes.COMPARED, unit=scope.unit)
    few = sum(bool(now and now.possible and not now.is_enough) for _, now, _ in rows)
    said += [notes.FEW_LAST.format(number=few, least=ENOUGH, unit=scope.unit)] if few else []
    if wants_file(request):
        about = f"{group.name}, {_about(window)}"
        return files.answer(request, "attendance", files.COMPARED, rows, scope, said, about)
    context = _context(request, scope, "attendance:comparison", by=by, window=window.key) | {
        "group": group,
        "notes": said,
        "window": window,
        "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "marks": {
            pk: _marks_query(scope.of_student[pk], window.span_of(pk)) for pk in (row["id"] for row, _, _ in rows)
        },
        "own_lessons": bool(group.key) and by == "course",
        "trail": [
            ("Compare", _address("attendance:comparison", scope, by=by, window=window.key)),
            (group.name, ""),
        ],
    }
    return render(request, "attendance/comparison_students.html", context)


@page(rules.VIEW)
def persistent_list(request: HttpRequest) -> HttpResponseBase:
    """Persistent and severe absence, and who is about to cross, with what it takes; as a sheet too."""
    scope = _scope(request)
    rows = persistent.standings(scope)
    show = _one_of(request.GET.get("show"), persistent.SHOW)
    chosen = persistent.on_list(rows, show)
    said = notes.filled(notes.PERSISTENT, unit=scope.unit)
    said += [notes.BY_THE_END] if scope.series != Series.LESSON else []
    counted = sum(each.year.is_enough for each in rows)
    said += (
        [notes.TOO_FEW.format(number=len(rows) - counted, least=ENOUGH, unit=scope.unit)] if counted < len(rows) else []
    )
    said += _few((each.six_weeks for each in chosen), scope, "the six weeks")
    if wants_file(request):
        window = f"{persistent.SHOW[show].lower()}, {files.dates(year_to_date(scope.day))}"
        return files.answer(request, f"{show}-absence", files.PERSISTENT, chosen, scope, said, window)
    context = _context(request, scope, "attendance:persistent_list", show=show) | {
        "notes": said,
        "page": Paginator(chosen, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "show": show,
        "counted": counted,
        "chips": _chips(
            persistent.SHOW,
            show,
            lambda key: _address("attendance:persistent_list", scope, show=key),
            lambda key: len(persistent.on_list(rows, key)),
        ),
        "marks": {
            each.row["id"]: _marks_query(each.year.series, year_to_date(scope.day), show="absent") for each in chosen
        },
    }
    return render(request, "attendance/persistent_list.html", context)


@page(rules.VIEW)
def threshold_list(request: HttpRequest) -> HttpResponseBase:
    """The national threshold for penalty notices, with the sessions behind it: a prompt to staff, never an act."""
    scope = _scope(request, only=Series.SESSION)
    found = unauthorised.thresholds_of(scope.ids, scope.day)
    decided = standing_decisions(request.user, [each.student_id for each in found])
    rows = [(scope.rows[each.student_id], each, decided.get(each.student_id)) for each in found]
    said = notes.filled(notes.THRESHOLD, nearly=unauthorised.NEARLY)
    if wants_file(request):
        return files.answer(request, "unauthorised", files.THRESHOLD, rows, scope, said)
    context = _context(request, scope, "attendance:threshold_list") | {
        "notes": said,
        "met": [row for row in rows if row[1].is_met],
        "earlier": [row for row in rows if not row[1].is_met and row[1].met_in],
        "near": [row for row in rows if not row[1].is_met and not row[1].met_in],
        "to_decide": set(undecided(found, decided)),
        "acts_on": set(reached_ids(request.user, rules.ACT, rules.VIEW, [each.student_id for each in found])),
    }
    return render(request, "attendance/threshold_list.html", context)


@page(rules.VIEW)
def away_list(request: HttpRequest) -> HttpResponseBase:
    """Students who have attended nothing for some school days in a row, up to now; those without recent marks named apart."""
    scope = _scope(request)
    found = away_now(scope, AWAY_DAYS[0])
    everybody = found.away
    wanted = request.GET.get("days", "")
    least = int(wanted) if wanted in {str(number) for number in AWAY_DAYS} else AWAY_DAYS[0]
    rows = [each for each in everybody if each.days >= least]
    one = " or ".join(part.unit.removesuffix("s") for part in scope.parts)
    said = notes.filled(notes.AWAY, one=one, recent=RECENT)
    if wants_file(request):
        upto = f"{least} school days or more" + (f", marks up to {found.as_of:%-d %b %Y}" if found.as_of else "")
        return files.answer(request, "absent-without-a-break", files.AWAY, [*rows, *found.unknown], scope, said, upto)
    context = _context(request, scope, "attendance:away_list", days=str(least)) | {
        "notes": said,
        "found": found,
        "recent": RECENT,
        "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "least": least,
        "chips": _chips(
            {str(number): f"{number} days or more" for number in AWAY_DAYS},
            str(least),
            lambda key: _address("attendance:away_list", scope, days=key),
            lambda key: sum(each.days >= int(key) for each in everybody),
        ),
    }
    return render(request, "attendance/away_list.html", context)


@page(rules.VIEW)
def punctuality(request: HttpRequest) -> HttpResponseBase:
    """Who is late and how late, and at which places in the week."""
    scope = _scope(request)
    offered = {key: window for key, window in windows_offered(scope.ids, scope.day).items() if key != "last_year"}
    window = offered.get(request.GET.get("window", ""), offered["six_weeks"])
    parts = [(part, read_punctuality(part, windows_offered(part.ids, part.day)[window.key])) for part in scope.parts]
    late = latest_first([each for _, found in parts for each in found.students])
    students = [each for each in late if each.totals.is_enough]
    said = notes.filled(notes.PUNCTUALITY, unit=scope.unit)
    if few := len(late) - len(students):
        said += [notes.FEW_LATE.format(number=few, least=ENOUGH, unit=scope.unit)]
    if wants_file(request):
        about = _about(window)
        return files.answer(request, "punctuality", files.PUNCTUALITY, students, scope, said, about)
    context = _context(request, scope, "attendance:punctuality", window=window.key) | {
        "notes": said,
        "window": window,
        "parts": [
            {
                "series": part.series,
                "title": SERIES_LABEL[Series(part.series)],
                "everybody": found.everybody,
                "grid": [(label, [found.places.get((label, day)) for day in range(5)]) for label in found.labels],
            }
            for part, found in parts
        ],
        "page": Paginator(students, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "weekdays": WEEKDAYS[:5],
        "chips": _chips(
            {each.key: each.label for each in offered.values()},
            window.key,
            lambda key: _address("attendance:punctuality", scope, window=key),
        ),
        "marks": {
            each.row["id"]: _marks_query(each.totals.series, window.span_of(each.row["id"]), show="late")
            for each in students
        },
    }
    return render(request, "attendance/punctuality.html", context)


@page(rules.VIEW)
def resit_list(request: HttpRequest) -> HttpResponseBase:
    """English and maths watch: who sits a GCSE again in college and does not come, and who answers for the course."""
    scope = _scope(request, only=Series.LESSON)
    found = resits.resits(scope)
    show = _one_of(request.GET.get("show"), resits.SHOW)
    chosen = [each for each in found if each.is_on(show)]
    if wants_file(request):
        about = resits.SHOW[show].lower()
        return files.answer(request, "english-and-maths", files.RESITS, chosen, scope, notes.RESITS, about)
    context = _context(request, scope, "attendance:resit_list", show=show) | {
        "notes": notes.RESITS,
        "page": Paginator(chosen, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "show": show,
        "any": bool(found),
        "chips": _chips(
            resits.SHOW,
            show,
            lambda key: _address("attendance:resit_list", scope, show=key),
            lambda key: sum(each.is_on(key) for each in found),
        ),
    }  # fmt: skip
    return render(request, "attendance/resit_list.html", context)


@page(rules.VIEW)
def leaving_list(request: HttpRequest) -> HttpResponseBase:
    """Leavers, withdrawals and late starters of this year, each counted between their dates."""
    scope = _scope(request)
    show = _one_of(request.GET.get("show"), leavers.SHOW)
    rows = leavers.between_dates(request.user, show, year_to_date(scope.day))
    said = [*notes.LEAVING, *([notes.WITHDRAWN] if show == "withdrawn" else [])]
    said += _few((each.totals for each in rows), scope, "these dates")
    if wants_file(request):
        window = f"{leavers.SHOW[show].lower()}, {files.dates(year_to_date(scope.day))}"
        return files.answer(request, "leavers-and-late-starters", files.LEAVING, rows, scope, said, window)
    context = _context(request, scope, "attendance:leaving_list", show=show) | {
        "notes": said,
        "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "show": show,
        "groups": [],
        "series_tabs": [],
        "chips": _chips(leavers.SHOW, show, lambda key: _address("attendance:leaving_list", scope, show=key)),
    }
    return render(request, "attendance/leaving_list.html", context)


def _few(found: Iterable[Totals], scope: Scope, dates: str) -> list[str]:
    """How many percentages of a list, and of its file, are of too little to say anything by."""
    number = sum(bool(totals.few) for totals in found)
    return [notes.FEW_MARKED.format(number=number, least=ENOUGH, unit=scope.unit, dates=dates)] if number else []


def _scope(request: HttpRequest, only: str = "") -> Scope:
    request.current_place = "attendance:comparison"  # type: ignore[attr-defined]  # read by the shell
    return read_scope(request.user, request.GET.get("in", ""), request.GET.get("series", ""), only)


def _context(request: HttpRequest, scope: Scope, name: str, **kept: str) -> dict[str, Any]:
    """What every analysis page shows: its tabs, the groups to choose from, the series kept apart."""
    return {
        "scope": scope,
        "now": clock.now(),
        "actions": actions_for(request.user),
        "tabs": [
            {"label": label, "url": _address(tab, scope), "current": tab == name, "count": None}
            for tab, label, only in TABS
            if not only or only in scope.every_series or tab == name
        ],
        "groups": [
            {"label": label, "url": _address(name, scope, **{"in": key}, **kept), "current": key == scope.key, "count": None}
            for key, label in (("", scope.whole), *((each.key, each.name) for each in _shown_groups(scope)))
        ],
        "series_tabs": [
            {"label": label, "url": _address(name, scope, series=one, **kept), "current": one == scope.series, "count": None}
            for one, label in (("", "Everybody"), *((one, SERIES_LABEL[Series(one)]) for one in scope.every_series))
        ]
        if len(scope.every_series) > 1 and not ONLY[name]
        else [],
    }  # fmt: skip


def _shown_groups(scope: Scope) -> list[Any]:
    """The groups offered, and the one an address names beside them."""
    named = scope.container is not None and scope.key not in {each.key for each in scope.offered}
    return [*scope.offered, scope.container] if named else scope.offered


def _kinds(scope: Scope) -> dict[str, str]:
    """The kinds of group that this person may compare."""
    return {
        key: label
        for key, label in compared.BY.items()
        if (key != "characteristic" or scope.user.has_perm(compared.CHARACTERISTICS))
        and (key != "course" or _compared_parts(scope, key))
    }


def _address(name: str, scope: Scope, **more: str) -> str:
    query = {"in": scope.key, "series": scope.series} | more
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


def _students_address(scope: Scope, by: str, window: Window, key: str) -> str:
    return _address("attendance:comparison_students", scope, by=by, of=key, window=window.key)


def _lowest_first(totals: Totals | None) -> tuple[int, Fraction]:
    """The order of a list of students by attendance: those with too little to compare come last, then those with nothing."""
    if totals is None or totals.attendance is None:
        return 2, Fraction(0)
    return 0 if totals.is_enough else 1, totals.attendance


def _about(window: Window) -> str:
    """The window in the head of a file: “six weeks, 5 Oct to 27 Nov 2026”."""
    return ", ".join(filter(None, (window.label.lower(), window.dates, window.short)))


def _marks_query(series: str, span: tuple[Any, Any], **more: str) -> str:
    return urlencode({"series": series, "from": span[0], "to": span[1]} | more)


def _chips(
    labels: dict[str, str], now: str, address: Callable[[str], str], count: Callable[[str], int] | None = None
) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": address(key), "current": key == now, "count": count(key) if count else None}
        for key, label in labels.items()
    ]


def _one_of(value: str | None, offered: dict[str, str]) -> str:
    return value if value in offered else next(iter(offered))


def _ordered(sides: list[compared.Side], sort: str) -> list[compared.Side]:
    keys: dict[str, Callable[[compared.Side], Any]] = {
        "attendance": lambda side: (side.now.attendance is None, side.now.attendance or 0),
        "students": lambda side: side.students,
        "persistent": lambda side: side.persistent,
        "change": lambda side: (side.points is None, side.points or 0),
    }
    key = keys.get(sort.removeprefix("-"))
    return sorted(sides, key=key, reverse=sort.startswith("-")) if key else sides
