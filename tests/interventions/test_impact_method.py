"""The method behind impact, on made-up colleges: it holds the truth, it tells, and each guard refuses. No database.

The long form, on seeds of its own and for every cohort, is tests/prove/test_impact_coverage.py.
"""

import numpy as np
import pytest

from interventions.impact import guards, students_t, verdicts
from interventions.impact.dates import Start, cells
from interventions.impact.estimate import Around, estimate
from interventions.impact.shares import Weekly
from interventions.impact.spread import Spread
from tests.interventions import cohorts
from tests.interventions.cohorts import FORTY, LOT, PROVED, SPAN, START, Cohort, World, by_lot, college, told, worst

DRAWS, SEED = 60, 70_000
BY_NAME = {one.name: one for one in PROVED}


@pytest.mark.parametrize(
    "name",
    [
        "24 by lot",
        "40 of the 80 worst",
        "the 24 worst",
        "worst 24 of three groups, shocks",
        "36 of the lowest third, three in ten new",
        "24 of the 80 worst, others helped otherwise",
    ],
)
def test_nobody_is_told_better_or_worse_where_nothing_was_done(name):
    none = BY_NAME[name].tally(DRAWS, 0, SEED)
    # Of 60 draws: 95 % less twice its own error, and at most 4 of them wrong on either side.
    assert none.covered >= 0.90
    assert (none.better < 0.07, none.worse < 0.07, none.refused <= 0.15) == (True, True, True)
    assert abs(none.bias) < 1


@pytest.mark.parametrize("cohort", [LOT, FORTY], ids=["lot", "forty"])
def test_an_effect_of_five_points_is_told(cohort):
    five = cohort.tally(DRAWS // 2, 5, SEED)
    assert five.covered >= 0.90
    assert five.power >= 0.50


def test_the_same_figures_give_the_same_answer():
    assert LOT.draw(3, 5) == LOT.draw(3, 5)


def _made(count=24, seed=1, **world):
    dice = np.random.default_rng(seed)
    made = college(dice, World(**world))
    return dice, made, by_lot(count)(made, dice)


def test_nine_are_too_few_and_ten_are_not():
    _, made, chosen = _made(10, seed=2)
    assert told(made, chosen[:9]).refusals == [guards.TOO_FEW]
    assert guards.TOO_FEW not in told(made, chosen).refusals


def test_one_tutor_group_is_refused():
    _, made, _ = _made()
    found = told(made, np.flatnonzero(made.group == 3)[:12])
    assert guards.ONE_GROUP in found.refusals
    assert not found.told


def test_more_than_a_tenth_without_later_figures_is_refused_and_counted():
    _, made, chosen = _made()
    made.top[chosen[:3], START:] = made.bottom[chosen[:3], START:] = 0
    found = told(made, chosen)
    assert (found.refusals, found.without_later, found.students) == ([guards.NO_LATER], 3, 21)
    # Two of 24 are less than a tenth.
    _, made, chosen = _made()
    made.top[chosen[:2], START:] = made.bottom[chosen[:2], START:] = 0
    assert guards.NO_LATER not in told(made, chosen).refusals


def test_newcomers_have_nobody_to_be_compared_with_and_are_counted():
    _, made, chosen = _made()
    made.top[chosen[:7], :START] = made.bottom[chosen[:7], :START] = 0
    found = told(made, chosen)
    assert (found.refusals[0], found.without_record) == (guards.NOBODY_LIKE, 7)


def test_those_lower_than_anybody_here_are_left_out_by_row():
    dice, made, _ = _made()
    chosen = worst(12)(made, dice)
    made.top[chosen, START - 12 : START] = np.arange(12)[:, None] % 3  # far below everybody
    found = told(made, chosen)
    assert guards.NOBODY_LIKE in found.refusals
    assert set(found.out) <= set(chosen.tolist())
    assert len(found.out) >= 6


def test_a_shape_that_differs_before_the_start_is_refused():
    dice, made, _ = _made()
    chosen = worst(40, 80)(made, dice)
    assert told(made, chosen).refusals == []
    # The same six weeks before the six in another order: from the worst up to the best.
    made.top[chosen, START - 12 : START - 6] = np.sort(made.top[chosen, START - 12 : START - 6], axis=1)
    assert told(made, chosen).refusals == [guards.SHAPE_DIFFERS]


def test_more_than_was_possible_is_refused():
    """Five students at 98 % before and 99 % after were said to have gained six points, where two were possible."""
    values = np.tile([98.0, 98, 98, 98, 98, 98], (12, 1))
    seen = guards.Seen(
        students=12, with_record=12, without_record=0, without_later=0, left_out=0, values=values,
        shape=np.zeros(12), later=np.full(12, 99.1), expected=np.full(12, 99.5) - 6.7, part=np.full(12, 1 / 12), concentration=0.1, shapes=[],
        found=_spread(), top=99.0,
    )  # fmt: skip
    assert guards.refusals(seen) == [guards.IMPOSSIBLE]


def _spread():
    return Spread(0.5, 30, 1.12)


def test_worse_only_when_worse_than_their_own_fall_going_on():
    """They fell from 90 to 80. At 72 the fall may just have gone on; at 60 it has not."""
    dice = np.random.default_rng(1)
    values = np.tile([80.0, 90, 90, 80, 80, 70], (24, 1))
    for level, refused in ((72.0, [guards.FALL_GOES_ON]), (60.0, [])):
        seen = guards.Seen(
            students=24, with_record=24, without_record=0, without_later=0, left_out=0, values=values,
            shape=np.full(24, -3.0), later=level + dice.normal(0, 4, 24), expected=np.full(24, 84.0), part=np.full(24, 1 / 24), concentration=0.1,
            shapes=[], found=_spread(),
        )  # fmt: skip
        assert guards.refusals(seen) == refused


def test_nobody_is_expected_from_dates_between_which_the_help_was_decided():
    """Before a start only dates whose later weeks were over, after it only those without the help; the helped at their own."""
    _, made, chosen = _made()
    helped = np.zeros(400, dtype=bool)
    helped[chosen] = True
    weekly = Weekly(made.top, made.bottom)
    every = cells(weekly, [Start(START, 0, SPAN, chosen)], lambda over: helped if over > START else ~helped & helped)
    dates = [one.date for one in every]
    assert [date for date in dates if START - SPAN < date <= START] == [START]
    assert max(dates) == START + 6
    assert [one.date for one in every if len(one.helped)] == [START]
    assert {one.date: len(one.unhelped) for one in every if one.date in (START - SPAN, START, START + 2)} == {
        START - SPAN: 400, START: 376, START + 2: 376,
    }  # fmt: skip


def test_several_starts_are_one_comparison_and_a_student_helped_twice_counts_once():
    _, made, chosen = _made(30)
    helped = np.zeros(400, dtype=bool)
    helped[chosen] = True
    weekly, years = Weekly(made.top, made.bottom), (made.years == 0).astype(float)[:, None]
    first, second = np.sort(chosen[:20]), np.sort(chosen[15:])
    starts = [Start(START, 0, SPAN, first), Start(START + 4, 0, SPAN, second)]
    found = estimate(
        weekly,
        starts,
        lambda over: helped & (over > START),
        Around(lambda _: years, lambda _: made.group, lambda *_: made.other_help),
    )
    assert (found.asked, found.students) == (30, 30 - len(found.out))


def test_missing_weeks_and_ties_are_no_obstacle():
    _, made, chosen = _made(missing=0.25)
    assert told(made, chosen).low is not None
    made.top[:] = made.bottom  # everybody always came
    found = told(made, chosen)
    assert (found.effect, found.before) == (pytest.approx(0, abs=1e-6), pytest.approx(100))


@pytest.mark.parametrize(
    ("freedom", "value"), [(1, 12.706), (4, 2.776), (7, 2.365), (11, 2.201), (30, 2.042), (200, 1.972)]
)
def test_students_t(freedom, value):
    assert students_t.quantile(freedom) == pytest.approx(value, abs=0.001)
    assert students_t.two_sided(value, freedom) == pytest.approx(0.05, abs=0.0001)


def test_verdicts_are_corrected_for_their_number():
    """The example of Benjamini and Hochberg (1995): of fifteen, the four smallest stand."""
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert verdicts.bar(chances) == 0.0095
    assert (verdicts.bar([0.04]), verdicts.bar([0.06]), verdicts.bar([])) == (0.04, 0.05, 0.05)
    assert verdicts.bar([0.04, 0.9]) == 0.025
    assert verdicts.bar([], others=4) == 0.0125


def test_a_school_week_is_summed_before_it_is_divided():
    weekly = Weekly(np.array([[1.0, 18.0]]), np.array([[2.0, 18.0]]))
    assert weekly.share(0, 2)[0] == pytest.approx(95.0)
    assert np.isnan(Weekly(np.zeros((1, 2)), np.zeros((1, 2))).share(0, 2)[0])


def test_a_little_record_refuses_the_lowest():
    assert Cohort("", worst(24), start=12).tally(12, 0, SEED).refused >= 0.75
    assert cohorts.Cohort("", worst(12)).tally(12, 0, SEED).refused >= 0.75
