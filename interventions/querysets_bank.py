"""Which items of the bank a person may see."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from interventions.choices_bank import BankKind

if TYPE_CHECKING:
    from accounts.models import User


class BankQuerySet(QuerySet[Any]):
    """Model targets and action plans. They belong to the whole college, so they name no student."""

    def visible_to(self, user: "User", permission: str) -> Self:
        """All of them for whoever sets targets; nothing for anybody else."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        return self.all()

    def targets(self) -> Self:
        """The model targets."""
        return self.filter(kind=BankKind.TARGET)

    def plans(self) -> Self:
        """The model action plans."""
        return self.filter(kind=BankKind.PLAN)

    def open(self) -> Self:
        """Those still offered."""
        return self.filter(archived_at=None)
