"""A head of year follows a figure to the students behind it, and one of them to their page: by keyboard alone."""

import re

from tests.journeys.keyboard import Keyboard


def test_a_head_of_year_drills_from_a_figure_to_a_student(story):
    head = story()
    page = head.page
    keys = Keyboard(page)
    head.go("/demo/")
    keys.follow("button", "Sign in as head of year")
    keys.follow("link", re.compile("dashboard$", re.IGNORECASE), page.get_by_role("navigation", name="Places"))
    assert page.get_by_role("heading", level=1).inner_text() == "Year 10"
    head.check()
    figure = page.locator("a", has_text="Persistently absent").first
    value = int(page.locator(".wm-stats > *", has_text="Persistently absent").locator(".wm-stat-value").inner_text())
    keys.skip()
    keys.tab_to(figure)
    keys.and_wait()
    page.wait_for_url("**/dashboard/students/**")
    head.check()
    rows = page.locator("tbody tr")
    assert rows.count() == value
    name = rows.first.locator("a.wm-row-link").inner_text()
    keys.skip()
    keys.tab_to(rows.first.locator("a.wm-row-link"))
    keys.and_wait()
    page.wait_for_url("**/students/**")
    family, given = name.split(", ")
    assert page.get_by_role("heading", level=1).inner_text() == f"{given} {family}"
    head.check()
