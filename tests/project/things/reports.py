"""Report runs and subscriptions that addresses point at."""

from typing import Any

from tests.college import College
from tests.project.things.making import once


@once
def report(college: College) -> Any:
    """A report about Year 10 that Mr Lind asked for."""
    from reporting.models import ReportRun

    return ReportRun.objects.create(
        year_group=college.years[10], term=college.terms[0], asked_by=college.lind
    ).public_id


@once
def schedule(college: College) -> Any:
    """A schedule of Mr Novák's about Year 10."""
    from reporting.models import Subscription

    return Subscription.objects.create(name="Each term", year_group=college.years[10], owner=college.novak).public_id
