"""A site goes into the next academic year: seen first, carried out once, undone."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from caseload.actions import rollover as actions
from caseload.models import (
    AcademicYear,
    Caseload,
    CaseloadGrant,
    CaseloadMembership,
    Rollover,
    SiteMembership,
    Student,
    YearGroupMembership,
)
from caseload.queries.rollover import next_name, plan_of
from core import naming
from core.jobs import run_now

NEXT = DateRange(date(2027, 9, 1), date(2028, 9, 1))


@pytest.fixture
def next_year(college):
    return AcademicYear.objects.create(start_year=2027, starts_on=date(2027, 9, 1), ends_on=date(2028, 8, 31))


@pytest.fixture
def run(college, next_year):
    with naming.named(college.tran.pk):
        return actions.prepare_rollover(college.tran, college.school, college.year, next_year)


def carry_out(college, run):
    with naming.named(college.tran.pk):
        actions.confirm_rollover(college.tran, run, plan_of(run).digest)
    run_now("caseload.work_on_rollover", rollover_id=run.pk)
    run.refresh_from_db()


def year_in(student, day):
    return YearGroupMembership.objects.get(student=student, period__contains=day).group.nc_year


@pytest.mark.parametrize(
    ("name", "years", "then"),
    [
        ("10A", {10}, "11A"),
        ("Kestrel 1", {8, 9}, "Kestrel 1"),
        ("11B", {11}, ""),
        ("9 Newton", {9}, "10 Newton"),
        ("Newton", {9}, "Newton"),
        ("T10", {10}, "T11"),
        ("Room 3", {10}, "Room 3"),
        ("10A", set(), "10A"),
    ],
)
def test_next_years_name_of_a_tutor_group(name, years, then):
    assert next_name(name, years, 11) == then


def test_a_preview_changes_nothing_and_says_who_goes_where(college, run):
    before = YearGroupMembership.objects.count()
    plan = plan_of(run)
    at_school = SiteMembership.objects.filter(site=college.school).count()
    assert sum(plan.counts.values()) == at_school
    finishing = YearGroupMembership.objects.filter(group=college.years[11]).count()
    assert plan.counts["finishes"] == finishing
    assert {group.caseload.name: group.name for group in plan.groups}["10A"] == "11A"
    assert YearGroupMembership.objects.count() == before


def test_everybody_goes_up_with_their_tutor_group_and_tutor(college, run):
    carry_out(college, run)
    ada = college.student("Ada")
    assert run.stage == "applied"
    assert (year_in(ada, date(2027, 8, 31)), year_in(ada, date(2027, 9, 1))) == (10, 11)
    place = CaseloadMembership.objects.get(student=ada, period__contains=date(2027, 9, 1))
    assert (place.group.name, place.group.year.start_year, place.period) == ("11A", 2027, NEXT)
    grant = CaseloadGrant.objects.get(content_object=place.group, user=college.okafor)
    assert grant.period == NEXT
    # The other site is left alone.
    second = YearGroupMembership.objects.filter(group__site=college.sixth, period__contains=date(2027, 9, 1))
    assert not second.exists()


def test_those_who_finish_leave_the_roll_after_the_last_day(college, run):
    ada = college.student("Ada")
    YearGroupMembership.objects.filter(student=ada).update(group=college.years[11])
    carry_out(college, run)
    roll = SiteMembership.objects.get(student=ada)
    assert roll.period.upper == date(2027, 9, 1)
    assert roll.leaving_reason == "Finished"
    assert not YearGroupMembership.objects.filter(student=ada, period__contains=date(2027, 9, 1)).exists()


def test_a_student_may_stay_in_their_year(college, run):
    ada = college.student("Ada")
    with naming.named(college.tran.pk):
        actions.let_stay(college.tran, run, ada, True)
    run.refresh_from_db()
    carry_out(college, run)
    assert year_in(ada, date(2027, 9, 1)) == 10


def test_undoing_puts_everything_back_but_what_was_changed_since(college, run):
    ada, ben = (student for student in Student.objects.filter(pk__in=ids_in(college, "10A"))[:2])
    before = counted()
    carry_out(college, run)
    moved = YearGroupMembership.objects.get(student=ben, period__contains=date(2027, 9, 1))
    moved.period = DateRange(date(2027, 9, 1), date(2027, 12, 1))
    moved.save()
    with naming.named(college.tran.pk):
        actions.undo_rollover(college.tran, run)
    run_now("caseload.work_on_rollover", rollover_id=run.pk)
    run.refresh_from_db()
    assert run.stage == "undone"
    assert run.result["undone"]["left"] == 1
    assert not YearGroupMembership.objects.filter(student=ada, period__contains=date(2027, 9, 1)).exists()
    moved.delete()
    assert counted() == before
    assert not CaseloadGrant.objects.filter(period__contains=date(2027, 9, 2), reason__startswith="Goes on").exists()


def ids_in(college, name):
    return CaseloadMembership.objects.filter(group=college.caseloads[name]).values("student_id")


def counted():
    rolls = list(SiteMembership.objects.order_by("pk").values_list("period", "leaving_reason"))
    return YearGroupMembership.objects.count(), CaseloadMembership.objects.count(), rolls


def test_confirming_twice_or_after_a_change_does_nothing(college, run):
    with naming.named(college.tran.pk):
        digest = plan_of(run).digest
        YearGroupMembership.objects.filter(student=college.student("Ada")).delete()
        with pytest.raises(actions.NotPossible, match="Look at it again"):
            actions.confirm_rollover(college.tran, run, digest)
        actions.confirm_rollover(college.tran, run, plan_of(run).digest)
        with pytest.raises(actions.NotPossible, match="already"):
            actions.confirm_rollover(college.tran, run, plan_of(run).digest)


def test_a_college_that_changed_before_the_work_began_is_looked_at_again(college, run):
    with naming.named(college.tran.pk):
        actions.confirm_rollover(college.tran, run, plan_of(run).digest)
    YearGroupMembership.objects.filter(student=college.student("Ada")).delete()
    run_now("caseload.work_on_rollover", rollover_id=run.pk)
    run.refresh_from_db()
    assert (run.stage, run.result) == ("draft", {"changed": True})
    assert not Caseload.objects.filter(year=run.to_year).exists()


def test_two_groups_cant_get_one_name(college, run, sign_in):
    client = sign_in(college.tran)
    plan = plan_of(run)
    names = {f"name-{group.caseload.pk}": "Same" for group in plan.groups}
    answer = client.post(reverse("caseload:rollover_change", args=[run.public_id]), names)
    assert answer.status_code == 422
    assert "Two groups can" in answer.content.decode()
    assert answer.content.decode().count('value="Same"') == len(plan.groups)  # what was typed stands there still


def test_the_pages_from_preparing_to_undoing(college, next_year, sign_in):
    client = sign_in(college.tran)
    begun = client.post(reverse("caseload:rollover_list"), {"site": college.school.pk, "from_year": 2026})
    run = Rollover.objects.get()
    detail = reverse("caseload:rollover_detail", args=[run.public_id])
    assert begun.url == detail
    page = client.get(f"{detail}?find=Ada").content.decode()
    assert "11A" in page
    assert "Stays" in page
    client.post(reverse("caseload:rollover_confirm", args=[run.public_id]), {"digest": plan_of(run).digest})
    run_now("caseload.work_on_rollover", rollover_id=run.pk)
    assert "Carried out" in client.get(detail).content.decode()
    client.post(reverse("caseload:rollover_undo", args=[run.public_id]))
    run_now("caseload.work_on_rollover", rollover_id=run.pk)
    assert "taken back" in client.get(detail).content.decode()


def test_the_year_after_must_be_in_the_calendar(college, sign_in):
    answer = sign_in(college.tran).post(
        reverse("caseload:rollover_list"), {"site": college.school.pk, "from_year": 2026}
    )
    assert answer.status_code == 422
    assert "not in the calendar yet" in answer.content.decode()


def test_a_preview_costs_the_same_for_few_as_for_many(college, run, django_assert_num_queries):
    run = Rollover.objects.select_related("site", "from_year", "to_year").get(pk=run.pk)
    with django_assert_num_queries(4):
        plan_of(run).by_year  # noqa: B018  (drawn for its queries)
