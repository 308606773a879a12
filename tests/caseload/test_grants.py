"""Reach: given, ended, covering, and what it lets somebody see."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

import accounts.actions
from audit.models import Entry
from caseload.actions import grants
from caseload.actions.grants import AlreadyEnded, AlreadyHeld, Impossible, Reaching
from caseload.models import CaseloadGrant, Student
from caseload.queries.grants import grants_found, history_of, who_reaches
from caseload.rules.grants import NotAllowed, givable
from core.actors import SystemActor
from tests.setting_up import in_their_name, setting_up

VIEW = "caseload.view_student"
PASTORAL_NOTE = "interventions.view_pastoral_note"
give_reach, give_cover = in_their_name(grants.give_reach), in_their_name(grants.give_cover)
end_reach, end_all_reach = in_their_name(grants.end_reach), in_their_name(grants.end_all_reach)
end_staff = in_their_name(accounts.actions.end_staff)
YESTERDAY, TODAY, TOMORROW = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)


def names(students):
    return sorted(student.given_name for student in students)


def seen(user, permission=VIEW):
    vars(user).pop("_reach", None)
    return names(Student.objects.visible_to(user, permission))


def wanted(college, **changes):
    asked = {
        "user": college.sam,
        "role": "tutor",
        "kind": "caseload",
        "container": college.caseloads["10B"],
        "starts_on": TODAY,
        "reason": "New tutor",
    }
    return Reaching(**(asked | changes))


TENTH_A = ["Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo"]
TENTH_B = ["Imran", "Jade", "Kofi", "Mei", "Noor", "Łukasz"]


# --- what reach lets somebody see ------------------------------------------------------------------------------------


def test_a_tutor_sees_their_own_group_and_not_the_next(college):
    assert seen(college.okafor) == TENTH_A
    assert seen(college.brandt) == TENTH_B


def test_a_tutor_who_is_attendance_officer_too_reads_no_pastoral_notes_of_others(college):
    college.grant(college.okafor, "attendance_officer", "college")
    assert len(seen(college.okafor)) == 30
    assert seen(college.okafor, PASTORAL_NOTE) == TENTH_A
    assert seen(college.okafor, "attendance.authorise_absence") == seen(college.okafor)
    assert seen(college.okafor, "interventions.log_meeting") == TENTH_A


def test_a_system_administrator_who_tutors_sees_the_group_and_nobody_else(college):
    assert seen(college.ward) == []
    college.grant(college.ward, "tutor", "caseload", college.caseloads["10B"])
    assert seen(college.ward) == TENTH_B
    assert seen(college.ward, "accounts.manage_staff") == names(Student.objects.all())


def test_the_safeguarding_role_gives_a_tutor_no_pastoral_power(college):
    assert seen(college.rahman, "interventions.log_meeting") == []


def test_cover_that_ended_yesterday_reaches_nobody(college):
    cover = college.grant(
        college.sam,
        "tutor",
        "caseload",
        college.caseloads["10A"],
        period=DateRange(date(2026, 11, 9), TODAY),
        capacity="cover",
    )
    assert seen(college.sam) == []
    assert not college.sam.has_perm(VIEW)
    cover.period = DateRange(date(2026, 11, 9), TOMORROW)
    with setting_up():
        cover.save()
    assert seen(college.sam) == TENTH_A


def test_reach_that_begins_tomorrow_reaches_nobody_today(college):
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"], period=DateRange(TOMORROW, None))
    assert seen(college.sam) == []


def test_somebody_who_has_ended_reaches_nobody(college):
    college.okafor.ended_on = YESTERDAY
    assert seen(college.okafor) == []


# --- giving ----------------------------------------------------------------------------------------------------------


def test_a_data_manager_gives_reach_and_it_is_recorded(college):
    grant = give_reach(wanted(college), college.tran)
    assert seen(college.sam) == TENTH_B
    entry = Entry.objects.get(verb="caseload.reach_given")
    assert (entry.actor_id, entry.object_kind, entry.object_id) == (college.tran.pk, "grant.caseload", str(grant.pk))
    assert entry.details["user"] == college.sam.pk


@pytest.mark.parametrize("key", ["ward", "lind", "achebe", "rahman", "okafor", "sam"])
def test_nobody_else_gives_reach(college, key):
    with pytest.raises(NotAllowed):
        give_reach(wanted(college, user=college.brandt), getattr(college, key))
    assert not Entry.objects.filter(verb="caseload.reach_given").exists()


def test_nobody_gives_reach_to_themselves(college):
    with pytest.raises(NotAllowed, match="themselves"):
        give_reach(wanted(college, user=college.tran), college.tran)


@pytest.mark.parametrize("role", ["dsl", "deputy_dsl", "head", "chair_of_governors"])
def test_protected_roles_are_not_given_here(college, role):
    asked = wanted(college, role=role, kind="college", container=college.okafor and _college())
    with pytest.raises(NotAllowed, match="protected"):
        give_reach(asked, college.tran)
    with pytest.raises(NotAllowed, match="protected"):
        give_reach(asked, SystemActor("importer", "A roster is loaded"))


def _college():
    from caseload.models import College

    return College.objects.get()


def test_a_role_is_held_only_over_what_it_is_for(college):
    with pytest.raises(NotAllowed, match="not held over"):
        give_reach(wanted(college, role="tutor", kind="college", container=_college()), college.tran)


def test_a_data_manager_of_one_site_gives_reach_at_that_site_only(college):
    college.grant(college.sam, "data_manager", "site", college.sixth)
    assert give_reach(wanted(college, user=college.brandt, container=college.caseloads["S1"]), college.sam)
    with pytest.raises(NotAllowed, match="site"):
        give_reach(wanted(college, user=college.okafor), college.sam)
    assert not givable(college.sam, "college").exists()
    assert not givable(college.sam, "area").exists()
    assert names_of(givable(college.sam, "caseload")) == ["S1"]


def names_of(rows):
    return [row.name for row in rows]


def test_the_same_reach_twice_is_refused_with_words(college):
    give_reach(wanted(college), college.tran)
    with pytest.raises(AlreadyHeld, match="from 20 Nov 2026 with no end"):
        give_reach(wanted(college, starts_on=date(2027, 1, 4)), college.tran)
    assert CaseloadGrant.objects.filter(user=college.sam).count() == 1


def test_cover_needs_a_last_day(college):
    with pytest.raises(Impossible, match="Cover needs a last day") as problem:
        give_cover(wanted(college), college.tran)
    assert problem.value.field == "last_day"
    grant = give_cover(wanted(college, last_day=date(2026, 12, 18), handover_note="Two birthdays."), college.tran)
    assert (grant.capacity, grant.handover_note) == ("cover", "Two birthdays.")
    assert grant.period.upper == date(2026, 12, 19)


@pytest.mark.parametrize(("start", "end"), [(TODAY, YESTERDAY), (date(2026, 9, 1), YESTERDAY)])
def test_a_last_day_that_has_passed_is_refused(college, start, end):
    with pytest.raises(Impossible):
        give_reach(wanted(college, starts_on=start, last_day=end), college.tran)


def test_somebody_who_has_left_gets_none(college):
    college.sam.is_active = False
    with pytest.raises(NotAllowed, match="no longer works here"):
        give_reach(wanted(college), college.tran)


# --- ending ----------------------------------------------------------------------------------------------------------


def test_ending_takes_effect_at_once_and_the_history_stays(college):
    grant = CaseloadGrant.objects.get(user=college.okafor)
    ended = end_reach(grant, college.tran, "Moved to 10C")
    assert seen(college.okafor) == []
    assert (ended.period.upper, ended.ended_by, ended.end_reason) == (TODAY, college.tran, "Moved to 10C")
    history = history_of(ended)
    assert [(event["what"], event["last_day"]) for event in history] == [("Ended", YESTERDAY), ("Given", None)]
    assert Entry.objects.filter(verb="caseload.reach_ended", object_id=str(grant.pk)).count() == 1


def test_ending_with_a_last_day(college):
    ended = end_reach(CaseloadGrant.objects.get(user=college.okafor), college.tran, last_day=TOMORROW)
    assert ended.period.upper == TOMORROW + timedelta(days=1)
    assert seen(college.okafor) == TENTH_A


def test_one_that_has_not_begun_is_taken_back(college):
    grant = give_reach(
        wanted(college, starts_on=date(2027, 1, 4), last_day=date(2027, 2, 1), capacity="cover"), college.tran
    )
    assert end_reach(grant, college.tran).period.isempty
    assert give_reach(wanted(college, starts_on=date(2027, 1, 4)), college.tran)


def test_ending_twice_tells_the_second_person(college):
    grant = CaseloadGrant.objects.get(user=college.okafor)
    end_reach(grant, college.tran)
    with pytest.raises(AlreadyEnded):
        end_reach(grant, college.tran)


@pytest.mark.parametrize("key", ["okafor", "ward", "lind", "achebe"])
def test_nobody_else_ends_reach(college, key):
    with pytest.raises(NotAllowed):
        end_reach(CaseloadGrant.objects.get(user=college.okafor), getattr(college, key))
    assert seen(college.okafor) == TENTH_A


def test_a_data_manager_does_not_end_their_own(college):
    from caseload.models import CollegeGrant

    with pytest.raises(NotAllowed):
        end_reach(CollegeGrant.objects.get(user=college.tran), college.tran)


def test_whoever_leaves_loses_everything_they_hold(college):
    later = college.grant(
        college.okafor, "tutor", "caseload", college.caseloads["9C"], period=DateRange(date(2027, 1, 4), None)
    )
    end_staff(college.okafor, TODAY, college.tran)
    grant = CaseloadGrant.objects.get(user=college.okafor, content_object=college.caseloads["10A"])
    later.refresh_from_db()
    assert (grant.period.upper, later.period.isempty) == (TOMORROW, True)
    assert end_all_reach(college.okafor, TODAY, college.tran) == 0


# --- what the database itself refuses --------------------------------------------------------------------------------


def refused(sql, *values):
    with pytest.raises(ProgrammingError) as fault, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(fault.value)


def test_a_grant_cannot_become_another(college):
    grant = CaseloadGrant.objects.get(user=college.okafor)
    assert "keeps its person" in refused(
        "UPDATE caseload_caseloadgrant SET user_id = %s WHERE id = %s", college.sam.pk, grant.pk
    )
    assert "keeps its person" in refused(
        "UPDATE caseload_caseloadgrant SET content_object_id = %s WHERE id = %s", college.caseloads["10B"].pk, grant.pk
    )


def test_grants_and_their_history_are_never_deleted(college):
    for table in (
        "caseload_caseloadgrant",
        "caseload_collegegrant",
        "caseload_roleproposal",
        "caseload_caseloadgrantevent",
    ):
        assert "permission denied" in refused(f"DELETE FROM {table}")


def test_roles_are_renamed_by_nobody(college):
    assert "permission denied" in refused("UPDATE auth_group SET name = 'dsl2' WHERE name = 'dsl'")
    assert "permission denied" in refused("INSERT INTO auth_group (name) VALUES ('another')")


def test_there_is_no_superuser(college):
    from django.db import IntegrityError

    with setting_up(), pytest.raises(IntegrityError), transaction.atomic():
        type(college.sam).objects.filter(pk=college.sam.pk).update(is_superuser=True)


# --- lists -----------------------------------------------------------------------------------------------------------


def test_who_reaches_a_group_is_everybody_who_holds_it_itself(college):
    give_cover(wanted(college, container=college.caseloads["10A"], last_day=date(2026, 12, 18)), college.tran)
    rows = who_reaches(college.tran, "caseload", college.caseloads["10A"])
    assert [(row.user, row.capacity, row.state) for row in rows] == [
        (college.sam, "Cover", "now"),
        (college.okafor, "Tutor", "now"),
    ]


def test_a_data_manager_of_one_site_lists_that_site_alone(college):
    college.grant(college.sam, "data_manager", "site", college.sixth)
    rows = grants_found(college.sam)
    assert [(row.user, row.over) for row in rows] == [
        (college.farah, "S1"),
        (college.sam, "Waymark Sixth"),
        (college.quill, "12 Biology B"),
    ]
    assert len(grants_found(college.tran)) == 21


def test_the_list_costs_the_same_for_few_and_for_many(college, django_assert_num_queries):
    with django_assert_num_queries(10):
        grants_found(college.tran)
    for caseload in college.caseloads.values():
        college.grant(college.sam, "tutor", "caseload", caseload)
    vars(college.tran).pop("_reach", None)
    with django_assert_num_queries(10):
        assert len(grants_found(college.tran)) == 25
