"""Which caseloads somebody reaches whole, and who hands one over for a while."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from caseload.choices import Capacity
from caseload.models import Caseload, CaseloadGrant, CaseloadMembership, CoverPolicy, YearGroupMembership
from caseload.querysets import containers
from core import clock

if TYPE_CHECKING:
    from accounts.models import User

ARRANGE = "caseload.arrange_cover"
CASELOAD_KINDS = {"caseload": "pk__in", "team": "team_id__in", "house": "house_id__in", "site": "site_id__in"}


def caseloads_reached(user: "User", permission: str, day: date) -> QuerySet[Caseload]:
    """The caseloads held, or inside a container held, in a role that carries the permission.

    A year group reaches a tutor group only when every member that day is in the year: nobody else's register is shown.
    """
    held = containers(user, permission)
    if "college" in held:
        return Caseload.objects.all()
    wanted = Q(pk__in=[])  # nobody's, unless some container is held
    for kind, lookup in CASELOAD_KINDS.items():
        if held.get(kind):
            wanted |= Q(**{lookup: held[kind]})
    if held.get("year_group"):
        wanted |= _wholly_in(held["year_group"], day)
    return Caseload.objects.filter(wanted)


def _wholly_in(year_groups: list[int], day: date) -> Q:
    in_year = YearGroupMembership.objects.filter(
        student=OuterRef("student"), group_id__in=year_groups, period__contains=day
    )
    of_group = CaseloadMembership.objects.filter(group=OuterRef("pk"), period__contains=day)
    return Q(Exists(of_group.filter(Exists(in_year)))) & ~Q(Exists(of_group.exclude(Exists(in_year))))


def own_caseloads(user: Any, capacities: tuple[str, ...] = (Capacity.TUTOR, Capacity.CO_TUTOR)) -> QuerySet[Any]:
    """The ids of the caseloads that somebody holds today as their tutor; whoever covers holds none of their own."""
    rows = CaseloadGrant.objects.filter(user=user, period__contains=clock.today(), role__name="tutor")
    return rows.filter(capacity__in=capacities).values("content_object_id")


def tutors_arrange() -> bool:
    """Whether the college lets tutors hand over their own caseload."""
    return CoverPolicy.objects.filter(tutors_arrange=True).exists()


def may_hand_over(by: "User") -> QuerySet[Caseload]:
    """The caseloads of this academic year that somebody may hand to a colleague: those that they lead, and where the college
    has decided so their own. Leading them carries everything that cover gives, so nobody gains reach over anybody new by it."""
    today = clock.today()
    wanted = Q(pk__in=caseloads_reached(by, ARRANGE, today).values("pk"))
    if tutors_arrange():
        wanted |= Q(pk__in=own_caseloads(by))
    return Caseload.objects.filter(wanted, year__starts_on__lte=today, year__ends_on__gte=today)


def may_arrange_for(by: "User", caseload: Caseload) -> bool:
    """Whether this caseload is among those."""
    return may_hand_over(by).filter(pk=caseload.pk).exists()
