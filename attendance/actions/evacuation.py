"""Keep a copy of each site's evacuation list ready as a file, for when there is no time, or no network."""

from datetime import datetime, timedelta

from django.db import transaction

from attendance import choices
from attendance.models import EvacuationCopy
from attendance.queries.registers.evacuation import Evacuation, evacuation_of
from attendance.queries.registers.sittings import sittings_on
from audit import record
from caseload.models import Site
from core import clock, wording
from core.actors import SystemActor
from core.documents.pdf import facts_hash, render_pdf
from core.private.files import delete_file, save_file

SYSTEM_EVACUATION = SystemActor("evacuation", "keeps the evacuation lists ready")
BEFORE, AFTER = timedelta(minutes=15), timedelta(hours=1)
KEPT_FOR = timedelta(hours=24)
TEMPLATE = "attendance/print/evacuation.html"


def sites_in_session(now: datetime) -> list[int]:
    """The sites that are open now: from shortly before their first register of the day to an hour after their last lesson."""
    hours: dict[int, tuple[datetime, datetime]] = {}
    for sitting in sittings_on(clock.local(now).date()):
        first, last = hours.get(sitting.site_id, (sitting.starts_at, sitting.ends_at))
        hours[sitting.site_id] = (min(first, sitting.starts_at), max(last, sitting.ends_at))
    return sorted(site for site, (first, last) in hours.items() if first - BEFORE <= now <= last + AFTER)


def make_evacuation_copy(site_id: int, by: SystemActor = SYSTEM_EVACUATION) -> EvacuationCopy | None:
    """Make the PDF of a site's list as it is now, and delete the one before it.

    Nothing is made when the site is closed or gone, or when the list says what the copy already says.
    """
    site = Site.objects.filter(pk=site_id).first()
    found = evacuation_of(site) if site else None
    if site is None or found is None or not found.is_open:
        return None
    said = facts_hash(found.facts)
    before = EvacuationCopy.objects.filter(site=site).select_related("file").first()
    if before is not None and before.date == found.date and before.file.note == said and before.file.is_there:
        return before
    pdf = render_pdf(
        TEMPLATE, {"list": found, "parts": found.parts()}, title=title_of(found), facts_hash=said,
        snapshot_at=found.read_at,
    )  # fmt: skip
    with transaction.atomic():
        file = save_file(
            pdf, f"evacuation-{clock.local(found.read_at):%Y-%m-%d-%H%M}.pdf", "application/pdf",
            expires_at=found.read_at + KEPT_FOR, note=said,
        )  # fmt: skip
        copy, _ = EvacuationCopy.objects.update_or_create(
            site=site,
            defaults={
                "date": found.date, "made_at": found.read_at, "marked_in": len(found.inside), "file": file,
            },
        )  # fmt: skip
        record.record(by, choices.EVACUATION_COPY_MADE, "site", site.pk, details={"marked_in": len(found.inside)})
    if before is not None and before.file.is_there:
        old = before.file
        transaction.on_commit(lambda: delete_file(old))
    return copy


def title_of(found: Evacuation) -> str:
    """“Evacuation list, Waymark School, Fri 20 Nov 10:05”."""
    return f"Evacuation list, {found.site_name}, {wording.day(found.date)} {clock.local(found.read_at):%H:%M}"
