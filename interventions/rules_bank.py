"""Who may save to the bank of model targets and plans, and change or archive what is in it."""

from typing import TYPE_CHECKING

from core.actors import SystemActor
from interventions.choices_bank import MANAGE_BANK
from interventions.models import BankItem

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor

SET = "interventions.set_target"


def may_use_bank(by: "By") -> bool:
    """Whoever sets targets."""
    return not isinstance(by, SystemActor) and by.has_perm(SET)


def may_change_item(by: "By", item: BankItem) -> bool:
    """Whoever saved it, while they still set targets, and whoever looks after the bank."""
    if isinstance(by, SystemActor) or not may_use_bank(by):
        return False
    return item.saved_by_id == by.pk or by.has_perm(MANAGE_BANK)
