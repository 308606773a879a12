"""What the staff pages read."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.reach import held_by
from accounts.rules import goes_again_to
from core import clock
from core.models import Mail
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


def with_way_on(mails: list[Mail]) -> list[dict[str, Any]]:
    """Each mail of the log with the address that it may be sent to once more, asked once for all of them."""
    people = {mail.to_person_id for mail in mails if mail.to_person_id}
    own = dict(User.objects.filter(pk__in=people).values_list("pk", "email"))
    return [{"mail": mail, "goes_to": goes_again_to(mail, own.get(mail.to_person_id or 0, ""))} for mail in mails]


def with_roles(people: list[User]) -> list[dict[str, Any]]:
    """Each person with what they hold today, asked once for all of them."""
    held = held_by(user.pk for user in people)
    return [{"user": user, "held": held.get(user.pk, [])} for user in people]
