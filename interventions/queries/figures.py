"""How far a target has got by the figure that it is measured with, where Waymark has that figure."""

from typing import Any

from attendance.queries.totals import headline
from caseload.models import Student
from core import clock, wording
from interventions.choices import Figure
from interventions.models import Target
from progress.queries import latest_by_subject


def figure_now(user: Any, target: Target) -> str:
    """Where the figure stands, in words, for somebody who may see it; empty when there is none."""
    if target.figure == Figure.ATTENDANCE and _reaches(user, target.student, "attendance.view_attendance"):
        return _attendance(target)
    if target.figure == Figure.GRADE and _reaches(user, target.student, "progress.view_grades"):
        return _grade(target)
    return ""


def goal_of(target: Target) -> str:
    """What is to be reached, in words."""
    if target.figure == Figure.GRADE:
        return f"grade {target.figure_grade.label}" if target.figure_grade else ""
    if target.figure_goal is None:
        return ""
    number = f"{target.figure_goal.normalize():f}"
    return f"attendance of {number}\u202f%" if target.figure == Figure.ATTENDANCE else f"{number} times"


def _reaches(user: Any, student: Student, permission: str) -> bool:
    return Student.objects.visible_to(user, permission).filter(pk=student.pk).exists()


def _attendance(target: Target) -> str:
    end = min(target.closed_on or clock.today(), clock.today())
    totals = headline([target.student_id], {"since": (target.set_on, end)}).get(target.student_id, {}).get("since")
    if totals is None or not totals.possible:
        return f"No marks since it was set on {wording.day(target.set_on)}"
    return f"{totals.percent} since it was set, {totals.attended} of {totals.possible} {totals.unit}"


def _grade(target: Target) -> str:
    subjects = latest_by_subject([target.student_id]).get(target.student_id, [])
    found = next((subject for subject in subjects if subject.course_id == target.course_id), None)
    if found is None or not found.current:
        return "No current grade yet"
    return f"Current grade {found.current}, of {wording.day(found.dates['current'])}"
