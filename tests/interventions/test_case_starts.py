"""Starting a stage process for many: everybody counted, those left out named with why, and no statement for each student."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from caseload.models import SiteMembership
from caseload.registries import columns
from interventions import choices
from interventions.actions import cases as actions
from interventions.models import Case, CaseStep, ProcessStage
from interventions.queries.case_starts import who_could_start
from tests.attendance.test_pages import words

PAGE = reverse("interventions:case_many")


@pytest.fixture
def stage(college):
    return ProcessStage.objects.get(process__code="attendance", number=1)


def sent(college, stage, *names, **more):
    keys = [str(college.student(name).public_id) for name in names]
    return {"student": keys, "stage": stage.pk, "reason": "Attendance below 85 %", "review_on": ""} | more


def test_everybody_is_counted_and_those_left_out_are_named_with_why(college, stage, sign_in):
    actions.open_case(college.okafor, college.student("Ben"), stage, reason="Down")
    SiteMembership.objects.filter(student=college.student("Finn")).update(period=(None, college.today))
    names = ("Ada", "Ben", "Finn", "Gita")
    client = sign_in(college.price)
    page = client.post(PAGE, sent(college, stage, *names, preview="1"))
    found = page.context["found"]
    assert [row["given_name"] for row in found.ready] == ["Ada", "Gita"]
    assert {row["given_name"]: why for row, why in found.left_out} == {
        "Ben": "already in it, at stage 1", "Finn": "not on the roll today",
    }  # fmt: skip
    assert "Attendance: 2 students of 4" in words(page)
    assert Case.objects.count() == 1
    saved = client.post(PAGE, sent(college, stage, *names, save="1", previewed=stage.pk), follow=True)
    assert {case.student.given_name for case in Case.objects.all()} == {"Ada", "Ben", "Gita"}
    assert "Attendance has started for 2 students" in words(saved)
    assert "Not started for: Ben Carter (already in it, at stage 1), Finn O" in words(saved)


def test_another_stage_chosen_after_the_preview_is_looked_at_first(college, stage, sign_in):
    other = ProcessStage.objects.get(process__code="attendance", number=2)
    page = sign_in(college.price).post(PAGE, sent(college, other, "Ada", save="1", previewed=stage.pk))
    assert (page.status_code, page.context["stage"], Case.objects.count()) == (200, other, 0)


def test_each_case_has_its_first_step_its_review_date_and_its_entry(college, stage):
    students = [college.student(name) for name in ("Ada", "Gita")]
    made = actions.open_cases(college.okafor, students, stage, reason="Down nine points")
    assert {case.student_id for case in made} == {student.pk for student in students}
    assert {case.owner for case in Case.objects.all()} == {college.okafor}
    review = made[0].review_on
    assert college.today + timedelta(days=stage.review_after_days) <= review
    assert set(CaseStep.objects.values_list("kind", "note", "review_on")) == {("opened", "Down nine points", review)}
    entries = Entry.objects.filter(verb=choices.CASE_OPENED)
    assert {(entry.object_id, entry.details["student"]) for entry in entries} == {
        (str(case.pk), case.student_id) for case in made
    }
    assert actions.open_cases(college.okafor, students, stage, reason="Again") == []
    assert (Case.objects.count(), CaseStep.objects.count()) == (2, 2)


def test_a_student_out_of_reach_starts_nothing_for_anybody(college, stage, sign_in):
    with pytest.raises(PermissionDenied):
        actions.open_cases(college.okafor, [college.student("Ada"), college.student("Imran")], stage, reason="Mine")
    assert sign_in(college.okafor).post(PAGE, sent(college, stage, "Ada", "Imran", save="1")).status_code == 404
    assert sign_in(college.mendes).get(PAGE).status_code == 403
    assert not Case.objects.exists()


def test_a_student_seen_in_a_role_that_starts_none_is_left_out_by_name(college, stage):
    college.grant(college.okafor, "teacher", "teaching_group", college.groups["12 Biology B"])
    keys = [college.student(name).public_id for name in ("Ada", "Wren")]
    found = who_could_start(college.okafor, keys, stage.process)
    assert [row["given_name"] for row in found.ready] == ["Ada"]
    assert [(row["given_name"], why) for row, why in found.left_out] == [
        ("Wren", "not a student for whom you can start one")
    ]


def test_it_costs_the_same_for_two_and_for_eight(college, stage, sign_in):
    client, counts = sign_in(college.price), []
    names = ("Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo")
    for some in (names[:2], names):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.post(PAGE, sent(college, stage, *some, save="1", previewed=stage.pk))
        counts.append(len(queries))
        Case.objects.update(closed_on=college.today, outcome="Over")
    assert counts[0] == counts[1]


def test_it_stands_among_what_can_be_done_with_those_ticked(college):
    labels = {action.key: action.label for action in columns.actions_for(college.price)}
    assert labels["case"] == "Start stage process"
    assert "case" not in {action.key for action in columns.actions_for(college.mendes)}
