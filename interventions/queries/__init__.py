"""What pages, other apps and reports read about one-to-ones and targets."""

from interventions.queries.coverage import coverage_by_tutor
from interventions.queries.due import due_lists, my_students
from interventions.queries.preparation import Preparation, prepare
from interventions.queries.readers import People, people_around
from interventions.queries.students import (
    Targets,
    caseload_of,
    last_seen,
    next_due,
    next_student,
    open_targets_of,
    reasons,
    targets_open_overdue,
)

__all__ = [
    "People",
    "Preparation",
    "Targets",
    "caseload_of",
    "coverage_by_tutor",
    "due_lists",
    "last_seen",
    "my_students",
    "next_due",
    "next_student",
    "open_targets_of",
    "people_around",
    "prepare",
    "reasons",
    "targets_open_overdue",
]
