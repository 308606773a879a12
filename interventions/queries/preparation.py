"""What to know before a one-to-one: attendance since last time, grades and effort, targets, contacts, notes, their words."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from attendance.queries.figures.totals import finished, totals_in_windows, weekly_series
from attendance.queries.figures.windows import of_student
from attendance.queries.students.patterns import student_pattern
from caseload.models import ContactLogEntry, Student
from caseload.queries.contacts import contacts_since
from caseload.rules.students import reaches
from core import clock
from core.pages import cards
from interventions.models import Booking, Note, StudentWords, Target
from interventions.queries import record
from interventions.queries.bookings import next_booking, words_for
from interventions.queries.students import open_targets_of
from progress.queries import Below, Moved, below_target_counts, grades_moved_since

FIRST_TIME_WEEKS = 6
CHANGES_SHOWN = 6
ROWS = 8
# Shown in panels of their own beside the form, or of no use there.
OWN_KINDS = ("meetings", "targets", "attendance", "grades", "place", "contact", "notes")


@dataclass(frozen=True)
class EffortNow:
    """The latest effort in one subject on one axis, given since last time, and what it was before."""

    title: str
    axis: str
    now: str
    before: str

    @property
    def in_words(self) -> str:
        """“Biology, homework: Good, was Excellent”."""
        change = f", was {self.before}" if self.before and self.before != self.now else ""
        return f"{self.title}, {self.axis.lower()}: {self.now}{change}"


@dataclass
class Preparation:
    """Everything beside the form of a one-to-one, as this person may see it."""

    last: record.Talk | None
    since: date
    targets: list[Target]
    attendance: dict[str, Any] | None = None
    moved: list[Moved] = field(default_factory=list)
    below: Below | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    sees_grades: bool = False
    effort: list[EffortNow] = field(default_factory=list)
    pattern: str = ""
    contacts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[record.Remark] = field(default_factory=list)
    words: StudentWords | None = None
    booking: Booking | None = None


def prepare(user: Any, student: Student) -> Preparation:
    """Gather it. Each part only when this person reaches the student in a role that carries it."""
    last = next(iter(record.meetings_of(user, student)), None)
    today = clock.today()
    since = clock.local(last.held_at).date() if last else today - timedelta(weeks=FIRST_TIME_WEEKS)
    found = Preparation(last, since, open_targets_of(user, student))
    if reaches(user, "attendance.view_attendance", student):
        found.attendance = _attendance(student, since if last else None, today)
        strongest = student_pattern(student.pk).strongest
        found.pattern = strongest.sentence if strongest else ""
    if reaches(user, "progress.view_grades", student):
        found.sees_grades = True
        found.moved = grades_moved_since([student.pk], since).get(student.pk, [])
        found.below = below_target_counts([student.pk]).get(student.pk)
        found.effort = effort_since(student, since)
    if cards.any_about(student, ContactLogEntry) and reaches(user, "caseload.view_contacts", student):
        found.contacts = contacts_since(student, clock.at(since, 0), ROWS)
    if cards.any_about(student, Note):
        found.notes = record.unsealed_notes_of(user, student, clock.at(since, 0), ROWS)
    if cards.any_about(student, StudentWords):
        found.words = words_for(user, student)
    if cards.any_about(student, Booking):
        found.booking = next_booking(user, student)
    found.changes = _changes(user, student, since)
    return found


def _attendance(student: Student, since: date | None, today: date) -> dict[str, Any]:
    """Since last time, or at the first in the six weeks, beside the year to date; and week by week."""
    own = of_student(student.pk, today)
    start = own.windows.year[0]
    spans = {"since": (since, today) if since else own.windows.six_weeks, "year": own.windows.year}
    totals = totals_in_windows([student.pk], spans, own.series).get(student.pk, {})
    weeks = weekly_series([student.pk], max(start, today - timedelta(weeks=11)), today, own.series)
    return {
        "label": "Since last time" if since else own.windows.label,
        "since": totals.get("since"),
        "year": totals.get("year"),
        "weeks": [float(week.attendance) if week.attendance is not None else None for _, week in finished(weeks)],
    }


def _changes(user: Any, student: Student, since: date) -> list[dict[str, Any]]:
    """What else has happened since last time, newest first: contacts, notes and whatever else apps offer."""
    kinds = [source.kind for source in cards.timeline_kinds(user, student) if source.kind not in OWN_KINDS]
    entries = cards.timeline(user, student, kinds, limit=CHANGES_SHOWN + 1)
    return [entry for entry in entries if clock.local(entry["when"]).date() >= since][:CHANGES_SHOWN]


_EFFORT = """
    SELECT e.course_id, e.axis_id, c.title, a.name, v.label, v.meaning, p.on_date FROM progress_effort AS e
    JOIN progress_assessmentpoint AS p ON p.id = e.point_id JOIN caseload_course AS c ON c.id = e.course_id
    JOIN progress_effortaxis AS a ON a.id = e.axis_id JOIN progress_scalegrade AS v ON v.id = e.value_id
    WHERE e.student_id = %s AND p.on_date <= %s ORDER BY p.on_date, e.id"""


def effort_since(student: Student, since: date) -> list[EffortNow]:
    """The effort given since a day, in each subject and on each axis, beside what it was before. One query."""
    before: dict[tuple[int, int], str] = {}
    found: dict[tuple[int, int], EffortNow] = {}
    with connection.cursor() as cursor:
        cursor.execute(_EFFORT, [student.pk, clock.today()])
        rows = cursor.fetchall()
    for course, axis, title, name, label, meaning, day in rows:
        words = meaning or label
        if day > since:
            found[course, axis] = EffortNow(title, name, words, before.get((course, axis), ""))
        before[course, axis] = words
    return sorted(found.values(), key=lambda one: (one.title, one.axis))
