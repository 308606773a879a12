"""What the demonstration college has to offer to each of its cast, at any hour of its day."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

from django.db.models import Exists, OuterRef

from accounts.models import User
from attendance.alert_kinds import on_its_day
from attendance.models import Alert, LessonMark, Register, SessionMark, ThresholdDecision
from attendance.queries.analysis.unauthorised import thresholds_of
from attendance.queries.registers.registers import missing_registers, todays_registers
from caseload.models import Contact, SiteMembership, Student, TeachingGroup, YearGroupMembership
from caseload.queries.work import work_count
from config.demo_college import words
from config.demo_college.groups import Groups
from config.demo_college.today import take_registers
from core import clock, naming
from interventions.models import Case, Meeting, Note, Target
from interventions.queries.cases import attendance_now
from progress.models import AssessmentPoint, Grade

FRIDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 22)


def taken() -> Counter[str]:
    """Today's registers by the address of the colleague who took them."""
    return Counter(Register.objects.filter(date=clock.today()).values_list("taken_by__email", flat=True))


def test_colleagues_take_what_has_begun_and_leave_the_cast_their_last(college_db: str) -> None:
    with clock.set_to(clock.at(FRIDAY, 7)):
        assert take_registers() == 0
    with clock.set_to(clock.at(FRIDAY, 10, 30)):
        first = take_registers()
        assert (sum(taken().values()), take_registers()) == (first, 0)
        assert len(missing_registers(None, [FRIDAY])) < first
        assert taken()["tutor@waymark.example"] == 0
    with clock.set_to(clock.at(FRIDAY, 20)):
        later = take_registers()
        assert (sum(taken().values()), take_registers()) == (first + later, 0)
        assert taken()["tutor@waymark.example"] == 1
        tutor = User.objects.get(email="tutor@waymark.example")
        with naming.named(tutor.pk):
            assert [(line.sitting.slug, line.is_taken) for line in todays_registers(tutor)] == [
                ("pm", False),
                ("am", True),
            ]
        assert 0 < len(missing_registers(None, [FRIDAY])) <= (first + later) // 4


def test_of_those_absent_today_some_have_no_reason_and_some_a_reason_by_the_officer(college_db: str) -> None:
    with clock.set_to(clock.at(FRIDAY, 15)):
        take_registers()
    codes: Counter[str] = Counter()
    for model in (SessionMark, LessonMark):
        codes.update(model.objects.filter(date=FRIDAY).values_list("code__code", flat=True))
    assert set(codes) == {"/", "\\", "L", "N", "I", "S"}
    assert codes["N"] + codes["I"] + codes["S"] < sum(codes.values()) // 4
    officers = {
        email
        for model in (SessionMark, LessonMark)
        for email in model.objects.filter(date=FRIDAY, code__code__in="IS").values_list("marked_by__email", flat=True)
    }
    assert officers == {"attendance-officer@waymark.example"}


def test_nothing_is_taken_on_a_sunday(college_db: str) -> None:
    with clock.set_to(clock.at(SUNDAY, 12)):
        assert take_registers() == 0
        assert taken() == Counter()


def test_grades_can_be_entered_at_each_site_and_by_the_teacher_of_the_cast(college_db: str) -> None:
    points = AssessmentPoint.objects.filter(opens_on__lte=FRIDAY, closes_on__gte=FRIDAY)
    assert sorted(points.values_list("site__kind", flat=True)) == ["college", "school"]
    mine = TeachingGroup.objects.filter(
        grants__user__email="teacher@waymark.example", grants__period__contains=FRIDAY, site__kind="college"
    )
    entered = {group: Grade.objects.filter(group=group, point__in=points).exists() for group in mine.order_by("pk")}
    assert list(entered.values())[0] is False
    assert 0.6 < _share_begun(points) < 0.95


def _share_begun(points: object) -> float:
    groups = TeachingGroup.objects.filter(year__start_year=2026)
    return Grade.objects.filter(point__in=points).values("group").distinct().count() / groups.count()


def test_students_and_homes_have_addresses_of_their_own(college_db: str) -> None:
    for model in (Student, Contact):
        addresses = list(model.objects.values_list("email", flat=True))
        assert all(address.endswith(".example") for address in addresses)
        assert len(set(addresses)) == len(addresses)


def test_the_progress_tutor_looks_after_every_sixth_former_of_a_small_college(college_db: str) -> None:
    tutor = User.objects.get(email="progress-tutor@waymark.example")
    college = SiteMembership.objects.filter(site__kind="college", period__contains=FRIDAY).values_list(
        "student", flat=True
    )
    with clock.set_to(clock.at(FRIDAY)), naming.named(tutor.pk):
        mine = Student.objects.visible_to(tutor, "caseload.view_caseload")
        assert set(mine.values_list("pk", flat=True)) == set(college)
    assert Meeting.objects.filter(led_by=tutor, next_on__gte=FRIDAY).exists()
    assert Target.objects.filter(set_by=tutor, closed_on=None).exists()


def test_the_progress_tutor_has_kept_up_with_most_of_the_work(college_db: str) -> None:
    """Some wait, as for everybody, and by far fewer of each kind than there are students; the school's tutor is behind."""
    tutor = User.objects.get(email="progress-tutor@waymark.example")
    with clock.set_to(clock.at(FRIDAY, 7, 30)), naming.named(tutor.pk):
        students = Student.objects.visible_to(tutor, "caseload.view_caseload").count()
        assert 0 < work_count(tutor) <= students // 2
        assert (
            Meeting.objects.filter(led_by=tutor, held_at__gte=clock.at(FRIDAY - timedelta(weeks=6))).count()
            >= students * 0.8
        )
    assert Alert.objects.filter(ended_by=tutor, state="cleared").exists()


def test_caseloads_of_a_whole_college_hold_seventy_five_of_those_who_are_here() -> None:
    here = [SimpleNamespace(number=number, on_roll=lambda day: True) for number in range(238)]
    gone = [SimpleNamespace(number=number, on_roll=lambda day: False) for number in range(2)]
    groups = SimpleNamespace(frame=SimpleNamespace(today=FRIDAY))
    dealt = Groups._dealt(groups, [*gone, *here])  # type: ignore[arg-type]  # all that it reads of them
    assert [len(each) for each in dealt] == [75, 75, 90]
    assert gone == dealt[2][-2:]


def test_nobody_who_left_in_the_year_came_to_the_end_of_a_course_and_all_went_somewhere(college_db: str) -> None:
    left = SiteMembership.objects.filter(period__endswith__lte=FRIDAY)
    in_the_year = left.filter(period__endswith__gt=date(2026, 9, 1))
    assert in_the_year.exists()
    assert not in_the_year.filter(leaving_reason="End of course").exists()
    assert not left.filter(destination="").exists()
    assert set(left.exclude(pk__in=in_the_year).values_list("leaving_reason", flat=True)) == {"End of course"}


def test_targets_fit_the_year_that_students_are_in(college_db: str) -> None:
    years = {
        (row.student_id, row.year.start_year): row.group.nc_year
        for row in YearGroupMembership.objects.select_related("year", "group")
    }
    pool = {what: fits for fits, (what, _, _) in words.TARGETS}
    wrong = {
        (nc_year, what)
        for student, day, what in Target.objects.values_list("student_id", "set_on", "what")
        if not pool[what][0]
        <= (nc_year := years[student, day.year if day.month > 8 else day.year - 1])
        <= pool[what][1]
    }
    assert wrong == set()
    assert {fits for what, fits in pool.items() if "personal statement" in what or "placement" in what} == {
        (12, 12), (13, 13),
    }  # fmt: skip


def test_praise_is_as_common_as_worry(college_db: str) -> None:
    kinds = Counter(Note.objects.values_list("kind", flat=True))
    assert kinds["praise"] >= sum(kinds.values()) * 0.4
    assert Target.objects.filter(state="met").exists()


def test_about_some_at_the_threshold_the_officer_has_decided_and_about_some_not_yet(college_db: str) -> None:
    made = list(ThresholdDecision.objects.select_related("decided_by"))
    assert {row.decided_by.email for row in made} == {"attendance-officer@waymark.example"}
    with clock.set_to(clock.at(FRIDAY)):
        met = {each.student_id for each in thresholds_of(Student.objects.values_list("pk", flat=True)) if each.is_met}
    decided = {row.student_id for row in made}
    assert met & decided
    assert met - decided


def test_cases_about_attendance_name_what_opened_them_and_some_of_it_is_over(college_db: str) -> None:
    cases = list(Case.objects.select_related("student", "stage", "process", "alert__rule").order_by("pk"))
    opened = [case for case in cases if case.process.code == "attendance"]
    assert {case.pk for case in cases if case.alert} == {case.pk for case in opened}
    assert {case.alert.rule.kind for case in opened if case.alert} >= {"below", "consecutive"}
    for case in opened:
        assert case.alert is not None
        assert case.alert.student_id == case.student_id
        assert case.reason == on_its_day(case.alert.reason, case.alert.true_on)
    officer = User.objects.get(email="attendance-officer@waymark.example")
    with clock.set_to(clock.at(FRIDAY)), naming.named(officer.pk):
        assert {now.is_over for now in attendance_now(officer, opened).values()} == {True, False}


def test_nobody_is_talked_with_on_a_day_that_they_were_away(college_db: str) -> None:
    """Of the school's students, whose marks are of sessions; today's aren't taken yet."""
    absent = SessionMark.objects.filter(student=OuterRef("student"), date=OuterRef("held_at__date"))
    away = Meeting.objects.filter(Exists(absent)).exclude(Exists(absent.filter(code__code__in=["/", "\\", "L"])))
    assert Meeting.objects.filter(Exists(absent)).count() > 100
    assert away.count() == 0
