"""A site that takes its registers in the MIS: what pages say, who is told when marks stop coming, what is not there."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.actions.feeds import tell_of_stale_feeds
from attendance.models import MarkDelivery, SiteSettings
from attendance.queries.students.certificate import certificate_facts
from caseload.models import AcademicYear, Site, Term
from core import clock
from core.jobs import run_now
from core.models import Mail
from reporting.queries.term import term_facts

ABSENT = reverse("attendance:absent_list")
CASELOAD = reverse("caseload:caseload_list")


@pytest.fixture
def half_past_nine(college: Any) -> MarkDelivery:
    """The school's marks come from its MIS, and go to half past nine; it is ten."""
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    until = clock.at(college.today, 9, 30)
    MarkDelivery.objects.create(site=college.school, covers_until=until - timedelta(hours=1), file_name="a.csv")
    return MarkDelivery.objects.create(site=college.school, covers_until=until, file_name="b.csv")


def page(sign_in: Any, who: Any, url: str) -> str:
    return sign_in(who).get(url).content.decode()


def test_every_page_with_attendance_says_how_far_the_marks_go(college: Any, sign_in: Any, half_past_nine: Any) -> None:
    student = reverse("caseload:student_detail", args=[college.student("Ada").public_id])
    own = reverse("attendance:student_attendance", args=[college.student("Ada").public_id])
    for url in (ABSENT, CASELOAD, student, own, reverse("attendance:first_day_list")):
        assert "From the MIS: marks to 09:30 today" in page(sign_in, college.okafor, url), url
    assert "marks to 09:30 today" in page(sign_in, college.lind, reverse("reporting:dashboard"))
    assert "From the MIS" not in page(sign_in, college.farah, ABSENT)  # the sixth form takes its registers here


def test_documents_and_sheets_say_how_far_the_marks_go(college: Any, half_past_nine: Any, sign_in: Any) -> None:
    ada, year = (
        college.student("Ada"),
        AcademicYear.objects.get(starts_on__lte=college.today, ends_on__gte=college.today),
    )
    facts = certificate_facts(ada, year)
    assert facts["feed"] == "marks to 09:30 today"
    assert "From the MIS: marks to 09:30 today." in render_to_string(
        "attendance/print/certificate.html", {"facts": facts, "frame": {"snapshot_at": clock.now()}}
    )
    term = Term.objects.filter(starts_on__lte=college.today).latest("starts_on")
    assert term_facts(("site", college.school.pk), term, "staff")["feed"] == "marks to 09:30 today"
    assert term_facts(("site", college.sixth.pk), term, "staff")["feed"] == ""
    sheet = sign_in(college.price).get(reverse("attendance:persistent_list"), {"as": "csv"}).getvalue().decode()
    assert sheet.splitlines()[0].endswith("From the MIS")


def test_nothing_is_said_and_nothing_asked_where_registers_are_taken_here(college: Any, sign_in: Any) -> None:
    browser = sign_in(college.price)
    with CaptureQueriesContext(connection) as seen:
        assert "From the MIS" not in browser.get(ABSENT).content.decode()
    assert not [query for query in seen.captured_queries if "markdelivery" in query["sql"]]


def test_stale_feed_is_shouted_to_those_who_must_know_on_every_page(college: Any, sign_in: Any, half_past_nine: Any) -> None:  # fmt: skip
    words = "No new marks from the MIS."
    elsewhere = reverse("caseload:search")
    assert words not in page(sign_in, college.price, elsewhere)
    with clock.set_to(clock.at(college.today, 10, 31)):
        for who in (college.price, college.tran, college.lind, college.novak):
            assert words in page(sign_in, who, elsewhere), who.email
        assert words not in page(sign_in, college.okafor, elsewhere)
        assert "Not up to date" in page(sign_in, college.okafor, ABSENT)
    SiteSettings.objects.create(site=college.school, stale_after_minutes=120)
    with clock.set_to(clock.at(college.today, 10, 31)):
        assert words not in page(sign_in, college.price, elsewhere)


def test_data_managers_are_mailed_once_a_day(college: Any, half_past_nine: Any) -> None:
    assert tell_of_stale_feeds() == 0
    with clock.set_to(clock.at(college.today, 10, 31)):
        run_now("attendance.watch_feeds")
        run_now("attendance.watch_feeds")
    mail = Mail.objects.get()
    assert (mail.to_address, mail.subject) == ("tran@waymark.example", "No new marks from the MIS of Waymark School")
    with clock.set_to(clock.at(college.today + timedelta(days=3), 10, 31)):
        tell_of_stale_feeds()
    assert Mail.objects.count() == 2


def in_menu(browser: Any, place: str) -> bool:
    return f'href="{reverse(place)}"' in browser.get(CASELOAD).context["shell"]["menu"]


def test_registers_are_in_the_menu_only_of_those_who_take_some_here(college: Any, sign_in: Any, half_past_nine: Any) -> None:  # fmt: skip
    assert not in_menu(sign_in(college.okafor), "attendance:register_list")
    assert in_menu(sign_in(college.farah), "attendance:register_list")
    assert not in_menu(sign_in(college.okafor), "exchange:mark_import_list")
