"""A tutor sets a target: the alert is ticked once the target is about attendance, what was cleared is shown, and Undo opens it."""

from attendance.models import Alert, AlertRule
from caseload.models import CaseloadGrant, CaseloadMembership
from core import clock
from tests.journeys.conftest import TODAY


def _alert():
    """One open alert of a student of the tutor in the cast, about attendance, and nothing else open for them."""
    grant = CaseloadGrant.objects.filter(user__email="tutor@waymark.example", period__contains=TODAY).first()
    student = CaseloadMembership.objects.filter(group=grant.content_object, period__contains=TODAY).first().student
    Alert.objects.filter(student=student, state="open").update(state="lapsed", ended_at=clock.now())
    rule = AlertRule.objects.create(name="Below 80 %", kind="below", percent=80, switched_on_at=clock.now())
    return Alert.objects.create(student=student, rule=rule, reason="78 % in six weeks", raised_on=TODAY, true_on=TODAY)


def test_a_target_ticks_the_alert_that_it_answers_and_undo_opens_it_again(story):
    tutor = story()
    page, alert = tutor.page, _alert()
    tutor.sign_in("tutor")
    tutor.go(f"/students/{alert.student.public_id}/targets/new/")
    tick = page.get_by_label("78 % in six weeks")
    assert not tick.is_checked()
    page.get_by_label("Target", exact=True).fill("Be here on Mondays, four weeks running")
    figure = page.locator("select[name=figure]")
    page.locator("details", has=figure).locator("summary").first.click()
    figure.select_option("attendance")
    assert tick.is_checked()
    figure.select_option("count")
    assert not tick.is_checked()
    tick.check()
    figure.select_option("")
    assert tick.is_checked()  # ticked by hand it stays
    figure.select_option("attendance")
    page.locator("[name=figure_goal]").fill("95")
    tutor.check()
    page.get_by_role("button", name="Save target").click()
    page.get_by_text(f"Cleared by this: {alert.student.full_name}: 78 % in six weeks").wait_for()
    tutor.check()
    assert Alert.objects.get(pk=alert.pk).state == "cleared"
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"Open again: {alert.student.full_name}: 78 % in six weeks").wait_for()
    assert Alert.objects.get(pk=alert.pk).state == "open"
