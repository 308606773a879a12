"""Home visits as pages show them: the lists, what stands on top of every page, and what waits."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from caseload.choices import VISITS_TO_LOG, VisitState
from caseload.models import Student, Visit, VisitPolicy
from caseload.querysets import reach_of, reached
from caseload.rules.students import LOG_CONTACT, VIEW

EARLIER = 30  # visits that are over, on the list


def visit_policy() -> VisitPolicy:
    """What the college decided, or the defaults."""
    return VisitPolicy.objects.filter(pk=1).first() or VisitPolicy()


@dataclass(frozen=True)
class Bar:
    """One line on top of every page: a visit of one's own, or somebody who has not come back."""

    visit: Visit
    mine: bool
    late: bool


def bars_for(user: Any) -> list[Bar]:
    """What this person must not miss wherever they are. No query at all while nobody is out, else one."""
    reach_of(user)
    if not getattr(user, "anybody_out", False):
        return []
    companions, told = Visit.companions.through.objects, Visit.told.through.objects
    rows = Visit.objects.watched().annotate(
        along=Exists(companions.filter(visit_id=OuterRef("pk"), user_id=user.pk)),
        heard=Exists(told.filter(visit_id=OuterRef("pk"), user_id=user.pk)),
    )
    mine, late = Q(goes=user) | Q(along=True), Q(alert_level__gt=0)
    rows = rows.filter(mine & Q(state=VisitState.OUT) | late & (mine | Q(watcher=user) | Q(heard=True)))
    return [
        Bar(visit, visit.goes_id == user.pk or visit.along, visit.alert_level > 0)
        for visit in rows.select_related("goes").order_by("-alert_level", "back_by", "pk")
    ]


def visit_lists(user: Any) -> dict[str, list[dict[str, Any]]]:
    """The visits that this person may see: out now, planned, to be written down by them, and the latest that are over."""
    rows = Visit.objects.all().visible_to(user, LOG_CONTACT).select_related("goes", "watcher", "student")
    unwritten = to_write_down(rows).filter(on_it(user))
    over = rows.exclude(state__in=(VisitState.PLANNED, VisitState.OUT)).exclude(pk__in=unwritten.values("pk"))
    found = {
        "out": list(rows.filter(state=VisitState.OUT).order_by("back_by", "pk")),
        "planned": list(rows.filter(state=VisitState.PLANNED)),
        "unwritten": list(unwritten),
        "over": list(over.order_by("-planned_for", "-pk")[:EARLIER]),
    }
    named = names_seen(user, [visit for part in found.values() for visit in part])
    return {
        key: [{"visit": visit, "student": named.get(visit.student_id, "")} for visit in part]
        for key, part in found.items()
    }


def on_it(user: Any) -> Q:
    """The visits on which somebody goes, or comes along."""
    return Q(goes=user) | Q(pk__in=Visit.companions.through.objects.filter(user_id=user.pk).values("visit_id"))


def to_write_down(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those that are over and not in the contact log yet."""
    return visits.filter(state__in=VISITS_TO_LOG, log_entry=None, checked_in_at__isnull=False)


def names_seen(user: Any, visits: list[Visit]) -> dict[int, str]:
    """The names of those students whom this person reaches; whoever was only told of a visit is not told whose home it is."""
    ids = {visit.student_id for visit in visits}
    rows = Student.objects.filter(pk__in=ids).filter(pk__in=reached(user, VIEW))
    return {student.pk: student.full_name for student in rows} if ids else {}


def open_visits_of(student: Student) -> list[Visit]:
    """A student's visits that are planned or going on."""
    return list(Visit.objects.watched().filter(student=student).select_related("goes"))
