"""Closing a site: the calendar and the codes in registers together, and everything back as it was."""

import re
from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from attendance import actions
from attendance.actions.closures import close_site, open_again
from attendance.actions.registers import NewMark
from attendance.errors import NotAllowed
from attendance.models import LessonMark, SessionMark, SessionMarkChange
from attendance.planning import Wanted
from attendance.queries.figures.verification import differences
from audit.models import Entry
from caseload.actions import calendar
from caseload.models import CaseloadMembership, Closure, Site, SiteMembership, Student
from caseload.queries.calendar import is_open
from caseload.registries import hanging
from tests.attendance.conftest import code_of, marks_for, session_of

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
SNOW = {"kind": "unexpected", "name": "Snow", "starts_on": FRIDAY, "ends_on": FRIDAY}
TYPED = {"kind": "unexpected", "name": "Snow", "starts_on": "2026-11-20", "ends_on": "2026-11-20", "site": ""}


def words(response):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    return text.replace("&#x27;", "'")


def codes(model, **wanted):
    return sorted(model.objects.filter(**wanted).values_list("code__code", flat=True).distinct())


def no_difference():
    return not [*differences("session"), *differences("lesson")]


def taken(college):
    actions.mark_register(by=college.price, register=session_of(college), marks=marks_for(college, Ada="N"))


def test_an_unexpected_closure_sets_y4_and_the_colleges_own_code(college):
    close_site(by=college.price, site=None, **SNOW)
    assert SessionMark.objects.filter(code__code="Y4").count() == 2 * 22
    assert codes(SessionMark, date=FRIDAY) == ["Y4"]
    assert codes(LessonMark, date=FRIDAY) == ["C"]
    assert not is_open(college.school, FRIDAY)
    assert no_difference()


def test_a_planned_closure_sets_the_hash_and_only_at_its_site(college):
    values = {"kind": "inset", "name": "INSET", "starts_on": MONDAY, "ends_on": TUESDAY}
    close_site(by=college.price, site=college.school, **values)
    assert set(SessionMark.objects.values_list("date", "code__code")) == {(MONDAY, "#"), (TUESDAY, "#")}
    assert codes(LessonMark) == ["#"]
    assert not LessonMark.objects.filter(student=college.student("Wren")).exists()
    assert is_open(college.sixth, MONDAY)


def test_a_holiday_needs_no_code(college):
    close_site(by=college.price, site=None, kind="bank", name="Bank holiday", starts_on=MONDAY, ends_on=MONDAY)
    assert not SessionMark.objects.exists()


def test_marks_already_taken_stay_unless_changed_with_a_reason(college):
    taken(college)
    close_site(by=college.price, site=college.school, **SNOW)
    assert (code_of(college.student("Ada"), FRIDAY), code_of(college.student("Ada"), FRIDAY, 2)) == ("N", "Y4")
    closure = Closure.objects.get(name="Snow")
    close_site(by=college.price, closure=closure, site=college.school, replace=True, reason="Sent home", **SNOW)
    assert code_of(college.student("Ada"), FRIDAY) == "Y4"
    assert set(SessionMarkChange.objects.values_list("reason", flat=True)) == {"Sent home"}
    assert no_difference()


def test_opening_again_puts_every_mark_back_to_what_it_was(college):
    taken(college)
    close_site(by=college.price, site=college.school, replace=True, reason="Sent home", **SNOW)
    open_again(by=college.price, closure=Closure.objects.get(name="Snow"))
    assert [code_of(college.student("Ada"), FRIDAY, slot) for slot in (1, 2)] == ["N", None]
    assert code_of(college.student("Ben"), FRIDAY) == "/"
    assert codes(SessionMark, code__isnull=False) == ["/", "N"]
    assert is_open(college.school, FRIDAY)
    assert no_difference()


def test_ending_earlier_opens_the_last_days_again(college):
    closure = close_site(by=college.price, site=college.school, **SNOW | {"ends_on": TUESDAY})
    close_site(
        by=college.price, closure=closure, site=college.school, **SNOW | {"ends_on": MONDAY, "name": "Snowdrifts"}
    )
    assert set(SessionMark.objects.values_list("date", "code__code", "note")) == {
        (FRIDAY, "Y4", "Snowdrifts"), (MONDAY, "Y4", "Snowdrifts"), (TUESDAY, None, ""),
    }  # fmt: skip


def test_changing_the_kind_changes_the_code(college):
    closure = close_site(by=college.price, site=college.school, **SNOW | {"starts_on": MONDAY, "ends_on": MONDAY})
    values = {"kind": "planned", "name": "Polling station", "starts_on": MONDAY, "ends_on": MONDAY}
    close_site(by=college.price, closure=closure, site=college.school, **values)
    assert codes(SessionMark) == ["#"]


def test_codes_follow_when_the_calendar_is_changed_elsewhere(college):
    closure = calendar.set_closure(college.tran, None, site=college.school, **SNOW)
    assert codes(SessionMark) == ["Y4"]
    calendar.remove_closure(college.tran, closure)
    assert set(SessionMark.objects.values_list("code", flat=True)) == {None}


def test_a_site_whose_registers_are_in_its_mis_gets_no_code(college):
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    close_site(by=college.price, site=None, **SNOW)
    assert not SessionMark.objects.exists()


def test_only_whoever_manages_closures_of_the_site(college):
    college.grant(college.sam, "attendance_officer", "site", college.school)
    close_site(by=college.sam, site=college.school, **SNOW)
    for by, site in ((college.sam, college.sixth), (college.sam, None), (college.okafor, college.school)):
        with pytest.raises(NotAllowed):
            close_site(by=by, site=site, **SNOW)
    assert Closure.objects.filter(name="Snow").count() == 1


def test_closing_is_audited_with_numbers(college):
    closure = close_site(by=college.tran, site=college.school, **SNOW)
    entry = Entry.objects.get(verb="attendance.closure_codes_set")
    assert (entry.actor_id, entry.object_id) == (college.tran.pk, str(closure.pk))
    assert entry.details == {"marks": {"session": 44, "lesson": 24}, "replaced": False}


def test_page_previews_and_saves(college, sign_in):
    taken(college)
    client, address = sign_in(college.tran), reverse("attendance:closure_new")
    preview = client.post(address, TYPED)
    assert "Sets Y4 for 36 sessions and C for 48 lessons; 8 marks are taken already." in words(preview)
    assert not Closure.objects.filter(name="Snow").exists()
    assert client.post(address, TYPED | {"save": "1"}).url == reverse("attendance:closure_list")
    listed = client.get(reverse("attendance:closure_list"))
    assert "Snow Closed today Unexpected closure Every site" in words(listed)
    closure = Closure.objects.get(name="Snow")
    client.post(reverse("attendance:closure_remove", args=[closure.pk]))
    assert not Closure.objects.filter(name="Snow").exists()


def test_bad_input_says_what_to_do_and_changes_nothing(college, sign_in):
    client, address = sign_in(college.price), reverse("attendance:closure_new")
    for change, sentence in (
        ({"ends_on": "2026-11-19"}, "The last day is before the first."),
        ({"starts_on": "never"}, "Give a day as day, month and year"),
        ({"name": ""}, "Fill this in."),
        ({"starts_on": "2031-11-20", "ends_on": "2031-11-20"}, "These days are not all in an academic year"),
        ({"starts_on": "2026-12-14", "ends_on": "2026-12-14"}, "Known more than a week ahead it is a planned closure"),
        ({"starts_on": "2026-10-30", "ends_on": "2026-11-02"}, "“Autumn half-term” closes every site already"),
        ({"kind": "planned", "starts_on": "2026-11-02", "ends_on": "2026-12-18"}, "A month at most"),
        ({"starts_on": "2026-11-21", "ends_on": "2026-11-22"}, "not open on any of these days"),
        ({"replace": "on"}, "Say why marks that were taken change."),
        ({"site": "99999"}, "This is not one of the choices here"),
    ):
        answer = client.post(address, TYPED | {"save": "1"} | change)
        assert (answer.status_code, sentence in words(answer)) == (422, True), sentence
    assert not Closure.objects.filter(name="Snow").exists()
    assert not SessionMark.objects.exists()


def test_an_officer_of_one_site_sees_and_changes_only_that(college, sign_in):
    college.grant(college.sam, "attendance_officer", "site", college.school)
    other = Closure.objects.create(site=college.sixth, kind="inset", name="INSET", starts_on=MONDAY, ends_on=MONDAY)
    client = sign_in(college.sam)
    assert client.get(reverse("attendance:closure_change", args=[other.pk])).status_code == 404
    half_term = Closure.objects.get(name="Autumn half-term")
    assert client.get(reverse("attendance:closure_change", args=[half_term.pk])).status_code == 404
    assert "INSET" not in words(client.get(reverse("attendance:closure_list")))
    assert client.post(reverse("attendance:closure_new"), TYPED | {"save": "1"}).status_code == 422


def plan(college, name, kind, code, day=MONDAY):
    wanted = Wanted(kind, day, day, session_code=code, lesson_code="")
    return actions.plan_absence(by=college.price, student_ids=[college.student(name).pk], wanted=wanted)


def test_planned_absence_gives_way_to_a_closure_and_comes_back(college):
    plan(college, "Ada", "appointment", "M")
    values = SNOW | {"starts_on": MONDAY, "ends_on": MONDAY}
    closure = close_site(by=college.price, site=college.school, **values)
    assert [code_of(college.student("Ada"), MONDAY, slot) for slot in (1, 2)] == ["Y4", "Y4"]
    open_again(by=college.price, closure=closure)
    assert [code_of(college.student("Ada"), MONDAY, slot) for slot in (1, 2)] == ["M", "M"]
    assert no_difference()


def test_a_plan_withdrawn_while_the_site_is_closed_does_not_come_back(college):
    (planned,) = plan(college, "Ada", "appointment", "M")
    plan(college, "Ben", "appointment", "M")
    closure = close_site(by=college.price, site=college.school, **SNOW | {"starts_on": MONDAY, "ends_on": MONDAY})
    actions.withdraw_plans(by=college.price, plans=[planned], reason="Cancelled")
    assert code_of(college.student("Ada"), MONDAY) == "Y4"
    open_again(by=college.price, closure=closure)
    assert [code_of(college.student(name), MONDAY) for name in ("Ada", "Ben")] == [None, "M"]
    assert no_difference()


def test_a_trip_goes_on_when_the_site_closes_unexpectedly_but_not_on_an_inset_day(college):
    plan(college, "Ada", "visit", "V")
    values = SNOW | {"starts_on": MONDAY, "ends_on": MONDAY}
    closure = close_site(by=college.price, site=college.school, **values)
    assert code_of(college.student("Ada"), MONDAY) == "V"
    close_site(by=college.price, closure=closure, site=college.school, **values | {"kind": "inset"})
    assert code_of(college.student("Ada"), MONDAY) == "#"
    assert no_difference()


def test_the_preview_tells_planned_marks_from_those_taken(college, sign_in):
    plan(college, "Ada", "appointment", "M")
    plan(college, "Ben", "visit", "V")
    typed = TYPED | {"starts_on": "2026-11-23", "ends_on": "2026-11-23"}
    preview = words(sign_in(college.price).post(reverse("attendance:closure_new"), typed))
    assert "taken already" not in preview
    assert "2 planned marks give way, and come back if the site opens after all." in preview
    assert "2 planned marks of trips, work experience and the like stay" in preview


def test_a_future_day_is_closed_by_setting_only_the_first_day(college, sign_in):
    client, address = sign_in(college.price), reverse("attendance:closure_new")
    stands = {name: value for name, value in client.get(address).context["form"].initial.items() if value}
    answer = client.post(address, stands | {"name": "INSET", "kind": "inset", "site": "", "starts_on": "2026-11-24"})
    assert answer.status_code == 200
    assert (answer.context["found"].days, answer.context["form"].errors) == ([TUESDAY], {})


def test_what_only_closures_and_blanks_wrote_is_nobodys_mark(college):
    """A student added by mistake can be taken back though the site closes and a register was saved; not once marked."""
    added = Student.objects.create(given_name="Ana", family_name="Example")
    since = DateRange(FRIDAY, None)
    SiteMembership.objects.create(student=added, site=college.school, period=since)
    CaseloadMembership.objects.create(
        student=added, group=college.caseloads["10A"], period=DateRange(FRIDAY, date(2027, 9, 1))
    )
    actions.mark_register(by=college.price, register=session_of(college), marks=marks_for(college))
    assert SessionMark.objects.filter(student=added, code=None).count() == 1
    snow = close_site(by=college.price, site=None, **SNOW)
    close_site(by=college.price, site=college.school, kind="inset", name="INSET", starts_on=MONDAY, ends_on=TUESDAY)
    assert SessionMark.objects.filter(student=added).count() == 6
    assert SessionMarkChange.objects.filter(student=added).count() == 1
    assert hanging.hanging_on(added.pk) == []
    assert hanging.dated_between(added.pk, FRIDAY, date(2026, 12, 1)) == []
    open_again(by=college.price, closure=snow)
    assert hanging.hanging_on(added.pk) == []
    actions.mark_register(by=college.price, register=session_of(college), marks=[NewMark(added.pk, "N")])
    assert hanging.hanging_on(added.pk)[0] == "1 attendance mark"
    assert hanging.dated_between(added.pk, FRIDAY, date(2026, 12, 1)) == ["1 attendance mark"]
