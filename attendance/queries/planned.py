"""Who is planned away: for a register, for a list by day, for one student."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, Subquery

from attendance.choices import DayPart, PlannedKind, Series, SessionSlot
from attendance.models import PlannedAbsence
from attendance.sittings import Sitting
from caseload.models import Site
from core import clock


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned for one student at one sitting, with the code that fits its series."""

    public_id: UUID
    student_id: int
    kind: str
    code: str
    note: str

    @property
    def words(self) -> str:
        """“Medical or dental appointment (M)”."""
        return f"{PlannedKind(self.kind).label} ({self.code})"


def planned_for(sitting: Sitting, student_ids: Iterable[int]) -> dict[int, Planned]:
    """What is planned for each of these students at this sitting, by student id, in one query.

    For the register screen: who joined a group or got a lesson after the absence was planned has no mark yet and is found
    here. Nothing is found for a student whose plan has no code in the sitting's series. Withdrawn plans say nothing.
    """
    field = "session_code" if sitting.series == Series.SESSION else "lesson_code"
    rows = (
        PlannedAbsence.objects.filter(
            student_id__in=list(student_ids),
            withdrawn_at=None,
            starts_on__lte=sitting.date,
            ends_on__gte=sitting.date,
        )
        .filter(Q(weekdays=[]) | Q(weekdays__contains=[sitting.date.weekday()]))
        .exclude(**{field: ""})
        .annotate(noon=Subquery(Site.objects.filter(pk=sitting.site_id).values("pm_starts_at")[:1]))
        .order_by("-starts_on", "-pk")
        .values_list("public_id", "student_id", "kind", field, "note", "part", "noon")
    )
    starts = sitting.starts_at.astimezone(clock.LONDON).time()
    found = {}
    for *fields, part, noon in rows:
        half = _half(sitting) or (DayPart.PM if starts >= noon else DayPart.AM)
        if part in (DayPart.DAY, half):
            found[fields[1]] = Planned(*fields)
    return found


def _half(sitting: Sitting) -> str:
    """The half of the day of a session; a lesson's follows from its time."""
    if sitting.series != Series.SESSION:
        return ""
    return DayPart.AM if sitting.slot == SessionSlot.AM else DayPart.PM
