"""Every number of students on a dashboard opens the list of exactly those; and the page says how much of today is known."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from tests.college import College
from tests.reporting.conftest import mark

HOME, BEHIND = reverse("reporting:dashboard"), reverse("reporting:dashboard_students")
LINK = re.compile(r'<a(?: class="([^"]*)")? href="([^"]+)">([^<]*)</a>')


def rows(client: Client, address: str) -> int:
    page = client.get(address)
    assert page.status_code == 200, address
    return len(page.context["rows"])


def links(text: str) -> list[tuple[str, str]]:
    """The words and the address of every link to a list of students in the tables of a dashboard."""
    found = [(words, unescape(url)) for _, url, words in LINK.findall(text)]
    return [(words, url) for words, url in found if url.startswith(BEHIND)]


@pytest.mark.parametrize("who", ["lind", "novak", "price"])
def test_a_number_opens_exactly_the_students_it_counts(full: College, sign_in: Any, who: str) -> None:
    """Head of year, principal and attendance officer: every link is followed."""
    client = sign_in(full.staff[who])
    page = client.get(HOME)
    numbers = {url: int(words) for words, url in links(page.content.decode()) if words.isdigit()}
    assert numbers
    assert {url: rows(client, url) for url in numbers} == numbers
    figures = [stat for part in page.context["parts"] for stat in part["stats"]] + page.context["others"]
    counted = {stat["url"]: int(stat["value"]) for stat in figures if stat["value"].isdigit()}
    assert {url: rows(client, url) for url in counted} == counted


def test_persistent_absence_of_a_tutor_group_opens_those_of_that_group(full: College, sign_in: Any) -> None:
    client = sign_in(full.lind)
    page = client.get(HOME)
    of = {side.name: side.key for side in page.context["by_caseload"]}
    shown = {url: words for words, url in links(page.content.decode())}
    year = page.context["container"].key
    for name, figure, given in (
        ("10A", "persistent", ["Ada"]),
        ("10B", "persistent", ["Imran"]),
        ("10A", "below", ["Ada"]),
    ):
        url = f"{BEHIND}?in={year}&of={of[name]}&figure={figure}"
        assert shown[url] == "1"
        assert [row["row"]["given_name"] for row in client.get(url).context["rows"]] == given


def test_the_dashboard_says_how_much_of_today_is_known(full: College, sign_in: Any) -> None:
    client = sign_in(full.lind)
    assert "0 of 4 registers taken so far, 0 of 14 students accounted for." in client.get(HOME).content.decode()
    mark(full, date(2026, 11, 20))
    assert "1 of 4 registers taken so far, 8 of 14 students accounted for." in client.get(HOME).content.decode()
    with clock.set_to(clock.at(date(2026, 11, 21), 10)):
        assert "accounted for" not in client.get(HOME).content.decode()
