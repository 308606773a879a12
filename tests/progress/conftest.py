"""Grades to test with, on the small college of thirty."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from caseload.models import Course
from progress.models import AssessmentPoint, EffortAxis, Grade, GradeScale
from tests.college import College


@pytest.fixture
def point(college: College) -> AssessmentPoint:
    """Autumn 1 of the school: open, asks for current and predicted grades and for effort."""
    point = AssessmentPoint.objects.create(
        year=college.year,
        site=college.school,
        name="Autumn 1",
        on_date=date(2026, 11, 13),
        opens_on=date(2026, 11, 9),
        closes_on=date(2026, 11, 27),
        kinds=["current", "predicted"],
        effort_scale=GradeScale.objects.get(code="effort-1-4"),
    )
    point.axes.set(EffortAxis.objects.filter(code="effort"))
    return point


@pytest.fixture
def grade_of(college: College) -> Callable[..., Grade]:
    """Makes a grade past every rule: `grade_of("Ada", "current", "5")`, GCSE mathematics unless said."""

    def make(given: str, kind: str, label: str, days_ago: int = 7, course: Course | None = None, **more: Any) -> Grade:
        scale = GradeScale.objects.get(code=more.pop("scale", "gcse"))
        return Grade.objects.create(
            student=college.student(given),
            course=course or college.maths,
            kind=kind,
            scale=scale,
            grade=scale.grades.get(label=label),
            on_date=college.today - timedelta(days=days_ago),
            **more,
        )

    return make
