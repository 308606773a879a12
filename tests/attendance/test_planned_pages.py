"""The pages of planned absence: preview before saving, problems by name, bad input, who sees whom."""

import re
from datetime import date

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.models import PlannedAbsence, SessionMark
from attendance.planning import Wanted
from caseload.models import CaseloadMembership
from core import clock
from tests.attendance.conftest import members

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
TYPED = {"kind": "appointment", "starts_on": "2026-11-23", "ends_on": "2026-11-24", "part": "day", "note": ""}


def words(response):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    return text.replace("&#x27;", "'")


def new(college, name="Ada"):
    return reverse("attendance:planned_new", args=[college.student(name).public_id])


def planned(college, *names, together=False, kind="visit", session="V", lesson="V", **dates):
    wanted = Wanted(
        kind, dates.get("start", MONDAY), dates.get("end", MONDAY), session_code=session, lesson_code=lesson
    )
    ids = [college.student(name).pk for name in names]
    return actions.plan_absence(by=college.price, student_ids=ids, wanted=wanted, together=together)


def test_preview_first_then_saved_with_the_code_of_the_kind(college, sign_in):
    client = sign_in(college.price)
    preview = client.post(new(college), TYPED)
    assert "This fills 4 sessions and 2 lessons." in words(preview)
    assert not PlannedAbsence.objects.exists()
    saved = client.post(new(college), TYPED | {"save": "1"})
    plan = PlannedAbsence.objects.get()
    assert saved.url == reverse("attendance:planned_detail", args=[plan.public_id])
    assert (plan.session_code, plan.lesson_code, plan.ends_on) == ("M", "M", TUESDAY)
    assert SessionMark.objects.filter(code__code="M").count() == 4


def test_a_college_student_is_asked_for_a_lesson_code_only(college, sign_in):
    client = sign_in(college.price)
    page = client.get(new(college, "Wren"))
    assert ("session_code" in page.context["form"].fields, "lesson_code" in page.context["form"].fields) == (
        False,
        True,
    )
    client.post(new(college, "Wren"), TYPED | {"kind": "study_leave", "save": "1"})
    assert PlannedAbsence.objects.values_list("session_code", "lesson_code").get() == ("", "A")


def test_bad_input_says_what_to_do_and_keeps_what_was_typed(college, sign_in):
    client = sign_in(college.price)
    for change, sentence in (
        ({"starts_on": "soon"}, "Give a day as day, month and year"),
        ({"ends_on": "2026-11-20"}, "The last day is before the first."),
        ({"kind": "other"}, "The reason doesn't say which code. Choose one."),
        ({"session_code": "ZZ"}, "“ZZ” is no code that can be planned here."),
        ({"session_code": "/"}, "“/” is no code that can be planned here."),
        ({"kind": "holiday"}, "This is not one of the choices here"),
        ({"weekdays": ["9"]}, "This is not one of the choices here"),
        ({"starts_on": "2026-12-21", "ends_on": "2026-12-22"}, "Waymark School is closed on these days."),
        ({"starts_on": "2029-12-03", "ends_on": ""}, "is in no academic year that is set up here"),
        ({"note": "x" * 201}, "This has 201 characters. Shorten it to 200."),
    ):
        answer = client.post(new(college), TYPED | {"note": "Kept words", "save": "1"} | change)
        assert answer.status_code == 422
        assert sentence in words(answer).replace("’", "'").replace("&quot;", '"')
        if "note" not in change:
            assert "Kept words" in answer.content.decode()
    assert not PlannedAbsence.objects.exists()


def test_another_plan_at_the_same_time_is_named(college, sign_in):
    planned(college, "Ada")
    answer = sign_in(college.price).post(new(college), TYPED | {"save": "1"})
    assert "Has another plan then: visit or trip, Mon 23 Nov." in words(answer)


def test_list_by_day_shows_each_person_their_own_students(college, sign_in):
    planned(college, "Ada", "Imran", together=True)
    planned(college, "Ben", kind="appointment", session="M", lesson="M", start=college.today, end=college.today)
    page = reverse("attendance:planned_list")
    tutor = sign_in(college.okafor).get(page)
    seen = {
        (day.day, student["name"])
        for day in tutor.context["days"]
        for line in day.lines
        for student in line.students
    }  # fmt: skip
    assert seen == {(college.today, "Carter, Ben"), (MONDAY, "Ábel, Ada")}
    assert "Plan for many" not in words(tutor)
    officer = sign_in(college.price).get(page)
    assert "2 students together" in words(officer)
    assert "Imran" not in words(tutor)


def test_list_costs_the_same_for_one_plan_and_for_many(college, sign_in):
    client = sign_in(college.price)
    planned(college, "Ada")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("attendance:planned_list"))
    planned(college, *[student.given_name for student in members(college, "10B")])
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("attendance:planned_list"))
    assert [query["sql"] for query in few][0][:20] == [query["sql"] for query in many][0][:20]
    assert len(many) == len(few)


def test_list_says_who_to_tell_when_nobody_is_planned_away(college, sign_in):
    assert "Nobody is planned away" in words(sign_in(college.okafor).get(reverse("attendance:planned_list")))


def test_changing_and_withdrawing_ask_for_a_reason(college, sign_in):
    (plan,) = planned(college, "Ada")
    client = sign_in(college.price)
    change = reverse("attendance:planned_change", args=[plan.public_id])
    typed = TYPED | {"kind": "visit", "starts_on": "2026-11-24", "session_code": "V", "lesson_code": "V", "save": "1"}
    assert "Say why it changes." in words(client.post(change, typed))
    new_one = client.post(change, typed | {"reason": "Coach came a day late"}).url
    withdraw = reverse("attendance:planned_withdraw", args=[new_one.strip("/").split("/")[-1]])
    assert "Say why." in words(client.post(withdraw, {"reason": ""}))
    client.post(withdraw, {"reason": "Trip cancelled"})
    assert not PlannedAbsence.objects.filter(withdrawn_at=None).exists()
    assert not SessionMark.objects.exclude(code=None).exists()
    page = words(client.get(new_one))
    assert re.search(rf"Withdrawn .* by {college.price.formal_name} ", page)
    assert "Member of staff" not in page
    assert client.get(change).status_code == 302


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (8, "5 marks later today"),
        (17, "nothing more: today is its last day, and what has begun keeps its mark"),
    ],
)
def test_a_plan_for_today_is_not_over(college, sign_in, hour, said):
    with clock.set_to(clock.at(college.today, 7)):
        (plan,) = planned(college, "Ada", start=college.today, end=college.today)
    with clock.set_to(clock.at(college.today, hour)):
        page = sign_in(college.price).get(reverse("attendance:planned_detail", args=[plan.public_id]))
    assert f"Still to come {said}" in words(page)
    assert "its days are over" not in words(page)


def test_many_shows_problems_by_name_and_leaves_out_only_when_told(college, sign_in):
    planned(college, "Ben", kind="appointment", session="M", lesson="M")
    client, address = sign_in(college.price), reverse("attendance:planned_many")
    group = f"caseload:{college.caseloads['10A'].public_id}"
    typed = TYPED | {"kind": "visit", "in": [group], "ends_on": "", "note": "Museum"}
    preview = client.post(address, typed)
    assert "1 student for whom it can’t be planned" in words(preview)
    assert "Carter, Ben Has another plan then" in words(preview)
    assert client.post(address, typed | {"save": "1"}).status_code == 422
    assert PlannedAbsence.objects.count() == 1
    without = str(college.student("Ada").public_id)
    saved = client.post(address, typed | {"save": "1", "leave_out": "1", "without": [without]})
    batch = PlannedAbsence.objects.filter(kind="visit")
    assert batch.count() == 6
    assert saved.url == reverse("attendance:batch_detail", args=[batch[0].batch])
    client.post(reverse("attendance:batch_withdraw", args=[batch[0].batch]), {"reason": "Cancelled"})
    assert not batch.filter(withdrawn_at=None).exists()
    assert "All of it is withdrawn" in words(client.get(saved.url))


def test_many_from_ticked_students_and_with_nobody(college, sign_in):
    client, address = sign_in(college.price), reverse("attendance:planned_many")
    picked = [college.student(name).public_id for name in ("Ada", "Imran")]
    assert "2 students picked one by one" in words(client.get(address, {"student": picked}))
    assert "Nobody is chosen yet" in words(client.get(address))
    assert "Nobody is chosen." in words(client.post(address, TYPED | {"save": "1"}))
    assert "Nobody is chosen yet" in words(client.get(address, {"student": ["forged"]}))
    assert client.get(address, {"in": "caseload:forged"}).status_code == 404


def test_an_officer_of_one_site_reaches_no_plan_of_the_other(college, sign_in):
    college.grant(college.sam, "attendance_officer", "site", college.school)
    (plan,) = planned(college, "Wren", session="", lesson="V")
    client = sign_in(college.sam)
    assert client.get(reverse("attendance:planned_detail", args=[plan.public_id])).status_code == 404
    assert client.get(new(college, "Wren")).status_code == 404
    assert client.get(new(college, "Ada")).status_code == 200
    many = client.get(reverse("attendance:planned_many"), {"student": [college.student("Wren").public_id]})
    assert many.status_code == 404  # rather than left out without a word


def test_a_group_is_those_in_it_on_the_days_planned(college, sign_in):
    """Olivia joins 10A on 8 December, Ada is in it until 1 December: the plan of that week is for Olivia, not for Ada."""
    first, ada, olivia = date(2026, 12, 7), college.student("Ada"), college.student("Olivia")
    CaseloadMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 9, 1), date(2026, 12, 1)))
    CaseloadMembership.objects.filter(student=olivia).update(
        group=college.caseloads["10A"], period=DateRange(date(2026, 12, 8), date(2027, 9, 1))
    )
    group = f"caseload:{college.caseloads['10A'].public_id}"
    typed = TYPED | {"kind": "visit", "in": group, "starts_on": first.isoformat(), "ends_on": "2026-12-11"}
    client, address = sign_in(college.price), reverse("attendance:planned_many")
    shown = client.post(address, typed)
    assert f"but on the days planned, so included: {olivia.list_name}." in words(shown)
    assert f"but not on the days planned, so left out: {ada.list_name}." in words(shown)
    client.post(address, typed | {"save": "1"})
    wanted = {student.pk for student in members(college)} - {ada.pk} | {olivia.pk}
    assert set(PlannedAbsence.objects.values_list("student_id", flat=True)) == wanted
