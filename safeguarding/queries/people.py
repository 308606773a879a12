"""Which people a form may offer."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import SAFEGUARDING_TEAM
from caseload.models import Reach
from core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable


def present_staff() -> QuerySet[User]:
    """Everybody who works here now, in order."""
    return User.objects.working_here().order_by("sort_key", "pk")


def team_members() -> QuerySet[User]:
    """The DSL and deputies of today."""
    held: Iterable[int] = Reach.objects.filter(
        role__name__in=SAFEGUARDING_TEAM, kind="college", period__contains=clock.today()
    ).values_list("user_id", flat=True)
    return present_staff().filter(pk__in=held)
