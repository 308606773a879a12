"""What to know before a one-to-one: attendance since last time, grades moved, open targets, the last meeting, what changed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from attendance.queries.totals import headline, series_by_student, weekly_series
from caseload.models import Student
from caseload.queries.calendar import current_academic_year
from core import clock, panels
from interventions.models import Meeting, Target
from interventions.queries.students import open_targets_of
from progress.queries import Below, Moved, below_target_counts, grades_moved_since

FIRST_TIME_WEEKS = 6
CHANGES_SHOWN = 6
# Shown in panels of their own beside the form, or of no use there.
OWN_KINDS = ("meetings", "targets", "attendance", "grades", "place")


@dataclass
class Preparation:
    """Everything beside the form of a one-to-one, as this person may see it."""

    last: Meeting | None
    since: date
    targets: list[Target]
    attendance: dict[str, Any] | None = None
    moved: list[Moved] = field(default_factory=list)
    below: Below | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    sees_grades: bool = False


def prepare(user: Any, student: Student) -> Preparation:
    """Gather it. Each part only when this person reaches the student in a role that carries it."""
    last = (
        Meeting.objects.visible_to(user)
        .filter(student=student)
        .select_related("type", "led_by")
        .order_by("-held_at", "-pk")
        .first()
    )
    today = clock.today()
    since = clock.local(last.held_at).date() if last else today - timedelta(weeks=FIRST_TIME_WEEKS)
    found = Preparation(last, since, open_targets_of(user, student))
    if _reaches(user, student, "attendance.view_attendance"):
        found.attendance = _attendance(student, since, today)
    if _reaches(user, student, "progress.view_grades"):
        found.sees_grades = True
        found.moved = grades_moved_since([student.pk], since).get(student.pk, [])
        found.below = below_target_counts([student.pk]).get(student.pk)
    found.changes = _changes(user, student, since)
    return found


def _reaches(user: Any, student: Student, permission: str) -> bool:
    return Student.objects.visible_to(user, permission).filter(pk=student.pk).exists()


def _attendance(student: Student, since: date, today: date) -> dict[str, Any]:
    """Since last time beside the year to date, and week by week."""
    year = current_academic_year()
    start = year.starts_on if year else since
    spans = {"since": (since, today), "year": (start, today)}
    totals = headline([student.pk], spans).get(student.pk, {})
    series = series_by_student([student.pk]).get(student.pk)
    weeks = weekly_series([student.pk], max(start, today - timedelta(weeks=11)), today, series) if series else []
    return {
        "since": totals.get("since"),
        "year": totals.get("year"),
        "weeks": [float(week.attendance) if week.attendance is not None else None for _, week in weeks],
    }


def _changes(user: Any, student: Student, since: date) -> list[dict[str, Any]]:
    """What else has happened since last time, newest first: contacts, notes and whatever else apps offer."""
    kinds = [source.kind for source in panels.timeline_kinds(user, student) if source.kind not in OWN_KINDS]
    entries = panels.timeline(user, student, kinds, limit=CHANGES_SHOWN + 1)
    return [entry for entry in entries if clock.local(entry["when"]).date() >= since][:CHANGES_SHOWN]
