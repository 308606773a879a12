"""A zero byte in what a page reads without a form breaks no page: PostgreSQL stores none, and every page reads without it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from tests.people import BY_ROLE
from tests.project.access_matrix import ROWS, Row
from tests.project.asking import address
from tests.project.crawl import read_to_its_end
from tests.project.test_fuzz import APPS, opens_for

READERS = ("get", "getlist", "__getitem__", "__contains__")


def noting(read: Any, asked: set[str]) -> Any:
    """The same way of reading, which notes what it is asked for."""

    def noted(self: Any, name: str, *more: Any, **options: Any) -> Any:
        asked.add(name)
        return read(self, name, *more, **options)

    return noted


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the parameters that pages have asked for."""
    asked: set[str] = set()
    for reader in READERS:
        monkeypatch.setattr(QueryDict, reader, noting(getattr(QueryDict, reader), asked))
    return asked


def broken_by(row: Row, college: Any, sign_in: Any, names: set[str]) -> list[str]:
    """The parameters of a page with which a zero byte breaks it."""
    role = opens_for(row)
    if not role or row.slow or row.method != "GET":
        return []
    browser = sign_in(getattr(college, BY_ROLE[role]), stepped_up=True)
    browser.raise_request_exception = False  # a person would see an error page
    path = address(row, college)
    names.clear()
    read_to_its_end(browser.get(path))
    found = []
    for query in [urlencode({name: "a\0b"}) for name in sorted(names)]:
        answer = browser.get(f"{path}?{query}")
        read_to_its_end(answer)
        if answer.status_code >= 500:
            found.append(f"{path}?{query}")
    return found


@pytest.mark.parametrize("app", APPS)
def test_no_parameter_with_a_zero_byte_breaks_a_page(app: str, prepared: Any, sign_in: Any, names: set[str]) -> None:
    rows = [row for row in ROWS if row.name.startswith(f"{app}:")]
    assert rows
    assert [found for row in rows for found in broken_by(row, prepared, sign_in, names)] == []


def test_what_is_around_a_zero_byte_is_read_and_kept(prepared: Any, sign_in: Any) -> None:
    browser = sign_in(prepared.tran)
    page = browser.get("/students/?q=%00Ad%00a%2500")
    assert page.wsgi_request.GET["q"] == "Ada%00"  # a percent sign and two noughts, typed as such
    assert browser.get("/reach/over/caseload/a%00b/").status_code == 404
    sent = browser.post("/students/add/", {"given_name": "A\0da", "family_name": "", "none\0": "x"})
    assert (sent.wsgi_request.POST["given_name"], sent.wsgi_request.POST["none"]) == ("Ada", "x")
