"""The long proof that “needs attention” is at most a quarter of every caseload: three whole demonstration colleges of 1,200.

It prints the share of each reason; what it printed last stands in caseload/README.md.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django.plugin import DjangoDbBlocker

from config.launch import template_database
from core import clock
from tests.caseload.shares import Share, shares, table
from tests.conftest import Databases, Switch

DAY = date(2026, 11, 30)


@pytest.fixture(params=[1, 2, 3])
def college_of_1200(
    request: pytest.FixtureRequest, databases: Databases, migrated_template: str, django_db_setup: Switch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[int]:  # fmt: skip
    """A demonstration college of this seed, on Monday 30 November 2026 at nine."""
    seed: int = request.param
    command = ("demo_college", "--students", "1200", "--seed", str(seed), "--today", DAY.isoformat())

    def build(env: dict[str, str]) -> None:
        template_database.run_as_owner(env, "manage.py", *command)

    template = databases.template(f"needs_{seed}", template_database.code_files(), build, migrated_template)
    with django_db_blocker.unblock(), django_db_setup.fresh_copy(template), clock.set_to(clock.at(DAY, 9)):
        yield seed


def test_at_most_a_quarter_of_every_caseload_needs_attention(
    college_of_1200: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shares()
    with capsys.disabled():
        print(f"\nseed {college_of_1200}: {_summary(found)}\n{table(found)}")
    assert len(found) == 30
    assert [(one.name, one.needing, one.students) for one in found if one.needing > one.most] == []


def _summary(found: list[Share]) -> str:
    needing, students = sum(one.needing for one in found), sum(one.students for one in found)
    fullest = max(found, key=lambda one: one.needing / one.students)
    return f"{needing} of {students} need attention; at most {fullest.needing} of {fullest.students} ({fullest.name})"
