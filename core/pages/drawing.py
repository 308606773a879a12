"""Small drawings made of SVG attributes: sparklines and bars. Never a style attribute; the content policy blocks it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Number = int | float | Decimal

SPARK_WIDTH = 64
SPARK_HEIGHT = 20
INTERVAL_WIDTH = 96
_EDGE = 2.5


def sparkline(
    values: Sequence[Number | None],
    label: str = "",
    low: Number | None = None,
    high: Number | None = None,
    width: int = SPARK_WIDTH,
    height: int = SPARK_HEIGHT,
) -> SafeString:
    """A line through the values, a gap where there is none, a dot on the last. Empty with fewer than two values.

    The numbers themselves must stand beside it; `label` says the same in words, else it is decoration.
    """
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return mark_safe("")
    floor = min(known) if low is None else min(float(low), *known)
    ceiling = max(known) if high is None else max(float(high), *known)
    points = _points(values, floor, ceiling, width, height)
    runs = "".join(f"M{'L'.join(run)}" for run in _runs(points) if len(run) > 1)
    last = next(point for point in reversed(points) if point)
    name = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    across, down = last.split(" ")
    return mark_safe(  # numbers, and the label escaped; lists draw hundreds
        f'<svg class="wm-spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}"{name}><path d="{runs}"/>'
        f'<circle cx="{across}" cy="{down}" r="2"/></svg>'
    )


def bar(
    value: Number | None, of: Number = 100, mark: Number | None = None, tone: str = "", label: str = ""
) -> SafeString:
    """A bar `value` long out of `of`, with an upright line at `mark`. The number must stand beside it."""
    name = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    line = f'<path class="wm-bar-mark" d="M{round(_share(mark, of), 2)} 0V8"/>' if mark is not None else ""
    return mark_safe(  # numbers and constants, and the label escaped; comparisons draw a hundred
        f'<svg class="wm-bar-chart {f"wm-tone-{escape(tone)}" if tone else ""}" viewBox="0 0 100 8"'
        f' preserveAspectRatio="none"{name}><rect class="wm-bar-track" width="100" height="8"/>'
        f'<rect class="wm-bar-fill" width="{round(_share(value, of), 2)}" height="8"/>{line}</svg>'
    )


def interval(low: Number, high: Number, value: Number, reach: Number, label: str = "") -> SafeString:
    """An interval with its middle, on a line from −`reach` to `reach` with a mark at nought. The numbers must stand beside it."""
    name = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    left, right, middle = (_along(one, reach) for one in (low, high, value))
    return mark_safe(  # numbers and constants, and the label escaped
        f'<svg class="wm-interval" width="{INTERVAL_WIDTH}" height="16" viewBox="0 0 {INTERVAL_WIDTH} 16"{name}>'
        f'<path class="wm-interval-nought" d="M{INTERVAL_WIDTH / 2:g} 1V15"/><path d="M{left} 8H{right}M{left} 5V11M{right} 5V11"/>'
        f'<circle cx="{middle}" cy="8" r="3"/></svg>'
    )


def _along(value: Number, reach: Number) -> float:
    share = max(-1.0, min(1.0, float(value) / float(reach))) if reach else 0.0
    return round(INTERVAL_WIDTH / 2 + share * (INTERVAL_WIDTH / 2 - 4), 1)


def _share(value: Number | None, of: Number) -> float:
    return max(0.0, min(100.0, 100 * float(value or 0) / float(of))) if of else 0.0


def _points(values: Sequence[Number | None], floor: float, ceiling: float, width: int, height: int) -> list[str]:
    """Each value as "x y", or an empty string where there is none; a flat series runs along the middle."""
    step = (width - 2 * _EDGE) / (len(values) - 1)
    span = ceiling - floor
    points = []
    for place, value in enumerate(values):
        if value is None:
            points.append("")
            continue
        up = (float(value) - floor) / span if span else 0.5
        points.append(f"{_EDGE + place * step:.1f} {height - _EDGE - up * (height - 2 * _EDGE):.1f}")
    return points


def _runs(points: list[str]) -> list[list[str]]:
    """The points split wherever a value is missing."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return runs
