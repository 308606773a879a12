"""A case is measured by what opened it, whatever the rule of its stage, and says when that is over; so does its letter."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from attendance.models import Alert, AlertRule
from core import clock, naming
from interventions.actions import cases as actions
from interventions.actions.letters import draft_letters
from interventions.models import Case, ProcessStage
from interventions.queries import cases as read
from tests.interventions.marking import mark_sessions, words

RUN = "Absent five days in a row, since Mon 5 Oct"
OVER = f"{RUN}, as at 9 Oct, now attending again"


@pytest.fixture
def stages(college):
    """The attendance process; its first stage is proposed by “Below 85 % in six weeks”."""
    return {stage.number: stage for stage in ProcessStage.objects.filter(process__code="attendance")}


@pytest.fixture
def run(college):
    """Ada's alert of Fri 9 Oct for a run of absence; she has come every day since."""
    mark_sessions(college, "Ada", date(2026, 9, 7), date(2026, 10, 2))
    mark_sessions(college, "Ada", date(2026, 10, 5), date(2026, 10, 9), "II")
    mark_sessions(college, "Ada", date(2026, 10, 12), college.today)
    rule = AlertRule.objects.create(name="Five days away", kind="consecutive", count=5)
    return _alert(college, "Ada", rule, RUN)


def _alert(college, name, rule, reason, day=date(2026, 10, 9)):
    return Alert.objects.create(
        student=college.student(name), rule=rule, reason=reason, raised_on=day, true_on=day, state="open"
    )


@pytest.fixture
def case(college, stages, run):
    with clock.set_to(clock.at(date(2026, 10, 9), 10)):
        return actions.open_case(
            college.okafor, run.student, stages[1], reason="Rang her mother", answers=[f"attendance_alert:{run.pk}"]
        )


def test_a_case_opened_by_a_run_of_absence_says_that_the_run_is_over(college, run, case, sign_in):
    assert Case.objects.get().alert == run
    now = read.attendance_now(college.okafor, [Case.objects.get()])[case.pk]
    assert (now.is_over, now.words) == (True, OVER)
    client = sign_in(college.okafor)
    page = words(client.get(reverse("interventions:case_detail", args=[case.public_id])))
    assert f"What opened this no longer holds. {OVER}. Check whether" in page
    page = words(client.get(reverse("interventions:case_list")))
    assert "Rang her mother · opened Fri 9 Oct six weeks 83.3 %" in page
    assert f"Trigger no longer holds {OVER}" in page
    file = client.get(reverse("interventions:case_list") + "?as=csv")
    assert OVER in b"".join(file.streaming_content).decode("utf-8-sig")


def test_its_letter_says_so_too(college, case, stages, sign_in):
    with naming.named(college.lind.pk):
        batch = draft_letters(college.lind, stages[1].letter, [case.student], token=uuid4(), case=case)
    page = words(sign_in(college.lind).get(reverse("interventions:letter_batch", args=[batch.public_id])))
    assert f"Trigger no longer holds {OVER}." in page


def test_a_run_that_goes_on_is_not_over(college, stages, run):
    mark_sessions(college, "Ben", date(2026, 9, 7), date(2026, 11, 13))
    mark_sessions(college, "Ben", date(2026, 11, 16), college.today, "II")
    alert = _alert(college, "Ben", run.rule, "Absent five days in a row, since Mon 16 Nov", college.today)
    case = actions.open_case(
        college.okafor, alert.student, stages[1], reason="Away", answers=[f"attendance_alert:{alert.pk}"]
    )
    now = read.attendance_now(college.okafor, [case])[case.pk]
    assert (now.is_over, now.words) == (False, "Absent five days in a row, since Mon 16 Nov")


def test_the_alert_of_the_stages_own_rule_opens_it_before_others_that_are_ticked(college, stages, run):
    below = _alert(college, "Ada", stages[1].alert_rule, "Below 85\u202f% in six weeks: 80.0\u202f%")
    keys = [f"attendance_alert:{alert.pk}" for alert in (run, below)]
    assert actions.open_case(college.okafor, run.student, stages[1], reason="Both", answers=keys).alert == below


def test_started_for_many_each_case_remembers_its_own_alert(college, stages, run):
    late = AlertRule.objects.create(name="Often late", kind="late", count=5, weeks=4)
    _alert(college, "Ben", late, "Late 7 times in four weeks")
    below = _alert(college, "Chloe", stages[1].alert_rule, "Below 85\u202f% in six weeks: 80.0\u202f%")
    students = [college.student(name) for name in ("Ada", "Ben", "Chloe")]
    made = actions.open_cases(college.lind, students, stages[1], reason="From the list")
    # The process is about attendance: being late is not what it begins for.
    assert {case.student.given_name: case.alert for case in made} == {"Ada": run, "Ben": None, "Chloe": below}
    fitness = ProcessStage.objects.filter(process__code="fitness-to-study", number=1).get()
    assert [case.alert for case in actions.open_cases(college.lind, students[:1], fitness, reason="Panic")] == [None]


def test_a_stage_with_a_rule_of_its_own_takes_over(college, stages, case, run):
    stages[2].alert_rule = AlertRule.objects.create(name="Ten", kind="unauthorised", count=10)
    stages[2].save(update_fields=["alert_rule"])
    moved = actions.move_case(college.okafor, case, actions.Move(stages[2], "Ten sessions"), version=1)
    now = read.attendance_now(college.okafor, [moved])[case.pk]
    assert (moved.alert, now.words) == (None, "10 unauthorised sessions or more in ten school weeks: now 0")


def test_nobody_names_an_alert_that_they_do_not_reach(college, stages, run):
    his = _alert(college, "Imran", run.rule, RUN)
    case = actions.open_case(
        college.okafor, run.student, stages[1], reason="Forged", answers=[f"attendance_alert:{his.pk}"]
    )
    assert case.alert is None
