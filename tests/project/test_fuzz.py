"""No form breaks, however it is sent, and nothing is saved of what was refused. `./run prove` tries every field."""

from typing import Any

import pytest

from caseload.models import Student
from tests.people import BY_ROLE
from tests.project.access_matrix import ROWS, Row
from tests.project.asking import address
from tests.project.crawl import is_page, read_to_its_end
from tests.project.fuzz import WRONG, Sent, changed_since, fault_of, few_ways, forms_on, next_transaction, ways

APPS = sorted({row.name.partition(":")[0] for row in ROWS if ":" in row.name})


def opens_for(row: Row) -> str:
    """A role for which the page opens, the ones who can do most first."""
    first = ("data_manager", "head_of_year", "dsl", "senior_leader", "tutor")
    signs = row.expected()
    return next((role for role in (*first, *signs) if signs[role] == "+"), "")


def faults_of(row: Row, college: Any, sign_in: Any, every: bool) -> list[str]:
    """Every fault of the forms on a page, and of the page itself when something is sent to it."""
    role = opens_for(row)
    if not role or row.slow:
        return []
    browser = sign_in(getattr(college, BY_ROLE[role]), stepped_up=True)
    browser.raise_request_exception = False  # a person would see an error page
    path = address(row, college)
    found = [fault_of(browser, path, Sent("with nothing in it", ()))]
    if row.method == "GET":
        page = browser.get(path)
        read_to_its_end(page)
        if page.status_code == 200 and is_page(page):
            for target, fields in dict(forms_on(page.content, path)).items():
                tries = ways(fields) if every else few_ways(fields, f"{row.name} {target}")
                found += [fault_of(browser, target, sent) for sent in tries]
    return [f"{role}: {fault}" for fault in found if fault]


@pytest.mark.parametrize("app", APPS)
def test_no_form_breaks_or_saves_what_it_refuses(app: str, prepared: Any, sign_in: Any) -> None:
    rows = [row for row in ROWS if row.name.startswith(f"{app}:")]
    faults = [fault for row in rows for fault in faults_of(row, prepared, sign_in, every=False)]
    assert rows
    assert faults == []


def test_what_is_saved_is_noticed(prepared: Any) -> None:
    before = next_transaction()
    assert changed_since(before) == []
    Student.objects.filter(pk=prepared.student("Ada").pk).update(given_name="Adah")
    assert changed_since(before) == ["caseload_student"]


def test_a_form_is_sent_in_every_wrong_way() -> None:
    tried = [sent.how for sent in ways((("day", "2026-11-23"), ("note", "Words")))]
    assert tried[:4] == ["with nothing in it", "without day", "with day twice", "with day as ''"]
    assert len(tried) == 1 + 2 * (2 + len(WRONG) + 1)
