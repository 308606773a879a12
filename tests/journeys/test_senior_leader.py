"""A senior leader asks for the termly report, watches it being built and gets it by email; a schedule does it alone."""

from email import message_from_bytes, policy

from core.jobs import find, ring, run_now
from reporting.models import ReportRun
from tests.worker import postbox, wait_until  # noqa: F401  (a fixture)


def test_a_senior_leader_gets_a_report_by_email(story, postbox, college_worker):  # noqa: F811
    leader = story()
    page = leader.page
    leader.sign_in("senior leader")
    leader.go("/reports/new/")
    leader.check()
    page.get_by_role("button", name="Build report").click()
    page.get_by_role("link", name="Download the PDF").wait_for(timeout=90_000)
    page.get_by_text("Sent", exact=True).wait_for(timeout=60_000)
    leader.check()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    wait_until(lambda: postbox.taken, 30)
    assert _attached(postbox) == ["Attendance and progress Whole college, Autumn 2026-27.pdf"]


def test_a_schedule_builds_and_mails_without_anybody_pressing_anything(college_site, postbox, college_worker):  # noqa: F811
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
