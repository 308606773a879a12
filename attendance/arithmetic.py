"""The arithmetic of attendance. Every percentage that anybody sees is worked out here, and nowhere else.

Sessions are summed first and divided once; thresholds compare whole numbers before anything is rounded; blanks are
shown and never counted (facts 1.5). A group's figure is the sum of its students' totals: `sum_of(...)`.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple, Protocol

from attendance.choices import ABSENT, ATTENDED, UNIT, Headline, Series, StatClass
from core import wording
from core.wording import NOTHING

# Facts 1.5: missed 10 % or more is persistent absence, 50 % or more severe.
PERSISTENT, SEVERE = 10, 2
# Of fewer possible sessions or lessons nothing is called a habit, and nobody is named for it: two weeks of sessions.
ENOUGH = 20
TOO_LITTLE = "too little to say"  # the mark beside an attendance of fewer
NEVER_AS = (0, 50, 90, 100)  # an attendance that is not exactly one of these is never written as it
LATE_DEFINITION = (
    "Late: arrived late, before or after the register closed, of the {unit} they came to"
    " (attended, or reached after it closed)."
)
MIXED = "Sessions and lessons are two series and are never added together."
_COLUMN = {
    StatClass.PRESENT: "present",
    StatClass.APPROVED: "approved",
    StatClass.AUTHORISED: "authorised",
    StatClass.UNAUTHORISED: "unauthorised",
    StatClass.NOT_POSSIBLE: "not_possible",
    StatClass.ADMINISTRATIVE: "not_collected",
}


class Classified(Protocol):
    """Anything that says what a code counts as."""

    @property
    def stat_class(self) -> str: ...
    @property
    def is_late(self) -> bool: ...


class Totals(NamedTuple):
    """Marks of one series counted by what they count as, and everything that follows from the counts.

    A tuple, as pages of a whole college make some ten thousand; the counts come first.
    """

    present: int = 0
    approved: int = 0
    authorised: int = 0
    unauthorised: int = 0
    not_possible: int = 0
    not_collected: int = 0
    unmarked: int = 0
    late: int = 0
    late_after_close: int = 0
    minutes_late: int = 0
    series: str = Series.SESSION
    headline: str = Headline.ATTENDED  # which of the two definitions of facts 2.1 a college shows

    def __add__(self, other: "Totals") -> "Totals":  # type: ignore[override]  # adds the counts; joins no tuples
        if self.series != other.series:
            raise ValueError(MIXED)
        return Totals(
            **{name: getattr(self, name) + getattr(other, name) for name in COLUMNS},
            series=self.series,
            headline=self.headline if self.possible else other.headline,
        )

    @property
    def possible(self) -> int:
        """The sessions that count: attended or absent."""
        return self.present + self.approved + self.authorised + self.unauthorised

    @property
    def attended(self) -> int:
        """Present, late and approved activity."""
        return self.present + self.approved

    @property
    def absent(self) -> int:
        """Authorised and unauthorised."""
        return self.authorised + self.unauthorised

    @property
    def shown(self) -> int:
        """What the attendance counts: attended, and where the college shows it so, absent with leave."""
        return self.attended + (self.authorised if self.headline == Headline.AUTHORISED else 0)

    @property
    def attendance(self) -> Fraction | None:
        """Attended of possible in per cent, exactly, by the definition that is shown; none when nothing was possible."""
        return self.share(self.shown)

    @property
    def absence(self) -> Fraction | None:
        """Absent of possible in per cent, exactly."""
        return self.share(self.absent)

    @property
    def authorised_attendance(self) -> Fraction | None:
        """Attended or absent with leave, of possible: the second of the two definitions that colleges use (facts 2.1)."""
        return self.share(self.attended + self.authorised)

    @property
    def times_late(self) -> int:
        """Late before and after the register closed."""
        return self.late + self.late_after_close

    @property
    def came(self) -> int:
        """The sessions they came to at all, which each late one is of: attended, and reached after the register closed."""
        return self.attended + self.late_after_close

    @property
    def lateness(self) -> Fraction | None:
        """Late of the sessions they came to in per cent, exactly."""
        return Fraction(100 * self.times_late, self.came) if self.came else None

    @property
    def attended_words(self) -> str:
        """What was attended, beside what the college shows where that counts absence with leave too: persistent and severe
        absence are by law about the first, whatever is shown (facts 1.5)."""
        words = f"{written(self.share(self.attended))} attended"
        if self.headline == Headline.AUTHORISED:
            words += f", {self.percent} attended or authorised"
        return words

    @property
    def law_note(self) -> str:
        """What was attended, where the college shows another figure as attendance; nothing where it is the same."""
        return f"{written(self.share(self.attended))} attended" if self.headline == Headline.AUTHORISED else ""

    @property
    def punctuality(self) -> Fraction | None:
        """On time of the sessions they came to in per cent, exactly."""
        return Fraction(100 * (self.came - self.times_late), self.came) if self.came else None

    @property
    def late_percent(self) -> str:
        """The lateness as every page writes it."""
        return plain(self.lateness)

    @property
    def on_time_percent(self) -> str:
        """The punctuality as every page writes it."""
        return plain(self.punctuality)

    @property
    def late_of(self) -> str:
        """What the lateness is of: “150 of 5,097 sessions they came to, 17 of them after the register closed”."""
        of = f"{self.times_late:,} of {self.came:,} {self.unit} they came to"
        return ", ".join(filter(None, (of, self.late_note)))

    @property
    def late_among(self) -> str:
        """The same without its unit, for a column: “150 of 5,097”."""
        return f"{self.times_late:,} of {self.came:,}"

    @property
    def of_possible(self) -> str:
        """Of how much a percentage is: “of 451 sessions”."""
        return f"of {self.possible:,} {self.unit}"

    @property
    def late_definition(self) -> str:
        """What is called late here, as a sentence."""
        return LATE_DEFINITION.format(unit=self.unit)

    @property
    def late_note(self) -> str:
        """How many of the late came after the register closed, as words behind their number; nothing when none did."""
        times, after = self.times_late, self.late_after_close
        which = f"{after:,} of them " if after < times else "" if times == 1 else "all "
        return f"{which}after the register closed" if after else ""

    @property
    def late_words(self) -> str:
        """Times late as every page says it: “4, 1 of them after the register closed”."""
        return ", ".join(filter(None, (f"{self.times_late:,}", self.late_note)))

    @property
    def is_persistent(self) -> bool:
        """Persistent absence: 10 % or more missed. A measure over a term or more, never over a week."""
        return bool(self.possible) and self.absent * PERSISTENT >= self.possible

    @property
    def is_severe(self) -> bool:
        """Severe absence: half or more missed."""
        return bool(self.possible) and self.absent * SEVERE >= self.possible

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to call anything a habit."""
        return self.possible >= ENOUGH

    @property
    def few(self) -> str:
        """The mark beside an attendance of too few to say anything by: “too little to say”; nothing where there is enough, or
        nothing was possible. A single week is always of few, and never bears it."""
        return TOO_LITTLE if 0 < self.possible < ENOUGH else ""

    @property
    def called_severe(self) -> bool:
        """Severe absence, of enough to call it so: what lists, figures and files say of a student."""
        return self.is_enough and self.is_severe

    @property
    def called_persistent(self) -> bool:
        """Persistent absence, of enough to call it so: what lists, figures and files say of a student."""
        return self.is_enough and self.is_persistent

    def is_below(self, other: "Totals", points: int) -> bool:
        """Whether the attendance lies at least so many points below the other's, of both where something was possible."""
        here, there = self.possible, other.possible
        return bool(here and there) and 100 * (other.shown * here - self.shown * there) >= points * here * there

    def share(self, marks: int) -> Fraction | None:
        """So many marks of possible in per cent, exactly; every rate divides by possible."""
        return Fraction(100 * marks, self.possible) if self.possible else None

    @property
    def unit(self) -> str:
        """What is counted: sessions or lessons."""
        return UNIT[Series(self.series)]

    @property
    def percent(self) -> str:
        """The attendance as it is written: “91.4 %”, and next to a threshold “89.96 % (below 90)”."""
        possible = self.possible
        return wording.share(100 * self.shown, possible, never_as=NEVER_AS) if possible else NOTHING

    @property
    def of(self) -> str:
        """What the percentage is of: “412 of 451 sessions”."""
        said = " attended or authorised" if self.headline == Headline.AUTHORISED else ""
        return f"{self.shown:,} of {self.possible:,} {self.unit}{said}"

    @property
    def definition(self) -> str:
        """What is called attendance here, as a sentence."""
        if self.headline == Headline.AUTHORISED:
            return f"Attendance is attended or absent with leave, of possible {self.unit}."
        return f"Attendance is attended of possible {self.unit}."

    @property
    def words(self) -> str:
        """Percentage and numbers together: “91.4 % · 412 of 451 sessions”."""
        return f"{self.percent} · {self.of}" if self.possible else f"no {self.unit} yet"

    @property
    def tone(self) -> str:
        """How much it should worry the reader, said in colour beside the number; nothing where there is too little to say."""
        possible, absent = self.possible, self.absent
        if possible < ENOUGH:
            return "plain"
        return "concern" if absent * PERSISTENT >= possible else "watch" if absent * 20 > possible else "good"


COLUMNS = tuple(name for name in Totals._fields if name not in ("series", "headline"))
_WIDTH = len(COLUMNS)


def decimal(share: Fraction | None, places: int) -> Decimal | None:
    """An exact share rounded once, half up."""
    if share is None:
        return None
    top, bottom = abs(share.numerator) * 10**places, share.denominator
    rounded = (2 * top + bottom) // (2 * bottom)
    return Decimal(rounded if share.numerator >= 0 else -rounded).scaleb(-places)


def written(share: Fraction | None) -> str:
    """An attendance in per cent as every page writes it: one decimal place, and a dash for none. A second place, and why it
    is there, where it would be read as a threshold: “89.96 % (below 90)”."""
    return NOTHING if share is None else wording.share(share.numerator, share.denominator, never_as=NEVER_AS)


def number(share: Fraction | None) -> float | None:
    """The same as a number for a file: as many places as are shown."""
    if share is None:
        return None
    return float(wording.rounded_share(share.numerator, share.denominator, never_as=NEVER_AS)[0])


def plain(share: Fraction | None) -> str:
    """A share that no threshold is about, as every page writes it."""
    return NOTHING if share is None else wording.share(share.numerator, share.denominator)


def totals_of(
    counts: Iterable[tuple[Classified | None, int]],
    series: str = Series.SESSION,
    minutes: int = 0,
) -> Totals:
    """Totals from so many marks of each code; no code is a blank."""
    found: dict[str, Any] = dict.fromkeys(COLUMNS, 0)
    for code, number in counts:
        if code is None:
            found["unmarked"] += number
            continue
        found[_COLUMN[StatClass(code.stat_class)]] += number
        if code.is_late:
            found["late"] += number if code.stat_class in ATTENDED else 0
            found["late_after_close"] += number if code.stat_class in ABSENT else 0
    return Totals(**found | {"minutes_late": minutes}, series=series)


def from_row(row: Mapping[str, Any], series: str) -> Totals:
    """Totals from a row of the database with columns of the weekly summary, and the headline where it has one."""
    headline = row.get("headline") if series == Series.LESSON else None
    return Totals(*(int(row.get(name) or 0) for name in COLUMNS), series=series, headline=headline or Headline.ATTENDED)


def sum_of(totals: Iterable[Totals], series: str = Series.SESSION) -> Totals:
    """The totals of a group: sums first. Never average students' percentages."""
    every = list(totals)
    if not every:
        return Totals(series=series)
    if len({each.series for each in every}) > 1:
        raise ValueError(MIXED)
    said = next((each for each in every if each.possible), every[-1])
    columns = islice(zip(*every, strict=True), _WIDTH)
    return Totals(*map(sum, columns), series=said.series, headline=said.headline)
