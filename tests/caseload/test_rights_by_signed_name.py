"""SQL of somebody's own, in their own request or in nobody's: it changes nothing about who signs in, with what, as what."""

import json
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from accounts.second_factor import make_sure_of_app
from accounts.second_step import consent_to_second_step, take_away_second_step
from caseload.models import CaseloadGrant, CollegeGrant
from caseload.models.grants import reach_permission
from core import naming
from core.private import links
from tests.college import College
from tests.setting_up import in_their_name

SINCE = DateRange(date(2026, 9, 1), None)
SQL = {
    "password": "UPDATE accounts_user SET password = 'argon2$' || gen_random_uuid() WHERE id = %(who)s",
    "address": "UPDATE accounts_user SET email = 'mine@evil.example' WHERE id = %(who)s",
    "switched off": "UPDATE accounts_user SET is_active = false WHERE id = %(who)s",
    "last day": "UPDATE accounts_user SET ended_on = '2026-11-01' WHERE id = %(who)s",
    "name": "UPDATE accounts_user SET given_name = 'Mallory' WHERE id = %(who)s",
    "signed in": "UPDATE accounts_user SET last_login = clock_timestamp() WHERE id = %(who)s",
    "number": "UPDATE accounts_user SET public_id = gen_random_uuid() WHERE id = %(who)s",
    "factor added": "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
    " VALUES (%(who)s, 'webauthn', '{}', now())",
    "factor changed": 'UPDATE mfa_authenticator SET data = \'{"secret": "mine"}\' WHERE user_id = %(who)s',
    "factor moved": "UPDATE mfa_authenticator SET user_id = %(sam)s WHERE user_id = %(who)s",
    "factor removed": "DELETE FROM mfa_authenticator WHERE user_id = %(who)s",
    "second step asked": "INSERT INTO accounts_secondsteprequest (public_id, user_id, reason, asked_by_id, asked_at)"
    " VALUES (gen_random_uuid(), %(who)s, 'x', %(sam)s, now())",
}


def refused(sql: str, **values: Any) -> bool:
    """Whether the database refuses it for want of the right to, and not for some other reason."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            assert cursor.rowcount, f"{sql} found nothing to change"
    except ProgrammingError as problem:
        if getattr(problem.__cause__, "sqlstate", "") != "42501":
            raise
        return True
    return False


def named(user: User | None) -> AbstractContextManager[None]:
    return naming.named(user.pk) if user else nullcontext()


def what_is_refused(asker: User | None, who: User, college: College) -> set[str]:
    with named(asker):
        return {what for what, sql in SQL.items() if refused(sql, who=who.pk, sam=college.sam.pk)}


@pytest.fixture
def factors(college: College) -> None:
    for user in (college.okafor, college.rahman, college.tran):
        with naming.named(user.pk):
            make_sure_of_app(user)


# Whose SQL changes which of somebody else's; everything else is refused.
BY_NOBODY_ELSE = {"password", "signed in", "number", "factor added", "factor changed", "factor moved"}
MAY = {
    # (who asks, about whom): what is not refused
    ("", "okafor"): set(),
    ("mendes", "okafor"): set(),
    ("mendes", "rahman"): set(),
    ("rahman", "okafor"): set(),
    ("achebe", "rahman"): set(),
    ("ward", "okafor"): set(SQL) - BY_NOBODY_ELSE,
    ("tran", "okafor"): set(SQL) - BY_NOBODY_ELSE,
    # The holder of a protected role stays, with sign-in address and second step, until a second person consents.
    ("ward", "rahman"): {"name", "second step asked"},
    # One's own: the password and the factors, and nothing that somebody else has to look at first.
    ("okafor", "okafor"): {"password", "signed in", "factor added", "factor changed", "factor removed"},
}


@pytest.mark.parametrize(("asker", "who"), MAY)
def test_what_sql_in_somebodys_request_changes(college: College, factors: None, asker: str, who: str) -> None:
    asking = college.staff[asker] if asker else None
    may = MAY[asker, who] | ({"name"} if asker == "tran" else set())
    assert set(SQL) - what_is_refused(asking, college.staff[who], college) == may


def test_a_data_manager_changes_nothing_of_their_own_but_the_name_that_a_roster_brings(
    college: College, factors: None
) -> None:
    own = {"password", "signed in", "name", "factor added", "factor changed", "factor removed"}
    assert set(SQL) - what_is_refused(college.tran, college.tran, college) == own


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        ("sign-in", {"password", "signed in"}),
        ("reset-link", {"password"}),
        ("outbox", set()),
        ("audit", set()),
        ("accounts-mail", set()),
    ],
)
def test_a_system_actor_changes_its_columns_of_its_row_only(
    college: College, factors: None, actor: str, may: set[str]
) -> None:
    def changed(who: User) -> set[str]:
        return {what for what, sql in SQL.items() if not refused(sql, who=who.pk, sam=college.sam.pk)}

    with naming.named_system(actor, row=college.okafor.pk):
        assert changed(college.okafor) == may
        assert changed(college.rahman) == set()
    with naming.named_system(actor):  # for no row
        assert changed(college.okafor) == set()
    with naming.named_system(actor, purpose=f"x{actor}:{college.okafor.pk}"):
        assert changed(college.okafor) == set()
    with naming.named_system(actor, row=int(f"{college.okafor.pk}0")):
        assert changed(college.okafor) == set()


def test_signing_in_uses_codes_up_and_gives_none_back(college: College) -> None:
    user = college.okafor
    with naming.named(user.pk):
        codes = Authenticator.objects.create(
            user=user, type="recovery_codes", data={"seed": "sealed", "used_mask": 0b101}
        )

    def set_data(**changes: Any) -> bool:
        with transaction.atomic():
            codes.data = {"seed": "sealed", "used_mask": 0b101} | changes
            try:
                codes.save(update_fields=["data"])
            except ProgrammingError:
                transaction.set_rollback(True)
                return False
            return True

    with naming.named_system("sign-in", row=user.pk):
        codes.record_usage()
        assert set_data(used_mask=0b111)
        codes.refresh_from_db()
        assert not set_data(used_mask=0b011)
        assert not set_data(used_mask=0b111, seed="mine")
        assert not set_data(used_mask=0b111, more="x")


@pytest.mark.parametrize("key", ["", "mendes", "okafor", "lind", "novak", "rahman", "achebe", "ward"])
def test_sql_gives_nobody_any_reach(college: College, key: str) -> None:
    with named(college.staff[key] if key else None):
        for role, kind, container in (
            ("data_manager", "college", 1),
            ("senior_leader", "college", 1),
            ("attendance_officer", "site", college.school.pk),
            ("tutor", "caseload", college.caseloads["10A"].pk),
            ("teacher", "teaching_group", college.groups["10x/Ma1"].pk),
        ):
            assert refused(
                f"INSERT INTO caseload_{kind.replace('_', '')}grant (public_id, user_id, role_id, permission_id,"
                " content_object_id, period, given_at, reason, end_reason"
                + (", capacity, handover_note" if kind == "caseload" else "")
                + ") VALUES (gen_random_uuid(), %(who)s, %(role)s, %(permission)s, %(container)s, %(period)s, now(), '', ''"
                + (", 'tutor', ''" if kind == "caseload" else "")
                + ")",
                who=college.sam.pk,
                role=Group.objects.get(name=role).pk,
                permission=reach_permission(kind).pk,
                container=container,
                period=SINCE,
            ), (role, kind)


def test_a_data_manager_of_one_site_gives_nothing_beyond_it_and_nobody_themselves(college: College) -> None:
    college.grant(college.sam, "data_manager", "site", college.school)
    insert = (
        "INSERT INTO caseload_{}grant (public_id, user_id, role_id, permission_id, content_object_id, period, given_at,"
        " reason, end_reason) SELECT gen_random_uuid(), %(who)s, id, %(permission)s, %(container)s, %(period)s, now(), '', ''"
        " FROM auth_group WHERE name = 'senior_leader'"
    )
    college_wide = {"permission": reach_permission("college").pk, "container": 1, "period": SINCE}
    site = college_wide | {"permission": reach_permission("site").pk}
    with naming.named(college.sam.pk):
        assert refused(insert.format("college"), who=college.brandt.pk, **college_wide)
        assert refused(insert.format("site"), who=college.brandt.pk, **site | {"container": college.sixth.pk})
        assert not refused(insert.format("site"), who=college.brandt.pk, **site | {"container": college.school.pk})
    with naming.named(college.tran.pk):
        assert refused(insert.format("college"), who=college.tran.pk, **college_wide)
        assert not refused(insert.format("college"), who=college.brandt.pk, **college_wide)
    given = CollegeGrant.objects.get(user=college.brandt)
    assert given.given_by == college.tran  # as it was signed; the statement said nobody


def test_sql_makes_no_grant_longer_and_ends_nobody_elses(college: College) -> None:
    grant = CaseloadGrant.objects.get(user=college.okafor)
    longer = "UPDATE caseload_caseloadgrant SET period = '[2020-01-01,)' WHERE id = %(id)s"
    ended = (
        "UPDATE caseload_caseloadgrant SET period = '[2026-09-01,2026-11-20)', ended_by_id = %(by)s WHERE id = %(id)s"
    )
    for key in ("mendes", "okafor", "lind", "rahman"):
        with naming.named(college.staff[key].pk):
            assert refused(longer, id=grant.pk)
            assert refused(ended, id=grant.pk, by=college.tran.pk)
    with naming.named(college.tran.pk):
        assert refused(longer, id=grant.pk)
        assert not refused(ended, id=grant.pk, by=college.sam.pk)
    grant.refresh_from_db()
    assert grant.ended_by == college.tran


def test_a_consent_gives_its_role_once_and_by_the_hands_of_whoever_consented(college: College) -> None:
    from caseload.actions.protected_roles import consent_to_role, propose_role

    with naming.named(college.rahman.pk):
        proposal = propose_role(college.novak, "deputy_dsl", college.today, None, "Second deputy", college.rahman)
    with naming.named(college.achebe.pk):
        grant = consent_to_role(proposal, college.achebe)
    with connection.cursor() as cursor:
        cursor.execute("SELECT end_protected_role(%s, %s)", [grant.pk, college.today])
    again = (
        "INSERT INTO caseload_collegegrant (public_id, user_id, role_id, permission_id, content_object_id, period, given_at,"
        " reason, end_reason, proposal_id) SELECT gen_random_uuid(), user_id, role_id, permission_id, 1, '[2026-11-20,)',"
        " now(), '', '', proposal_id FROM caseload_collegegrant WHERE id = %(id)s"
    )
    for user in (college.achebe, college.novak, None):
        with named(user):
            assert refused(again, id=grant.pk)


def test_a_consent_to_take_a_second_step_away_is_given_by_a_second_person_and_used_by_them(college: College) -> None:
    with naming.named(college.rahman.pk):
        make_sure_of_app(college.rahman)
    asked = in_their_name(take_away_second_step)(college.rahman, "Lost the phone", college.tran)
    decide = "UPDATE accounts_secondsteprequest SET consented = true, decided_at = now(), decided_by_id = %(by)s"
    remove = "DELETE FROM mfa_authenticator WHERE user_id = %(who)s"
    for user in (college.tran, college.rahman, college.ward, college.okafor, None):
        with named(user):
            assert refused(decide, by=college.achebe.pk)
            if user != college.rahman:
                assert refused(remove, who=college.rahman.pk)
    with naming.named(college.achebe.pk):
        assert refused(remove, who=college.rahman.pk)  # nothing is consented to yet
    in_their_name(consent_to_second_step)(asked, college.achebe)
    assert not Authenticator.objects.filter(user=college.rahman).exists()


def test_who_is_added_has_no_password_that_somebody_else_chose(college: College) -> None:
    add = (
        "INSERT INTO accounts_user (password, is_superuser, public_id, email, title, given_name, family_name, position,"
        " staff_code, external_id, sort_key, is_active, created_at) VALUES (%(password)s, false, gen_random_uuid(),"
        " 'new@waymark.example', '', 'New', '', '', '', '', 'new', true, now())"
    )
    for user in (None, college.mendes, college.rahman):
        with named(user):
            assert refused(add, password="!")
    with naming.named(college.tran.pk):
        assert refused(add, password="argon2$mine")
        assert not refused(add, password="!unusable")


def test_the_first_administrator_is_named_once_and_is_nothing_else(college: College) -> None:
    insert = (
        "INSERT INTO caseload_collegegrant (public_id, user_id, role_id, permission_id, content_object_id, period, given_at,"
        " reason, end_reason) SELECT gen_random_uuid(), %(who)s, id, %(permission)s, 1, %(period)s, now(), '', ''"
        " FROM auth_group WHERE name = %(role)s"
    )
    values = {"who": college.sam.pk, "permission": reach_permission("college").pk, "period": SINCE}
    with naming.named_system("first-administrator"):
        for role in ("data_manager", "system_administrator", "senior_leader", "dsl", "head"):
            assert refused(insert, role=role, **values), role  # there is one already, or it is no administrator


# --- links and emails that give sign-in -------------------------------------------------------------------------------


def test_no_link_is_turned_into_one_that_sets_up_a_second_step(college: College) -> None:
    link, _ = links.issue("self_report", {"student": 1}, by=college.okafor, expires_in=timedelta(days=7))
    changes = (
        "purpose = 'first_step'", "subject = '{\"user\": 1}'", "expires_at = now() + interval '9 years'", "max_uses = NULL",
        "used_count = -1", "fingerprint = 'x'",
    )  # fmt: skip
    insert = (
        "INSERT INTO core_signedlink (public_id, purpose, subject, fingerprint, created_at, expires_at, max_uses, used_count)"
        " VALUES (gen_random_uuid(), %(purpose)s, '{}', %(purpose)s, now(), now(), 1, 0)"
    )
    for user in (None, college.okafor, college.ward, college.rahman):
        with named(user):
            for change in changes:
                assert refused(f"UPDATE core_signedlink SET {change} WHERE id = %(id)s", id=link.pk), change
            assert refused(insert, purpose="first_step")
    with naming.named_system("mail-links"):
        assert not refused(insert, purpose="first_step")
    assert links.revoke(purpose="self_report") == 1
    assert refused("UPDATE core_signedlink SET revoked_at = NULL WHERE id = %(id)s", id=link.pk)


def test_the_link_to_an_account_is_mailed_to_its_own_address_only(college: College) -> None:
    insert = (
        "INSERT INTO core_mail (public_id, key, to_address, subject, text, html, link_kind, link_about, seen_by, state,"
        " unsubscribe_url, reply_to, queued_by_system, queued_at, fence, attempts, max_attempts, done_count, total_count,"
        " error_text, reference, server_reply) VALUES (gen_random_uuid(), gen_random_uuid()::text, %(to)s, 'x', 'x', '', %(kind)s, %(about)s,"
        " '', 'waiting', '', '', 'x', now(), 0, 0, 5, 0, 0, '', 'x', '')"
    )
    rahman = {"kind": "accounts.password", "about": json.dumps({"user": college.rahman.pk})}
    for user in (None, college.okafor, college.ward):
        with named(user):
            assert refused(insert, to="mine@evil.example", **rahman)
            assert refused(insert, to="mine@evil.example", kind="accounts.first_step", about=rahman["about"])
            assert refused(insert, to="mine@evil.example", kind="accounts.password", about="{}")
    assert not refused(insert, to=college.rahman.email, **rahman)
    for change in ("to_address = 'mine@evil.example'", f"link_about = '{{\"user\": {college.bell.pk}}}'"):
        assert refused(f"UPDATE core_mail SET {change}")
