"""Protected roles: proposed by one, consented by another, and refused by the database to everybody else."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.roles import PROTECTED
from audit.models import Entry
from caseload.actions import grants
from caseload.actions.grants import AlreadyHeld, Impossible
from caseload.actions.protected_roles import AlreadyDecided, consent_to_role, decline_role, propose_role
from caseload.models import CollegeGrant, RoleProposal
from caseload.models.grants import reach_permission
from caseload.rules.grants import NotAllowed
from core import naming
from core.models import Mail
from tests.setting_up import in_their_name

TODAY = date(2026, 11, 20)
end_reach = in_their_name(grants.end_reach)


def propose(by, user, role="deputy_dsl", start=TODAY, last_day=None):
    with naming.named(by.pk):
        return propose_role(user, role, start, last_day, "Second deputy", by)


def consent(by, proposal):
    with naming.named(by.pk):
        return consent_to_role(proposal, by)


def holds(user, permission="safeguarding.triage_concern"):
    vars(user).pop("_reach", None)
    return user.has_perm(permission)


def test_proposed_by_one_and_consented_by_another(college):
    proposal = propose(college.rahman, college.novak)
    assert not holds(college.novak)
    grant = consent(college.achebe, proposal)
    assert holds(college.novak)
    proposal.refresh_from_db()
    assert (proposal.proposed_by, proposal.decided_by, grant.given_by) == (
        college.rahman,
        college.achebe,
        college.rahman,
    )
    verbs = list(Entry.objects.order_by("id").values_list("verb", "actor_id"))
    assert verbs == [("caseload.role_proposed", college.rahman.pk), ("caseload.role_consented", college.achebe.pk)]


def test_those_who_could_consent_are_told_without_any_name(college):
    propose(college.rahman, college.novak)
    mails = Mail.objects.filter(key__contains=":proposed:")
    assert {mail.to_person_id for mail in mails} == {college.bell.pk, college.achebe.pk}
    assert not any("Nov" in mail.text or "Nov" in mail.subject for mail in mails)


@pytest.mark.parametrize("key", ["tran", "ward", "novak", "bell", "okafor", "sam"])
def test_nobody_but_a_lead_or_the_head_proposes(college, key):
    with pytest.raises(NotAllowed):
        propose(getattr(college, key), college.lind)
    assert not RoleProposal.objects.exists()


def test_nobody_proposes_themselves(college):
    with pytest.raises(NotAllowed, match="themselves"):
        propose(college.rahman, college.rahman, "head")


@pytest.mark.parametrize("key", ["rahman", "novak", "tran", "ward", "lind"])
def test_the_proposer_the_subject_and_outsiders_do_not_consent(college, key):
    proposal = propose(college.rahman, college.novak)
    with pytest.raises(NotAllowed):
        consent(getattr(college, key), proposal)
    assert not holds(college.novak)


def test_a_deputy_may_be_the_second_person(college):
    assert consent(college.bell, propose(college.achebe, college.novak, "dsl"))


def test_deciding_twice_tells_the_second_person(college):
    proposal = propose(college.rahman, college.novak)
    consent(college.achebe, proposal)
    with pytest.raises(AlreadyDecided):
        consent(college.bell, proposal)
    assert CollegeGrant.objects.filter(user=college.novak, role__name="deputy_dsl").count() == 1


def test_declined_and_withdrawn_give_nothing(college):
    for key in ("achebe", "rahman", "novak"):
        proposal = propose(college.rahman, college.novak)
        by = getattr(college, key)
        with naming.named(by.pk):
            decline_role(proposal, by)
        assert (proposal.consented, proposal.decided_by) == (False, by)
    assert not holds(college.novak)


def test_consent_that_comes_late_reaches_no_day_before_it(college, today):
    proposal = propose(college.rahman, college.novak)
    from core import clock

    with clock.set_to(date(2026, 11, 25)):
        grant = consent(college.achebe, proposal)
    assert grant.period.lower == date(2026, 11, 25)


def test_the_same_twice_is_refused(college):
    propose(college.rahman, college.novak)
    with pytest.raises(Impossible, match="proposed already"):
        propose(college.achebe, college.novak)
    with pytest.raises(Impossible, match="hold this role already"):
        propose(college.achebe, college.bell)


def test_nobody_ends_one_alone(college):
    grant = CollegeGrant.objects.get(user=college.bell)
    for key in ("bell", "tran", "ward", "novak", "rahman", "achebe"):
        with pytest.raises(NotAllowed):
            end_reach(grant, getattr(college, key))
    assert holds(college.bell)


# --- raw SQL as the application ---------------------------------------------------------------------------------------

GRANT = (
    "INSERT INTO caseload_collegegrant (public_id, user_id, role_id, permission_id, content_object_id, period, given_at,"
    " reason, end_reason, given_by_id, proposal_id)"
    " VALUES (gen_random_uuid(), %s, %s, %s, 1, %s, now(), '', '', %s, %s)"
)
PROPOSAL = (
    "INSERT INTO caseload_roleproposal (public_id, user_id, role_id, period, reason, proposed_by_id, proposed_at, decided_by_id,"
    " decided_at, consented) VALUES (gen_random_uuid(), %s, %s, %s, '', %s, now(), %s, now(), %s) RETURNING id"
)
ALWAYS = DateRange(date(2026, 9, 1), None)


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() if "RETURNING" in sql else None


def refused(sql, *values):
    with pytest.raises(ProgrammingError) as fault:
        run(sql, *values)
    return str(fault.value)


def role(code):
    return Group.objects.get(name=code).pk


@pytest.mark.parametrize("code", PROTECTED)
def test_sql_cannot_insert_a_protected_role(college, code):
    values = (college.sam.pk, role(code), reach_permission("college").pk, ALWAYS, college.rahman.pk, None)
    for who in (college.rahman, college.ward, college.tran):
        with naming.named(who.pk):
            assert "second person" in refused(GRANT, *values)
    assert "second person" in refused(GRANT, *values)


def test_sql_of_a_data_manager_can_still_insert_any_other_role(college):
    with naming.named(college.tran.pk):
        run(GRANT, college.sam.pk, role("senior_leader"), reach_permission("college").pk, ALWAYS, None, None)
    assert holds(college.sam, "reporting.view_college")


@pytest.mark.parametrize("code", PROTECTED)
def test_sql_cannot_hide_a_protected_role_in_another_kind_of_grant(college, code):
    sql = (
        "INSERT INTO caseload_sitegrant (public_id, user_id, role_id, permission_id, content_object_id, period, given_at, reason,"
        " end_reason) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, now(), '', '')"
    )
    values = (college.sam.pk, role(code), reach_permission("site").pk, college.school.pk, ALWAYS)
    assert "whole college only" in refused(sql, *values)


def test_sql_cannot_turn_an_ordinary_role_into_a_protected_one(college):
    assert "keeps its" in refused(
        "UPDATE caseload_collegegrant SET role_id = %s WHERE user_id = %s", role("dsl"), college.novak.pk
    )


def test_the_proposer_is_whoever_is_signed_whatever_the_sql_says(college):
    with naming.named(college.rahman.pk):
        (pk,) = run(PROPOSAL, college.sam.pk, role("dsl"), ALWAYS, college.achebe.pk, college.bell.pk, True)
    proposal = RoleProposal.objects.get(pk=pk)
    assert (proposal.proposed_by, proposal.decided_by, proposal.consented) == (college.rahman, None, None)


@pytest.mark.parametrize("key", ["tran", "ward", "okafor", "bell"])
def test_sql_of_others_proposes_nothing(college, key):
    with naming.named(getattr(college, key).pk):
        assert "only a safeguarding lead" in refused(
            PROPOSAL, college.sam.pk, role("dsl"), ALWAYS, college.rahman.pk, None, None
        )


def test_sql_without_a_name_or_with_a_forged_one_proposes_nothing(college):
    values = (college.sam.pk, role("dsl"), ALWAYS, college.rahman.pk, None, None)
    assert "signed name" in refused(PROPOSAL, *values)
    signed = naming.token_for(naming.Name(college.rahman.pk, None, "page"), naming.this_transaction())
    forged = signed.rsplit("|", 1)[0] + "|12345"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waymark.person', %s, true)", [forged])
        assert "signed name" in refused(PROPOSAL, *values)


def test_sql_of_the_proposer_cannot_consent_in_anothers_name(college):
    proposal = propose(college.rahman, college.sam)
    sql = "UPDATE caseload_roleproposal SET consented = true, decided_by_id = %s, decided_at = now() WHERE id = %s"
    with naming.named(college.rahman.pk):
        assert "second person" in refused(sql, college.achebe.pk, proposal.pk)
    with naming.named(college.sam.pk):
        assert "second person" in refused(sql, college.achebe.pk, proposal.pk)
    with naming.named(college.tran.pk):
        assert "only the safeguarding team" in refused(sql, college.achebe.pk, proposal.pk)


def test_sql_cannot_bend_a_proposal_while_consenting(college):
    proposal = propose(college.rahman, college.novak)
    with naming.named(college.achebe.pk):
        sql = "UPDATE caseload_roleproposal SET consented = true, user_id = %s WHERE id = %s"
        assert "as it was made" in refused(sql, college.sam.pk, proposal.pk)


def test_sql_cannot_use_a_consent_for_somebody_else_or_for_longer(college):
    proposal = propose(college.rahman, college.novak, last_day=date(2026, 12, 18))
    with naming.named(college.achebe.pk):
        run("UPDATE caseload_roleproposal SET consented = true, decided_at = now() WHERE id = %s", proposal.pk)
        permission, deputy = reach_permission("college").pk, role("deputy_dsl")
        short, long = DateRange(TODAY, date(2026, 12, 19)), DateRange(TODAY, None)
        assert "second person" in refused(GRANT, college.sam.pk, deputy, permission, short, None, proposal.pk)
        assert "second person" in refused(GRANT, college.novak.pk, role("dsl"), permission, short, None, proposal.pk)
        assert "second person" in refused(GRANT, college.novak.pk, deputy, permission, long, None, proposal.pk)
        run(GRANT, college.novak.pk, deputy, permission, short, None, proposal.pk)
    assert holds(college.novak)


def test_sql_cannot_lengthen_a_protected_role(college):
    grant = CollegeGrant.objects.get(user=college.bell)
    college.end_role(college.bell, "deputy_dsl")
    assert "second person approves" in refused(
        "UPDATE caseload_collegegrant SET period = %s WHERE id = %s", ALWAYS, grant.pk
    )


def test_an_ended_lead_proposes_nothing(college):
    college.end_role(college.rahman, "dsl")
    with naming.named(college.rahman.pk):
        assert "only a safeguarding lead" in refused(
            PROPOSAL, college.sam.pk, role("dsl"), ALWAYS, college.rahman.pk, None, None
        )


def test_the_database_and_the_code_name_the_same_roles(college):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM auth_group WHERE caseload_protected(id)")
        assert {name for (name,) in cursor.fetchall()} == set(PROTECTED)


# --- the first of all --------------------------------------------------------------------------------------------------


def test_the_first_lead_is_named_by_whoever_installs_and_only_while_needed(college):
    with pytest.raises(CommandError, match="Two people hold protected roles already"):
        call_command("first_safeguarding_lead", college.sam.email)
    with pytest.raises(CommandError, match="Nobody who works here"):
        call_command("first_safeguarding_lead", "nobody@waymark.example")


def test_the_application_itself_cannot_name_the_first(college):
    for key, role_code in (("rahman", "dsl"), ("bell", "deputy_dsl")):
        college.end_role(getattr(college, key), role_code)
    with pytest.raises(ProgrammingError, match="second person"), transaction.atomic():
        call_command("first_safeguarding_lead", college.sam.email)


def test_consent_given_while_somebody_holds_it_already_says_so(college):
    proposal = propose(college.rahman, college.novak)
    college.grant(college.novak, "deputy_dsl", "college")
    with pytest.raises(AlreadyHeld):
        consent(college.achebe, proposal)
