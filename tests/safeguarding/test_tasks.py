"""What runs by the clock: reminders, old drafts, new keys."""

from datetime import timedelta
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest
from django.core.management import call_command
from pytest_django import Settings

from core import clock, naming
from core.jobs import run_now
from core.models import Mail
from core.private.keys import keyring
from safeguarding.actions.raising import save_draft
from safeguarding.actions.triage import acknowledge, open_record
from safeguarding.models import Concern, ConcernCase, Draft, Entry
from tests.college import College
from tests.safeguarding.conftest import SECRET, Wall, ask, raise_about


def reminders() -> int:
    return Mail.objects.filter(subject="A safeguarding matter is still waiting").count()


def later(minutes: int) -> None:
    with clock.set_to(clock.now() + timedelta(minutes=minutes)):
        run_now("safeguarding.remind")


def test_nobody_is_reminded_too_early_and_the_whole_team_after_an_hour(college: College) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada")
    later(59)
    assert reminders() == 0
    later(61)
    later(62)
    assert reminders() == 2
    later(125)
    assert reminders() == 5  # nobody opened it, so the head too
    with naming.named(college.rahman.pk):
        assert list(Entry.objects.filter(concern=concern).values_list("kind", "by_id", "by_system")) == [
            ("reminded", None, "safeguarding-escalation"),
            ("reminded", None, "safeguarding-escalation"),
        ]
        assert ask("SELECT system FROM audit_entry WHERE verb = 'team_reminded'") == [("safeguarding-escalation",)] * 2


def test_one_that_was_old_when_first_seen_is_reminded_of_once_and_then_waits(college: College) -> None:
    with naming.named(college.okafor.pk):
        raise_about(college, college.okafor, "Ada")
    for minutes in (3000, 3005, 3010, 3059):
        later(minutes)
    assert reminders() == 2
    later(3061)
    assert reminders() == 5  # the head too
    later(3066)
    assert reminders() == 5


def test_nobody_is_reminded_of_what_was_taken_up_or_excludes_them(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        open_record(wall.college.rahman, wall["B"])
        acknowledge(wall.college.rahman, wall["B"])
    later(600)
    assert reminders() == 0


def test_an_excluded_deputy_is_not_reminded(college: College) -> None:
    from safeguarding.actions.raising import Report, raise_concern

    with naming.named(college.okafor.pk):
        report = Report(what="x", safe_now="no", student=college.student("Ada"))
        raise_concern(college.okafor, report, token=uuid4(), hide_from=college.bell)
    later(61)
    assert list(Mail.objects.filter(subject__contains="still").values_list("to_address", flat=True)) == [
        "rahman@waymark.example"
    ]


def test_drafts_left_for_a_month_go(college: College) -> None:
    with clock.set_to(clock.now() - timedelta(days=40)), naming.named(college.okafor.pk):
        save_draft(college.okafor, uuid4(), {"what": "old"})
    with naming.named(college.okafor.pk):
        fresh = save_draft(college.okafor, uuid4(), {"what": "new"})
    run_now("safeguarding.remove_drafts")
    with naming.named(college.okafor.pk):
        assert list(Draft.objects.all()) == [fresh]


@pytest.fixture
def own_keys(settings: Settings, tmp_path: Path) -> None:
    """A copy of the keys, so that a new one stays in this test."""
    copytree(settings.KEYS, tmp_path / "keys")
    settings.KEYS = str(tmp_path / "keys")


def test_a_new_key_seals_everything_and_the_old_one_can_go(own_keys: None, wall: Wall, settings: Settings) -> None:
    old = keyring("safeguarding").current.id
    call_command("rotate_safeguarding_keys", verbosity=0)
    new = keyring("safeguarding").current.id
    assert new != old
    (Path(settings.KEYS) / "safeguarding" / f"{old}.key").unlink()
    college = wall.college
    with naming.named(college.rahman.pk):
        assert SECRET in Concern.objects.get(pk=wall["A"].pk).words["what"]
        assert ConcernCase.objects.get(pk=wall["A"].pk).rationale.startswith("because")
        assert {entry.key_id for entry in Entry.objects.all()} == {new}
        assert ask("SELECT count(*) FROM audit_entry WHERE verb = 'keys_rotated'")[0][0] > 0
    with naming.named(college.okafor.pk):
        assert SECRET in Draft.objects.get().words["what"]


def test_the_key_job_changes_nothing_but_the_sealing(wall: Wall) -> None:
    from django.db import DatabaseError, transaction

    for sql in (
        "UPDATE safeguarding_concern SET state = 'closed'",
        "UPDATE safeguarding_concerncase SET severity = 0, category = 'x'",
        "UPDATE safeguarding_share SET ended_at = now()",
    ):
        with (
            naming.named_system("safeguarding-keys"),
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
        ):
            ask(sql)
