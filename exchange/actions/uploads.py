"""What every previewed upload has in common: it is confirmed once, read again after an answer, or discarded."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from audit import record
from core import clock
from core.jobs import WorkState, after_commit
from core.private.files import delete_file
from exchange.models import Upload

if TYPE_CHECKING:
    from accounts.models import User

Stage = Upload.Stage


class NotAsItWas(Exception):
    """The upload is no longer at the stage at which it can be confirmed or thrown away."""


def confirm_upload(by: "User", run: Upload, job: str, **more: Any) -> None:
    """Bring what was previewed in, by the job of this name. Pressed twice it is brought in once. Raises NotAsItWas."""
    previewed = Q(stage=Stage.PREVIEW, state=WorkState.DONE, result__fatal=False)
    _start(by, run, job, previewed, stage=Stage.LOAD, **more)


def preview_again(by: "User", run: Upload, job: str, **answers: Any) -> None:
    """Read an upload again with what somebody answered. Raises NotAsItWas once it is brought in or discarded."""
    _start(by, run, job, Q(stage=Stage.PREVIEW, state__in=(WorkState.DONE, WorkState.FAILED)), **answers)


def _start(by: "User", run: Upload, job: str, only: Q, **changed: Any) -> None:
    with transaction.atomic():
        rows = type(run)._default_manager.filter(only, pk=run.pk)
        if not rows.update(
            state=WorkState.WAITING, attempts=0, finished_at=None, error_text="", asked_by=by, **changed
        ):
            raise NotAsItWas
        after_commit(job, import_id=run.pk)


def discard_upload(by: "User", run: Upload, verb: str) -> None:
    """Throw what was previewed away, its file too. Raises NotAsItWas once it is being brought in."""
    with transaction.atomic():
        over = type(run)._default_manager.filter(pk=run.pk, stage=Stage.PREVIEW).exclude(state=WorkState.RUNNING)
        if not over.update(state=WorkState.CANCELLED, finished_at=clock.now()):
            raise NotAsItWas
        delete_file(run.upload)
        record.record(by, verb, str(run._meta.verbose_name).replace(" ", "_"), run.pk)
