"""What every previewed upload has in common: it is confirmed once, or thrown away."""

from typing import TYPE_CHECKING

from django.db import transaction

from audit import record
from core import clock
from core.files import delete_file
from core.jobs import WorkState, after_commit
from exchange.models import Upload

if TYPE_CHECKING:
    from accounts.models import User

Stage = Upload.Stage


class NotAsItWas(Exception):
    """The upload is no longer at the stage at which it can be confirmed or thrown away."""


def confirm_upload(by: "User", run: Upload, job: str) -> None:
    """Bring what was previewed in, by the job of this name. Pressed twice it is brought in once. Raises NotAsItWas."""
    with transaction.atomic():
        changed = (
            type(run)
            ._default_manager.filter(pk=run.pk, stage=Stage.PREVIEW, state=WorkState.DONE, result__fatal=False)
            .update(stage=Stage.LOAD, state=WorkState.WAITING, attempts=0, finished_at=None, asked_by=by)
        )
        if not changed:
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
