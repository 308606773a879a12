"""The pack of a panel: asked for on its page, drawn in the background for whoever asked, and read through a page that asks again."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from audit import record
from core import clock, naming
from core.documents.pdf import facts_hash, render_pdf
from core.jobs import WorkState, after_commit
from core.private.files import save_file
from interventions.choices_panels import PACK_ASKED, PACK_KEPT_DAYS, PACK_MADE
from interventions.models import PanelMeeting, PanelPack
from interventions.queries.panel_pack import pack_facts

if TYPE_CHECKING:
    By = User

WORK = "interventions.make_pack"
TEMPLATE = "interventions/print/panel_pack.html"


@transaction.atomic
def ask_for_pack(by: "By", panel: PanelMeeting) -> PanelPack:
    """Have the pack made: one page a student in the panel's order, with what this person may read. Asked twice at once it is made once."""
    if not PanelMeeting.objects.all().visible_to(by).filter(pk=panel.pk).exists():
        raise PermissionDenied
    PanelMeeting.objects.select_for_update().get(pk=panel.pk)
    going = PanelPack.objects.filter(panel=panel, asked_by=by, state__in=(WorkState.WAITING, WorkState.RUNNING))
    if (same := going.first()) is not None:
        return same
    pack = PanelPack.objects.create(panel=panel, asked_by=by)
    record.record(by, PACK_ASKED, "panel_pack", pack.pk, details={"panel": panel.pk})
    after_commit(WORK, pack_id=pack.pk)
    return pack


def make_pack(pack_id: int) -> None:
    """Make one pack. Run twice it does nothing the second time; killed it begins again."""
    pack = PanelPack.objects.select_related("panel__chair", "asked_by").claim(pack_id)
    if pack is None:
        return
    with naming.named(pack.asked_by_id, purpose=WORK):
        snapshot = clock.now()
        allowed = PanelMeeting.objects.all().visible_to(pack.asked_by).filter(pk=pack.panel_id).exists()
        facts = pack_facts(pack.asked_by, pack.panel) if allowed else {}
    if not allowed:
        pack.fail("Whoever asked for this pack is no longer in the panel.")
        return
    pack.heartbeat(done=1, total=2)
    fingerprint = facts_hash(facts)
    document = _drawn(pack, facts, fingerprint, snapshot)
    with naming.named(pack.asked_by_id, purpose=WORK):
        expires = clock.now() + timedelta(days=PACK_KEPT_DAYS)
        file = save_file(
            document, f"Pack {pack.panel.held_on:%Y-%m-%d}.pdf", "application/pdf", expires, note="panel pack"
        )
        pack.finish(file=file, snapshot_at=snapshot, facts_hash=fingerprint, expires_at=expires, done_count=2)
        record.record(pack.asked_by, PACK_MADE, "panel_pack", pack.pk, details={"facts": fingerprint[:12]})


def _drawn(pack: PanelPack, facts: dict[str, Any], fingerprint: str, snapshot: Any) -> bytes:
    return render_pdf(
        TEMPLATE, {"facts": facts}, title=pack.panel.title, facts_hash=fingerprint, snapshot_at=snapshot,
        edition=f"For {pack.asked_by.full_name}: what they may read. Take it back after the panel.",
    )  # fmt: skip
