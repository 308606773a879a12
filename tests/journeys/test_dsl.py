"""The DSL is told, proves a second factor, and takes a concern from acknowledgement to its close: by keyboard alone."""

import re

from core import naming
from core.models import Mail
from safeguarding.models import Concern
from tests.journeys.keyboard import Keyboard


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
    page, keys = dsl.page, Keyboard(dsl.page)
    dsl.go("/demo/")
    keys.follow("button", "Sign in as DSL")
    keys.follow("link", re.compile("^Triage"), page.get_by_role("navigation", name="Places"))
    page.get_by_role("heading", name="Confirm it’s you").wait_for()
    dsl.check()
    assert page.get_by_label("Code").evaluate("field => document.activeElement === field")
    keys.type(page.locator("[data-demo-code]").inner_text())
    keys.and_wait()
    page.get_by_role("heading", level=1, name="Triage").wait_for()
    dsl.check()
    keys.skip()
    keys.tab_to(page.locator("a.wm-row-link", has_text="Unlisted").first)
    keys.press("Enter")
    record = page.locator("#record")
    page.wait_for_function("() => document.activeElement.id === 'record'")
    keys.follow("button", "Acknowledge", record)
    page.get_by_text("Acknowledged").first.wait_for()
    _assess(page, keys)
    _add_an_action(page, keys)
    dsl.check()
    _close(page, keys)
    with naming.named_system("safeguarding-escalation"):
        assert not Concern.objects.filter(state="received", reporter__email="tutor@waymark.example").exists()


def _assess(page, keys):
    keys.skip()
    keys.unfold("Assess")
    form = page.locator("form", has=page.get_by_role("button", name="Save assessment"))
    keys.pick(form.get_by_label("High", exact=True))
    keys.choose("Category", "Domestic abuse", form)
    keys.write("Why", "Read with what the tutor saw this week.", form)
    keys.follow("button", "Save assessment", form)
    page.get_by_text("Domestic abuse").first.wait_for()


def _add_an_action(page, keys):
    keys.skip()
    keys.unfold("Add an action")
    form = page.locator("form", has=page.get_by_role("button", name="Add action"))
    keys.write("What", "Ring home and arrange to meet", form)
    keys.write("By", "12122026", form)
    keys.follow("button", "Add action", form)
    page.get_by_text("Ring home and arrange to meet").first.wait_for()


def _close(page, keys):
    keys.skip()
    keys.tab_to(page.locator("details.wm-card > summary", has_text="Close"))
    keys.press("Enter")
    form = page.locator("form", has=page.get_by_role("button", name="Close"))
    keys.tab_to(form.get_by_label("Outcome"))
    keys.press("ArrowDown")
    keys.write("Reason", "Followed up with home and social care.", form)
    keys.follow("button", "Close this concern", form)
    page.locator(".wm-alert-good", has_text="Closed").first.wait_for()
