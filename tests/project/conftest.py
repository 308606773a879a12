"""The small college with one of everything that an address can be about."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.project.access_matrix import ROWS
from tests.project.things.making import WORK_OF
from tests.scenes import scene


def one_of_everything(college: Any) -> dict[str, Any]:
    """Makes whatever an address can be about."""
    WORK_OF.clear()
    for row in ROWS:
        if row.of:
            row.of(college)
    return WORK_OF.pop(id(college))


things_made = scene("things_made", one_of_everything, on="college")


@pytest.fixture
def prepared(college: Any, things_made: dict[str, Any]) -> Iterator[Any]:
    """The small college, with one of everything that an address can be about."""
    WORK_OF[id(college)] = things_made
    yield college
    WORK_OF.clear()
