"""Alerts: one task for a student and reason, held out, acted on, escalated, cleared by support; nothing goes home."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.actions import alert_rules, alerts, raising
from attendance.actions.alert_previews import ask_for_preview
from attendance.choices import AlertState
from attendance.due import alerts_of
from attendance.errors import BadMarks, NotAllowed
from attendance.models import Alert, AlertRule, ChaseHold, RulePreview
from caseload.models import SiteMembership
from caseload.queries.calendar import school_days
from caseload.registries.answering import Through
from core import clock
from core.jobs import run_now
from core.models import Mail
from tests.attendance.alerting import Absent, states
from tests.attendance.conftest import members
from tests.college import College

MONDAY = date(2026, 11, 16)


def mornings(first: date, count: int, college: College) -> list[date]:
    """So many school days from a day on."""
    return school_days(college.school, first, first + timedelta(days=60))[:count]


def run(day: date) -> raising.Raised:
    """The work of a morning."""
    with clock.set_to(clock.at(day, 7, 15)):
        done = raising.raise_alerts_this_morning()
    assert done is not None
    return done


def test_one_task_for_a_reason_however_many_mornings(college: College, rule: AlertRule, absent: Absent) -> None:
    absent("Ada")
    days = mornings(MONDAY, 5, college)
    done = [run(day) for day in days]
    assert [each.raised for each in done] == [1, 0, 0, 0, 0]
    alert = Alert.objects.get()
    assert (alert.student, alert.state, alert.reason) == (
        college.student("Ada"),
        "open",
        "Below 90\u202f% this year: 0.0\u202f%",
    )
    assert (alert.raised_on, alert.true_on) == (days[0], days[-1])
    assert alert.facts["figures"] == [["This year", "0.0\u202f% · 0 of 20 sessions"]]


def test_the_same_morning_twice_changes_nothing(college: College, rule: AlertRule, absent: Absent) -> None:
    absent("Ada", "Ben")
    run(MONDAY)
    before = list(Alert.objects.order_by("pk").values())
    again = run(MONDAY)
    assert (again.raised, again.reopened, again.lapsed, again.escalated) == (0, 0, 0, 0)
    assert list(Alert.objects.order_by("pk").values()) == before
    assert Alert.objects.first().events.count() == 0


def test_nothing_is_raised_by_a_rule_that_is_off_or_on_a_closed_day(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Ada")
    with clock.set_to(date(2026, 12, 25)):
        assert raising.raise_alerts_this_morning() is None
    AlertRule.objects.update(switched_off_at=clock.now())
    run(MONDAY)
    assert states() == []


def test_it_lapses_when_no_longer_so_and_is_the_same_one_when_so_again(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Ada", end=date(2026, 11, 6), codes="I\\")
    run(MONDAY)
    AlertRule.objects.filter(pk=rule.pk).update(percent=Decimal(50))
    assert run(MONDAY + timedelta(days=1)).lapsed == 1
    assert states() == [("Ada", "lapsed")]
    AlertRule.objects.filter(pk=rule.pk).update(percent=Decimal(60))
    assert run(MONDAY + timedelta(days=2)).reopened == 1
    alert = Alert.objects.get()
    assert (alert.state, alert.raised_on, alert.ended_at) == ("open", MONDAY, None)
    AlertRule.objects.filter(pk=rule.pk).update(percent=Decimal(50))
    run(MONDAY + timedelta(days=3))
    AlertRule.objects.filter(pk=rule.pk).update(percent=Decimal(60))
    assert run(MONDAY + timedelta(days=14)).raised == 1
    assert states() == [("Ada", "lapsed"), ("Ada", "open")]


def test_a_leaver_is_not_raised_and_an_open_alert_of_theirs_lapses(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Ada", "Ben")
    run(MONDAY)
    for name in ("Ada",):
        rows = SiteMembership.objects.filter(student=college.student(name))
        rows.update(period=(date(2026, 9, 1), MONDAY + timedelta(days=1)))
    run(MONDAY + timedelta(days=1))
    assert states() == [("Ada", "lapsed"), ("Ben", "open")]


def test_nobody_held_out_is_raised_until_the_day_is_over(college: College, rule: AlertRule, absent: Absent) -> None:
    absent("Ada", "Ben")
    run(MONDAY)
    with clock.set_to(MONDAY):
        alerts.hold_out(college.student("Ada"), until=date(2026, 11, 19), reason="In hospital", by=college.okafor)
    ada = Alert.objects.get(student=college.student("Ada"))
    assert (ada.state, ada.ended_through, ada.ended_by) == ("cleared", "Held out", college.okafor)
    assert run(date(2026, 11, 19)).raised == 0
    assert run(date(2026, 11, 20)).raised == 1
    assert states(state="open") == [("Ada", "open"), ("Ben", "open")]


def test_a_hold_ended_early_lets_it_be_raised_the_next_morning(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Ada")
    with clock.set_to(MONDAY):
        hold = alerts.hold_out(
            college.student("Ada"), until=date(2026, 12, 18), reason="In hospital", by=college.okafor
        )
        with pytest.raises(NotAllowed):
            alerts.end_hold(hold, by=college.brandt)
        assert run(MONDAY).raised == 0
        assert (alerts.end_hold(hold, by=college.lind), alerts.end_hold(hold, by=college.lind)) == (True, False)
    assert run(MONDAY + timedelta(days=1)).raised == 1


def test_a_hold_needs_a_reason_and_a_day_to_come_and_a_new_one_takes_the_place_of_the_old(college: College) -> None:
    ada = college.student("Ada")
    with pytest.raises(BadMarks) as wrong:
        alerts.hold_out(ada, until=date(2026, 11, 19), reason=" ", by=college.okafor)
    assert sorted(wrong.value.problems) == ["reason", "until"]
    with pytest.raises(BadMarks):
        alerts.hold_out(ada, until=date(2028, 1, 1), reason="Far", by=college.okafor)
    with pytest.raises(NotAllowed):
        alerts.hold_out(ada, until=date(2026, 12, 1), reason="Not mine", by=college.brandt)
    alerts.hold_out(ada, until=date(2026, 12, 1), reason="First", by=college.okafor)
    alerts.hold_out(ada, until=date(2026, 12, 8), reason="Second", by=college.lind)
    assert list(ChaseHold.objects.filter(ended_at=None).values_list("reason", flat=True)) == ["Second"]


def test_acted_on_it_waits_before_the_same_reason_comes_again(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Ada")
    AlertRule.objects.filter(pk=rule.pk).update(again_after_days=7)
    run(MONDAY)
    with clock.set_to(MONDAY):
        alerts.clear_alerts(
            [Alert.objects.get().pk], by=college.okafor, through=Through("Call", "contact_log_entry", 1)
        )
    assert run(MONDAY + timedelta(days=7)).raised == 0
    assert run(MONDAY + timedelta(days=8)).raised == 1


def test_escalation_marks_tells_the_head_of_year_once_and_names_nobody(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Ada", "Ben", "Olivia")
    days = mornings(MONDAY, 7, college)
    done = [run(day) for day in days]
    assert [each.escalated for each in done] == [0, 0, 0, 0, 0, 3, 0]
    mails = list(Mail.objects.order_by("to_address"))
    assert [mail.to_address for mail in mails] == ["lind@waymark.example", "vance@waymark.example"]
    assert "2 students each have an attendance alert" in mails[0].text
    assert "1 student has an attendance alert" in mails[1].text
    names = ("Ada", "Ben", "Olivia", "Ábel", "Carter", "Adams", "Below", "10A")
    assert [name for mail in mails for name in names if name in mail.text + mail.html + mail.subject] == []
    assert {mail.queued_by_system for mail in mails} == {"attendance-alerts"}


def asked_about(college: College) -> list[str]:
    """Who of the tutor, the head of year, the attendance officer and the SENCO has an alert among what is due."""
    people = (college.okafor, college.lind, college.price, college.lowe)
    return [person.formal_name for person in people if alerts_of(person).exists()]


def test_what_nobody_acted_on_is_due_for_those_who_are_asked(college: College, rule: AlertRule, absent: Absent) -> None:
    absent("Ada")
    run(MONDAY)
    assert asked_about(college) == ["Ms Okafor"]
    Alert.objects.update(escalated_at=clock.now())
    assert asked_about(college) == ["Ms Okafor", "Mr Lind", "Ms Price"]


def test_acted_on_in_time_nobody_is_told(college: College, rule: AlertRule, absent: Absent) -> None:
    absent("Ada")
    days = mornings(MONDAY, 8, college)
    run(days[0])
    with clock.set_to(days[3]):
        alerts.clear_alerts([Alert.objects.get().pk], by=college.okafor, through=Through("Quick note", "note", 1))
    assert [run(day).escalated for day in days[4:]] == [0, 0, 0, 0]
    assert Mail.objects.count() == 0


def test_with_no_head_of_year_the_pastoral_manager_of_the_site_is_told(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    absent("Sana")  # Year 7 has no head
    for day in mornings(MONDAY, 6, college):
        run(day)
    assert list(Mail.objects.values_list("to_address", flat=True)) == ["doyle@waymark.example"]


def test_no_mail_goes_home_whatever_the_job_does(college: College, absent: Absent) -> None:
    """Every rule on, a mother with an address, weeks of mornings: only staff get mail, and only through escalation."""
    from caseload.models import Contact

    Contact.objects.update(email="home@family.example")
    AlertRule.objects.update(switched_on_at=clock.now(), least_possible=1)
    absent("Ada", "Ben", codes="OO")
    for day in mornings(MONDAY, 12, college):
        run(day)
    assert Alert.objects.filter(student=college.student("Ada")).count() >= 3
    staff = {user.email for user in college.staff.values()}
    assert {mail.to_address for mail in Mail.objects.all()} - staff == set()
    assert set(Mail.objects.values_list("subject", flat=True)) == {"Attendance alerts that nobody has acted on"}


def test_switching_off_lapses_what_is_open(college: College, rule: AlertRule, absent: Absent) -> None:
    absent("Ada", "Ben")
    run(MONDAY)
    assert alert_rules.switch_off(rule, by=college.price) == 2
    assert alert_rules.switch_off(rule, by=college.price) == 0
    ended = Alert.objects.values_list("state", "ended_by", "ended_note")
    assert set(ended) == {("lapsed", college.price.pk, "The rule was switched off")}


def seen_by(who: Any, rule: AlertRule) -> str:
    """The proof that somebody saw the rule's preview."""
    run = ask_for_preview(rule, by=who)
    run_now("attendance.work_out_preview", preview_id=run.pk)
    return alert_rules.proof_of(RulePreview.objects.get(pk=run.pk), by=who)


def test_a_rule_is_switched_on_only_as_it_was_previewed(college: College) -> None:
    rule = AlertRule.objects.get(kind="drop")
    seen = seen_by(college.price, rule)
    rule.points = Decimal(3)
    alert_rules.set_alert_rule(rule, by=college.price)
    with pytest.raises(alert_rules.PreviewFirst):
        alert_rules.switch_on(rule, by=college.price, seen=seen)
    with pytest.raises(alert_rules.PreviewFirst):
        alert_rules.switch_on(rule, by=college.price, seen=seen_by(college.novak, rule))
    with pytest.raises(NotAllowed):
        alert_rules.switch_on(rule, by=college.lind, seen=seen_by(college.lind, rule))
    assert alert_rules.switch_on(rule, by=college.price, seen=seen_by(college.price, rule)).is_on
    rule.points = Decimal(4)
    with pytest.raises(alert_rules.RuleIsOn):
        alert_rules.set_alert_rule(rule, by=college.price)
    rule.refresh_from_db()
    rule.name, rule.escalate_after_days = "Falling", 3
    alert_rules.set_alert_rule(rule, by=college.price)
    rule.refresh_from_db()
    assert (rule.name, rule.points, rule.is_on) == ("Falling", Decimal(3), True)


def test_a_first_set_of_rules_is_there_and_all_of_it_is_off(db: None) -> None:
    assert sorted(AlertRule.objects.values_list("kind", flat=True)) == [
        "below", "below", "consecutive", "drop", "late", "pattern", "unauthorised",
    ]  # fmt: skip
    assert list(AlertRule.objects.switched_on()) == []


def test_the_rows_and_reads_of_a_run_do_not_grow_with_the_students(
    college: College, rule: AlertRule, absent: Absent
) -> None:
    def cost(day: date) -> int:
        with clock.set_to(clock.at(day, 7, 15)), CaptureQueriesContext(connection) as asked:
            raising.raise_alerts()
        return len(asked)

    everybody = [*members(college), *members(college, "10B"), *members(college, "9C"), *members(college, "Kestrel 1")]
    absent(*everybody[:3])
    first, kept = cost(MONDAY), cost(MONDAY + timedelta(days=1))
    Alert.objects.update(state=AlertState.LAPSED, ended_at=clock.now() - timedelta(days=30))
    absent(*everybody[3:])
    assert (cost(MONDAY + timedelta(days=2)), cost(MONDAY + timedelta(days=3))) == (first, kept)
    assert Alert.objects.filter(state="open").count() == len(everybody)
