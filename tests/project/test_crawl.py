"""Every link leads somewhere and every form that needs nothing typed is answered, for each of the cast."""

from datetime import date
from typing import Any

import pytest

from accounts.demo_cast import CAST, accounts_of_the_cast
from core import clock
from tests.conftest import COLLEGE
from tests.project.crawl import Walk

KEYS = [member.key for member in CAST]


def walk_as(key: str, sign_in: Any, *, closely: bool = False) -> Walk:
    """Walk the demonstration college as one of the cast, at ten on its own day."""
    with clock.set_to(clock.at(date.fromisoformat(COLLEGE[-1]), 10)):
        walk = Walk(sign_in(accounts_of_the_cast()[key], stepped_up=True), closely)
        walk.begin()
    print(f"{key}: {walk.pages} pages, {walk.sent} forms", *walk.faults, sep="\n")
    return walk


@pytest.mark.parametrize("key", KEYS)
def test_nothing_that_is_offered_fails(key: str, college_db: str, sign_in: Any, settings: Any) -> None:
    settings.DEMO = True
    walk = walk_as(key, sign_in)
    assert walk.pages > 15
    assert walk.faults == []
