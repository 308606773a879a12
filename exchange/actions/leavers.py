"""What is decided about people whom their source no longer names: they have left, are still here, or never were."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from audit import record
from caseload.actions import leaving
from caseload.actions.leaving import RollProblem
from caseload.models import SiteMembership, Student
from core import clock
from core.jobs import after_commit
from exchange import choices, queries, rules
from exchange.choices import Kind
from exchange.models import SourceLink

if TYPE_CHECKING:
    from accounts.models import User


@dataclass
class Decided:
    """About whom it was decided, who was left out with the reason, and about how many somebody else decided first."""

    people: list[str] = field(default_factory=list)
    left_out: list[RollProblem] = field(default_factory=list)
    too_late: int = 0


@transaction.atomic
def end_leavers(by: "User", links: Iterable[SourceLink], last_day: date, reason: str) -> Decided:
    """These students have left: every place at the sites that no longer name them ends after this day, and later ones go.

    Nothing that happened is touched. Those whose roll can't end on that day are left out, and stay to be decided about.
    """
    rules.check_may_import(by)
    decided, taken = _take(links, Kind.STUDENT)
    rolls = queries.proposed_rolls(list(taken))
    together: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for pk in taken:
        together[tuple(roll.site_id for roll in rolls[pk])].append(pk)
    for sites, ids in sorted(together.items()):
        left = leaving.end_rolls(by, Student.objects.filter(pk__in=ids), last_day, reason, sites=sites)
        decided.left_out += left.left_out
        _settle([taken[student.pk] for student in left.ended])
        decided.people += [student.full_name for student in left.ended]
        for student in left.ended:
            details = {"student": student.pk, "last_day": str(last_day)}
            record.record(by, choices.LEAVER_ENDED, "student", student.pk, details=details)
    if decided.people:
        after_commit("attendance.raise_alerts")  # the alerts about them end
    return decided


@transaction.atomic
def never_here(by: "User", links: Iterable[SourceLink]) -> Decided:
    """These students never came: the rolls that no longer name them go, with every place. Whoever was seen is left out."""
    rules.check_may_import(by)
    decided, taken = _take(links, Kind.STUDENT)
    rolls = queries.proposed_rolls(list(taken))
    for student in Student.objects.filter(pk__in=taken).order_by("sort_key", "pk"):
        try:
            with transaction.atomic():
                leaving.never_here(by, student, sites=[roll.site_id for roll in rolls[student.pk]])
        except RollProblem as why:
            decided.left_out.append(why)
            continue
        _settle([taken[student.pk]])
        decided.people.append(student.full_name)
        record.record(by, choices.LEAVER_NEVER_HERE, "student", student.pk)
    return decided


@transaction.atomic
def keep_leavers(by: "User", links: Iterable[SourceLink]) -> Decided:
    """These people are still here, whatever the source says: they are proposed no longer."""
    rules.check_may_import(by)
    decided, students = _take(links, Kind.STUDENT)
    also, staff = _take(links, Kind.STAFF)
    decided.too_late += also.too_late
    _settle([*students.values(), *staff.values()])
    SiteMembership.objects.filter(student__in=students).update(leaver_proposed_at=None)
    decided.people = [link.source_id for link in (*students.values(), *staff.values())]
    for link in (*students.values(), *staff.values()):
        record.record(by, choices.LEAVER_KEPT, str(link.kind), link.object_id)
    return decided


def _take(links: Iterable[SourceLink], kind: str) -> tuple[Decided, dict[int, SourceLink]]:
    """Lock those of a kind that are still to be decided about, by whom they stand for; the others were decided before."""
    wanted = [link.pk for link in links if link.kind == kind]
    open_ones = SourceLink.objects.select_for_update().filter(
        pk__in=wanted, settled_at=None, missing_since__isnull=False
    )
    taken = {link.object_id: link for link in open_ones.order_by("pk")}
    return Decided(too_late=len(wanted) - len(taken)), taken


def _settle(links: Iterable[SourceLink]) -> None:
    SourceLink.objects.filter(pk__in=[link.pk for link in links]).update(settled_at=clock.now())
