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


# --- Everybody is counted, and those left out are named ---------------------------------------------------------------


def left_out(plan):
    names = {student.pk: student.given_name for student in Student.objects.all()}
    return {names[row.student_id]: row.why for row in plan.left_out}


def everybody_at(college):
    roll = set(SiteMembership.objects.filter(site=college.school).values_list("student_id", flat=True))
    groups = CaseloadMembership.objects.filter(group__site=college.school, group__kind="tutor_group")
    return roll | set(groups.values_list("student_id", flat=True))


def odd_ones(college):
    """Ada has no year group, Ben leaves in March, Chloe is in a year group of the sixth form, Dmytro only there on roll,
    Wren of the sixth form is in 10A."""
    by_name = college.student
    YearGroupMembership.objects.filter(student=by_name("Ada")).delete()
    SiteMembership.objects.filter(student=by_name("Ben")).update(period=DateRange(date(2026, 9, 1), date(2027, 3, 6)))
    YearGroupMembership.objects.filter(student=by_name("Chloe")).update(group=college.years[12])
    SiteMembership.objects.filter(student=by_name("Dmytro")).update(site=college.sixth)
    CaseloadMembership.objects.filter(student=by_name("Wren")).delete()
    period = DateRange(date(2026, 9, 1), date(2027, 9, 1))
    CaseloadMembership.objects.create(student=by_name("Wren"), group=college.caseloads["10A"], period=period)


def test_everybody_is_in_exactly_one_number_and_those_left_out_are_named(college, run):
    odd_ones(college)
    plan = plan_of(run)
    counted = [move.student_id for move in plan.moves] + [row.student_id for row in plan.left_out]
    assert sorted(counted) == sorted(everybody_at(college))
    assert plan.everybody == len(counted)
    assert left_out(plan) == {
        "Ada": "They are in no year group on Tue 31 Aug 2027",
        "Ben": "Their last day on roll is Fri 5 Mar 2027",
        "Chloe": "They are in First year of Waymark Sixth, which has a rollover of its own",
        "Dmytro": "They are on the roll of Waymark Sixth, not of this site",
        "Wren": "They are on the roll of Waymark Sixth, not of this site",
    }


def test_the_members_of_a_tutor_group_are_all_in_its_row(college, run):
    odd_ones(college)
    group = next(group for group in plan_of(run).groups if group.caseload.name == "10A")
    assert (group.members, group.going_on, group.leaving, group.placed, group.left_out) == (9, 4, 0, 0, 5)


def test_who_goes_up_without_a_tutor_group_is_counted_and_named(college, run, sign_in):
    CaseloadMembership.objects.filter(student=college.student("Ada")).delete()
    run.names = {str(college.caseloads["9C"].pk): ""}
    run.save()
    plan = plan_of(run)
    names = {student.pk: student.given_name for student in Student.objects.all()}
    found = [(names[pk], why) for pk, why in plan.without_group]
    assert [row for row in found if row[1] != "9C ends"] == [("Ada", "They are in no tutor group")]
    assert len(found) == 1 + 4
    assert sum(group.members for group in [*plan.groups, plan.groupless]) == plan.everybody
    assert (plan.groupless.members, plan.groupless.going_on) == (1, 1)
    page = sign_in(college.tran).get(reverse("caseload:rollover_detail", args=[run.public_id])).content.decode()
    assert "5 students go into the next year without a tutor group." in page
    assert f"/students/{college.student('Ada').public_id}/" in page


def test_the_page_names_those_left_out_and_links_to_where_it_is_put_right(college, run, sign_in):
    odd_ones(college)
    client = sign_in(college.tran)
    page = client.get(reverse("caseload:rollover_detail", args=[run.public_id])).content.decode()
    assert "5 left out" in page
    assert f"/students/{college.student('Ada').public_id}/roll/" in page
    assert "They are in no year group on Tue 31 Aug 2027" in page
    carry_out(college, run)
    done = client.get(reverse("caseload:rollover_detail", args=[run.public_id])).content.decode()
    assert "5 students left out, named below." in done
    assert f"/students/{college.student('Ada').public_id}/roll/" in done


def test_somebody_who_came_into_those_left_out_is_looked_at_again(college, run):
    with naming.named(college.tran.pk):
        seen = plan_of(run).digest
        SiteMembership.objects.filter(student=college.student("Wren")).update(site=college.school)
        with pytest.raises(actions.NotPossible, match="Look at it again"):
            actions.confirm_rollover(college.tran, run, seen)


def test_caseloads_that_are_no_tutor_groups_are_named(college, run, sign_in):
    Caseload.objects.filter(name="9C").update(kind="caseload")
    page = sign_in(college.tran).get(reverse("caseload:rollover_detail", args=[run.public_id])).content.decode()
    assert "Not carried on, because they are no tutor groups" in page
    assert "9C</a> (4 students)" in page
