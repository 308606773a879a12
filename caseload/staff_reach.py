"""What caseload tells the pages about staff: what people hold, and how to end it when they leave."""

from accounts.reach import ReachSource, register
from caseload.actions.grants import end_all_reach
from caseload.queries.grants import held_today


def register_reach() -> None:
    """Offer both to accounts, which knows nothing of students' groups."""
    register(ReachSource(held_today=held_today, end_all=end_all_reach))
