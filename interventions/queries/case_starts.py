"""For whom of several students a stage process can start, and who is left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from caseload.models import Student
from caseload.queries.rolls import NOT_ON_ROLL, on_roll_today
from caseload.queries.students import student_rows
from caseload.rules.students import VIEW
from interventions.models import Case, StagedProcess

MANAGE = "interventions.manage_case"


@dataclass
class Starts:
    """Everybody who was ticked: those with whom it can start, and those left out, each with why."""

    ready: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[tuple[dict[str, Any], str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many were ticked."""
        return len(self.ready) + len(self.left_out)

    @property
    def names_left_out(self) -> str:
        """“Ada Ábel (has left)”, with commas between."""
        return ", ".join(f"{row['full_name']} ({why})" for row, why in self.left_out)


def who_could_start(user: Any, keys: Iterable[UUID | str], process: StagedProcess | None) -> Starts:
    """Tell apart the students with these public keys, as far as this person sees them. Four queries."""
    rows = student_rows(Student.objects.visible_to(user, VIEW).filter(public_id__in=list(keys)))
    ids = [row["id"] for row in rows]
    managed = Student.objects.visible_to(user, MANAGE).filter(pk__in=ids)
    reached = set(managed.values_list("pk", flat=True))
    here = on_roll_today(ids)
    running = Case.objects.open().filter(student__in=ids, process=process).select_related("stage")
    stage_of = {case.student_id: case.stage for case in running} if process else {}
    found = Starts()
    for row in rows:
        why = _why_not(row["id"], reached, here, stage_of)
        if why:
            found.left_out.append((row, why))
        else:
            found.ready.append(row)
    return found


def _why_not(student: int, reached: set[int], here: set[int], stage_of: dict[int, Any]) -> str:
    if student not in here:
        return NOT_ON_ROLL
    if student not in reached:
        return "not a student for whom you can start one"
    if stage := stage_of.get(student):
        return f"already in it, at stage {stage.number}"
    return ""
