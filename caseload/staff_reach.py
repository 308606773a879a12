"""What caseload tells the pages about staff: what people hold, how to end it when they leave, and what needs a second person."""

from datetime import date
from typing import Any

from accounts.reach import ReachSource, register
from caseload.actions.grants import end_all_reach
from caseload.actions.protected_people import ask_ending
from caseload.queries.grants import held_today
from caseload.queries.protected import leaving_asked
from caseload.rules.grants import is_protected_person, roles_over, second_persons


def ask_to_leave(user: Any, last_day: date, reason: str, by: Any) -> None:
    """Ask that the holder of a protected role leaves."""
    ask_ending(user, "", last_day, reason, by)


def register_reach() -> None:
    """Offer all of it to accounts, which knows nothing of students' groups."""
    register(
        ReachSource(
            held_today=held_today,
            end_all=end_all_reach,
            is_protected=is_protected_person,
            second_persons=second_persons,
            ask_to_leave=ask_to_leave,
            waiting_for=leaving_asked,
            roles_over=roles_over,
        )
    )
