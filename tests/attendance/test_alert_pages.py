"""The pages of alerts: the list, holding out, the rules with their preview, and the forms that answer reasons."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.actions import raising
from attendance.actions.alert_previews import ask_for_preview
from attendance.actions.summary import rebuild_summary
from attendance.codes import all_codes
from attendance.models import Alert, AlertRule, ChaseHold, RulePreview, SessionMark
from caseload.models import ContactLogEntry
from caseload.queries.calendar import school_days
from caseload.registries import columns
from core import clock
from core.jobs import run_now
from core.pages import due
from interventions.models import Meeting, MeetingDraft, Note
from tests.attendance.conftest import members

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 13)


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def rule(college):
    found = AlertRule.objects.get(name="Below 90 % this year")
    AlertRule.objects.filter(pk=found.pk).update(
        switched_on_at=clock.now(), switched_on_by=college.price, least_possible=10
    )
    found.refresh_from_db()
    return found


def absent(college, *who):
    ill = next(code.id for code in all_codes().values() if code.code == "I" and code.series == "session")
    SessionMark.objects.bulk_create(
        SessionMark(student=student, date=day, slot=slot, code_id=ill, marked_by=college.okafor, marked_at=clock.now())
        for student in who
        for day in school_days(college.school, FIRST, LAST)
        for slot in (1, 2)
    )
    rebuild_summary()


@pytest.fixture
def raised(college, rule):
    """Ada and Ben of 10A and Imran of 10B have been raised, Ada first."""
    with clock.set_to(clock.at(date(2026, 11, 16), 7, 15)):
        absent(college, college.student("Ada"))
        raising.raise_alerts()
    absent(college, college.student("Ben"), college.student("Imran"))
    with clock.set_to(clock.at(college.today, 7, 15)):
        raising.raise_alerts()
    return Alert.objects.get(student=college.student("Ada"))


def shown(response):
    return [row["student"]["given_name"] for row in response.context["page"].object_list]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("okafor", ["Ada", "Ben"]),
        ("brandt", ["Imran"]),
        ("lind", ["Ada", "Ben", "Imran"]),
        ("vance", []),
        ("hollis", ["Ada", "Ben", "Imran"]),
        ("price", ["Ada", "Ben", "Imran"]),
    ],
)
def test_each_sees_the_alerts_of_those_within_reach_the_oldest_first(college, raised, sign_in, who, names):
    assert shown(sign_in(getattr(college, who)).get(reverse("attendance:alert_list"))) == names


def test_a_child_who_may_be_missing_stands_before_older_alerts_there_and_on_my_work(college, raised, sign_in):
    away = AlertRule.objects.create(name="Away", kind="consecutive", switched_on_at=clock.now())
    chloe = college.student("Chloe")
    absent(college, chloe)
    Alert.objects.create(
        student=chloe, rule=away, reason="Absent five days in a row", raised_on=college.today, true_on=college.today
    )
    browser = sign_in(college.okafor)
    assert shown(browser.get(reverse("attendance:alert_list"))) == ["Chloe", "Ada", "Ben"]
    lines = due.waiting(college.okafor, "alert").lines
    assert [line.item.about for line in lines] == [chloe.pk, raised.student_id, college.student("Ben").pk]


@pytest.mark.parametrize("who", ["mendes", "tran", "rahman", "ward", "sam"])
def test_nobody_else_opens_the_list(college, raised, sign_in, who):
    assert sign_in(getattr(college, who)).get(reverse("attendance:alert_list")).status_code == 403


def test_each_row_has_the_next_click_that_this_person_may_make(college, raised, sign_in):
    tutor = words(sign_in(college.okafor).get(reverse("attendance:alert_list")))
    officer = words(sign_in(college.price).get(reverse("attendance:alert_list")))
    assert [said in tutor for said in ("One-to-one with Ada", "Ring home about Ada", "Hold out Ada")] == [True] * 3
    assert [said in officer for said in ("One-to-one with Ada", "Ring home about Ada", "Hold out Ada")] == [
        False,
        True,
        True,
    ]


def test_what_waits_too_long_stands_in_its_own_tab(college, raised, sign_in):
    with clock.set_to(clock.at(date(2026, 11, 23), 7, 15)):
        raising.raise_alerts_this_morning()
        response = sign_in(college.lind).get(reverse("attendance:alert_list") + "?show=waiting")
        assert shown(response) == ["Ada"]
        assert "Not acted on" in words(response)


def test_the_same_queries_for_three_students_as_for_all(college, rule, sign_in):
    absent(college, *members(college)[:3])
    raising.raise_alerts()
    browser = sign_in(college.lind)
    address = reverse("attendance:alert_list")
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        assert len(shown(browser.get(address))) == 3
    absent(college, *members(college)[3:], *members(college, "10B"))
    raising.raise_alerts()
    with CaptureQueriesContext(connection) as many:
        assert len(shown(browser.get(address))) == 14
    assert len(many) == len(few)


def test_alerts_are_reasons_on_the_caseload_and_on_the_students_page(college, raised, sign_in):
    listed = sign_in(college.okafor).get(reverse("caseload:caseload_list"))
    assert "Below 90 % this year: 0.0 %" in words(listed)
    page = words(sign_in(college.okafor).get(reverse("caseload:student_detail", args=[raised.student.public_id])))
    assert "Below 90 % this year: 0.0 %" in page
    teacher = words(sign_in(college.mendes).get(reverse("caseload:student_detail", args=[raised.student.public_id])))
    assert "Below 90 % this year" not in teacher
    source = next(found for found in columns.sources_for(college.okafor) if found.key == "attendance_alerts")
    assert source.load([raised.student_id], college.okafor)[raised.student_id][0].filter == "alert"


def test_hold_out_from_the_list_and_end_it_there(college, raised, sign_in):
    browser, back = sign_in(college.okafor), reverse("attendance:alert_list")
    address = reverse("attendance:hold_new", args=[raised.student.public_id])
    assert "Below 90 % this year" in words(browser.get(address))
    wrong = browser.post(address, {"until": "2026-11-01", "reason": "In hospital", "next": back})
    assert (wrong.status_code, ChaseHold.objects.count()) == (422, 0)
    assert "That day is past." in words(wrong)
    assert 'value="In hospital"' in wrong.content.decode()
    sent = browser.post(address, {"until": "2026-12-04", "reason": "In hospital", "next": back})
    assert (sent.status_code, sent.url) == (302, back)
    assert shown(browser.get(back)) == ["Ben"]
    assert "until Fri 4 Dec: In hospital" in words(browser.get(back + "?show=held"))
    student = words(browser.get(reverse("caseload:student_detail", args=[raised.student.public_id])))
    assert "Held out until Fri 4 Dec: In hospital Ms Okafor" in student
    hold = ChaseHold.objects.get()
    assert sign_in(college.brandt).post(reverse("attendance:hold_end", args=[hold.public_id])).status_code == 404
    browser.post(reverse("attendance:hold_end", args=[hold.public_id]))
    hold.refresh_from_db()
    assert hold.ended_by == college.okafor


def test_a_hold_never_sends_anybody_elsewhere(college, raised, sign_in):
    address = reverse("attendance:hold_new", args=[raised.student.public_id])
    sent = sign_in(college.okafor).post(
        address, {"until": "2026-12-04", "reason": "Ill", "next": "//elsewhere.example/"}
    )
    assert sent.url == reverse("caseload:student_detail", args=[raised.student.public_id])


def detail(rule):
    return reverse("attendance:alert_rule_detail", args=[rule.public_id])


def previewed(browser, rule):
    """The rule's page once its preview was asked for and worked out."""
    assert browser.post(detail(rule)).status_code == 302
    run_now("attendance.work_out_preview", preview_id=RulePreview.objects.get(state="waiting").pk)
    return browser.get(detail(rule))


def queries_of(browser, rule):
    """How many queries it takes to ask, work it out and show it."""
    with CaptureQueriesContext(connection) as seen:
        previewed(browser, rule)
    return len(seen)


def test_the_rules_are_seen_by_leaders_and_set_by_the_officer(college, rule, sign_in):
    rules, one = reverse("attendance:alert_rule_list"), reverse("attendance:alert_rule_detail", args=[rule.public_id])
    leader = sign_in(college.lind)
    assert "Below 90 % this year" in words(leader.get(rules))
    assert "Another rule" not in words(leader.get(rules))
    assert "Switch off" not in words(leader.get(one))
    assert leader.post(reverse("attendance:alert_rule_off", args=[rule.public_id])).status_code == 403
    assert "Another rule" in words(sign_in(college.price).get(rules))


def test_only_what_was_previewed_is_switched_on(college, sign_in):
    rule = AlertRule.objects.get(kind="drop")
    browser, address = sign_in(college.price), reverse("attendance:alert_rule_detail", args=[rule.public_id])
    switch = reverse("attendance:alert_rule_on", args=[rule.public_id])
    assert 'name="seen"' not in browser.get(address).content.decode()
    for seen in ("", "forged", str(rule.public_id)):
        browser.post(switch, {"seen": seen})
    seen = re.search(r'name="seen" value="([^"]+)"', previewed(browser, rule).content.decode())
    assert seen
    AlertRule.objects.filter(pk=rule.pk).update(weeks=5)
    assert "You have not seen the latest preview of this rule" in words(
        browser.post(switch, {"seen": seen[1]}, follow=True)
    )
    other = AlertRule.objects.get(kind="late")
    browser.post(reverse("attendance:alert_rule_on", args=[other.public_id]), {"seen": seen[1]})
    assert list(AlertRule.objects.switched_on()) == []
    AlertRule.objects.filter(pk=rule.pk).update(weeks=4)
    # What one officer saw is no proof for another.
    college.grant(college.sam, "attendance_officer", "site", college.school)
    sign_in(college.sam).post(switch, {"seen": seen[1]})
    assert list(AlertRule.objects.switched_on()) == []
    # Worked out once more since, with marks that came in: what was seen are other figures.
    run_now("attendance.work_out_preview", preview_id=ask_for_preview(rule, by=college.lind).pk)
    browser.post(switch, {"seen": seen[1]})
    assert list(AlertRule.objects.switched_on()) == []
    seen = re.search(r'name="seen" value="([^"]+)"', browser.get(address).content.decode())
    browser.post(switch, {"seen": seen[1]})
    assert list(AlertRule.objects.switched_on()) == [rule]


def test_the_preview_counts_each_student_once_and_names_only_those_within_reach(college, rule, sign_in):
    absent(college, college.student("Ada"), college.student("Olivia"))
    address = reverse("attendance:alert_rule_detail", args=[rule.public_id])
    response = previewed(sign_in(college.lind), rule)
    weeks = response.context["preview"].weeks
    assert [(f"{week.friday}", week.raised, week.open) for week in weeks if week.open] == [
        ("2026-11-06", 2, 2), ("2026-11-13", 0, 2), ("2026-11-20", 0, 2),
    ]  # fmt: skip
    assert (response.context["preview"].students, response.context["preview"].complete) == (2, False)
    assert "Ábel, Ada" in words(response)
    assert "Adams" not in words(response)
    assert "1 student whom you don't reach" in words(response).replace("&#x27;", "'").replace("’", "'")
    part = sign_in(college.lind).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="preview"' in part


def test_the_preview_is_of_the_last_whole_term(college, rule, sign_in):
    absent(college, college.student("Ada"))
    with clock.set_to(clock.at(date(2027, 1, 12), 10)):
        response = previewed(sign_in(college.price), rule)
    found = response.context["preview"]
    assert (found.term.name, found.complete, len(found.weeks)) == ("Autumn", True, 15)
    assert [week.friday for week in found.weeks if week.raised] == [date(2026, 11, 6)]


def test_the_preview_costs_as_many_queries_for_three_as_for_all(college, rule, sign_in):
    browser = sign_in(college.price)
    absent(college, *members(college)[:3])
    previewed(browser, rule)
    few = queries_of(browser, rule)
    absent(college, *members(college)[3:], *members(college, "10B"), *members(college, "9C"))
    many = queries_of(browser, rule)
    assert browser.get(detail(rule)).context["preview"].students == 18
    assert many == few


def test_the_preview_is_worked_out_in_the_background_once_and_of_this_rule_only(college, rule, sign_in):
    browser, lead = sign_in(college.price), sign_in(college.lind)
    assert "Work it out" in words(browser.get(detail(rule)))
    for each in (browser, lead):
        assert each.post(detail(rule)).status_code == 302
    run = RulePreview.objects.get()
    assert "It begins as soon as a worker is free" in words(lead.get(detail(rule), headers={"HX-Request": "true"}))
    AlertRule.objects.filter(pk=rule.pk).update(percent=50)
    run_now("attendance.work_out_preview", preview_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_text) == ("failed", "The rule was changed meanwhile. Work it out again.")
    assert browser.get(detail(rule)).context["preview"] is None
    assert previewed(browser, rule).context["preview"].raised == 0
    run_now("attendance.work_out_preview", preview_id=run.pk)  # gone: dropped with the new one
    assert RulePreview.objects.get().state == "done"
    assert sign_in(college.okafor).post(detail(rule)).status_code == 403


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("below", {"percent": "101", "least_possible": "20"}, "Below this percentage: give a number from 1 to 100."),
        ("below", {"percent": "abc", "least_possible": "20"}, "Below this percentage: give a number from 1 to 100."),
        (
            "drop",
            {"points": "8", "weeks": "1", "least_possible": "20"},
            "In the last weeks: give a number from 2 to 13.",
        ),
        ("consecutive", {"count": ""}, "Days in a row: give a number from 1 to 60."),
        ("unauthorised", {"count": "11"}, "Sessions in ten school weeks: give a number from 1 to 10."),
        ("late", {"count": "6", "weeks": "99999999999999999999"}, "In the last weeks: give a number from 1 to 13."),
        ("pattern", {"weeks": "-3"}, "In the last weeks: give a number from 4 to 40."),
    ],
)
def test_a_rule_that_makes_no_sense_gets_a_sentence_and_is_not_kept(college, sign_in, kind, typed, sentence):
    data = {"name": "My rule", "escalate_after_days": "5", "again_after_days": "28"} | typed
    response = sign_in(college.price).post(reverse("attendance:alert_rule_new") + f"?kind={kind}", data)
    assert (response.status_code, AlertRule.objects.count()) == (422, 7)
    assert sentence in words(response)
    assert 'value="My rule"' in response.content.decode()


def test_each_kind_asks_for_its_own_fields_and_is_kept_off(college, sign_in):
    browser = sign_in(college.price)
    response = browser.get(reverse("attendance:alert_rule_new") + "?kind=consecutive")
    assert [field.name for field in response.context["form"].own_fields] == ["count", "series", "site"]
    data = {"name": "A week away", "escalate_after_days": "2", "again_after_days": "14", "count": "5"}
    browser.post(reverse("attendance:alert_rule_new") + "?kind=consecutive", data)
    made = AlertRule.objects.get(name="A week away")
    assert (made.kind, made.count, made.is_on, made.made_by) == ("consecutive", 5, False, college.price)
    wrong = browser.post(
        reverse("attendance:alert_rule_new") + "?kind=late",
        data | {"count": "3", "weeks": "4", "series": "session", "site": str(college.sixth.pk)},
    )
    assert "Waymark Sixth marks lessons, not AM and PM sessions." in words(wrong)


def test_the_one_to_one_for_an_alert_shows_it_ticked_and_clears_what_stays_ticked(college, raised, sign_in):
    browser = sign_in(college.okafor)
    address = reverse("interventions:meeting_new", args=[raised.student.public_id])
    key = f"attendance_alert:{raised.pk}"
    page = browser.get(f"{address}?answers={key}")
    assert re.search(
        rf'name="answers" value="{key}" id="answers-1" data-about="attendance" checked', page.content.decode()
    )
    talk = page.context["talk"]
    typed = {
        "writer": str(college.okafor.public_id), "draft_key": str(talk.key), "form_token": str(talk.token),
        "type": str(talk.form["type"].value()), "held_on": "2026-11-20", "audience": "pastoral",
        "notes": "Talked about mornings", "answers_offered": key,
    }  # fmt: skip
    kept = browser.post(address, typed | {"save_draft": "1"})
    assert (kept.status_code, MeetingDraft.objects.count()) == (302, 1)
    assert re.search(rf'value="{key}" id="answers-1" data-about="attendance">', browser.get(address).content.decode())
    browser.post(address, typed)
    assert (Meeting.objects.count(), Alert.objects.get(pk=raised.pk).state) == (1, "open")
    talk = browser.get(address).context["talk"]
    browser.post(address, typed | {"form_token": str(talk.token), "notes": "Again", "answers": key})
    assert (Meeting.objects.count(), Alert.objects.get(pk=raised.pk).state) == (2, "cleared")


def test_a_note_and_a_call_do_the_same_and_a_fault_keeps_what_was_unticked(college, raised, sign_in):
    key = f"attendance_alert:{raised.pk}"
    browser, address = sign_in(college.okafor), reverse("interventions:note_new", args=[raised.student.public_id])
    typed = {"kind": "general", "audience": "teachers", "text": "", "answers_offered": key}
    faulty = browser.post(address, typed)
    assert faulty.status_code == 422
    assert re.search(rf'value="{key}" id="answers-1" data-about="attendance">', faulty.content.decode())
    browser.post(address, typed | {"text": "Seen at the gate"})
    assert (Note.objects.count(), Alert.objects.get(pk=raised.pk).state) == (1, "open")
    officer, address = sign_in(college.price), reverse("caseload:contact_log", args=[raised.student.public_id])
    page = officer.get(address + "?next=/alerts/")
    form = page.context["form"]
    typed = {
        "key": str(form["key"].value()), "direction": "out", "channel": "call", "contact": "", "at": "2026-11-20T09:40",
        "summary": "Rang home", "next": "/alerts/", "answers": key, "answers_offered": key,
    }  # fmt: skip
    sent = officer.post(address, typed)
    assert (sent.status_code, sent.url, ContactLogEntry.objects.count()) == (302, "/alerts/", 1)
    cleared = Alert.objects.get(pk=raised.pk)
    assert (cleared.state, cleared.ended_through, cleared.ended_by) == ("cleared", "Call", college.price)
    ended = words(officer.get(reverse("attendance:alert_list") + "?show=ended"))
    assert "Call Ms Price today 10:00" in ended
