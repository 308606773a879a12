"""What interventions of the demonstration change is built in at one place, from their first day on, and for nobody else."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np

from config.demo_college.dates import YearDates
from config.demo_college.effects import KINDS, add, choose
from interventions.models import Intervention, InterventionMember

TODAY = date(2026, 11, 30)
BUILT_IN = {"Attendance mentoring": 5.0, "One-to-one mentoring": 5.0, "Behaviour support": 0.0}


def test_an_effect_begins_on_the_first_day_for_those_in_it_alone() -> None:
    days = [*YearDates(2025).open_days, *YearDates(2026).until(TODAY)]
    people = [
        SimpleNamespace(number=number, site="school", nc_years={2025: 8, 2026: 9}, on_roll=lambda day: True)
        for number in range(500)
    ]
    rng = np.random.default_rng(1)
    codes = np.repeat(np.where(rng.random((500, len(days), 1)) < 0.2, "O", ""), 2, axis=2)
    unhelped = codes.copy()
    chosen = choose(people, days, codes, rng, TODAY)
    add(codes, days, chosen, rng, TODAY)
    assert {kind.name: kind.effect for kind in KINDS if kind.site == "school"} == BUILT_IN
    assert {name: len(places) for name, places in chosen.items()} == dict.fromkeys(BUILT_IN, 35)
    everybody = {place for places in chosen.values() for place in places}
    assert len(everybody) == 3 * 35
    for kind in (one for one in KINDS if one.site == "school"):
        before = sum(day < kind.starts_on(TODAY) for day in days)
        assert before >= 150
        gained = (codes != unhelped)[chosen[kind.name]]
        assert not gained[:, :before].any()
        assert abs(100 * gained[:, before:].mean() - kind.effect) < 1
    assert not (codes != unhelped)[[place for place in range(500) if place not in everybody]].any()


def test_interventions_of_each_kind_have_ended_with_those_who_were_chosen(college_db: str) -> None:
    ended = Intervention.objects.exclude(ended_on=None)
    small = {"Attendance mentoring", "One-to-one mentoring", "Study skills"}  # sixty students are too few for all five
    assert set(ended.values_list("type__name", flat=True)) == small
    for row in ended:
        members = InterventionMember.objects.filter(intervention=row)
        assert {(member.period.lower, member.period.upper - timedelta(days=1)) for member in members} == {
            (row.starts_on, row.ended_on)
        }
