"""Where students stand: below target by position in the same scale, and nothing else."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from progress import queries
from progress.models import AssessmentPoint, Effort, EffortAxis, GradeScale
from tests.college import College


def test_below_target_is_by_position(college: College, grade_of: Any) -> None:
    for given, target, current in (("Ada", "5", "4"), ("Ben", "5", "5"), ("Chloe", "5", "9"), ("Finn", "4", "U")):
        grade_of(given, "minimum_target", target, days_ago=60)
        grade_of(given, "current", current)
    grade_of("Gita", "current", "1")
    ids = {given: college.student(given).pk for given in ("Ada", "Ben", "Chloe", "Finn", "Gita")}
    found = queries.below_target_counts(ids.values())
    assert found == {ids["Ada"]: (1, 1), ids["Ben"]: (0, 1), ids["Chloe"]: (0, 1), ids["Finn"]: (1, 1)}


def test_a_star_is_better_than_a(college: College, grade_of: Any) -> None:
    grade_of("Wren", "minimum_target", "A", days_ago=60, course=college.biology, scale="a-level")
    grade_of("Wren", "current", "A*", course=college.biology, scale="a-level")
    wren = college.student("Wren").pk
    assert queries.below_target_counts([wren]) == {wren: (0, 1)}
    assert queries.latest_by_subject([wren])[wren][0].standing == "1 above"


def test_the_latest_counts_and_other_scales_and_specials_do_not(college: College, grade_of: Any) -> None:
    grade_of("Ada", "minimum_target", "5", days_ago=60)
    grade_of("Ada", "current", "3", days_ago=40)
    grade_of("Ada", "current", "6", days_ago=7)
    grade_of("Ben", "minimum_target", "B", days_ago=60, scale="a-level")
    grade_of("Ben", "current", "3")
    grade_of("Chloe", "minimum_target", "5", days_ago=60)
    grade_of("Chloe", "current", "X")
    ada = college.student("Ada").pk
    ids = [college.student(given).pk for given in ("Ada", "Ben", "Chloe")]
    assert queries.below_target_counts(ids) == {ada: (0, 1)}
    subject = queries.latest_by_subject([ada])[ada][0]
    assert (subject.current, subject.before["current"], subject.moved, subject.steps) == ("6", "3", 3, 1)


def test_only_subjects_studied_now(college: College, grade_of: Any) -> None:
    grade_of("Ada", "minimum_target", "A", days_ago=60, course=college.biology, scale="a-level")
    grade_of("Ada", "current", "E", course=college.biology, scale="a-level")
    ada = college.student("Ada").pk
    assert queries.below_target_counts([ada]) == {}
    assert [subject.title for subject in queries.latest_by_subject([ada])[ada]] == ["GCSE Mathematics"]


def test_what_has_moved_since(college: College, grade_of: Any) -> None:
    grade_of("Ada", "current", "5", days_ago=40)
    grade_of("Ada", "current", "4", days_ago=7)
    ada = college.student("Ada").pk
    day = college.today
    moved = queries.grades_moved_since([ada], day.replace(day=1))[ada]
    assert [(one.title, one.before, one.now, one.steps) for one in moved] == [("GCSE Mathematics", "5", "4", -1)]
    assert queries.grades_moved_since([ada], day) == {}


def test_effort_keeps_its_direction(college: College, point: AssessmentPoint) -> None:
    scale = GradeScale.objects.get(code="effort-5-1")
    Effort.objects.create(
        student=college.student("Ada"),
        course=college.maths,
        point=point,
        axis=EffortAxis.objects.get(code="effort"),
        scale=scale,
        value=scale.grades.get(label="5"),
    )
    ada = college.student("Ada").pk
    effort = queries.latest_by_subject([ada])[ada][0].effort[0]
    assert (effort.label, effort.meaning, effort.position, effort.highest_is_best) == ("5", "Outstanding", 1, True)


def test_a_point_in_figures(college: College, point: AssessmentPoint, grade_of: Any) -> None:
    for given, current in (("Ada", "4"), ("Ben", "5"), ("Chloe", "6")):
        grade_of(given, "minimum_target", "5", days_ago=60)
        grade_of(given, "current", current, point=point)
    grade_of("Finn", "current", "7", point=point)
    summary = queries.progress_summary([student.pk for student in college.students], point)
    total = summary.total
    assert (summary.students, summary.graded_students, summary.students_below) == (30, 4, 1)
    assert (total.below, total.on, total.above, total.compared) == (1, 1, 1, 3)
    assert summary.by_course[college.maths.pk][0] == "GCSE Mathematics"
    assert queries.latest_point([college.school.pk]) == point
    assert queries.latest_point([college.sixth.pk]) is None


def test_below_target_at_a_point_and_at_the_one_before(college: College, point: AssessmentPoint, grade_of: Any) -> None:
    earlier = AssessmentPoint.objects.create(
        year=point.year, site=point.site, name="Before", on_date=point.on_date - timedelta(days=40),
        opens_on=point.on_date - timedelta(days=50), closes_on=point.on_date - timedelta(days=40), kinds=["current"],
    )  # fmt: skip
    ada, ben = college.student("Ada").pk, college.student("Ben").pk
    grade_of("Ada", "minimum_target", "5", days_ago=90)
    grade_of("Ada", "minimum_target", "7", days_ago=20)  # raised between the two points
    for given in ("Ada", "Ben"):
        grade_of(given, "current", "5", days_ago=47, point=earlier)
        grade_of(given, "current", "6", point=point)
    assert queries.below_at_points([ada, ben], point, earlier) == ({ada: (1, 1)}, {ada: (0, 1)})
    assert queries.below_at_points([ada], point, None) == ({ada: (1, 1)}, {})
    assert queries.below_at_points([ben], point, earlier) == ({}, {})


def test_reasons_in_words(college: College, grade_of: Any) -> None:
    grade_of("Ada", "minimum_target", "5", days_ago=60)
    grade_of("Ada", "current", "4")
    ada = college.student("Ada").pk
    assert [reason.words for reason in queries.reasons([ada])[ada]] == ["Below target in 1 of 1"]


def test_the_same_number_of_queries_for_three_and_for_thirty(college: College, grade_of: Any) -> None:
    for student in college.students[:8]:
        grade_of(student.given_name, "minimum_target", "5", days_ago=60)
        grade_of(student.given_name, "current", "4")
    ids = [student.pk for student in college.students]

    def count(some: list[int]) -> list[int]:
        numbers = []
        for call in (queries.below_target_counts, queries.latest_by_subject, queries.reasons):
            with CaptureQueriesContext(connection) as seen:
                call(some)
            numbers.append(len(seen))
        return numbers

    assert count(ids[:3]) == count(ids) == [1, 2, 1]
