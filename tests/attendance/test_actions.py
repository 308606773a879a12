"""Taking registers, amending single marks, one code for many: allowed, refused, wrong state, twice, audited."""

from datetime import date

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from attendance import actions
from attendance.actions.registers import NewMark, Seen
from attendance.errors import BadMarks, ChangedMeanwhile, NoRegister, NotAllowed, NotYet, ReasonNeeded, TakenElsewhere
from attendance.models import LessonMark, Register, SessionMark, SessionMarkChange, WeekSummary
from attendance.queries.figures.verification import differences
from attendance.queries.registers.sittings import find_sitting
from audit.models import Entry
from caseload.models import CaseloadMembership, Closure, Site, SiteMembership
from core import clock
from tests.attendance.conftest import code_of, lesson_of, marks_for, members, session_of

TAKE = "attendance.take_register"
MONDAY = date(2026, 11, 16)


def no_difference() -> bool:
    return not [*differences("session"), *differences("lesson")]


def test_tutor_takes_the_register(college):
    saved = actions.mark_register(
        by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N", Ben="L")
    )
    assert (saved.first_taken, saved.written, saved.unmarked) == (True, 8, 0)
    assert sorted(SessionMark.objects.values_list("code__code", flat=True)) == ["/"] * 6 + ["L", "N"]
    register = Register.objects.get()
    assert (register.taken_by, register.closed_at) == (college.okafor, clock.at(college.today, 9, 15))
    week = WeekSummary.objects.get(student=college.student("Ben"))
    assert (week.week, week.present, week.late, week.unauthorised) == (MONDAY, 1, 1, 0)
    assert no_difference()


def test_taking_a_register_is_audited_with_numbers_only(college):
    saved = actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    entry = Entry.objects.get(verb="attendance.register_taken")
    assert (entry.actor_id, entry.object_id) == (college.okafor.pk, str(saved.register_id))
    assert entry.details == {
        "series": "session", "date": "2026-11-20", "slot": 1, "group": college.caseloads["10A"].pk, "marks": 8,
        "unmarked": 0,
    }  # fmt: skip


def test_tutor_of_the_next_group_is_refused(college):
    with pytest.raises(NotAllowed):
        actions.mark_register(by=college.brandt, register=session_of(college), marks=marks_for(college))
    assert not SessionMark.objects.exists()


def test_teacher_of_the_lesson_takes_it_and_the_tutor_does_not(college):
    marks = marks_for(college, "S1", Wren="L")
    with pytest.raises(NotAllowed):
        actions.mark_register(by=college.farah, register=lesson_of(college), marks=marks)
    actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks)
    assert LessonMark.objects.count() == 8
    assert not SessionMark.objects.exists()


def test_pressing_save_twice_changes_nothing_and_leaves_no_trace(college):
    marks = [NewMark(mark.student_id, mark.code, seen=Seen(0)) for mark in marks_for(college, Ada="N")]
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks)
    saved = actions.mark_register(by=college.okafor, register=session_of(college), marks=marks)
    assert (saved.first_taken, saved.written) == (False, 0)
    assert not SessionMarkChange.objects.exists()
    assert Entry.objects.filter(verb__startswith="attendance.").count() == 1


def test_students_left_out_are_blank_and_counted_as_unmarked(college):
    saved = actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college)[:5])
    assert saved.unmarked == 3
    assert WeekSummary.objects.filter(unmarked=1).count() == 3
    assert SessionMark.objects.filter(code=None).count() == 3


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ({"Ada": "\\"}, "\\ is present in the afternoon; in the morning use /."),
        (
            {"Ada": "X"},
            "X is only for students who are not of compulsory school age; for a part-time timetable use C2.",
        ),
        ({"Ada": "Q9"}, "There is no code “Q9” here."),
        ({"Ada": "J"}, "J went out of use after 18 August 2024. Use J1."),
        ({"Ada": "#"}, "# is for a closure planned in the calendar; for an unexpected closure use Y4."),
    ],
)
def test_a_code_that_can_not_stand_is_refused_with_a_sentence(college, codes, sentence):
    with pytest.raises(BadMarks) as stopped:
        actions.mark_register(by=college.price, register=session_of(college), marks=marks_for(college, **codes))
    assert stopped.value.problems == {college.student("Ada").pk: sentence}
    assert not SessionMark.objects.exists()


def test_later_than_the_register_is_open_is_no_longer_l(college):
    mark = NewMark(college.student("Ada").pk, "L", minutes_late=45)
    with pytest.raises(BadMarks) as stopped:
        actions.mark_register(by=college.okafor, register=session_of(college), marks=[mark])
    assert stopped.value.problems == {mark.student_id: "The register closes after 30 minutes; later than that is U."}


def test_codes_that_authorise_are_the_officers(college):
    marks = marks_for(college, Ada="I")
    with pytest.raises(BadMarks) as stopped:
        actions.mark_register(by=college.okafor, register=session_of(college), marks=marks)
    assert stopped.value.problems == {college.student("Ada").pk: "I is set by the attendance officer."}
    actions.mark_register(by=college.price, register=session_of(college), marks=marks)
    assert code_of(college.student("Ada"), college.today) == "I"


def test_tutor_may_leave_the_officers_code_standing(college):
    actions.set_code_for_many(
        by=college.price, series="session", student_ids=[college.student("Ada").pk], start=college.today,
        end=college.today, code="M",
    )  # fmt: skip
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="M"))
    assert code_of(college.student("Ada"), college.today) == "M"


def test_student_of_another_group_can_not_be_marked(college):
    mark = NewMark(college.student("Imran").pk, "/")
    with pytest.raises(BadMarks) as stopped:
        actions.mark_register(by=college.okafor, register=session_of(college), marks=[mark])
    assert stopped.value.problems == {mark.student_id: "Not on the register of 10A on this day."}


def test_leaver_is_no_longer_on_the_register(college):
    leaver = college.student("Ada")
    SiteMembership.objects.filter(student=leaver).update(period=DateRange(date(2026, 9, 1), college.today))
    with pytest.raises(BadMarks):
        actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college)[1:])
    assert not SessionMark.objects.filter(student=leaver).exists()


def test_a_student_twice_in_one_form_is_refused(college):
    mark = NewMark(college.student("Ada").pk, "/")
    with pytest.raises(BadMarks):
        actions.mark_register(by=college.okafor, register=session_of(college), marks=[mark, mark])


def test_no_register_on_a_closed_day_or_outside_the_year(college):
    for day in (date(2026, 10, 27), date(2026, 11, 21), date(2027, 9, 6)):
        with pytest.raises(NoRegister):
            find_sitting(college.okafor, TAKE, college.caseloads["10A"].public_id, day, "am")


def test_no_register_for_a_day_that_has_not_come(college):
    tomorrow = session_of(college, day=date(2026, 11, 23))
    with pytest.raises(NotYet):
        actions.mark_register(by=college.okafor, register=tomorrow, marks=marks_for(college))


def test_site_whose_registers_are_taken_in_the_mis_is_read_only(college):
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    with pytest.raises(TakenElsewhere):
        actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))


def test_change_while_the_register_is_open_needs_no_reason_and_is_kept(college, early):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="L"))
    change = SessionMarkChange.objects.get()
    assert (change.previous_code.code, change.new_code.code, change.changed_by) == ("N", "L", college.okafor)
    assert (change.role_at_time, change.reason) == ("Tutor", "")
    assert no_difference()


def test_change_after_closing_needs_a_reason(college):
    with clock.set_to(clock.at(college.today, 8, 50)):
        actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    changed = marks_for(college, Ada="L")
    with pytest.raises(ReasonNeeded) as stopped:
        actions.mark_register(by=college.okafor, register=session_of(college), marks=changed)
    assert stopped.value.student_ids == (college.student("Ada").pk,)
    assert code_of(college.student("Ada"), college.today) == "N"
    actions.mark_register(by=college.okafor, register=session_of(college), marks=changed, reason="Was in the office")
    change = SessionMarkChange.objects.get()
    assert (change.reason, change.previous_at) == ("Was in the office", clock.at(college.today, 8, 50))


def test_register_forgotten_in_the_morning_is_taken_late_without_a_reason(college):
    saved = actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    assert saved.first_taken


def test_blank_left_on_a_closed_register_is_filled_without_a_reason(college):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college)[1:])
    saved = actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college)[:1])
    assert saved.unmarked == 0


def test_after_the_day_only_those_who_amend_closed_registers_change_it(college):
    yesterday = date(2026, 11, 19)
    with clock.set_to(clock.at(yesterday, 8, 50)):
        actions.mark_register(by=college.okafor, register=session_of(college, day=yesterday), marks=marks_for(college))
    changed = marks_for(college, Ada="N")
    with pytest.raises(NotAllowed):
        actions.mark_register(
            by=college.okafor, register=session_of(college, day=yesterday), marks=changed, reason="Forgot"
        )
    actions.mark_register(by=college.lind, register=session_of(college, day=yesterday), marks=changed, reason="Forgot")
    assert code_of(college.student("Ada"), yesterday) == "N"


def test_taking_a_mark_away_needs_a_reason_even_while_open(college, early):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    blank = [NewMark(college.student("Ada").pk, "")]
    with pytest.raises(ReasonNeeded):
        actions.mark_register(by=college.okafor, register=session_of(college), marks=blank)
    actions.mark_register(by=college.okafor, register=session_of(college), marks=blank, reason="Wrong student")
    change = SessionMarkChange.objects.get()
    assert (change.previous_code.code, change.new_code, change.reason) == ("/", None, "Wrong student")
    assert no_difference()


def test_second_person_sees_what_the_first_saved_and_nothing_is_lost(college, early):
    seen = {student.pk: Seen(0) for student in members(college)}
    first = [NewMark(s.pk, "L" if s.given_name == "Ada" else "/", seen=seen[s.pk]) for s in members(college)]
    actions.mark_register(by=college.okafor, register=session_of(college), marks=first)
    second = [NewMark(s.pk, "N" if s.given_name == "Ada" else "/", seen=seen[s.pk]) for s in members(college)]
    with pytest.raises(ChangedMeanwhile) as stopped:
        actions.mark_register(by=college.lind, register=session_of(college), marks=second)
    clash = stopped.value.clashes[0]
    assert (len(stopped.value.clashes), clash.code, clash.marked_by, clash.version) == (1, "L", "Ms Okafor", 1)
    assert code_of(college.student("Ada"), college.today) == "L"


def test_rows_somebody_left_alone_do_not_undo_what_another_changed(college, early):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    ada, ben = college.student("Ada"), college.student("Ben")
    actions.mark_register(
        by=college.okafor, register=session_of(college), marks=[NewMark(ada.pk, "N", seen=Seen(1, "/"))]
    )
    stale = [NewMark(ada.pk, "/", seen=Seen(1, "/")), NewMark(ben.pk, "L", seen=Seen(1, "/"))]
    actions.mark_register(by=college.lind, register=session_of(college), marks=stale)
    assert (code_of(ada, college.today), code_of(ben, college.today)) == ("N", "L")


def test_late_starter_counts_from_the_first_day_on_roll(college):
    """A correction of the roll takes the marks before it out of the summary at once."""
    actions.mark_register(by=college.okafor, register=session_of(college, day=MONDAY), marks=marks_for(college))
    ada = college.student("Ada")
    assert WeekSummary.objects.get(student=ada).present == 1
    SiteMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 11, 17), None))
    assert WeekSummary.objects.get(student=ada).present == 0
    assert no_difference()


def test_moving_to_another_tutor_group_keeps_the_marks(college):
    ada = college.student("Ada")
    actions.mark_register(by=college.okafor, register=session_of(college, day=MONDAY), marks=marks_for(college))
    CaseloadMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 9, 1), college.today))
    CaseloadMembership.objects.create(
        student=ada, group=college.caseloads["10B"], period=DateRange(college.today, None)
    )
    marks = [*marks_for(college, "10B"), NewMark(ada.pk, "L")]
    actions.mark_register(by=college.brandt, register=session_of(college, group="10B"), marks=marks)
    week = WeekSummary.objects.get(student=ada)
    assert (week.present, week.late) == (2, 1)


def amend(by, student, day, code, **more):
    return actions.amend_mark(by=by, series="session", student_id=student.pk, date=day, slot=1, code=code, **more)


def test_head_of_year_amends_a_mark_of_another_day(college):
    actions.mark_register(
        by=college.okafor, register=session_of(college, day=MONDAY), marks=marks_for(college, Ada="N")
    )
    ada = college.student("Ada")
    with pytest.raises(ReasonNeeded):
        amend(college.lind, ada, MONDAY, "L")
    assert amend(college.lind, ada, MONDAY, "L", reason="Signed in at reception", minutes_late=12)
    assert not amend(college.lind, ada, MONDAY, "L", reason="Signed in at reception", minutes_late=12)
    change = SessionMarkChange.objects.get()
    assert (change.role_at_time, change.new_minutes) == ("Head of year", 12)
    assert Entry.objects.filter(verb="attendance.mark_amended").count() == 1


def test_head_of_the_next_year_and_the_tutor_can_not_amend(college):
    for who in (college.vance, college.okafor):
        with pytest.raises(NotAllowed):
            amend(who, college.student("Ada"), MONDAY, "L", reason="No")


def test_amending_refuses_what_can_not_stand(college):
    ada, wren = college.student("Ada"), college.student("Wren")
    with pytest.raises(BadMarks):
        amend(college.lind, ada, MONDAY, "I", reason="Ill")
    with pytest.raises(BadMarks):
        amend(college.price, ada, MONDAY, "H", reason="Old code")
    with pytest.raises(NoRegister):
        amend(college.price, wren, MONDAY, "N", reason="A college has no sessions")
    with pytest.raises(NoRegister):
        amend(college.price, ada, date(2026, 8, 3), "N", reason="Not on roll yet")


def many(college, code, start, end, names=("Ada", "Ben"), by=None, series="session", **more):
    ids = [college.student(name).pk for name in names]
    return actions.set_code_for_many(
        by=by or college.price, series=series, student_ids=ids, start=start, end=end, code=code, **more
    )


def test_a_visit_fills_the_sessions_ahead_and_leaves_marks_that_stand(college):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    assert many(college, "V", college.today, date(2026, 11, 24)) == 10
    assert code_of(college.student("Ada"), college.today) == "N"
    assert code_of(college.student("Ada"), college.today, 2) == "V"
    assert not SessionMark.objects.filter(date__in=(date(2026, 11, 21), date(2026, 11, 22))).exists()
    assert no_difference()


def test_replacing_marks_needs_a_reason_and_keeps_the_old(college):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    with pytest.raises(ReasonNeeded):
        many(college, "V", college.today, college.today, replace=True)
    assert many(college, "V", college.today, college.today, slots=[1], replace=True, reason="Museum trip") == 2
    assert SessionMarkChange.objects.count() == 2


def test_only_who_authorises_absence_for_every_student_sets_codes_for_many(college):
    for who in (college.okafor, college.lind):
        with pytest.raises(NotAllowed):
            many(college, "V", college.today, college.today, by=who)


def test_planned_closure_is_a_hash_on_its_own_days_and_never_y4(college):
    inset = date(2026, 11, 27)
    Closure.objects.create(site=college.school, kind="inset", name="INSET", starts_on=inset, ends_on=inset)
    assert many(college, "#", inset, inset) == 4
    with pytest.raises(BadMarks):
        many(college, "#", college.today, college.today)


def test_lessons_of_many_follow_the_timetable(college):
    names = ("Wren", "Xia")
    assert many(college, "W", MONDAY, college.today, names, series="lesson") == 14
    assert LessonMark.objects.filter(student=college.student("Wren"), date=college.today).count() == 3
    assert no_difference()


def test_too_long_or_backward_dates_are_refused(college):
    for start, end in ((college.today, MONDAY), (college.today, date(2028, 1, 1))):
        with pytest.raises(BadMarks):
            many(college, "V", start, end)


def test_rebuilding_gives_the_same_summary(college):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N", Ben="L"))
    before = list(WeekSummary.objects.order_by("student_id").values())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE attendance_weeksummary SET present = 30 WHERE student_id = %s", [college.student("Ada").pk]
        )
    assert [str(found) for found in differences("session")] == [
        f"session student {college.student('Ada').pk} week 2026-11-16: present is 30 in the summary, 0 by the marks"
    ]
    actions.rebuild_summary()
    assert list(WeekSummary.objects.order_by("student_id").values()) == before
