"""Take an upload of students and staff, preview it, answer what it asks, bring it in, discard it."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, is_zipfile

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core import clock, naming
from core.jobs import after_commit
from core.private.files import open_file, save_file
from exchange import choices, rules
from exchange.actions.uploads import Stage, confirm_upload, discard_upload, preview_again
from exchange.formats import read_bundle
from exchange.loading import Result, load_roster
from exchange.models import RosterImport
from exchange.tables import CannotRead

if TYPE_CHECKING:
    from accounts.models import User

MOST_PROBLEMS = 2_000  # of which the page shows some; the count says how many there were
WORK = "exchange.work_on_roster"


class LeaversUnconfirmed(Exception):
    """More than a tenth of a site's roll would be proposed as leavers, and nobody said that the file is right."""


def take_upload(by: "User", files: Sequence[UploadedFile], dates: str, source: str = "") -> RosterImport:
    """Keep an upload, encrypted, and have its preview made in the background. Raises CannotRead for what can't be one."""
    rules.check_may_import(by)
    content = _as_zip(files)
    with transaction.atomic():
        name = files[0].name if len(files) == 1 and files[0].name else f"{len(files)} CSV files"
        expires = clock.now() + choices.UPLOAD_KEPT
        stored = save_file(content, name, "application/zip", expires, note="roster upload")
        run = RosterImport.objects.create(asked_by=by, upload=stored, dates=dates, source=source)
        after_commit(WORK, import_id=run.pk)
    return run


def _as_zip(files: Sequence[UploadedFile]) -> bytes:
    if len(files) == 1 and not (files[0].name or "").lower().endswith(".csv"):
        content = files[0].read()
        if not is_zipfile(BytesIO(content)):
            raise CannotRead("This is not a zip. Choose a .zip file or the CSV files.")
        return bytes(content)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as bundle:
        for file in files:
            bundle.writestr(file.name or "file.csv", file.read())
    return packed.getvalue()


def work_on_roster(import_id: int) -> None:
    """Preview an upload, or bring it in once it was confirmed. Killed in the middle, it starts again and nothing is half done.

    If so many leavers would be proposed by now that nobody agreed to it, it is a preview again.
    """
    run = RosterImport.objects.select_related("asked_by", "upload").claim(import_id)
    if run is None:
        return
    try:
        bundle = read_bundle(BytesIO(open_file(run.upload)), run.dates)
    except CannotRead as why:
        run.fail(str(why))
        return
    with naming.named(run.asked_by_id, purpose=WORK):
        looking = run.stage == Stage.PREVIEW
        result = load_roster(bundle, by=run.asked_by, source=run.source, dry_run=looking, agreed=run.agreed)
        stage = Stage.LOADED if result.imported else Stage.PREVIEW
        # In the same transaction as the rows: a worker that lost its lease saves neither.
        run.finish(result=_kept(result), stage=stage)
        if stage == Stage.LOADED:
            after_commit("attendance.raise_alerts")  # leavers' alerts end


def _kept(result: Result) -> dict[str, Any]:
    fatal = [problem for problem in result.problems if problem.fatal]
    shown = [*fatal, *(problem for problem in result.problems if not problem.fatal)][:MOST_PROBLEMS]
    return result.as_json() | {
        "problems": [problem.as_json() for problem in shown],
        "problem_count": len(result.problems),
        "fatal": bool(fatal),
        "changes": result.changes,
        "source": result.source,
        "namesakes": result.namesakes,
        "left_out_names": sorted({problem.who for problem in result.problems if problem.who})[:MOST_PROBLEMS],
        "changed": result.changed,
        "change_count": result.change_count,
        "asks_dates": any(problem.asks_dates for problem in result.problems),
    }


def read_dates(by: "User", run: RosterImport, dates: str) -> None:
    """Say how the dates of an upload are written, and have it read again. It is remembered for this upload."""
    rules.check_may_import(by)
    preview_again(by, run, WORK, dates=dates)


def confirm_import(by: "User", run: RosterImport, agreed: bool = False) -> None:
    """Bring a previewed upload in. Pressed twice it is brought in once. Raises NotAsItWas.

    Where more than a tenth of a site's roll would be proposed as leavers, somebody has to agree: LeaversUnconfirmed.
    """
    rules.check_may_import(by)
    many: Sequence[Mapping[str, Any]] = (run.result or {}).get("many_leavers", [])
    if many and not agreed:
        raise LeaversUnconfirmed
    confirm_upload(by, run, WORK, agreed={str(one["site_id"]): one["leavers"] for one in many})


def discard_import(by: "User", run: RosterImport) -> None:
    """Discard a previewed upload, its file too. Raises NotAsItWas once it is being brought in."""
    rules.check_may_import(by)
    discard_upload(by, run, choices.ROSTER_DISCARDED)
