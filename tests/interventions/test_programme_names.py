"""Programmes that a tutor names: interventions of several kinds under one name, and their impact as one."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.jobs import run_now
from interventions.actions import impact as impact_actions
from interventions.actions import programmes as actions
from interventions.models import ImpactRun, Intervention, InterventionType, Programme
from interventions.queries import impact as queries


def said(college, kind, **more):
    values = {
        "type": InterventionType.objects.get(name=kind), "title": kind, "area": "attendance", "intended": "95 %",
        "figure": "attendance", "led_by": college.okafor, "starts_on": college.today - timedelta(days=28),
        "review_on": college.today + timedelta(days=21), "programme": "Ready by nine",
    }  # fmt: skip
    return actions.InterventionSaid(**values | more)


@pytest.fixture
def programme(college):
    """Ms Okafor's programme of two kinds: mentoring for Ada and Ben, a check-in for Ben and Chloe."""
    for kind, names in (("Attendance mentoring", ("Ada", "Ben")), ("Punctuality check-in", ("Ben", "Chloe"))):
        students = [college.student(name) for name in names]
        actions.start_intervention(college.okafor, said(college, kind), students, token=uuid4())
    return Programme.objects.get()


def test_a_name_is_one_programme_however_it_is_written_and_can_be_left(college, programme):
    row = Intervention.objects.order_by("pk").first()
    again = said(college, "Attendance mentoring", programme=" READY by Nine ")
    changed = actions.change_intervention(college.okafor, row, row.version, again)
    assert (changed.programme, Programme.objects.count()) == (programme, 1)
    left = actions.change_intervention(
        college.okafor, row, changed.version, said(college, "Attendance mentoring", programme="")
    )
    assert left.programme is None
    assert programme.interventions.count() == 1


def test_the_impact_of_a_programme_is_of_all_its_students_once(college, programme):
    for row in Intervention.objects.all():
        impact_actions.explain_choice(college.okafor, "none", intervention=row)
    run = impact_actions.ask_for_impact(college.okafor, programme=programme)
    assert impact_actions.ask_for_impact(college.okafor, programme=programme) == run
    assert (run.scope, run.intervention, run.type, run.bank_item) == ("programme", None, None, None)
    run_now("interventions.work_out_impact", run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.result["students"], len(run.result["compared"])) == ("done", 3, 2)
    assert queries.latest_of(programme=programme).done == run
    assert [(one.programme, one.interventions, one.students, one.run) for one in queries.programmes()] == [
        (programme, 2, 3, run)
    ]


def test_every_programme_is_worked_out(college, programme):
    impact_actions.work_out_all()
    assert ImpactRun.objects.get(scope="programme").programme == programme


def test_leaders_and_whoever_named_it_see_what_a_programme_changed(college, programme, sign_in):
    address = reverse("interventions:impact_programme", args=[programme.public_id])
    for user, status in ((college.okafor, 200), (college.lind, 200), (college.brandt, 404), (college.mendes, 403)):
        assert sign_in(user).get(address).status_code == status, user.family_name
    with pytest.raises(PermissionDenied):
        impact_actions.ask_for_impact(college.brandt, programme=programme)
    page = sign_in(college.okafor).get(
        reverse("interventions:intervention_detail", args=[Intervention.objects.order_by("pk").first().public_id])
    )
    assert address in page.content.decode()
    assert "Ready by nine" in sign_in(college.lind).get(reverse("interventions:impact_list")).content.decode()
