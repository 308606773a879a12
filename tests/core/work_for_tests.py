"""A job with a row of its own that makes pages, as a report does; its table is made by the tests that need it."""

import os
import time
from datetime import timedelta

from django.db import models

from core import naming
from core.jobs import OutsideFault, job
from core.jobs.work import LeasedWork, WorkQuerySet

LEASE = timedelta(seconds=1.5)


class ProofQuerySet(WorkQuerySet["Proof"]):
    """Rows of proof, of which the permission a.see reaches the first alone."""

    def visible_to(self, user: object, permission: str) -> "ProofQuerySet":
        """What somebody reaches with this permission."""
        return self.filter(total_count=1) if permission == "a.see" else self


class Proof(LeasedWork):
    """Work that makes one page after another."""

    pause = models.FloatField(default=0)
    objects = ProofQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        app_label = "work_for_tests"


class ProofPage(models.Model):
    """One page; the database refuses a second one with the same number."""

    proof = models.ForeignKey(Proof, on_delete=models.CASCADE)
    number = models.IntegerField()
    made_by = models.IntegerField()

    class Meta:
        app_label = "work_for_tests"
        constraints = [models.UniqueConstraint(fields=["proof", "number"], name="one_page_each")]


@job("proof.make_pages", model=Proof)
def make_pages(proof_id: int) -> None:
    """Make the pages that are still missing, a transaction each."""
    proof = Proof.objects.claim(proof_id, lease=LEASE)
    if proof is None:
        return
    for number in range(proof.total_count):
        with naming.named_system("proof"):
            ProofPage.objects.get_or_create(proof=proof, number=number, defaults={"made_by": os.getpid()})
        time.sleep(proof.pause)
        proof.heartbeat(done=number + 1)
    with naming.named_system("proof"):
        proof.finish()


@job("proof.stumble", model=Proof)
def stumble(proof_id: int, outside: int) -> None:
    """Fail: by an outside fault, or by a mistake of ours."""
    if Proof.objects.claim(proof_id) is not None:
        raise OutsideFault("The other side is busy.") if outside else RuntimeError("Zara's notes")


@job("proof.read_name")
def read_name() -> None:
    """Note whose name the job works under."""
    seen.append(str(naming.current()))


@job("proof.read_person", person="user_id")
def read_person(user_id: int) -> None:
    """Note whose name the job works under."""
    seen.append(str(naming.current()))


seen: list[str] = []
