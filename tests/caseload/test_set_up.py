"""Where there is no calendar, no groups or no timetable for today, pages say so, and data managers are told beforehand."""

from datetime import date
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from caseload.models import (
    AcademicYear,
    Caseload,
    CaseloadGrant,
    CaseloadMembership,
    Closure,
    Term,
    TimetabledLesson,
)
from caseload.queries.set_up import missing_for_today, to_set_up
from core import clock
from tests.college import College
from tests.setting_up import setting_up

SignIn = Any
SEPTEMBER = date(2027, 9, 8)
NEXT = DateRange(date(2027, 9, 1), date(2028, 9, 1))
NO_YEAR = "The calendar has no academic year for Wed 8 Sep"
NO_GROUPS = "No student of Waymark School is in a tutor group today"
NO_GROUPS_SIXTH = "No student of Waymark Sixth is in a caseload or class today"
NO_TIMETABLE = "Waymark Sixth has no timetable today"


@pytest.fixture
def september(college: College) -> Any:
    """Wednesday 8 September 2027, in a college whose calendar ends in July 2027."""
    with clock.set_to(clock.at(SEPTEMBER, 10)):
        yield


def next_year(terms: bool = True) -> AcademicYear:
    year = AcademicYear.objects.create(start_year=2027, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))
    if terms:
        Term.objects.create(year=year, name="Autumn", starts_on=date(2027, 9, 2), ends_on=date(2027, 12, 17))
    return year


def words(user: Any) -> list[str]:
    return [each.words for each in missing_for_today(user)]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_nothing_is_missing_in_a_college_that_is_set_up(college: College) -> None:
    assert words(college.okafor) == words(college.tran) == words(college.sam) == []


def test_each_reads_what_is_missing_at_their_own_sites(college: College, september: Any) -> None:
    assert words(college.okafor) == [NO_YEAR, NO_GROUPS]
    assert words(college.lind) == [NO_YEAR, NO_GROUPS]
    assert words(college.marsh) == [NO_YEAR, NO_GROUPS]
    assert words(college.farah) == [NO_YEAR, NO_GROUPS_SIXTH, NO_TIMETABLE]
    assert words(college.tran) == words(college.sam) == [NO_YEAR, NO_GROUPS, NO_GROUPS_SIXTH, NO_TIMETABLE]


def test_a_year_without_terms_is_no_calendar(college: College, september: Any) -> None:
    next_year(terms=False)
    assert words(college.okafor)[0] == "The calendar has no terms for 2027/28"


def test_what_is_set_up_is_missing_no_longer(college: College, september: Any) -> None:
    year = next_year()
    assert words(college.okafor) == [NO_GROUPS]
    group = Caseload.objects.create(year=year, site=college.school, name="11A")
    CaseloadMembership.objects.create(student=college.student("Ada"), group=group, period=NEXT)
    del college.okafor._reach
    assert words(college.okafor) == []
    TimetabledLesson.objects.filter(group=college.groups["12 Biology B"]).update(period=NEXT)
    assert words(college.farah) == [NO_GROUPS_SIXTH]


PAGES = {
    "okafor": (
        "caseload:my_work",
        "caseload:caseload_list",
        "caseload:student_list",
        "attendance:register_list",
        "attendance:absent_list",
        "attendance:first_day_list",
        "attendance:evacuation_list",
        "attendance:alert_list",
        "interventions:slot_list",
    ),
    "price": ("attendance:missing_register_list", "attendance:unexplained_list", "attendance:planned_list"),
    "lind": ("reporting:dashboard", "interventions:coverage_list", "interventions:workload_list"),
    "mendes": ("caseload:teaching_group_list", "attendance:register_list"),
}
NOTHING_SAID = (
    "Nothing is due",
    "No register is missing",
    "in the holidays",
    "Every absence has a reason",
    "Nobody is marked absent",
    "Closed today",
    "Closed on this day",
    "Everybody has been seen lately",
    "No students yet",
)


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_no_page_takes_it_for_nothing_to_do(
    college: College, september: Any, sign_in: SignIn, who: str, path: str
) -> None:
    page = text_of(sign_in(getattr(college, who)), reverse(path))
    assert NO_YEAR in page
    assert "A data manager can put this right." in page
    assert [each for each in NOTHING_SAID if each in page] == []


def test_who_can_mend_it_gets_the_way_there(college: College, september: Any, sign_in: SignIn) -> None:
    page = text_of(sign_in(college.tran), "/my-work/")
    assert f'{NO_YEAR}. <a href="/set-up/calendar/">Set up the calendar</a>' in page
    assert f'{NO_GROUPS}. <a href="/set-up/rollover/">Prepare the rollover</a>' in page
    assert "A data manager can put this right." not in page


def test_a_tutor_whose_group_ended_with_the_year_reads_why(college: College, september: Any, sign_in: SignIn) -> None:
    """Where they land, and wherever they are refused."""
    with setting_up():
        CaseloadGrant.objects.filter(user=college.okafor).update(period=DateRange(date(2026, 9, 1), date(2027, 9, 1)))
    client = sign_in(college.okafor)
    landed = client.get("/", follow=True)
    assert landed.redirect_chain == [("/safeguarding/mine/", 302)]
    pages = {"/safeguarding/mine/": landed} | {
        path: client.get(path) for path in ("/caseload/", "/registers/", "/panels/")
    }
    assert {path: page.status_code for path, page in pages.items()} == {
        "/safeguarding/mine/": 200, "/caseload/": 403, "/registers/": 403, "/panels/": 403,
    }  # fmt: skip
    for path, page in pages.items():
        assert "so you may see less than usual." in page.content.decode(), path
        assert f"<li>{NO_YEAR}.</li><li>{NO_GROUPS}.</li>" in page.content.decode(), path
        assert ("You have no role today." in page.content.decode()) == (page.status_code == 403), path


def test_a_page_that_does_not_depend_on_today_says_nothing_to_those_with_a_role(
    college: College, september: Any, sign_in: SignIn
) -> None:
    assert NO_YEAR not in text_of(sign_in(college.okafor), "/safeguarding/mine/")


def test_calendar_and_rollover_say_that_today_is_in_no_year(college: College, september: Any, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    assert f'<li>{NO_YEAR}. <a href="/set-up/calendar/">' in text_of(client, "/set-up/rollover/")
    assert f"<li>{NO_YEAR}.</li>" in text_of(client, "/set-up/calendar/")


def test_a_students_page_names_what_is_missing_at_their_sites_only(
    college: College, september: Any, sign_in: SignIn
) -> None:
    next_year()
    page = text_of(sign_in(college.tran), reverse("caseload:student_detail", args=[college.student("Ada").public_id]))
    assert NO_GROUPS in page
    assert (NO_GROUPS_SIXTH in page, NO_TIMETABLE in page) == (False, False)


def test_where_the_year_before_had_no_groups_they_come_with_an_import(
    college: College, september: Any, sign_in: SignIn
) -> None:
    """A rollover could fill nothing there."""
    next_year()
    CaseloadMembership.objects.filter(group__site=college.school).delete()
    page = text_of(sign_in(college.tran), "/my-work/")
    assert f'{NO_GROUPS}. <a href="/imports/">Import the groups</a>' in page


def test_an_installation_without_any_calendar_says_so(college: College, sign_in: SignIn) -> None:
    Closure.objects.all().delete()
    Term.objects.all().delete()
    page = text_of(sign_in(college.okafor), "/registers/")
    assert "The calendar has no terms for 2026/27." in page
    assert "in the holidays" not in page


# --- Told beforehand --------------------------------------------------------------------------------------------------


def due_on(college: College, day: date) -> list[tuple[str, date, str]]:
    with clock.set_to(clock.at(day, 10)):
        return [(item.words, item.since, item.url) for item in to_set_up(college.tran, 100)]


def test_from_july_on_the_data_manager_is_told_of_a_missing_year(college: College) -> None:
    since, url = date(2027, 7, 1), "/set-up/calendar/"
    assert due_on(college, date(2027, 6, 30)) == []
    there = [("The academic year 2027/28 is not in the calendar yet", since, url)]
    assert due_on(college, date(2027, 7, 1)) == due_on(college, SEPTEMBER) == there
    year = next_year(terms=False)
    assert due_on(college, date(2027, 7, 1)) == [("2027/28 has no terms yet", since, url)]
    Term.objects.create(year=year, name="Autumn", starts_on=date(2027, 9, 2), ends_on=date(2027, 12, 17))
    assert due_on(college, date(2027, 7, 1)) == [
        ("No student of Waymark School is in a tutor group in 2027/28", since, "/set-up/rollover/"),
        ("No student of Waymark Sixth is in a caseload or class in 2027/28", since, "/set-up/rollover/"),
        ("Waymark Sixth has no timetable in 2027/28", since, "/set-up/groups/?kind=teaching_group"),
    ]


def test_a_calendar_that_ends_too_early_is_due_too(college: College) -> None:
    AcademicYear.objects.filter(start_year=2026).update(ends_on=date(2027, 5, 31))
    assert due_on(college, date(2027, 5, 31)) == []
    words = "The calendar has no academic year for Tue 1 Jun"
    assert due_on(college, date(2027, 6, 1)) == [(words, date(2026, 7, 1), "/set-up/calendar/")]


def test_it_stands_on_the_data_managers_list_and_on_nobody_elses(college: College, sign_in: SignIn) -> None:
    with clock.set_to(clock.at(date(2027, 7, 1), 10)):
        assert "The academic year 2027/28 is not in the calendar yet" in text_of(sign_in(college.tran), "/my-work/")
        for who in ("okafor", "lind", "novak", "ward"):
            assert "2027/28" not in text_of(sign_in(getattr(college, who)), "/my-work/"), who
