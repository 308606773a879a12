"""The DSL is told, proves a second factor, and takes a concern from acknowledgement to its close."""

from core import naming
from core.models import Mail
from safeguarding.models import Concern


def test_a_dsl_takes_a_concern_from_mail_to_close(story):
    tutor = story()
    tutor.sign_in("tutor")
    tutor.go("/safeguarding/raise/")
    tutor.page.get_by_label("Which student?").fill("Somebody Unlisted")
    tutor.page.get_by_label("What happened").fill("Said that there is shouting at home every night.")
    tutor.page.get_by_label("Not sure").first.check()
    tutor.page.get_by_role("button", name="Raise this concern").click()
    tutor.page.wait_for_function("() => document.title.indexOf('Raise') < 0")
    told = Mail.objects.filter(to_address="dsl@waymark.example").latest("pk")
    assert "Unlisted" not in told.subject + told.text
    assert "shouting" not in told.subject + told.text

    dsl = story()
    page = dsl.page
    dsl.sign_in("DSL")
    dsl.go("/safeguarding/triage/")
    page.get_by_role("heading", name="Is it really you?").wait_for()
    dsl.check()
    page.get_by_label("Code").fill(page.locator("[data-demo-code]").inner_text())
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", level=1, name="Triage").wait_for()
    dsl.check()
    page.locator("a.wm-row-link", has_text="Unlisted").first.click()
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    page.get_by_text("Acknowledged").first.wait_for()
    _assess(page)
    _add_an_action(page)
    dsl.check()
    _close(page)
    with naming.named_system("safeguarding-escalation"):
        assert not Concern.objects.filter(state="received", reporter__email="tutor@waymark.example").exists()


def _assess(page):
    page.locator("summary", has_text="Assess").click()
    form = page.locator("form", has=page.get_by_role("button", name="Save assessment"))
    form.get_by_label("High", exact=True).check()
    form.get_by_label("Category", exact=True).select_option(label="Domestic abuse")
    form.get_by_label("Why").first.fill("Read with what the tutor saw this week.")
    form.get_by_role("button", name="Save assessment").click()
    page.get_by_text("Domestic abuse").first.wait_for()


def _add_an_action(page):
    page.locator("summary", has_text="Add an action").click()
    form = page.locator("form", has=page.get_by_role("button", name="Add action"))
    form.get_by_label("What").fill("Ring home and arrange to meet")
    form.get_by_label("By").first.fill("2026-11-24")
    form.get_by_role("button", name="Add action").click()
    page.get_by_text("Ring home and arrange to meet").first.wait_for()


def _close(page):
    page.locator("details.wm-panel > summary", has_text="Close").click()
    form = page.locator("form", has=page.get_by_role("button", name="Close"))
    form.get_by_label("Outcome").select_option(index=1)
    form.get_by_label("Reason").fill("Followed up with home and social care.")
    form.get_by_role("button", name="Close").click()
    page.locator(".wm-alert-good", has_text="Closed").first.wait_for()
