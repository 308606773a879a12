"""The figures of impact as pages draw them: what each may say beside the others of its page, in words, numbers and a small plot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core import wording
from core.documents.charts import Chart, line_over_weeks, render_chart
from interventions.choices_programmes import HiddenReason
from interventions.impact import verdicts
from interventions.impact_runs import DURING, LABELS
from interventions.impact_words import BY_KEY, Figure, Said, interval, is_told, says, signed

GRADES = "progress.view_grades"
Stored = Mapping[str, Any]


@dataclass
class Shown:
    """One comparison: what is said of it, and its numbers as words where they may be shown."""

    figure: Figure
    found: Stored
    said: Said
    reach: float = 0.0  # the end of the plot's line, the same for all of a figure on a page

    @property
    def label(self) -> str:
        """Which weeks are looked at."""
        return LABELS[self.found["phase"]]

    @property
    def effect(self) -> str:
        """The estimate with its sign and unit."""
        return f"{signed(self.found['effect'], self.figure)} {self.figure.unit}" if self.said.told else ""

    @property
    def interval(self) -> str:
        """The 95 % interval."""
        return interval(self.found, self.figure) if self.said.told else ""

    def level(self, name: str) -> str:
        """A level in per cent, only beside an interval: without one, before and then would read as a result."""
        value = self.found[name]
        return wording.percent(value if self.said.told else None)

    @property
    def levels(self) -> dict[str, str]:
        """Before, then, and expected."""
        return {name: self.level(name) for name in ("before", "later", "expected")}


@dataclass
class Drawn:
    """One figure of a result: its comparisons, the main one first."""

    figure: Figure
    stored: Stored
    rows: list[Shown] = field(default_factory=list)

    @property
    def main(self) -> Shown | None:
        """The weeks while it ran: chosen beforehand, not by what came out."""
        return next((row for row in self.rows if row.found["phase"] == DURING), None)


def figures_for(user: Any, result: Stored) -> list[dict[str, Any]]:
    """The figures of a result that this person reads: grades only with the right to see grades."""
    may_see_grades = user.has_perm(GRADES)
    return [one for one in result.get("figures", []) if one["key"] != "grades" or may_see_grades]


def chances(results: Sequence[tuple[Stored, str | None]]) -> list[float]:
    """By how often chance makes each comparison of these results so large, of those that say something while it ran."""
    return [found["chance"] for result, hidden in results for found in _told(result.get("figures", []), hidden)]


def _told(figures: Sequence[Stored], hidden: str | None, *, all_phases: bool = False) -> list[Stored]:
    if hidden != HiddenReason.NONE:
        return []
    return [found for one in figures for found in _phases(one, all_phases) if is_told(found)]


def drawn(
    user: Any, results: Sequence[tuple[Stored, str | None]], beside: Sequence[float], *, all_phases: bool
) -> list[list[Drawn]]:
    """Every result of a page, each with the answer of who chose the students.

    `beside` are the chances of all comparisons of the overview: every page corrects its verdicts for these, so that the same
    comparison says the same on each.
    """
    page = [[(one, hidden) for one in figures_for(user, result)] for result, hidden in results]
    told = [
        found for result, hidden in results for found in _told(result.get("figures", []), hidden, all_phases=all_phases)
    ]
    bar = Bar(verdicts.bar(beside, len(told)), max(len(beside), len(told)))
    reach = _reaches(page, {id(found) for found in told}, all_phases)
    return [[_drawn(one, hidden, bar, reach, all_phases) for one, hidden in figures] for figures in page]


@dataclass(frozen=True)
class Bar:
    """How seldom chance may make a comparison so large, for how many of them."""

    chance: float
    of: int


def _phases(one: Stored, all_phases: bool) -> list[Stored]:
    return [found for found in one["phases"] if all_phases or found["phase"] == DURING]


def _reaches(page: Any, told: Collection[int], all_phases: bool) -> dict[str, float]:
    reach: dict[str, float] = {}
    for figures in page:
        for one, _ in figures:
            for found in _phases(one, all_phases):
                if id(found) in told:
                    far = max(abs(found["low"]), abs(found["high"]))
                    reach[one["key"]] = max(reach.get(one["key"], 0.0), far)
    return reach


def _drawn(one: Stored, hidden: str | None, bar: Bar, reach: Mapping[str, float], all_phases: bool) -> Drawn:
    figure = BY_KEY[one["key"]]
    rows = [
        Shown(
            figure,
            found,
            says(found, figure, hidden=hidden, stands=is_told(found) and found["chance"] <= bar.chance, of=bar.of),
            reach.get(figure.key, 0.0),
        )
        for found in _phases(one, all_phases)
    ]
    return Drawn(figure, one, rows)


def chart(one: Drawn) -> dict[str, Chart]:
    """Week by week from the start: those who had it, and beside the weeks looked at what was expected of them."""
    points = one.stored["chart"]
    if not points:
        return {}
    series: dict[str, Any] = {"Those who had it": [(label, value) for label, value in points]}
    main = one.main
    if main is not None and main.said.told:
        level = round(main.found["expected"], 1)
        series["Expected"] = [(label, None if label.startswith("−") else level) for label, _ in points]
    name = one.figure.name
    lowest = min(value for line in series.values() for _, value in line if value is not None)
    limits: dict[str, Any] = {"low": max(0, int(lowest) - 5), "high": 100} if one.figure.up_is_good else {"low": 0}
    alt = f"{name} week by week from the start, of those who had it, and what was expected"
    found = {}
    for size, width in (("wide", 640), ("narrow", 330)):
        spec = line_over_weeks(alt, series, axis="Week from the start", width=width, **limits)
        found[size], found[f"{size}_dark"] = render_chart(spec), render_chart(spec, mode="dark")
    return found
