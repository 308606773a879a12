"""What can stand in the way of a register, each with a sentence for whoever is in front of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

DAY_OVER = "The day of this register is over; the attendance officer can change it."


class RegisterProblem(Exception):
    """Something stands in the way; nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NoRegister(RegisterProblem):
    """There is no session or lesson then: the site is closed, or the group does not meet."""


class NotAllowed(RegisterProblem):
    """This person may not do this here."""


class TakenElsewhere(RegisterProblem):
    """The site's registers are taken in its MIS and come in by import only."""


class TakenHere(RegisterProblem):
    """The site takes its registers here, so no marks come in from elsewhere."""


class NotYet(RegisterProblem):
    """The day has not come."""


class ReasonNeeded(RegisterProblem):
    """Marks would change that stood when the register closed, or be taken away; say why."""

    def __init__(self, student_ids: Sequence[int]) -> None:
        super().__init__("Say why these marks change. The first mark, the reason and your name are kept.")
        self.student_ids = tuple(student_ids)


class BlanksLeft(RegisterProblem):
    """Some students would be saved without a mark for the first time, and nobody has said that this is meant."""

    def __init__(self, student_ids: Sequence[int]) -> None:
        who = "1 student is" if len(student_ids) == 1 else f"{len(student_ids)} students are"
        super().__init__(f"Nothing is saved yet: {who} not marked.")
        self.student_ids = tuple(student_ids)


class BadMarks(RegisterProblem):
    """Some marks can't stand, each with its sentence by student; none was saved."""

    def __init__(self, problems: Mapping[int | str, str]) -> None:
        super().__init__("Nothing was saved: some marks can't stand where they are.")
        self.problems = dict(problems)


@dataclass(frozen=True)
class Clash:
    """One student marked differently by somebody else since the page was opened."""

    student_id: int
    code: str
    minutes_late: int | None
    note: str
    version: int
    marked_by: str
    marked_at: datetime


class ChangedMeanwhile(RegisterProblem):
    """A colleague entered other marks for the same students since the page was opened. Nothing was saved; both are shown."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        who = "1 student" if len(clashes) == 1 else f"{len(clashes)} students"
        super().__init__(
            f"A colleague marked {who} differently while you were editing. Nothing of yours is saved yet. Check each and save again."
        )
        self.clashes = tuple(clashes)


class CannotPlan(RegisterProblem):
    """An absence can't be planned so: faults by field, and sentences by student. Nothing was saved."""

    def __init__(self, faults: Mapping[str, str], students: Mapping[int, str]) -> None:
        super().__init__("Nothing is planned yet: it can't be so for everybody.")
        self.faults, self.students = dict(faults), dict(students)


class AlreadyWithdrawn(RegisterProblem):
    """Somebody else withdrew or changed the plan meanwhile."""


class CodeInUse(RegisterProblem):
    """A code can't be so: another has the symbol then, or marks carry it."""
