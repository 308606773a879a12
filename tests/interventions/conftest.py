"""One-to-ones and targets to test with, on the small college of thirty."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from attendance.choices import AlertState
from attendance.models import Alert, AlertRule
from core import clock
from interventions.actions.plans import ActionSaid, PlanSaid, make_plan
from interventions.choices import Audience
from interventions.models import ActionPlan, Meeting, MeetingType, Note, PlanStage, Target
from tests.college import College
from tests.interventions.marking import mark_sessions


@pytest.fixture
def kind(college: College) -> MeetingType:
    """A progress review."""
    return MeetingType.objects.get(code="progress-review")


@pytest.fixture
def meeting_of(college: College, kind: MeetingType) -> Callable[..., Meeting]:
    """Makes a one-to-one past every rule: `meeting_of("Ada", audience="named", readers=[college.mendes])`."""

    def make(given: str, by: Any = None, days_ago: int = 7, readers: tuple[Any, ...] = (), **more: Any) -> Meeting:
        by = by or college.okafor
        held_at = clock.at(college.today - timedelta(days=days_ago), 11)
        values: dict[str, Any] = {"audience": Audience.PASTORAL, "notes": f"About {given}"} | more
        meeting = Meeting.objects.create(
            student=college.student(given),
            type=kind,
            held_at=held_at,
            written_by=by,
            led_by=by,
            form_token=uuid4(),
            **values,
        )
        meeting.readers.set(readers)
        return meeting

    return make


@pytest.fixture
def note_of(college: College) -> Callable[..., Note]:
    """Makes a quick note past every rule."""

    def make(given: str, by: Any = None, readers: tuple[Any, ...] = (), **more: Any) -> Note:
        values: dict[str, Any] = {"audience": Audience.TEACHERS, "text": f"Seen {given}"} | more
        note = Note.objects.create(student=college.student(given), written_by=by or college.okafor, **values)
        note.readers.set(readers)
        return note

    return make


@pytest.fixture
def target_of(college: College) -> Callable[..., Target]:
    """Makes a target past every rule, due in so many days."""

    def make(given: str, days: int = 14, by: Any = None, **more: Any) -> Target:
        by = by or college.okafor
        due_on: date = college.today + timedelta(days=days)
        values: dict[str, Any] = {"what": f"Target of {given}", "set_on": college.today - timedelta(days=30)} | more
        return Target.objects.create(student=college.student(given), due_on=due_on, set_by=by, changed_by=by, **values)

    return make


@pytest.fixture
def alert_of(college: College) -> Callable[..., Alert]:
    """Makes an open alert past every rule, raised so many days ago; with `holds`, one that is so today."""

    def make(given: str, days_ago: int = 2, *, holds: bool = False, **more: Any) -> Alert:
        rule = AlertRule.objects.get(name="Below 85 % in six weeks") if holds else AlertRule.objects.first()
        if holds:
            mark_sessions(college, given, date(2026, 10, 5), college.today, "I\\")
        raised_on = college.today - timedelta(days=days_ago)
        return Alert.objects.create(
            student=college.student(given), rule=rule, reason="Missed three mornings", state=AlertState.OPEN,
            raised_on=raised_on, true_on=raised_on, **more,
        )  # fmt: skip

    return make


@pytest.fixture
def plan_stages(college: College) -> dict[int, PlanStage]:
    return {stage.number: stage for stage in PlanStage.objects.all()}


@pytest.fixture
def plan_said(college: College, plan_stages: dict[int, PlanStage]) -> Any:
    """What is typed of a plan: `plan_said(stage=4, actions=(…))`."""

    def make(stage: int = 1, **more: Any) -> PlanSaid:
        today = college.today
        values: dict[str, Any] = {
            "title": "Back to full days", "aims": "In every day for four weeks", "owner": college.okafor,
            "starts_on": today, "review_on": today + timedelta(days=28),
            "actions": (
                ActionSaid("Ring home", today + timedelta(days=7), college.okafor),
                ActionSaid("List missed work", today + timedelta(days=3), college.mendes),
                ActionSaid("Bag packed", today + timedelta(days=7), None, "Ada"),
            ),
        }  # fmt: skip
        return PlanSaid(stage=plan_stages[stage], **(values | more))

    return make


@pytest.fixture
def plan(college: College, plan_said: Any) -> ActionPlan:
    return make_plan(college.okafor, college.student("Ada"), plan_said(), token=uuid4())
