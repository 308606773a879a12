"""A senior leader asks for the termly report by keyboard alone and gets it by email; a schedule does it by itself."""

from email import message_from_bytes, policy

from core.jobs import find, ring, run_now
from reporting.models import ReportRun, Subscription
from tests.journeys.keyboard import Keyboard
from tests.worker import postbox, wait_until  # noqa: F401  (a fixture)


def test_a_senior_leader_gets_a_report_by_email(story, postbox, college_worker):  # noqa: F811
    leader = story()
    page = leader.page
    keys = Keyboard(page)
    leader.go("/demo/")
    keys.follow("button", "Sign in as senior leader")
    keys.follow("link", "Reports", page.get_by_role("navigation", name="Places"))
    keys.skip()
    keys.follow("link", "New report")
    leader.check()
    keys.skip()
    keys.follow("button", "Build report")
    document = page.get_by_role("link", name="Download the PDF")
    document.wait_for(timeout=90_000)
    page.get_by_text("Sent", exact=True).wait_for(timeout=60_000)
    leader.check()
    keys.tab_to(document)
    with page.expect_download() as download:
        keys.press("Enter")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    wait_until(lambda: postbox.taken, 30)
    assert _attached(postbox) == ["Attendance and progress Whole college, Autumn 2026-27.pdf"]


def test_a_schedule_builds_and_mails_without_anybody_pressing_anything(college_site, postbox, college_worker):  # noqa: F811
    Subscription.objects.update(at="00:00")  # due this morning, at whatever time of the night the test runs
    ring(find("reporting.start_due"), {})
    wait_until(lambda: postbox.taken, 120)
    assert _attached(postbox) == ["Attendance and progress Whole college, Autumn 2026-27.pdf"]
    run = ReportRun.objects.get()
    assert (run.subscription.name, run.state) == ("Whole college, every week", "done")
    run_now("reporting.start_due")
    assert ReportRun.objects.count() == 1


def _attached(box):
    mails = [message_from_bytes(envelope.content, policy=policy.default) for envelope in box.taken]
    return [part.get_filename() for mail in mails for part in mail.iter_attachments()]
