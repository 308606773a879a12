"""The chain over the audit record, and that nobody can change the record through the application."""

import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from audit import seals
from audit.models import Entry, Seal
from audit.record import record
from audit.verify import verify
from core import naming
from core.actors import SystemActor
from core.jobs import find, schedules

TESTER = SystemActor("tester", "A test writes entries")


def write(count, **more):
    for number in range(count):
        record(TESTER, "tests.done", "thing", number, details={"number": number}, **more)


def seal_now(**more):
    with naming.named_system("audit"):
        return seals.seal(**more)


def found():
    with naming.named_system("audit"):
        return verify()


def as_owner(owner_connection, *statements):
    """What somebody with the database's own password could do: past missing grants and past the trigger."""
    owner_connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    owner_connection.execute("ALTER TABLE audit_seal DISABLE TRIGGER USER")
    for statement in statements:
        owner_connection.execute(statement)


def test_sealing_covers_each_entry_once(db):
    write(3)
    assert seal_now() == 3
    write(2)
    assert seal_now() == 2
    assert seal_now() == 0
    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert found().sound


def test_walled_entries_are_sealed_too_and_read_by_nobody_else(college):
    write(1)
    write(2, walled=True)
    assert seal_now() == 3
    with naming.named(college.ward.pk):
        assert Entry.objects.count() == 1
    with naming.named_system("audit"):
        assert Entry.objects.count() == 3
    with naming.named_system("outbox"):
        assert Entry.objects.count() == 1
    assert Entry.objects.count() == 1


def test_the_unsealed_tail_is_counted(db):
    write(3)
    seal_now()
    write(4)
    assert (found().sealed, found().unsealed) == (3, 4)
    assert found().sound


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_change_the_record(db, table, change):
    write(1)
    seal_now()
    column = "id" if table == "audit_entry" else "position"
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table, column, column))


def test_even_the_owner_meets_the_guard(committing_db, owner_connection):
    write(1)
    for statement in ("UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
        with pytest.raises(Exception, match="only ever added to"):
            owner_connection.execute(statement)


def test_an_altered_entry_is_named(committing_db, owner_connection):
    write(5)
    seal_now()
    victim = Entry.objects.order_by("id")[2].pk
    as_owner(owner_connection, f"UPDATE audit_entry SET details = '{{}}' WHERE id = {victim}")
    assert [(fault.kind, fault.entry_id) for fault in found().faults] == [("entry altered or inserted", victim)]


@pytest.mark.parametrize(
    "column",
    [
        "at = at + interval '1 microsecond'",
        "actor_id = 7",
        "refused = true",
        "walled = true",
        "verb = verb || ' '",
        "object_id = ''",
        "address = '10.0.0.1'",
        "role_at_time = 'x'",
    ],
)
def test_every_column_is_covered(committing_db, owner_connection, column):
    write(2)
    seal_now()
    last = Entry.objects.order_by("-id")[0].pk
    as_owner(owner_connection, f"UPDATE audit_entry SET {column} WHERE id = {last}")
    assert [fault.entry_id for fault in found().faults] == [last]


def test_a_removed_entry_is_named(committing_db, owner_connection):
    write(5)
    seal_now()
    victim = Entry.objects.order_by("id")[1].pk
    as_owner(owner_connection, f"DELETE FROM audit_entry WHERE id = {victim}")
    assert [(fault.kind, fault.entry_id) for fault in found().faults] == [("entry removed", victim)]


def test_an_entry_removed_with_its_seal_is_named(committing_db, owner_connection):
    write(5)
    seal_now()
    victim = Seal.objects.get(position=3).entry_id
    as_owner(
        owner_connection, f"DELETE FROM audit_entry WHERE id = {victim}", "DELETE FROM audit_seal WHERE position = 3"
    )
    assert [(fault.kind, fault.position) for fault in found().faults] == [("seal removed", 3)]


def test_an_altered_seal_is_told_from_an_altered_entry(committing_db, owner_connection):
    write(5)
    seal_now()
    as_owner(owner_connection, "UPDATE audit_seal SET mac = sha256('x') WHERE position = 2")
    assert [(fault.kind, fault.position) for fault in found().faults] == [("seal altered", 2)]


def test_an_entry_put_in_with_a_made_up_seal_is_named(committing_db, owner_connection):
    write(2)
    seal_now()
    write(1)
    forged = Entry.objects.order_by("-id")[0].pk
    as_owner(
        owner_connection,
        "INSERT INTO audit_seal (position, entry_id, mac, key_id, sealed_at)"
        f" SELECT 3, {forged}, sha256('x'), key_id, now() FROM audit_seal WHERE position = 2",
    )
    assert [(fault.kind, fault.entry_id) for fault in found().faults] == [("entry altered or inserted", forged)]


def test_a_record_cut_short_is_noticed_by_the_head_in_the_log(committing_db, owner_connection):
    write(5)
    seal_now()
    head = found().head
    as_owner(
        owner_connection,
        "DELETE FROM audit_seal WHERE position > 3",
        "DELETE FROM audit_entry WHERE details->>'number' > '2'",
    )
    assert found().sound
    with naming.named_system("audit"):
        assert verify(head).head_found is False
        assert not verify(head).sound


def test_an_old_head_is_still_in_the_chain(db):
    write(2)
    seal_now()
    head = found().head
    write(2)
    seal_now()
    with naming.named_system("audit"):
        assert verify(head).sound


def test_an_entry_committed_late_is_sealed_all_the_same(committing_db, owner_connection):
    with owner_connection.transaction():
        owner_connection.execute(
            "INSERT INTO audit_entry (at, system, role_at_time, verb, object_kind, object_id, details, walled, refused)"
            " VALUES (now(), 'late', '', 'tests.late', '', '', '{}', false, false)"
        )
        write(3)
        assert seal_now() == 3
    assert seal_now() == 1
    order = list(Seal.objects.order_by("position").values_list("entry_id", flat=True))
    assert order != sorted(order)
    assert found().sound


def test_one_that_is_later_than_the_minute_looks_back_waits_for_the_night(committing_db, monkeypatch):
    monkeypatch.setattr(seals, "LOOK_BACK", 0)
    write(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_entry_id_seq')")
        late = cursor.fetchone()[0]
    write(1)
    seal_now()
    with naming.named_system("late"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (id, at, system, role_at_time, verb, object_kind, object_id, details, walled, refused)"
            " VALUES (%s, now(), 'late', '', 'tests.late', '', '', '{}', false, false)",
            [late],
        )
    assert seal_now() == 0
    assert found().unsealed == 1
    assert seal_now(everything=True) == 1
    assert found().sound


def test_more_than_one_batch(db, monkeypatch):
    monkeypatch.setattr(seals, "AT_ONCE", 4)
    write(11)
    assert seal_now() == 11
    assert found().sound


def test_the_command_prints_json_and_ends_with_1_on_trouble(committing_db, owner_connection, capsys):
    write(2)
    seal_now()
    call_command("audit_verify", "--json")
    assert json.loads(capsys.readouterr().out)["sound"] is True
    as_owner(owner_connection, "UPDATE audit_entry SET verb = 'x' WHERE details->>'number' = '0'")
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify", "--json")
    assert ended.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], said["sealed"], len(said["faults"])) == (False, 2, 1)
    with pytest.raises(SystemExit):
        call_command("audit_verify")
    assert "NOT sound" in capsys.readouterr().out


def test_the_head_goes_to_the_log(db, caplog):
    write(1)
    with caplog.at_level("INFO", logger="waymark.audit"):
        seal_now()
    assert f"audit head 1 {found().head}" in caplog.text


def test_sealing_runs_each_minute_under_its_own_name(db):
    write(1)
    find("audit.seal").run()
    assert Seal.objects.count() == 1
    assert {"audit.seal", "audit.seal_all"} <= {schedule.task for schedule in schedules()}


def test_details_hold_no_words(db):
    with pytest.raises(ValueError, match="somebody"):
        record(None, "tests.done")


def test_a_walled_entry_is_added_and_not_read_back(db):
    sql = (
        "INSERT INTO audit_entry (at, system, role_at_time, verb, object_kind, object_id, details, walled, refused)"
        " VALUES (now(), 'x', '', 'tests.x', '', '', '{}', true, false)"
    )
    with naming.named_system("x"), connection.cursor() as cursor:
        cursor.execute(sql)
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(sql + " RETURNING id")
