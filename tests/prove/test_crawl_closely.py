"""The crawl with each thing that can be asked of a page in its address. The suite asks two things of each."""

from typing import Any

import pytest

from tests.project.test_crawl import ROLES, walk_as


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_can_be_asked_fails(role: str, college_db: str, sign_in: Any, settings: Any) -> None:
    settings.DEMO = True
    assert walk_as(role, sign_in, closely=True).faults == []
