"""Alerts cleared by support: those that are ticked in its form, in the transaction that saves it."""

from typing import Any
from uuid import uuid4

import pytest

from attendance.actions import alerts, raising
from attendance.choices import ALERT_CLEARED
from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload.actions.contacts import log_contact
from caseload.registries import answering
from caseload.registries.answering import Through
from caseload.subjects import About, Subject
from core import clock
from interventions.actions import MeetingSaid, NoteSaid, log_meeting, quick_note
from interventions.models import Meeting, MeetingType
from tests.attendance.alerting import Absent, states
from tests.college import College


@pytest.fixture
def raised(college: College, rule: AlertRule, absent: Absent) -> Alert:
    """Ada's alert, and one of Ben's."""
    absent("Ada", "Ben")
    with clock.set_to(clock.at(college.today, 7, 15)):
        raising.raise_alerts()
    return Alert.objects.get(student=college.student("Ada"))


def test_open_reasons_are_those_within_reach(college: College, raised: Alert) -> None:
    ids = [college.student("Ada").pk, college.student("Ben").pk]
    words = {(reason.student_id, reason.key) for reason in answering.open_reasons(ids, college.okafor)}
    ben = Alert.objects.get(student=college.student("Ben"))
    assert words == {(ids[0], f"attendance_alert:{raised.pk}"), (ids[1], f"attendance_alert:{ben.pk}")}
    for nobody in (college.brandt, college.mendes, college.tran, college.sam):
        assert answering.open_reasons(ids, nobody) == []


def test_what_a_form_is_about_is_ticked_at_first_and_what_was_unticked_stays_so(
    college: College, raised: Alert
) -> None:
    ada, key = [college.student("Ada").pk], f"attendance_alert:{raised.pk}"
    about = Subject(always=frozenset({About.ATTENDANCE}))
    assert answering.offered(ada, college.okafor).ticked == []
    assert answering.offered(ada, college.okafor, about=about).ticked == [key]
    assert answering.offered(ada, college.okafor, {"answers_offered": [key]}, about=about).ticked == []
    assert answering.offered(ada, college.okafor, {"answers_offered": ["attendance_alert:0"]}, about=about).ticked == [
        key
    ]
    assert [each["name"] for each in answering.offered([*ada, 0], college.okafor).choices] == ["Ada Ábel"]


def test_a_one_to_one_clears_what_is_ticked_in_its_transaction(college: College, raised: Alert) -> None:
    ada, key = college.student("Ada"), f"attendance_alert:{raised.pk}"
    said = MeetingSaid(MeetingType.objects.first(), clock.now(), notes="Talked about mornings")
    meeting = log_meeting(ada, said, [], [], token=uuid4(), by=college.okafor, answers=[key])
    raised.refresh_from_db()
    assert (raised.state, raised.ended_by, raised.ended_through, raised.ended_at) == (
        "cleared", college.okafor, "One-to-one", clock.now(),
    )  # fmt: skip
    entry = Entry.objects.get(verb=ALERT_CLEARED)
    assert (entry.actor_id, entry.details) == (
        college.okafor.pk, {"student": ada.pk, "through": "meeting", "through_id": meeting.pk},
    )  # fmt: skip


def test_when_the_support_is_not_saved_nothing_is_cleared(
    college: College, raised: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interventions.actions import meetings

    def fail(*args: Any, **more: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(meetings.record, "record", fail)
    said = MeetingSaid(MeetingType.objects.first(), clock.now(), notes="Talked")
    with pytest.raises(RuntimeError):
        log_meeting(
            college.student("Ada"),
            said,
            [],
            [],
            token=uuid4(),
            by=college.okafor,
            answers=[f"attendance_alert:{raised.pk}"],
        )
    assert (Meeting.objects.count(), Alert.objects.get(pk=raised.pk).state) == (0, "open")


def test_notes_and_calls_clear_only_what_is_ticked_and_within_reach(college: College, raised: Alert) -> None:
    ada, ben = college.student("Ada"), college.student("Ben")
    his = Alert.objects.get(student=ben)
    quick_note(ada, NoteSaid("Seen at the gate"), token=uuid4(), by=college.okafor)
    quick_note(ada, NoteSaid("Seen again"), token=uuid4(), by=college.okafor, answers=[f"attendance_alert:{his.pk}"])
    assert states() == [("Ada", "open"), ("Ben", "open")]
    entry = {"direction": "out", "channel": "call", "at": clock.now(), "summary": "Rang home"}
    keys = [f"attendance_alert:{raised.pk}", f"attendance_alert:{his.pk}"]
    log_contact(college.price, ada, answers=keys, **entry)
    assert states() == [("Ada", "cleared"), ("Ben", "open")]
    assert Alert.objects.get(pk=raised.pk).ended_through == "Call"


def test_a_contact_to_follow_up_is_a_reason_too(college: College, raised: Alert) -> None:
    ada = college.student("Ada")
    entry = {"direction": "out", "channel": "call", "at": clock.now(), "summary": "Rang home, left a message"}
    waiting = log_contact(college.okafor, ada, follow_up_on=college.today, **entry)
    offered = answering.offered([ada.pk], college.okafor)
    assert [reason.words for reason in offered.reasons] == [raised.reason, "To follow up: Rang home, left a message"]
    quick_note(
        ada,
        NoteSaid("Met mother"),
        token=uuid4(),
        by=college.okafor,
        answers=[reason.key for reason in offered.reasons],
    )
    waiting.refresh_from_db()
    assert waiting.followed_up_at == clock.now()
    assert answering.open_reasons([ada.pk], college.okafor) == []


def test_what_somebody_else_cleared_meanwhile_stays_theirs(college: College, raised: Alert) -> None:
    through = Through("Call", "contact_log_entry", 1)
    assert alerts.clear_alerts([raised.pk], by=college.price, through=through) == [raised.pk]
    key = f"attendance_alert:{raised.pk}"
    assert answering.clear([key], [college.student("Ada").pk], by=college.okafor, through=Through("x", "note", 2)) == 0
    assert Alert.objects.get(pk=raised.pk).ended_by == college.price
