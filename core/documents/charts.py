"""Charts as Vega-Lite specifications, drawn to SVG here, each with its words and the table of its numbers.

The same chart is the same bytes wherever it is drawn: ids inside the SVG come from its content. Nothing is loaded from
the network.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.core.cache import cache

from core.documents import fonts

VEGA_LITE = "6.4"
KEPT = 7 * 24 * 3600  # seconds
WIDTH, HEIGHT, NARROW = 640, 220, 400
Number = int | float

# The tokens of static/css/tokens.css for pictures, which no style sheet of a page can reach; print is safe in grey.
INKS: dict[str, dict[str, Any]] = {
    "light": {
        "text": "#1a2230",
        "muted": "#52606f",
        "line": "#d7dde5",
        "series": ["#1f4e8c", "#8a5300", "#1b6437", "#9d1c17", "#5c6670"],
    },
    "dark": {
        "text": "#e6ebf2",
        "muted": "#a9b4c2",
        "line": "#323c4a",
        "series": ["#8fb7f3", "#f2c874", "#86d7a3", "#ffa79e", "#a9b4c2"],
    },
    "print": {
        "text": "#000000",
        "muted": "#333333",
        "line": "#bbbbbb",
        "bar": "#555555",
        "series": ["#000000", "#6e6e6e", "#a3a3a3", "#3d3d3d", "#8a8a8a"],
    },
}
# Series differ by more than colour: each has a dash of its own.
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 4]]


@dataclass(frozen=True)
class Chart:
    """A drawn chart: the picture, what it shows in words, and its numbers."""

    svg: str
    alt: str
    columns: list[str]
    table: list[list[Any]]
    width: int
    height: int

    @property
    def data_uri(self) -> str:
        """The picture for an `<img>`: in a page, a mail or a PDF."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()


def render_chart(spec: Mapping[str, Any], *, mode: str = "light") -> Chart:
    """Draw a specification. Its `description` is the words for those who can't see it, `usermeta` its table."""
    if mode not in INKS:
        raise ValueError(f"“{mode}” is no mode of a chart; there are {', '.join(INKS)}.")
    alt = str(spec.get("description", "")).strip()
    about = spec.get("usermeta", {})
    if not alt or "columns" not in about or "rows" not in about:
        raise ValueError("A chart needs its words (description) and the table of its numbers (usermeta columns, rows).")
    svg = _cached_svg(spec, mode)
    width, height = _size_of(svg)
    return Chart(svg, alt, list(about["columns"]), [list(row) for row in about["rows"]], width, height)


def line_over_weeks(
    alt: str,
    series: Mapping[str, Sequence[tuple[str, Number | None]]],
    *,
    unit: str = "%",
    low: Number | None = None,
    high: Number | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
    axis: str = "Week beginning",
) -> dict[str, Any]:
    """One line for each series over the same weeks, given as (label, value); a gap where there is no value."""
    labels = list(dict.fromkeys(label for points in series.values() for label, _ in points))
    values = [
        {"week": label, "value": value, "series": name}
        for name, points in series.items()
        for label, value in points
        if value is not None
    ]
    shown: dict[str, Any] = {
        "x": {
            "field": "week",
            "type": "ordinal",
            "sort": labels,
            "scale": {"domain": labels},
            "axis": _week_axis(labels, width),
        },
        "y": {"field": "value", "type": "quantitative", "title": None, "scale": _scale(low, high), "axis": _axis(unit)},
        "detail": {"field": "series"},
    }
    if len(series) > 1:
        names = list(series)
        shown["color"] = {
            "field": "series",
            "type": "nominal",
            "sort": names,
            "title": None,
            # On a phone more than two names don't stand side by side.
            "legend": {"orient": "top", "columnPadding": 24}
            | ({"columns": 1} if len(series) > 2 and width < NARROW else {}),
            # Both scales name the same series, or the legend would stand twice.
            "scale": {"domain": names},
        }
        shown["strokeDash"] = {
            "field": "series", "type": "nominal", "sort": names, "title": None, "legend": {"orient": "top"},
            "scale": {"domain": names, "range": [DASHES[n % len(DASHES)] for n in range(len(names))]},
        }  # fmt: skip
    by_label = {name: dict(points) for name, points in series.items()}
    return _spec(
        alt,
        values,
        {"mark": {"type": "line", "point": {"size": 26}, "strokeWidth": 2}, "encoding": shown},
        [axis, *series],
        [[label, *(by_label[name].get(label) for name in series)] for label in labels],
        width,
        height,
    )


def _spec(
    alt: str,
    values: list[dict[str, Any]],
    drawing: dict[str, Any],
    columns: list[str],
    rows: list[list[Any]],
    width: int,
    height: int,
) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": alt,
        "usermeta": {"columns": columns, "rows": rows},
        "data": {"values": values},
        "width": width,
        "height": height,
    } | drawing


def _scale(low: Number | None, high: Number | None) -> dict[str, Any]:
    scale: dict[str, Any] = {"zero": low == 0, "nice": True}
    if low is not None:
        scale["domainMin"] = low
    if high is not None:
        scale["domainMax"] = high
    return scale


def _axis(unit: str) -> dict[str, Any]:
    return {"tickCount": 5, "labelExpr": f"datum.label + {json.dumps(_suffix(unit))}"}


def _week_axis(labels: Sequence[str], width: int) -> dict[str, Any]:
    # About ten labels fit whatever the number of weeks, and fewer on a phone.
    fitting = max(2, min(10, width // 64))
    every = max(1, -(-len(labels) // fitting))
    shown = json.dumps(list(labels)[::every])
    return {"labelAngle": 0, "title": None, "labelExpr": f"indexof({shown}, datum.value) < 0 ? '' : datum.value"}


def _suffix(unit: str) -> str:
    return "\u202f%" if unit == "%" else f" {unit}" if unit else ""


def _cached_svg(spec: Mapping[str, Any], mode: str) -> str:
    plain = json.dumps(spec, sort_keys=True, default=str)
    made_with = f"{VEGA_LITE}|{_version()}|{fonts.font_versions()}|{mode}|{json.dumps(_config(mode), sort_keys=True)}"
    key = "chart:" + hashlib.sha256(f"{made_with}|{plain}".encode()).hexdigest()
    svg: str | None = cache.get(key)
    if svg is None:
        svg = _draw(json.loads(plain), mode)
        cache.set(key, svg, KEPT)
    return svg


@lru_cache(maxsize=1)
def _version() -> str:
    import vl_convert

    for folder in fonts.font_folders():
        vl_convert.register_font_directory(str(folder))
    return version("vl-convert-python")


def _draw(spec: dict[str, Any], mode: str) -> str:
    import vl_convert

    _version()
    svg = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, config=_config(mode), allowed_base_urls=[])
    return _own_ids(svg)


def _own_ids(svg: str) -> str:
    """The engine numbers ids per process; give them names from the content, so that equal charts are equal bytes."""
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    plain = svg
    for number, name in enumerate(found):
        plain = _renamed(plain, name, f"wm-id-{number}")
    mark = hashlib.sha256(plain.encode()).hexdigest()[:10]
    return plain.replace("wm-id-", f"c{mark}-")


def _renamed(svg: str, old: str, new: str) -> str:
    exact = re.escape(old)
    svg = re.sub(rf'\bid="{exact}"', f'id="{new}"', svg)
    svg = re.sub(rf"url\((['\"]?)#{exact}\1\)", f"url(#{new})", svg)
    return re.sub(rf'href="#{exact}"', f'href="#{new}"', svg)


def _size_of(svg: str) -> tuple[int, int]:
    found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"', svg)
    return (round(float(found[1])), round(float(found[2]))) if found else (WIDTH, HEIGHT)


def _config(mode: str) -> dict[str, Any]:
    ink = INKS[mode]
    face = "Public Sans, Noto Sans, sans-serif"
    words = {"labelFont": face, "titleFont": face, "labelColor": ink["muted"], "titleColor": ink["muted"], "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}  # fmt: skip
    return {
        "background": None,
        "font": face,
        "view": {"stroke": None},
        "padding": 2,
        "axis": words
        | {"gridColor": ink["line"], "domainColor": ink["line"], "tickColor": ink["line"], "labelPadding": 6},
        "axisX": {"grid": False},
        "legend": words | {"labelColor": ink["text"], "symbolType": "stroke", "symbolSize": 300},
        "line": {"color": ink["series"][0]},
        "point": {"color": ink["series"][0], "filled": True},
        "bar": {"color": ink.get("bar", ink["series"][0])},
        "rule": {"color": ink["text"]},
        "text": {"color": ink["text"], "font": face, "fontSize": 12},
        "range": {"category": ink["series"]},
    }
