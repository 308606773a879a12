"""The long proof: workers killed at random again and again; every page is made once, every mail arrives at most once.

The short versions stand in tests/core/test_jobs.py and tests/core/test_mail.py.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from core.actors import SystemActor
from core.jobs import after_commit, sweep
from core.models import Mail
from core.models.mail import MailState
from core.outbox import queue_mail
from tests.core.conftest import proof_table  # noqa: F401  (the table of the work that is proved)
from tests.core.work_for_tests import Proof, ProofPage
from tests.worker import Postbox, Worker

KILLS = 25
pytestmark = pytest.mark.usefixtures("proof_table")
SYSTEM = SystemActor("prove", "The proof sends mail")


def _ring() -> None:
    """What beat does each minute, as often as the proof likes."""
    Proof.objects.update(queued_at=Now() - timedelta(minutes=1))
    Mail.objects.update(queued_at=Now() - timedelta(minutes=1))
    sweep()


def _kill_again_and_again(worker: Worker, chance: random.Random) -> None:
    for _ in range(KILLS):
        worker.start()
        _ring()
        time.sleep(chance.uniform(0.02, 1.2))
        worker.kill()
    worker.start()


def _wait(done: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "It was not done in time."
        _ring()
        time.sleep(0.5)


@pytest.mark.worker_modules("tests.core.work_for_tests")
def test_every_page_is_made_once_whenever_the_worker_dies(worker: Worker) -> None:
    with transaction.atomic():
        for _ in range(12):
            proof = Proof.objects.create(total_count=15, pause=0.04, max_attempts=1000)
            after_commit("proof.make_pages", proof_id=proof.pk)
    _kill_again_and_again(worker, random.Random(1))
    _wait(lambda: not Proof.objects.exclude(state="done").exists())
    pages = Counter(ProofPage.objects.values_list("proof_id", "number"))
    assert len(pages) == 12 * 15
    assert set(pages.values()) == {1}


def test_every_mail_arrives_at_most_once_and_none_is_lost_silently(worker: Worker, postbox: Postbox) -> None:
    chance = random.Random(2)
    postbox.before_answer = lambda: time.sleep(chance.uniform(0, 0.15))
    with transaction.atomic():
        for number in range(150):
            queue_mail(
                key=f"m:{number}", to=f"p{number}@waymark.example", subject=f"Mail {number}", text="x", by=SYSTEM
            )
    Mail.objects.update(max_attempts=1000)

    for _ in range(KILLS):
        worker.start()
        _ring()
        time.sleep(chance.uniform(0.02, 0.9))
        worker.kill()
        # Leases run for minutes; a proof can't wait that long for each.
        Mail.objects.filter(lease_until__gt=Now()).update(lease_until=Now())
    worker.start()
    waiting = [MailState.WAITING, MailState.RUNNING, MailState.HANDING_OVER]

    def settled() -> bool:
        return not Mail.objects.filter(state__in=waiting).exists()

    _wait(settled)
    worker.kill()
    taken = Counter(address for envelope in postbox.taken for address in envelope.rcpt_tos)
    states = dict(Mail.objects.values_list("to_address", "state"))
    assert max(taken.values()) == 1
    assert set(states.values()) <= {"sent", "uncertain"}
    assert all(taken[address] == 1 for address, state in states.items() if state == "sent")
    never = [address for address, state in states.items() if not taken[address] and state != "uncertain"]
    assert never == []
    print(f"{len(taken)} of 150 arrived once, {Counter(states.values())['uncertain']} stand on the list as uncertain")
