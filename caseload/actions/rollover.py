"""Prepare a rollover, carry it out in the background, undo it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from audit import record
from caseload import verbs
from caseload.actions.grants import AlreadyHeld, Reaching, end_reach, give_reach
from caseload.models import (
    AcademicYear,
    Caseload,
    CaseloadGrant,
    CaseloadMembership,
    Rollover,
    Site,
    SiteMembership,
    Student,
    YearGroupMembership,
)
from caseload.queries.rollover import FINISHES, STAYS, UP, Plan, plan_of
from caseload.rules.structure import manages_site
from caseload.rules.students import require
from core import clock, naming
from core.jobs import WorkState, after_commit

Stage = Rollover.Stage
UNDO_UNTIL = timedelta(days=28)  # after the new year began; later there is too much that stands on it
LEFT_BECAUSE = "Finished"


class NotPossible(Exception):
    """It can't be done now; the words say why and what to do."""


@transaction.atomic
def prepare_rollover(by: User, site: Site, from_year: AcademicYear, to_year: AcademicYear) -> Rollover:
    """Begin a rollover of a site. Nothing is changed by it. Gives the one in hand where there is one already."""
    require(manages_site(by, site.pk))
    if to_year.start_year != from_year.start_year + 1:
        raise NotPossible("A rollover goes into the year after. Add that year in the calendar first.")
    begun = Rollover.objects.select_for_update().filter(site=site, to_year=to_year)
    run = begun.filter(stage__in=[Stage.DRAFT, Stage.APPLY, Stage.APPLIED, Stage.UNDO]).first()
    return run or Rollover.objects.create(
        site=site, from_year=from_year, to_year=to_year, asked_by=by, state=WorkState.DONE
    )


def change_draft(by: User, rollover: Rollover, **values: Any) -> None:
    """Change what a rollover that is being prepared would do. Raises NotPossible once it was confirmed."""
    require(manages_site(by, rollover.site_id))
    if not Rollover.objects.filter(pk=rollover.pk, stage=Stage.DRAFT).update(**values):
        raise NotPossible("It was confirmed meanwhile; nothing was changed here.")


def name_groups(by: User, rollover: Rollover, names: Mapping[str, str]) -> None:
    """Say what the tutor groups are called next year; an empty name ends a group. Raises NotPossible for a name given twice."""
    given = [name for name in names.values() if name]
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise NotPossible(f"Two groups can't both become {twice[0]}.")
    change_draft(by, rollover, names=dict(names))


@transaction.atomic
def let_stay(by: User, rollover: Rollover, student: Student, stays: bool) -> None:
    """Say that a student stays in their year, or goes on after all."""
    locked = Rollover.objects.select_for_update().get(pk=rollover.pk)
    others = [pk for pk in locked.staying if pk != student.pk]
    change_draft(by, locked, staying=sorted([*others, student.pk]) if stays else others)


@transaction.atomic
def confirm_rollover(by: User, rollover: Rollover, digest: str) -> None:
    """Carry a rollover out, as it was seen: if the college has changed since the preview nothing happens. Raises NotPossible."""
    require(manages_site(by, rollover.site_id))
    if plan_of(rollover).digest != digest:
        raise NotPossible("Something changed since this page was drawn. Look at it again, then confirm.")
    changed = Rollover.objects.filter(pk=rollover.pk, stage=Stage.DRAFT).update(
        stage=Stage.APPLY, state=WorkState.WAITING, attempts=0, finished_at=None, confirmed=digest, asked_by=by
    )
    if not changed:
        raise NotPossible("It was confirmed already.")
    record.record(by, verbs.ROLLOVER_CONFIRMED, "rollover", rollover.pk)
    after_commit("caseload.work_on_rollover", rollover_id=rollover.pk)


@transaction.atomic
def undo_rollover(by: User, rollover: Rollover) -> None:
    """Put everything back that a rollover did, as far as nobody has changed it since. Raises NotPossible."""
    require(manages_site(by, rollover.site_id))
    if clock.today() > rollover.to_year.starts_on + UNDO_UNTIL:
        raise NotPossible("The new year is under way; correct single students instead.")
    changed = Rollover.objects.filter(pk=rollover.pk, stage=Stage.APPLIED).update(
        stage=Stage.UNDO, state=WorkState.WAITING, attempts=0, finished_at=None, asked_by=by
    )
    if not changed:
        raise NotPossible("It is not there to be undone any more.")
    after_commit("caseload.work_on_rollover", rollover_id=rollover.pk)


def drop_rollover(by: User, rollover: Rollover) -> None:
    """Throw away a rollover that is being prepared; nothing was changed by it."""
    change_draft(by, rollover, stage=Stage.DROPPED)


def work_on_rollover(rollover_id: int) -> None:
    """Carry out or undo a rollover. Killed in the middle it starts again, and nothing is half done."""
    run = Rollover.objects.select_related("asked_by", "site", "from_year", "to_year").claim(rollover_id)
    if run is None:
        return
    with naming.named(run.asked_by_id, purpose="caseload.work_on_rollover"):
        if run.stage == Stage.UNDO:
            run.finish(stage=Stage.UNDONE, result=run.result | {"undone": _undo(run)}, made={})
            record.record(run.asked_by, verbs.ROLLOVER_UNDONE, "rollover", run.pk)
            return
        plan = plan_of(run)
        if plan.digest != run.confirmed:
            run.finish(stage=Stage.DRAFT, result={"changed": True})
            return
        made = _carry_out(plan, run.asked_by)
        counts = {**plan.counts, **{kind: len(rows) for kind, rows in made.items()}}
        left_out = [[row.student_id, row.why] for row in plan.left_out]
        run.finish(stage=Stage.APPLIED, result=counts | {"left_out": left_out}, made=made)
        record.record(run.asked_by, verbs.ROLLOVER_APPLIED, "rollover", run.pk, details=counts)


def _carry_out(plan: Plan, by: User) -> dict[str, list[Any]]:
    """Everything in one transaction; gives the numbers of what was made, and the rolls as they were."""
    run = plan.rollover
    period = DateRange(run.to_year.starts_on, run.to_year.ends_on + timedelta(days=1))
    going = [move for move in plan.moves if move.outcome in (UP, STAYS)]
    years = YearGroupMembership.objects.bulk_create(
        YearGroupMembership(
            student_id=m.student_id, group_id=m.to_year_group_id or m.year_group_id, year=run.to_year, period=period
        )
        for m in going
    )
    groups, made = _next_groups(plan)
    members = CaseloadMembership.objects.bulk_create(
        CaseloadMembership(student_id=move.student_id, group=groups[move.caseload_id], period=period)
        for move in going
        if move.caseload_id in groups
    )
    return {
        "years": [row.pk for row in years],
        "members": [row.pk for row in members],
        "groups": made,
        "grants": _tutors_stay(plan, groups, by) if run.tutors_stay else [],
        "rolls": _end_rolls(plan) if run.end_rolls else [],
    }


def _next_groups(plan: Plan) -> tuple[dict[int | None, Caseload], list[int]]:
    """Next year's tutor group for each that goes on: the one of that name where there is one, or else a new one."""
    run = plan.rollover
    there = {row.name: row for row in Caseload.objects.filter(year=run.to_year, site=run.site)}
    wanted = [group for group in plan.groups if group.name]
    new = Caseload.objects.bulk_create(
        Caseload(
            year=run.to_year, site=run.site, name=group.name, kind=group.caseload.kind, room=group.caseload.room,
            team_id=group.caseload.team_id, house_id=group.caseload.house_id,
        )
        for group in wanted
        if group.name not in there
    )  # fmt: skip
    there |= {row.name: row for row in new}
    return {group.caseload.pk: there[group.name] for group in wanted}, [row.pk for row in new]


def _tutors_stay(plan: Plan, groups: Mapping[int | None, Caseload], by: User) -> list[int]:
    made = []
    for group in plan.groups:
        if group.caseload.pk not in groups:
            continue
        for grant in group.tutors:
            wanted = Reaching(
                user=grant.user,
                role=grant.role.name,
                kind="caseload",
                container=groups[group.caseload.pk],
                starts_on=plan.rollover.to_year.starts_on,
                last_day=plan.rollover.to_year.ends_on,
                reason=f"Goes on from {group.caseload.name} of {plan.rollover.from_year.name}",
                capacity=grant.capacity,
            )
            try:
                # A point to come back to: one tutor who holds it already must not undo all the others.
                with transaction.atomic():
                    made.append(give_reach(wanted, by).pk)
            except AlreadyHeld:
                continue
    return made


def _end_rolls(plan: Plan) -> list[list[Any]]:
    """End the roll of those who finish with the year; gives each as it was."""
    ended = []
    day_after = plan.rollover.from_year.ends_on + timedelta(days=1)
    for move in plan.moves:
        if move.outcome == FINISHES:
            ended.append([move.roll_id, move.roll_until.isoformat() if move.roll_until else None])
    rows = list(SiteMembership.objects.select_for_update().filter(pk__in=[pk for pk, _ in ended]).order_by("pk"))
    for row in rows:
        row.period = DateRange(row.period.lower, day_after)
        row.leaving_reason = row.leaving_reason or LEFT_BECAUSE
    SiteMembership.objects.bulk_update(rows, ["period", "leaving_reason"], batch_size=500)
    return ended


def _undo(run: Rollover) -> dict[str, int]:
    """Take back what stands as it was made; what somebody changed since is left and counted."""
    made = run.made
    period = DateRange(run.to_year.starts_on, run.to_year.ends_on + timedelta(days=1))
    years, _ = YearGroupMembership.objects.filter(pk__in=made["years"], period=period).delete()
    members, _ = CaseloadMembership.objects.filter(pk__in=made["members"], period=period).delete()
    for grant in CaseloadGrant.objects.filter(pk__in=made["grants"], ended_at=None):
        end_reach(grant, run.asked_by, reason="Rollover undone")
    rolls = _open_rolls(run)
    used = CaseloadGrant.objects.filter(content_object_id__in=made["groups"]).values("content_object_id")
    empty = Caseload.objects.filter(pk__in=made["groups"]).exclude(pk__in=used)
    empty.exclude(pk__in=CaseloadMembership.objects.values("group_id")).delete()
    left = len(made["years"]) - years + len(made["members"]) - members + len(made["rolls"]) - rolls
    return {"years": years, "members": members, "rolls": rolls, "left": left}


def _open_rolls(run: Rollover) -> int:
    day_after = run.from_year.ends_on + timedelta(days=1)
    before = dict(run.made["rolls"])
    rows = [
        row
        for row in SiteMembership.objects.select_for_update().filter(pk__in=list(before)).order_by("pk")
        if row.period.upper == day_after
    ]
    for row in rows:
        row.period = DateRange(row.period.lower, date.fromisoformat(before[row.pk]) if before[row.pk] else None)
        row.leaving_reason = "" if row.leaving_reason == LEFT_BECAUSE else row.leaving_reason
    SiteMembership.objects.bulk_update(rows, ["period", "leaving_reason"], batch_size=500)
    return len(rows)
