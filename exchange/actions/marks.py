"""Take an upload of marks, preview it, bring it in, throw it away."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from attendance import rules
from attendance.errors import RegisterProblem
from caseload.models import Site
from core import clock, naming
from core.jobs import after_commit
from core.private.files import open_file, save_file
from exchange import choices
from exchange.actions.uploads import Stage, confirm_upload, discard_upload, preview_again
from exchange.marks import MarkResult, load_marks, read_marks
from exchange.models import MarkImport

if TYPE_CHECKING:
    from accounts.models import User

MOST_PROBLEMS = 500
WORK = "exchange.work_on_marks"


def check_may_bring(by: Any, site: Site) -> None:
    """Raise PermissionDenied for whoever does not look after the marks of the site."""
    if not rules.may_for_site(by, rules.IMPORT, site.pk):
        raise PermissionDenied("Only the attendance officer and data managers of the site import marks.")


def take_marks(
    by: "User", site: Site, file: UploadedFile, covers_until: datetime | None, dates: str = ""
) -> MarkImport:
    """Keep an upload of marks, encrypted, and have its preview made in the background."""
    check_may_bring(by, site)
    with transaction.atomic():
        expires = clock.now() + choices.UPLOAD_KEPT
        stored = save_file(file.read(), file.name or "marks.csv", "text/csv", expires, note="marks upload")
        run = MarkImport.objects.create(asked_by=by, site=site, upload=stored, covers_until=covers_until, dates=dates)
        after_commit(WORK, import_id=run.pk)
    return run


def work_on_marks(import_id: int) -> None:
    """Preview an upload of marks, or bring it in once it was confirmed. Killed in the middle, it starts again."""
    run = MarkImport.objects.select_related("asked_by", "upload", "site").claim(import_id)
    if run is None:
        return
    found = read_marks(run.upload.name, open_file(run.upload), run.dates)
    with naming.named(run.asked_by_id, purpose=WORK):
        # Asked again: whoever uploaded it may have changed their place since, or the site its way.
        check_may_bring(run.asked_by, run.site)
        try:
            result = load_marks(
                found,
                by=run.asked_by,
                site=run.site,
                covers_until=run.covers_until,
                made_at=run.asked_at,
                dry_run=run.stage == Stage.PREVIEW,
            )
        except RegisterProblem as why:
            refused: str | None = why.sentence
        else:
            refused = None
            stage = Stage.LOADED if result.imported else Stage.PREVIEW
            # In the same transaction as the marks: a worker that lost its lease saves neither.
            run.finish(result=_kept(result), stage=stage, delivery=result.delivery)
    if refused:
        run.fail(refused)


def _kept(result: MarkResult) -> dict[str, Any]:
    fatal = [problem for problem in result.problems if problem.fatal]
    shown = [*fatal, *(problem for problem in result.problems if not problem.fatal)][:MOST_PROBLEMS]
    return result.as_json() | {
        "problems": [problem.as_json() for problem in shown],
        "problem_count": len(result.problems),
        "fatal": bool(fatal),
        "asks_dates": any(problem.asks_dates for problem in result.problems),
    }


def read_dates(by: "User", run: MarkImport, dates: str) -> None:
    """Say how the dates of an upload are written, and have it read again. It is remembered for this upload."""
    check_may_bring(by, run.site)
    preview_again(by, run, WORK, dates=dates)


def confirm_marks(by: "User", run: MarkImport) -> None:
    """Bring previewed marks in. Pressed twice they are brought in once. Raises NotAsItWas."""
    check_may_bring(by, run.site)
    confirm_upload(by, run, WORK)


def discard_marks(by: "User", run: MarkImport) -> None:
    """Throw previewed marks away, their file too. Raises NotAsItWas once they are being brought in."""
    check_may_bring(by, run.site)
    discard_upload(by, run, choices.MARKS_DISCARDED)
