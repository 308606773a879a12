"""Students leave: their roll ends with every place of theirs, those left out are named, and what was planned goes too."""

from datetime import date, time
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from attendance import actions as attendance
from attendance.models import PlannedAbsence, SessionMark
from attendance.planning import Wanted
from audit.models import Entry
from caseload.actions import leaving
from caseload.models import (
    CaseloadMembership,
    Enrolment,
    HouseMembership,
    SiteMembership,
    TeachingGroup,
    TeachingGroupMembership,
    YearGroupMembership,
)
from caseload.rules.students import NotAllowed
from core import clock, naming
from core.actors import SystemActor
from interventions import actions as one_to_ones
from interventions.actions.bookings import TimesSaid
from interventions.choices import BookingState
from interventions.models import Booking, Intervention, InterventionMember, InterventionType, MeetingType
from tests.attendance.conftest import marks_for, session_of
from tests.college import SINCE, College

MODELS = (SiteMembership, YearGroupMembership, HouseMembership, CaseloadMembership, TeachingGroupMembership)
LAST, AFTER = date(2026, 11, 13), date(2026, 11, 14)  # a Friday, and the day after


def periods(college: College, given: str = "Ada") -> dict[str, list[tuple[date, date | None]]]:
    """The periods of every kind of place that a student has."""
    student = college.student(given)
    return {
        model.__name__: [(row.period.lower, row.period.upper) for row in model.objects.filter(student=student).order_by("period")]
        for model in MODELS
    }  # fmt: skip


def next_year_in(college: College, given: str = "Ada") -> None:
    """Places that begin later: next year's year group, and a class that begins in the spring."""
    student = college.student(given)
    later = TeachingGroup.objects.create(year=college.year, site=college.school, name="Spring club")
    following = DateRange(date(2027, 9, 1), date(2028, 9, 1))
    YearGroupMembership.objects.create(
        student=student, group=college.years[11], year=college.year, period=following
    )  # fmt: skip
    TeachingGroupMembership.objects.create(
        student=student, group=later, period=DateRange(date(2027, 1, 4), date(2027, 9, 1))
    )


def test_every_place_ends_on_the_last_day_and_later_ones_are_removed(college: College) -> None:
    next_year_in(college)
    left = leaving.end_roll(college.tran, college.student("Ada"), LAST, "Moved away", destination="Another school")
    begun = [(date(2026, 9, 1), AFTER)]
    assert periods(college) == {model.__name__: begun for model in MODELS}
    roll = SiteMembership.objects.get(student=college.student("Ada"))
    assert (roll.leaving_reason, roll.destination) == ("Moved away", "Another school")
    assert ([student.given_name for student in left.ended], left.left_out, left.places) == (["Ada"], [], 7)
    entry = Entry.objects.get(verb="caseload.roll_ended")
    assert (entry.actor_id, entry.object_id) == (college.tran.pk, str(college.student("Ada").pk))
    assert entry.details == {"last_day": "2026-11-13", "sites": None}


def test_a_last_day_before_the_first_is_refused_and_says_what_to_do(college: College) -> None:
    before = periods(college)
    with pytest.raises(leaving.BeforeFirstDay) as refused:
        leaving.end_roll(college.tran, college.student("Ada"), date(2026, 8, 31))
    assert refused.value.sentence == (
        "Ada Ábel is on roll from Tue 1 Sep, after Mon 31 Aug. Give a last day from Tue 1 Sep on, or say that they were"
        " never here."
    )
    assert periods(college) == before
    assert not Entry.objects.filter(verb="caseload.roll_ended").exists()


def test_whoever_left_already_is_told_when(college: College) -> None:
    leaving.end_roll(college.tran, college.student("Ada"), LAST)
    for day in (LAST, college.today):
        with pytest.raises(leaving.HasLeft) as refused:
            leaving.end_roll(college.tran, college.student("Ada"), day)
        assert refused.value.sentence == "Ada Ábel left on Fri 13 Nov already."
    with pytest.raises(leaving.NeverOnRoll):
        leaving.end_roll(college.tran, college.student("Ada"), LAST, sites=[college.sixth.pk])


def test_an_earlier_last_day_corrects_a_later_one(college: College) -> None:
    leaving.end_roll(college.tran, college.student("Ada"), college.today)
    leaving.end_roll(college.tran, college.student("Ada"), LAST)
    assert periods(college)["SiteMembership"] == [(date(2026, 9, 1), AFTER)]


def test_many_at_once_leave_together_and_those_left_out_are_named(college: College) -> None:
    SiteMembership.objects.filter(student=college.student("Ben")).update(period=DateRange(date(2026, 11, 16), None))
    chosen = [college.student(given) for given in ("Ada", "Ben", "Chloe")]
    left = leaving.end_rolls(college.tran, chosen, LAST)
    assert [student.given_name for student in left.ended] == ["Ada", "Chloe"]
    assert [(type(one), one.student.given_name) for one in left.left_out] == [(leaving.BeforeFirstDay, "Ben")]
    assert periods(college, "Ben")["SiteMembership"] == [(date(2026, 11, 16), None)]
    assert periods(college, "Chloe")["SiteMembership"] == [(date(2026, 9, 1), AFTER)]


def test_the_same_number_of_statements_for_two_and_for_eight(
    college: College, django_assert_max_num_queries: Any
) -> None:
    """Beside the one entry in the audit log for each."""
    for given in (["Ada", "Ben"], ["Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo", "Imran", "Jade"]):
        with naming.named(college.tran.pk), django_assert_max_num_queries(30 + len(given)):
            leaving.end_rolls(college.tran, [college.student(one) for one in given], LAST)


def test_at_one_site_the_places_at_another_stay(college: College) -> None:
    ada, plan = college.student("Ada"), _planned(college)
    SiteMembership.objects.create(student=ada, site=college.sixth, period=SINCE)
    TeachingGroupMembership.objects.create(student=ada, group=college.groups["12 Biology B"], period=SINCE)
    leaving.end_roll(college.tran, ada, LAST, sites=[college.school.pk])
    assert list(SiteMembership.objects.filter(student=ada, period__endswith=None).values_list("site", flat=True)) == [
        college.sixth.pk
    ]
    assert list(
        TeachingGroupMembership.objects.filter(student=ada, period__endswith=None).values_list("group__name", flat=True)
    ) == ["12 Biology B"]
    plan.refresh_from_db()
    assert plan.withdrawn_at is None  # still here, at the other site


def test_courses_end_completed_when_their_end_had_come_and_withdrawn_otherwise(college: College) -> None:
    ada, more = college.student("Ada"), {"site": college.school, "started_on": date(2026, 9, 1)}
    for course, planned in ((college.maths, date(2026, 11, 1)), (college.biology, date(2027, 7, 1))):
        Enrolment.objects.create(student=ada, course=course, planned_end_on=planned, **more)
    Enrolment.objects.create(
        student=ada, course=college.maths, site=college.school, started_on=date(2027, 1, 4)
    )  # fmt: skip
    leaving.end_roll(college.tran, ada, LAST)
    rows = Enrolment.objects.filter(student=ada).order_by("planned_end_on")
    assert list(rows.values_list("course__title", "ended_on", "status", "withdraw_reason")) == [
        ("GCSE Mathematics", LAST, Enrolment.Status.COMPLETED, None),
        ("A level Biology", LAST, Enrolment.Status.WITHDRAWN, 98),
    ]


def _planned(college: College, given: str = "Ada", start: date = date(2026, 11, 23)) -> PlannedAbsence:
    wanted = Wanted("appointment", start, date(2026, 11, 27), session_code="M", lesson_code="M")
    return attendance.plan_absence(by=college.price, student_ids=[college.student(given).pk], wanted=wanted)[0]


def test_absence_planned_for_later_is_withdrawn_and_its_marks_go(college: College) -> None:
    later = _planned(college)
    under_way = _planned(college, "Ben", start=date(2026, 11, 23))
    leaving.end_roll(college.tran, college.student("Ada"), college.today)
    leaving.end_roll(college.tran, college.student("Ben"), date(2026, 11, 24))
    later.refresh_from_db()
    under_way.refresh_from_db()
    assert (later.withdrawn_by, later.withdrawn_reason) == (college.tran, "No longer on roll")
    assert (under_way.withdrawn_at, under_way.ends_on) == (None, date(2026, 11, 24))
    marks = SessionMark.objects.exclude(code=None).values_list("student__given_name", "date")
    assert set(marks) == {("Ben", date(2026, 11, 23)), ("Ben", date(2026, 11, 24))}


def test_booked_one_to_ones_are_cancelled_and_interventions_end(college: College) -> None:
    ada, monday = college.student("Ada"), date(2026, 11, 23)
    kind = MeetingType.objects.get(code="progress-review")
    slot = one_to_ones.open_times(TimesSaid(monday, time(9), time(10), 15, kind, "R4"), by=college.okafor)[0]
    one_to_ones.book_time(slot, ada, by=college.okafor)
    course = Intervention.objects.create(
        type=InterventionType.objects.first(), title="Reading", area="literacy", intended="Reads at home",
        figure="attendance", starts_on=date(2026, 9, 7), review_on=monday, led_by=college.okafor, made_by=college.okafor,
    )  # fmt: skip
    InterventionMember.objects.create(intervention=course, student=ada, period=DateRange(date(2026, 9, 7), None))
    left = leaving.end_roll(college.tran, ada, college.today)
    assert Booking.objects.get().state == BookingState.CANCELLED
    member = InterventionMember.objects.get()
    assert (member.period.upper, member.left_because) == (date(2026, 11, 21), "No longer on roll")
    assert left.planned == {"planned absences": 0, "one-to-ones and interventions": 2}


def test_never_here_takes_every_place_away(college: College) -> None:
    next_year_in(college)
    assert leaving.never_here(college.tran, college.student("Ada")) == date(2026, 9, 1)
    assert periods(college) == {model.__name__: [] for model in MODELS}
    entry = Entry.objects.get(verb="caseload.never_here")
    assert entry.details == {"rolls": [[college.school.pk, "2026-09-01", "None"]]}


def test_never_here_keeps_an_earlier_time_on_roll(college: College) -> None:
    ada = college.student("Ada")
    leaving.end_roll(college.tran, ada, LAST)
    SiteMembership.objects.create(student=ada, site=college.school, period=DateRange(date(2026, 11, 18), None))
    leaving.never_here(college.tran, ada)
    assert periods(college)["SiteMembership"] == [(date(2026, 9, 1), AFTER)]


def test_whoever_was_marked_in_was_here(college: College) -> None:
    with clock.set_to(clock.at(college.today, 8, 50)):
        attendance.mark_register(by=college.price, register=session_of(college), marks=marks_for(college, Ben="N"))
    with pytest.raises(leaving.SeenHere) as refused:
        leaving.never_here(college.tran, college.student("Ada"))
    assert refused.value.sentence == "Ada Ábel was here on Fri 20 Nov. Give their last day instead."
    leaving.never_here(college.tran, college.student("Ben"))
    assert periods(college, "Ben")["SiteMembership"] == []


@pytest.mark.parametrize("who", ["okafor", "lind", "novak", "ward", "sam"])
def test_only_a_data_manager_ends_a_roll(college: College, who: str) -> None:
    for act in (
        lambda: leaving.end_roll(college.staff[who], college.student("Ada"), LAST),
        lambda: leaving.never_here(college.staff[who], college.student("Ada")),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert periods(college)["SiteMembership"] == [(date(2026, 9, 1), None)]


def test_a_data_manager_of_another_site_is_refused_for_all_of_them(college: College) -> None:
    college.grant(college.sam, "data_manager", "site", college.sixth)
    with pytest.raises(NotAllowed):
        leaving.end_rolls(college.sam, [college.student("Ada"), college.student("Wren")], LAST)
    assert periods(college, "Wren")["SiteMembership"] == [(date(2026, 9, 1), None)]
    leaving.end_rolls(college.sam, [college.student("Wren")], LAST)
    assert periods(college, "Wren")["SiteMembership"] == [(date(2026, 9, 1), AFTER)]


def test_a_named_system_actor_may(college: College) -> None:
    leaving.end_roll(SystemActor("roster-import", "test"), college.student("Ada"), LAST)
    assert periods(college)["SiteMembership"] == [(date(2026, 9, 1), AFTER)]
