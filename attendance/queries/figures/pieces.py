"""Windows of dates cut into what is read: whole weeks, which the weekly summary knows, and odd days, which the marks know.

A window that begins or ends within a week has odd days there. Either they are counted from the marks, or the whole week is
taken and the days too many are taken off it again, whichever reads fewer days with marks. Days still to come hold next to
none, so that the present week comes from the summary. Windows that overlap share their pieces.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from core import clock

Span = tuple[date, date]
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True)
class Pieces:
    """What some windows are made of. Pieces have numbers; each window is the sum of its own."""

    weeks: dict[int, Span] = field(default_factory=dict)  # the Mondays of the first and the last week
    days: dict[int, tuple[date, date, bool]] = field(default_factory=dict)  # from, to, and whether they are taken off
    made_of: list[list[int]] = field(default_factory=list)  # the pieces of each window, in the order asked for

    def runs(self) -> list[list[tuple[int, Span]]]:
        """The pieces of whole weeks in order of time, those together that follow each other without a gap."""
        found: list[list[tuple[int, Span]]] = []
        for number, span in self.weeks.items():
            if found and found[-1][-1][1][1] + WEEK == span[0]:
                found[-1].append((number, span))
            else:
                found.append([(number, span)])
        return found


def cut_up(windows: Iterable[Span], today: date | None = None) -> Pieces:
    """The pieces of windows (first day, last day): no day is in two pieces of one window unless one takes it off."""
    rounded = [_rounded(start, end, today or clock.today()) for start, end in windows]
    wholes = [whole for whole, _ in rounded if whole]
    edges = sorted({first for first, _ in wholes} | {last + WEEK for _, last in wholes})
    cut = [(first, following - WEEK) for first, following in zip(edges, edges[1:], strict=False)]
    used = [span for span in cut if any(_inside(span, whole) for whole in wholes)]
    days = dict.fromkeys(odd for _, odds in rounded for odd in odds)
    weeks = dict(enumerate(used))
    numbers = {odd: len(weeks) + place for place, odd in enumerate(days)}
    made_of = [
        [number for number, span in weeks.items() if whole and _inside(span, whole)] + [numbers[odd] for odd in odds]
        for whole, odds in rounded
    ]
    return Pieces(weeks, {number: odd for odd, number in numbers.items()}, made_of)


def whole_weeks(start: date, end: date) -> Span:
    """The Mondays of the first and the last week that lie wholly between the dates; a week ends on its Sunday."""
    first = start if start.weekday() == 0 else clock.week_of(start) + WEEK
    return first, clock.week_of(end + DAY) - WEEK


def _rounded(start: date, end: date, today: date) -> tuple[Span | None, list[tuple[date, date, bool]]]:
    """The whole weeks of a window, or none, and its odd days."""
    if start > end:
        return None, []
    monday, sunday = clock.week_of(start), clock.week_of(end) + WEEK - DAY
    first, last = whole_weeks(start, end)
    if monday + WEEK > sunday:  # within one week
        before, after = (monday, start - DAY), (end + DAY, sunday)
        if _school_days(*before, today) + _school_days(*after, today) < _school_days(start, end, today):
            return (monday, monday), [(*span, True) for span in (before, after) if span[0] <= span[1]]
        return (None, [(start, end, False)]) if first > last else ((first, last), [])
    odd: list[tuple[date, date, bool]] = []
    if first != monday:
        before, within = (monday, start - DAY), (start, first - DAY)
        if _school_days(*before, today) < _school_days(*within, today):
            first = monday
            odd.append((*before, True))
        else:
            odd.append((*within, False))
    if last + WEEK <= sunday:
        within, after = (last + WEEK, end), (end + DAY, sunday)
        if _school_days(*after, today) < _school_days(*within, today):
            last += WEEK
            odd.append((*after, True))
        else:
            odd.append((*within, False))
    return ((first, last) if first <= last else None), odd


def _school_days(start: date, end: date, today: date) -> int:
    """The days from Monday to Friday between the dates that may hold many marks: those to come hold only what is planned."""
    return sum((start + number * DAY).weekday() < 5 for number in range((min(end, today) - start).days + 1))


def _inside(span: Span, whole: Span) -> bool:
    return whole[0] <= span[0] and span[1] <= whole[1]
