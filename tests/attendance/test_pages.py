"""The pages: who gets them, what they say, and that a faulty form changes nothing and loses nothing."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.actions.registers import NewMark
from attendance.codes import all_codes, forget
from attendance.models import SessionMark, SessionMarkChange
from attendance.planning import Wanted
from attendance.queries.registers.registers import members_of
from caseload.models import CaseloadMembership, Site, SiteMembership, Student
from core import clock
from tests.attendance.conftest import code_of, lesson_of, marks_for, members, session_of

MONDAY = date(2026, 11, 16)


def address(college, slug="am", day=None, group="10A"):
    group = college.caseloads.get(group) or college.groups[group]
    return reverse("attendance:register_detail", args=[group.public_id, day or college.today, slug])


def typed(college, group="10A", seen=None, **codes):
    """What a browser sends when everybody is present but for those named."""
    data = {}
    for student in members(college, group):
        data[f"mark-{student.public_id}"] = codes.get(student.given_name, "/")
        data[f"seen-{student.public_id}"] = (seen or {}).get(student.given_name, "")
    return data


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_tutor_sees_todays_two_registers_and_no_others(college, sign_in):
    response = sign_in(college.okafor).get(reverse("attendance:register_list"))
    assert [line.sitting.title for line in response.context["lines"]] == ["10A · AM", "10A · PM"]
    assert "1 register not taken , 1 later today" in words(response)


def test_registers_that_have_not_begun_are_counted_apart_from_those_not_taken(college, sign_in):
    """At 10:00 the morning of 10A is missing and its afternoon still to come; at 08:00 nothing is missing."""
    tutor, address = sign_in(college.okafor), reverse("attendance:register_list")

    def listed(**query):
        return [line.sitting.title for line in tutor.get(address, query).context["lines"]]

    assert (listed(show="open"), listed(show="later")) == (["10A · AM"], ["10A · PM"])
    counts = {chip["label"]: chip["count"] for chip in tutor.get(address).context["chips"]}
    assert counts == {"All": 2, "Not taken": 1, "Later today": 1, "With blanks": 0}
    with clock.set_to(clock.at(college.today, 8)):
        assert "2 registers later today" in words(tutor.get(address))
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    assert "all taken so far, 1 later today" in words(tutor.get(address))
    with clock.set_to(clock.at(college.today, 16)):
        assert "1 register not taken" in words(tutor.get(address))
        assert "later today" not in words(tutor.get(address)).lower().partition("another day")[0]


def test_teacher_sees_the_lessons_of_the_day(college, sign_in):
    response = sign_in(college.mendes).get(reverse("attendance:register_list"))
    assert [line.sitting.title for line in response.context["lines"]] == [
        "10x/Ma1 · P1 09:00", "10x/Ma1 · P2 10:00", "10x/Ma1 · P3 11:20",
    ]  # fmt: skip


def test_not_yet_taken_stand_on_top(college, sign_in):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    response = sign_in(college.okafor).get(reverse("attendance:register_list"))
    assert [line.sitting.title for line in response.context["lines"]] == ["10A · PM", "10A · AM"]
    assert "7 present · 1 absent" in words(response)


def test_supply_without_reach_is_refused_and_the_next_tutor_gets_404(college, sign_in):
    assert sign_in(college.sam).get(reverse("attendance:register_list")).status_code == 403
    assert sign_in(college.brandt).get(address(college)).status_code == 404
    assert sign_in(college.vance).get(address(college)).status_code == 404
    assert sign_in(college.lind).get(address(college)).status_code == 200


def test_head_of_year_gets_no_register_that_mixes_years(college, sign_in):
    """Mr Lind heads Year 10; Kestrel 1 has nobody of his. Ms Vance has one of its four, and that is not enough."""
    for who in (college.lind, college.vance):
        assert sign_in(who).get(address(college, group="Kestrel 1")).status_code == 404
    assert sign_in(college.hollis).get(address(college, group="Kestrel 1")).status_code == 200


def test_nobody_is_marked_until_somebody_marks_them(college, sign_in):
    page = sign_in(college.okafor).get(address(college)).content.decode()
    assert page.count('type="radio"') == 8 * 3
    assert not re.search(r'type="radio"[^>]* checked', page)


def test_tutor_is_offered_three_codes_and_u_and_the_officer_the_full_list(college, sign_in):
    tutors = sign_in(college.okafor).get(address(college)).context["sheet"]
    officers = sign_in(college.price).get(address(college)).context["sheet"]
    assert ([code.code for code in tutors.quick], [code.code for code in tutors.more]) == (["/", "L", "N"], ["U"])
    assert [code.code for code in officers.quick] == ["/", "L", "N"]
    assert [tutors.officers_codes[:2], officers.officers_codes] == [["I", "M"], []]
    assert len(officers.more) == 34 - 5  # the three buttons, the other slash, and a planned closure


def test_the_codes_of_every_day_stand_first_in_the_full_list(college, sign_in):
    response = sign_in(college.price).get(address(college))
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', str(response.context["more_options"]))
    assert [label for label, _ in groups] == [
        "Often", "Absence agreed", "Elsewhere, approved", "Not required or not able to attend", "Not on the roll",
    ]  # fmt: skip
    assert re.findall(r'value="(\w+)"', groups[0][1]) == ["I", "M", "O", "G", "U"]
    assert len(re.findall("<option", "".join(options for _, options in groups))) == 29
    assert "<optgroup" not in str(sign_in(college.okafor).get(address(college)).context["more_options"])


def test_a_day_to_come_does_not_say_that_its_registers_are_not_taken(college, sign_in):
    page = words(sign_in(college.okafor).get(reverse("attendance:register_list") + "?day=2026-11-23"))
    assert "2 registers to come" in page
    assert "not taken" not in page.lower().partition("another day")[0]
    assert "With blanks" not in page


def test_saving_twice_is_said_once(college, sign_in):
    tutor = sign_in(college.okafor)
    for _ in range(2):
        tutor.post(address(college), typed(college))
    assert words(tutor.get(reverse("attendance:register_list"))).count("10A · AM is saved.") == 1


def test_afternoon_offers_the_other_slash(college, sign_in):
    assert sign_in(college.okafor).get(address(college, "pm")).context["sheet"].present == "\\"


def test_saving_goes_back_to_the_list(college, sign_in):
    response = sign_in(college.okafor).post(address(college), typed(college, Ada="N", Ben="L"))
    assert (response.status_code, response.url) == (302, "/registers/?day=2026-11-20")
    assert code_of(college.student("Ada"), college.today) == "N"


def test_minutes_late_are_kept_for_the_late_only(college, sign_in):
    ada, ben = college.student("Ada"), college.student("Ben")
    data = typed(college, Ada="L") | {f"minutes-{ada.public_id}": "12", f"minutes-{ben.public_id}": "9"}
    sign_in(college.okafor).post(address(college), data)
    assert list(SessionMark.objects.exclude(minutes_late=None).values_list("student_id", "minutes_late")) == [
        (ada.pk, 12)
    ]


def blanks_of(response):
    """The question about students who are not marked, as the page asks it: its words, and whom it will not ask about again."""
    page = response.content.decode()
    said = re.search(r"data-blanks-words>(.*?)</p>", page)
    kept = re.search(r'name="blanks" value="(.*?)"', page)
    return said and said.group(1), set(kept.group(1).split()) if kept else None


def test_blanks_are_asked_about_once_by_number_and_name_and_a_second_press_saves(college, sign_in):
    ada, ben = college.student("Ada"), college.student("Ben")
    data = typed(college, Ada="", Ben="", Chloe="L") | {f"minutes-{college.student('Chloe').public_id}": "7"}
    tutor = sign_in(college.okafor)
    asked = tutor.post(address(college), data)
    keys = {str(ada.public_id), str(ben.public_id)}
    assert (asked.status_code, blanks_of(asked)) == (
        422, (f"2 students are not marked: {ada.full_name}, {ben.full_name}.", keys)
    )  # fmt: skip
    assert "Nothing is saved yet: 2 students are not marked." in words(asked)
    assert 'value="7"' in asked.content.decode()
    assert not SessionMark.objects.exists()
    saved = tutor.post(address(college), data | {"blanks": " ".join(keys)}, follow=True)
    assert saved.redirect_chain == [(address(college), 302)]
    assert "10A · AM is saved, but 2 students are not marked yet." in words(saved)
    assert SessionMark.objects.exclude(code=None).count() == 6


def test_one_more_blank_than_was_asked_about_is_asked_about(college, sign_in):
    ada, ben = college.student("Ada"), college.student("Ben")
    data = typed(college, Ada="", Ben="") | {"blanks": str(ada.public_id)}
    asked = sign_in(college.okafor).post(address(college), data)
    assert (asked.status_code, blanks_of(asked)) == (
        422, (f"1 student is not marked: {ben.full_name}.", {str(ben.public_id)})
    )  # fmt: skip


def test_blanks_that_were_saved_before_are_known_and_not_asked_about_again(college, sign_in):
    ada = college.student("Ada")
    tutor, data = sign_in(college.okafor), typed(college, Ada="")
    assert tutor.post(address(college), data | {"blanks": str(ada.public_id)}).status_code == 302
    page = tutor.get(address(college)).content.decode()
    seen = dict(re.findall(r'name="seen-([^"]+)" value="([^"]*)"', page))
    again = {f"seen-{key}": value for key, value in seen.items()} | {
        name: value for name, value in typed(college, Ada="").items() if name.startswith("mark-")
    }
    assert tutor.post(address(college), again).status_code == 302


def test_planned_absence_is_no_blank(college, sign_in):
    """Its code stands on the page already, so nobody is asked about a student who is known to be away."""
    ada = college.student("Ada")
    away = Wanted("visit", college.today, college.today, session_code="V", lesson_code="V")
    actions.plan_absence(by=college.price, student_ids=[ada.pk], wanted=away)
    tutor = sign_in(college.okafor)
    page = tutor.get(address(college)).content.decode()
    seen = re.search(rf'name="seen-{ada.public_id}" value="([^"]*)"', page).group(1)
    assert seen.split("|")[1] == "V"
    data = typed(college, Ada="", seen={"Ada": seen}) | {f"more-{ada.public_id}": "V"}
    assert tutor.post(address(college), data).status_code == 302


def test_mark_the_rest_present_works_with_scripts_off(college, sign_in):
    ada = college.student("Ada")
    sign_in(college.okafor).post(address(college), {f"mark-{ada.public_id}": "N", "rest": "present"} | {
        f"seen-{student.public_id}": "" for student in members(college)
    })  # fmt: skip
    assert sorted(SessionMark.objects.values_list("code__code", flat=True)) == ["/"] * 7 + ["N"]


def test_double_click_is_harmless(college, sign_in):
    tutor, data = sign_in(college.okafor), typed(college, Ada="N")
    assert [tutor.post(address(college), data).status_code for _ in range(2)] == [302, 302]
    assert not SessionMarkChange.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("mark-{ada}", "QQ", "There is no code “QQ” here."),
        ("mark-{ada}", "\\", "\\ is present in the afternoon; in the morning use /."),
        ("mark-{ada}", "I", "I is set by the attendance officer."),
        ("minutes-{ada}", "a lot", "Minutes late are a whole number from 0 to 600."),
        ("seen-{ada}", "one|/", "This row can't be read. Open the register again."),
        ("mark-00000000-0000-4000-8000-000000000000", "/", "1 of the students sent is not on this register."),
        ("mark-x' OR 1=1", "/", "1 of the students sent is not on this register."),
        ("reason", "x" * 201, "Nothing was saved"),
    ],
)
def test_a_forged_or_faulty_form_changes_nothing_and_keeps_what_was_typed(college, sign_in, name, value, sentence):
    data = typed(college, Ben="N", Ada="L") | {name.format(ada=college.student("Ada").public_id): value}
    response = sign_in(college.okafor).post(address(college), data)
    assert response.status_code == 422
    assert sentence in words(response).replace("&#x27;", "'")
    assert not SessionMark.objects.exists()
    kept = {row.name: row.code for row in response.context["sheet"].rows}
    assert (kept["Ben Carter"], kept["Gita Patel"]) == ("N", "/")


def test_a_huge_form_changes_nothing(college, sign_in):
    data = typed(college) | {f"mark-{number}": "/" for number in range(3000)}
    response = sign_in(college.okafor).post(address(college), data)
    assert (response.status_code, "Nothing was saved." in words(response)) == (400, True)
    assert not SessionMark.objects.exists()


def test_student_of_another_group_in_the_form_is_refused(college, sign_in):
    data = typed(college) | {f"mark-{college.student('Imran').public_id}": "N"}
    assert sign_in(college.okafor).post(address(college), data).status_code == 422
    assert not SessionMark.objects.exists()


def test_closed_register_asks_for_a_reason_and_keeps_everything(college, sign_in):
    with clock.set_to(clock.at(college.today, 8, 50)):
        actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    tutor = sign_in(college.okafor)
    seen = {student.given_name: "1|/||" for student in members(college)} | {"Ada": "1|N||"}
    data = typed(college, seen=seen, Ada="L")
    response = tutor.post(address(college), data)
    assert response.status_code == 422
    assert "Say why these marks change." in words(response)
    assert {row.name: row.code for row in response.context["sheet"].rows}["Ada Ábel"] == "L"
    assert tutor.post(address(college), data | {"reason": "She was in the office"}).status_code == 302
    found = tutor.get(address(college))
    assert found.content.decode().partition("wm-save-bar")[2].count('name="reason"') == 1  # seen before Save is pressed
    page = words(found)
    assert "N changed to L by Ms Okafor, tutor, today 10:00: She was in the office" in page


def test_second_to_save_sees_both_versions_and_saves_knowingly(college, sign_in, early):
    first, second = sign_in(college.okafor), sign_in(college.lind)
    assert first.post(address(college), typed(college, Ada="L")).status_code == 302
    response = second.post(address(college), typed(college, Ada="N"))
    assert response.status_code == 422
    assert "Ms Okafor saved L, late today 08:50. Yours: N." in words(response)
    row = next(row for row in response.context["sheet"].rows if row.name == "Ada Ábel")
    assert (row.code, row.seen_text) == ("N", "1|L||")
    assert code_of(college.student("Ada"), college.today) == "L"
    again = {f"seen-{row.key}": row.seen_text for row in response.context["sheet"].rows}
    assert second.post(address(college), typed(college, Ada="N") | again).status_code == 302
    assert code_of(college.student("Ada"), college.today) == "N"


def test_closed_day_goes_back_to_the_list_with_the_reason(college, sign_in):
    for send in ("get", "post"):
        response = getattr(sign_in(college.okafor), send)(address(college, day=date(2026, 10, 27)), follow=True)
        assert "Waymark School is closed on Tue 27 Oct, so there is no register." in words(response)
    assert not SessionMark.objects.exists()


def test_lesson_that_is_not_on_the_timetable_says_so(college, sign_in):
    url = address(college, "1400", group="12 Biology B")
    assert "has no lesson at 14:00 on Fri 20 Nov." in words(sign_in(college.quill).get(url, follow=True))


def test_register_of_a_site_in_the_mis_is_not_there_and_changes_nothing(college, sign_in):
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    tutor = sign_in(college.okafor)
    page = tutor.get(reverse("attendance:register_list"))
    assert page.context["lines"] == []
    assert "Registers of Waymark School are taken in the MIS; marks come in from there." in words(page)
    for send in (tutor.get, lambda url, **more: tutor.post(url, typed(college), **more)):
        response = send(address(college), follow=True)
        assert response.redirect_chain == [("/registers/?day=2026-11-20", 302)]
        assert "Registers of Waymark School are taken in its MIS" in words(response)
    assert not SessionMark.objects.exists()


def test_names_that_look_like_markup_are_written_out(college, sign_in):
    Student.objects.filter(pk=college.student("Ada").pk).update(given_name="<script>x</script>")
    assert b"<script>x" not in sign_in(college.okafor).get(address(college)).content


def test_missing_registers_are_for_leaders(college, sign_in):
    url = reverse("attendance:missing_register_list")
    assert sign_in(college.okafor).get(url).status_code == 403
    response = sign_in(college.lind).get(url)
    assert {line.sitting.group_name for line in response.context["lines"]} == {"10A", "10B"}
    names = [row["who"].formal_name for row in response.context["rows"]]
    assert names.count("Ms Okafor") == 9  # four days and this morning


def test_register_taken_with_blanks_is_missing_too_and_a_whole_one_is_not(college, sign_in):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college)[:3])
    actions.mark_register(by=college.brandt, register=session_of(college, group="10B"), marks=marks_for(college, "10B"))
    lines = sign_in(college.lind).get(reverse("attendance:missing_register_list") + "?day=2026-11-20").context["lines"]
    assert [(line.sitting.title, line.unmarked) for line in lines] == [("10A · AM", 5)]


def test_absent_today_shows_only_students_within_reach(college, sign_in):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    actions.mark_register(
        by=college.brandt, register=session_of(college, group="10B"), marks=marks_for(college, "10B", Imran="N")
    )
    actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks_for(college, "S1", Wren="N"))
    url = reverse("attendance:absent_list")
    expected = {"okafor": ["Ada"], "lind": ["Ada", "Imran"], "price": ["Ada", "Imran", "Wren"], "vance": []}
    for who, names in expected.items():
        rows = sign_in(getattr(college, who)).get(url).context["rows"]
        assert sorted(row["given_name"] for row in rows) == names


def test_student_page_of_attendance_opens_every_percentage_to_its_marks(college, sign_in):
    actions.mark_register(
        by=college.okafor, register=session_of(college, day=MONDAY), marks=marks_for(college, Ada="N")
    )
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="L"))
    url = reverse("attendance:student_attendance", args=[college.student("Ada").public_id])
    response = sign_in(college.okafor).get(url)
    shown = response.context["shown"]
    assert shown.totals.words == "50.0\u202f% · 1 of 2 sessions"
    assert [[mark.code.code for _, marks in week.days for mark in marks] for week in shown.weeks] == [["N", "L"]]
    assert [(used.code.code, used.number) for used in shown.used] == [("L", 1), ("N", 1)]
    assert sign_in(college.brandt).get(url).status_code == 404


def test_student_page_carries_the_panel_and_one_line_for_a_run_of_absence(college, sign_in):
    for day in (MONDAY, date(2026, 11, 17)):
        actions.mark_register(
            by=college.okafor, register=session_of(college, day=day), marks=marks_for(college, Ada="N")
        )
    page = words(
        sign_in(college.okafor).get(reverse("caseload:student_detail", args=[college.student("Ada").public_id]))
    )
    assert "0 of 2 sessions" in page
    assert page.count("Absent for 2 sessions on 2 days") == 1


def more_students(college, number):
    """So many more students in 10A."""
    made = Student.objects.bulk_create(
        Student(given_name=f"Extra {n}", family_name="Student", date_of_birth=date(2012, 1, 1)).prepare()
        for n in range(number)
    )
    for student in made:
        period = CaseloadMembership.objects.filter(group=college.caseloads["10A"]).first().period
        CaseloadMembership.objects.create(student=student, group=college.caseloads["10A"], period=period)
        SiteMembership.objects.create(student=student, site=college.school, period=period)


@pytest.mark.parametrize("page", ["register_list", "register_detail", "absent_list", "missing_register_list"])
def test_pages_cost_the_same_with_8_students_and_with_30(college, sign_in, page):
    officer = sign_in(college.price)
    for ben in ("N", "L"):  # a mark that was changed, since what was changed is read where something was
        actions.mark_register(
            by=college.price, register=session_of(college), marks=marks_for(college, Ada="N", Ben=ben), reason="Came in"
        )
    url = address(college) if page == "register_detail" else reverse(f"attendance:{page}")
    officer.get(url)
    few = queries(lambda: officer.get(url))
    more_students(college, 22)
    register = session_of(college)
    actions.mark_register(
        by=college.price, register=register, marks=[NewMark(m.id, "N") for m in members_of(register) if m.given_name > "E"],
        reason="So that there is more to show",
    )  # fmt: skip
    assert queries(lambda: officer.get(url)) == few


def test_saving_costs_the_same_for_8_students_and_for_30(college, sign_in):
    officer = sign_in(college.price)
    officer.get(address(college))
    everybody = {f"mark-{m.public_id}": "N" for m in members_of(session_of(college))}
    few = queries(lambda: officer.post(address(college), everybody))
    more_students(college, 22)
    everybody = {f"mark-{m.public_id}": "\\" for m in members_of(session_of(college))}
    assert len(everybody) == 30
    assert queries(lambda: officer.post(address(college, "pm"), everybody)) == few


def queries(visit):
    """The statements of a visit by their first words, with the codes at hand, which each process reads now and then."""
    forget()
    all_codes()
    with CaptureQueriesContext(connection) as found:
        assert visit().status_code in (200, 302)
    skipped = ("SAVEPOINT", "RELEASE", "ROLLBACK")
    statements = [query["sql"] for query in found if "accounts_session" not in query["sql"]]
    return [statement[:32] for statement in statements if not statement.startswith(skipped)]


def test_a_register_of_one_student_says_1_student(college, sign_in):
    group = college.caseloads["10A"]
    others = CaseloadMembership.objects.filter(group=group).exclude(student=college.student("Ada"))
    others.update(period="[2026-09-01,2026-09-02)")
    page = sign_in(college.okafor).get(reverse("attendance:register_list")).content.decode()
    assert "<div>1 student" in page
    assert "1 students" not in page
