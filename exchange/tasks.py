"""What runs in the background: previewing and bringing in rosters."""

from core.jobs import job, register_sweep
from exchange.actions import imports, marks
from exchange.models import MarkImport, RosterImport


@job("exchange.work_on_roster", queue="imports", model=RosterImport)
def work_on_roster(import_id: int) -> None:
    """Preview or bring in the roster with this number."""
    imports.work_on_roster(import_id)


@job("exchange.work_on_marks", queue="imports", model=MarkImport)
def work_on_marks(import_id: int) -> None:
    """Preview or bring in the marks with this number."""
    marks.work_on_marks(import_id)


register_sweep(RosterImport, "exchange.work_on_roster")
register_sweep(MarkImport, "exchange.work_on_marks")
