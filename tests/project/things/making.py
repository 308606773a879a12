"""What makes the things of the page-by-role table, each once for each college."""

from collections.abc import Callable
from typing import Any

from tests.college import College
from tests.setting_up import setting_up

Thing = Callable[[College], Any]
WORK_OF: dict[int, dict[str, Any]] = {}


def once(make: Thing) -> Thing:
    """Make a thing once for each college."""

    def made(college: College) -> Any:
        kept = WORK_OF.setdefault(id(college), {})
        if make.__name__ not in kept:
            with setting_up():
                kept[make.__name__] = make(college)
        return kept[make.__name__]

    return made
