"""Totals by student, week and window, always what counting the marks one by one gives."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from attendance import actions, rules
from attendance.actions.registers import NewMark
from attendance.arithmetic import Totals, sum_of, totals_of
from attendance.codes import all_codes
from attendance.errors import NoRegister
from attendance.models import AttendanceCode, LessonMark, SessionMark
from attendance.queries.figures.lists import WEEKS_IN_LINE, Figures, figures
from attendance.queries.figures.totals import (
    headline,
    missing_much,
    series_by_student,
    totals_by_group,
    totals_by_student,
    totals_for,
    totals_in_windows,
    weekly_by_student,
    weekly_series,
)
from attendance.queries.figures.windows import together, windows
from attendance.queries.registers.registers import missing_registers, previous_marks
from attendance.queries.registers.sittings import sittings_on
from attendance.queries.students.page import points
from attendance.queries.students.students import codes_used, events
from caseload.models import LessonTime, SiteMembership, Student
from caseload.queries.calendar import school_days
from core import clock
from tests.attendance.conftest import lesson_of, marks_for, members, session_of
from tests.scenes import scene

START, END = date(2026, 11, 2), date(2026, 11, 20)


def mark_three_weeks(college):
    """Three weeks of marks for 10A, some of every kind, and lessons for S1."""
    chance = random.Random(7)
    for day in school_days(college.school, START, END):
        for slug, present in (("am", "/"), ("pm", "\\")):
            marks = [
                NewMark(
                    s.pk,
                    chance.choice([present] * 6 + ["L", "N", "I", "M", "V", "U", ""]),
                    chance.choice([None, 5, 12]),
                )
                for s in members(college)
            ]
            actions.mark_register(by=college.price, register=session_of(college, slug, day), marks=marks)
        lesson = lesson_of(college, day=day)
        actions.mark_register(by=college.quill, register=lesson, marks=marks_for(college, "S1", Wren="N"))
    return college


three_weeks = scene("three_weeks", mark_three_weeks, on="college")


def test_what_lists_show_is_what_the_windows_and_weeks_give(three_weeks, django_assert_num_queries):
    ids = list(Student.objects.order_by("pk").values_list("pk", flat=True))
    with django_assert_num_queries(6):  # the sites; the years, terms and closures; the figures of each series
        found = figures(ids)
    last = clock.week_of(clock.today()) - timedelta(weeks=WEEKS_IN_LINE - 1)
    for those in together(ids):
        series, members_ = those.series, those.ids
        totals = totals_in_windows(members_, those.windows.spans(), series)
        weeks = weekly_by_student(members_, last, clock.today(), series)
        for pk in members_:
            shown = found.get(pk, Figures(None, None, None, []))
            for name in ("week", "six_weeks", "year"):
                here, there = getattr(shown, name), totals.get(pk, {}).get(name)
                assert (here and here[:7]) == (there and there[:7])
                assert (here and here.percent) == (there and there.percent)
            assert shown.line == points(weeks.get(pk, []))
    assert len(found) > 5


@pytest.fixture
def marked(three_weeks):
    """The college with those three weeks."""
    return three_weeks


def counted(student, start, end, model=SessionMark):
    """The same by hand: every mark of the student between the dates."""
    codes = all_codes()
    rows = model.objects.filter(student=student, date__range=(start, end)).values_list("code_id", "minutes_late")
    found = [(codes.get(code), minutes or 0) for code, minutes in rows]
    minutes = sum(number for code, number in found if code and code.is_late)
    series = "session" if model is SessionMark else "lesson"
    return totals_of(((code, 1) for code, _ in found), series, minutes)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (START, END),
        (date(2026, 11, 4), date(2026, 11, 18)),
        (date(2026, 11, 9), date(2026, 11, 15)),
        (date(2026, 11, 9), date(2026, 11, 13)),
        (date(2026, 11, 10), date(2026, 11, 12)),
        (date(2026, 11, 6), date(2026, 11, 9)),
        (date(2026, 9, 1), END),
        (END, END),
    ],
)
def test_totals_of_any_dates_are_what_counting_gives(marked, start, end):
    by_student = totals_by_student(Student.objects.all(), start, end)
    for student in members(marked):
        assert by_student.get(student.pk, Totals()) == counted(student, start, end)
    assert totals_for([s.pk for s in members(marked)], start, end) == sum_of(by_student.values())


def test_sessions_and_lessons_stay_apart(marked):
    wren = marked.student("Wren")
    assert totals_by_student([wren.pk], START, END) == {}
    assert totals_by_student([wren.pk], START, END, "lesson") == {wren.pk: counted(wren, START, END, LessonMark)}


def test_windows_and_weeks_are_one_statement_each(marked):
    ids = [student.pk for student in members(marked)]
    with CaptureQueriesContext(connection) as queries:
        found = totals_in_windows(ids, {"week": (date(2026, 11, 16), END), "year": (date(2026, 9, 1), END)})
        weekly = weekly_series(ids, START, END)
    assert len(queries) == 2
    assert found[ids[0]]["week"] == counted(marked.student("Ada"), date(2026, 11, 16), END)
    assert [week for week, _ in weekly] == [START, date(2026, 11, 9), date(2026, 11, 16)]
    assert sum_of(totals for _, totals in weekly) == totals_for(ids, START, END)


def test_nobody_gives_nothing(marked):
    assert totals_for(Student.objects.none(), START, END) == Totals()
    assert totals_by_student([], START, END) == {}


def test_absence_planned_for_later_this_week_is_not_in_the_week_to_date(college):
    ada = college.student("Ada")
    with clock.set_to(clock.at(date(2026, 11, 18), 10)):
        actions.set_code_for_many(
            by=college.price, series="session", student_ids=[ada.pk], start=date(2026, 11, 18), end=END, code="M"
        )
        span = windows().week
    assert totals_for([ada.pk], *span).absent == 2
    assert totals_for([ada.pk], span[0], END).absent == 6


def test_marks_outside_the_roll_count_nowhere(marked):
    ada = marked.student("Ada")
    SiteMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 11, 11), date(2026, 11, 18)))
    expected = counted(ada, date(2026, 11, 11), date(2026, 11, 17))
    for start in (START, date(2026, 11, 4)):
        assert totals_by_student([ada.pk], start, END)[ada.pk] == expected


def test_headline_is_in_the_series_of_each_students_site(marked):
    ada, wren = marked.student("Ada"), marked.student("Wren")
    assert series_by_student([ada.pk, wren.pk]) == {ada.pk: "session", wren.pk: "lesson"}
    found = headline([ada.pk, wren.pk], {"all": (START, END)})
    assert (found[ada.pk]["all"].unit, found[wren.pk]["all"].unit) == ("sessions", "lessons")


def test_totals_of_groups_are_sums_of_their_members(marked):
    ids = [group.pk for group in marked.caseloads.values()]
    found = totals_by_group("CaseloadMembership", ids, START, END)
    assert found[marked.caseloads["10A"].pk] == totals_for([s.pk for s in members(marked)], START, END)
    assert found[marked.caseloads["10B"].pk] == Totals()


def test_codes_used_add_up_to_the_totals(marked):
    ada = marked.student("Ada")
    used = codes_used([ada.pk], START, END)
    assert sum(each.number for each in used if each.code.counts_possible) == counted(ada, START, END).possible


def test_mark_of_the_session_before_is_shown_beside_and_is_no_mark(college):
    ada = college.student("Ada")
    actions.mark_register(
        by=college.price, register=session_of(college, day=date(2026, 11, 19)), marks=marks_for(college, Ada="N")
    )
    today = session_of(college)
    day, label, code = previous_marks(today, [ada.pk])[ada.pk]
    assert (day, label, all_codes()[code].code) == (date(2026, 11, 19), "AM", "N")
    assert not SessionMark.objects.filter(date=college.today).exists()


def test_lesson_before_is_the_same_groups(college):
    actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks_for(college, "S1", Wren="L"))
    wren = college.student("Wren")
    day, label, code = previous_marks(lesson_of(college, slug="1000"), [wren.pk])[wren.pk]
    assert (day, label, all_codes()[code].code) == (college.today, "P1", "L")


def test_lessons_of_the_other_week_have_no_register(college):
    LessonTime.objects.filter(site=college.sixth, weekday=4, number=1).update(week="A")
    LessonTime.objects.filter(site=college.sixth, weekday=4, number=2).update(week="B")
    labels = [s.label for s in sittings_on(college.today, college.quill)]
    other = [s.label for s in sittings_on(date(2026, 11, 13), college.quill)]
    assert sorted([*labels, *other]) == ["P1 09:00", "P2 10:00", "P3 11:20", "P3 11:20"]
    assert len(labels) == len(other) == 2
    found = {}
    for slug in ("0900", "1000"):
        for day in (college.today, date(2026, 11, 13)):
            try:
                found[slug, day] = lesson_of(college, slug=slug, day=day).label
            except NoRegister:
                continue
    assert sorted(found.values()) == ["P1 09:00", "P2 10:00"]  # each on one of the two Fridays, as the lists have it
    assert {day: label for (_, day), label in found.items()}[college.today] == labels[0]


def test_whoever_heads_a_year_reaches_no_lesson_by_the_number_of_a_tutor_group(college):
    """Lessons are numbered by themselves: the first two have the numbers of AM and PM."""
    lesson = lesson_of(college)._replace(slot=1, group_id=college.caseloads["10A"].pk)
    assert rules.reaches(college.lind, rules.TAKE, session_of(college))
    assert not rules.reaches(college.lind, rules.TAKE, lesson)


def test_only_registers_that_have_begun_can_be_missing(college):
    """At ten: both tutor groups' mornings and the first lessons, none of the afternoon's."""
    slugs = {line.sitting.slug for line in missing_registers(college.price, [college.today])}
    assert slugs == {"am", "0900", "1000"}
    assert missing_registers(college.okafor, [college.today]) == []


def test_runs_of_absence_in_a_week_are_one_event_and_long_runs_stay_one(college):
    ada = college.student("Ada")
    for day, slug, code in (
        (date(2026, 11, 9), "am", "N"), (date(2026, 11, 9), "pm", "\\"), (date(2026, 11, 10), "am", "N"),
        (date(2026, 11, 11), "am", "/"), (date(2026, 11, 12), "am", "I"), (date(2026, 11, 13), "am", "I"),
        (date(2026, 11, 16), "am", "I"), (date(2026, 11, 17), "am", "L"),
    ):  # fmt: skip
        register = session_of(college, slug, day)
        actions.mark_register(
            by=college.price, register=register, marks=[NewMark(ada.pk, code, 7 if code == "L" else None)]
        )
    found = [(event["title"], event["text"]) for event in events(ada.pk, START, END, "session")]
    assert found == [
        ("Late", "7 minutes"),
        ("Absent for 3 sessions on 3 days", "Illness"),
        ("Absent for 2 sessions on 2 days", "Absent, reason not yet known"),
    ]


def test_a_college_may_have_codes_of_its_own(college):
    AttendanceCode.objects.create(
        series="lesson",
        site=college.sixth,
        code="T",
        short="Talk",
        meaning="At a talk",
        stat_class="AEA",
        set_by="quick",
    )
    AttendanceCode.objects.create(
        series="lesson",
        site=college.sixth,
        code="P",
        short="Present",
        meaning="Present",
        stat_class="P",
        set_by="quick",
    )
    actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks_for(college, "S1", "P", Wren="T"))
    assert totals_for(Student.objects.all(), END, END + timedelta(days=1), "lesson") == Totals(
        present=7, approved=1, series="lesson"
    )


@pytest.mark.parametrize("fell_by", [None, 1, 8])
def test_those_who_missed_much_are_those_whose_totals_say_so(marked, fell_by):
    year, weeks = (START, date(2026, 11, 18)), (date(2026, 11, 10), date(2026, 11, 18))
    away = {"by": marked.price, "series": "session", "code": "V", "reason": "A visit", "replace": True}
    everybody = [student.pk for student in members(marked)]
    actions.set_code_for_many(student_ids=everybody[:2], start=START, end=END, **away)
    actions.set_code_for_many(student_ids=everybody[2:4], start=START, end=date(2026, 11, 12), **away)
    totals = totals_in_windows(Student.objects.all(), {"year": year, "weeks": weeks})

    def worth_a_word(found):
        fell = found["year"].attendance - found["weeks"].attendance
        return found["year"].is_persistent or (fell_by is not None and fell >= fell_by)

    kept = missing_much(Student.objects.all(), year, weeks, "session", fell_by)
    assert set(kept) == {pk for pk, found in totals.items() if worth_a_word(found)}
    assert 0 < len(kept) < len(totals)
    for pk, (of_year, of_weeks) in kept.items():
        assert (of_year.words, of_weeks.words) == (totals[pk]["year"].words, totals[pk]["weeks"].words)
