"""At the national threshold somebody decides about each student: what, why, by whom and when, and it can be undone."""

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from attendance.actions.decisions import DecidedAlready, ThresholdNotMet, decide_at_threshold, undo_decision
from attendance.errors import NotAllowed
from attendance.models import Alert, AlertRule, ThresholdDecision
from audit.models import Entry
from caseload.models import Student
from core import clock
from core.pages.cards import timeline
from tests.attendance.alerting import Absent
from tests.college import College

LIST = "attendance:threshold_list"


def text(response: Any) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def ada(college: College, absent: Absent) -> Student:
    """Ada has missed twelve sessions without leave in two weeks of November."""
    absent("Ada", start=date(2026, 11, 2), end=date(2026, 11, 9), codes="OO")
    return college.student("Ada")


@pytest.fixture
def made(college: College, ada: Student) -> ThresholdDecision:
    """The attendance officer has decided on support."""
    return decide_at_threshold(ada, "support", reason="Illness at home, early help first", by=college.price)


def test_the_officer_records_a_decision_from_the_list(college: College, ada: Student, sign_in: Any) -> None:
    client = sign_in(college.price)
    assert "To decide Record decision" in text(client.get(reverse(LIST)))
    address = reverse("attendance:threshold_decisions", args=[ada.public_id])
    assert "12 unauthorised sessions in the ten school weeks" in text(client.get(address))
    faulty = client.post(address, {"decision": "", "reason": ""})
    assert (faulty.status_code, ThresholdDecision.objects.count()) == (422, 0)
    assert "Choose what was decided." in text(faulty)
    page = client.post(address, {"decision": "improve", "reason": "Second time this year"}, follow=True)
    assert "The decision about Ada Ábel is recorded. Nothing was sent." in text(page)
    made = ThresholdDecision.objects.get()
    assert (made.decision, made.sessions, made.provisional, made.decided_by) == ("improve", 12, 0, college.price)
    listed = text(client.get(reverse(LIST)))
    assert "Notice to Improve on 12 sessions, Ms Price, Fri 20 Nov Decisions" in listed
    assert "To decide" not in listed
    kept = Entry.objects.get(verb="attendance.threshold_decided")
    assert (kept.object_id, kept.actor_id) == (str(made.pk), college.price.pk)
    assert kept.details == {"student": ada.pk, "decision": "improve", "sessions": 12}


def test_it_stands_in_the_file_the_timeline_and_beside_the_alert(
    college: College, ada: Student, made: ThresholdDecision, sign_in: Any
) -> None:
    client = sign_in(college.lind)
    file = client.get(reverse(LIST) + "?as=csv")
    rows = b"".join(file.streaming_content).decode("utf-8-sig")
    assert (
        '"Support first, no penalty notice now","Illness at home, early help first",Carys Price,2026-11-20,12' in rows
    )
    entry = next(one for one in timeline(college.lind, ada, ["threshold"], limit=5))
    assert (entry["title"], entry["text"]) == (
        "Penalty notice threshold: Support first, no penalty notice now",
        "Illness at home, early help first (12 sessions, Ms Price)",
    )
    rule = AlertRule.objects.filter(kind="unauthorised").first()
    Alert.objects.create(
        student=ada, rule=rule, reason="12 unauthorised sessions", raised_on=college.today, true_on=college.today
    )
    for page in (reverse("attendance:alert_list"), reverse("caseload:student_detail", args=[ada.public_id])):
        assert "Support first, no penalty notice now on 12 sessions, Ms Price, Fri 20 Nov" in text(client.get(page)), (
            page
        )


def test_who_may_not_decide(college: College, ada: Student, made: ThresholdDecision, sign_in: Any) -> None:
    for who in (college.okafor, college.lind, college.brandt, college.mendes):
        with pytest.raises(NotAllowed):
            decide_at_threshold(ada, "none", reason="No", by=who, seen=made.public_id)
        with pytest.raises(NotAllowed):
            undo_decision(made, reason="No", by=who)
    address = reverse("attendance:threshold_decisions", args=[ada.public_id])
    page = text(sign_in(college.okafor).get(address))
    assert "Illness at home" in page
    assert "Record" not in page
    assert "Undo" not in page
    assert sign_in(college.brandt).get(address).status_code == 404
    refused = sign_in(college.okafor).post(address, {"decision": "none", "reason": "No", "seen": made.public_id})
    assert (refused.status_code, ThresholdDecision.objects.count()) == (422, 1)
    # A teacher sees the list and no decision.
    assert "Support first" not in text(sign_in(college.mendes).get(reverse(LIST)))


def test_a_decision_needs_the_threshold(college: College, absent: Absent) -> None:
    absent("Ben", start=date(2026, 11, 2), end=date(2026, 11, 5), codes="OO")
    with pytest.raises(ThresholdNotMet):
        decide_at_threshold(college.student("Ben"), "none", reason="Nine are not ten", by=college.price)


def test_the_second_of_two_is_told_and_saves_nothing(
    college: College, ada: Student, made: ThresholdDecision, sign_in: Any
) -> None:
    with pytest.raises(DecidedAlready):
        decide_at_threshold(ada, "penalty", reason="Mine", by=college.novak)
    address = reverse("attendance:threshold_decisions", args=[ada.public_id])
    page = sign_in(college.novak).post(address, {"decision": "penalty", "reason": "Mine"})
    assert page.status_code == 422
    assert "A colleague has just changed the decision." in text(page)
    assert "Illness at home" in text(page)
    assert "Mine" in text(page)


def test_undoing_says_why_and_keeps_the_decision(
    college: College, ada: Student, made: ThresholdDecision, sign_in: Any
) -> None:
    client = sign_in(college.novak)
    address = reverse("attendance:threshold_decision_undo", args=[made.public_id])
    assert client.post(address, {"why": ""}).status_code == 422
    client.post(address, {"why": "Of another student"})
    made.refresh_from_db()
    assert (made.undone_by, made.undone_reason) == (college.novak, "Of another student")
    assert Entry.objects.filter(verb="attendance.threshold_decision_undone", object_id=str(made.pk)).count() == 1
    assert "had been undone already" in text(client.post(address, {"why": "Again"}, follow=True))
    assert "To decide" in text(client.get(reverse(LIST)))
    page = text(client.get(reverse("attendance:threshold_decisions", args=[ada.public_id])))
    assert "Undone by Mr Novák" in page
    assert decide_at_threshold(ada, "none", reason="Right one", by=college.price).decision == "none"


def test_a_decision_of_ten_earlier_weeks_settles_no_new_ones(
    college: College, ada: Student, made: ThresholdDecision, sign_in: Any
) -> None:
    ThresholdDecision.objects.update(decided_at=clock.at(date(2026, 6, 1), 10))
    listed = text(sign_in(college.price).get(reverse(LIST)))
    assert "To decide Support first, no penalty notice now on 12 sessions, Ms Price, Mon 1 Jun Decisions" in listed
