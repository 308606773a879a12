"""Real connections at once: a register, one code for many and amendments for the same students, again and again.

Nobody waits for anybody in a circle, no mark is lost, and the summary is what a recount says.
"""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from attendance import actions
from attendance.actions.registers import NewMark
from attendance.errors import ChangedMeanwhile
from attendance.models import Register, SessionMark, SessionMarkChange, WeekSummary
from attendance.queries.figures.verification import differences
from core import clock
from tests.attendance.conftest import lesson_of, marks_for, members, session_of
from tests.college import TODAY, College

WEEK = [date(2026, 11, day) for day in (16, 17, 18, 19, 20)]
ROUNDS = 4


def at_once(*works: Callable[[], Any]) -> list[BaseException]:
    """Do all of it at the same moment, each on a connection of its own; gives what went wrong."""
    start = threading.Barrier(len(works))
    faults: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            with clock.set_to(clock.at(TODAY, 10)):
                start.wait(20)
                work()
        except BaseException as fault:  # noqa: BLE001  (handed to the test, which must see every kind)
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return faults


@pytest.fixture
def committed(committing_db):
    with clock.set_to(clock.at(TODAY, 10)):
        yield College()


def take(college, day, slug, code, order=1):
    """A register of 10A with this code for everybody, sent in this order of students."""
    present = {"am": "/", "pm": "\\"}[slug] if code == "/" else code
    marks = marks_for(college, present=present)[::order]
    return lambda: actions.mark_register(
        by=college.price, register=session_of(college, slug, day), marks=marks, reason="Race"
    )


def many(college, code, names, start, end):
    ids = [college.student(name).pk for name in names]
    return lambda: actions.set_code_for_many(
        by=college.price,
        series="session",
        student_ids=ids,
        start=start,
        end=end,
        code=code,
        replace=True,
        reason="Race",
    )


def amend(college, name, day, code):
    return lambda: actions.amend_mark(
        by=college.price,
        series="session",
        student_id=college.student(name).pk,
        date=day,
        slot=1,
        code=code,
        reason="Race",
    )


def test_register_bulk_code_and_amendment_lose_nothing_and_do_not_deadlock(committed):
    college = committed
    everybody = [student.given_name for student in members(college)]
    for _ in range(ROUNDS):
        faults = at_once(
            take(college, TODAY, "am", "/"),
            take(college, TODAY, "pm", "/", order=-1),
            take(college, WEEK[0], "am", "N", order=-1),
            many(college, "V", everybody[::-1], WEEK[0], TODAY),
            many(college, "I", everybody[:4], date(2026, 11, 9), WEEK[2]),
            amend(college, "Hugo", TODAY, "L"),
            amend(college, "Ada", WEEK[0], "M"),
        )
        assert faults == []
        assert [*differences("session")] == []
    assert SessionMark.objects.filter(date=TODAY).count() == 16
    assert WeekSummary.objects.filter(week=WEEK[0]).count() == 8
    assert SessionMarkChange.objects.count() > 0


def test_two_series_of_the_same_students_do_not_wait_in_a_circle(committed):
    college = committed
    lesson = lesson_of(college, "10x/Ma1", "0900")
    faults = at_once(
        take(college, TODAY, "am", "/"),
        lambda: actions.mark_register(by=college.mendes, register=lesson, marks=marks_for(college)[::-1]),
        take(college, TODAY, "pm", "N", order=-1),
    )
    assert faults == []
    assert [*differences("session"), *differences("lesson")] == []


def test_the_same_register_saved_at_once_is_taken_once(committed):
    college = committed
    faults = at_once(*[take(college, TODAY, "am", "/") for _ in range(4)])
    assert faults == []
    assert (Register.objects.count(), SessionMark.objects.count(), SessionMarkChange.objects.count()) == (1, 8, 0)


def test_two_who_differ_at_once_one_is_saved_and_the_other_is_told(committed):
    college = committed

    def save(who, code):
        from attendance.actions.registers import Seen

        marks = [NewMark(student.pk, code, seen=Seen(0)) for student in members(college)]
        return lambda: actions.mark_register(by=who, register=session_of(college), marks=marks)

    faults = at_once(save(college.okafor, "/"), save(college.lind, "N"))
    assert [type(fault) for fault in faults] == [ChangedMeanwhile]
    assert len(faults[0].clashes) == 8
    assert SessionMark.objects.values("code").distinct().count() == 1


def elsewhere(work: Callable[[], Any]) -> None:
    """Do it now, on another connection, to its end."""
    assert at_once(work) == []


@pytest.mark.parametrize("seen_by_writer", [True, False])
def test_a_mark_changed_between_reading_and_writing_a_register_is_not_lost(committed, monkeypatch, seen_by_writer):
    """The register is read before anything is locked: what changes until then is found, and what is not touched may change."""
    from attendance.actions import registers
    from attendance.actions.registers import Seen

    college = committed
    take(college, TODAY, "am", "/")()
    ada, ben = members(college)[:2]

    def read_and_be_overtaken(sitting):
        found = read(sitting)
        elsewhere(amend(college, ada.given_name, TODAY, "M"))
        elsewhere(amend(college, ben.given_name, TODAY, "I"))
        return found

    read = registers.read_register
    monkeypatch.setattr(registers, "read_register", read_and_be_overtaken)
    marks = [NewMark(ada.pk, "L", 5, seen=Seen(1, "/") if seen_by_writer else None)]
    save = {"by": college.price, "register": session_of(college), "marks": marks, "reason": "Race"}
    if seen_by_writer:
        with pytest.raises(ChangedMeanwhile):
            actions.mark_register(**save)
    else:
        assert actions.mark_register(**save).written == 1
    codes = dict(SessionMark.objects.filter(student__in=[ada, ben]).values_list("student_id", "code__code"))
    assert codes == {ada.pk: "M" if seen_by_writer else "L", ben.pk: "I"}
    assert SessionMarkChange.objects.count() == (2 if seen_by_writer else 3)
    assert [*differences("session")] == []


def test_counting_everything_again_waits_for_registers_and_they_for_it(committed):
    college = committed
    faults = at_once(
        take(college, TODAY, "am", "/"),
        actions.rebuild_summary,
        take(college, TODAY, "pm", "N"),
        actions.rebuild_summary,
    )
    assert faults == []
    assert [*differences("session")] == []
