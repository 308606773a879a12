"""The impact of an intervention, or of every one of a kind, programme or model plan, put together from the figures as it is stored.

Only numbers are stored; what they say depends on who chose the students and on what else the page shows, and is worked out
when the page is drawn (`impact_words`).
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from interventions.choices_programmes import IMPACT_WEEKS
from interventions.impact import METHOD
from interventions.impact.dates import Start, horizon
from interventions.impact.estimate import FEWEST_SHOWN, Around, estimate
from interventions.impact.finding import Finding
from interventions.impact.shares import NEAR
from interventions.impact_words import FIGURES, Figure
from interventions.queries.impact_figures import Figures, Part, rows_of

DURING, AFTER = "during", "after"
LABELS = {DURING: "While it ran", AFTER: "Afterwards"}
FEWEST_WEEKS = 3  # weeks looked at, below which it is too early
LOOKED_BACK = 4 * NEAR  # weeks before a start that say how students stood
GRADE_AFTER = timedelta(weeks=3)  # a grade sooner after the start says nothing about it


def impact_of(figures: Figures, parts: Sequence[Part], *, snapshot: datetime) -> dict[str, Any]:
    """The result that is stored: every figure, for the first six weeks while it ran and for the six afterwards."""
    known = [one for one in parts if one.student in figures.row_of]
    return {
        "method": METHOD,
        "weeks": IMPACT_WEEKS,
        "snapshot": snapshot.isoformat(),
        "students": len({one.student for one in parts}),
        "figures": [_figure(figures, known, one) for one in FIGURES],
    }


def print_of(figures: Figures, parts: Sequence[Part]) -> str:
    """A fingerprint of all that a result comes from: it is worked out again only when this changes.

    Marks from the weeks before the first start to the last week looked at; who took part, who had the same help, and who had
    other help in those weeks. A mark corrected further back changes nothing until somebody asks for the result.
    """
    starts = [one for phase in (DURING, AFTER) for one in _starts(figures, parts, phase)]
    first = min((one.date for one in starts), default=0)
    last = horizon(starts, len(figures.weeks)) if starts else 0
    table = figures.parts_table
    same = table["type"].isin({one.type for one in parts})
    others = table[(same | (table["end"] > first - LOOKED_BACK)) & (table["first"] < last)]
    seen = [
        METHOD,
        sorted((one.student, one.type, one.first, one.end or date.max) for one in parts),
        sorted(
            (int(figures.ids[row]), kind, figures.weeks[begun], min(end, last))
            for row, kind, begun, end in others.to_numpy()
        ),
        figures.prints[max(first - LOOKED_BACK, 0) : last],
        _grade_changes(figures, parts).round(6).tolist(),
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _figure(figures: Figures, parts: Sequence[Part], figure: Figure) -> dict[str, Any]:
    kept = {"key": figure.key, "phases": [], "chart": []}
    if figure.key == "grades":
        return kept | {"moved": _moved(figures, parts)}
    for phase in (DURING, AFTER):
        starts = _starts(figures, parts, phase)
        if starts or phase == DURING:
            found = _estimated(figures, parts, starts, figure.key)
            kept["phases"].append(_phase(figures, found, figure, phase))
            if phase == DURING:
                kept["chart"] = _chart(figures, starts, figure, found.out)
    return kept


def _phase(figures: Figures, found: Finding, figure: Figure, phase: str) -> dict[str, Any]:
    """As it is stored. Of lateness the share that was late, so the signs turn round."""
    kept = found.stored() | {"phase": phase, "out": [int(figures.ids[row]) for row in found.out]}
    if not figure.up_is_good:
        for name in ("before", "later", "expected"):
            kept[name] = None if kept[name] is None else 100 - kept[name]
        kept["effect"] = None if found.effect is None else -found.effect
        kept["low"] = None if found.high is None else -found.high
        kept["high"] = None if found.low is None else -found.low
    for name in ("before", "later", "expected", "effect", "low", "high", "error", "chance", "stretch"):
        kept[name] = None if kept[name] is None else round(float(kept[name]), 6 if name == "chance" else 3)
    return kept


def _starts(figures: Figures, parts: Sequence[Part], phase: str) -> list[Start]:
    """The parts by the week in which they began and the weeks looked at: the first six while it ran, or the six afterwards.

    Parts of which there are too few weeks yet are left out here.
    """
    last = len(figures.weeks)
    found: dict[tuple[int, int, int], list[Part]] = {}
    for one in parts:
        start, end = figures.week(one.first), figures.week_after(one.end)
        first = start if phase == DURING else end
        until = min(first + IMPACT_WEEKS, last, end if phase == DURING else last)
        if start > 0 and until - first >= FEWEST_WEEKS:
            found.setdefault((start, first - start, until - first), []).append(one)
    return [Start(*key, rows_of(figures, inside)) for key, inside in sorted(found.items())]


def _estimated(figures: Figures, parts: Sequence[Part], starts: Sequence[Start], key: str) -> Finding:
    # Of a programme, who had any of its kinds.
    types = {one.type for one in parts}
    around = Around(figures.columns, figures.tutor_groups, lambda first, over: figures.other_help(types, first, over))
    found = estimate(figures.weekly[key], starts, lambda week: figures.helped_by(types, week), around)
    found.early = len({one.student for one in parts}) - found.asked
    return found


def _chart(figures: Figures, starts: Sequence[Start], figure: Figure, out: Sequence[int]) -> list[list[Any]]:
    """Week by week from the start, the students who are compared. Too few make no line."""
    top, bottom = _counted(figures, figure)
    # Where hardly anybody can be compared there is no expected line beside it, and all who had it are shown.
    without = out if len(out) * 2 < sum(len(one.helped) for one in starts) else []
    kept = [(one.date, np.setdiff1d(one.helped, without)) for one in starts]
    points = []
    for away in range(-NEAR, IMPACT_WEEKS):
        inside = [(rows, date + away) for date, rows in kept if 0 <= date + away < len(figures.weeks)]
        above = sum(float(top[rows, week].sum()) for rows, week in inside)
        below = sum(float(bottom[rows, week].sum()) for rows, week in inside)
        if below > 0 and sum(len(rows) for rows, _ in inside) >= FEWEST_SHOWN:
            points.append([_week_words(away), round(100 * above / below, 1)])
    return points


def _counted(figures: Figures, figure: Figure) -> tuple[Any, Any]:
    if figure.key == "attendance":
        return figures.shown, figures.possible
    return figures.late, figures.came


def _week_words(away: int) -> str:
    """The weeks before the start count down to −1, those from it on from 1."""
    return str(away + 1) if away >= 0 else f"−{-away}"


def _moved(figures: Figures, parts: Sequence[Part]) -> dict[str, Any]:
    """How many students' grades rose, stayed and fell in steps of their scale, from before the start to three weeks after it or later."""
    changes = _grade_changes(figures, parts)
    return {
        "students": len(changes), "rose": int((changes > 0).sum()), "fell": int((changes < 0).sum()),
        "stayed": int((changes == 0).sum()),
    }  # fmt: skip


def _grade_changes(figures: Figures, parts: Sequence[Part]) -> "pd.Series[float]":
    """Each student's mean change over their courses: the last grade before their start beside the latest one since."""
    first = {figures.row_of[one.student]: one.first for one in sorted(parts, key=lambda one: one.first, reverse=True)}
    grades = figures.grades[figures.grades["row"].isin(first)]
    if grades.empty:
        return pd.Series(dtype=float)
    begun = pd.to_datetime(grades["row"].map(first)).astype("datetime64[s]")
    before = grades[grades["on"] < begun].groupby(["row", "course"]).tail(1).set_index(["row", "course"])
    since = grades[grades["on"] >= begun + GRADE_AFTER].groupby(["row", "course"]).tail(1).set_index(["row", "course"])
    joined = before.join(since.add_suffix("_after"), how="inner")
    joined = joined[joined["scale"] == joined["scale_after"]]
    return (joined["position"] - joined["position_after"]).groupby(level="row").mean()
