"""Whatever happens to registers, marks and rolls in whatever order, the summary is what a recount of the marks gives.

The recount here is made in Python from single marks, codes and rolls, and shares nothing with the application's own.
"""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from attendance.actions import amend_mark, mark_register, set_code_for_many
from attendance.actions.registers import NewMark
from attendance.codes import all_codes
from attendance.errors import RegisterProblem
from attendance.models import LessonMark, SessionMark, WeekSummary
from attendance.queries.registers.registers import members_of
from attendance.queries.registers.sittings import find_sitting
from caseload.actions.memberships import AlreadyThere, NotThere, move_member
from caseload.models import Closure, SiteMembership
from core import clock, naming
from core.actors import SystemActor
from tests.attendance.conftest import members

BY = SystemActor("attendance-machine", "A machine that tries everything")
DAYS = [date(2026, 11, day) for day in (9, 10, 13, 16, 17, 18, 19, 20)]
SESSION_CODES = ["", "/", "\\", "L", "I", "N", "U", "O", "V", "Y2", "D", "X", "#", "ZZ"]
LESSON_CODES = ["", "/", "L", "N", "A", "V", "O", "ZZ"]
WHAT = {
    "P": "present",
    "AEA": "approved",
    "AA": "authorised",
    "UA": "unauthorised",
    "NP": "not_possible",
    "ADM": "not_collected",
}
COUNTED = [*WHAT.values(), "unmarked", "late", "late_after_close", "minutes_late"]  # fmt: skip

days = st.sampled_from(DAYS)
slots = st.sampled_from([1, 2])
somebody = st.integers(0, 7)


class Machine(RuleBasedStateMachine):
    """Registers, amendments, codes for many, moves between groups, late starters, leavers and closures, at random."""

    college: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.people = members(self.college)
        self.learners = members(self.college, "S1")
        self.closed: set[date] = set()

    def teardown(self) -> None:
        """Nothing that one run did is there for the next."""
        transaction.savepoint_rollback(self.point)

    @rule(day=days, slot=slots, group=st.sampled_from(["10A", "10B"]), codes=st.lists(st.sampled_from(SESSION_CODES), min_size=1, max_size=6), reason=st.sampled_from(["", "Told by the office"]))  # fmt: skip
    def take_sessions(self, day: date, slot: int, group: str, codes: list[str], reason: str) -> None:
        """A register of AM or PM, right or wrong, for the first time or again."""
        self.take(self.college.caseloads[group].public_id, day, "am" if slot == 1 else "pm", codes, reason)

    @rule(day=days, codes=st.lists(st.sampled_from(LESSON_CODES), min_size=1, max_size=6), reason=st.sampled_from(["", "Told by the office"]))  # fmt: skip
    def take_lessons(self, day: date, codes: list[str], reason: str) -> None:
        """A register of a lesson."""
        self.take(self.college.groups["12 Biology B"].public_id, day, "0900", codes, reason)

    def take(self, group: Any, day: date, slug: str, codes: list[str], reason: str) -> None:
        """Whoever is on the register that day, marked in turn by the codes given."""
        with suppress(RegisterProblem), transaction.atomic():
            sitting = find_sitting(self.college.price, "attendance.take_register", group, day, slug)
            if sitting is None:
                return
            on_it = members_of(sitting)
            marks = [
                NewMark(member.id, codes[i % len(codes)], 7 if codes[i % len(codes)] == "L" else None)
                for i, member in enumerate(on_it)
            ]
            mark_register(by=BY, register=sitting, marks=marks, reason=reason)

    @rule(day=days, slot=slots, who=somebody, code=st.sampled_from(SESSION_CODES), reason=st.sampled_from(["", "Wrong"]))  # fmt: skip
    def amend(self, day: date, slot: int, who: int, code: str, reason: str) -> None:
        """One mark changed, or taken away."""
        student = self.people[who % len(self.people)]
        with suppress(RegisterProblem), transaction.atomic():
            amend_mark(by=BY, series="session", student_id=student.pk, date=day, slot=slot, code=code, reason=reason)

    @rule(start=days, length=st.integers(0, 9), code=st.sampled_from(["V", "I", "W", "#", "Y4"]), replace=st.booleans())
    def code_for_many(self, start: date, length: int, code: str, replace: bool) -> None:
        """A trip, an illness or a closure for a whole group."""
        with suppress(RegisterProblem), transaction.atomic():
            set_code_for_many(
                by=BY, series="session", student_ids=[student.pk for student in self.people], start=start,
                end=start + timedelta(days=length), code=code, replace=replace, reason="A trip" if replace else "",
            )  # fmt: skip

    @rule(who=somebody, day=days, back=st.booleans())
    def move(self, who: int, day: date, back: bool) -> None:
        """Into the other tutor group, or back."""
        groups = [self.college.caseloads[name] for name in ("10A", "10B")]
        group, to = reversed(groups) if back else groups
        with suppress(NotThere, AlreadyThere), transaction.atomic():
            move_member(BY, group, self.people[who % len(self.people)], to, day)

    @rule(who=somebody, first=st.sampled_from([date(2026, 9, 1), *DAYS]), last=st.sampled_from([None, *DAYS]), learner=st.booleans())  # fmt: skip
    def correct_roll(self, who: int, first: date, last: date | None, learner: bool) -> None:
        """A late starter, a leaver, or one who came back after all."""
        people = self.learners if learner else self.people
        roll = SiteMembership.objects.get(student=people[who % len(people)])
        if last is None or last > first:
            roll.period = DateRange(first, last)
            roll.save()

    @precondition(lambda self: len(self.closed) < 3)
    @rule(day=days, kind=st.sampled_from(["planned", "unexpected"]))
    def close(self, day: date, kind: str) -> None:
        """A day on which the school does not open, known beforehand or not."""
        if day not in self.closed:
            Closure.objects.create(site=self.college.school, kind=kind, name="Closed", starts_on=day, ends_on=day)
            self.closed.add(day)

    @invariant()
    def summary_is_a_recount(self) -> None:
        """Every figure of every week, and no week that nobody has a mark in, but for zeros."""
        stored = {
            key: figures
            for row in WeekSummary.objects.values("student_id", "series", "week", *COUNTED)
            if any((figures := {name: row[name] for name in COUNTED}).values())
            for key in [(row["student_id"], row["series"], row["week"])]
        }
        assert stored == recount()


def recount() -> dict[tuple[int, str, date], dict[str, int]]:
    """The summary by hand, from every mark that lies on a roll."""
    codes = all_codes()
    rolls: dict[int, list[Any]] = {}
    for student, period in SiteMembership.objects.values_list("student_id", "period"):
        rolls.setdefault(student, []).append(period)
    found: dict[tuple[int, str, date], Counter[str]] = {}
    for series, model in (("session", SessionMark), ("lesson", LessonMark)):
        for student, day, number, minutes in model.objects.values_list("student_id", "date", "code_id", "minutes_late"):
            if not any(p.lower <= day and (p.upper is None or day < p.upper) for p in rolls.get(student, [])):
                continue
            week = found.setdefault((student, series, day - timedelta(days=day.weekday())), Counter())
            if number is None:
                week["unmarked"] += 1
                continue
            code = codes[number]
            week[WHAT[code.stat_class]] += 1
            if code.is_late:
                week["late" if code.stat_class in ("P", "AEA") else "late_after_close"] += 1
                week["minutes_late"] += minutes or 0
    return {key: {name: week[name] for name in COUNTED} for key, week in found.items() if any(week.values())}


@pytest.mark.usefixtures("afternoon")
def test_the_summary_is_always_a_recount(college: Any) -> None:
    Machine.college = college
    with naming.named_system(BY.name):
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=12,
                stateful_step_count=14,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )


@pytest.fixture
def afternoon(college: Any) -> Any:
    """Half past two: both registers of today can be taken."""
    with clock.set_to(clock.at(college.today, 14, 30)):
        yield
