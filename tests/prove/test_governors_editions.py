"""The long proof that the governors' edition tells of no group of 1 to 4 students: all cells of four editions are solved together.

A year of 260 students with years, tutor groups, houses and characteristics drawn at random, some without a tutor group, some
whose sex is not given, some of whom join or change groups between the editions; then every scope's last four editions.
The solving is another than the project's: over floating-point numbers, by the null space.
"""

import random
from collections.abc import Iterator, Sequence, Set
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from attendance.actions import rebuild_summary
from attendance.models import AttendanceCode, SessionMark
from caseload.models import (
    Caseload,
    CaseloadMembership,
    Characteristic,
    House,
    HouseMembership,
    SiteMembership,
    Student,
    YearGroup,
    YearGroupMembership,
)  # fmt: skip
from caseload.queries.calendar import school_days
from core import clock
from reporting.queries import hiding
from reporting.queries.term import term_facts

EDITIONS = (date(2026, 10, 16), date(2026, 11, 6), date(2026, 11, 13), date(2026, 11, 20))
STUDENTS = 260
CODES = {"/": 900, "L": 25, "I": 40, "O": 15, "U": 8, "M": 6, "J1": 1}


@pytest.fixture
def school(college: Any) -> Any:
    """The college with 260 more students in the school, their groups, and their marks of the autumn."""
    draw = random.Random(20261130)
    start = college.year.starts_on
    made = Student.objects.bulk_create(
        Student(
            given_name=f"Given{n}", family_name=f"Family{n}", sort_key=f"family{n}", sex=draw.choice("FFFFFFMMMMMMMU"),
            first_language=draw.choice(["ENG", "ENG", "ENG", "POL"]),
        )
        for n in range(STUDENTS)
    )  # fmt: skip
    years, houses = list(YearGroup.objects.filter(site=college.school)), list(House.objects.filter(site=college.school))
    groups = list(Caseload.objects.filter(site=college.school))
    joined = [draw.choice([start] * 20 + [day + timedelta(days=-2) for day in EDITIONS]) for _ in made]
    SiteMembership.objects.bulk_create(
        SiteMembership(student=one, site=college.school, period=DateRange(since, None))
        for one, since in zip(made, joined, strict=True)
    )
    groups_of: tuple[tuple[Any, list[Any], float, dict[str, Any]], ...] = (
        (YearGroupMembership, years, 0.01, {"year": college.year}),
        (HouseMembership, houses, 0.03, {}),
        (CaseloadMembership, groups, 0.03, {}),
    )
    for model, some, without, more in groups_of:
        model.objects.bulk_create(
            model(student=one, group=draw.choice(some), period=DateRange(since, college.year.ends_on), **more)
            for one, since in zip(made, joined, strict=True)
            if draw.random() > without
        )
    Characteristic.objects.bulk_create(
        Characteristic(student=one, kind="sen_status", code=draw.choice("KE"), period=DateRange(start, None))
        for one in made
        if draw.random() < 0.12
    )
    codes = {code: AttendanceCode.objects.get(series="session", code=code, valid_to=None) for code in [*CODES, "\\"]}
    days = school_days(college.school, start, college.today)[::3]
    drawn = draw.choices(list(CODES), list(CODES.values()), k=2 * len(days) * len(made))
    SessionMark.objects.bulk_create(
        SessionMark(
            student=one, date=day, slot=slot, marked_at=clock.now(),
            code=codes["\\" if (code := drawn.pop()) == "/" and slot == 2 else code],
        )
        for one, since in zip(made, joined, strict=True) for day in days if day >= since for slot in (1, 2)
    )  # fmt: skip
    rebuild_summary()
    return college


def numbers(value: Any) -> Iterator[int]:
    """Every number that a document prints, but for its dates and percentages."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in ("from", "to", "on", "in_term", "weeks"):
                yield from numbers(each)
    elif isinstance(value, list):
        for each in value:
            yield from numbers(each)
    elif value is not None and not isinstance(value, bool):
        said = str(value).removeprefix("of about ").removeprefix("under ").split(" ")[0].replace(",", "")
        if said.isdigit():
            yield int(said)


def follow(shown: Sequence[Set[int]], whole: Set[int]) -> list[tuple[int, ...]]:
    """The sets of 1 to 4 students that are a sum and difference of those shown."""
    kinds: dict[tuple[bool, ...], list[int]] = {}
    for student in whole:
        kinds.setdefault(tuple(student in group for group in shown), []).append(student)
    columns = np.array(list(kinds), dtype=float).T
    _, values, vectors = np.linalg.svd(columns)
    against = vectors[int((values > 1e-9).sum()) :].T  # each kind's row of what every shown set is nought against
    few = [at for at, students in enumerate(kinds.values()) if len(students) < 5]
    size = [len(students) for students in kinds.values()]
    return [
        some
        for number in range(1, 5)
        for some in combinations(few, number)
        if sum(size[at] for at in some) < 5 and np.abs(against[list(some)].sum(axis=0)).max(initial=0) < 1e-7
    ]


def test_four_editions_of_every_scope_tell_of_no_group_of_one_to_four(
    school: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[tuple[Set[int], list[Set[int]]]] = []

    class Watched(hiding.Printed):
        def __init__(self, whole: Set[int], groups: Sequence[Set[int]]) -> None:
            super().__init__(whole, groups)
            printed.append((whole, []))

        def add(self, group: Set[int]) -> bool:
            shown = super().add(group)
            if shown:
                printed[-1][1].append(group)
            return shown

    monkeypatch.setattr(hiding, "Printed", Watched)
    scopes = [("college", 1), ("site", school.school.pk)]
    scopes += [("year_group", pk) for pk in YearGroup.objects.values_list("pk", flat=True)]
    scopes += [("house", pk) for pk in House.objects.values_list("pk", flat=True)]
    rows = 0
    for scope in scopes:
        for day in EDITIONS:
            with clock.set_to(clock.at(day, 18)):
                facts = term_facts(scope, school.terms[0], "governors")
            found = list(numbers(facts))
            assert [number for number in found if number % 5] == [], (scope, day)
            rows += sum(row["students"] is not None for section in facts["sections"] for row in section["by_caseload"])
            for section in facts["sections"]:
                # The same weeks stand in every edition, while students join: they tell to half a per cent, of a hundred.
                assert [
                    week for week in section["weeks"] if week[1] != round(week[1]) or week[3:] != [None, None]
                ] == []
                assert not section["weeks"] or int(section["students"].replace(",", "")) >= hiding.WEEKS_FROM
    assert rows, "something must be left to read"
    for whole, shown in printed:
        assert all(len(group) >= 5 and len(whole - group) not in range(1, 5) for group in shown)
        assert follow([whole, *shown], whole) == []
