"""Missing registers: who is reminded, once, of exactly which; and the counts by person."""

import contextlib
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.actions.reminders import remind_now, remind_of_missing
from attendance.errors import NotAllowed
from attendance.models import SiteSettings
from attendance.queries.registers.missing import counts_by_taker, missing_of_taker, reminder_key, takers_of
from attendance.queries.registers.registers import missing_registers
from caseload.models import CaseloadGrant, CaseloadMembership, Closure, Site, TeachingGroupMembership
from core import clock
from core.jobs import run_now
from core.models import Mail
from tests.attendance.conftest import marks_for, session_of
from tests.setting_up import setting_up

MONDAY = date(2026, 11, 16)
LIST = reverse("attendance:missing_register_list")
REMIND = reverse("attendance:register_remind")
TAKERS = reverse("attendance:register_taker_list")


def mails():
    return sorted(Mail.objects.values_list("to_address", "subject"))


def at(college, hour, minute=0):
    return clock.set_to(clock.at(college.today, hour, minute))


def take(college, slug="am", day=None, group="10A", by=None):
    return actions.mark_register(
        by=by or college.okafor, register=session_of(college, slug, day, group), marks=marks_for(college, group, "/" if slug == "am" else "\\")
    )  # fmt: skip


def test_teacher_is_reminded_once_with_a_link_to_exactly_that_register(college, sign_in):
    with at(college, 8, 59):
        assert remind_of_missing() == 0  # it began at 8:45, and reminders go out after 15 minutes
    with at(college, 9, 0):
        take(college, group="10B", by=college.brandt)
        run_now("attendance.remind_of_registers")
        run_now("attendance.remind_of_registers")
    mail = Mail.objects.get(to_address="okafor@waymark.example")
    assert mail.subject == "Register not taken: 10A · AM"
    assert f"/registers/{college.caseloads['10A'].public_id}/2026-11-20/am/" in mail.text
    assert not [student for student in college.students if student.family_name in mail.text + mail.subject]
    assert [to for to, _ in mails()] == ["okafor@waymark.example"]  # 9C and Kestrel 1 have no tutor
    with at(college, 9, 15):
        remind_of_missing()
    assert mails() == [
        ("mendes@waymark.example", "Register not taken: 10x/Ma1 · P1 09:00"),
        ("okafor@waymark.example", "Register not taken: 10A · AM"),
        ("quill@waymark.example", "Register not taken: 12 Biology B · P1 09:00"),
    ]
    path = mail.text[mail.text.index("/registers/") :].split()[0]
    assert sign_in(college.okafor).get(path).context["sitting"].title == "10A · AM"


def test_whoever_covers_today_is_reminded_instead_of_the_tutor(college):
    week = DateRange(MONDAY, MONDAY + timedelta(days=7))
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"], period=week, capacity="cover")
    college.grant(college.farah, "teacher", "teaching_group", college.groups["10x/Ma1"], period=week)
    lines = {line.sitting.title: line.sitting for line in missing_registers(None, [college.today])}
    takers = takers_of(lines.values())
    assert takers[lines["10A · AM"].key] == college.sam
    assert takers[lines["10x/Ma1 · P1 09:00"].key] == college.farah
    college.sam.is_active = False
    with setting_up():
        college.sam.save()
    assert takers_of([lines["10A · AM"]])[lines["10A · AM"].key] == college.okafor


def test_no_reminder_on_closed_days_from_the_mis_for_empty_groups_or_where_switched_off(college):
    everything = {"9C", "Kestrel 1", "10B", "10A"}
    assert {s.sitting.group_name for s in missing_registers(None, [college.today]) if s.sitting.slot == 1} >= everything
    with at(college, 9, 20):
        closure = Closure.objects.create(site=None, kind="inset", name="INSET", starts_on=college.today, ends_on=college.today)  # fmt: skip
        assert remind_of_missing() == 0
        closure.delete()
        Site.objects.update(registers_taken="mis")
        assert remind_of_missing() == 0
        Site.objects.update(registers_taken="here")
        SiteSettings.objects.create(site=college.school, remind_after_minutes=None)
        SiteSettings.objects.create(site=college.sixth, remind_after_minutes=30)
        assert remind_of_missing() == 0
        SiteSettings.objects.filter(site=college.school).update(remind_after_minutes=5)
        CaseloadMembership.objects.filter(group=college.caseloads["10B"]).delete()
        TeachingGroupMembership.objects.filter(group=college.groups["10x/Ma1"]).delete()
        assert remind_of_missing() == 1
    assert mails() == [("okafor@waymark.example", "Register not taken: 10A · AM")]


def test_nobody_is_reminded_of_a_lesson_that_is_over(college):
    with at(college, 18):
        assert remind_of_missing() == 0


def test_remind_now_goes_to_each_once_by_hand_and_says_who_and_when(college, sign_in):
    browser = sign_in(college.lind)
    key = reminder_key(session_of(college))
    answer = browser.post(REMIND, {"register": key, "day": "2026-11-20"}, follow=True)
    assert "1 reminder on the way." in answer.content.decode()
    assert mails() == [("okafor@waymark.example", "Register not taken: 10A · AM")]
    again = browser.post(REMIND, {"register": key}, follow=True).content.decode()
    assert (len(mails()), "1 register had a reminder by hand already." in again) == (1, True)
    row = next(row for row in browser.get(LIST).context["rows"] if row["key"] == key)
    assert ([each.name for each in row["reminders"]], row["may_remind"]) == (["Ms Okafor"], False)
    with at(college, 9, 20):
        remind_of_missing()
    assert not Mail.objects.filter(to_address="okafor@waymark.example").exclude(key__endswith=".by-hand").exists()


def test_remind_all_reaches_only_whose_registers_one_sees(college, sign_in):
    sign_in(college.lind).post(REMIND, {"day": "2026-11-20"})
    assert [to for to, _ in mails()] == ["brandt@waymark.example", "okafor@waymark.example"]
    sign_in(college.vance).post(REMIND, {"register": reminder_key(session_of(college))})
    assert len(mails()) == 2
    with pytest.raises(NotAllowed):
        remind_now(by=college.okafor, days=[college.today])


def test_list_says_of_which_registers_nobody_can_be_reminded(college, sign_in):
    """9C has no tutor; the line above the list names it, to those who see it."""
    page = sign_in(college.vance).get(LIST, {"day": "2026-11-20"})
    named = [sitting.title for sitting in page.context["nobody"]]
    assert named == ["9C · AM"]
    words = "Nobody can be reminded of 1 register, because nobody is named as tutor or teacher: 9C AM."
    assert words in page.content.decode()
    assert "Nobody can be reminded" not in sign_in(college.lind).get(LIST, {"day": "2026-11-20"}).content.decode()


def test_list_asks_again_each_minute_and_gives_its_part(college, sign_in):
    browser = sign_in(college.lind)
    page = browser.get(LIST).content.decode()
    assert 'hx-trigger="every 60s"' in page
    assert '"Waymark-Poll"' in page
    part = browser.get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="rows"')
    assert "<html" not in part


def row_of(rows, name):
    return next(((row.due, row.taken, row.late, row.missing) for row in rows if row.name == name), None)


def test_counts_by_person_tell_due_taken_late_and_missing(college):
    with clock.set_to(clock.at(MONDAY, 8, 50)):
        take(college, day=MONDAY)
    with clock.set_to(clock.at(MONDAY, 15)):
        take(college, "pm", MONDAY)  # the afternoon closed at 13:50
    rows = counts_by_taker(college.lind, MONDAY, college.today)
    # Four whole days and Friday's morning: 9 sessions.
    assert row_of(rows, "Ngozi Okafor") == (9, 2, 1, 7)
    assert row_of(rows, "Jonas Brandt") == (9, 0, 0, 9)
    assert [row.name for row in rows] == ["Jonas Brandt", "Ngozi Okafor"]
    everybody = counts_by_taker(college.price, MONDAY, college.today)
    # One lesson Monday to Thursday, and on Friday by ten o'clock two.
    assert (row_of(everybody, "Inês Mendes"), row_of(everybody, "Peter Quill")) == ((6, 0, 0, 6), (6, 0, 0, 6))
    assert row_of(everybody, "Nobody named") == (18, 0, 0, 18)  # 9C and Kestrel 1


def test_counts_follow_who_held_the_group_on_the_day(college):
    days = DateRange(MONDAY, MONDAY + timedelta(days=2))
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"], period=days, capacity="cover")
    rows = counts_by_taker(college.lind, MONDAY, college.today)
    assert (row_of(rows, "Sam Oduya"), row_of(rows, "Ngozi Okafor")) == ((4, 0, 0, 4), (5, 0, 0, 5))
    found = missing_of_taker(college.lind, college.sam.pk, MONDAY, college.today)
    assert [(each.date.day, each.label) for each in found] == [(17, "AM"), (17, "PM"), (16, "AM"), (16, "PM")]


def test_counts_leave_out_the_mis_and_closed_days(college):
    Closure.objects.create(site=college.school, kind="inset", name="INSET", starts_on=MONDAY, ends_on=MONDAY)
    assert row_of(counts_by_taker(college.lind, MONDAY, college.today), "Ngozi Okafor") == (7, 0, 0, 7)
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    assert [row.name for row in counts_by_taker(college.price, MONDAY, college.today)] == ["Peter Quill"]


def test_page_by_person_sorts_drills_and_exports(college, sign_in):
    take(college)
    browser = sign_in(college.lind)
    page = browser.get(TAKERS, {"window": "week", "sort": "-taken"})
    assert [row.name for row in page.context["rows"]] == ["Ngozi Okafor", "Jonas Brandt"]
    assert [row.name for row in browser.get(TAKERS, {"sort": "share"}).context["rows"]] == ["Jonas Brandt", "Ngozi Okafor"]  # fmt: skip
    drill = browser.get(reverse("attendance:register_taker_detail", args=[college.brandt.public_id]) + "?window=week")
    assert len(drill.context["rows"]) == 9
    lines = b"".join(browser.get(TAKERS, {"window": "week", "format": "csv"}).streaming_content).decode().splitlines()
    assert lines[1] == "Jonas Brandt,9,0,0,9,0.0"
    with contextlib.closing(browser.get(TAKERS, {"format": "xlsx"})) as book:
        assert book.headers["Content-Type"].endswith("spreadsheetml.sheet")


def test_somebody_whose_registers_one_does_not_see_is_not_there(college, sign_in):
    address = reverse("attendance:register_taker_detail", args=[college.okafor.public_id])
    assert sign_in(college.vance).get(address).status_code == 404
    assert sign_in(college.lind).get(address).status_code == 200
    assert sign_in(college.okafor).get(address).status_code == 403


@pytest.mark.parametrize("name", ["missing_register_list", "register_taker_list"])
def test_pages_cost_the_same_for_few_and_many_registers(college, sign_in, name):
    browser = sign_in(college.price)
    url = reverse(f"attendance:{name}")
    browser.get(url)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            browser.get(url)
        counts.append(len(seen))
        for group in ("9C", "Kestrel 1", "S1"):
            with setting_up():
                CaseloadGrant.objects.get_or_create(
                    user=college.brandt, content_object=college.caseloads[group],
                    defaults={"role": CaseloadGrant.objects.first().role, "period": DateRange(date(2026, 9, 1), None)},
                )  # fmt: skip
    assert counts[0] == counts[1]
