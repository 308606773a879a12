"""Charts: drawn here, the same bytes every time, with words and a table."""

import re
from typing import Any

import pytest
from django.core.cache import cache

from core.documents import charts
from core.documents.charts import line_over_weeks, render_chart

WEEKS = [("2 Nov", 91.0), ("9 Nov", None), ("16 Nov", 93.5)]


@pytest.fixture(autouse=True)
def own_cache(settings: Any) -> None:
    """A cache for this test, which needs no broker."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "charts"}}
    cache.clear()


def lines() -> dict[str, Any]:
    """Two lines over three weeks."""
    return line_over_weeks(
        "Attendance by week, 91 to 93.5 per cent", {"Year 10": WEEKS, "College": [("2 Nov", 92), ("16 Nov", 94)]}
    )


def test_a_chart_comes_with_its_words_and_its_numbers() -> None:
    chart = render_chart(lines())
    assert chart.alt == "Attendance by week, 91 to 93.5 per cent"
    assert chart.columns == ["Week beginning", "Year 10", "College"]
    assert chart.table == [["2 Nov", 91.0, 92], ["9 Nov", None, None], ["16 Nov", 93.5, 94]]
    assert chart.data_uri.startswith("data:image/svg+xml;base64,")
    assert (chart.width, chart.height) > (600, 200)


@pytest.mark.parametrize("missing", ["description", "usermeta"])
def test_a_chart_without_words_or_table_is_refused(missing: str) -> None:
    with pytest.raises(ValueError, match="needs its words"):
        render_chart({key: value for key, value in lines().items() if key != missing})


def shaded() -> dict[str, Any]:
    """A chart with a gradient and a clip, which the engine gives numbered ids."""
    stops = [{"offset": 0, "color": "white"}, {"offset": 1, "color": "black"}]
    mark = {"type": "area", "clip": True, "color": {"gradient": "linear", "stops": stops}}
    return {key: value for key, value in lines().items() if key != "encoding"} | {
        "mark": mark,
        "encoding": {"x": {"field": "week", "type": "ordinal"}, "y": {"field": "value", "type": "quantitative"}},
    }


def test_equal_charts_are_equal_bytes_whatever_was_drawn_before() -> None:
    first = charts._draw(shaded(), "light")
    charts._draw(lines(), "light")
    assert charts._draw(shaded(), "light") == first
    ids = re.findall(r'\bid="([^"]+)"', first)
    assert len(ids) >= 2
    assert all(re.fullmatch(r"c[0-9a-f]{10}-\d+", name) for name in ids)
    assert set(re.findall(r"url\(['\"]?#([^)'\"]+)", first)) == set(ids)


def test_light_dark_and_print_differ_and_are_each_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = charts._draw
    monkeypatch.setattr(charts, "_draw", lambda spec, mode: drawn.append(mode) or draw(spec, mode))
    pictures = {mode: render_chart(lines(), mode=mode).svg for mode in charts.INKS}
    assert len(set(pictures.values())) == 3
    assert {mode: render_chart(lines(), mode=mode).svg for mode in charts.INKS} == pictures
    assert drawn == ["light", "dark", "print"]
    with pytest.raises(ValueError, match="no mode"):
        render_chart(lines(), mode="sepia")


def test_print_is_grey() -> None:
    colours = set(re.findall(r"#[0-9a-f]{6}", render_chart(lines(), mode="print").svg))
    assert colours
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)


def test_a_chart_loads_nothing_from_the_network() -> None:
    spec = lines() | {"data": {"url": "http://127.0.0.1:9/data.json"}}
    with pytest.raises(ValueError, match="not allowed|External data"):
        render_chart(spec)
