"""Somebody who runs SQL of their own as the application's role watches its other connections, takes what they carry and uses it."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.checks import ERROR
from django.db import connection, connections, transaction

from accounts.models import Session
from accounts.sessions import stored_key
from core import naming
from core.checks import nobody_reads_along
from tests.college import College
from tests.safeguarding.conftest import Wall, ask, say

OTHERS = "SELECT query FROM pg_stat_activity WHERE usename = %s AND pid <> pg_backend_pid()"
TRIAGE = "/safeguarding/triage/"


@pytest.fixture
def thief(committing_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A second connection that signs in as the application does."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as made:
        yield made


def of_the_thief(thief: psycopg.Connection[Any], sql: str, *values: Any) -> list[Any]:
    cursor = thief.execute(sql, values)
    return [row[0] for row in cursor.fetchall()] if cursor.description else []


def now_carried() -> str:
    """The name that this transaction carries, in whatever way somebody came to know it."""
    return str(ask("SELECT current_setting('waymark.person')")[0][0])


def test_no_statement_of_another_connection_is_read_while_pages_are_drawn(
    wall: Wall, thief: psycopg.Connection[Any], sign_in: Callable[..., Any]
) -> None:
    browser, role = sign_in(wall.college.rahman, stepped_up=True), connection.settings_dict["USER"]
    seen: list[str | None] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.extend(of_the_thief(thief, OTHERS, role))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        for _ in range(5):
            assert browser.get(TRIAGE).status_code == 200
    finally:
        over.set()
        watching.join()
    assert len(seen) > 20
    assert {text or "" for text in seen} == {""}


def test_the_application_cannot_begin_to_watch(wall: Wall, thief: psycopg.Connection[Any]) -> None:
    assert of_the_thief(thief, "SHOW track_activities") == ["off"]
    for attempt in ("SET track_activities = on", "ALTER ROLE CURRENT_USER SET track_activities = on"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            thief.execute(attempt)


@pytest.fixture
def seen_by_all(committing_db: None) -> Iterator[None]:
    """The application signs in as the owner, whose statements can be read."""
    owner, before = urlsplit(os.environ["DATABASE_OWNER_URL"]), dict(connections["default"].settings_dict)
    connections["default"].close()
    connections["default"].settings_dict.update(USER=owner.username, PASSWORD=owner.password)
    yield
    connections["default"].close()
    connections["default"].settings_dict.update(before)


def test_whoever_sets_it_up_is_told_when_statements_can_be_read(
    committing_db: None, request: pytest.FixtureRequest
) -> None:
    assert nobody_reads_along() == []
    request.getfixturevalue("seen_by_all")
    (found,) = nobody_reads_along()
    assert (found.id, found.level) == ("core.E020", ERROR)
    assert f'ALTER ROLE "{settings.DATABASE_APP_USER}" SET track_activities = off' in str(found.hint)


def test_where_statements_can_be_read_none_has_a_name_in_it(
    wall: Wall, seen_by_all: None, owner_connection: psycopg.Connection[Any]
) -> None:
    def told() -> Any:
        sql = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        return owner_connection.execute(sql, [connection.connection.info.backend_pid]).fetchone()[0]  # type: ignore[index]

    telling = "SELECT set_config('waymark.person', $1, true)"
    with naming.named(wall.college.rahman.pk):
        assert told() == telling
        with naming.named_system("outbox"):
            assert told() == telling
        # What stood before was given back, the last but one being the end of the savepoint.
        assert ask("SELECT waymark_person()") == [(wall.college.rahman.pk,)]
        with naming.acting(naming.Name(wall.college.bell.pk, None, "record")):
            assert told() == telling


def test_a_name_that_was_taken_is_nobody_on_another_connection(wall: Wall, thief: psycopg.Connection[Any]) -> None:
    with naming.named(wall.college.rahman.pk):
        taken = now_carried()
        assert ask("SELECT safeguarding_in_team()") == [(True,)]
        with thief.transaction():
            of_the_thief(thief, "SELECT set_config('waymark.person', %s, true)", taken)
            assert of_the_thief(thief, "SELECT waymark_name()") == [None]
            assert of_the_thief(thief, "SELECT safeguarding_in_team()") == [False]
            assert of_the_thief(thief, "SELECT count(*) FROM safeguarding_concern") == [0]


def test_nor_does_it_name_anybody_later_on_the_connection_it_was_made_for(wall: Wall, committing_db: None) -> None:
    with naming.named(wall.college.rahman.pk):
        taken = now_carried()
    for lasting in ("true", "false"):
        with transaction.atomic():
            ask(f"SELECT set_config('waymark.person', %s, {lasting})", taken)
            assert ask("SELECT waymark_name()") == [(None,)]
    assert ask("SELECT waymark_name()") == [(None,)]
    with naming.named(wall.college.sam.pk):
        say(taken)
        assert ask("SELECT waymark_name(), safeguarding_in_team()") == [(None, False)]


def test_outside_a_transaction_nobody_is_named(wall: Wall, committing_db: None) -> None:
    # Each statement is a transaction of its own here, and a name for one of them comes too late for it.
    say(naming.token_for(naming.Name(wall.college.rahman.pk, None, "page"), naming.this_transaction()))
    assert ask("SELECT waymark_name()") == [(None,)]


def test_a_name_lasts_through_savepoints(wall: Wall, committing_db: None) -> None:
    with naming.named(wall.college.rahman.pk):
        with transaction.atomic():
            assert ask("SELECT waymark_person()") == [(wall.college.rahman.pk,)]
        with naming.named_system("outbox"), transaction.atomic():
            assert ask("SELECT waymark_system()") == [("outbox",)]
        assert ask("SELECT waymark_person()") == [(wall.college.rahman.pk,)]


def test_three_statements_make_nobody_a_safeguarding_lead(wall: Wall, thief: psycopg.Connection[Any]) -> None:
    college = wall.college
    proposal = (
        "INSERT INTO caseload_roleproposal (public_id, user_id, role_id, period, reason, proposed_by_id, proposed_at)"
        " SELECT gen_random_uuid(), %s, id, '[2026-09-01,)', 'x', %s, now() FROM auth_group WHERE name = 'dsl'"
    )
    with naming.named(college.achebe.pk):
        taken = now_carried()
        with thief.transaction(force_rollback=True):
            of_the_thief(thief, "SELECT set_config('waymark.person', %s, true)", taken)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="signed name"):
                of_the_thief(thief, proposal, college.mendes.pk, college.achebe.pk)


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_the_table_of_sessions_opens_no_session(
    wall: Wall, thief: psycopg.Connection[Any], sign_in: Callable[..., Any], client: Any
) -> None:
    college = wall.college
    browser = sign_in(college.rahman, stepped_up=True)
    cookie = browser.cookies["sessionid"].value
    read = str(thief.execute("SELECT * FROM accounts_session").fetchall())
    assert stored_key(cookie) in read
    assert cookie not in read
    client.cookies["sessionid"] = stored_key(cookie)
    assert client.get(TRIAGE).status_code == 302
    assert browser.get(TRIAGE).status_code == 200


def test_what_one_session_holds_means_nothing_under_another_key(
    wall: Wall, thief: psycopg.Connection[Any], sign_in: Callable[..., Any], client: Any
) -> None:
    college, own = wall.college, "a" * 32
    sign_in(college.rahman, stepped_up=True)
    copied = (
        "INSERT INTO accounts_session (session_key, session_data, expire_date, user_id)"
        " SELECT %s, session_data, expire_date, user_id FROM accounts_session WHERE user_id = %s"
    )
    thief.execute(copied, [stored_key(own), college.rahman.pk])
    client.cookies["sessionid"] = own
    assert client.get(TRIAGE).status_code == 302
    mine = sign_in(college.mendes)
    thief.execute(
        "UPDATE accounts_session SET session_data = (SELECT max(session_data) FROM accounts_session WHERE user_id = %s),"
        " user_id = %s WHERE user_id = %s",
        [college.rahman.pk, college.rahman.pk, college.mendes.pk],
    )
    assert mine.get(TRIAGE).status_code == 302


def test_a_session_given_to_somebody_else_in_the_table_ends(
    college: College, thief: psycopg.Connection[Any], sign_in: Callable[..., Any]
) -> None:
    browser = sign_in(college.okafor)
    assert browser.get("/caseload/").status_code == 200
    thief.execute("UPDATE accounts_session SET user_id = %s", [college.sam.pk])
    assert browser.get("/caseload/").status_code == 302
    assert Session.objects.filter(user_id=college.okafor.pk).count() == 0
