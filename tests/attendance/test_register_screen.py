"""The register's screen: what it folds away, what it fills in, and that bad input of every kind changes nothing."""

import re
from datetime import date
from itertools import product

import pytest
from django.utils.html import escape

from attendance import actions
from attendance.errors import BadMarks
from attendance.models import LessonMark, PlannedAbsence, Register, SessionMark
from attendance.queries.registers.sittings import find_sitting
from caseload.models import CaseloadMembership, Characteristic, CoverNote, SiteMembership
from core import clock
from tests.attendance.conftest import code_of, marks_for, session_of
from tests.attendance.test_pages import address, typed, words

TODAY = date(2026, 11, 20)
THIS_YEAR = (date(2026, 9, 1), date(2027, 9, 1))
SCRIPT = {"HTTP_WAYMARK_REGISTER": "1"}


def plan(college, name, code="M", note="", **more):
    student = college.student(name)
    return PlannedAbsence.objects.create(
        student=student, kind="appointment", session_code=code, starts_on=TODAY, ends_on=TODAY, note=note,
        entered_by=college.price, **more,
    )  # fmt: skip


def rows(response):
    return {row.member.given_name: row for row in response.context["sheet"].rows}


# --- Flags, notes and reasons ------------------------------------------------------------------------------------------


def test_medical_notes_are_there_and_folded_away(college, sign_in):
    Characteristic.objects.create(student=college.student("Ada"), kind="medical", code="EPIPEN", period=THIS_YEAR)
    Characteristic.objects.create(student=college.student("Ben"), kind="medical", code="N", period=THIS_YEAR)
    Characteristic.objects.create(
        student=college.student("Ben"), kind="medical", code="ASTHMA", period=(date(2025, 9, 1), TODAY)
    )
    Characteristic.objects.create(student=college.student("Esra"), kind="sen_status", code="K", period=THIS_YEAR)
    response = sign_in(college.okafor).get(address(college))
    assert {name: row.medical for name, row in rows(response).items() if row.medical} == {"Ada": "Epipen"}
    page = response.content.decode()
    assert "data-folded" in page
    assert page.count("data-private hidden") == page.count("data-private") == 1
    unfolded = sign_in(college.okafor).get(address(college) + "?show=all").content.decode()
    assert "data-private hidden" not in unfolded
    assert "data-folded" not in unfolded


def test_marks_that_give_a_reason_away_are_only_words_until_they_are_unfolded(college, sign_in):
    actions.mark_register(by=college.price, register=session_of(college), marks=marks_for(college, Ada="I", Ben="N"))
    response = sign_in(college.okafor).get(address(college, "pm"))
    found = rows(response)
    assert (found["Ada"].before, found["Ben"].before, found["Gita"].before) == ("absent", "N", "/")
    assert found["Ada"].folded_words == ["Fri 20 Nov AM: I, illness"]
    assert found["Ada"].today == []  # the morning is said once
    lesson = sign_in(college.mendes).get(address(college, "0900", group="10x/Ma1"))
    assert rows(lesson)["Ada"].today == [("AM", "absent", "I, illness")]
    assert rows(lesson)["Ben"].today == [("AM", "N", "")]
    morning = sign_in(college.okafor).get(address(college)).content.decode()
    assert 'data-plain="absent"><span aria-hidden="true">I</span>' in morning


def shown(response):
    """What stands on the page while it is folded: the words of the body, without what is hidden until it is asked for."""
    page = response.content.decode().partition("<main")[2]
    page = re.sub(r"<(span|ul|p)[^>]* data-private hidden>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_planned_reason_is_folded_on_a_register_of_a_day_to_come(college, sign_in):
    ada = college.student("Ada")
    monday = date(2026, 11, 23)
    PlannedAbsence.objects.create(
        student=ada, kind="exclusion", session_code="E", starts_on=monday, ends_on=monday, entered_by=college.price
    )
    tutor = sign_in(college.okafor)
    read = tutor.get(address(college, day=monday))
    assert "absent · planned" in shown(read)
    assert not re.search(r"\bE\b|[Ss]uspen", shown(read).partition("Ada")[2][:120])
    full = words(tutor.get(address(college, day=monday) + "?show=all"))
    assert "absent · planned E, suspended or excluded" in full
    assert "data-private hidden" not in full


def test_a_past_register_is_read_only_for_its_tutor_and_keeps_its_reasons_folded(college, sign_in):
    thursday = date(2026, 11, 19)
    register = session_of(college, day=thursday)
    actions.mark_register(by=college.price, register=register, marks=marks_for(college, Ada="I"))
    past = address(college, day=thursday)
    read = sign_in(college.okafor).get(past)
    assert "The day of this register is over; the attendance officer can change it." in shown(read)
    assert (b"data-register>" in read.content, b"Save register" in read.content) == (False, False)
    assert "llness" not in shown(read)
    assert rows(read)["Ada"].plain == "absent"
    assert b"Save register" in sign_in(college.price).get(past).content


def test_a_past_register_with_a_blank_is_open_for_the_blank_alone(college, sign_in):
    thursday = date(2026, 11, 19)
    marks = [mark for mark in marks_for(college) if mark.student_id != college.student("Ben").pk]
    actions.mark_register(by=college.price, register=session_of(college, day=thursday), marks=marks)
    tutor = sign_in(college.okafor)
    found = tutor.get(address(college, day=thursday))
    assert {name for name, row in rows(found).items() if not row.locked} == {"Ben"}
    assert [code.code for code in rows(found)["Ada"].choices] == ["/"]
    assert "You can still mark whoever has no mark." in shown(found)
    seen = {name: row.seen_text for name, row in rows(found).items()}
    assert tutor.post(address(college, day=thursday), typed(college, seen=seen, Ben="N")).status_code == 302
    assert code_of(college.student("Ben"), thursday) == "N"


def test_a_clash_of_two_people_keeps_both_reasons_folded(college, sign_in, early):
    sign_in(college.price).post(address(college), typed(college, Ada="E"))
    plan(college, "Ada")
    response = sign_in(college.okafor).post(address(college), typed(college, Ada="M"))
    assert response.status_code == 422
    assert "saved absent today 08:50. Yours: absent." in shown(response)
    assert "saved E, suspended or excluded today 08:50. Yours: M, medical appointment." in words(response)
    assert not re.search(
        "[Ss]uspended|Yours: M", shown(response).partition("Save register")[2].partition("What the codes")[0]
    )


def test_cover_is_named_and_the_note_is_for_those_who_hold_the_group(college, sign_in):
    college.grant(
        college.sam, "tutor", "caseload", college.caseloads["10A"], capacity="cover", handover_note="Two birthdays.",
        period=(TODAY, date(2026, 11, 28)),
    )  # fmt: skip
    for who, note in (("sam", "Two birthdays."), ("okafor", "Two birthdays."), ("price", "")):
        cover = sign_in(getattr(college, who)).get(address(college)).context["sheet"].cover
        assert [(each.words, each.note) for each in cover] == [("Mx Oduya covers until Fri 27 Nov", note)]


def test_a_line_handed_over_about_one_student_stands_folded_at_that_student(college, sign_in):
    grant = college.grant(
        college.sam, "tutor", "caseload", college.caseloads["10A"], capacity="cover", handover_note="Two birthdays.",
        period=(TODAY, date(2026, 11, 28)),
    )  # fmt: skip
    CoverNote.objects.create(grant=grant, student=college.student("Ada"), text="Leaves at 10:30.")
    for who, told in (
        ("sam", ["Handed over: Leaves at 10:30."]),
        ("okafor", ["Handed over: Leaves at 10:30."]),
        ("price", []),
    ):
        response = sign_in(getattr(college, who)).get(address(college))
        assert rows(response)["Ada"].folded_words == told
        assert rows(response)["Ben"].folded_words == []
        assert "Leaves at 10:30." not in shown(response)
        assert ("Leaves at 10:30." in words(response)) == bool(told)


# --- What is planned -----------------------------------------------------------------------------------------------------


def test_planned_absence_is_filled_in_and_saved_with_the_register_by_its_tutor(college, sign_in):
    plan(college, "Ada", note="Dentist at ten")
    tutor = sign_in(college.okafor)
    response = tutor.get(address(college))
    ada = rows(response)["Ada"]
    assert (ada.code, ada.planned) == ("M", "Medical or dental appointment (M): Dentist at ten")
    assert "7 not marked" in response.context["sheet"].tally
    assert not SessionMark.objects.exists()
    assert tutor.post(address(college), typed(college, Ada="M")).status_code == 302
    assert code_of(college.student("Ada"), TODAY) == "M"


def test_somebody_elses_plan_lets_nobody_else_have_the_code(college, sign_in):
    plan(college, "Ada")
    response = sign_in(college.okafor).post(address(college), typed(college, Ada="M", Ben="M"))
    assert (response.status_code, {name for name, row in rows(response).items() if row.fault}) == (422, {"Ben"})
    assert not SessionMark.objects.exists()


def test_a_mark_that_stands_is_not_planned_over(college, sign_in):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    plan(college, "Ada")
    ada = rows(sign_in(college.okafor).get(address(college)))["Ada"]
    assert (ada.code, ada.planned) == ("/", "Medical or dental appointment (M)")


def test_a_planned_code_that_may_not_stand_there_is_not_filled_in(college, sign_in):
    plan(college, "Ada", code="X")
    assert rows(sign_in(college.okafor).get(address(college)))["Ada"].code == ""


# --- Saved by a script ----------------------------------------------------------------------------------------------------


def test_a_script_is_told_where_to_go_and_the_words_wait_there(college, sign_in):
    tutor = sign_in(college.okafor)
    response = tutor.post(address(college), typed(college), **SCRIPT)
    assert (response.status_code, response["Waymark-Next"]) == (204, "/registers/?day=2026-11-20")
    assert "10A · AM is saved." in words(tutor.get(response["Waymark-Next"]))


def test_a_script_is_refused_like_everybody(college, sign_in):
    tutor = sign_in(college.okafor)
    assert tutor.post(address(college), typed(college, Ada="QQ"), **SCRIPT).status_code == 422
    assert tutor.post(address(college, day=date(2026, 10, 27)), typed(college), **SCRIPT).status_code == 409
    assert sign_in(college.brandt).post(address(college), typed(college), **SCRIPT).status_code == 404
    assert not SessionMark.objects.exists()


def test_marks_kept_without_their_notes_leave_the_notes_alone(college, sign_in, early):
    """What a browser keeps has ids and codes only: a row that comes without its note keeps the one that stands."""
    ada = college.student("Ada").public_id
    tutor = sign_in(college.okafor)
    tutor.post(address(college), typed(college, Ada="N") | {f"note-{ada}": "Bus broke down"})
    kept = {f"mark-{ada}": "L", f"minutes-{ada}": "7", f"seen-{ada}": "1|N||"}
    assert tutor.post(address(college), kept, **SCRIPT).status_code == 204
    mark = SessionMark.objects.get(student=college.student("Ada"), slot=1)
    assert (mark.code.code, mark.minutes_late, mark.note) == ("L", 7, "Bus broke down")


def test_marks_sent_late_over_somebody_elses_show_both(college, sign_in, early):
    ada = college.student("Ada").public_id
    sign_in(college.lind).post(address(college), typed(college, Ada="L"))
    kept = {f"mark-{ada}": "N", f"seen-{ada}": ""}
    response = sign_in(college.okafor).post(address(college), kept, **SCRIPT)
    assert response.status_code == 422
    assert "Mr Lind saved L, late today 08:50. Yours: N." in words(response)


# --- Bad input changes nothing ------------------------------------------------------------------------------------------


def test_a_date_outside_the_year_or_at_a_weekend_changes_nothing_and_says_why(college, sign_in):
    officer = sign_in(college.price)
    days = ("2025-07-01", "2026-08-20", "2027-09-20", "0001-01-01", "9999-12-31", "2026-11-22")
    for day, (group, slug) in product(days, (("10A", "am"), ("12 Biology B", "0900"))):
        url = address(college, slug, day=day, group=group)
        response = officer.post(url, typed(college))
        assert (response.status_code, response.url) == (302, f"/registers/?day={day}")
    page = officer.get(url, follow=True)
    assert len(page.context["messages"]) == 2 * len(days) + 1
    assert not SessionMark.objects.exists()
    assert not LessonMark.objects.exists()
    assert not Register.objects.exists()


def test_an_address_that_is_no_register_is_not_found(college, sign_in):
    tutor = sign_in(college.okafor)
    for path in ("2026-02-31/am", "2026-11-20/2561", "2026-11-20/noon", "20-11-2026/am"):
        url = f"/registers/{college.caseloads['10A'].public_id}/{path}/"
        assert tutor.post(url, typed(college)).status_code == 404
    assert not SessionMark.objects.exists()


def test_a_register_of_tomorrow_changes_nothing(college, sign_in):
    with clock.set_to(clock.at(date(2026, 11, 19), 9)):
        response = sign_in(college.okafor).post(address(college), typed(college))
    assert response.status_code == 422
    assert "This register can be taken from the morning of its day." in words(response)
    assert not SessionMark.objects.exists()


def test_a_mark_for_a_leaver_is_refused_and_names_what_to_do(college, sign_in):
    """Hugo left the roll yesterday; the page that was opened before still sends him."""
    hugo = college.student("Hugo")
    SiteMembership.objects.filter(student=hugo).update(period=(date(2026, 9, 1), TODAY))
    response = sign_in(college.okafor).post(address(college), typed(college))
    assert response.status_code == 422
    assert "1 of the students sent is not on this register. Open it again and take it from there." in words(response)
    assert not SessionMark.objects.exists()
    register = session_of(college)
    with pytest.raises(BadMarks):
        actions.mark_register(by=college.price, register=register, marks=marks_for(college, "10A"))
    assert not SessionMark.objects.exists()


def test_a_mark_for_somebody_who_left_the_group_is_refused(college, sign_in):
    CaseloadMembership.objects.filter(student=college.student("Hugo")).update(period=(date(2026, 9, 1), TODAY))
    assert sign_in(college.okafor).post(address(college), typed(college)).status_code == 422
    assert not SessionMark.objects.exists()


def test_characters_that_no_database_keeps_become_spaces(college, sign_in):
    ada = college.student("Ada").public_id
    data = typed(college, Ada="N") | {f"note-{ada}": "in\x00 the\r\noffice", "reason": "\x00"}
    assert sign_in(college.okafor).post(address(college), data).status_code == 302
    assert SessionMark.objects.get(student=college.student("Ada")).note == "in the  office"


def test_a_forged_code_changes_nothing(college, sign_in):
    tutor = sign_in(college.okafor)
    for code in ("N" * 4000, "<b>", "'; DROP TABLE", "ſ", "／"):
        response = tutor.post(address(college), typed(college, Ada=code))
        assert response.status_code == 422
        assert escape(f"There is no code “{code[:8]}” here.") in response.content.decode()
    assert not SessionMark.objects.exists()


def test_forms_that_are_too_big_change_nothing(college, sign_in):
    tutor = sign_in(college.okafor)
    ada = college.student("Ada").public_id
    for length in (201, 3_000_000):
        response = tutor.post(address(college), typed(college) | {f"note-{ada}": "x" * length})
        assert (response.status_code, "A note has at most 200 characters." in words(response)) == (422, True)
        assert len(response.content) < 100_000
    assert not SessionMark.objects.exists()


def test_a_form_without_its_token_changes_nothing(college, client):
    from django.test import Client

    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(college.okafor)
    assert stranger.post(address(college), typed(college)).status_code == 403
    assert client.post(address(college), typed(college)).status_code == 302  # to sign in
    assert not SessionMark.objects.exists()


def test_nobody_beyond_the_group_marks_it_by_any_verb(college, sign_in):
    for who in ("brandt", "vance", "tran", "rahman", "ward"):
        assert sign_in(getattr(college, who)).post(address(college), typed(college)).status_code in (403, 404)
    assert (
        find_sitting(college.brandt, "attendance.take_register", college.caseloads["10A"].public_id, TODAY, "am")
        is None
    )
    assert not SessionMark.objects.exists()
