"""Reports: asked for, built, delivered, stopped, tried again; once each, and only for those who may."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange

from audit.models import Entry
from caseload.models import YearGroupGrant
from core import clock
from core.jobs import run_now
from core.models import Mail
from core.private.files import FileGone, open_file
from reporting.actions.runs import cancel_report, try_again
from reporting.models import Delivery, ReportRun
from tests.college import College
from tests.reporting.conftest import WORDS, build, text_of
from tests.setting_up import setting_up


def reach_ends(user: Any) -> None:
    """Whatever they held in year groups ended yesterday."""
    with setting_up():
        YearGroupGrant.objects.filter(user=user).update(period=DateRange(date(2026, 9, 1), clock.today()))


def verbs(run: ReportRun) -> list[str]:
    found = Entry.objects.filter(object_kind="report_run", object_id=str(run.pk)).order_by("pk")
    return [verb.removeprefix("reporting.") for verb in found.values_list("verb", flat=True)]


def test_asking_makes_a_row_and_rings_after_the_commit(
    college: College, ask: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as rung:
        run = ask(recipients=[college.lind, college.novak, college.lind])
    assert (run.state, run.scope, run.asked_by) == ("waiting", ("year_group", college.years[10].pk), college.lind)
    assert set(run.deliveries.values_list("person", flat=True)) == {college.lind.pk, college.novak.pk}
    assert (verbs(run), len(rung)) == (["report_asked"], 1)


@pytest.mark.parametrize("who", ["vance", "okafor", "singh", "ward", "sam"])
def test_nobody_asks_about_students_of_others(college: College, ask: Any, who: str) -> None:
    with pytest.raises(PermissionDenied):
        ask(college.staff[who])
    assert not ReportRun.objects.exists()


def test_the_same_form_sent_twice_is_one_report(college: College, ask: Any) -> None:
    token = uuid4()
    first, second = ask(form_token=token), ask(form_token=token)
    assert (first.pk, ReportRun.objects.count(), len(verbs(first))) == (second.pk, 1, 1)
    assert ask(form_token=uuid4()).pk != first.pk


def test_it_is_built_and_mailed_to_each(full: College, ask: Any) -> None:
    run = build(ask(recipients=[full.lind, full.novak]))
    assert (run.state, run.done_count, run.total_count) == ("done", 7, 7)
    assert open_file(run.file).startswith(b"%PDF")
    assert run.expires_at == clock.now() + timedelta(days=365)
    mails = Mail.objects.order_by("to_address")
    assert [mail.to_address for mail in mails] == ["lind@waymark.example", "novak@waymark.example"]
    assert {delivery.mail_id for delivery in run.deliveries.all()} == {mail.pk for mail in mails}
    assert "Year 10" in mails[0].subject
    assert verbs(run) == ["report_asked", "report_built"]
    text = text_of(run)
    for words in ("Year 10", "Autumn", "240 of 280 sessions", "85.7", run.facts_hash[:12]):
        assert words in text
    assert WORDS not in text
    assert "Ábel" not in text


def test_built_twice_it_is_sent_once(full: College, ask: Any) -> None:
    run = build(ask(recipients=[full.lind]))
    again = build(ReportRun.objects.get(pk=run.pk))
    assert (again.file_id, again.fence, Mail.objects.count(), len(verbs(run))) == (run.file_id, run.fence, 1, 2)


def test_a_row_that_is_gone_is_no_trouble(college: College) -> None:
    run_now("reporting.build_report", report_id=9_999_999)
    assert not Mail.objects.exists()


def test_the_governors_edition_says_hidden(full: College, ask: Any) -> None:
    text = text_of(build(ask(full.novak, edition="governors", scope=("college", 1))))
    assert "hidden" in text
    assert "governors" in text


def test_weeks_with_nothing_possible_make_no_chart_and_no_failure(college: College, ask: Any) -> None:
    from tests.attendance.conftest import members
    from tests.reporting.conftest import MORNINGS, mark

    codes = {student.given_name: "Y1" for student in members(college)}
    mark(college, MORNINGS[0] - timedelta(days=7), **codes)
    mark(college, MORNINGS[0], **codes)
    assert build(ask()).state == "done"


def test_whoever_asked_and_lost_their_reach_gets_a_sentence_and_nobody_a_mail(full: College, ask: Any) -> None:
    run = ask(recipients=[full.novak])
    reach_ends(full.lind)
    build(run)
    assert run.state == "failed"
    assert "no longer has reach" in run.error_text
    assert (run.file, Mail.objects.count()) == (None, 0)


def test_a_recipient_who_lost_their_reach_is_left_out(full: College, ask: Any) -> None:
    run = ask(full.novak, recipients=[full.lind, full.novak, full.achebe])
    reach_ends(full.lind)
    full.leaves(full.achebe)
    build(run)
    assert list(Mail.objects.values_list("to_address", flat=True)) == ["novak@waymark.example"]
    left_out = Delivery.objects.exclude(left_out="").order_by("person__email")
    assert [delivery.person for delivery in left_out] == [full.achebe, full.lind]


def test_a_stopped_report_is_not_built_until_it_is_tried_again(full: College, ask: Any) -> None:
    run = ask(recipients=[full.lind])
    assert cancel_report(full.lind, run)
    assert not cancel_report(full.lind, run)
    assert build(run).state == "cancelled"
    assert try_again(full.lind, run)
    assert not try_again(full.lind, run)
    assert build(run).state == "done"
    assert not cancel_report(full.lind, run)
    assert (Mail.objects.count(), verbs(run)) == (1, ["report_asked", "report_cancelled", "report_built"])


def test_only_whoever_asked_or_a_leader_stops_it(college: College, ask: Any) -> None:
    college.grant(college.sam, "head_of_year", "year_group", college.years[10])
    run = ask()
    for who in (college.sam, college.doyle, college.vance):
        for action in (cancel_report, try_again):
            with pytest.raises(PermissionDenied):
                action(who, run)
    assert cancel_report(college.novak, run)


def test_the_file_goes_when_its_time_is_over_and_the_record_stays(full: College, ask: Any) -> None:
    run = build(ask())
    run_now("reporting.expire_reports")
    assert open_file(run.file)
    with clock.set_to(clock.now() + timedelta(days=366)):
        run_now("reporting.expire_reports")
    run = ReportRun.objects.select_related("file").get(pk=run.pk)
    assert run.state == "done"
    with pytest.raises(FileGone):
        open_file(run.file)
