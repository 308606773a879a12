"""Data that many tests begin with, made once for each process of a run.

`college = scene("college", College)` is a fixture: what `College()` makes is committed once into a database of its own, and
every test that asks for `college` runs on that database, in a transaction that is rolled back, with a fresh copy of the
object. `wall = scene("wall", build_wall, on="college")` goes on from there: `build_wall(college)`. A test that commits gets a
fresh copy of the scene's database.
"""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from core import clock

SCENES: dict[str, "Scene"] = {}


class Scene:
    """How something that tests begin with is made, and on what it builds."""

    def __init__(self, name: str, build: Callable[..., Any], on: str = "") -> None:
        self.name, self.build, self.on = name, build, on

    def with_those_below(self) -> list["Scene"]:
        """This scene and what it stands on, the lowest first."""
        return [*(SCENES[self.on].with_those_below() if self.on else []), self]

    def play(self, below: bytes, at: Any) -> bytes:
        """Make it in the present database, and give everything made up to here, packed."""
        made: dict[str, Any] = pickle.loads(below) if below else {}
        with clock.set_to(at), transaction.atomic():
            made[self.name] = self.build(*([made[self.on]] if self.on else []))
            # As in a test that is rolled back, nothing is rung or sent.
            connection.run_on_commit.clear()
        return pickle.dumps(made)


def scene(name: str, build: Callable[..., Any], on: str = "") -> Any:
    """The fixture of this name: what `build` makes, standing on another scene if named."""
    SCENES[name] = Scene(name, build, on)

    @pytest.fixture(name=name)
    def made(staged: dict[str, Any], db: None, today: Any) -> Any:
        return staged[name]

    made.__doc__ = build.__doc__
    return made


def wanted(fixtures: list[str]) -> Scene | None:
    """The highest scene among these fixtures; all must stand on one another."""
    asked = [SCENES[name] for name in fixtures if name in SCENES]
    if not asked:
        return None
    highest = max(asked, key=lambda one: len(one.with_those_below()))
    if apart := {one.name for one in asked} - {one.name for one in highest.with_those_below()}:
        raise ValueError(f"{highest.name} does not stand on {', '.join(apart)}; a test has one scene")
    return highest
