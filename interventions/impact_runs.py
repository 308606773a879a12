"""The impact of an intervention, or of every one of a kind or programme, put together from the figures: what the page shows."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

from interventions import impact_words as words
from interventions.impact import METHOD, Asked, Comparison, compare
from interventions.impact_words import FIGURES, Figure
from interventions.queries.impact_figures import Figures, Part, rows_of

DURING, AFTER = "during", "after"
LABELS = {DURING: "While it ran", AFTER: "Afterwards"}


def impact_of(
    figures: Figures, parts: Sequence[Part], weeks: int, *, snapshot: datetime, cost: Decimal | None
) -> dict[str, Any]:
    """The result that is stored: every figure, for the weeks while it ran and for those afterwards. `cost` is in pounds."""
    known = [one for one in parts if one.student in figures.row_of]
    measured = [_figure(figures, known, weeks, one, cost) for one in FIGURES]
    students = {one.student for one in parts}
    return {
        "method": METHOD,
        "weeks": weeks,
        "snapshot": snapshot.isoformat(),
        "students": len(students),
        "figures": measured,
        "warnings": [words.SWING, words.NOT_CHANCE, *(said for one in measured for said in one["cautions"])],
    }


def _figure(
    figures: Figures, parts: Sequence[Part], weeks: int, figure: Figure, cost: Decimal | None
) -> dict[str, Any]:
    phases, main = [], None
    for phase in (DURING, AFTER):
        found, starts = _compared(figures, parts, weeks, figure.key, phase)
        if found is None:
            continue
        phases.append(_phase(found, figure, phase, cost))
        # What lasts counts; while it can't be compared yet, what happens meanwhile does.
        if main is None or found.told:
            main = (found, starts, phase)
    if main is None:
        nothing = Comparison()
        return _empty(figure, nothing)
    found, starts, phase = main
    text, tone = words.verdict(found, figure)
    return {
        "key": figure.key, "name": figure.name, "unit": figure.unit, "level": figure.level, "places": figure.places,
        "sentence": words.sentence(found, figure), "verdict": text, "tone": tone, "main": phase, "phases": phases,
        "cautions": words.cautions(found, figure, _far(figures, found, starts, weeks, figure.key)),
        "chart": _chart(figures, parts, weeks, figure),
    }  # fmt: skip


def _empty(figure: Figure, found: Comparison) -> dict[str, Any]:
    return {
        "key": figure.key, "name": figure.name, "unit": figure.unit, "level": figure.level, "places": figure.places,
        "sentence": "Too few to tell: nothing can be compared yet.", "verdict": "Too few to tell", "tone": "plain",
        "main": "", "phases": [], "cautions": [], "chart": [],
    }  # fmt: skip


def _phase(found: Comparison, figure: Figure, phase: str, cost: Decimal | None) -> dict[str, Any]:
    numbers = (
        "before",
        "later",
        "compared_before",
        "compared_later",
        "naive",
        "compared_change",
        "effect",
        "low",
        "high",
    )
    values = {name: getattr(found, name) for name in numbers}
    if not found.told:
        # Of one or two students a mean would be somebody's own figures.
        values = dict.fromkeys(numbers)
    text, tone = words.verdict(found, figure)
    return {
        "key": phase, "label": LABELS[phase], "students": found.students, "left_out": found.left_out,
        "compared": found.compared, "verdict": text, "tone": tone, "sentence": words.sentence(found, figure),
        "cost": words.cost_of_a_point(found, figure, cost),
        **{name: None if value is None else round(value, 3) for name, value in values.items()},
    }  # fmt: skip


def _grouped(
    figures: Figures, parts: Sequence[Part], weeks: int, phase: str
) -> dict[tuple[int, tuple[int, int]], list[Part]]:
    """The parts by the week in which they began and the later weeks that are looked at."""
    last = len(figures.weeks)
    found: dict[tuple[int, tuple[int, int]], list[Part]] = {}
    for one in parts:
        start, end = figures.week(one.first), figures.week_after(one.end)
        later = (start, min(end, last)) if phase == DURING else (end, min(end + weeks, last))
        if start > 0 and later[1] > later[0]:
            found.setdefault((start, later), []).append(one)
    return found


def _compared(
    figures: Figures, parts: Sequence[Part], weeks: int, key: str, phase: str
) -> tuple[Comparison | None, list[int]]:
    groups = sorted(_grouped(figures, parts, weeks, phase).items())
    if not groups:
        return None, []
    asked, starts = [], []
    for (start, later), inside in groups:
        barred = np.zeros(len(figures.ids), dtype=bool)
        # Of a programme, whoever had any of its kinds.
        for kind in {one.type for one in parts}:
            barred |= figures.barred(kind, start - weeks, later[1])
        window = figures.window(key, start, weeks, later)
        asked.append(Asked(window, rows_of(figures, inside), barred, *figures.at(start)))
        starts.append(start)
    return compare(asked), starts


def _far(figures: Figures, found: Comparison, starts: list[int], weeks: int, key: str) -> float | None:
    """The level that the students had in the weeks before the weeks before."""
    values = []
    for number, row, _ in found.pairs:
        far = figures.far(key, starts[number], weeks)
        if far is not None and np.isfinite(far[row]):
            values.append(float(far[row]))
    return float(np.mean(values)) if values else None


def _chart(figures: Figures, parts: Sequence[Part], weeks: int, figure: Figure) -> list[list[Any]]:
    """Week by week from the start: the students, and those compared with them while it ran. Fewer than five make no line."""
    found, starts = _compared(figures, parts, weeks, figure.key, DURING)
    if not figure.level or found is None or not found.told:
        return []
    top, bottom = (figures.shown, figures.possible) if figure.key == "attendance" else (figures.late, figures.attended)
    points = []
    for away in range(-weeks, 2 * weeks):
        helped, others = [], []
        for number, row, mates in found.pairs:
            week = starts[number] + away
            if 0 <= week < len(figures.weeks) and bottom[row, week] > 0:
                below = bottom[mates, week]
                if below.sum() > 0:
                    helped.append(100 * top[row, week] / bottom[row, week])
                    others.append(100 * top[mates, week].sum() / below.sum())
        if len(helped) * 2 >= found.students:
            points.append(
                [
                    _week_words(away),
                    round(float(np.mean(helped)), 1),
                    round(float(np.mean(others)), 1),
                ]
            )
    return points


def _week_words(away: int) -> str:
    """The weeks before the start count down to −1, those from it on from 1."""
    return str(away + 1) if away >= 0 else f"−{-away}"
