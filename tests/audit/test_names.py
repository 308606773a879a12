"""An entry names whoever really asks, and only the sealing job seals, whatever SQL says."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from audit.models import Entry
from audit.record import record
from core import naming
from core.actors import SystemActor
from tests.college import College

ENTRY = (
    "INSERT INTO audit_entry (at, actor_id, system, role_at_time, verb, object_kind, object_id, details, walled, refused)"
    " VALUES (now(), %s, %s, '', 'tests.forged', '', '', '{}', false, false)"
)
CALL = "SELECT audit_record(now(), %s::bigint, %s, '', 'tests.forged', '', '', '{}', false, false, NULL)"
SEAL = "INSERT INTO audit_seal (position, entry_id, mac, key_id, sealed_at) VALUES (7, 7, 'x', 'x', now())"


def refused(sql: str, *values: Any) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except ProgrammingError:
        return True
    return False


@pytest.mark.parametrize("sql", [ENTRY, CALL])
@pytest.mark.parametrize("who", ["", "mendes", "ward", "outbox", "audit"])
def test_sql_writes_entries_in_its_own_name_only(college: College, sql: str, who: str) -> None:
    asker = college.staff.get(who)
    naming_them = naming.named(asker.pk) if asker else naming.named_system(who) if who else nullcontext()
    claims = {
        ("rahman", college.rahman.pk, ""),
        ("mendes", college.mendes.pk, ""),
        ("ward", college.ward.pk, ""),
        ("audit", None, "audit"),
        ("outbox", None, "outbox"),
        ("nobody", None, ""),
        ("two at once", college.mendes.pk, "outbox"),
    }
    with naming_them:
        written = {claim for claim, person, system in claims if not refused(sql, person, system)}
    assert written == ({who} if who else set())


@pytest.mark.parametrize("who", ["", "mendes", "ward", "rahman", "outbox"])
def test_nobody_but_the_sealing_job_seals(college: College, who: str) -> None:
    asker = college.staff.get(who)
    with naming.named(asker.pk) if asker else naming.named_system(who) if who else nullcontext():
        assert refused(SEAL)
    with naming.named_system("audit"):
        assert not refused(SEAL)


def test_a_system_actor_in_somebodys_request_is_named_for_its_entry_and_they_are_named_again(college: College) -> None:
    with naming.named(college.okafor.pk):
        record(SystemActor("tester", "A test writes entries"), "tests.by_itself")
        record(college.okafor, "tests.by_her")
        with pytest.raises(DataError), transaction.atomic():
            record(SystemActor("tester", "A test writes entries"), "tests." + "x" * 90)
        record(college.okafor, "tests.after_a_fault")
    written = Entry.objects.order_by("pk").values_list("verb", "actor_id", "system")
    assert list(written) == [
        ("tests.by_itself", None, "tester"),
        ("tests.by_her", college.okafor.pk, ""),
        ("tests.after_a_fault", college.okafor.pk, ""),
    ]
