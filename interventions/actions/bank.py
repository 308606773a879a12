"""Saving model targets and action plans to the bank, rating, archiving and bringing them back."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit import record
from caseload.models import Course
from core import clock
from core.actors import SystemActor
from interventions import choices_bank, rules_bank
from interventions.choices_bank import BankKind
from interventions.models import BankItem, BankRating, Barrier

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor


class BankItemChanged(Exception):
    """Somebody else changed the item meanwhile; nothing was saved."""

    def __init__(self, item: BankItem) -> None:
        super().__init__(str(item))
        self.item = item


@dataclass(frozen=True)
class BankSaid:
    """A model target as it was typed."""

    title: str
    what: str
    area: str = ""
    course: Course | None = None
    figure: str = ""
    figure_goal: Decimal | None = None
    measure: str = ""
    achievable: str = ""
    relevant: str = ""
    weeks: int | None = None
    steps: tuple[str, ...] = field(default=())
    kind: ClassVar[str] = BankKind.TARGET

    def columns(self) -> dict[str, Any]:
        """What goes on the item's row; the fields of the target are kept together, those left empty left out."""
        goal = f"{self.figure_goal.normalize():f}" if self.figure_goal is not None else ""
        data = {
            "what": self.what,
            "measure": self.measure,
            "achievable": self.achievable,
            "relevant": self.relevant,
            "figure_goal": goal,
            "weeks": self.weeks,
            "steps": list(self.steps),
        }
        kept = {name: value for name, value in data.items() if value}
        return {"title": self.title, "area": self.area, "course": self.course, "figure": self.figure, "data": kept}


@dataclass(frozen=True)
class BankPlanSaid:
    """A model action plan as it was typed; each action is what, who in words, and after how many weeks it is due."""

    title: str
    aims: str
    area: str = ""
    reasons: str = ""
    weeks: int | None = None
    barriers: tuple[Barrier, ...] = ()
    actions: tuple[tuple[str, str, int | None], ...] = ()
    kind: ClassVar[str] = BankKind.PLAN

    def columns(self) -> dict[str, Any]:
        """What goes on the item's row; the fields of the plan are kept together, those left empty left out."""
        data = {
            "aims": self.aims,
            "reasons": self.reasons,
            "weeks": self.weeks,
            "barriers": [str(one.public_id) for one in self.barriers],
            "actions": [{"what": what, "who": who, "weeks": weeks} for what, who, weeks in self.actions],
        }
        return {"title": self.title, "area": self.area, "data": {name: value for name, value in data.items() if value}}


@transaction.atomic
def save_to_bank(said: BankSaid | BankPlanSaid, *, token: UUID, by: "By") -> BankItem:
    """Save a model target or plan for everybody who sets targets. The same form sent twice makes one."""
    if not rules_bank.may_use_bank(by) or isinstance(by, SystemActor):
        raise PermissionDenied
    try:
        with transaction.atomic():
            item = BankItem.objects.create(kind=said.kind, saved_by=by, form_token=token, **said.columns())
    except IntegrityError:
        return BankItem.objects.get(form_token=token)
    record.record(by, choices_bank.SAVED_BANK, "bank_item", item.pk)
    return item


@transaction.atomic
def change_bank_item(item: BankItem, version: int, said: BankSaid | BankPlanSaid, *, by: "By") -> BankItem:
    """Change a model target or plan. What was made from it stays as it is; a second person at it is told."""
    now = _held(item, by)
    if now.kind != said.kind:
        raise PermissionDenied
    if now.version != version:
        raise BankItemChanged(now)
    for name, value in said.columns().items():
        setattr(now, name, value)
    now.version += 1
    now.save(update_fields=[*said.columns(), "version"])
    record.record(by, choices_bank.SAVED_BANK, "bank_item", now.pk)
    return now


@transaction.atomic
def archive_bank_item(item: BankItem, archived: bool, *, by: "By") -> BankItem:
    """Take an item out of the bank, or bring it back. What was made from it keeps it; done twice it is done once."""
    now = _held(item, by)
    if (now.archived_at is not None) != archived:
        now.archived_at = clock.now() if archived else None
        now.save(update_fields=["archived_at"])
        verb = choices_bank.ARCHIVED_BANK if archived else choices_bank.RESTORED_BANK
        record.record(by, verb, "bank_item", now.pk)
    return now


@transaction.atomic
def rate_bank_item(item: BankItem, stars: int, *, by: "By") -> BankRating:
    """Say what one thinks of an item, one to five stars; a new rating takes the place of one's earlier one."""
    if not rules_bank.may_use_bank(by) or isinstance(by, SystemActor):
        raise PermissionDenied
    rating, _ = BankRating.objects.update_or_create(item=item, user=by, defaults={"stars": stars})
    record.record(by, choices_bank.RATED_BANK, "bank_item", item.pk, details={"stars": stars})
    return rating


def _held(item: BankItem, by: "By") -> BankItem:
    if not rules_bank.may_change_item(by, item):
        raise PermissionDenied
    return BankItem.objects.select_for_update().get(pk=item.pk)
