"""A student's own attendance page: every figure opens the marks that it counts, patterns are said with their chance, the certificate."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.actions import rebuild_summary
from attendance.actions.deliveries import IN_THE_MIS
from attendance.actions.registers import NewMark
from attendance.arithmetic import Totals
from attendance.codes import all_codes
from attendance.models import LessonMark, SessionMark
from attendance.queries.figures.totals import totals_for
from attendance.queries.figures.windows import Windows
from attendance.queries.registers.registers import system_words
from attendance.queries.students.certificate import certificate_facts
from attendance.queries.students.marks_behind import Wanted, marks_behind
from attendance.queries.students.page import StudentAttendance, heat_map, student_attendance
from audit.models import Entry
from caseload.models import AcademicYear, Closure, SiteMembership, YearGroupMembership
from caseload.queries.calendar import school_days
from core import clock
from tests.attendance.conftest import session_of

START, END = date(2026, 9, 1), date(2026, 11, 20)


def code_id(symbol, series="session"):
    return next(c.id for c in all_codes().values() if c.code == symbol and c.series == series and c.valid_to is None)


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def ada(college):
    """Ada, away on seven Mondays and two Wednesdays, late on four mornings, with a blank, a visit and a session not possible."""
    student = college.student("Ada")
    days = school_days(college.school, date(2026, 9, 2), END)
    mondays = [day for day in days if day.weekday() == 0][:7]
    wednesdays = [day for day in days if day.weekday() == 2]
    away = {*mondays[:4], wednesdays[1]}, {*mondays[4:], wednesdays[4]}
    special = {(days[-1], 2): None, (days[-2], 1): "V", (days[-2], 2): "Y1"}
    special |= {(day, 1): "L" for day in [day for day in days if day.weekday() == 3][:4]}
    rows = []
    for day in days:
        for slot in (1, 2):
            symbol = "I" if day in away[0] else "O" if day in away[1] else "/\\"[slot - 1]
            symbol = special.get((day, slot), symbol)
            rows.append(
                SessionMark(
                    student=student, date=day, slot=slot, code_id=symbol and code_id(symbol), marked_at=clock.now(),
                    minutes_late=7 if symbol == "L" else None, note="By bus" if symbol == "L" else "",
                    marked_by=college.okafor, marked_as="Tutor",
                )
            )  # fmt: skip
    SessionMark.objects.bulk_create(rows)
    rebuild_summary()
    return student


def test_the_pattern_is_said_with_its_chance(college, ada, sign_in):
    page = words(sign_in(college.okafor).get(reverse("attendance:student_attendance", args=[ada.public_id])))
    assert "7 of 9 absences were on a Monday." in page
    assert "Chance alone would show a pattern as strong as this to about 1 in" in page


def test_the_places_in_the_week_add_up_to_the_year(college, ada):
    found = heat_map(ada.pk, START, END, "session")
    assert [label for label, _ in found.rows] == ["AM", "PM"]
    cells = [totals for _, row in found.rows for _, totals in row if totals]
    assert sum(cells, Totals()) == totals_for([ada.pk], START, END)
    monday_morning = dict(found.rows[0][1])[0]
    assert (monday_morning.absent, monday_morning.possible) == (7, 10)


def test_trend_is_six_weeks_against_those_before(college, ada):
    # Friday: the weeks over are those of 9 and 2 Nov, 19, 12 and 5 Oct and 28 Sep, and four before them.
    shown = student_attendance(ada.pk)
    assert shown.six_weeks == totals_for([ada.pk], date(2026, 9, 28), date(2026, 11, 15))
    assert shown.six_weeks_before == totals_for([ada.pk], date(2026, 9, 1), date(2026, 9, 27))
    assert re.match(r"\w+: [+−]?\d+\.\d points against the four weeks before", shown.trend)


def test_every_figure_opens_exactly_the_marks_it_counts(college, ada, sign_in):
    tutor = sign_in(college.okafor)
    address = reverse("attendance:student_attendance", args=[ada.public_id])
    html = tutor.get(address).content.decode().replace("&amp;", "&")
    links = re.findall(r'href="marks/\?([^"]+)"[^>]*>(.*?)</a>', html, re.S)
    assert len(links) >= 25
    year = totals_for([ada.pk], START, END)
    marks = reverse("attendance:student_marks", args=[ada.public_id])
    for query, shown in links:
        found = tutor.get(f"{marks}?{query}").context["found"]
        of = re.search(r"(\d+) of (\d+)", shown)
        asked = parse_qs(urlsplit(f"?{query}").query)
        if of and "show" not in asked:
            assert (found.totals.attended, found.totals.possible) == (int(of[1]), int(of[2])), query
    for show, number in {
        "attended": year.attended, "absent": year.absent, "authorised": year.authorised,
        "unauthorised": year.unauthorised, "late": year.late, "unmarked": 1, "not_counted": 1,
    }.items():  # fmt: skip
        assert len(marks_behind(ada.pk, Wanted("session", START, END, show)).lines) == number, show


def test_a_mark_shows_its_code_note_and_who(college, ada, sign_in):
    address = reverse("attendance:student_marks", args=[ada.public_id])
    page = sign_in(college.okafor).get(address, {"code": "L"})
    assert len(page.context["found"].lines) == 4
    assert "L Late 7 By bus Ms Okafor Tutor , today" in words(page).replace("Late, before register closed", "Late")


def test_a_changed_mark_says_what_it_was_who_changed_it_and_why(college, sign_in):
    student = college.student("Ada")
    sitting = session_of(college)
    with clock.set_to(clock.at(college.today, 8, 50)):
        actions.mark_register(by=college.okafor, register=sitting, marks=[NewMark(student.pk, "N")])
    actions.mark_register(by=college.okafor, register=sitting, marks=[NewMark(student.pk, "L")], reason="In the office")
    page = sign_in(college.okafor).get(reverse("attendance:student_marks", args=[student.public_id]))
    assert re.search(r"N changed to L by Ms Okafor, tutor, today [0-9:]+: In the office", words(page))


def test_a_mark_from_the_mis_says_so_in_words():
    assert system_words(IN_THE_MIS.name) == "the MIS"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "2026-11-20", "to": "2026-11-01"}, "The last date is before the first. Change one of them."),
        ({"from": "yesterday"}, "Give this date as day, month and year."),
        ({"show": "everything"}, "There is no such choice; all are shown."),
        ({"weekday": "9"}, "There is no such choice"),
    ],
)
def test_bad_choices_are_said_and_nothing_typed_is_lost(college, ada, sign_in, query, said):
    page = sign_in(college.okafor).get(reverse("attendance:student_marks", args=[ada.public_id]), query)
    assert page.status_code == 200
    assert said in words(page)
    for name in ("from", "to"):
        if name in query:
            assert f'value="{query[name]}"' in page.content.decode()
    assert page.context["found"].lines


def test_marks_outside_the_roll_stand_behind_no_figure(college, ada):
    SiteMembership.objects.filter(student=ada).update(period="[2026-11-02,)")
    found = marks_behind(ada.pk, Wanted("session", START, END))
    assert min(line.date for line in found.lines) == date(2026, 11, 2)
    assert found.totals.possible == totals_for([ada.pk], START, END).possible


def test_the_next_tutor_gets_404_for_page_marks_and_certificate(college, ada, sign_in):
    for name in ("student_attendance", "student_marks", "student_certificate"):
        address = reverse(f"attendance:{name}", args=[ada.public_id])
        assert sign_in(college.brandt).get(address).status_code == 404


def test_the_page_asks_as_much_for_a_year_of_marks_as_for_a_week(college, ada, sign_in):
    def asked(student):
        tutor = sign_in(college.okafor)
        with CaptureQueriesContext(connection) as queries:
            tutor.get(reverse("attendance:student_attendance", args=[student.public_id]))
        return len(queries)

    ben = college.student("Ben")
    SessionMark.objects.create(student=ben, date=END, slot=1, code_id=code_id("/"), marked_at=clock.now())
    rebuild_summary()
    assert asked(ada) == asked(ben)


# --- the certificate -------------------------------------------------------------------------------------------------


def test_certificate_uses_the_name_at_home_states_its_figures_and_is_recorded(college, ada, sign_in):
    ada.home_given_name = "Adela"
    ada.save(update_fields=["home_given_name"])
    response = sign_in(college.okafor).get(reverse("attendance:student_certificate", args=[ada.public_id]))
    assert response["Content-Type"] == "application/pdf"
    text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(response.content))
    year = totals_for([ada.pk], START, END)
    assert "Attendance of Adela Ábel" in text
    assert "Ada " not in text
    assert f"{year.attended} of {year.possible} sessions" in text
    assert "Data read Fri 20 Nov 2026, 10:00" in text
    entry = Entry.objects.get(verb="attendance.certificate_made")
    assert (entry.object_id, entry.details) == (str(ada.pk), {"year": 2026})


def test_certificate_of_last_year_names_the_groups_of_last_year(college, ada):
    last = AcademicYear.objects.create(start_year=2025, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    assert certificate_facts(ada, last)["year_group"] == ""
    YearGroupMembership.objects.create(
        student=ada, group=college.years[9], year=last, period=DateRange(date(2025, 9, 1), date(2026, 9, 1))
    )
    facts = certificate_facts(ada, last)
    assert (facts["year_group"], facts["group"], facts["to"]) == ("Year 9", "", date(2026, 8, 31))
    assert certificate_facts(ada, college.year)["year_group"] == "Year 10"


def test_a_year_in_which_the_student_was_not_there_has_no_chip_and_no_certificate(college, ada, sign_in):
    AcademicYear.objects.create(start_year=2025, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    tutor, address = sign_in(college.okafor), reverse("attendance:student_certificate", args=[ada.public_id])
    assert [each["label"] for each in student_attendance(ada.pk).years] == ["2026/27"]
    refused = tutor.get(address, {"year": "2025"})
    assert refused.status_code == 400
    assert "was not on the roll in 2025/26, so there is no certificate of that year." in refused.content.decode()
    assert [tutor.get(address, {"year": year}).status_code for year in ("2031", "abc", "2026")] == [404, 404, 200]
    SiteMembership.objects.filter(student=ada).update(period="[2026-01-05,)")
    assert [each["label"] for each in student_attendance(ada.pk).years] == ["2026/27", "2025/26"]
    assert tutor.get(address, {"year": "2025"}).status_code == 200


SPAN = (date(2026, 10, 5), date(2026, 11, 15))


def test_one_missed_session_or_a_few_marks_make_no_trend():
    def trend(now, then):
        fields = dict.fromkeys(StudentAttendance.__dataclass_fields__)
        windows = [Totals(present=attended, authorised=absent) for attended, absent in (now, then)]
        shown = Windows(SPAN, SPAN, SPAN, SPAN, weeks=6, weeks_before=6)
        return StudentAttendance(
            **fields | {"shown": shown, "six_weeks": windows[0], "six_weeks_before": windows[1]}
        ).trend

    assert trend((48, 1), (50, 0)).startswith("steady: ")  # 2.04 points, one session
    assert trend((46, 3), (50, 0)).startswith("falling: ")
    assert trend((50, 0), (46, 3)).startswith("rising: ")
    assert trend((15, 4), (50, 0)) == ""  # fewer than two weeks of sessions
    assert trend((50, 0), (0, 0)) == ""


@pytest.mark.parametrize(
    ("late", "after", "words"),
    [
        (0, 0, "0"),
        (2, 0, "2"),
        (0, 1, "1, after the register closed"),
        (0, 2, "2, all after the register closed"),
        (3, 1, "4, 1 of them after the register closed"),
    ],
)
def test_late_is_said_in_one_way(late, after, words):
    assert Totals(late=late, late_after_close=after).late_words == words


def test_a_late_after_the_register_closed_is_said_the_same_on_page_and_certificate(college, sign_in):
    ben, now = college.student("Ben"), clock.now()
    SessionMark.objects.create(student=ben, date=END, slot=1, code_id=code_id("U"), marked_at=now)
    rebuild_summary()
    page = words(sign_in(college.okafor).get(reverse("attendance:student_attendance", args=[ben.public_id])))
    assert "Late 1 of 1 sessions they came to, after the register closed" in page
    tile = next(each for each in student_attendance(ben.pk).stats if each["label"] == "Late")
    assert (tile["value"], tile["of"]) == ("1", "1 of 1 sessions they came to, after the register closed")
    facts = certificate_facts(ben, college.year)["totals"]
    assert (facts["all_late"], facts["late_note"]) == (1, "after the register closed")


def test_only_the_year_that_runs_is_to_date(college, ada, sign_in):
    AcademicYear.objects.create(start_year=2025, starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    SiteMembership.objects.filter(student=ada).update(period="[2026-01-05,)")
    tutor, address = sign_in(college.okafor), reverse("attendance:student_attendance", args=[ada.public_id])
    assert "2026/27 to date" in tutor.get(address).content.decode()
    assert "to date" not in tutor.get(address, {"year": "2025"}).content.decode()


def test_the_calendar_has_every_open_day_once_with_its_codes(college, ada):
    facts = certificate_facts(ada, college.year)
    weeks = [week for half in facts["halves"] for week in half]
    opened = school_days(college.school, START, END)
    assert sum(day["open"] for week in weeks for day in week["days"]) == len(opened)
    codes = [cell["code"] for week in weeks for day in week["days"] for cell in day["cells"]]
    assert (codes.count("I") + codes.count("O"), codes.count("L"), codes.count("·")) == (18, 4, 1)
    assert date(2026, 10, 26) not in [week["monday"] for week in weeks]  # half-term
    assert sum(line["number"] for line in facts["legend"]) == len(codes) - 1


def days_of(facts, monday):
    """A week of the calendar: what each day says, and the codes of its cells."""
    week = next(week for half in facts["halves"] for week in half if week["monday"] == monday)
    return [
        "off" if day["off"] else "".join(cell["code"] or "_" for cell in day["cells"]) if day["open"] else "closed"
        for day in week["days"]
    ]


def test_the_rest_of_this_week_is_still_to_come_and_not_closed(college):
    ben, monday = college.student("Ben"), date(2026, 11, 16)
    SessionMark.objects.create(student=ben, date=monday, slot=1, code_id=code_id("/"), marked_at=clock.now())
    Closure.objects.create(site=college.school, starts_on=date(2026, 11, 19), ends_on=date(2026, 11, 19), name="INSET")
    with clock.set_to(clock.at(monday, 10)):
        assert days_of(certificate_facts(ben, college.year), monday) == ["/_", "__", "__", "closed", "__"]
    with clock.set_to(clock.at(monday, 16)):
        assert days_of(certificate_facts(ben, college.year), monday)[0] == "/·"


def test_the_days_of_the_first_week_before_the_year_stay_empty(college, ada):
    """1 September 2026 is a Tuesday, and the site is closed until Wednesday."""
    facts = certificate_facts(ada, college.year)
    first = facts["halves"][0][0]
    assert (first["monday"], [day.get("before", False) for day in first["days"]]) == (
        date(2026, 8, 31), [True, False, False, False, False],
    )  # fmt: skip
    assert (facts["not_on_roll"], days_of(facts, date(2026, 8, 31))[1]) == (False, "closed")


def test_a_late_starter_was_not_on_the_roll_in_the_weeks_before(college, ada, sign_in):
    SiteMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 11, 11), None))
    facts = certificate_facts(ada, college.year)
    assert days_of(facts, date(2026, 9, 7)) == ["off"] * 5
    assert days_of(facts, date(2026, 11, 9)) == ["off", "off", "/\\", "/\\", "/\\"]
    assert [week["off"] for half in facts["halves"] for week in half][-3:] == [True, False, False]
    codes = {cell["code"] for half in facts["halves"] for week in half for day in week["days"] for cell in day["cells"]}
    assert "" not in codes
    response = sign_in(college.okafor).get(reverse("attendance:student_certificate", args=[ada.public_id]))
    text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(response.content))
    assert "“Not on roll” is a day before Ada Ábel came or after they left." in re.sub(r"\s+", " ", text)


def test_a_leaver_is_not_on_the_roll_after_the_last_day(college, ada):
    SiteMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 9, 1), date(2026, 11, 18)))
    assert days_of(certificate_facts(ada, college.year), date(2026, 11, 16))[2:] == ["off"] * 3


def test_certificate_of_a_college_student_lists_lessons(college, sign_in):
    wren = college.student("Wren")
    lesson = college.lessons["12 Biology B", 0, 1]
    LessonMark.objects.create(
        student=wren, date=date(2026, 11, 16), lesson=lesson, code_id=code_id("N", "lesson"), marked_at=clock.now()
    )
    rebuild_summary()
    facts = certificate_facts(wren, college.year)
    assert (facts["unit"], facts["totals"]["absent"], len(facts["halves"])) == ("lessons", 1, 1)
    response = sign_in(college.farah).get(reverse("attendance:student_certificate", args=[wren.public_id]))
    assert response.content.startswith(b"%PDF")
