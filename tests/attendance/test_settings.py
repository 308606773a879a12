"""Lesson codes of a college's own, and what each site has decided."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from attendance import actions
from attendance.actions.lesson_codes import add_code, change_code, end_code, start_own_list
from attendance.actions.settings import change_site_settings
from attendance.codes import code_set, forget
from attendance.errors import CodeInUse, NotAllowed
from attendance.models import AttendanceCode, LessonMark, SiteSettings
from attendance.queries.figures.totals import totals_for
from audit.models import Entry
from core import clock
from tests.attendance.conftest import lesson_of, marks_for, members

FRIDAY, TOMORROW, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)


@pytest.fixture(autouse=True)
def fresh_codes():
    forget()
    yield
    forget()


def words(response):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    return text.replace("&#x27;", "'")


def values(**more):
    given = {
        "code": "Q", "short": "Quarantine", "meaning": "Kept at home", "stat_class": "AA", "is_late": False,
        "set_by": "officer", "valid_from": MONDAY,
    }  # fmt: skip
    return given | more


def own(college, symbol):
    return AttendanceCode.objects.filter(site=college.sixth, code=symbol).latest("valid_from")


def test_a_sites_own_list_starts_tomorrow_as_a_copy_of_the_default(college):
    default = [code.code for code in code_set("lesson").in_force(TOMORROW)]
    assert start_own_list(by=college.price, site=college.sixth) == len(default)
    codes = code_set("lesson", college.sixth.pk)
    assert [code.code for code in codes.in_force(TOMORROW)] == default
    assert {code.site_id for code in codes.in_force(TOMORROW)} == {college.sixth.pk}
    assert {code.site_id for code in codes.in_force(FRIDAY)} == {None}
    assert {code.site_id for code in code_set("lesson", college.school.pk).in_force(TOMORROW)} == {None}
    with pytest.raises(CodeInUse):
        start_own_list(by=college.price, site=college.sixth)


def test_marks_of_before_are_read_and_saved_again_without_a_reason(college):
    marks = marks_for(college, "S1")
    actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks)
    start_own_list(by=college.price, site=college.sixth)
    saved = actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks)
    assert saved.written == 0


def test_a_code_that_no_mark_carries_is_corrected(college):
    start_own_list(by=college.price, site=college.sixth)
    code = change_code(by=college.price, old=own(college, "A"), **values(code="A", short="Agreed", valid_from=TOMORROW))
    assert (code.short, AttendanceCode.objects.filter(site=college.sixth, code="A").count()) == ("Agreed", 1)


def test_a_code_that_marks_carry_ends_and_another_starts(college):
    start_own_list(by=college.price, site=college.sixth)
    with clock.set_to(clock.at(MONDAY, 9)):
        monday = lesson_of(college, day=MONDAY)
        actions.mark_register(by=college.price, register=monday, marks=marks_for(college, "S1", Wren="A"))
        with pytest.raises(CodeInUse):
            change_code(by=college.price, old=own(college, "A"), **values(code="A", valid_from=MONDAY))
        tuesday = MONDAY + timedelta(days=1)
        change_code(by=college.price, old=own(college, "A"), **values(code="A", stat_class="NP", valid_from=tuesday))
    rows = AttendanceCode.objects.filter(site=college.sixth, code="A").order_by("valid_from")
    assert [(row.stat_class, row.valid_from, row.valid_to) for row in rows] == [
        ("AA", TOMORROW, MONDAY), ("NP", tuesday, None),
    ]  # fmt: skip
    assert LessonMark.objects.get(student=college.student("Wren")).code == rows[0]


def test_the_same_symbol_twice_and_the_last_present_are_refused(college):
    start_own_list(by=college.price, site=college.sixth)
    with pytest.raises(CodeInUse, match="in the list already"):
        add_code(by=college.price, site=college.sixth, **values(code="A"))
    with pytest.raises(CodeInUse, match="only code for present"):
        end_code(by=college.price, code=own(college, "/"), valid_to=MONDAY)
    ended = end_code(by=college.price, code=own(college, "A"), valid_to=MONDAY)
    assert ended.valid_to == MONDAY
    assert Entry.objects.filter(verb="attendance.lesson_code_set").count() == 2


def test_only_whoever_manages_attendance_at_the_site(college):
    college.grant(college.sam, "attendance_officer", "site", college.school)
    for by in (college.sam, college.tran, college.farah):
        with pytest.raises(NotAllowed):
            start_own_list(by=by, site=college.sixth)
        with pytest.raises(NotAllowed):
            change_site_settings(by=by, site=college.sixth, chase_after_days=3)
    with pytest.raises(NotAllowed):
        change_code(by=college.price, old=AttendanceCode.objects.get(site=None, series="lesson", code="A"), **values())


def test_code_pages_from_the_default_list_to_a_code_of_its_own(college, sign_in):
    client = sign_in(college.price)
    page = f"{reverse('attendance:code_list')}?show={college.sixth.public_id}"
    assert "Waymark Sixth uses the default list" in words(client.get(page))
    client.post(reverse("attendance:code_own_list", args=[college.sixth.public_id]))
    add = reverse("attendance:code_new", args=[college.sixth.public_id])
    typed = {k: v for k, v in values(valid_from="2026-11-23").items() if k != "is_late"}
    for change, sentence in (
        ({"code": "a b"}, "Use letters, figures or signs"),
        ({"code": ""}, "Fill this in."),
        ({"code": "TOOLONG"}, "This has 7 characters. Shorten it to 4."),
        ({"valid_from": "2026-11-19"}, "From Fri 20 Nov at the earliest"),
        ({"stat_class": "?"}, "This is not one of the choices here"),
        ({"is_late": "on"}, "A late mark counts as present"),
        ({"code": "a"}, "A is in the list already on these days."),
    ):
        answer = client.post(add, typed | change)
        assert (answer.status_code, sentence in words(answer)) == (422, True), sentence
    assert client.post(add, typed).url == page
    assert "Q Quarantine Kept at home" in words(client.get(page))
    code = own(college, "Q")
    change = reverse("attendance:code_change", args=[code.pk])
    assert client.get(change).status_code == 200
    assert "Not before" in words(client.post(change, {"end": "1", "valid_to": "2026-11-01"}))
    client.post(change, {"end": "1", "valid_to": "2026-12-01"})
    code.refresh_from_db()
    assert code.valid_to == date(2026, 12, 1)


def test_national_codes_are_shown_with_their_dates_and_no_way_to_change_them(college, sign_in):
    client = sign_in(college.price)
    page = client.get(f"{reverse('attendance:code_list')}?show=sessions")
    assert "until Sun 18 Aug 2024" in words(page)
    assert "attendance/codes/" not in page.content.decode().split("<table")[1]
    national = AttendanceCode.objects.filter(series="session").first()
    assert client.get(reverse("attendance:code_change", args=[national.pk])).status_code == 404
    default = AttendanceCode.objects.filter(series="lesson", site=None).first()
    assert client.get(reverse("attendance:code_change", args=[default.pk])).status_code == 404
    assert client.get(f"{reverse('attendance:code_list')}?show=forged").status_code == 404


def settings_typed(**more):
    given = {
        "registers_taken": "here", "am_starts_at": "08:45", "pm_starts_at": "13:20", "register_minutes": "20",
        "remind_after_minutes": "", "chase_after_days": "5", "stale_after_minutes": "60", "headline": "authorised",
    }  # fmt: skip
    return given | more


def test_settings_are_saved_and_audited_from_what_to_what(college, sign_in):
    client = sign_in(college.price)
    client.post(reverse("attendance:site_settings", args=[college.sixth.public_id]), settings_typed())
    college.sixth.refresh_from_db()
    stored = SiteSettings.objects.get(site=college.sixth)
    assert (college.sixth.register_minutes, stored.remind_after_minutes, stored.headline) == (20, None, "authorised")
    assert (college.sixth.am_starts_at, stored.changed_by) == (time(8, 45), college.price)
    assert Entry.objects.get(verb="attendance.site_settings_changed").details == {
        "register_minutes": ["30", "20"], "remind_after_minutes": ["15", ""], "headline": ["attended", "authorised"],
    }  # fmt: skip
    client.post(reverse("attendance:site_settings", args=[college.sixth.public_id]), settings_typed())
    assert Entry.objects.filter(verb="attendance.site_settings_changed").count() == 1
    assert "authorised absence, of those possible" in words(client.get(reverse("attendance:settings")))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"register_minutes": "31"}, "At a school a register stays open for 30 minutes at most."),
        ({"register_minutes": "0"}, "Give 1 or more"),
        ({"pm_starts_at": "08:00"}, "The afternoon starts after the morning."),
        ({"am_starts_at": "early"}, "Give a time as hours and minutes"),
        ({"registers_taken": "paper"}, "This is not one of the choices here"),
        ({"chase_after_days": "x"}, "Give a whole number"),
        ({"stale_after_minutes": ""}, "Give a number."),
    ],
)
def test_bad_settings_say_what_to_do_and_change_nothing(college, sign_in, change, sentence):
    address = reverse("attendance:site_settings", args=[college.school.public_id])
    answer = sign_in(college.price).post(address, settings_typed() | change)
    assert (answer.status_code, sentence in words(answer)) == (422, True)
    college.school.refresh_from_db()
    assert college.school.register_minutes == 30
    assert not SiteSettings.objects.exists()


def test_data_manager_sees_settings_but_changes_only_closures(college, sign_in):
    client = sign_in(college.tran)
    page = client.get(reverse("attendance:settings"))
    assert [tab["label"] for tab in page.context["tabs"]] == ["Sites", "Closures"]
    assert client.get(reverse("attendance:site_settings", args=[college.sixth.public_id])).status_code == 403


def test_college_headline_follows_its_setting_and_says_which_it_is(college, sign_in):
    actions.mark_register(
        by=college.price, register=lesson_of(college), marks=marks_for(college, "S1", Wren="A", Xia="N")
    )  # fmt: skip
    ids = [student.pk for student in members(college, "S1")]
    attended = totals_for(ids, FRIDAY, FRIDAY, "lesson")
    assert attended.words == "75.0\u202f% · 6 of 8 lessons"
    change_site_settings(by=college.price, site=college.sixth, headline="authorised")
    both = totals_for(ids, FRIDAY, FRIDAY, "lesson")
    assert both.words == "87.5\u202f% · 7 of 8 lessons attended or authorised"
    assert both.definition == "Attendance is attended or absent with leave, of possible lessons."
    assert (both.absent, both.is_persistent) == (2, True)
    assert totals_for(ids, FRIDAY, FRIDAY, "session").headline == "attended"
    page = sign_in(college.price).get(
        reverse("attendance:student_attendance", args=[college.student("Wren").public_id])
    )
    assert "Attendance is attended or absent with leave, of possible lessons." in words(page)
    assert "100" in words(page)
