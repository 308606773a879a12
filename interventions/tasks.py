"""What runs in the background: letters home, once somebody has pressed send, packs of panels, what interventions changed."""

from celery.schedules import crontab

from core.jobs import job, register_schedule, register_sweep
from interventions.actions import impact, letters, panel_packs, panels
from interventions.models import ImpactRun, LetterBatch, PanelPack


@job("interventions.send_letters", queue="pdf", model=LetterBatch)
def send_letters(batch_id: int) -> None:
    """Make and hand over the letters of the batch with this number."""
    letters.work_on_letters(batch_id)


register_sweep(LetterBatch, "interventions.send_letters")


@job("interventions.work_out_impact", model=ImpactRun)
def work_out_impact(run_id: int) -> None:
    """Work out the comparison with this number."""
    impact.work_out_impact(run_id)


@job("interventions.work_out_all_impact")
def work_out_all_impact() -> None:
    """Work out what every intervention and kind changed, where marks, members or answers have changed since."""
    impact.work_out_all()


register_sweep(ImpactRun, "interventions.work_out_impact")
register_schedule(
    "Work out what interventions changed",
    "interventions.work_out_all_impact",
    at=crontab(hour="4", minute="20"),
)


@job("interventions.make_pack", queue="pdf", model=PanelPack)
def make_pack(pack_id: int) -> None:
    """Make the pack with this number."""
    panel_packs.make_pack(pack_id)


@job("interventions.chase_panel_actions", system=panels.SYSTEM_CHASING.name)
def chase_panel_actions() -> None:
    """Remind owners of what a panel agreed and is past its day."""
    panels.chase_actions()


register_sweep(PanelPack, "interventions.make_pack")
register_schedule(
    "Chase what panels agreed", "interventions.chase_panel_actions", at=crontab(day_of_week="1", hour="7", minute="30")
)
