"""Past every guard of the database on who may change what, as its owner: for the set-up of a test, never for what it tests."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from core import naming
from core.actors import SystemActor


def setting_up() -> AbstractContextManager[None]:
    """`with setting_up(): …` writes what no person and no part of Waymark could. Only databases of tests know the name."""
    return naming.named_system("test-set-up")


def in_their_name(action: Callable[..., Any]) -> Callable[..., Any]:
    """An action as a page calls it: in the signed name of whoever it is told does it."""
    parameters = inspect.signature(action)

    @wraps(action)
    def act(*args: Any, **more: Any) -> Any:
        by = parameters.bind(*args, **more).arguments["by"]
        with naming.named_system(by.name) if isinstance(by, SystemActor) else naming.named(by.pk):
            return action(*args, **more)

    return act
