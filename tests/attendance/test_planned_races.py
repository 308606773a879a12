"""Planning, changing, withdrawing and closing at the same moment as registers of the same students, on real connections."""

from datetime import date

from attendance import actions
from attendance.actions.closures import close_site
from attendance.models import PlannedAbsence, SessionMark
from attendance.planning import Wanted
from attendance.queries.figures.verification import differences
from tests.attendance.conftest import lesson_of, marks_for, members
from tests.attendance.test_races import at_once, committed, take
from tests.college import TODAY

__all__ = ["committed"]
MONDAY, WEDNESDAY, NEXT = date(2026, 11, 16), date(2026, 11, 25), date(2026, 11, 30)


def wanted(start, end, code="V", part="day"):
    return Wanted("visit", start, end, part=part, session_code=code, lesson_code="V")


def test_plans_withdrawals_closures_and_registers_of_the_same_students_do_not_wait_in_a_circle(committed):
    college = committed
    ids = [student.pk for student in members(college)]
    lesson = lesson_of(college, "10x/Ma1", "0900")
    old = actions.plan_absence(by=college.price, student_ids=ids, wanted=wanted(TODAY, NEXT), together=True)
    single = actions.plan_absence(
        by=college.price, student_ids=ids[:1], wanted=wanted(date(2026, 12, 1), date(2026, 12, 2))
    )  # fmt: skip
    later = date(2026, 12, 7)
    faults = at_once(
        lambda: actions.withdraw_plans(by=college.price, plans=old[::-1], reason="Race"),
        lambda: actions.change_plan(by=college.price, plan=single[0], wanted=wanted(later, later), reason="Race"),
        lambda: actions.plan_absence(by=college.price, student_ids=ids[::-1], wanted=wanted(MONDAY, MONDAY, "W")),
        lambda: close_site(
            by=college.price, site=None, kind="unexpected", name="Snow", starts_on=WEDNESDAY, ends_on=WEDNESDAY
        ),
        lambda: actions.mark_register(by=college.price, register=lesson, marks=marks_for(college)[::-1], reason="Race"),
        take(college, TODAY, "am", "/", order=-1),
    )
    assert faults == []
    assert [*differences("session"), *differences("lesson")] == []
    assert SessionMark.objects.filter(date=MONDAY, code__code="W").count() == 16


def test_the_same_absence_planned_twice_at_once_is_planned_once(committed):
    college = committed
    ada = [college.student("Ada").pk]
    plan = wanted(date(2026, 11, 23), WEDNESDAY)
    faults = at_once(*[lambda: actions.plan_absence(by=college.price, student_ids=ada, wanted=plan) for _ in range(3)])
    assert [type(fault).__name__ for fault in faults] == ["CannotPlan", "CannotPlan"]
    assert PlannedAbsence.objects.filter(withdrawn_at=None).count() == 1
