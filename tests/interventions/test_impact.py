"""Impact: known effects in made-up cohorts, the words for it, and the same from what is stored."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from attendance.models import WeekSummary
from caseload.models import SiteMembership
from core import clock
from interventions.actions import impact as impact_actions
from interventions.impact import METHOD, Asked, Comparison, compare, share, t_quantile, weekly_window
from interventions.impact_runs import impact_of
from interventions.impact_words import BY_KEY, cautions, cost_of_a_point, sentence, signed
from interventions.models import (
    ActionPlan,
    BankItem,
    ImpactRun,
    Intervention,
    InterventionMember,
    InterventionType,
    PlanStage,
)
from interventions.queries import impact as impact_queries
from interventions.queries.impact_figures import read_figures
from tests.interventions.cohorts import cohort, trial

ATTENDANCE, LATENESS = BY_KEY["attendance"], BY_KEY["lateness"]


@pytest.mark.parametrize("effect", [0, 5])
def test_the_interval_covers_and_the_naive_change_is_wrong_when_picked_at_the_worst_week(effect):
    found = trial(60, effect=effect, worst=True, seed=7_000)
    assert found.covered >= 0.88  # 60 cohorts: 95 % give or take three times its own spread
    assert abs(found.mean - effect) < 0.6
    assert found.naive - effect > 1.2


def test_the_same_figures_give_the_same_answer():
    assert cohort(3, effect=5, worst=True).compared() == cohort(3, effect=5, worst=True).compared()


def test_both_sides_were_as_low_before_the_start():
    found = cohort(11, effect=0, worst=True, helped=40).compared()
    assert abs(found.before - found.compared_before) < 2
    assert found.naive > 0
    assert found.compared_change > 0


def _cohort_of(helped):
    made = cohort(1, effect=5, worst=False, helped=helped)
    return made, made.compared()


def test_four_students_are_too_few_to_tell():
    _, found = _cohort_of(4)
    assert (found.students, found.told, found.low) == (4, False, None)
    assert sentence(found, ATTENDANCE) == (
        "Too few to tell: 4 could be compared, and it takes at least 5 students with figures before and afterwards."
    )


def test_those_without_marks_are_left_out_and_counted():
    made = cohort(1, effect=5, worst=False, helped=12)
    made.possible[made.helped[:3], 12:] = 0
    made.attended[made.helped[:3], 12:] = 0
    found = made.compared()
    assert (found.students, found.left_out) == (9, 3)


def test_nobody_who_had_the_same_help_is_compared():
    made = cohort(1, effect=5, worst=False, helped=12)
    window = weekly_window(made.attended, made.possible, start=12, weeks=6, later=(12, 18))
    barred = np.zeros(400, dtype=bool)
    barred[:200] = True
    found = compare([Asked(window, made.helped, barred, made.years, made.traits)])
    assert min(row for _, _, mates in found.pairs for row in mates) >= 200
    assert not {row for _, _, mates in found.pairs for row in mates} & set(made.helped.tolist())


def test_nothing_is_said_where_nobody_is_left_to_compare():
    made = cohort(1, effect=5, worst=False, helped=12)
    window = weekly_window(made.attended, made.possible, start=12, weeks=6, later=(12, 18))
    barred = np.ones(400, dtype=bool)
    found = compare([Asked(window, made.helped, barred, made.years, made.traits)])
    assert (found.students, found.left_out, found.effect) == (0, 12, None)


def test_a_student_helped_twice_counts_once():
    made = cohort(1, effect=5, worst=False, helped=12)
    window = weekly_window(made.attended, made.possible, start=12, weeks=6, later=(12, 18))
    one = Asked(window, made.helped, np.zeros(400, dtype=bool), made.years, made.traits)
    once, twice = compare([one]), compare([one, one])
    assert twice.students == 12
    assert twice.effect == pytest.approx(once.effect)
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.05)


def test_weeks_are_summed_before_they_are_divided():
    top, bottom = np.array([[1.0, 9.0]]), np.array([[2.0, 18.0]])
    top[0, 1] = 18.0
    assert share(top, bottom, 0, 2)[0] == pytest.approx(95.0)
    assert np.isnan(share(top, np.zeros((1, 2)), 0, 2)[0])


@pytest.mark.parametrize(("freedom", "value"), [(4, 2.776), (7, 2.365), (11, 2.201), (29, 2.045), (200, 1.972)])
def test_students_t(freedom, value):
    assert t_quantile(freedom) == pytest.approx(value, abs=0.01)


def _found(effect, low, high, **more):
    return Comparison(students=12, compared=40, before=80.0, later=85.0, effect=effect, low=low, high=high, **more)


@pytest.mark.parametrize(
    ("figure", "found", "words"),
    [
        (
            ATTENDANCE,
            _found(4.94, 2.0, 7.8),
            "Attendance went 4.9 points better than for 40 similar students who did not have it; the true difference most "
            "likely lies between +2.0 and +7.8 points.",
        ),
        (
            LATENESS,
            _found(-4.94, -7.8, -2.0),
            "Lateness went 4.9 points better than for 40 similar students who did not have it; the true difference most "
            "likely lies between −7.8 and −2.0 points.",
        ),
        (
            ATTENDANCE,
            _found(-4.94, -7.8, -2.0),
            "Attendance went 4.9 points worse than for 40 similar students who did not have it; the true difference most "
            "likely lies between −7.8 and −2.0 points.",
        ),
        (
            ATTENDANCE,
            _found(1.2, -2.0, 4.4),
            "It can’t be told whether attendance changed because of it: beside 40 similar students who did not have it, the "
            "difference is +1.2 points, and anything from −2.0 to +4.4 points fits the figures.",
        ),
    ],
)
def test_what_is_said(figure, found, words):
    assert sentence(found, figure) == words


def test_a_cost_is_told_only_of_a_sure_gain():
    sure, unsure, worse = _found(5.0, 2.0, 8.0), _found(1.0, -2.0, 4.0), _found(-5.0, -8.0, -2.0)
    assert cost_of_a_point(sure, ATTENDANCE, Decimal(600)) == {
        "words": "£10.00 for each point of attendance gained by one student",
        "pounds": 10.0,
    }
    assert cost_of_a_point(unsure, ATTENDANCE, Decimal(600)) == {
        "words": "It can’t be told: no gain in attendance is sure."
    }
    assert cost_of_a_point(worse, ATTENDANCE, Decimal(600)) == cost_of_a_point(unsure, ATTENDANCE, Decimal(600))
    assert cost_of_a_point(worse, LATENESS, Decimal(600))["pounds"] == 10.0
    assert cost_of_a_point(sure, ATTENDANCE, None) == {"words": "No cost is entered."}


def test_beginning_at_a_low_point_is_warned_of():
    found = _found(1.0, -2.0, 4.0)
    assert cautions(found, ATTENDANCE, 88.0) == [
        "Attendance was 8.0 points worse in the weeks before the start than in the weeks before those: it began at a low "
        "point, from which much would have come back by itself."
    ]
    assert cautions(found, ATTENDANCE, 80.5) == []
    assert cautions(found, LATENESS, 88.0) == []


def test_signs():
    assert [signed(value, ATTENDANCE) for value in (1.26, -1.26, 0.04, -0.04)] == ["+1.3", "−1.3", "0.0", "0.0"]


SERIES = {"school": "session", "college": "lesson"}
WEEKS = 30


def _stored(college, chosen):
    """Weekly summaries of thirty weeks: everybody at 90 %; those chosen fall to 70 % two weeks before the start, then rise."""
    dice = np.random.default_rng(5)
    monday = college.today - timedelta(days=college.today.weekday())
    kinds = dict(SiteMembership.objects.values_list("student_id", "site__kind"))
    rows = []
    for student in sorted(kinds):
        for back in range(WEEKS, 0, -1):
            chance = 0.9 if student not in chosen or back > 10 else 0.7 if back > 8 else 0.97
            present = int(dice.binomial(10, chance))
            rows.append(
                WeekSummary(
                    student_id=student,
                    series=SERIES[kinds[student]],
                    week=monday - timedelta(weeks=back),
                    present=present,
                    unauthorised=10 - present,
                    late=1,
                )  # fmt: skip
            )
    WeekSummary.objects.all().delete()
    WeekSummary.objects.bulk_create(rows)
    return monday - timedelta(weeks=8)


@pytest.fixture
def mentoring(college):
    """An intervention for a third of the college, in which some began one week later than the others."""
    students = list(college.students[::5])
    start = _stored(college, {one.pk for one in students})
    row = Intervention.objects.create(
        type=InterventionType.objects.get(name="Attendance mentoring"), title="Mentoring", area="attendance",
        intended="95 %", figure="attendance", led_by=college.lind, made_by=college.lind, starts_on=start,
        review_on=college.today, cost_per_hour=30,
    )  # fmt: skip
    for number, one in enumerate(students):
        period = DateRange(start + timedelta(days=7 * (number % 2)), None)
        InterventionMember.objects.create(intervention=row, student=one, period=period)
    return row


def test_what_is_stored_is_read_in_a_fixed_number_of_queries(college, mentoring):
    with CaptureQueriesContext(connection) as caught:
        figures = read_figures(college.today)
    assert len(caught) == 9
    assert (len(figures.ids), len(figures.weeks), len(figures.parts)) == (len(college.students), WEEKS, 6)
    assert figures.weeks[-1] == college.today - timedelta(days=7 + college.today.weekday())


def test_weeks_are_numbered_by_school_weeks(college, mentoring):
    figures = read_figures(college.today)
    first = mentoring.starts_on
    assert [figures.weeks[figures.week(first + timedelta(days=days))] for days in (0, 6, 7)] == [
        first, first, first + timedelta(days=7),
    ]  # fmt: skip
    assert figures.week_after(first + timedelta(days=1)) == figures.week(first) + 1
    assert figures.week_after(None) == WEEKS + 1


def test_impact_of_what_is_stored(college, mentoring):
    figures = read_figures(college.today)
    moment = clock.now()
    result = impact_of(figures, figures.parts, 6, snapshot=moment, cost=Decimal(90))
    attendance, lateness, grades = result["figures"]
    assert (result["students"], result["method"], result["snapshot"]) == (6, METHOD, moment.isoformat())
    (during,) = attendance["phases"]
    # 24 others are too few to choose a comparison from, so nothing is said of them; and that is what it says.
    assert (during["students"], during["left_out"], during["effect"]) == (0, 6, None)
    assert attendance["verdict"] == lateness["verdict"] == grades["verdict"] == "Too few to tell"
    assert [(one["students"], one["left_out"]) for one in grades["phases"]] == [(0, 6)]


def test_impact_of_what_is_stored_with_enough_to_compare(college, mentoring, monkeypatch):
    monkeypatch.setattr("interventions.impact.FEWEST_POOL", 15)
    figures = read_figures(college.today)
    attendance = impact_of(figures, figures.parts, 6, snapshot=clock.now(), cost=Decimal(90))["figures"][0]
    (during,) = attendance["phases"]
    assert (during["students"], during["left_out"], during["key"]) == (6, 0, "during")
    assert during["naive"] > 5
    assert during["before"] < 85 < 92 < during["later"]
    assert [point[0] for point in attendance["chart"]][:7] == ["−6", "−5", "−4", "−3", "−2", "−1", "1"]


def test_plans_made_from_a_model_plan_are_compared_as_an_intervention_of_the_same_students_is(
    college, mentoring, monkeypatch
):
    monkeypatch.setattr("interventions.impact.FEWEST_POOL", 15)
    item, stage = BankItem.objects.plans().first(), PlanStage.objects.get(number=1)
    for one in InterventionMember.objects.all():
        ActionPlan.objects.create(
            student=one.student, title="x", aims="y", stage=stage, owner=college.okafor, made_by=college.okafor,
            stage_by=college.okafor, starts_on=one.period.lower, review_on=college.today, bank_item=item,
        )  # fmt: skip
    assert impact_actions.work_out_all(college.today) == 3
    kind, template = (ImpactRun.objects.get(scope=scope).result for scope in ("type", "template"))
    assert [one["phases"][0]["effect"] for one in kind["figures"][:2]] == [
        one["phases"][0]["effect"] for one in template["figures"][:2]
    ]
    assert (template["students"], template["effort"]) == (6, {"plans": 6})
    run = impact_actions.ask_for_impact(college.lind, weeks=3, item=item)
    impact_actions.work_out_impact(run.pk)
    assert impact_queries.latest_of(item=item).done == run
    (row,) = impact_queries.templates(college.lind)
    assert (row.item, row.students, row.run) == (item, 6, run)
