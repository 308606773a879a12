"""What each kind of alert rule asks for, and the sentences that name a rule and the reason of an alert."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from attendance.arithmetic import ENOUGH, Totals, decimal, written
from attendance.choices import AlertKind, Headline
from attendance.thresholds import UNAUTHORISED_SESSIONS
from caseload.needs import TODAY, Need
from core import wording

SIX_WEEKS = 6
# What a hold writes as the way in which an alert ended.
HELD_OUT = "Held out"
# A reason that is so again within these days is the same alert opened again, with its first date: a figure that
# wavers about its threshold is one task. For as long an ended alert stays on the list.
SAME_REASON_DAYS = 7
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Asked:
    """One figure that a kind of rule asks for: its label, what it is good for, and between what it must lie."""

    label: str
    help: str
    low: int
    high: int
    usual: int
    decimals: int = 0


@dataclass(frozen=True)
class Hit:
    """What a rule finds of one student on a day: the sentence, the figures behind it as (label, words) pairs, the figure
    alone, and whether the rule holds. `totals` are those of the rule's own window, where it has one; at the `edge` of a rule
    stand those for whom it would not hold with a day's absence (or one late arrival) fewer."""

    student_id: int
    reason: str
    facts: Mapping[str, Any]
    holds: bool = True
    figure: str = ""
    totals: Totals | None = None
    edge: bool = False


class Ruled(Protocol):
    """Anything with the figures of a rule: a stored rule, or one that is being typed."""

    kind: str
    percent: Decimal | None
    points: Decimal | None
    weeks: int | None
    count: int | None
    least_possible: int


_LEAST = Asked(
    "Least possible", "Fewer possible sessions or lessons than this in the dates say nothing yet.", 1, 400, ENOUGH
)
_LOOK_BACK = "School weeks, this one included; weeks in which the college is closed are not counted."
_FINISHED = "School weeks that are over. A fall is told only where chance hardly explains it: four weeks take nine weeks of the year."
FIELDS: dict[str, dict[str, Asked]] = {
    AlertKind.BELOW: {
        "percent": Asked("Below this percentage", "A student at exactly this figure is not raised. Attendance as the college shows it.", 1, 100, 90, 2),
        "least_possible": _LEAST,
    },
    AlertKind.DROP: {
        "points": Asked("Down by at least", "Percentage points, beside the same number of weeks before.", 1, 100, 8, 2),
        "weeks": Asked("In the last weeks", _FINISHED, 2, 13, 4),
        "least_possible": _LEAST,
    },
    AlertKind.CONSECUTIVE: {
        "count": Asked("Days in a row", "Days on which every mark that counts is an absence, whatever its reason.", 1, 60, 3),
    },
    AlertKind.UNAUTHORISED: {
        "count": Asked(
            "Sessions in ten school weeks",
            "The national threshold is 10 (codes G, N, O and U). A lower number tells you earlier; the law allows none higher.",
            1,
            UNAUTHORISED_SESSIONS,
            UNAUTHORISED_SESSIONS,
        ),
    },
    AlertKind.LATE: {
        "count": Asked("Late at least", "Times, before or after the register closed.", 1, 100, 6),
        "weeks": Asked("In the last weeks", _LOOK_BACK, 1, 13, 4),
    },
    AlertKind.PATTERN: {
        "weeks": Asked("In the last weeks", "Calendar weeks in which a pattern is looked for.", 4, 40, 12),
    },
}  # fmt: skip
WHAT_FOR = {
    AlertKind.BELOW: "Attendance this year, or in the last six weeks, is below a percentage.",
    AlertKind.DROP: "Attendance in the last finished weeks is so many points below that of the weeks before, and chance does not explain it.",
    AlertKind.CONSECUTIVE: "Somebody has been absent for so many school days without a break.",
    AlertKind.UNAUTHORISED: "Unauthorised sessions in a rolling ten school weeks, as the national framework counts them.",
    AlertKind.LATE: "Somebody has been late so many times in the last weeks.",
    AlertKind.PATTERN: "Absence falls on one weekday, time of day or lesson more often than chance explains.",
}
TONES: dict[str, str] = {AlertKind.CONSECUTIVE: "concern", AlertKind.UNAUTHORISED: "concern"}
# Their rows in the order of need: raised, and not acted on in the time that the rule allows.
NEEDS: dict[str, tuple[Need, Need]] = {
    AlertKind.CONSECUTIVE: (Need.AWAY, Need.AWAY_NOT_ACTED_ON),
    AlertKind.UNAUTHORISED: (Need.UNAUTHORISED, Need.UNAUTHORISED_NOT_ACTED_ON),
    AlertKind.DROP: (Need.DROP, Need.DROP_NOT_ACTED_ON),
    AlertKind.BELOW: (Need.BELOW, Need.BELOW_NOT_ACTED_ON),
    AlertKind.PATTERN: (Need.PATTERN, Need.PATTERN_NOT_ACTED_ON),
    AlertKind.LATE: (Need.LATE, Need.LATE_NOT_ACTED_ON),
}

# The kinds of which a single alert may mean that a child is missing: they stand before all others, however new.
AT_ONCE = [kind for kind, (raised, _) in NEEDS.items() if raised >= TODAY]


def number(value: int) -> str:
    """A small number as a word: “four”, then figures."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else str(value)


def plain(value: Decimal | Fraction | None, places: int = 1) -> str:
    """A figure without zeros that say nothing: “94”, “93.6”."""
    exact = decimal(Fraction(value), places) if value is not None else None
    text = wording.NOTHING if exact is None else f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# What a figure is called where a college counts absence with leave as attended.
_MEASURE = {Headline.ATTENDED: "", Headline.AUTHORISED: "attended or authorised "}


def in_words(rule: Ruled, measures: Collection[str]) -> str:
    """What a rule watches for, in a sentence without its end. `measures` are what counts as attendance where it holds: one,
    or both where sessions and lessons differ."""
    both = len(measures) > 1
    measure = "" if both else "".join(_MEASURE[Headline(one)] for one in measures)
    apart = " (in lessons attended or authorised)" if both else ""
    weeks = f"in {number(rule.weeks or 0)} {'week' if rule.weeks == 1 else 'weeks'}"
    match rule.kind:
        case AlertKind.BELOW:
            when = weeks if rule.weeks else "this year"
            return f"Attendance below {plain(rule.percent, 2)}\u202f% {measure}{when}{apart}, of {rule.least_possible} possible or more"
        case AlertKind.DROP:
            return f"Attendance down {plain(rule.points, 2)} points or more {measure}{weeks}{apart}, of {rule.least_possible} possible or more, and hardly by chance"
        case AlertKind.CONSECUTIVE:
            return f"Absent {in_days(rule.count or 0)} in a row or more"
        case AlertKind.UNAUTHORISED:
            return f"{rule.count} unauthorised sessions or more in ten school weeks"
        case AlertKind.LATE:
            return f"Late {in_times(rule.count or 0)} or more {weeks}"
        case _:
            return f"A pattern of absence {weeks} that chance does not explain"


def below(rule: Ruled, totals: Totals) -> bool:
    """Whether attendance, as the college shows it, is below the rule's percentage; whole numbers are compared."""
    if totals.possible < max(rule.least_possible, 1):
        return False
    return totals.shown * 100 < (rule.percent or 0) * totals.possible


def below_edge(rule: Ruled, totals: Totals) -> bool:
    """Whether two marks more attended, a day's sessions, would have kept somebody from being below."""
    return (totals.shown + 2) * 100 >= (rule.percent or 0) * totals.possible


def below_sentence(rule: Ruled, totals: Totals, weeks: int) -> str:
    """“Below 90 % this year: 87.5 %”; of six weeks how many of them are over this year. Where a college counts absence with
    leave as attended it says so: “Below 90 % attended or authorised this year: 87.5 %”."""
    when = f"in {'one week' if weeks == 1 else f'{number(weeks)} weeks'}" if rule.weeks else "this year"
    return f"Below {plain(rule.percent, 2)}\u202f% {_MEASURE[Headline(totals.headline)]}{when}: {written(totals.attendance)}"


def late(rule: Ruled, totals: Totals) -> bool:
    """Whether somebody was late as often as the rule asks."""
    return totals.times_late >= (rule.count or 1)


def unauthorised(rule: Ruled, sessions: int) -> bool:
    """Whether so many unauthorised sessions reach the rule's number."""
    return sessions >= (rule.count or UNAUTHORISED_SESSIONS)


def consecutive(rule: Ruled, days: int) -> bool:
    """Whether so many absent days in a row reach the rule's number."""
    return days >= (rule.count or 1)


def dropped(rule: Ruled, before: Totals, now: Totals) -> bool:
    """Whether attendance fell by the rule's points, compared exactly."""
    least = max(rule.least_possible, 1)
    if before.possible < least or now.possible < least or before.attendance is None or now.attendance is None:
        return False
    return before.attendance - now.attendance >= Fraction(rule.points or 0)


def dropped_sentence(rule: Ruled, before: Totals, now: Totals) -> str:
    """“Down 9 points in four weeks: 94 % to 85 %”; the points are those of the two figures as written. Where a college counts
    absence with leave as attended: “Down 9 points attended or authorised in four weeks: 94 % to 85 %”."""
    was, is_now = decimal(before.attendance, 1) or Decimal(0), decimal(now.attendance, 1) or Decimal(0)
    points = plain(was - is_now)
    weeks = "a week" if rule.weeks == 1 else f"{number(rule.weeks or 0)} weeks"
    measure = _MEASURE[Headline(now.headline)]
    return f"Down {points} points {measure}in {weeks}: {plain(was)}\u202f% to {plain(is_now)}\u202f%"


def moved(before: Totals, now: Totals) -> str:
    """How attendance has moved between two windows: “down 3 points”, “up 2 points”, “level”."""
    points = (decimal(now.attendance, 1) or Decimal(0)) - (decimal(before.attendance, 1) or Decimal(0))
    size = plain(abs(points))
    return "level" if not points else f"{'up' if points > 0 else 'down'} {size} {'point' if size == '1' else 'points'}"


def late_sentence(rule: Ruled, totals: Totals) -> str:
    """“Late 7 times in four weeks, 54 minutes in all”."""
    weeks = "a week" if rule.weeks == 1 else f"{number(rule.weeks or 0)} weeks"
    minutes = f", {totals.minutes_late} minutes in all" if totals.minutes_late else ""
    return f"Late {in_times(totals.times_late)} in {weeks}{minutes}"


def consecutive_sentence(days: int, since: date) -> str:
    """“Absent five days in a row, since Mon 16 Nov”."""
    return f"Absent {in_days(days)} in a row, since {wording.day(since)}"


def unauthorised_sentence(sessions: int, provisional: int) -> str:
    """“10 unauthorised sessions in ten school weeks, 2 of them N and provisional” (facts 1.7)."""
    what = f"{sessions} unauthorised {'session' if sessions == 1 else 'sessions'} in ten school weeks"
    return f"{what}, {provisional} of them N and provisional" if provisional else what


# What stands in the place of a figure where marks hold none for the rule: no longer in a run, not late, no pattern.
NONE_NOW: dict[str, str] = {
    AlertKind.BELOW: "no marks in these dates",
    AlertKind.DROP: "too few weeks to compare",
    AlertKind.CONSECUTIVE: "attending again",
    AlertKind.UNAUTHORISED: "0",
    AlertKind.LATE: "not late",
    AlertKind.PATTERN: "no pattern",
}
NOT_ON_ROLL = "not on the roll"


def on_its_day(reason: str, true_on: date) -> str:
    """The sentence of an alert with the day on which it was true: “Below 85 % in six weeks: 80.0 % on 9 Nov”."""
    day = wording.day(true_on, weekday=False)
    return f"{reason} on {day}" if ": " in reason else f"{reason}, as at {day}"


def as_of_today(reason: str, true_on: date, today: date, now: Hit | None) -> str:
    """The sentence of an alert beside what is so today: “Below 85 % in six weeks: 80.0 % on 9 Nov, now 90.0 %”.

    A sentence that was true this morning gives way to today's; where today was not looked at it says only when it was true.
    """
    if now is not None and now.holds and (true_on == today or now.reason == reason):
        return now.reason
    dated = on_its_day(reason, true_on)
    return dated if now is None else f"{dated}, now {now.figure}"


def in_days(value: int) -> str:
    """“one day”, “five days”."""
    return "one day" if value == 1 else f"{number(value)} days"


def in_times(value: int) -> str:
    """“once”, “7 times”."""
    return "once" if value == 1 else "twice" if value == 2 else f"{value} times"
