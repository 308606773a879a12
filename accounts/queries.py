"""What the staff pages read."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.reach import held_by
from core import clock
from core.names import fold

SHOWN = 100


def staff_found(words: str = "", ended: bool = False) -> QuerySet[User]:
    """Staff by family name: those who work here, or those who have ended; by any part of name, address or staff code."""
    today = clock.today()
    gone = Q(is_active=False) | Q(ended_on__lt=today)
    rows = User.objects.filter(gone if ended else ~gone)
    for word in fold(words).split():
        rows = rows.filter(Q(sort_key__contains=word) | Q(email__icontains=word) | Q(staff_code__iexact=word))
    return rows.order_by("sort_key", "pk")


def with_roles(people: list[User]) -> list[dict[str, Any]]:
    """Each person with what they hold today, asked once for all of them."""
    held = held_by(user.pk for user in people)
    return [{"user": user, "held": held.get(user.pk, [])} for user in people]
