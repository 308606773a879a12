"""Jobs: names are checked at once, rows are claimed once, and nothing is lost when a worker dies."""

from datetime import timedelta
from threading import Thread
from time import sleep

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from core.jobs import LeaseLost, after_commit, bell, run_now, sweep
from core.jobs.work import WorkState
from tests.core import work_for_tests
from tests.core.work_for_tests import Proof, ProofPage
from tests.worker import Worker, wait_until

MODULE = "tests.core.work_for_tests"


def test_a_wrong_name_fails_at_once_and_lists_the_right_ones() -> None:
    with pytest.raises(LookupError, match="no job called “core.send_mial”.*core.send_mail"):
        after_commit("core.send_mial", mail_id=1)


@pytest.mark.parametrize("ids", [{}, {"mail": 1}, {"mail_id": 1, "more": 2}, {"mail_id": "1"}, {"mail_id": True}])
def test_jobs_take_their_own_ids_and_only_numbers(ids: dict[str, int]) -> None:
    with pytest.raises(LookupError):
        after_commit("core.send_mail", **ids)


def test_a_job_works_under_a_name(db: None) -> None:
    work_for_tests.seen.clear()
    run_now("proof.read_name")
    run_now("proof.read_person", user_id=7)
    assert work_for_tests.seen == [
        "Name(user_id=None, system='proof.read_name', purpose='job')",
        "Name(user_id=7, system=None, purpose='proof.read_person')",
    ]


def test_a_row_is_claimed_once(proof_table: None) -> None:
    proof = Proof.objects.create()
    first = Proof.objects.claim(proof.pk)
    assert (first.state, first.attempts, first.fence) == (WorkState.RUNNING, 1, 1)
    assert len(first.reference) == 8
    assert Proof.objects.claim(proof.pk) is None
    assert Proof.objects.claim(proof.pk + 1) is None


def test_of_many_that_claim_at_once_one_gets_it(proof_table: None) -> None:
    proof = Proof.objects.create()
    got: list[Proof] = []

    def claim() -> None:
        row = Proof.objects.claim(proof.pk)
        if row is not None:
            got.append(row)
        connection.close()

    threads = [Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_who_lost_the_lease_saves_nothing(proof_table: None) -> None:
    proof = Proof.objects.create(total_count=3)
    slow = Proof.objects.claim(proof.pk, lease=timedelta(milliseconds=1))
    sleep(0.01)
    quick = Proof.objects.claim(proof.pk)
    assert quick.fence == slow.fence + 1
    with pytest.raises(LeaseLost):
        slow.heartbeat(done=1)

    def save_late() -> None:
        with transaction.atomic():
            ProofPage.objects.create(proof=proof, number=0, made_by=0)
            slow.finish()

    with pytest.raises(LeaseLost):
        save_late()
    assert ProofPage.objects.count() == 0
    quick.heartbeat(done=2)
    quick.finish(total_count=2)
    proof.refresh_from_db()
    assert (proof.state, proof.done_count, proof.total_count, proof.lease_until) == ("done", 2, 2, None)


def test_a_heartbeat_inside_a_transaction_is_refused_because_nobody_would_see_it(proof_table: None) -> None:
    row = Proof.objects.claim(Proof.objects.create().pk)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        row.heartbeat()


def test_cancelling_stops_the_worker_at_its_next_heartbeat(proof_table: None) -> None:
    row = Proof.objects.claim(Proof.objects.create().pk)
    assert Proof.objects.get().cancel() is True
    assert Proof.objects.get().cancel() is False
    with pytest.raises(LeaseLost):
        row.heartbeat()
    assert Proof.objects.get().start_again() is True
    assert Proof.objects.get().state == "waiting"


def test_an_outside_fault_waits_and_a_mistake_of_ours_fails_with_a_reference(proof_table: None) -> None:
    busy, wrong = Proof.objects.create(), Proof.objects.create()
    run_now("proof.stumble", proof_id=busy.pk, outside=1)
    run_now("proof.stumble", proof_id=wrong.pk, outside=0)
    busy.refresh_from_db()
    wrong.refresh_from_db()
    assert (busy.state, busy.error_text) == ("waiting", "The other side is busy.")
    assert busy.not_before is not None
    assert Proof.objects.claim(busy.pk) is None
    assert wrong.state == "failed"
    assert wrong.error_text == f"Something went wrong while this was being made. Reference {wrong.reference}."


def test_a_row_that_is_gone_is_noted_and_left(proof_table: None) -> None:
    run_now("proof.make_pages", proof_id=4711)


def test_a_worker_that_dies_too_often_is_given_up(proof_table: None) -> None:
    proof = Proof.objects.create(max_attempts=1)
    Proof.objects.claim(proof.pk, lease=timedelta(milliseconds=1))
    sleep(0.01)
    assert Proof.objects.claim(proof.pk) is None
    sweep()
    proof.refresh_from_db()
    assert proof.state == "failed"
    assert "stopped in the middle" in proof.error_text


def test_the_sweep_rings_for_what_waits_and_leaves_what_was_just_asked(
    proof_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("core.jobs.registry.send", lambda name, ids, queue: rung.append((name, ids)))
    Proof.objects.create()
    old, busy, dead, later = (Proof.objects.create() for _ in range(4))
    Proof.objects.filter(pk=old.pk).update(queued_at=Now() - timedelta(minutes=1))
    Proof.objects.filter(pk=later.pk).update(not_before=Now() + timedelta(hours=1), queued_at=Now() - timedelta(days=1))
    Proof.objects.claim(busy.pk)
    Proof.objects.claim(dead.pk, lease=timedelta(milliseconds=1))
    sleep(0.01)
    sweep()
    assert sorted(ids["proof_id"] for name, ids in rung) == sorted([old.pk, dead.pk])


def test_a_broker_that_is_away_costs_a_moment_and_loses_nothing(
    proof_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_here", lambda: bell._connection(0, "redis://127.0.0.1:1/0"))
    monkeypatch.setattr(bell, "_broken_until", 0.0)
    with transaction.atomic():
        proof = Proof.objects.create()
        after_commit("proof.make_pages", proof_id=proof.pk)
    proof.refresh_from_db()
    assert proof.state == "waiting"


def test_nothing_rings_when_the_transaction_is_undone(proof_table: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("core.jobs.registry.send", lambda name, ids, queue: rung.append(name))
    with transaction.atomic():
        after_commit("proof.make_pages", proof_id=1)
        transaction.set_rollback(True)
    assert rung == []
    with transaction.atomic():
        after_commit("proof.make_pages", proof_id=1)
        assert rung == []
    assert rung == ["proof.make_pages"]


@pytest.mark.worker_modules(MODULE)
def test_a_killed_worker_loses_nothing_and_makes_nothing_twice(proof_table: None, worker: Worker) -> None:
    worker.start()
    with transaction.atomic():
        proof = Proof.objects.create(total_count=12, pause=0.15)
        after_commit("proof.make_pages", proof_id=proof.pk)
    wait_until(lambda: ProofPage.objects.count() >= 3)
    worker.kill()
    half_way = ProofPage.objects.count()
    assert 3 <= half_way < 12
    assert Proof.objects.get().state == "running"
    worker.start()
    wait_until(lambda: sweep()["proof.make_pages"] == 1)
    wait_until(lambda: Proof.objects.get().state == "done")
    done = Proof.objects.get()
    assert (done.attempts, done.done_count) == (2, 12)
    assert sorted(ProofPage.objects.values_list("number", flat=True)) == list(range(12))
    assert len(set(ProofPage.objects.values_list("made_by", flat=True))) == 2
