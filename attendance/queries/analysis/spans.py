"""The windows of dates that analysis pages offer, and what each is set beside."""

from dataclasses import dataclass
from datetime import date, timedelta

from attendance.queries.totals import Span, windows
from caseload.queries.calendar import academic_year_on, academic_years, latest_term

YEAR_APART = timedelta(weeks=52)  # so that weekdays fall on weekdays
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Window:
    """A window of dates with its words, and the earlier one that it is set beside."""

    key: str
    label: str
    span: Span
    before: Span
    against: str


def windows_offered(day: date) -> dict[str, Window]:
    """This week, six weeks, this term, the year to date, and the same point last year, by key. Three queries."""
    year = academic_year_on(day)
    shown = windows(day, year.starts_on if year else None)
    term = latest_term(day)
    in_term = (term.starts_on, min(term.ends_on, day)) if term else shown.year
    first = shown.six_weeks[0]
    last = _a_year_before(shown.year, 1)
    found = (
        Window("week", "This week", shown.week, (shown.week[0] - WEEK, day - WEEK), "the same days a week earlier"),
        Window("six_weeks", "Six weeks", shown.six_weeks, (first - 6 * WEEK, first - timedelta(days=1)), "the six weeks before"),
        Window("term", "This term", in_term, (in_term[0] - YEAR_APART, in_term[1] - YEAR_APART), "the same students a year earlier"),
        Window("year", "Year to date", shown.year, last, "the same students a year earlier"),
        Window("last_year", "Same point last year", last, _a_year_before(last, 1), "the same students a year before that"),
    )  # fmt: skip
    return {window.key: window for window in found}


def _a_year_before(span: Span, years: int) -> Span:
    """The year before, from its start to the same point."""
    end = span[1] - years * YEAR_APART
    starts = [year.starts_on for year in academic_years() if year.starts_on <= end]
    return (max(starts), end) if starts else (span[0] - years * YEAR_APART, end)
