"""What saving something cleared is shown on the next page, and its Undo opens exactly that again, once."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from attendance.actions.alerts import hold_out
from attendance.choices import ALERT_OPENED_AGAIN
from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload import verbs
from caseload.actions.answers import NothingToUndo, undo_answers
from caseload.actions.contacts import log_contact
from caseload.actions.memberships import move_member
from caseload.models import AnsweredReason, ContactLogEntry
from caseload.registries import answering
from core import clock
from interventions.actions import NoteSaid, quick_note
from tests.college import College


def raise_for(college: College, given: str) -> Alert:
    """An alert that was raised nine days ago and that nobody acted on in time."""
    rule = AlertRule.objects.create(name=f"For {given}", kind="below", percent=85, switched_on_at=clock.now())
    return Alert.objects.create(
        student=college.student(given), rule=rule, reason="82 % in six weeks",
        raised_on=college.today - timedelta(days=9), true_on=college.today, escalated_at=clock.now(),
    )  # fmt: skip


def follow_up(college: College, given: str) -> ContactLogEntry:
    """A call home that is to be followed up today."""
    entry = {"direction": "out", "channel": "call", "at": clock.now(), "summary": "No answer"}
    return log_contact(college.okafor, college.student(given), follow_up_on=college.today, **entry)


def clear_by_note(college: College, given: str, *keys: str) -> Any:
    """Ms Okafor writes a note about a student that answers these reasons; gives the key of that save."""
    sent = answering.Sent(keys)
    quick_note(college.student(given), NoteSaid("Seen"), token=uuid4(), by=college.okafor, answers=sent)
    return sent.save


def state(alert: Alert) -> tuple[Any, ...]:
    """What is stored of an alert, but for who changed it."""
    alert.refresh_from_db()
    return alert.state, alert.ended_at, alert.ended_by, alert.ended_through, alert.raised_on, alert.escalated_at


def test_the_next_page_says_what_was_cleared_and_undo_opens_it_again(college: College, sign_in: Any) -> None:
    alert, call = raise_for(college, "Ada"), follow_up(college, "Ada")
    before, browser = state(alert), sign_in(college.okafor)
    back = reverse("caseload:student_detail", args=[alert.student.public_id])
    page = browser.get(reverse("interventions:note_new", args=[alert.student.public_id]))
    typed = {
        "kind": "attendance", "audience": "teachers", "text": "We rang home together", "form_token": page.context["token"],
        "answers": [f"attendance_alert:{alert.pk}", f"follow_up:{call.pk}"], "next": back,
    }  # fmt: skip
    shown = browser.post(reverse("interventions:note_new", args=[alert.student.public_id]), typed, follow=True)
    said = shown.content.decode()
    assert (
        "Cleared by this: Ada Ábel: 82 % in six weeks, as at 20 Nov, now no marks in these dates · Ada Ábel: To follow up: No answer"
        in said
    )
    assert state(alert)[0] == "cleared"
    undo = re.search(r'action="(/cleared/[^"]+)"', said)
    assert undo
    assert f'name="next" value="{back}"' in said
    again = browser.post(undo[1], {"next": back}, follow=True)
    assert again.redirect_chain == [(back, 302)]
    assert (
        "Open again: Ada Ábel: 82 % in six weeks, as at 20 Nov, now no marks in these dates · Ada Ábel: To follow up: No answer"
        in again.content.decode()
    )
    call.refresh_from_db()
    assert (state(alert), call.followed_up_at) == (before, None)
    entries = Entry.objects.filter(verb__in=[ALERT_OPENED_AGAIN, verbs.CONTACT_DUE_AGAIN]).order_by("verb")
    assert [(one.verb, one.object_id, one.actor_id, one.details) for one in entries] == [
        (ALERT_OPENED_AGAIN, str(alert.pk), college.okafor.pk, {"student": alert.student_id}),
        (verbs.CONTACT_DUE_AGAIN, str(call.pk), college.okafor.pk, {"student": alert.student_id}),
    ]
    assert "This was undone already" in browser.post(undo[1], {"next": back}, follow=True).content.decode()


def test_nothing_is_said_when_nothing_was_cleared(college: College, sign_in: Any) -> None:
    alert, browser = raise_for(college, "Ada"), sign_in(college.okafor)
    address = reverse("interventions:note_new", args=[alert.student.public_id])
    typed = {"kind": "general", "audience": "teachers", "text": "Won a cup", "form_token": str(uuid4())}
    page = browser.post(address, typed, follow=True).content.decode()
    assert ("Cleared by this" in page, state(alert)[0], AnsweredReason.objects.count()) == (False, "open", 0)


def test_undo_opens_only_what_that_save_cleared(college: College) -> None:
    ada, ben = raise_for(college, "Ada"), raise_for(college, "Ben")
    clear_by_note(college, "Ada", f"attendance_alert:{ada.pk}")
    save = clear_by_note(college, "Ben", f"attendance_alert:{ben.pk}")
    undone = undo_answers(college.okafor, save)
    assert ([reason.key for reason in undone.open_again], undone.left) == ([f"attendance_alert:{ben.pk}"], 0)
    assert (state(ada)[0], state(ben)[0]) == ("cleared", "open")


def test_a_save_for_many_names_the_only_one_who_had_a_reason(college: College, sign_in: Any) -> None:
    alert, ben = raise_for(college, "Ada"), college.student("Ben")
    typed = {
        "student": [str(alert.student.public_id), str(ben.public_id)], "kind": "attendance", "audience": "teachers",
        "text": "Late bus", "form_token": str(uuid4()), "answers": [f"attendance_alert:{alert.pk}"],
    }  # fmt: skip
    said = sign_in(college.okafor).post(reverse("interventions:note_new_many"), typed, follow=True)
    assert [str(one) for one in said.context["messages"]][1:] == [
        "Cleared by this: Ada Ábel: 82 % in six weeks, as at 20 Nov, now no marks in these dates"
    ]


def test_a_save_for_many_names_each_and_is_undone_for_all(college: College, sign_in: Any) -> None:
    alerts, browser = [raise_for(college, "Ada"), raise_for(college, "Ben")], sign_in(college.okafor)
    typed = {
        "student": [str(one.student.public_id) for one in alerts], "kind": "attendance", "audience": "teachers",
        "text": "Late bus", "form_token": str(uuid4()), "answers": [f"attendance_alert:{one.pk}" for one in alerts],
    }  # fmt: skip
    said = browser.post(reverse("interventions:note_new_many"), typed, follow=True).content.decode()
    assert "Cleared by this: Ada Ábel: 82 % in six weeks, as at 20 Nov, now no marks in these dates · Ben " in said
    undo = re.search(r'action="(/cleared/[^"]+)"', said)
    assert undo
    browser.post(undo[1])
    assert [state(one)[0] for one in alerts] == ["open", "open"]


def test_nobody_else_undoes_it_and_no_more_once_the_student_is_out_of_reach(college: College, sign_in: Any) -> None:
    alert = raise_for(college, "Ada")
    save = clear_by_note(college, "Ada", f"attendance_alert:{alert.pk}")
    for other in (college.lind, college.price, college.brandt):
        with pytest.raises(NothingToUndo):
            undo_answers(other, save)
    address = reverse("caseload:answers_undo", args=[save])
    assert sign_in(college.lind).post(address).status_code == 404
    move_member(college.tran, college.caseloads["10A"], alert.student, college.caseloads["10B"], college.today)
    undone = undo_answers(college.okafor, save)
    assert (undone.open_again, undone.left, state(alert)[0]) == ([], 1, "cleared")


def test_within_a_week_and_no_later(college: College, sign_in: Any) -> None:
    alert = raise_for(college, "Ada")
    save = clear_by_note(college, "Ada", f"attendance_alert:{alert.pk}")
    address = reverse("caseload:answers_undo", args=[save])
    with clock.set_to(clock.now() + timedelta(days=7, minutes=1)):
        said = sign_in(college.okafor).post(address, follow=True).content.decode()
    assert ("cleared more than 7 days ago" in said, state(alert)[0]) == (True, "cleared")
    with clock.set_to(clock.now() + timedelta(days=7)):
        undo_answers(college.okafor, save)
    assert state(alert)[0] == "open"


@pytest.mark.parametrize("since", ["held out", "raised again", "rule off", "cleared anew"])
def test_what_somebody_acted_on_since_stays_and_the_page_says_so(college: College, sign_in: Any, since: str) -> None:
    alert, call = raise_for(college, "Ada"), follow_up(college, "Ada")
    save = clear_by_note(college, "Ada", f"attendance_alert:{alert.pk}", f"follow_up:{call.pk}")
    if since == "held out":
        hold_out(alert.student, until=college.today, reason="In hospital", by=college.lind)
    elif since == "raised again":
        Alert.objects.create(
            student=alert.student, rule=alert.rule, reason="80 %", raised_on=college.today, true_on=college.today
        )
    elif since == "rule off":
        AlertRule.objects.filter(pk=alert.rule_id).update(switched_off_at=clock.now())
    else:
        Alert.objects.filter(pk=alert.pk).update(ended_by=college.lind, ended_through="Call")
    said = sign_in(college.okafor).post(reverse("caseload:answers_undo", args=[save]), follow=True).content.decode()
    assert "Open again: Ada Ábel: To follow up: No answer" in said
    assert "1 reason stays cleared" in said
    assert state(alert)[0] == "cleared"
