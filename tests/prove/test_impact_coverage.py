"""The long proof that impact can be believed: on hundreds of made-up cohorts the interval covers the truth about 95 times in 100.

The short version stands in tests/interventions/test_impact.py.
"""

import pytest

from tests.interventions.cohorts import Trial, trial

COHORTS = 1_000
SIZES = (8, 24, 60)


def _say(effect: float, worst: bool, helped: int, found: Trial) -> None:
    picked = "picked at their worst week" if worst else "picked by lot"
    print(
        f"effect {effect:g}, {helped} students {picked}, {COHORTS} cohorts: covered {100 * found.covered:.1f} %,"
        f" mean {found.mean:+.2f}, own before and after {found.naive:+.2f}, width {found.width:.1f}"
    )


@pytest.mark.parametrize("helped", SIZES)
@pytest.mark.parametrize("worst", [True, False], ids=["worst-week", "by-lot"])
@pytest.mark.parametrize("effect", [0, 5])
def test_the_interval_covers_the_known_effect(effect: float, worst: bool, helped: int) -> None:
    found = trial(COHORTS, effect=effect, worst=worst, helped=helped)
    _say(effect, worst, helped, found)
    assert 0.93 <= found.covered <= 0.97
    assert abs(found.mean - effect) < 0.25
    if worst:
        # Their own before and after says that nothing helped by nearly two points.
        assert found.naive - effect > 1
