"""Support plans and referrals that addresses point at."""

from datetime import timedelta
from typing import Any

from tests.college import College
from tests.project.things.making import once


@once
def support_plan(college: College) -> Any:
    """Ada's support plan, by Mrs Lowe of learning support."""
    from interventions.models import SupportPlan

    return SupportPlan.objects.create(
        student=college.student("Ada"), need="SPLD", need_words="Slow reading", provision="Sits at the front",
        owner=college.lowe, made_by=college.lowe, changed_by=college.lowe, assessed_on=college.today,
        review_on=college.today + timedelta(days=30),
    ).public_id  # fmt: skip


def service(college: College) -> Any:
    """Learning support, whose referrals Mrs Lowe takes up by her role."""
    from interventions.models import Service

    return Service.objects.get(name="Learning support").public_id


@once
def referral(college: College) -> Any:
    """Ms Okafor's referral of Ada to learning support."""
    from interventions.models import Referral, Service

    return Referral.objects.create(
        student=college.student("Ada"), service=Service.objects.get(name="Learning support"), reason="Reads slowly",
        referred_by=college.okafor,
    ).public_id  # fmt: skip
