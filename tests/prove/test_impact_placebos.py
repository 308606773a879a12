"""The long proof on the demonstration's own marks: groups that had no help are told neither Better nor Worse, and five points are told.

`./run prove tests/prove/test_impact_placebos.py -s -n 0` prints the table; what it printed last stands in interventions/README.md.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django.plugin import DjangoDbBlocker

from config.launch import template_database
from core import clock
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
    """The marks of a demonstration college of 600, on Monday 30 November 2026 at nine."""
    command = ("demo_college", "--students", "600", "--seed", "1", "--today", DAY.isoformat())

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
    assert five.power >= 1 / 3
