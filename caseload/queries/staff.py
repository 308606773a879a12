"""Who of the staff may do something today."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import roles_carrying
from caseload.models import Reach
from core import clock


def staff_with(permission: str) -> QuerySet[User]:
    """Everybody at work who holds the permission in some role, in the order of names."""
    holding = Reach.objects.filter(role__name__in=roles_carrying(permission), period__contains=clock.today())
    return User.objects.working_here().filter(pk__in=holding.values("user_id")).order_by("sort_key", "pk")
