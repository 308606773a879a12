"""The wall by raw SQL: every column of every table, by everybody, and the exact set that each of them gets."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core import naming
from safeguarding.models import Concern
from tests.safeguarding.conftest import Wall, ask, say, sign

TABLES = {model._meta.db_table: model for model in apps.get_app_config("safeguarding").get_models()}
Seen = dict[str, set[str]]

A_WORK = {"A addendum", "A acknowledged", "A assessed", "A note", "A action_added", "A shared", "A excluded"}
WHOLE_TEAM: Seen = {
    "safeguarding_concern": {"A", "B"},
    "safeguarding_concerncase": {"A", "B"},
    "safeguarding_entry": A_WORK,
    "safeguarding_action": {"A action"},
    "safeguarding_share": {"A share"},
    "safeguarding_shareentry": {"A share covers"},
    "safeguarding_exclusion": {"A exclusion"},
    "safeguarding_flag": {"flag"},
    "safeguarding_told": {"A told", "B told"},
}
EXPECTED: dict[str, Seen] = {
    # The DSL: everything about students; no draft, nothing about adults.
    "rahman": WHOLE_TEAM,
    # The deputy who is excluded from A: B alone, and no sign that there is an A.
    "bell": {
        "safeguarding_concern": {"B"},
        "safeguarding_concerncase": {"B"},
        "safeguarding_flag": {"flag"},
        "safeguarding_told": {"B told"},
    },
    # The reporter of A, who also tutors Ada: what she wrote, and nothing added later.
    "okafor": {
        "safeguarding_concern": {"A"},
        "safeguarding_entry": {"A addendum"},
        "safeguarding_draft": {"draft"},
        "safeguarding_told": {"A told"},
        "safeguarding_adultconcern": {"adult lind"},
    },
    # The sharee: the report and the one entry. Not the concern about himself.
    "lind": {
        "safeguarding_concern": {"A"},
        "safeguarding_entry": {"A note"},
        "safeguarding_share": {"A share"},
        "safeguarding_shareentry": {"A share covers"},
    },
    "brandt": {
        "safeguarding_concern": {"B"},
        "safeguarding_told": {"B told"},
        "safeguarding_adultconcern": {"adult head"},
    },
    # Mrs Marsh leads the tutors of Ada's group: the neutral flag that was set for her.
    "marsh": {"safeguarding_flag": {"flag"}},
    "mendes": {},
    "vance": {},
    "lowe": {},
    "novak": {},
    "tran": {},
    "ward": {},
    "sam": {},
    # The head: concerns about adults, and not the one about herself.
    "achebe": {"safeguarding_adultconcern": {"adult lind"}, "safeguarding_adultentry": {"adult lind entry"}},
    "foster": {"safeguarding_adultconcern": {"adult head"}},
}


def seen(wall: Wall) -> Seen:
    """Which rows SELECT * gives, by table, as labels. Every column is asked for."""
    found: Seen = {}
    for table, model in TABLES.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            columns = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
        assert sorted(columns) == sorted(field.column for field in model._meta.concrete_fields)
        key = columns.index(model._meta.pk.column)
        labels = {
            wall.labels.get(str(row[key]), "A share covers" if table.endswith("shareentry") else "?") for row in rows
        }
        if rows:
            found[table] = labels
    return found


def test_everybody_reads_exactly_their_own(wall: Wall) -> None:
    for who, person in wall.college.staff.items():
        with naming.named(person.pk):
            assert (who, seen(wall)) == (who, EXPECTED.get(who, {}))


def test_system_actors_read_just_what_they_need(wall: Wall) -> None:
    for system in ("outbox", "audit", "safeguarding", "dsl", "reporting.build_report"):
        with naming.named_system(system):
            assert seen(wall) == {}, system
    # The reminder: cases that nobody took up. The tidier: no draft that is still fresh.
    with naming.named_system("safeguarding-escalation"):
        assert seen(wall) == {"safeguarding_concerncase": {"B"}}
    with naming.named_system("safeguarding-drafts"):
        assert seen(wall) == {}


def forged(person: int) -> Iterator[tuple[str, str]]:
    """Ways in which somebody without the key might name the DSL."""
    soon, who = int(time.time()) + 600, f"u:{person}"
    good = sign("u:999999999", soon)
    key_id, modulus = naming.public_numbers()
    parts, here = good.split("|"), naming.this_transaction()
    unsigned = f"{who}|page@2026-11-20|{soon}|{key_id}|{here}"
    yield "no signature", f"{unsigned}|"
    yield "signature of nought", f"{unsigned}|0"
    yield "signature of one", f"{unsigned}|1"
    yield "the modulus itself", f"{unsigned}|{modulus}"
    yield "somebody else's signature", "|".join([who, *parts[1:]])
    yield "somebody else's key", sign(who, soon, rsa.generate_private_key(public_exponent=65537, key_size=2048))
    yield "an unknown key", "|".join([*sign(who, soon).split("|")[:3], "0000000000000000", *parts[4:]])
    yield (
        "a later expiry",
        "|".join([*sign(who, soon).split("|")[:2], str(soon + 9000), *sign(who, soon).split("|")[3:]]),
    )
    yield "another day", sign(who, soon).replace("@2026-11-20", "@2020-01-01")
    connection_id, moment = here.split(".")
    for elsewhere in (f"{int(connection_id) + 1}.{moment}", f"{connection_id}.{int(moment) + 1}"):
        yield "another connection or transaction", sign(who, soon, moment=elsewhere)
        yield "brought over from there", sign(who, soon, moment=elsewhere).replace(f"|{elsewhere}|", f"|{here}|")
    yield "for no transaction", "|".join([*parts[:4], parts[5]]).replace("u:999999999", who)
    yield "an expired name", sign(who, int(time.time()) - 1)
    yield "a bare id", str(person)
    yield "words", "u:1' OR true --"
    yield "a part too many", sign(who, soon) + "|"


def test_a_name_that_was_not_signed_here_is_nobody(wall: Wall) -> None:
    for way, token in forged(wall.college.rahman.pk):
        with naming.named(wall.college.sam.pk):
            say(token)
            assert seen(wall) == {}, way


def test_the_same_way_of_naming_works_with_a_good_signature(wall: Wall) -> None:
    with naming.named(wall.college.sam.pk):
        say(sign(f"u:{wall.college.rahman.pk}", int(time.time()) + 600))
        assert seen(wall) == WHOLE_TEAM


def test_nobody_reads_nothing(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        for empty in ("", " ", "NULL", "u:", "s:"):
            say(empty)
            assert seen(wall) == {}
        ask("RESET waymark.person")
        assert seen(wall) == {}


def test_persons_switch_within_one_transaction(wall: Wall) -> None:
    college = wall.college
    with transaction.atomic():
        with naming.named(college.rahman.pk):
            assert seen(wall) == WHOLE_TEAM
            with naming.named(college.marsh.pk):
                assert seen(wall) == EXPECTED["marsh"]
            assert seen(wall) == WHOLE_TEAM
        with naming.named(college.sam.pk):
            assert seen(wall) == {}
        assert ask("SELECT waymark_person()") == [(None,)]


def test_our_own_code_without_a_name_is_an_error(wall: Wall) -> None:
    with pytest.raises(naming.NobodyNamed):
        list(Concern.objects.all())


WRITES = {
    "raise in another's name": (
        "INSERT INTO safeguarding_concern (public_id, sealed, key_id, token, reporter_id, reporter_role, noticed_at,"
        " recorded_at, category_hint, safe_now, injury, parents_told, state, state_at) VALUES (gen_random_uuid(), '', '',"
        " gen_random_uuid(), {other}, '', now(), now(), '', 'yes', '', '', 'received', now())"
    ),
    "share with oneself": (
        "INSERT INTO safeguarding_share (public_id, sealed, key_id, concern_id, person_id, covers_report, until_on,"
        " shared_by_id, shared_at) VALUES (gen_random_uuid(), '', '', '{b}', {me}, true, '2027-01-01', {me}, now())"
    ),
    "write an entry": (
        "INSERT INTO safeguarding_entry (public_id, sealed, key_id, concern_id, kind, happened_at, recorded_at, by_id,"
        " by_system) VALUES (gen_random_uuid(), '', '', '{b}', 'note', now(), now(), {me}, '')"
    ),
    "add to another's concern": (
        "INSERT INTO safeguarding_entry (public_id, sealed, key_id, concern_id, kind, happened_at, recorded_at, by_id,"
        " by_system) VALUES (gen_random_uuid(), '', '', '{b}', 'addendum', now(), now(), {me}, '')"
    ),
    "exclude the DSL from another's concern": (
        "INSERT INTO safeguarding_exclusion (public_id, sealed, key_id, concern_id, person_id, excluded_by_id, excluded_at)"
        " VALUES (gen_random_uuid(), '', '', '{b}', {dsl}, {me}, now())"
    ),
    "exclude the DSL from one's own when it is being handled": (
        "INSERT INTO safeguarding_exclusion (public_id, sealed, key_id, concern_id, person_id, excluded_by_id, excluded_at)"
        " VALUES (gen_random_uuid(), '', '', '{a}', {dsl}, {me}, now())"
    ),
    "open a case": "INSERT INTO safeguarding_concerncase (concern_id) VALUES ('{a}')",
}


def test_a_reporter_writes_nothing_but_their_own_report(wall: Wall) -> None:
    college = wall.college
    ids = {
        "me": college.okafor.pk,
        "other": college.brandt.pk,
        "dsl": college.rahman.pk,
        "a": wall["A"].pk,
        "b": wall["B"].pk,
    }
    with naming.named(college.okafor.pk):
        for sql in WRITES.values():
            refused(sql.format(**ids), "row-level security|permission denied")


def refused(sql: str, match: str = "permission denied") -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        ask(sql)


def test_who_does_not_read_it_does_not_change_it(wall: Wall) -> None:
    changes = (
        "UPDATE safeguarding_concern SET state = 'closed' WHERE public_id = %s",
        "UPDATE safeguarding_concerncase SET severity = 0 WHERE concern_id = %s",
        "UPDATE safeguarding_share SET ended_at = now() WHERE concern_id = %s",
        "UPDATE safeguarding_exclusion SET lifted_at = now() WHERE concern_id = %s",
        "UPDATE safeguarding_action SET state = 'done' WHERE concern_id = %s",
    )
    for who in ("okafor", "bell", "lind", "sam", "achebe"):
        with naming.named(wall.college.staff[who].pk), connection.cursor() as cursor:
            for sql in changes:
                cursor.execute(sql, [wall["A"].pk])
                assert (who, sql, cursor.rowcount) == (who, sql, 0)


def test_nobody_removes_anything(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        for table in set(TABLES) - {"safeguarding_draft"}:
            refused(f"DELETE FROM {table}")


FROZEN: dict[str, Any] = {
    "safeguarding_concern": (
        "reporter_id = reporter_id + 1",
        "student_id = NULL",
        "safe_now = 'no'",
        "recorded_at = now()",
    ),
    "safeguarding_entry": ("kind = 'note'", "happened_at = now()", "by_id = NULL", "corrects_id = NULL"),
    "safeguarding_action": ("owner_id = 1", "due_on = '2030-01-01'"),
    "safeguarding_share": ("person_id = 1", "until_on = '2030-01-01'", "covers_report = true"),
    "safeguarding_exclusion": ("person_id = 1",),
    "safeguarding_flag": ("person_id = 1", "wording = 'x'"),
    "safeguarding_concerncase": ("received_at = now()",),
}


def test_what_was_written_stays_as_it_was(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        for table, changes in FROZEN.items():
            for change in changes:
                refused(f"UPDATE {table} SET {change}")


def test_not_even_the_team_rewrites_what_was_sealed_or_done(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        refused("UPDATE safeguarding_concern SET sealed = ''", "append-only")
        refused("UPDATE safeguarding_action SET sealed = ''", "append-only")
        refused("UPDATE safeguarding_concern SET state = 'received' WHERE state = 'handled'", "does not go")
        refused(
            "UPDATE safeguarding_concerncase SET acknowledged_at = now() WHERE acknowledged_at IS NOT NULL",
            "settled before",
        )
        refused("UPDATE safeguarding_concerncase SET reminded_times = 9", "append-only")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE safeguarding_entry SET sealed = ''")
            assert cursor.rowcount == 0
