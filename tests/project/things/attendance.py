"""Registers, marks, grades and assessment points that addresses point at."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.college import College
from tests.project.things.making import once
from tests.project.things.people import group


def planned(college: College) -> Any:
    """An absence of Ada's that is planned for Monday."""
    return _planned(college).public_id


def planned_batch(college: College) -> Any:
    """The number of the batch that it is in."""
    return {"batch": _planned(college).batch}


def college_site(college: College) -> Any:
    """The site that marks lessons."""
    return college.sixth.public_id


@once
def lesson_code(college: College) -> Any:
    """The number of a lesson code of that site's own."""
    from attendance.models import AttendanceCode

    return AttendanceCode.objects.create(
        series="lesson",
        site=college.sixth,
        code="Q",
        short="Quarantine",
        meaning="Kept at home",
        stat_class="AA",
        valid_from=college.today + timedelta(days=3),
    ).pk


@once
def _planned(college: College) -> Any:
    from attendance.models import PlannedAbsence

    monday = college.today + timedelta(days=3)
    return PlannedAbsence.objects.create(
        student=college.student("Ada"), kind="visit", session_code="V", starts_on=monday, ends_on=monday,
        batch=uuid4(), entered_by=college.price,
    )  # fmt: skip


def register(college: College) -> Any:
    """The register of 10A this morning."""
    return {"group_id": college.caseloads["10A"].public_id, "day": college.today, "slug": "am"}


def alert_rule(college: College) -> Any:
    """A rule that watches for low attendance."""
    from attendance.models import AlertRule

    return AlertRule.objects.filter(kind="below").first().public_id


@once
def hold(college: College) -> Any:
    """Ada is not chased until Christmas."""
    from attendance.models import ChaseHold

    return ChaseHold.objects.create(
        student=college.student("Ada"), until=date(2026, 12, 18), reason="In hospital", set_by=college.okafor
    ).public_id


@once
def decision(college: College) -> Any:
    """Support was decided for Ada at the threshold."""
    from attendance.models import ThresholdDecision

    return ThresholdDecision.objects.create(
        student=college.student("Ada"), decision="support", reason="Illness at home", first_week=date(2026, 9, 7),
        last_week=date(2026, 11, 16), sessions=10, decided_by=college.price,
    ).public_id  # fmt: skip


@once
def evacuation_copy(college: College) -> Any:
    """The school's evacuation list, kept ready as a file."""
    from attendance.actions.evacuation import make_evacuation_copy

    copy = make_evacuation_copy(college.school.pk)
    assert copy is not None
    return college.school.public_id


@once
def point(college: College) -> Any:
    """An assessment point of the school that is open."""
    from progress.models import AssessmentPoint

    return AssessmentPoint.objects.create(
        year=college.year,
        site=college.school,
        name="Autumn 1",
        on_date=college.today,
        opens_on=college.today - timedelta(days=7),
        closes_on=college.today + timedelta(days=7),
        kinds=["current"],
    ).public_id


def grades(college: College) -> Any:
    """The grades of Ada's mathematics group at that point."""
    return {"group_id": group(college), "point_id": point(college)}
