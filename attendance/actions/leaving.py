"""What becomes of planned absence when students leave the roll, and whether they were ever marked in."""

from datetime import date
from typing import Any

from attendance.actions.writing import lock, write
from attendance.choices import ATTENDED
from attendance.models import LessonMark, PlannedAbsence, SessionMark
from attendance.queries.absence.plan_marks import Key, marks_of
from attendance.queries.registers.positions import Row
from caseload.registries.leaving import DAY, Follower, Gone
from core import clock
from core.actors import SystemActor
from core.jobs import after_commit

NO_LONGER_HERE = "No longer on roll"


def follow_leavers(by: Any, gone: Gone) -> int:
    """End what was planned for students who have gone: plans for later are withdrawn, those under way end on the last day.

    The marks to come that they wrote are taken away. Gives how many plans changed. Alerts about the students end too.
    """
    standing = PlannedAbsence.objects.select_for_update().filter(
        student__in=gone.student_ids, ends_on__gte=gone.from_day, withdrawn_at=None
    )
    plans = list(standing.order_by("pk"))
    _take_marks_away(by, [plan.pk for plan in plans], gone.from_day)
    for plan in plans:
        if plan.starts_on < gone.from_day:
            plan.ends_on = gone.from_day - DAY
        else:
            plan.withdrawn_by = None if isinstance(by, SystemActor) else by
            plan.withdrawn_at, plan.withdrawn_reason = clock.now(), NO_LONGER_HERE
    PlannedAbsence.objects.bulk_update(plans, ["ends_on", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    after_commit("attendance.raise_alerts")
    return len(plans)


def _take_marks_away(by: Any, plans: list[int], from_day: date) -> None:
    for series, keys in marks_of(plans).items():
        later = sorted(key for key in keys if key[1] >= from_day)
        if later:
            locked = lock(series, later)
            own: set[Key] = marks_of(plans)[series]  # once nobody else can write them
            write(locked, [Row(*key, None) for key in later if key in own], by, NO_LONGER_HERE)


def last_seen(student_id: int, since: date) -> date | None:
    """The last day since then on which a register says that the student came."""
    days = [
        model.objects.filter(student=student_id, date__gte=since, code__stat_class__in=ATTENDED)
        .order_by("-date")
        .values_list("date", flat=True)
        .first()
        for model in (SessionMark, LessonMark)
    ]
    return max((day for day in days if day), default=None)


FOLLOWER = Follower("planned absences", follow_leavers, last_seen)
