"""How far targets have got by the figures that Waymark has."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.actions.summary import rebuild_summary
from attendance.codes import all_codes
from attendance.models import SessionMark
from attendance.queries.students.page import student_attendance
from caseload.models import Course
from caseload.queries.calendar import school_days
from core import clock
from interventions.actions.targets import TargetClosed, count_once, take_count_back
from interventions.models import TargetCount
from interventions.queries.figures import progress_of
from progress.models import Grade, GradeScale, ScaleGrade
from tests.college import College

MONDAY = date(2026, 11, 2)


@pytest.fixture
def marks(college: College) -> Callable[..., None]:
    """Writes sessions: `marks("Ada", before=(6, 8), since=(9, 10), set_on=day)` is 6 of 8 before the day, 9 of 10 from it on."""
    ids = {code.code: code.id for code in all_codes().values() if code.series == "session" and code.valid_to is None}

    def write(given: str, before: tuple[int, int], since: tuple[int, int], set_on: date) -> None:
        student = college.student(given)
        earlier = school_days(college.school, set_on - timedelta(days=14), set_on - timedelta(days=1))
        earlier, later = earlier[-before[1] // 2 :], school_days(college.school, set_on, college.today)[: since[1] // 2]
        for (there, of), days in ((before, earlier), (since, later)):
            SessionMark.objects.bulk_create(
                SessionMark(
                    student=student,
                    date=days[number // 2],
                    slot=number % 2 + 1,
                    code_id=ids["/\\"[number % 2] if number < there else "N"],
                    marked_at=clock.now(),
                )
                for number in range(of)
            )
        rebuild_summary()

    return write


@pytest.fixture
def graded(college: College) -> Callable[..., tuple[Course, Callable[[str], ScaleGrade]]]:
    """Gives current grades in mathematics by days ago: `graded("Ada", {40: "D", 5: "C"})`; and the subject and its scale."""

    def give(given: str, grades: dict[int, str]) -> tuple[Course, Callable[[str], ScaleGrade]]:
        scale = GradeScale.objects.get(code="a-level")
        for days_ago, label in grades.items():
            Grade.objects.create(
                student=college.student(given),
                course=college.maths,
                kind="current",
                scale=scale,
                grade=scale.grades.get(label=label),
                on_date=college.today - timedelta(days=days_ago),
            )
        return college.maths, lambda label: scale.grades.get(label=label)

    return give


def sentence(user: Any, target: Any) -> str:
    found = progress_of(user, [target]).get(target.pk)
    return found.sentence.replace("\u202f", " ") if found else "nothing"


def test_attendance_now_wanted_and_when_set(college: College, target_of: Any, marks: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(95), set_on=MONDAY)
    marks("Ada", before=(6, 8), since=(20, 22), set_on=target.set_on)  # the two marks of the Monday itself don't count
    found = progress_of(college.okafor, [target])[target.pk]
    assert found.sentence.replace("\u202f", " ") == "90.0 % now, 95 % wanted, was 75.0 % when set on 2 Nov"
    assert (found.reached, found.share, found.of) == (False, 75, "18 of 20 sessions")


def test_a_goal_that_is_reached_says_so_exactly(college: College, target_of: Any, marks: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(90), set_on=MONDAY)
    marks("Ada", before=(6, 8), since=(20, 22), set_on=target.set_on)
    found = progress_of(college.okafor, [target])[target.pk]
    assert (found.reached, found.status, found.tone) == (True, "Goal reached", "good")


def test_below_twenty_marks_it_is_too_early_to_say(college: College, target_of: Any, marks: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(90), set_on=MONDAY)
    marks("Ada", before=(6, 8), since=(20, 20), set_on=target.set_on)
    found = progress_of(college.okafor, [target])[target.pk]
    assert (found.reached, found.share, found.status) == (None, None, "Too early to say")
    assert found.sentence.replace("\u202f", " ") == "100.0 % so far, 90 % wanted, was 75.0 % when set on 2 Nov"
    assert found.of == "18 of 18 sessions since then, said from 20 on"


def test_marks_of_the_day_itself_reach_no_goal(college: College, target_of: Any, marks: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(95), set_on=college.today)
    marks("Ada", before=(8, 8), since=(2, 2), set_on=college.today)
    assert progress_of(college.okafor, [target])[target.pk].reached is None


def test_the_figure_when_set_is_the_one_that_the_page_showed(college: College, target_of: Any, marks: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(95), set_on=college.today)
    marks("Ada", before=(9, 14), since=(2, 2), set_on=college.today)
    shown = student_attendance(college.student("Ada").pk).six_weeks.percent
    assert f"was {shown} when set" in progress_of(college.okafor, [target])[target.pk].sentence


def test_a_grade_of_before_reaches_no_goal(college: College, target_of: Any, graded: Any) -> None:
    course, label = graded("Ada", {40: "C"})
    target = target_of("Ada", figure="grade", figure_grade=label("C"), course=course)
    found = progress_of(college.okafor, [target])[target.pk]
    assert (found.reached, found.was) == (None, "C")
    assert found.sentence.startswith("No grade since it was set on ")


def test_no_marks_are_said_and_not_counted_as_absence(college: College, target_of: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(95), set_on=college.today)
    assert sentence(college.okafor, target) == "No marks since it was set on Fri 20 Nov, 95 % wanted"
    assert progress_of(college.okafor, [target])[target.pk].reached is None


def test_a_grade_now_wanted_and_when_set(college: College, target_of: Any, graded: Any) -> None:
    course, label = graded("Ada", {40: "D", 5: "C"})
    wanted = target_of("Ada", figure="grade", figure_grade=label("B"), course=course)
    reached = target_of("Ada", figure="grade", figure_grade=label("C"), course=course)
    assert sentence(college.okafor, wanted) == "C now, B wanted, was D when set on 21 Oct"
    assert progress_of(college.okafor, [wanted, reached])[wanted.pk].reached is False
    assert progress_of(college.okafor, [wanted, reached])[reached.pk].reached is True


def test_a_closed_target_keeps_the_grade_of_its_day(college: College, target_of: Any, graded: Any) -> None:
    course, label = graded("Ada", {40: "D", 5: "C"})
    closed = college.today - timedelta(days=10)
    target = target_of("Ada", figure="grade", figure_grade=label("B"), course=course, state="not_met", closed_on=closed)
    assert (
        sentence(college.okafor, target)
        == "No grade since it was set on Wed 21 Oct, B wanted, was D when set on 21 Oct"
    )


def test_times_are_ticked_once_a_press_and_taken_back(college: College, target_of: Any) -> None:
    target = target_of("Ada", figure="count", figure_goal=Decimal(2))
    token = uuid4()
    assert count_once(target, token=token, by=college.okafor) == 1
    assert count_once(target, token=token, by=college.okafor) == 1
    assert sentence(college.okafor, target) == "1 so far, 2 wanted"
    assert count_once(target, token=uuid4(), by=college.okafor) == 2
    assert progress_of(college.okafor, [target])[target.pk].reached is True
    assert take_count_back(target, by=college.okafor) == 1


def test_only_whoever_reviews_it_counts_and_only_while_it_is_open(college: College, target_of: Any) -> None:
    target = target_of("Ada", figure="count", figure_goal=Decimal(2))
    with pytest.raises(PermissionDenied):
        count_once(target, token=uuid4(), by=college.mendes)
    closed = target_of("Ada", figure="count", figure_goal=Decimal(2), state="met", closed_on=college.today)
    with pytest.raises(TargetClosed):
        count_once(closed, token=uuid4(), by=college.okafor)
    assert TargetCount.objects.count() == 0


def test_a_figure_is_left_out_for_whoever_may_not_see_it(college: College, target_of: Any) -> None:
    target = target_of("Ada", figure="attendance", figure_goal=Decimal(95))
    assert list(progress_of(college.okafor, [target])) == [target.pk]
    assert progress_of(college.brandt, [target]) == {}
    assert progress_of(college.okafor, [target_of("Ada")]) == {}


def test_as_many_queries_for_thirty_as_for_three(college: College, target_of: Any, graded: Any) -> None:
    course, label = graded("Ada", {40: "D"})

    def cost(times: int) -> int:
        rows = [
            target_of("Ada", **more)
            for _ in range(times)
            for more in (
                {"figure": "attendance", "figure_goal": Decimal(95)},
                {"figure": "grade", "figure_grade": label("B"), "course": course},
                {"figure": "count", "figure_goal": Decimal(3)},
            )
        ]
        with CaptureQueriesContext(connection) as made:
            progress_of(college.okafor, rows)
        return len(made)

    progress_of(college.okafor, [target_of("Ada", figure="attendance")])  # reach is read once and kept
    assert cost(1) == cost(10)
