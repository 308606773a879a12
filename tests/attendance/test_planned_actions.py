"""Planning absence: what is filled, what stays, what is taken away again, who may, and every sentence of refusal."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from attendance import actions
from attendance.errors import AlreadyWithdrawn, CannotPlan, NotAllowed, ReasonNeeded
from attendance.models import LessonMark, PlannedAbsence, SessionMark, SessionMarkChange
from attendance.planning import Wanted
from attendance.queries.absence.plan_survey import survey
from attendance.queries.figures.verification import differences
from audit.models import Entry
from caseload.models import Closure, Site, SiteMembership
from core import clock
from tests.attendance.conftest import code_of, marks_for, session_of

FRIDAY, MONDAY, WEDNESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 25)


def wanted(start=MONDAY, end=WEDNESDAY, kind="appointment", session="M", lesson="M", **more):
    return Wanted(kind, start, end, session_code=session, lesson_code=lesson, **more)


def planned(college, *names, by=None, **more):
    ids = [college.student(name).pk for name in names or ("Ada",)]
    return actions.plan_absence(by=by or college.price, student_ids=ids, wanted=wanted(**more))


def sessions(college, name="Ada"):
    rows = SessionMark.objects.filter(student=college.student(name)).order_by("date", "slot")
    return [f"{day:%a}{slot} {code}" for day, slot, code in rows.values_list("date", "slot", "code__code")]


def no_difference():
    return not [*differences("session"), *differences("lesson")]


def test_a_planned_absence_fills_the_sessions_and_lessons_to_come(college):
    (plan,) = planned(college, note="Orthodontist")
    assert sessions(college) == ["Mon1 M", "Mon2 M", "Tue1 M", "Tue2 M", "Wed1 M", "Wed2 M"]
    assert set(LessonMark.objects.values_list("date", "code__code", "note")) == {
        (day, "M", "Orthodontist") for day in (MONDAY, date(2026, 11, 24), WEDNESDAY)
    }
    assert (plan.session_code, plan.lesson_code, plan.entered_by) == ("M", "M", college.price)
    assert no_difference()


def test_only_the_part_of_the_day_and_the_weekdays_that_are_meant(college):
    planned(college, kind="part_time", session="C2", lesson="X", part="pm", weekdays=(0, 2))
    assert sessions(college) == ["Mon2 C2", "Wed2 C2"]
    assert not LessonMark.objects.exists()


def test_marks_that_stand_already_stay(college):
    with clock.set_to(clock.at(FRIDAY, 8, 50)):
        actions.mark_register(by=college.price, register=session_of(college), marks=marks_for(college))
    planned(college, start=FRIDAY, end=FRIDAY)
    assert sessions(college) == ["Fri1 /", "Fri2 M"]


def test_it_is_audited_with_numbers_and_codes_only(college):
    (plan,) = planned(college, note="Orthodontist")
    entry = Entry.objects.get(verb="attendance.planned_absence_set")
    assert (entry.actor_id, entry.object_id) == (college.price.pk, str(plan.pk))
    assert entry.details == {
        "kind": "appointment", "start": "2026-11-23", "end": "2026-11-25", "students": 1, "batch": None,
        "replaces": [], "marks": {"session": 6, "lesson": 3},
    }  # fmt: skip


@pytest.mark.parametrize("who", ["okafor", "mendes", "lind", "tran", "sam"])
def test_only_whoever_authorises_absence_plans_it(college, who):
    with pytest.raises(NotAllowed):
        planned(college, by=getattr(college, who))
    assert not PlannedAbsence.objects.exists()


def test_an_officer_of_one_site_does_not_plan_for_the_other(college):
    college.grant(college.sam, "attendance_officer", "site", college.school)
    planned(college, "Ada", by=college.sam)
    with pytest.raises(NotAllowed):
        planned(college, "Ada", "Wren", by=college.sam)


def refused(college, *names, **more):
    with pytest.raises(CannotPlan) as stopped:
        planned(college, *names, **more)
    assert not SessionMark.objects.exists()
    assert not LessonMark.objects.exists()
    return stopped.value


@pytest.mark.parametrize(
    ("dates", "fault"),
    [
        ({"start": WEDNESDAY, "end": MONDAY}, {"ends_on": "The last day is before the first."}),
        (
            {"start": date(2030, 3, 4), "end": date(2030, 3, 4)},
            {"starts_on": "Mon 4 Mar 2030 is in no academic year that is set up here."},
        ),
        (
            {"end": date(2027, 9, 3)},
            {"ends_on": "2026/27 ends on Tue 31 Aug 2027. Plan until then, and the rest in the next year."},
        ),
        ({"weekdays": (4,)}, {"weekdays": "None of these weekdays lies between the two days."}),
        (
            {"kind": "part_time", "session": "C2"},
            {
                "weekdays": "A part-time timetable leaves some sessions in school: choose mornings, afternoons or weekdays."
            },
        ),
        (
            {"kind": "leave", "session": "C", "start": date(2026, 11, 16)},
            {
                "starts_on": "C is leave agreed beforehand: it can't begin before Fri 20 Nov."
                " For days gone by, change the marks with their reason."
            },
        ),
    ],
)
def test_dates_that_can_not_be_are_refused_by_field(college, dates, fault):
    assert refused(college, **dates).faults == fault


def test_closed_days_say_so(college):
    half_term = {"start": date(2026, 12, 21), "end": date(2026, 12, 22)}
    assert refused(college, **half_term).students == {
        college.student("Ada").pk: "Waymark School is closed on these days."
    }


def test_closed_days_in_between_are_passed_over(college):
    Closure.objects.create(kind="inset", name="INSET", starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 24))
    planned(college)
    assert sessions(college) == ["Mon1 M", "Mon2 M", "Wed1 M", "Wed2 M"]


def test_a_student_on_the_rolls_of_two_sites_has_absence_planned_at_both(college):
    ada = college.student("Ada")
    SiteMembership.objects.create(student=ada, site=college.sixth, period=DateRange(date(2026, 9, 1), None))
    planned(college, end=MONDAY)
    assert sessions(college) == ["Mon1 M", "Mon2 M"]


def test_whoever_is_on_no_roll_then_is_named(college):
    ada = college.student("Ada")
    SiteMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 9, 1), FRIDAY))
    assert refused(college, "Ada").students == {ada.pk: "Is on no roll on these days, so there is no register to fill."}


def test_a_code_that_can_not_stand_there_is_refused(college):
    found = refused(college, kind="other", session="X", lesson="")
    assert found.students == {
        college.student(
            "Ada"
        ).pk: "X is only for students who are not of compulsory school age; for a part-time timetable use C2."
    }


def test_two_plans_for_the_same_session_are_refused_by_name_and_two_halves_are_not(college):
    planned(college, part="am")
    planned(college, part="pm", kind="visit", session="V", lesson="V")
    with pytest.raises(CannotPlan) as stopped:
        planned(college, start=WEDNESDAY, end=WEDNESDAY, kind="work", session="W", lesson="W")
    assert list(stopped.value.students.values()) == [
        "Has another plan then: medical or dental appointment, Mon 23 Nov to Wed 25 Nov, mornings."
        " Change or withdraw that one first."
    ]


def test_site_in_its_mis_and_missing_lesson_code_are_said(college):
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    found = refused(college, "Ada", "Wren", lesson="").students
    assert found == {
        college.student("Ada").pk: "Registers of the site are taken in its MIS; enter the absence there.",
        college.student("Wren").pk: "Goes to a college: choose a lesson code too.",
    }


def test_one_who_can_not_stops_all_unless_left_out(college):
    planned(college, "Ben")
    ids = [college.student(name).pk for name in ("Ada", "Ben", "Chloe")]
    with pytest.raises(CannotPlan):
        actions.plan_absence(by=college.price, student_ids=ids, wanted=wanted(), together=True)
    plans = actions.plan_absence(
        by=college.price, student_ids=ids, wanted=wanted(), together=True, leave_out=True
    )  # fmt: skip
    assert {plan.student.given_name for plan in plans} == {"Ada", "Chloe"}
    assert len({plan.batch for plan in plans}) == 1


def test_withdrawing_takes_marks_to_come_away_with_the_reason_and_leaves_what_was_taken(college):
    (plan,) = planned(college, start=FRIDAY)
    with clock.set_to(clock.at(MONDAY, 12)):
        assert actions.withdraw_plans(by=college.price, plans=[plan], reason="Cancelled by the hospital") == 7
    assert sessions(college) == [
        "Fri1 M", "Fri2 M", "Mon1 M", "Mon2 None", "Tue1 None", "Tue2 None", "Wed1 None", "Wed2 None",
    ]  # fmt: skip
    changes = SessionMarkChange.objects.values_list("reason", "changed_by", "previous_code__code")
    assert set(changes) == {("Cancelled by the hospital", college.price.pk, "M")}
    plan.refresh_from_db()
    assert (plan.withdrawn_by, plan.withdrawn_reason) == (college.price, "Cancelled by the hospital")
    assert no_difference()


def test_withdrawing_leaves_what_somebody_else_wrote(college):
    ada = college.student("Ada").pk
    actions.set_code_for_many(
        by=college.price, series="session", student_ids=[ada], start=MONDAY, end=MONDAY, code="M", slots=[1]
    )
    with clock.set_to(clock.at(FRIDAY, 11)):
        (plan,) = planned(college)
        actions.amend_mark(
            by=college.price, series="session", student_id=ada, date=WEDNESDAY, slot=1, code="I", reason="Rang"
        )
        actions.withdraw_plans(by=college.price, plans=[plan], reason="Cancelled")
    assert sessions(college) == ["Mon1 M", "Mon2 None", "Tue1 None", "Tue2 None", "Wed1 I", "Wed2 None"]


def test_withdrawing_needs_a_reason_and_happens_once(college):
    (plan,) = planned(college)
    with pytest.raises(ReasonNeeded):
        actions.withdraw_plans(by=college.price, plans=[plan], reason=" ")
    with pytest.raises(NotAllowed):
        actions.withdraw_plans(by=college.okafor, plans=[plan], reason="No")
    actions.withdraw_plans(by=college.price, plans=[plan], reason="Cancelled")
    with pytest.raises(AlreadyWithdrawn):
        actions.withdraw_plans(by=college.price, plans=[plan], reason="Cancelled")


def test_changing_the_dates_moves_the_marks_to_come_in_one_go(college):
    (plan,) = planned(college)
    changed = actions.change_plan(
        by=college.price, plan=plan, wanted=wanted(start=date(2026, 11, 24), end=date(2026, 11, 26)), reason="Moved"
    )
    assert sessions(college) == [
        "Mon1 None", "Mon2 None", "Tue1 M", "Tue2 M", "Wed1 M", "Wed2 M", "Thu1 M", "Thu2 M",
    ]  # fmt: skip
    assert (changed.replaces_id, PlannedAbsence.objects.filter(withdrawn_at=None).get()) == (plan.pk, changed)
    actions.withdraw_plans(by=college.price, plans=[changed], reason="Cancelled")
    assert set(sessions(college)) == {f"{day}{slot} None" for day in ("Mon", "Tue", "Wed", "Thu") for slot in (1, 2)}
    assert no_difference()


def test_changing_to_dates_that_can_not_be_changes_nothing(college):
    (plan,) = planned(college)
    with pytest.raises(CannotPlan):
        actions.change_plan(by=college.price, plan=plan, wanted=wanted(end=FRIDAY), reason="Moved")
    plan.refresh_from_db()
    assert (plan.withdrawn_at, len(sessions(college))) == (None, 6)


def test_preview_says_what_is_filled_and_what_stays(college):
    actions.set_code_for_many(
        by=college.price, series="session", student_ids=[college.student("Ada").pk], start=MONDAY, end=MONDAY, code="I"
    )
    found = survey([college.student("Ada").pk], wanted())
    assert found.words == "This fills 4 sessions and 3 lessons; 2 have a mark already and stay."


def test_preview_warns_of_a_sixth_day_of_exclusion(college):
    found = survey(
        [college.student("Ada").pk], wanted(end=date(2026, 11, 30), kind="exclusion", session="E", lesson="A")
    )
    assert found.advice == [
        "This is 6 school days. Provision must be arranged from the sixth consecutive day; E ends when it starts."
    ]


def test_a_student_who_joins_later_is_found_by_the_register(college):
    from attendance.queries.absence.planned import planned_for

    planned(college, kind="visit", session="V", lesson="V")
    with clock.set_to(clock.at(MONDAY, 9)):
        found = planned_for(session_of(college, day=MONDAY), [college.student("Ada").pk])
    assert [each.words for each in found.values()] == ["Visit or trip (V)"]
    assert code_of(college.student("Ada"), MONDAY) == "V"
