"""The grade scales of facts 7.1: in order of position, never of letters."""

import pytest
from django.db import IntegrityError, transaction

from progress.models import Effort, Grade, GradeScale, ScaleGrade
from tests.college import College

pytestmark = pytest.mark.django_db


def labels(code: str) -> str:
    return " ".join(grade.label for grade in GradeScale.objects.get(code=code).grades.exclude(position=None))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("gcse", "9 8 7 6 5 4 3 2 1 U"),
        ("a-level", "A* A B C D E U"),
        ("as", "A B C D E U"),
        ("btec-single", "D* D M P N U"),
        ("btec-double", "D*D* D*D DD DM MM MP PP U"),
        ("btec-triple", "D*D*D* D*D*D D*DD DDD DDM DMM MMM MMP MPP PPP U"),
        ("t-level", "Distinction* Distinction Merit Pass Partial"),
        ("effort-1-4", "1 2 3 4"),
        ("effort-5-1", "5 4 3 2 1"),
    ],
)
def test_best_first(code: str, expected: str) -> None:
    assert labels(code) == expected


def test_combined_science_has_seventeen_grades_and_u() -> None:
    grades = labels("gcse-combined").split()
    assert (len(grades), grades[:4], grades[-3:]) == (18, ["9-9", "9-8", "8-8", "8-7"], ["2-1", "1-1", "U"])


def test_special_results_have_no_place() -> None:
    special = ScaleGrade.objects.filter(scale__code="a-level", position=None)
    assert {grade.label for grade in special} == {"X", "Q", "#"}


def test_points_of_the_performance_tables() -> None:
    points = {g.label: g.points for g in ScaleGrade.objects.filter(scale__code="btec-triple", points__isnull=False)}
    assert (points["D*D*D*"], points["DDM"], points["PPP"]) == (150, 95, 45)


def test_the_database_refuses_a_grade_of_another_scale(college: College) -> None:
    gcse, a_level = GradeScale.objects.get(code="gcse"), GradeScale.objects.get(code="a-level")
    with pytest.raises(IntegrityError), transaction.atomic():
        Grade.objects.create(
            student=college.student("Ada"),
            course=college.maths,
            kind="current",
            scale=gcse,
            grade=a_level.grades.get(label="A"),
            on_date=college.today,
        )


def test_names_say_no_more_than_kind_and_number() -> None:
    assert str(Grade(pk=3)) == "Grade 3"
    assert str(Effort(pk=4)) == "Effort 4"
