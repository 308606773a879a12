"""Where the chain stood is noted outside the database, so that a record cut short at its end is found out."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from accounts.tasks import mail_audit_head
from audit import heads, seals
from audit.heads import Noted
from audit.models import Entry, Seal
from audit.record import record
from core import naming
from core.actors import SystemActor
from core.jobs import find, ring
from core.models import Mail
from tests.audit.test_seals import as_owner, found, seal_now, write
from tests.worker import wait_until

CUT = ("DELETE FROM audit_seal WHERE position > 3", "DELETE FROM audit_entry WHERE details->>'number' > '2'")


@pytest.fixture
def folder(tmp_path, settings):
    settings.AUDIT_HEADS = tmp_path / "heads"
    return settings.AUDIT_HEADS


def checked(capsys, *options):
    """What the command finds, and whether it ends with a status of 1."""
    try:
        call_command("audit_verify", "--json", *options)
        failed = False
    except SystemExit as ended:
        failed = ended.code == 1
    return json.loads(capsys.readouterr().out), failed


def test_each_sealing_adds_a_line_of_its_own(committing_db, folder, today):
    write(2)
    seal_now()
    write(1)
    seal_now()
    seal_now()  # nothing to seal, nothing to note
    first, second = (folder / "heads-2026-11.txt").read_text().splitlines()
    assert first.startswith("2026-11-20T10:00:00+00:00 2 ")
    assert second == f"2026-11-20T10:00:00+00:00 3 {found().head}"
    assert (folder / "heads-2026-11.txt").stat().st_mode & 0o777 == 0o600


def test_a_sealing_that_was_taken_back_notes_nothing(committing_db, folder):
    write(1)
    with naming.named_system("audit"):
        assert seals.seal() == 1
        transaction.set_rollback(True)
    assert not folder.exists()


def test_a_tail_that_was_cut_off_is_named_without_being_told_what_to_look_for(
    committing_db, owner_connection, folder, capsys, today
):
    write(5)
    seal_now()
    assert checked(capsys)[0]["faults"] == []
    as_owner(owner_connection, *CUT)
    said, failed = checked(capsys)
    assert failed
    assert [(fault["kind"], fault["position"]) for fault in said["faults"]] == [("end cut off", 4)]
    assert said["faults"][0]["words"] == (
        "the record ends at seal 3, but seal 5 was noted outside the database on 2026-11-20T10:00:00+00:00:"
        " seals 4 to 5 are gone with their entries"
    )


def test_a_tail_that_was_cut_off_and_written_again_is_named(committing_db, owner_connection, folder, capsys):
    write(5)
    seal_now()
    as_owner(owner_connection, *CUT)
    write(2)
    seal_now()
    (folder / "heads-2099-01.txt").write_text("2026-11-20T10:00:00+00:00 5 " + "0" * 64 + "\n")
    said, failed = checked(capsys)
    assert failed
    assert [(fault["kind"], fault["position"]) for fault in said["faults"]] == [("head differs", 5)]


def test_a_copy_of_the_heads_kept_elsewhere_is_named(committing_db, owner_connection, folder, capsys, tmp_path):
    write(5)
    seal_now()
    folder.rename(tmp_path / "elsewhere")
    as_owner(owner_connection, *CUT)
    assert checked(capsys)[1] is False
    assert checked(capsys, "--heads", str(tmp_path / "elsewhere"))[1] is True


def test_without_any_head_the_command_says_what_it_cannot_tell(committing_db, folder, capsys):
    write(1)
    naming_only = settings.AUDIT_HEADS
    with naming.named_system("audit"):
        seals.seal()
    for path in folder.glob("*"):
        path.unlink()
    call_command("audit_verify")
    assert f"No head is noted in {naming_only}" in capsys.readouterr().out


def test_a_line_that_a_crash_cut_off_is_passed_over(tmp_path):
    whole = "2026-11-20T10:00:00+00:00 2 " + "a" * 64
    (tmp_path / "heads-2026-11.txt").write_text(f"{whole}\n2026-11-20T10:01:00+00:00 3 abc")
    assert heads.noted(tmp_path) == {2: Noted("2026-11-20T10:00:00+00:00", 2, "a" * 64)}


def test_what_a_worker_does_stays_in_its_log(worker, monkeypatch, tmp_path):
    """The sweep of each minute used to end it: it set Django up again, and the new log handler wrote to nowhere."""
    monkeypatch.setenv("WAYMARK_AUDIT_HEADS", str(tmp_path / "heads"))
    worker.start()
    for turn in (1, 2, 3):
        ring(find("core.sweep"), {})
        record(SystemActor("tester", "A test writes entries"), "tests.done", "thing", turn)
        ring(find("audit.seal"), {})
        wait_until(lambda turn=turn: Seal.objects.count() == turn, 60)
    wait_until(lambda: _done(worker) == {"core.sweep": 3, "audit.seal": 3})
    assert worker.log.read_text().count("waymark.audit audit head ") == 3
    assert sorted(heads.noted(tmp_path / "heads")) == [1, 2, 3]


def _done(worker):
    done = re.findall(r"Task ([a-z.]+)\[\S+\] succeeded in", worker.log.read_text())
    return {name: done.count(name) for name in ("core.sweep", "audit.seal")}


def test_the_head_is_mailed_each_day_to_those_named_or_to_system_administrators(college, settings, today):
    write(3)
    seal_now()
    head = found().head
    mail_audit_head()
    mail_audit_head()
    assert [(mail.to_address, mail.to_person_id) for mail in Mail.objects.all()] == [
        ("ward@waymark.example", college.ward.pk)
    ]
    assert f"Seal 3\n{head}" in Mail.objects.get().text
    Mail.objects.all().delete()
    settings.AUDIT_HEAD_TO = ["governor@elsewhere.example", "safe@elsewhere.example"]
    mail_audit_head()
    assert sorted(Mail.objects.values_list("to_address", flat=True)) == settings.AUDIT_HEAD_TO


def test_nothing_is_mailed_before_anything_is_sealed(college, today):
    assert Entry.objects.count() == 0
    mail_audit_head()
    assert Mail.objects.count() == 0
