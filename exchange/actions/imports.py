"""Take an upload, preview it, bring it in, throw it away."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, is_zipfile

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core import clock, naming
from core.files import open_file, save_file
from core.jobs import after_commit
from exchange import choices, rules
from exchange.actions.uploads import Stage, confirm_upload, discard_upload
from exchange.formats import read_bundle
from exchange.loading import Result, load_roster
from exchange.models import RosterImport
from exchange.reading import CannotRead

if TYPE_CHECKING:
    from accounts.models import User

MOST_PROBLEMS = 2_000  # of which the page shows some; the count says how many there were


def take_upload(by: "User", files: Sequence[UploadedFile], dates: str) -> RosterImport:
    """Keep an upload, encrypted, and have its preview made in the background. Raises CannotRead for what is no roster."""
    rules.check_may_import(by)
    content = _as_zip(files)
    with transaction.atomic():
        name = files[0].name if len(files) == 1 and files[0].name else "roster.zip"
        expires = clock.now() + choices.UPLOAD_KEPT
        stored = save_file(content, name, "application/zip", expires, note="roster upload")
        run = RosterImport.objects.create(asked_by=by, upload=stored, dates=dates)
        after_commit("exchange.work_on_roster", import_id=run.pk)
    return run


def _as_zip(files: Sequence[UploadedFile]) -> bytes:
    if len(files) == 1 and not (files[0].name or "").lower().endswith(".csv"):
        content = files[0].read()
        if not is_zipfile(BytesIO(content)):
            raise CannotRead("This is no zip. Give a zip of the CSV files, or the CSV files themselves.")
        return bytes(content)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as bundle:
        for file in files:
            bundle.writestr(file.name or "file.csv", file.read())
    return packed.getvalue()


def work_on_roster(import_id: int) -> None:
    """Preview an upload, or bring it in once it was confirmed. Killed in the middle, it starts again and nothing is half done."""
    run = RosterImport.objects.select_related("asked_by", "upload").claim(import_id)
    if run is None:
        return
    try:
        bundle = read_bundle(BytesIO(open_file(run.upload)), run.dates)
    except CannotRead as why:
        run.fail(str(why))
        return
    with naming.named(run.asked_by_id, purpose="exchange.work_on_roster"):
        result = load_roster(bundle, by=run.asked_by, dry_run=run.stage == Stage.PREVIEW)
        stage = Stage.LOADED if run.stage == Stage.LOAD and result.imported else Stage.PREVIEW
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
    }


def confirm_import(by: "User", run: RosterImport) -> None:
    """Bring a previewed roster in. Pressed twice it is brought in once. Raises NotAsItWas."""
    rules.check_may_import(by)
    confirm_upload(by, run, "exchange.work_on_roster")


def discard_import(by: "User", run: RosterImport) -> None:
    """Throw a previewed roster away, its file too. Raises NotAsItWas once it is being brought in."""
    rules.check_may_import(by)
    discard_upload(by, run, choices.ROSTER_DISCARDED)
