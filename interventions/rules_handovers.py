"""Who writes the handover of a caseload."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from caseload.models import Caseload
from caseload.rules.cover import ARRANGE, caseloads_reached, own_caseloads
from core import clock

if TYPE_CHECKING:
    from accounts.models import User


def writable(by: "User") -> QuerySet[Caseload]:
    """The caseloads of this academic year whose handover somebody writes: their own, and those that they lead."""
    today = clock.today()
    mine = Q(pk__in=own_caseloads(by)) | Q(pk__in=caseloads_reached(by, ARRANGE, today).values("pk"))
    return Caseload.objects.filter(mine, year__starts_on__lte=today, year__ends_on__gte=today)


def may_write_for(by: "User", caseload: Caseload) -> bool:
    """Whether this caseload is among those."""
    return writable(by).filter(pk=caseload.pk).exists()
