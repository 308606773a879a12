"""Which panels, agreed actions and packs a person may see."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Q, QuerySet

from caseload.querysets import reached
from core import clock
from core.jobs.work import WorkQuerySet
from interventions.choices_panels import HOLD

if TYPE_CHECKING:
    from accounts.models import User

VIEW = "caseload.view_student"


class PanelQuerySet(QuerySet[Any]):
    """Panels, by who is in them."""

    def visible_to(self, user: "User", permission: str = HOLD) -> Self:
        """Those that this person leads, called or attends. Which of its students they see is asked beside it."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        attended = self.model.attendees.through.objects.filter(user_id=user.pk).values("panelmeeting_id")
        return self.filter(Q(chair=user) | Q(made_by=user) | Q(pk__in=attended))


class PanelActionQuerySet(QuerySet[Any]):
    """Agreed actions, by whose they are and who is in the panel."""

    def visible_to(self, user: "User", permission: str = VIEW) -> Self:
        """One's own and those of one's panels, always only about students whom one reaches."""
        if not getattr(user, "pk", None) or not user.has_perm(permission):
            return self.none()
        panels = apps.get_model("interventions", "PanelMeeting").objects.all().visible_to(user)
        mine = Q(owner=user) | Q(panel__in=panels.values("pk"))
        return self.filter(mine, student__in=reached(user, permission))

    def open(self) -> Self:
        """Neither done nor dropped."""
        return self.filter(done_at=None)

    def overdue(self) -> Self:
        """Open, and past their day."""
        return self.open().filter(due_on__lt=clock.today())


class PackQuerySet(WorkQuerySet[Any]):
    """Packs: for whoever asked for them alone, while they are in the panel."""

    def visible_to(self, user: "User", permission: str = HOLD) -> Self:
        """One's own."""
        panels = apps.get_model("interventions", "PanelMeeting").objects.all().visible_to(user, permission)
        return self.filter(asked_by_id=getattr(user, "pk", None), panel__in=panels.values("pk"))
