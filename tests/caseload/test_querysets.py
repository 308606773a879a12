"""Whom somebody reaches through each kind of container: exact sets, and somebody who could have leaked."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from caseload.models import CaseloadMembership, Student
from caseload.querysets import ids_of, learn_reach, looked_after, reached
from core import clock
from core.pages.once import one_reading
from tests.college import TODAY, College
from tests.people import STUDENTS

VIEW = "caseload.view_student"


def seen(user: User, permission: str = VIEW) -> set[str]:
    vars(user).pop("_reach", None)
    return set(Student.objects.visible_to(user, permission).values_list("given_name", flat=True))


def seen_now(user: User, permission: str = VIEW) -> set[str]:
    return set(Student.objects.visible_to(user, permission).values_list("given_name", flat=True))


def of(*, group: str = "", year: int = 0, house: str = "", site: str = "") -> set[str]:
    return {
        given
        for given, _, nc, tutor, in_house, _ in STUDENTS
        if (not group or tutor == group)
        and (not year or nc == year)
        and (not house or in_house == house)
        and (not site or (nc < 12) == (site == "school"))
    }


EVERYBODY = of()


def test_a_tutor_reaches_the_caseload_and_not_the_next_group(college: College) -> None:
    assert seen(college.okafor) == of(group="10A")
    assert "Imran" not in seen(college.okafor)


def test_a_teacher_reaches_the_members_while_they_teach_them_and_only_as_a_teacher(college: College) -> None:
    assert seen(college.mendes) == of(group="10A")
    assert seen(college.mendes, "caseload.view_contacts") == set()
    assert seen(college.mendes, "interventions.view_pastoral_note") == set()


def test_a_tutor_whose_reach_was_learnt_reaches_the_same_students_without_asking_by_group(college: College) -> None:
    with one_reading(), CaptureQueriesContext(connection) as asked:
        learn_reach(college.okafor, [VIEW, "caseload.view_contacts"])
        ids = reached(college.okafor, VIEW)
        assert ids == looked_after(college.okafor, VIEW)
        found = Student.objects.filter(pk__in=ids).values_list("given_name", flat=True)
        assert set(found) == seen_now(college.okafor) == of(group="10A")
    assert isinstance(ids, frozenset)
    assert sum("AND p.id IN" in each["sql"] for each in asked) == 1  # whom they reach, asked once
    with one_reading():
        learn_reach(college.lind, [VIEW])
        assert not isinstance(reached(college.lind, VIEW), frozenset)  # a whole year is asked for by group
    learn_reach(college.okafor, [VIEW])
    assert not isinstance(reached(college.okafor, VIEW), frozenset)  # nothing is kept outside a page


def test_who_was_merged_or_erased_is_not_learnt(college: College) -> None:
    ada = Student.objects.get(given_name="Ada")
    Student.objects.filter(pk=ada.pk).update(merged_into=Student.objects.get(given_name="Imran"))
    with one_reading():
        learn_reach(college.okafor, [VIEW])
        assert ada.pk not in ids_of(reached(college.okafor, VIEW))


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("lind", of(year=10)),
        ("vance", of(year=9)),
        ("hollis", of(house="Kestrel")),
        ("marsh", of(group="10A")),
        ("doyle", of(site="school")),
        ("singh", of(group="S1")),
        ("rahman", EVERYBODY),
        ("novak", EVERYBODY),
        ("price", EVERYBODY),
        ("tran", EVERYBODY),
        ("ward", set()),
        ("sam", set()),
    ],
)
def test_each_kind_of_container(college: College, who: str, whom: set[str]) -> None:
    assert seen(getattr(college, who)) == whom


def test_rows_about_students_are_filtered_by_the_very_students_that_are_visible(college: College) -> None:
    """Whatever somebody holds: a merged student's rows are nobody's either."""
    college.grant(college.sam, "area_leader", "course", college.maths)
    gone = Student.objects.filter(given_name__in=STUDENTS[0][:1])
    gone.update(merged_into=Student.objects.exclude(pk__in=gone).first())
    for who in ("okafor", "mendes", "lind", "hollis", "marsh", "doyle", "singh", "price", "ward", "sam"):
        user = getattr(college, who)
        for permission in (VIEW, "interventions.view_pastoral_note", "attendance.view_attendance"):
            about = Student.objects.filter(pk__in=reached(user, permission)).values_list("given_name", flat=True)
            assert set(about) == seen(user, permission), (who, permission)
    assert seen(college.price) == EVERYBODY - {STUDENTS[0][0]}


def test_a_course_reaches_those_taught_it(college: College) -> None:
    college.grant(college.sam, "area_leader", "course", college.maths)
    assert seen(college.sam) == of(group="10A")


def test_reach_belongs_to_the_role_it_came_with(college: College) -> None:
    """A tutor who is also attendance officer sees everybody's attendance and only the caseload's notes."""
    college.grant(college.okafor, "attendance_officer", "college")
    assert seen(college.okafor, "attendance.view_attendance") == EVERYBODY
    assert seen(college.okafor, "interventions.view_pastoral_note") == of(group="10A")
    assert seen(college.okafor, "caseload.view_characteristics") == of(group="10A")


def test_a_system_administrator_who_also_tutors_reaches_the_caseload_alone(college: College) -> None:
    college.grant(college.ward, "tutor", "caseload", college.caseloads["10B"])
    assert seen(college.ward) == of(group="10B")


def test_a_grant_that_ended_yesterday_reaches_nobody(college: College) -> None:
    ended = DateRange(date(2026, 9, 1), TODAY)
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"], period=ended)
    assert seen(college.sam) == set()


def test_a_grant_from_tomorrow_reaches_nobody_yet(college: College) -> None:
    tomorrow = DateRange(TODAY + timedelta(days=1), None)
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"], period=tomorrow)
    assert seen(college.sam) == set()
    with clock.set_to(clock.at(TODAY + timedelta(days=1), 9)):
        assert seen(college.sam) == of(group="10A")


def test_a_member_who_left_yesterday_is_out_of_reach(college: College) -> None:
    row = CaseloadMembership.objects.get(student=college.student("Ada"))
    row.period = DateRange(row.period.lower, TODAY)
    row.save()
    assert seen(college.okafor) == of(group="10A") - {"Ada"}
    assert "Ada" in seen(college.lind)


def test_merged_and_erased_students_are_found_by_nobody(college: College) -> None:
    ada, ben = college.student("Ada"), college.student("Ben")
    Student.objects.filter(pk=ada.pk).update(merged_into=ben)
    Student.objects.filter(pk=college.student("Chloe").pk).update(erased_at=clock.now())
    assert seen(college.tran) == EVERYBODY - {"Ada", "Chloe"}


def test_somebody_who_left_the_staff_reaches_nobody(college: College) -> None:
    college.okafor.ended_on = TODAY
    assert seen(college.okafor) == of(group="10A")  # the last day is still theirs
    college.okafor.ended_on = TODAY - timedelta(days=1)
    assert seen(college.okafor) == set()
