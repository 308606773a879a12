"""The holders of protected roles: ended by two people, suspended by one, and never so that nobody can make a team again."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions import AlreadyAsked, end_staff, return_staff
from accounts.models import User
from audit.models import Entry
from caseload.actions.grants import Impossible
from caseload.actions.protected_people import (
    approve_ending,
    ask_ending,
    decline_ending,
    last_day_of_suspension,
    lift_suspension,
    suspend,
)
from caseload.actions.protected_roles import AlreadyDecided, consent_to_role, propose_role
from caseload.models import EndingRequest, Suspension
from caseload.queries.protected import first_day_without_team
from caseload.rules.grants import NotAllowed
from core import clock, naming
from core.jobs import run_now
from core.models import Mail

TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)


def named(person, act, *values, **more):
    with naming.named(person.pk):
        return act(*values, person, **more)


def ask_to_leave(by, user, last_day=YESTERDAY):
    with naming.named(by.pk):
        assert end_staff(user, last_day, by, "Retires") is False
    return EndingRequest.objects.get(user=user, decided_by=None)


def empty_team(college):
    for key, role in (("rahman", "dsl"), ("bell", "deputy_dsl")):
        college.end_role(getattr(college, key), role)


def holds(user, permission="safeguarding.triage_concern"):
    return User.objects.get(pk=user.pk).has_perm(permission)


def told(what):
    return {mail.to_address.split("@")[0] for mail in Mail.objects.filter(key__contains=f":{what}:")}


@pytest.mark.parametrize("key", ["rahman", "bell", "achebe", "foster"])
def test_a_data_manager_alone_ends_nobody_who_holds_a_protected_role(college, sign_in, key):
    person = getattr(college, key)
    data = {"last_day": "2026-11-19", "reason": "Left in July"}
    for manager in (college.tran, college.ward):
        answer = sign_in(manager).post(reverse("accounts:staff_end", args=[person.public_id]), data)
        assert answer.status_code == 302
    person = User.objects.get(pk=person.pk)
    assert (person.works_here, person.ended_on) == (True, None)
    assert [(row.user_id, row.asked_by_id, row.consented) for row in EndingRequest.objects.all()] == [
        (person.pk, college.tran.pk, None)
    ]


def test_the_second_person_ends_them_with_everything_they_hold(college):
    college.grant(college.rahman, "teacher", "teaching_group", college.groups["10x/Ma1"])
    asked = ask_to_leave(college.tran, college.rahman)
    assert told("asked") == {"bell", "achebe"}
    assert told("asked_you") == {"rahman"}
    named(college.achebe, approve_ending, asked)
    rahman = User.objects.get(pk=college.rahman.pk)
    assert (rahman.works_here, rahman.ended_on, holds(rahman), holds(rahman, "caseload.view_student")) == (
        False,
        YESTERDAY,
        False,
        False,
    )
    assert told("ended") == {"rahman", "tran", "bell", "achebe", "foster"}
    assert list(Entry.objects.order_by("id").values_list("verb", "actor_id")) == [
        ("caseload.ending_asked", college.tran.pk),
        ("caseload.ending_approved", college.achebe.pk),
        ("accounts.staff_ended", college.achebe.pk),
    ]


@pytest.mark.parametrize("key", ["tran", "ward", "novak", "rahman", "foster"])
def test_neither_the_asker_nor_the_person_nor_outsiders_approve(college, key):
    asked = ask_to_leave(college.tran, college.rahman)
    with pytest.raises(NotAllowed):
        named(getattr(college, key), approve_ending, asked)
    assert User.objects.get(pk=college.rahman.pk).works_here


def test_a_last_day_still_to_come_lets_them_work_until_then(college):
    asked = ask_to_leave(college.tran, college.bell, date(2026, 12, 18))
    named(college.rahman, approve_ending, asked)
    with clock.set_to(date(2026, 12, 18)):
        assert (holds(college.bell), User.objects.get(pk=college.bell.pk).works_here) == (True, True)
    with clock.set_to(date(2026, 12, 19)):
        assert (holds(college.bell), User.objects.get(pk=college.bell.pk).works_here) == (False, False)


def test_one_role_ends_and_the_person_stays(college):
    with naming.named(college.rahman.pk):
        asked = ask_ending(college.bell, "deputy_dsl", YESTERDAY, "New post", college.rahman)
    named(college.achebe, approve_ending, asked)
    assert (holds(college.bell), User.objects.get(pk=college.bell.pk).works_here) == (False, True)


def test_whoever_asks_may_withdraw_and_a_decision_stands(college):
    asked = ask_to_leave(college.tran, college.rahman)
    with pytest.raises(AlreadyAsked), naming.named(college.ward.pk):
        end_staff(college.rahman, TODAY, college.ward, "Again")
    named(college.tran, decline_ending, asked)
    with pytest.raises(AlreadyDecided):
        named(college.achebe, approve_ending, asked)
    assert User.objects.get(pk=college.rahman.pk).works_here


# --- suspended at once ------------------------------------------------------------------------------------------------


def test_one_person_suspends_for_three_school_days_and_everybody_hears(college, sign_in):
    browser = sign_in(college.rahman)
    named(college.bell, suspend, college.rahman, "A concern about them")
    # Friday, Monday, Tuesday.
    rahman = User.objects.get(pk=college.rahman.pk)
    assert (rahman.suspended_until, rahman.works_here, holds(rahman)) == (date(2026, 11, 24), False, False)
    assert browser.get(reverse("caseload:my_work")).status_code == 302
    assert told("suspended") == {"rahman", "bell", "achebe", "foster"}
    # Each begins with the name of whom it goes to, and names nobody else.
    assert not any("Rahman" in mail.text for mail in Mail.objects.exclude(to_person_id=rahman.pk))
    assert {mail.text.partition(",")[0] for mail in Mail.objects.all()} == {
        person.formal_name for person in (college.rahman, college.bell, college.achebe, college.foster)
    }
    assert {mail.text.splitlines()[-1] for mail in Mail.objects.all()} == {"Waymark College"}
    with clock.set_to(date(2026, 11, 25)):
        assert (User.objects.get(pk=rahman.pk).works_here, holds(rahman)) == (True, True)


@pytest.mark.parametrize(("key", "tell"), [("rahman", "the head or the chair of governors"), ("achebe", "the chair of governors")])  # fmt: skip
def test_nobody_is_told_to_ask_the_very_person_who_is_suspended(college, key, tell):
    person = getattr(college, key)
    person.set_password("correct horse battery")
    with naming.named(person.pk):
        person.save(update_fields=["password"])
    named(college.bell, suspend, person, "x")
    assert all(f"If you did not expect this, tell {tell} today." in mail.text for mail in Mail.objects.all())
    # Nor on the page that they get instead of signing in.
    typed = {"login": person.email, "password": "correct horse battery"}
    page = Client().post(reverse("account_login"), typed, follow=True).content.decode()
    assert "Your access is suspended" in page
    assert "until Tue 24 Nov is over" in page
    assert f"ask {tell}." in page
    assert "closed" not in page


def test_whoever_loses_the_role_while_suspended_stays_suspended_and_can_be_let_in(college, sign_in):
    made = named(college.rahman, suspend, college.bell, "x")
    page = sign_in(college.rahman, stepped_up=True)
    address = reverse("caseload:team_list")
    assert "</strong> cannot sign in until" in page.get(address).content.decode()
    college.end_role(college.bell, "deputy_dsl")
    assert "no longer holds a protected role, and cannot sign in until" in page.get(address).content.decode()
    named(college.rahman, lift_suspension, made)
    assert User.objects.get(pk=college.bell.pk).works_here


def test_whoever_left_while_suspended_is_not_said_to_sign_in_again(college, sign_in):
    named(college.rahman, suspend, college.bell, "x")
    college.leaves(college.bell)
    page = sign_in(college.rahman, stepped_up=True).get(reverse("caseload:team_list"))
    assert "cannot sign in until" not in page.content.decode()


def test_the_database_knows_that_a_suspended_lead_is_nobody(college):
    named(college.bell, suspend, college.rahman, "x")
    with naming.named(college.rahman.pk), connection.cursor() as cursor:
        cursor.execute("SELECT safeguarding_in_team(), caseload_holds(%s, '{dsl}')", [college.rahman.pk])
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize("key", ["tran", "ward", "novak", "rahman", "foster"])
def test_only_whoever_could_approve_suspends_and_nobody_themselves(college, key):
    with pytest.raises(NotAllowed):
        named(getattr(college, key), suspend, college.rahman, "x")


def test_not_again_within_a_month_and_it_can_be_lifted(college):
    made = named(college.bell, suspend, college.rahman, "x")
    named(college.achebe, lift_suspension, made)
    assert User.objects.get(pk=college.rahman.pk).works_here
    assert told("lifted") == {"rahman", "bell", "achebe", "foster"}
    with pytest.raises(Impossible):
        named(college.achebe, suspend, college.rahman, "y")
    with clock.set_to(date(2027, 1, 5)):
        named(college.achebe, suspend, college.rahman, "z")
    assert Suspension.objects.count() == 2


def test_holidays_do_not_count_and_without_a_calendar_weekdays_do(college):
    with clock.set_to(date(2026, 12, 17)):
        assert last_day_of_suspension() == date(2027, 1, 4)
    for term in college.terms:
        term.delete()
    assert last_day_of_suspension() == date(2026, 11, 24)


# --- a way to make a team again ---------------------------------------------------------------------------------------


def test_with_no_team_the_head_proposes_and_the_chair_consents(college):
    empty_team(college)
    with naming.named(college.achebe.pk):
        proposal = propose_role(college.rahman, "dsl", TODAY, None, "Back", college.achebe)
    assert told("proposed") == {"foster"}
    named(college.foster, consent_to_role, proposal)
    assert holds(college.rahman)


def test_with_no_head_either_the_chair_proposes_and_a_deputy_consents(college):
    college.end_role(college.rahman, "dsl")
    college.end_role(college.achebe, "head")
    with naming.named(college.foster.pk):
        proposal = propose_role(college.rahman, "dsl", TODAY, None, "Back", college.foster)
    named(college.bell, consent_to_role, proposal)
    assert holds(college.rahman)


def test_the_chair_is_no_second_person_while_another_is_there(college):
    with naming.named(college.achebe.pk):
        proposal = propose_role(college.novak, "deputy_dsl", TODAY, None, "More", college.achebe)
    with pytest.raises(NotAllowed):
        named(college.foster, consent_to_role, proposal)
    with pytest.raises(NotAllowed):
        named(college.foster, lambda by: propose_role(college.lind, "dsl", TODAY, None, "x", by))
    with naming.named(college.foster.pk):
        refused("UPDATE caseload_roleproposal SET consented = true, decided_at = now() WHERE id = %s", proposal.pk)


def test_whoever_comes_back_holds_no_protected_role(college):
    named(college.achebe, approve_ending, ask_to_leave(college.tran, college.rahman))
    with naming.named(college.tran.pk):
        return_staff(college.rahman, college.tran)
    assert (User.objects.get(pk=college.rahman.pk).works_here, holds(college.rahman)) == (True, False)


def test_the_day_from_which_nobody_is_left_is_known_beforehand(college):
    assert first_day_without_team() is None
    named(college.rahman, approve_ending, ask_to_leave(college.tran, college.bell, date(2026, 12, 18)))
    assert first_day_without_team() is None
    asked = ask_to_leave(college.tran, college.rahman, date(2026, 12, 10))
    assert first_day_without_team(asked) == date(2026, 12, 19)
    named(college.achebe, approve_ending, asked)
    assert first_day_without_team() == date(2026, 12, 19)


def test_a_team_that_lapses_is_announced_beforehand_and_each_day_it_is_empty(college):
    run_now("caseload.warn_of_empty_team")
    assert Mail.objects.count() == 0
    college.end_role(college.bell, "deputy_dsl")
    college.leaves(college.rahman, date(2026, 12, 18))

    def told_on(day):
        Mail.objects.all().delete()
        with clock.set_to(day):
            run_now("caseload.warn_of_empty_team")
            run_now("caseload.warn_of_empty_team")
        return sorted((mail.subject, mail.to_address.split("@")[0]) for mail in Mail.objects.all())

    soon = [("The safeguarding team will be empty", who) for who in ("achebe", "foster", "rahman")]
    assert told_on(date(2026, 11, 20)) == soon
    assert told_on(date(2026, 12, 12)) == soon
    now = [("Nobody is in the safeguarding team", who) for who in ("achebe", "foster")]
    assert told_on(date(2026, 12, 19)) == now
    assert told_on(date(2026, 12, 20)) == now


# --- raw SQL as the application ---------------------------------------------------------------------------------------


def refused(sql, *values):
    with pytest.raises(ProgrammingError) as fault, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(fault.value)


def test_sql_cannot_end_or_suspend_a_protected_person(college):
    for by in (college.tran, college.achebe, college.bell):
        with naming.named(by.pk):
            me = college.rahman.pk
            assert "second person" in refused("UPDATE accounts_user SET is_active = false WHERE id = %s", me)
            assert "second person" in refused("UPDATE accounts_user SET ended_on = '2026-11-01' WHERE id = %s", me)
            assert "table of suspensions" in refused(
                "UPDATE accounts_user SET suspended_until = '2027-11-01' WHERE id = %s", me
            )
            assert "second person" in refused(
                "UPDATE caseload_collegegrant SET period = daterange('2026-09-01', '2026-11-01') WHERE user_id = %s", me
            )


def test_sql_cannot_decide_in_anothers_name_or_bend_a_request(college):
    asked = ask_to_leave(college.tran, college.rahman)
    sql = "UPDATE caseload_endingrequest SET consented = true, decided_by_id = %s, decided_at = now() WHERE id = %s"
    for by in (college.tran, college.ward, college.rahman, college.novak):
        with naming.named(by.pk):
            assert "second person" in refused(sql, college.achebe.pk, asked.pk)
    with naming.named(college.achebe.pk):
        bent = "UPDATE caseload_endingrequest SET consented = true, user_id = %s WHERE id = %s"
        assert "as it was made" in refused(bent, college.bell.pk, asked.pk)
    assert "signed name" in refused(sql, college.achebe.pk, asked.pk)


def test_sql_cannot_suspend_for_longer_or_without_the_right(college):
    sql = (
        "INSERT INTO caseload_suspension (public_id, user_id, last_day, reason, by_id, at)"
        " VALUES (gen_random_uuid(), %s, %s, '', %s, now())"
    )
    with naming.named(college.bell.pk):
        assert "three school days" in refused(sql, college.rahman.pk, date(2026, 11, 25), college.bell.pk)
        assert "holder of a protected role" in refused(sql, college.sam.pk, TODAY, college.bell.pk)
    with naming.named(college.tran.pk):
        assert "could approve" in refused(sql, college.rahman.pk, TODAY, college.bell.pk)
