"""The analysis pages and what they read: exact figures, and who reaches whom."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.actions import rebuild_summary
from attendance.arithmetic import Totals
from attendance.codes import all_codes
from attendance.models import LessonMark, SessionMark
from attendance.queries.analysis.comparison import Group
from attendance.queries.analysis.comparison import _side as compared_side
from attendance.queries.analysis.consecutive import away_now
from attendance.queries.analysis.leavers import between_dates
from attendance.queries.analysis.persistent import on_list, standings
from attendance.queries.analysis.punctuality import punctuality
from attendance.queries.analysis.resits import managers_of, resits
from attendance.queries.analysis.scope import read_scope
from attendance.queries.analysis.spans import windows_offered
from attendance.queries.students.patterns import patterns_of, student_pattern
from audit.models import Entry
from caseload.models import (
    AcademicYear,
    Characteristic,
    Course,
    Enrolment,
    SiteMembership,
    TeachingGroup,
    TeachingGroupMembership,
    Term,
    TimetabledLesson,
    YearGroupMembership,
)
from caseload.queries.calendar import school_days
from core import clock, wording

YEAR = (date(2026, 9, 1), date(2026, 11, 20))


def code_id(symbol, series="session"):
    return next(c.id for c in all_codes().values() if c.code == symbol and c.series == series and c.valid_to is None)


def mark_sessions(college, student, codes, days=None):
    """Marks from the second of September on, AM then PM each day; `codes` is text, a space is no mark."""
    days = days or school_days(college.school, date(2026, 9, 2), college.today)
    rows = []
    for number, symbol in enumerate(codes.split() if isinstance(codes, str) else codes):
        if symbol == ".":
            continue
        day, slot = days[number // 2], number % 2 + 1
        rows.append(SessionMark(student=student, date=day, slot=slot, code_id=code_id(symbol), marked_at=clock.now()))
    SessionMark.objects.bulk_create(rows)


def year_of(college, student, **absences):
    """A mark for every session of the year to date: present, but for so many of each code at the end."""
    days = school_days(college.school, date(2026, 9, 2), college.today)
    away = [symbol for symbol, number in absences.items() for _ in range(number)]
    total = 2 * len(days)
    mark_sessions(college, student, ["/\\"[n % 2] for n in range(total - len(away))] + away, days)
    return total


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def marked(college):
    """Four students of 10A and one of 10B with a year of marks; the summaries counted."""
    college.possible = year_of(college, college.student("Ada"), N=6)
    year_of(college, college.student("Ben"), I=11)
    year_of(college, college.student("Chloe"), O=60)
    year_of(college, college.student("Dmytro"), L=4)
    year_of(college, college.student("Imran"), I=2)
    rebuild_summary()
    return college


# --- scope -----------------------------------------------------------------------------------------------------------


def test_each_person_sees_those_they_reach_and_nobody_else(college):
    def names(user):
        return sorted(row["given_name"] for row in read_scope(user).rows.values())

    assert names(college.okafor) == ["Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo"]
    assert "Olivia" not in names(college.lind)
    assert len(names(college.lind)) == 14
    assert names(college.ward) == []


def test_series_are_kept_apart(college):
    sessions, lessons = read_scope(college.price, series="session"), read_scope(college.price, series="lesson")
    assert sessions.every_series == ["session", "lesson"]
    assert not set(sessions.rows) & set(lessons.rows)
    assert college.student("Wren").pk in lessons.rows


# --- comparison ------------------------------------------------------------------------------------------------------


def test_groups_are_sums_of_their_students_and_open_them(marked, sign_in):
    response = sign_in(marked.lind).get(reverse("attendance:comparison"), {"window": "year"})
    sides = {side.group.name: side for side, _ in response.context["tables"][0]["rows"]}
    assert {name: (side.now.absent, side.now.possible, side.students) for name, side in sides.items()} == {
        "10A": (77, 4 * marked.possible, 8),
        "10B": (2, marked.possible, 6),
    }
    everybody = response.context["tables"][0]["everybody"]
    assert (everybody.now.absent, everybody.persistent, everybody.counted) == (79, 2, 5)
    url = {side.group.name: url for side, url in response.context["tables"][0]["rows"]}["10A"]
    listed = sign_in(marked.lind).get(url)
    assert [row["given_name"] for row, _, _ in listed.context["page"]][:2] == ["Chloe", "Ben"]
    assert listed.context["page"].paginator.count == 8


def test_characteristics_only_for_those_who_may_and_small_groups_are_marked(marked, sign_in):
    Characteristic.objects.create(
        student=marked.student("Ben"), kind="sen_status", code="K", period=DateRange(date(2026, 9, 1), None)
    )
    page = sign_in(marked.lind).get(reverse("attendance:comparison"), {"by": "characteristic", "window": "year"})
    sen = next(side for side, _ in page.context["tables"][0]["rows"] if side.group.name == "SEN support")
    assert (sen.students, sen.is_small, sen.now.absent) == (1, True, 11)
    assert "small group" in words(page)
    teacher = sign_in(marked.mendes)
    page = teacher.get(reverse("attendance:comparison"), {"by": "characteristic"})
    assert page.context["by"] == "Tutor group or caseload"
    address = reverse("attendance:comparison_students")
    assert teacher.get(address, {"by": "characteristic", "of": "sen-support"}).status_code == 404


def test_a_group_out_of_reach_is_not_there(marked, sign_in):
    other = f"caseload:{marked.caseloads['9C'].public_id}"
    for name in ("comparison", "persistent_list", "away_list", "threshold_list", "punctuality"):
        assert sign_in(marked.lind).get(reverse(f"attendance:{name}"), {"in": other}).status_code == 404
        assert sign_in(marked.lind).get(reverse(f"attendance:{name}"), {"in": "nonsense"}).status_code == 404
    address = reverse("attendance:comparison_students")
    answer = sign_in(marked.lind).get(address, {"by": "caseload", "of": str(marked.caseloads["9C"].public_id)})
    assert answer.status_code == 404


def test_lessons_by_course_are_that_courses_own_lessons(college, sign_in):
    wren = college.student("Wren")
    lesson = college.lessons["12 Biology B", 0, 1]
    for monday, symbol in ((date(2026, 11, 9), "/"), (date(2026, 11, 16), "N")):
        LessonMark.objects.create(
            student=wren, date=monday, lesson=lesson, code_id=code_id(symbol, "lesson"), marked_at=clock.now()
        )
    rebuild_summary()
    query = {"by": "course", "series": "lesson", "window": "year"}
    page = sign_in(college.price).get(reverse("attendance:comparison"), query)
    (side, url), *_ = page.context["tables"][0]["rows"]
    assert (side.group.name, side.now.attended, side.now.possible) == ("A level Biology", 1, 2)
    listed = sign_in(college.price).get(url)
    first = listed.context["page"][0]
    assert (first[0]["given_name"], first[1].of) == ("Wren", "1 of 2 lessons")


def test_every_choice_of_the_comparison_answers(marked, sign_in):
    officer, address = sign_in(marked.price), reverse("attendance:comparison")
    kinds = ("caseload", "year_group", "course", "house", "characteristic")
    for by, window in zip(kinds, ("week", "six_weeks", "term", "year", "last_year"), strict=True):
        page = officer.get(address, {"by": by, "window": window, "sort": "-change"})
        assert (page.status_code, page.context["window"].key) == (200, window)


@pytest.mark.parametrize(
    "name",
    [
        "comparison",
        "comparison_students",
        "persistent_list",
        "threshold_list",
        "away_list",
        "punctuality",
        "leaving_list",
    ],
)
def test_as_many_queries_for_many_students_as_for_few(marked, sign_in, name):
    def asked():
        officer = sign_in(marked.price)
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(reverse(f"attendance:{name}")).status_code == 200
        return len(queries)

    few = asked()
    for given in ("Esra", "Finn", "Gita", "Hugo", "Jade", "Kofi", "Mei", "Noor", "Olivia", "Pedro"):
        year_of(marked, marked.student(given), U=12)
    rebuild_summary()
    assert asked() == few


# --- persistent absence ----------------------------------------------------------------------------------------------


def test_persistent_severe_and_about_to_cross_with_what_it_takes(marked):
    rows = standings(read_scope(marked.lind))
    assert marked.possible == 106  # 53 school days to 20 November
    assert [each.row["given_name"] for each in on_list(rows, "persistent")] == ["Chloe", "Ben"]
    assert [each.row["given_name"] for each in on_list(rows, "severe")] == ["Chloe"]
    assert [each.row["given_name"] for each in on_list(rows, "crossing")] == ["Ada"]
    ada = on_list(rows, "crossing")[0]
    assert (ada.year.absent, ada.more) == (6, 6)  # 11 of 111 is not a tenth, 12 of 112 is
    ben = next(each for each in rows if each.row["given_name"] == "Ben")
    assert ben.words == "No longer persistent after 5 sessions attended in a row."  # 11 of 111


def test_nothing_is_promised_of_sessions_that_the_calendar_does_not_have(marked):
    """Of the year's end, of a calendar without the days, and of a last week with fewer than it would take."""
    year = AcademicYear.objects.get(start_year=2026)
    Term.objects.filter(year=year, starts_on__gt=date(2026, 11, 24)).delete()
    Term.objects.filter(year=year, ends_on__gt=date(2026, 11, 24)).update(ends_on=date(2026, 11, 24))
    said = {each.row["given_name"]: each.words for each in standings(read_scope(marked.lind))}
    assert said["Chloe"] == "Below half missed after 15 sessions attended in a row. Only 4 are still to come this year."
    assert said["Ben"] == "No longer persistent after 5 sessions attended in a row. Only 4 are still to come this year."
    assert said["Ada"] == "6 more in a row and it is persistent. Only 4 are still to come this year."
    Term.objects.filter(year=year, ends_on=date(2026, 11, 24)).update(ends_on=date(2026, 11, 20))
    said = {each.row["given_name"]: each.words for each in standings(read_scope(marked.lind))}
    assert said["Chloe"] == "Severely absent for the year: the calendar has no sessions still to come."
    assert said["Ben"] == "Persistent for the year: the calendar has no sessions still to come."
    assert said["Ada"] == "Not persistent for the year: the calendar has no sessions still to come."


def test_the_list_as_a_sheet_is_recorded_and_has_the_same_rows(marked, sign_in):
    response = sign_in(marked.lind).get(reverse("attendance:persistent_list"), {"as": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[3] == ""  # below the rows: as at when, whose list, and how it is counted
    assert lines[4] == '"As at Fri 20 Nov 2026, 10:00."'
    assert lines[1].startswith('"d’Souza, Chloe",10A,Year 10,46,106,0,60,43.4,56.6,16.7,Severe,')
    entry = Entry.objects.get(verb="attendance.list_exported")
    assert (entry.object_id, entry.details) == ("persistent-absence", {"rows": 2, "as": "csv"})


# --- away, punctuality -----------------------------------------------------------------------------------------------


def test_days_in_a_row_up_to_now_holidays_not_counted(college):
    days = school_days(college.school, date(2026, 10, 22), college.today)
    ada, ben, chloe = (college.student(name) for name in ("Ada", "Ben", "Chloe"))
    # Thu 22 and Fri 23 Oct, then half-term, then Mon 2 Nov on: 17 school days.
    mark_sessions(college, ada, ["I"] * 34, days)
    mark_sessions(college, ben, ["/", "\\"] * 14 + ["G"] * 6, days)
    mark_sessions(college, chloe, ["N"] * 32 + ["/", "N"], days)
    found = {each.row["given_name"]: each for each in away_now(read_scope(college.lind)).away}
    assert {name: (each.days, each.marks, each.since) for name, each in found.items()} == {
        "Ada": (17, 34, date(2026, 10, 22)),
        "Ben": (3, 6, date(2026, 11, 18)),
    }
    assert (found["Ada"].without_leave, found["Ben"].without_leave) == (False, True)
    assert (found["Ben"].last_attended, found["Ada"].last_attended) == (date(2026, 11, 17), None)


def test_a_day_that_could_not_be_attended_neither_counts_nor_ends_it(college):
    days = school_days(college.school, date(2026, 11, 16), college.today)
    mark_sessions(college, college.student("Ada"), ["N", "N", "Y1", "Y1", "N", "N", "N", "N", "Y1", "Y1"], days)
    (away,) = away_now(read_scope(college.lind)).away
    assert away.days == 3


def test_nobody_is_absent_now_by_a_mark_of_months_ago(college, sign_in):
    """The last mark has to be of the last five school days; a student whose marks stopped is named apart, not called absent."""
    days = school_days(college.school, date(2026, 9, 2), college.today)
    ada, ben, chloe, esra = (college.student(name) for name in ("Ada", "Ben", "Chloe", "Esra"))
    mark_sessions(college, ada, ["N"] * 20, days[:10])
    mark_sessions(college, ben, ["/", "\\"] * 5 + ["N"] * 10, days[-10:])
    mark_sessions(college, chloe, ["I"] * 8, days[-10:-6])  # to Thursday of last week: one day too old
    mark_sessions(college, esra, ["I"] * 10, days[-10:-5])  # to Friday of last week
    SiteMembership.objects.filter(student=college.student("Finn")).update(period=DateRange(date(2026, 11, 18), None))
    found = away_now(read_scope(college.lind))
    assert {each.row["given_name"]: (each.days, each.last) for each in found.away} == {
        "Ben": (5, college.today), "Esra": (5, date(2026, 11, 13)),
    }  # fmt: skip
    unknown = {each.row["given_name"]: (each.last, each.last_attended) for each in found.unknown}
    assert (unknown["Ada"], unknown["Chloe"]) == ((days[9], None), (date(2026, 11, 12), None))
    assert not {"Ben", "Esra", "Finn"} & set(unknown)  # Finn has been here for three days
    assert found.as_of == college.today
    page = sign_in(college.lind).get(reverse("attendance:away_list")).content.decode()
    assert "marks up to Fri 20 Nov, as at today 10:00" in page
    assert f"last mark {wording.day(days[9])}, absent" in page


def test_an_absence_longer_than_the_usual_look_back_has_its_own_first_day(college):
    with clock.set_to(clock.at(date(2027, 3, 26), 10)):
        start, today = date(2026, 9, 2), clock.today()
        days = school_days(college.school, start, today)
        mark_sessions(college, college.student("Ada"), ["/", "\\"] + ["I"] * 2 * (len(days) - 1), days)
        (away,) = away_now(read_scope(college.lind)).away
    assert (away.days, away.since, away.last_attended) == (len(days) - 1, days[1], days[0])


def test_punctuality_by_student_and_place(marked):
    scope = read_scope(marked.lind)
    found = punctuality(scope, windows_offered(scope.ids, scope.day)["year"])
    assert [(each.row["given_name"], each.totals.late) for each in found.students] == [("Dmytro", 4)]
    places = {key: (place.late, place.came) for key, place in found.places.items() if place.late}
    # The last four sessions: Thursday and Friday, AM and PM. Who came: Ada but for three days, Dmytro, Imran but for one.
    assert {key: late for key, (late, _) in places.items()} == {
        ("AM", 3): 1, ("PM", 3): 1, ("AM", 4): 1, ("PM", 4): 1,
    }  # fmt: skip


# --- English and maths, leavers --------------------------------------------------------------------------------------


@pytest.fixture
def resit(college):
    """A GCSE English group in the college with three students of S1."""
    course = Course.objects.create(title="GCSE English Language", qualification="GCSE", area=college.area)
    group = TeachingGroup.objects.create(year=college.year, site=college.sixth, course=course, name="E1")
    time = college.lessons["12 Biology B", 0, 1].time
    lesson = TimetabledLesson.objects.create(
        group=group, time=time, period=DateRange(date(2026, 9, 1), date(2027, 9, 1))
    )
    members = [s for s in college.students if SiteMembership.objects.filter(student=s, site=college.sixth).exists()][:3]
    for student, start in zip(members, (date(2026, 9, 7), date(2026, 9, 7), date(2026, 10, 19)), strict=True):
        TeachingGroupMembership.objects.create(student=student, group=group, period=DateRange(start, None))
    never, stopped, new = members
    for week in range(10):
        monday = date(2026, 9, 7) + timedelta(weeks=week)
        if monday == date(2026, 10, 26):
            continue
        for student, symbol in ((never, "N"), (stopped, "/" if week < 6 else "O"), (new, "/" if week > 6 else None)):
            if symbol:
                LessonMark.objects.create(
                    student=student,
                    date=monday,
                    lesson=lesson,
                    code_id=code_id(symbol, "lesson"),
                    marked_at=clock.now(),
                )
    return course, members


def test_never_attended_four_weeks_and_the_42nd_day_with_who_answers(college, resit):
    course, (never, stopped, new) = resit
    found = {each.row["id"]: each for each in resits(read_scope(college.price, only="lesson"))}
    assert {pk: each.state for pk, each in found.items()} == {
        never.pk: "never",
        stopped.pk: "four_weeks",
        new.pk: "comes",
    }
    assert found[stopped.pk].last_attended == date(2026, 10, 12)
    assert found[new.pk].qualifies_on == date(2026, 11, 30)
    assert [found[s.pk].is_on("42_days") for s in (never, stopped, new)] == [False, False, True]
    assert found[never.pk].managers == "Dr Singh"
    assert managers_of([college.maths.pk]) == {college.maths.pk: ""}


def test_the_enrolments_start_counts_when_it_is_kept(college, resit):
    course, (never, *_) = resit
    Enrolment.objects.create(student=never, course=course, site=college.sixth, started_on=date(2026, 10, 12))
    found = {each.row["id"]: each for each in resits(read_scope(college.price, only="lesson"))}
    assert found[never.pk].qualifies_on == date(2026, 11, 23)


def test_a_leaver_and_a_late_starter_count_only_between_their_dates(marked):
    SiteMembership.objects.filter(student=marked.student("Ada")).update(
        period=DateRange(date(2026, 9, 1), date(2026, 10, 1)), leaving_reason="Moved away"
    )
    SiteMembership.objects.filter(student=marked.student("Ben")).update(period=DateRange(date(2026, 11, 2), None))
    (left,) = between_dates(marked.price, "left", YEAR)
    assert (left.row["given_name"], left.ends, left.why, left.totals.of) == (
        "Ada", date(2026, 9, 30), "Moved away", "42 of 42 sessions",
    )  # fmt: skip
    (joined,) = between_dates(marked.price, "joined", YEAR)
    assert (joined.row["given_name"], joined.totals.possible, joined.totals.absent) == ("Ben", 30, 11)
    YearGroupMembership.objects.filter(student=marked.student("Ada")).update(
        period=DateRange(date(2026, 9, 1), date(2026, 10, 1))
    )
    assert between_dates(marked.lind, "left", YEAR) == []


def test_a_withdrawal_counts_its_courses_lessons_between_its_dates(college, resit):
    course, (_, stopped, _) = resit
    Enrolment.objects.create(
        student=stopped, course=course, site=college.sixth, started_on=date(2026, 9, 14), ended_on=date(2026, 11, 2),
        status=Enrolment.Status.WITHDRAWN, withdraw_reason=44,
    )  # fmt: skip
    (found,) = between_dates(college.price, "withdrawn", YEAR)
    assert (found.why, found.totals.of) == ("Other personal reasons", "5 of 7 lessons")


def test_the_lists_say_what_they_found(marked, resit, sign_in):
    course, (never, stopped, _) = resit
    Enrolment.objects.create(
        student=stopped, course=course, site=marked.sixth, started_on=date(2026, 9, 14), ended_on=date(2026, 11, 2),
        status=Enrolment.Status.WITHDRAWN, withdraw_reason=44,
    )  # fmt: skip
    SiteMembership.objects.filter(student=marked.student("Ben")).update(
        period=DateRange(date(2026, 9, 1), date(2026, 10, 1)), destination="Hill School"
    )
    officer = sign_in(marked.price)
    for name, query, said in (
        ("resit_list", {}, f"{never.family_name}, {never.given_name}"),
        ("resit_list", {"show": "four_weeks"}, "Mon 12 Oct Four weeks"),
        ("resit_list", {"show": "42_days"}, "Mon 30 Nov Not a start yet Dr Singh"),
        ("leaving_list", {}, "Tue 1 Sep Wed 30 Sep 100.0 % 42 of 42 sessions Hill School"),
        ("leaving_list", {"show": "withdrawn"}, "5 of 7 lessons Other personal reasons"),
        ("leaving_list", {"show": "joined"}, "Nobody whom you reach is on this list this year."),
        ("threshold_list", {}, "A penalty notice must be considered"),
        ("threshold_list", {}, "O Absent, unauthorised"),
        ("away_list", {}, "Return to the local authority"),
        ("punctuality", {"window": "year"}, "Kovalenko, Dmytro"),
        ("persistent_list", {"show": "crossing"}, "6 more in a row and it is persistent today;"),
        ("comparison_students", {"window": "year"}, "46 of 106"),
    ):
        page = words(officer.get(reverse(f"attendance:{name}"), query)).replace("\u202f", " ")
        assert said in page, (name, query, page[page.find("read today") :][:600])


def test_unauthorised_as_a_sheet_names_the_sessions(marked, sign_in):
    response = sign_in(marked.lind).get(reverse("attendance:threshold_list"), {"as": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith('"d’Souza, Chloe",10A,Year 10,60,0,Yes,2026-11-16,')
    assert lines[1].count(" O") == 60
    assert (lines[2], lines[3]) == ("", '"As at Fri 20 Nov 2026, 10:00."')


# --- patterns --------------------------------------------------------------------------------------------------------


def test_patterns_of_many_students_are_one_statement(college):
    days = school_days(college.school, date(2026, 9, 2), college.today)
    mondays = [day for day in days if day.weekday() == 0][:7]
    wednesdays = [day for day in days if day.weekday() == 2]
    for given, away in (("Ada", [*mondays, wednesdays[1], wednesdays[4]]), ("Ben", days[10:15])):
        symbols = ["I" if day in away else "/\\"[n] for day in days for n in range(2)]
        mark_sessions(college, college.student(given), symbols, days)
    ids = [student.pk for student in college.students]
    with CaptureQueriesContext(connection) as queries:
        found = patterns_of(ids, *YEAR)
    assert len(queries) == 2  # and the academic year
    assert found[college.student("Ada").pk].strongest.sentence == "7 of 9 absences were on a Monday."
    assert found[college.student("Ben").pk].patterns == ()
    assert student_pattern(college.student("Ada").pk).strongest.key == "weekday-0"


def test_a_part_time_timetable_is_no_pattern(college):
    days = school_days(college.school, date(2026, 9, 2), college.today)
    symbols = [("C2" if day.weekday() == 0 else "/\\"[n]) for day in days for n in range(2)]
    mark_sessions(college, college.student("Ada"), symbols, days)
    assert student_pattern(college.student("Ada").pk).absences == 0


# --- everybody on one page -------------------------------------------------------------------------------------------


def test_everybody_stands_on_one_page_sessions_and_lessons_apart(marked, sign_in):
    client = sign_in(marked.novak)
    page = client.get(reverse("attendance:comparison"), {"by": "year_group"})
    assert len(page.context["scope"].rows) == 30
    tables = {table["scope"].series: table for table in page.context["tables"]}
    assert {name: table["everybody"].students for name, table in tables.items()} == {"session": 22, "lesson": 8}
    assert {name: table["everybody"].now.unit for name, table in tables.items()} == {
        "session": "sessions", "lesson": "lessons",
    }  # fmt: skip
    for name in ("persistent_list", "away_list", "punctuality"):
        whole = client.get(reverse(f"attendance:{name}")).context["page"].paginator.count
        each = [
            client.get(reverse(f"attendance:{name}"), {"series": one}).context["page"].paginator.count
            for one in ("session", "lesson")
        ]
        assert whole == sum(each), name


def test_courses_are_compared_by_their_lessons_alone(marked, sign_in):
    """AM and PM sessions belong to no course: the year's sessions would be said again of each subject."""
    client, address = sign_in(marked.novak), reverse("attendance:comparison")
    page = client.get(address, {"by": "course"})
    assert [table["scope"].series for table in page.context["tables"]] == ["lesson"]
    assert "22 students who attend by them are not here" in page.content.decode()
    school = client.get(address, {"by": "course", "series": "session"})
    assert school.context["by"] == "Tutor group or caseload"
    assert "Course" not in [chip["label"] for chip in school.context["by_chips"]]
    students = reverse("attendance:comparison_students")
    assert client.get(students, {"by": "course", "series": "session"}).status_code == 404


def test_a_change_is_of_the_same_students_and_says_how_many(college):
    """Ben came in only now: his sessions are in the figure and not in the change."""
    nothing, enough = Totals(), Totals(present=30, unauthorised=10)
    figures = {
        1: {"now": enough, "compared": enough, "before": Totals(present=40)},
        2: {"now": Totals(present=40), "compared": Totals(present=40), "before": nothing},
    }
    side = compared_side(Group("", "Both", (1, 2)), figures, {}, "session")
    assert (side.now.percent, side.same, side.points) == ("87.5\u202f%", 1, -25.0)
