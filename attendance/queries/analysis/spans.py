"""The windows of dates that analysis pages offer, and what each is set beside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.queries.figures.totals import Span, over_until
from attendance.queries.figures.windows import Together, Windows, together, windows
from caseload.queries.calendar import academic_years, latest_term

YEAR_APART = timedelta(weeks=52)  # so that weekdays fall on weekdays
FINISHED = "up to the last finished week"
NOTHING = (date.max, date.min)  # a week that still runs is set beside nothing


@dataclass(frozen=True)
class Part:
    """Students with the same dates in a window, and in the two that a change is told of: its weeks that are over, and the earlier one."""

    ids: tuple[int, ...]
    span: Span
    compared: Span
    before: Span


@dataclass(frozen=True)
class Window:
    """A window of dates with its words, and what it is set beside; for each site by its own calendar."""

    key: str
    label: str
    against: str
    parts: tuple[Part, ...]
    short: str = ""  # how few weeks it has, in words

    @property
    def dates(self) -> str:
        """“5 Oct to 27 Nov 2026”; several where sites were closed in other weeks."""
        return " and ".join(dict.fromkeys(_dates(part.span) for part in self.parts)) or "no dates"

    def span_of(self, student_id: int) -> Span:
        """The dates that count for one student."""
        return next((part.span for part in self.parts if student_id in part.ids), self.parts[0].span)


def windows_offered(ids: list[int], day: date) -> dict[str, Window]:
    """This week so far, six weeks, this term, the year to date, and the same point last year, by key, for these students.

    Four queries, and those of the calendars.
    """
    every = together(ids, day) or [Together("", windows(day), [])]
    shown = max((those.windows for those in every), key=lambda each: (each.weeks, each.weeks_before))
    term = latest_term(day)
    in_term = (term.starts_on, min(term.ends_on, day)) if term else shown.year
    last, over = _a_year_before(shown.year, 1), _over(in_term, day)

    def window(
        key: str, label: str, against: str, spans: Callable[[Windows], tuple[Span, Span, Span]], short: str = ""
    ) -> Window:
        return Window(key, label, against, tuple(_parts(every, spans)), short)

    found = (
        window("week", "This week so far", "", lambda w: (w.week, NOTHING, NOTHING)),
        window("six_weeks", shown.label, shown.against, lambda w: (w.six_weeks, w.six_weeks, w.before), shown.short),
        window("term", "This term", f"{FINISHED}, the same students a year earlier", lambda w: (in_term, over, _a_year_apart(over))),
        window("year", "Year to date", f"{FINISHED}, the same students a year earlier", lambda w: (w.year, _over(w.year, day), _a_year_before(_over(w.year, day), 1))),
        window("last_year", "Same point last year", "the same students a year before that", lambda w: (last, last, _a_year_before(last, 1))),
    )  # fmt: skip
    return {each.key: each for each in found}


def _over(span: Span, day: date) -> Span:
    """The weeks of a window that are over: a week that runs is set beside nothing."""
    return span[0], min(span[1], over_until(day))


def _parts(every: list[Together], spans: Callable[[Windows], tuple[Span, Span, Span]]) -> Iterator[Part]:
    same: dict[tuple[Span, Span, Span], list[int]] = {}
    for those in every:
        same.setdefault(spans(those.windows), []).extend(those.ids)
    for (span, compared, before), ids in same.items():
        yield Part(tuple(ids), span, compared, before)


def _dates(span: Span) -> str:
    if span[0] > span[1]:
        return "no finished week yet"
    year = "" if span[0].year == span[1].year else f" {span[0].year}"
    return f"{span[0]:%-d %b}{year} to {span[1]:%-d %b %Y}"


def _a_year_apart(span: Span) -> Span:
    return span[0] - YEAR_APART, span[1] - YEAR_APART


def _a_year_before(span: Span, years: int) -> Span:
    """The year before, from its start to the same point."""
    end = span[1] - years * YEAR_APART
    starts = [year.starts_on for year in academic_years() if year.starts_on <= end]
    return (max(starts), end) if starts else (span[0] - years * YEAR_APART, end)
