"""Have a report built, build it, hand it out, stop it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit import record
from caseload.models import Term
from core import clock, naming
from core.documents.charts import line_over_weeks, render_chart
from core.documents.pdf import facts_hash, render_pdf
from core.jobs import after_commit
from core.outbox import queue_mail
from core.private.files import delete_file, save_file
from reporting import choices, rules
from reporting.models import Delivery, ReportRun, Subscription
from reporting.queries.term import term_facts

if TYPE_CHECKING:
    from accounts.models import User

TEMPLATE = "reporting/print/termly.html"
STEPS = 7


def ask_for_report(
    by: "User",
    *,
    scope: tuple[str, int],
    term: Term,
    edition: str,
    recipients: Iterable["User"],
    form_token: UUID | None = None,
    subscription: Subscription | None = None,
    due_on: date | None = None,
) -> ReportRun:
    """Ask for a termly report. It is built in the background and mailed to the recipients when it is done.

    The same form sent twice, or a schedule's same due date, is one report. Raises PermissionDenied.
    """
    # A schedule stays what it was: its owner needs the right to the whole report.
    rules.check_reaches_scope(by, choices.RUN_REPORT if subscription else choices.ATTENDANCE_REPORT, *scope)
    parts = rules.parts_for(by, *scope)
    kind, container_id = scope
    fields: dict[str, Any] = {} if kind == "college" else {f"{kind}_id": container_id}
    wanted = {"subscription": subscription, "due_on": due_on} if subscription else {"form_token": form_token}
    asked_before = ReportRun.objects.filter(**wanted) if any(wanted.values()) else ReportRun.objects.none()
    if (existing := asked_before.first()) is not None:
        return existing
    with transaction.atomic():
        try:
            with transaction.atomic():
                run = ReportRun.objects.create(
                    term=term, edition=edition, parts=parts, asked_by=by, total_count=STEPS, **fields, **wanted
                )
        except IntegrityError:
            # Another request with the same form came first by a hair; theirs is the report.
            return asked_before.get()
        Delivery.objects.bulk_create(Delivery(run=run, person=person) for person in dict.fromkeys(recipients))
        record.record(
            by,
            choices.REPORT_ASKED,
            "report_run",
            run.pk,
            details={"scope": list(scope), "edition": edition, "parts": parts},
        )
        after_commit("reporting.build_report", report_id=run.pk)
    return run


def build_report(report_id: int) -> None:
    """Build one report and queue its mails. Run twice it does nothing the second time; killed it starts again."""
    about = ("asked_by", "term__year", "site", "year_group__site", "house", "team")
    run = ReportRun.objects.select_related(*about).claim(report_id)
    if run is None:
        return
    with naming.named(run.asked_by_id, purpose="reporting.build_report"):
        allowed = rules.reads_parts(run.asked_by, run.parts, *run.scope)
        snapshot = clock.now()
        facts = term_facts(run.scope, run.term, run.edition, run.parts) if allowed else {}
    if not allowed:
        run.fail("Whoever asked for this report no longer has reach to these students. Ask somebody who has.")
        return
    run.heartbeat(done=STEPS - 2, total=STEPS)
    fingerprint = facts_hash(facts)
    document = _document(run, facts, fingerprint, snapshot)
    run.heartbeat(done=STEPS - 1)
    with naming.named(run.asked_by_id, purpose="reporting.build_report"):
        expires = clock.now() + timedelta(days=choices.KEPT_DAYS)
        stored = save_file(document, _file_name(run), "application/pdf", expires, note="report run")
        run.finish(file=stored, snapshot_at=snapshot, facts_hash=fingerprint, expires_at=expires, done_count=STEPS)
        _deliver(run)
        record.record(run.asked_by, choices.REPORT_BUILT, "report_run", run.pk, details={"facts": fingerprint[:12]})


def _document(run: ReportRun, facts: dict[str, Any], fingerprint: str, snapshot: Any) -> bytes:
    charts = {section["series"]: _chart(section) for section in facts["sections"] if _can_draw(section)}
    return render_pdf(
        TEMPLATE,
        {"facts": facts, "run": run, "charts": charts, "governors": run.edition == choices.Edition.GOVERNORS},
        title=run.title,
        facts_hash=fingerprint,
        snapshot_at=snapshot,
        edition=run.get_edition_display(),
    )


def _can_draw(section: dict[str, Any]) -> bool:
    return sum(week[1] is not None for week in section["weeks"]) > 1


def _chart(section: dict[str, Any]) -> Any:
    lines = {"This year": [(week[0], week[1]) for week in section["weeks"]]}
    if any(week[2] is not None for week in section["weeks"]):
        lines["A year before"] = [(week[0], week[2]) for week in section["weeks"]]
    values = [value for line in lines.values() for _, value in line if value is not None]
    alt = f"Attendance by week, between {min(values):.1f} and {max(values):.1f} per cent. The table has the numbers."
    return render_chart(
        line_over_weeks(alt, lines, low=max(0, int(min(values)) - 3), high=100, height=170), mode="print"
    )


def _file_name(run: ReportRun) -> str:
    return f"{run.title.replace(':', '').replace('/', '-')}.pdf"


def _deliver(run: ReportRun) -> None:
    """Queue a mail for each recipient who may still see these figures; say why for those who may not."""
    address = f"{settings.BASE_URL}{reverse('reporting:report_detail', args=[run.public_id])}"
    for delivery in run.deliveries.select_related("person").filter(mail=None):
        person = delivery.person
        if not person.is_active or not rules.reads_parts(person, run.parts, *run.scope):
            delivery.left_out = "No longer has reach to these students."
            delivery.save(update_fields=["left_out"])
            continue
        delivery.mail = queue_mail(
            key=f"report-{run.pk}-{person.pk}",
            to=person.email,
            to_person_id=person.pk,
            subject=f"{run.title}",
            text=(
                f"{person.given_name},\n\nthe report “{run.title}” is attached. {run.get_edition_display()}.\n"
                f"It is also here, after sign-in: {address}\n"
            ),
            attachments=[run.file] if run.file else [],
            by=run.asked_by,
        )
        delivery.save(update_fields=["mail"])


def cancel_report(by: "User", run: ReportRun) -> bool:
    """Stop a report that waits or is being built. False when it was over already."""
    _check_own(by, run)
    stopped = run.cancel()
    if stopped:
        record.record(by, choices.REPORT_CANCELLED, "report_run", run.pk)
    return stopped


def try_again(by: "User", run: ReportRun) -> bool:
    """Put a failed or stopped report back into the queue."""
    _check_own(by, run)
    again = run.start_again()
    if again:
        after_commit("reporting.build_report", report_id=run.pk)
    return again


def _check_own(by: "User", run: ReportRun) -> None:
    rules.check_reaches_scope(by, choices.NEEDED[choices.Parts(run.parts)], *run.scope)
    if run.asked_by_id != by.pk and not by.has_perm(choices.MANAGE_SCHEDULES):
        raise PermissionDenied("Only whoever asked for a report stops it or tries it again.")


def expire_reports() -> int:
    """Delete the files of reports whose time is over; the record of the run stays."""
    expired = ReportRun.objects.filter(expires_at__lt=clock.now(), file__deleted_at=None).select_related("file")
    for run in expired:
        if run.file:
            delete_file(run.file)
    return len(expired)
