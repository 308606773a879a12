"""Six weeks are the last six finished school weeks of the student's own site; the week that runs stands beside them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from attendance.actions import rebuild_summary
from attendance.queries.analysis.scope import read_scope
from attendance.queries.analysis.spans import windows_offered
from attendance.queries.figures.lists import figures
from attendance.queries.figures.totals import totals_for
from attendance.queries.figures.windows import SIX_WEEKS, together, usual_totals, windows, windows_by_site
from caseload.models import Closure, SiteMembership
from caseload.queries.calendar import school_days
from core import clock
from tests.attendance.test_analysis import mark_sessions, year_of

YEAR_STARTS = date(2026, 9, 1)  # school opens on Wed 2 Sep; half-term is 26 to 30 Oct


@pytest.mark.parametrize(
    ("day", "six_weeks", "weeks", "before", "weeks_before"),
    [
        # A Friday: its own week still runs. 9 and 2 Nov, 19, 12 and 5 Oct, 28 Sep.
        (date(2026, 11, 20), (date(2026, 9, 28), date(2026, 11, 15)), 6, (YEAR_STARTS, date(2026, 9, 27)), 4),
        # From Saturday on it is over.
        (date(2026, 11, 21), (date(2026, 10, 5), date(2026, 11, 22)), 6, (YEAR_STARTS, date(2026, 10, 4)), 5),
        # A Monday loses nothing: the same six weeks as at the weekend.
        (date(2026, 11, 23), (date(2026, 10, 5), date(2026, 11, 22)), 6, (YEAR_STARTS, date(2026, 10, 4)), 5),
        # The Monday after half-term: six weeks of school, not five and a holiday.
        (date(2026, 11, 2), (date(2026, 9, 14), date(2026, 10, 25)), 6, (YEAR_STARTS, date(2026, 9, 13)), 2),
        # In the first week of the year nothing is finished, and in the second one week is.
        (date(2026, 9, 3), (date(2026, 9, 3), date(2026, 9, 2)), 0, (date(2026, 9, 3), date(2026, 9, 2)), 0),
        (date(2026, 9, 9), (YEAR_STARTS, date(2026, 9, 6)), 1, (date(2026, 9, 9), date(2026, 9, 8)), 0),
        # In summer they are the last six of the year that has ended.
        (date(2027, 8, 14), None, 6, None, 6),
    ],
)
def test_six_weeks_are_the_last_six_that_are_over(college, day, six_weeks, weeks, before, weeks_before):
    shown = windows(day)
    assert (shown.weeks, shown.weeks_before, shown.week) == (weeks, weeks_before, (clock.week_of(day), day))
    if six_weeks:
        assert (shown.six_weeks, shown.before) == (six_weeks, before)
    open_days = school_days(None, *shown.six_weeks)
    assert len({clock.week_of(each) for each in open_days}) == weeks


def test_a_short_window_says_how_many_weeks_it_has(college):
    assert [windows(day).short for day in (date(2026, 11, 20), date(2026, 9, 3), date(2026, 9, 9), date(2026, 9, 16))] == [
        "", "no finished week yet", "one finished week so far", "two finished weeks so far",
    ]  # fmt: skip
    assert [windows(day).label for day in (date(2026, 11, 20), date(2026, 9, 9), date(2026, 9, 16))] == [
        "Six weeks", "One week", "Two weeks",
    ]  # fmt: skip
    assert (windows(date(2026, 11, 20)).against, windows(date(2026, 9, 16)).against) == ("the four weeks before", "")


def test_a_site_with_other_closures_has_its_own_six_weeks(college):
    """The sixth form is shut for the week of 9 November; the school is not."""
    Closure.objects.create(site=college.sixth, starts_on=date(2026, 11, 9), ends_on=date(2026, 11, 13), kind="closure")
    shown = windows_by_site([college.school.pk, college.sixth.pk], college.today)
    assert shown[college.school.pk].six_weeks == (date(2026, 9, 28), date(2026, 11, 15))
    assert shown[college.sixth.pk].six_weeks == (date(2026, 9, 21), date(2026, 11, 8))
    ids = [student.pk for student in college.students]
    spans = {those.series: those.windows.six_weeks for those in together(ids, college.today)}
    assert spans == {
        "session": (date(2026, 9, 28), date(2026, 11, 15)),
        "lesson": (date(2026, 9, 21), date(2026, 11, 8)),
    }


def test_two_schools_with_other_closures_are_each_counted_in_their_own_weeks(college):
    """Ben's site shuts for a week in October: his six weeks begin a week earlier, on every page."""
    other = type(college.school).objects.create(name="Hill School", kind="school")
    ada, ben = college.student("Ada"), college.student("Ben")
    SiteMembership.objects.filter(student=ben).update(site=other)
    Closure.objects.create(site=other, starts_on=date(2026, 10, 12), ends_on=date(2026, 10, 16), kind="closure")
    for student in (ada, ben):
        year_of(college, student, I=20)
    rebuild_summary()
    own = {ada.pk: (date(2026, 9, 28), date(2026, 11, 15)), ben.pk: (date(2026, 9, 21), date(2026, 11, 15))}
    totals = usual_totals(own, ("six_weeks",), college.today)
    scope = read_scope(college.lind)
    offered = windows_offered(scope.ids, scope.day)["six_weeks"]
    for pk, span in own.items():
        by_hand = totals_for([pk], *span)
        assert by_hand.possible == {ada.pk: 60, ben.pk: 70}[pk]
        assert totals[pk]["six_weeks"] == by_hand
        assert figures([pk])[pk].six_weeks[:4] == by_hand[:4]
        assert offered.span_of(pk) == span
    assert offered.dates == "21 Sep to 15 Nov 2026 and 28 Sep to 15 Nov 2026"


def test_this_week_so_far_is_in_no_six_weeks(college):
    """Absent all of this week: the week says so, the six weeks do not fall."""
    ada = college.student("Ada")
    days = school_days(college.school, date(2026, 9, 2), college.today)
    this_week = [day for day in days if day >= date(2026, 11, 16)]
    mark_sessions(college, ada, ["/\\"[n % 2] for n in range(2 * (len(days) - len(this_week)))] + ["I"] * 10, days)
    rebuild_summary()
    found = usual_totals([ada.pk], day=college.today)[ada.pk]
    assert (found["six_weeks"].percent, found["six_weeks"].possible, found["week"].percent) == (
        "100.0\u202f%",
        60,
        "0.0\u202f%",
    )


def test_pages_of_the_first_week_say_that_nothing_is_finished(college, sign_in):
    with clock.set_to(clock.at(date(2026, 9, 3), 10)):
        head = sign_in(college.lind)
        for name in ("comparison", "punctuality"):
            page = head.get(reverse(f"attendance:{name}"))
            assert page.status_code == 200
            assert "no finished week yet" in page.content.decode()
        student = head.get(reverse("attendance:student_attendance", args=[college.student("Ada").public_id]))
        assert "no finished week yet" in student.content.decode()
        sheet = head.get(reverse("attendance:comparison"), {"as": "csv"})
        assert "no finished week yet" in b"".join(sheet.streaming_content).decode("utf-8-sig")


def test_the_number_of_weeks_is_that_of_the_rule(college):
    assert SIX_WEEKS == 6
    assert windows(date(2026, 11, 20)).six_weeks[1] - windows(date(2026, 11, 20)).six_weeks[0] == timedelta(days=48)


def test_a_week_that_runs_is_set_beside_nothing(college, sign_in):
    """No change is said of an unfinished week, on the page or in its file."""
    for student in college.students:
        year_of(college, student, I=4)
    rebuild_summary()
    page = sign_in(college.lind).get(reverse("attendance:comparison"), {"window": "week"})
    sides = [side for table in page.context["tables"] for side, _ in table["rows"]]
    assert {side.points for side in sides if side.now.possible} == {None}
    assert "No change is said" in page.content.decode()
