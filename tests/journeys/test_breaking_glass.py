"""Nobody of the safeguarding team is there, so the head opens a concern by breaking glass, on a phone."""

from core.models import Mail
from tests.journeys.conftest import PHONE


def test_the_head_opens_a_concern_in_an_emergency(story):
    tutor = story()
    tutor.sign_in("tutor")
    tutor.go("/safeguarding/raise/")
    tutor.page.get_by_label("Which student?").fill("Somebody Unlisted")
    tutor.page.get_by_label("What happened").fill("Has not come home and is not answering.")
    tutor.page.get_by_label("No", exact=True).first.check()
    tutor.page.get_by_role("button", name="Raise this concern").click()
    tutor.page.get_by_text("The student is not safe: call now").wait_for()
    tutor.check()

    head = story(PHONE)
    page = head.page
    head.sign_in("head")
    head.go("/safeguarding/emergency/")
    page.get_by_label("Code").fill(page.locator("[data-demo-code]").inner_text())
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", level=1, name="Emergency access").wait_for()
    head.check()
    page.get_by_label("Reason").fill("The lead and both deputies are ill today.")
    page.get_by_role("button", name="Break glass for four hours").click()
    page.get_by_text("You have emergency access until").wait_for()
    head.check()
    page.locator("a.wm-row-link", has_text="Unlisted").first.click()
    page.get_by_text("Opened by breaking glass until").first.wait_for()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("Acknowledged").first.wait_for()
    head.check()
    told = set(Mail.objects.filter(subject__icontains="emergency access").values_list("to_address", flat=True))
    assert "dsl@waymark.example" in told

    lead = story()
    lead.sign_in("DSL")
    lead.go("/safeguarding/triage/")
    lead.page.get_by_label("Code").fill(lead.page.locator("[data-demo-code]").inner_text())
    lead.page.get_by_role("button", name="Continue").click()
    lead.page.get_by_text("has emergency access until").wait_for()
    lead.check()

    page.get_by_role("link", name="All concerns").click()
    page.get_by_role("button", name="End it now").click()
    page.get_by_role("button", name="Break glass for four hours").wait_for()
