"""Staged processes: begun, moved, approved by another, looked at again, closed; two people at once lose nothing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from attendance.models import Alert, AlertRule
from core import clock
from interventions.actions import cases as actions
from interventions.models import Case, CaseStep, ProcessStage, StagedProcess
from interventions.queries import cases as read
from tests.interventions.marking import mark_sessions, words


@pytest.fixture
def process(college):
    return StagedProcess.objects.get(code="attendance")


@pytest.fixture
def stages(process):
    return {stage.number: stage for stage in ProcessStage.objects.filter(process=process)}


@pytest.fixture
def case(college, stages):
    return actions.open_case(college.okafor, college.student("Ada"), stages[1], reason="Down nine points")


def test_a_case_begins_at_a_stage_with_its_date_of_review(college, case, stages):
    assert case.review_on == college.today + timedelta(days=stages[1].review_after_days)
    assert [step.kind for step in read.steps_of(case)] == ["opened"]


def test_a_student_has_one_open_case_of_a_process(college, case, stages):
    with pytest.raises(actions.AlreadyOpen) as there:
        actions.open_case(college.okafor, case.student, stages[2], reason="Again")
    assert there.value.case == case
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(
            student=case.student, process=case.process, stage=stages[1], owner=college.okafor,
            opened_by=college.okafor, reason="Past the rule", review_on=college.today,
        )  # fmt: skip
    actions.close_case(college.okafor, case, "Better", version=case.version)
    assert actions.open_case(college.okafor, case.student, stages[1], reason="Again").pk != case.pk


def test_a_case_goes_up_and_steps_down_and_every_step_is_kept(college, case, stages):
    up = actions.move_case(college.okafor, case, actions.Move(stages[2], "No better"), version=1)
    down = actions.move_case(college.okafor, up, actions.Move(stages[1], "Much better"), version=2)
    stay = actions.move_case(college.okafor, down, actions.Move(stages[1], "Still good", date(2027, 1, 8)), version=3)
    assert (stay.stage, stay.review_on) == (stages[1], date(2027, 1, 8))
    assert [step.kind for step in read.steps_of(case)] == ["reviewed", "stepped_down", "moved_up", "opened"]


def test_a_stage_that_asks_for_approval_waits_for_somebody_else_in_that_role(college, case, stages):
    moved = actions.move_case(college.okafor, case, actions.Move(stages[4], "Severe"), version=1)
    assert moved.awaits_approval
    for by in (college.okafor, college.lind):
        with pytest.raises(actions.NotYours, match="senior leader"):
            actions.approve_case(by, moved, version=2)
    leader = next(person for person in college.staff.values() if person.email.startswith(leader_key()))
    approved = actions.approve_case(leader, moved, version=2)
    assert not approved.awaits_approval


def leader_key():
    from tests.people import CAST

    return next(member.key for member in CAST if any(grant[0] == "senior_leader" for grant in member.grants))


def test_the_second_of_two_people_is_told_and_saves_nothing(college, case, stages):
    actions.move_case(college.okafor, case, actions.Move(stages[2], "Mine"), version=1)
    with pytest.raises(actions.CaseChanged):
        actions.move_case(college.lind, case, actions.Move(stages[3], "Theirs"), version=1)
    with pytest.raises(actions.CaseChanged):
        actions.close_case(college.lind, case, "Over", version=1)
    assert CaseStep.objects.filter(case=case).count() == 2


def test_a_closed_case_can_not_be_moved(college, case, stages):
    closed = actions.close_case(college.okafor, case, "Attendance is back", version=1)
    with pytest.raises(actions.CaseChanged):
        actions.move_case(college.okafor, closed, actions.Move(stages[2]), version=closed.version)


def test_nobody_begins_a_case_for_a_student_out_of_reach(college, stages):
    with pytest.raises(PermissionDenied):
        actions.open_case(college.mendes, college.student("Ada"), stages[1], reason="Not mine")


def test_a_stage_of_another_process_is_refused(college, case):
    other = ProcessStage.objects.filter(process__code="fitness-to-study").first()
    with pytest.raises(PermissionDenied):
        actions.move_case(college.okafor, case, actions.Move(other), version=1)


def test_an_open_alert_proposes_the_first_stage_until_a_case_runs(college, stages):
    rule = AlertRule.objects.get(name="Below 85 % in six weeks")
    mark_sessions(college, "Ada", date(2026, 10, 5), college.today, "I\\")
    Alert.objects.create(
        student=college.student("Ada"),
        rule=rule,
        reason="50 % in six weeks",
        raised_on=college.today,
        true_on=college.today,
    )
    assert [row["student"] for row in read.could_begin(college.okafor)] == [college.student("Ada")]
    assert read.could_begin(college.mendes) == []
    actions.open_case(college.okafor, college.student("Ada"), stages[1], reason="84 %")
    assert read.could_begin(college.okafor) == []


def test_open_reasons_that_are_ticked_are_cleared_by_the_case(college, stages):
    rule = AlertRule.objects.get(name="Below 85 % in six weeks")
    alert = Alert.objects.create(
        student=college.student("Ada"), rule=rule, reason="84 %", raised_on=college.today, true_on=college.today
    )
    from caseload.registries import answering

    offered = answering.offered([alert.student_id], college.okafor)
    keys = [choice["reason"].key for choice in offered.choices]
    assert keys
    actions.open_case(college.okafor, alert.student, stages[1], reason="84 %", answers=keys)
    alert.refresh_from_db()
    assert (alert.state, alert.ended_through) == ("cleared", "Attendance")


def test_a_due_review_is_a_reason_on_the_list(college, case):
    assert read.case_reasons([case.student_id], college.okafor) == {}
    Case.objects.update(review_on=college.today)
    assert "stage 1: review due" in read.case_reasons([case.student_id], college.okafor)[case.student_id][0].words


def test_lists_cost_the_same_for_few_as_for_many(college, stages, django_assert_num_queries):
    college.okafor.has_perm("interventions.manage_case")
    for number in (1, 4):
        for student in [college.student("Ada"), *college.students[:number]]:
            if not Case.objects.open().filter(student=student).exists():
                Case.objects.create(
                    student=student, process=stages[1].process, stage=stages[1], owner=college.okafor,
                    opened_by=college.okafor, reason="x", review_on=college.today,
                )  # fmt: skip
        # The cases, the names of tutor groups, who is reached, stages with a rule, what each rule
        # tests, and today's figures beside each.
        with django_assert_num_queries(17):
            read.cases(college.okafor)
        with django_assert_num_queries(3):
            read.could_begin(college.okafor)


@pytest.fixture
def fell_and_rose(college, stages):
    """Ada's case began with “Below 85 % in six weeks: 50.0 %” on Thu 15 Oct; she has missed nothing since."""
    rule = AlertRule.objects.get(name="Below 85 % in six weeks")
    mark_sessions(college, "Ada", date(2026, 9, 7), date(2026, 9, 25), "I\\")
    mark_sessions(college, "Ada", date(2026, 9, 28), college.today, "/\\")
    with clock.set_to(clock.at(date(2026, 10, 15), 10)):
        case = actions.open_case(
            college.okafor,
            college.student("Ada"),
            stages[1],
            reason="Below 85\u202f% in six weeks: 50.0\u202f% on 15 Oct",
        )
    assert stages[1].alert_rule == rule
    return case


def test_a_case_shows_todays_attendance_beside_what_opened_it(college, fell_and_rose, sign_in):
    client = sign_in(college.okafor)
    detail = words(client.get(reverse("interventions:case_detail", args=[fell_and_rose.public_id])))
    assert "Below 85 % in six weeks: 50.0 % on 15 Oct · opened Thu 15 Oct" in detail
    assert "Attendance now six weeks 100.0 %" in detail
    assert (
        "What opened this no longer holds. Attendance below 85 % in six weeks, of 30 possible or more: now 100.0 %"
        in detail
    )
    listed = words(client.get(reverse("interventions:case_list")))
    assert "opened Thu 15 Oct six weeks 100.0 %" in listed
    assert "Trigger no longer holds" in listed
    file = client.get(reverse("interventions:case_list") + "?as=csv")
    assert "100.0\u202f% · " in b"".join(file.streaming_content).decode("utf-8-sig")


def test_attendance_beside_a_case_is_for_those_who_may_see_it(college, fell_and_rose):
    assert read.attendance_now(college.okafor, [fell_and_rose])[fell_and_rose.pk].is_over is True
    assert read.attendance_now(college.brandt, [fell_and_rose]) == {}


def test_a_case_is_proposed_only_while_its_alert_holds_with_the_day_of_its_figures(college, stages, sign_in):
    rule = AlertRule.objects.get(name="Below 85 % in six weeks")
    mark_sessions(college, "Ada", date(2026, 10, 5), college.today, "/\\")
    mark_sessions(college, "Ben", date(2026, 10, 5), college.today, "I\\")
    then = {"rule": rule, "reason": "Below 85\u202f% in six weeks: 40.0\u202f%", "raised_on": date(2026, 11, 9)}
    for name in ("Ada", "Ben"):
        Alert.objects.create(student=college.student(name), true_on=date(2026, 11, 9), **then)
    now = "Below 85\u202f% in six weeks: 50.0\u202f%"
    found = [(row["student"].given_name, row["words"], row["reason"]) for row in read.could_begin(college.okafor)]
    assert found == [("Ben", now, f"{now} on 20 Nov")]  # Ada is back: no letter to her family is offered
    page = words(sign_in(college.okafor).get(reverse("interventions:case_list")))
    offered = page[page.index("Could begin") :]
    assert "Ben" in offered
    assert "Ada" not in offered
    assert "1 alert that would propose a case is no longer so, and left out here. See it in Alerts" in offered


def test_the_pages_from_beginning_to_closing(college, stages, sign_in):
    client = sign_in(college.okafor)
    ada = college.student("Ada")
    new = reverse("interventions:case_new", args=[ada.public_id])
    faulty = client.post(new, {"stage": stages[1].pk, "reason": "", "review_on": "2020-01-01"})
    assert faulty.status_code == 422
    assert "Choose a day after today" in faulty.content.decode()
    client.post(new, {"stage": stages[1].pk, "reason": "Down nine points"})
    case = Case.objects.get(student=ada)
    detail = reverse("interventions:case_detail", args=[case.public_id])
    assert "Down nine points" in client.get(detail).content.decode()
    client.post(detail, {"move": "yes", "stage": stages[2].pk, "note": "Met her mother", "version": 1})
    stale = client.post(detail, {"move": "yes", "stage": stages[3].pk, "note": "My words", "version": 1})
    assert stale.status_code == 422
    assert "My words" in stale.content.decode()
    client.post(detail, {"close": "yes", "outcome": "Back to 96 %", "version": 2})
    assert "Back to 96 %" in client.get(detail).content.decode()
    assert "Down nine points" not in client.get(reverse("interventions:case_list")).content.decode()


def test_whoever_sets_processes_up_changes_their_stages(college, process, sign_in):
    client = sign_in(college.price)
    add = reverse("interventions:stage_add", args=[process.public_id])
    assert client.post(add, {"name": "Court"}).status_code == 422
    form = {"name": "Court", "trigger": "Nothing helped", "owner_role": "attendance_officer", "review_after_days": 28}
    assert client.post(add, form | {"active": "on"}).status_code == 302
    assert ProcessStage.objects.get(process=process, name="Court").number == 5
    page = client.get(reverse("interventions:process_list")).content.decode()
    assert "Court" in page
    client.post(reverse("interventions:process_list"), {"name": "Bursary", "about": "", "active": "on"})
    assert StagedProcess.objects.filter(name="Bursary").exists()


def test_fitness_to_study_comes_with_stages_and_goes_to_its_end(college):
    first, meeting, panel = ProcessStage.objects.filter(process__code="fitness-to-study").order_by("number")
    assert (first.owner_role, meeting.letter.name, panel.approver_role) == (
        "tutor", "Fitness to study: invitation", "head",
    )  # fmt: skip
    case = actions.open_case(college.okafor, college.student("Ada"), first, reason="Panic before tests")
    case = actions.move_case(college.lowe, case, actions.Move(meeting, "Needs more than the tutor"), version=1)
    case = actions.move_case(college.novak, case, actions.Move(panel, "Cannot study safely"), version=2)
    with pytest.raises(actions.NotYours, match="head"):
        actions.approve_case(college.lowe, case, version=3)
    case = actions.approve_case(college.achebe, case, version=3)
    case = actions.move_case(college.novak, case, actions.Move(first, "Back, half days"), version=4)
    case = actions.close_case(college.okafor, case, "Studies as before", version=5)
    assert [step.kind for step in reversed(read.steps_of(case))] == [
        "opened", "moved_up", "moved_up", "approved", "stepped_down", "closed",
    ]  # fmt: skip
