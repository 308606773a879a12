"""How far targets have got by the figures that they are measured with, where Waymark has these figures.

Everything is worked out for many targets at once, with a fixed number of queries for each kind of figure:

- attendance: from the day after the target was set, and the six weeks that the student's page showed on the day itself, in
  the series of the student's own site;
- grade: the working grade in the target's subject given since the target was set, and the one of that day;
- a number of times: how often it was ticked off.

A target that is closed is measured as of the day on which it was closed. Whether an attendance goal is reached is said from
20 possible sessions or lessons on, as everywhere; before that it is too early.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count

from attendance.arithmetic import ENOUGH, Totals
from attendance.queries.figures.totals import sites_by_student, totals_of_spans
from attendance.queries.figures.windows import windows_as_of
from caseload.models import Student
from core import clock, wording
from interventions.choices import Figure
from interventions.models import Target, TargetCount
from progress.queries.moments import GradeAt, current_grades_at

SEES = {Figure.ATTENDANCE: "attendance.view_attendance", Figure.GRADE: "progress.view_grades"}


@dataclass(frozen=True)
class Progress:
    """Where a target's figure stands: now, what is wanted, and what it was when the target was set, in words.

    `reached` says whether the goal is reached as of now, or nothing while that can't be told; `share` is how much of the
    way from then to the goal is done, 0 to 100, where that makes sense.
    """

    goal: str
    now: str = ""
    was: str = ""
    of: str = ""
    reached: bool | None = None
    share: int | None = None
    set_on: date | None = None
    is_early: bool = False  # there is a figure, but of too little to say whether the goal is reached

    @property
    def sentence(self) -> str:
        """For example “91.4 % now, 95 % wanted, was 88.2 % when set on 9 Nov”."""
        day = f" on {wording.day(self.set_on, weekday=False)}" if self.set_on else ""
        was = f"was {self.was} when set{day}" if self.was else ""
        parts = [self.now, f"{self.goal} wanted" if self.goal else "", was]
        return ", ".join(part for part in parts if part)

    @property
    def status(self) -> str:
        """The same in a word or two, beside a colour."""
        if self.reached is None:
            return "Too early to say" if self.is_early else ""
        return "Goal reached" if self.reached else "Not there yet"

    @property
    def tone(self) -> str:
        """The colour that goes with those words."""
        return "good" if self.reached else "plain"


def with_progress(user: Any, targets: Iterable[Target]) -> list[Target]:
    """The same targets, each with `progress`: how far it has got, or nothing where it has no figure or none may be seen."""
    rows = list(targets)
    found = progress_of(user, rows)
    for target in rows:
        target.progress = found.get(target.pk)  # type: ignore[attr-defined]  # read by templates
    return rows


def progress_of(user: Any, targets: Sequence[Target]) -> dict[int, Progress]:
    """How far each target has got, by its number. Without a figure, or where this person may not see it, it is left out."""
    by_kind = {kind: [target for target in targets if target.figure == kind] for kind in Figure}
    found: dict[int, Progress] = {}
    for kind, measure in ((Figure.ATTENDANCE, _attendance), (Figure.GRADE, _grades), (Figure.COUNT, _counts)):
        seen = _reached(user, by_kind[kind], SEES.get(kind, ""))
        found |= measure(seen) if seen else {}
    set_on = {target.pk: target.set_on for target in targets}
    return {pk: replace(progress, set_on=set_on[pk]) for pk, progress in found.items()}


def goal_of(target: Target) -> str:
    """What is to be reached, in words, whether or not the figure itself may be seen."""
    if target.figure == Figure.GRADE:
        return f"grade {target.figure_grade.label}" if target.figure_grade else ""
    if target.figure_goal is None:
        return ""
    number = f"{target.figure_goal.normalize():f}"
    return f"attendance of {number}\u202f%" if target.figure == Figure.ATTENDANCE else f"{number} times"


def _reached(user: Any, targets: list[Target], permission: str) -> list[Target]:
    """Those of students whom this person reaches in a role that carries the figure. A count belongs to the target itself."""
    if not targets or not permission:
        return targets
    students = Student.objects.visible_to(user, permission).filter(pk__in={target.student_id for target in targets})
    reached = set(students.values_list("pk", flat=True))
    return [target for target in targets if target.student_id in reached]


def _until(target: Target) -> date:
    return min(target.closed_on or clock.today(), clock.today())


def _attendance(targets: list[Target]) -> dict[int, Progress]:
    sites = sites_by_student({target.student_id for target in targets})
    site_of = {student: site for student, (site, _) in sites.items()}
    shown = windows_as_of((site_of.get(target.student_id), target.set_on) for target in targets)
    spans = []
    for target in targets:
        spans.append(((target.pk, "now"), target.student_id, target.set_on + timedelta(days=1), _until(target)))
        before = shown[site_of.get(target.student_id), target.set_on].six_weeks
        spans.append(((target.pk, "was"), target.student_id, *before))
    totals = totals_of_spans(spans)
    return {
        target.pk: _attended(target, totals.get((target.pk, "now")), totals.get((target.pk, "was")))
        for target in targets
    }


def _attended(target: Target, now: Totals | None, was: Totals | None) -> Progress:
    goal = f"{target.figure_goal.normalize():f}\u202f%" if target.figure_goal is not None else ""
    before = was.percent if was and was.possible else ""
    if now is None or now.attendance is None:
        return Progress(goal, f"No marks since it was set on {wording.day(target.set_on)}", before)
    start = was.attendance if was else None
    wanted = Fraction(target.figure_goal) if target.figure_goal is not None else None
    if not now.is_enough:
        of = f"{now.of} since then, said from {ENOUGH} on"
        return Progress(goal, f"{now.percent} so far", before, of, is_early=wanted is not None)
    reached = None if wanted is None else now.attendance >= wanted
    return Progress(goal, f"{now.percent} now", before, now.of, reached, _way(start, now.attendance, wanted))


def _way(start: Fraction | None, now: Fraction, wanted: Fraction | None) -> int | None:
    """How much of the way from where it was to the goal is done; nothing when it began at the goal or past it."""
    if start is None or wanted is None or start >= wanted:
        return None
    return int(max(Fraction(0), min(Fraction(1), (now - start) / (wanted - start))) * 100)


def _grades(targets: list[Target]) -> dict[int, Progress]:
    asked = []
    for target in targets:
        if target.course_id is not None:
            asked.append(((target.pk, "now"), target.student_id, target.course_id, _until(target)))
            asked.append(((target.pk, "was"), target.student_id, target.course_id, target.set_on))
    grades = current_grades_at(asked)
    return {
        target.pk: _graded(target, grades.get((target.pk, "now")), grades.get((target.pk, "was"))) for target in targets
    }


def _graded(target: Target, now: GradeAt | None, was: GradeAt | None) -> Progress:
    goal = target.figure_grade
    wanted, before = (goal.label if goal else ""), (was.label if was else "")
    if target.course_id is None:
        return Progress(wanted, "No subject chosen, so there is no grade to read")
    if now is None:
        return Progress(wanted, "No current grade yet", before)
    if now.on_date <= target.set_on:
        return Progress(wanted, f"No grade since it was set on {wording.day(target.set_on)}", before)
    reached = None
    if goal and goal.scale_id == now.scale_id and goal.position is not None and now.position is not None:
        reached = (now.position, now.sub_rank) <= (goal.position, goal.sub_rank)
    return Progress(wanted, f"{now.label} now", before, f"of {wording.day(now.on_date)}", reached)


def _counts(targets: list[Target]) -> dict[int, Progress]:
    rows = TargetCount.objects.filter(target__in=[target.pk for target in targets]).order_by()
    times = dict(rows.values_list("target_id").annotate(times=Count("pk")))
    return {target.pk: _counted(target, times.get(target.pk, 0)) for target in targets}


def _counted(target: Target, times: int) -> Progress:
    if not target.figure_goal:
        return Progress("", f"{times} so far")
    goal = f"{target.figure_goal.normalize():f}"
    share = int(min(Fraction(1), Fraction(times) / Fraction(target.figure_goal)) * 100)
    return Progress(goal, f"{times} so far", "", "", times >= target.figure_goal, share)
