"""A demonstration college can be made on any day of the year, the awkward ones included."""

import os
import subprocess
import sys
from datetime import date

import pytest

from config.demo_college.dates import latest_open_day
from config.launch.places import ROOT

AWKWARD = {
    "the first of September, a Tuesday in the holidays": "2026-09-01",
    "the first school day, an INSET day": "2026-09-02",
    "the first day on which students come": "2026-09-03",
    "the second day of the year": "2026-09-04",
    "a Sunday": "2026-11-29",
    "a half-term": "2026-10-28",
    "Christmas": "2026-12-25",
    "the first day after Christmas": "2027-01-04",
    "a leap day": "2028-02-29",
    "Easter Monday": "2027-03-29",
    "the last day of the summer term": "2027-07-21",
    "the last day of the academic year": "2027-08-31",
}


def test_a_small_college_is_made_on_each(committing_db: None) -> None:
    env = os.environ | {"WAYMARK_DATABASE_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "tests.project.demonstrations", *AWKWARD.values()]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.stdout.splitlines() == list(AWKWARD.values()), done.stderr[-3000:]


@pytest.mark.parametrize("day", AWKWARD.values(), ids=AWKWARD.keys())
def test_the_day_that_a_demonstration_takes_is_a_school_day_not_after_it(day: str) -> None:
    asked = date.fromisoformat(day)
    assert 0 <= (asked - latest_open_day(asked)).days <= 45
