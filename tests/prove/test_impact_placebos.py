"""The long proof on the demonstration's own marks: groups that had no help are told neither Better nor Worse, and its kinds are told.

How often five points added to so small a group are told is printed beside it; it depends on how much absence there was to take away.

`./run prove tests/prove/test_impact_placebos.py -s -n 0` prints the table; what it printed last stands in interventions/README.md.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django.plugin import DjangoDbBlocker

from config.demo_college.effects import KINDS
from config.launch import template_database
from core import clock
from interventions.models import ImpactRun
from interventions.queries.impact_figures import Figures, read_figures
from tests.conftest import Databases, Switch
from tests.interventions.cohorts import HEAD
from tests.interventions.placebos import WAYS, tally

DAY = date(2026, 11, 30)
DRAWS, SEED = 200, 900_000


@pytest.fixture(scope="module")
def figures(
    databases: Databases, migrated_template: str, django_db_setup: Switch, django_db_blocker: DjangoDbBlocker
) -> Iterator[Figures]:
    """The marks of a demonstration college of 1,200, on Monday 30 November 2026 at nine."""
    command = ("demo_college", "--students", "1200", "--seed", "1", "--today", DAY.isoformat())

    def build(env: dict[str, str]) -> None:
        template_database.run_as_owner(env, "manage.py", *command)

    template = databases.template("impact_placebos", template_database.code_files(), build, migrated_template)
    with django_db_blocker.unblock(), django_db_setup.fresh_copy(template), clock.set_to(clock.at(DAY, 9)):
        yield read_figures(DAY)


@pytest.mark.parametrize("way", WAYS)
def test_placebos_on_the_demonstrations_marks(figures: Figures, way: str) -> None:
    none, five = (tally(figures, way, points, DRAWS, SEED) for points in (0, 5))
    print(f"\n{HEAD}\n{none.row()}\n{five.row()}")
    assert none.covered >= 0.93
    assert none.better <= 0.04
    assert none.worse <= 0.04
    assert five.covered >= 0.93


def test_a_third_of_the_demonstrations_kinds_with_an_effect_are_told(figures: Figures) -> None:
    """As the nightly job worked them out: those with five points built in, of twenty students or more."""
    effects = {kind.name: kind.effect for kind in KINDS}
    better = []
    for run in ImpactRun.objects.filter(type__name__in=effects).select_related("type"):
        phase = next(one for one in run.result["figures"][0]["phases"] if one["phase"] == "during")
        row = (run.type.name, phase["students"], phase["effect"], phase["low"], phase["high"], phase["refusals"])
        print(row, "built in:", effects[run.type.name])
        told = not phase["refusals"] and phase["low"] > 0
        if not effects[run.type.name]:
            assert not told
        elif phase["students"] >= 20:
            better.append(told)
    assert len(better) == 3
    assert sum(better) * 3 >= len(better)
