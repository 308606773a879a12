"""What runs in the background: letters home, once somebody has pressed send."""

from core.jobs import job, register_sweep
from interventions.actions import letters
from interventions.models import LetterBatch


@job("interventions.send_letters", queue="pdf", model=LetterBatch)
def send_letters(batch_id: int) -> None:
    """Make and hand over the letters of the batch with this number."""
    letters.work_on_letters(batch_id)


register_sweep(LetterBatch, "interventions.send_letters")
