"""Working out what interventions changed: asked for on a page, or for everything once a week; always in the background."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from audit import record
from core import clock, naming
from core.jobs import WorkState, after_commit
from interventions.choices_programmes import IMPACT, IMPACT_ASKED, IMPACT_WEEKS, ImpactScope
from interventions.impact import METHOD
from interventions.impact_runs import impact_of
from interventions.models import ActionPlan, BankItem, ImpactRun, Intervention, InterventionType, Programme
from interventions.queries.impact_figures import Figures, Part, read_figures
from interventions.queries.programmes import Effort, efforts_of

if TYPE_CHECKING:
    from datetime import date, datetime

WORK = "interventions.work_out_impact"
SCOPES = {
    "intervention": ImpactScope.INTERVENTION, "type": ImpactScope.TYPE, "bank_item": ImpactScope.TEMPLATE,
    "programme": ImpactScope.PROGRAMME,
}  # fmt: skip
LATELY = timedelta(weeks=60)  # interventions that ended longer ago are not worked out every week
KEPT = timedelta(days=90)  # what was worked out by itself is kept so long


@transaction.atomic
def ask_for_impact(
    by: User,
    *,
    weeks: int,
    intervention: Intervention | None = None,
    kind: InterventionType | None = None,
    item: BankItem | None = None,
    programme: Programme | None = None,
) -> ImpactRun:
    """Ask for the impact of an intervention, a kind, a programme, or the plans made from a model plan, over so many weeks before and after. Asked twice at once it runs once.

    Raises PermissionDenied when this person may not see it.
    """
    if intervention is not None:
        allowed = Intervention.objects.all().visible_to(by, IMPACT).filter(pk=intervention.pk).exists()
    elif programme is not None:
        allowed = Programme.objects.all().visible_to(by, IMPACT).filter(pk=programme.pk).exists()
    else:
        allowed = by.has_perm(IMPACT)
    if not allowed:
        raise PermissionDenied
    of = {"intervention": intervention, "type": kind, "bank_item": item, "programme": programme}
    same = ImpactRun.objects.filter(**of, weeks=weeks)
    waiting = same.filter(state__in=(WorkState.WAITING, WorkState.RUNNING)).first()
    if waiting is not None:
        return waiting
    run = ImpactRun.objects.create(
        scope=SCOPES[next(name for name, one in of.items() if one is not None)], **of, weeks=weeks, method_version=METHOD,
        asked_by=by,
    )  # fmt: skip
    record.record(by, IMPACT_ASKED, "impact_run", run.pk)
    after_commit(WORK, run_id=run.pk)
    return run


def work_out_impact(run_id: int) -> None:
    """Work out one comparison that somebody asked for, and keep the result with the moment of its data."""
    run = ImpactRun.objects.select_related("asked_by").claim(run_id)
    if run is None:
        return
    with naming.named(run.asked_by_id, purpose=WORK):
        result, moment = _worked_out(run), clock.now()
    run.heartbeat()
    with naming.named(run.asked_by_id, purpose=WORK):
        run.finish(result=result, snapshot_at=moment, method_version=METHOD)


def _worked_out(run: ImpactRun) -> dict[str, Any]:
    figures = read_figures(clock.today())
    if run.bank_item_id is not None:
        return _plan_result(figures, run.bank_item_id, run.weeks, clock.now())
    if run.intervention_id is not None:
        wanted = list(Intervention.objects.filter(pk=run.intervention_id))
    elif run.programme_id is not None:
        wanted = list(Intervention.objects.filter(programme=run.programme_id))
    else:
        wanted = list(Intervention.objects.filter(type=run.type_id))
    return _result(figures, wanted, run.weeks, clock.now(), efforts_of(wanted))


def work_out_all(today: "date | None" = None) -> int:
    """Work out every intervention that goes on or ended lately, every kind, programme and model plan that was used, from
    one reading. Gives how many were."""
    moment, day = clock.now(), today or clock.today()
    figures = read_figures(day)
    recent = Intervention.objects.filter(ended_on=None) | Intervention.objects.filter(ended_on__gte=day - LATELY)
    every = list(recent.order_by("pk"))
    of_kind: dict[int, list[Intervention]] = {}
    rows = list(Intervention.objects.order_by("pk"))
    efforts = efforts_of(rows)
    for row in rows:
        of_kind.setdefault(row.type_id, []).append(row)
    made = [
        _done(
            ImpactScope.INTERVENTION, moment, _result(figures, [row], IMPACT_WEEKS, moment, efforts), intervention=row
        )
        for row in every
    ]
    made += [
        _done(ImpactScope.TYPE, moment, _result(figures, same, IMPACT_WEEKS, moment, efforts), type_id=kind)
        for kind, same in sorted(of_kind.items())
    ]
    of_programme: dict[int, list[Intervention]] = {}
    for row in rows:
        if row.programme_id is not None:
            of_programme.setdefault(row.programme_id, []).append(row)
    made += [
        _done(
            ImpactScope.PROGRAMME, moment, _result(figures, same, IMPACT_WEEKS, moment, efforts), programme_id=programme
        )
        for programme, same in sorted(of_programme.items())
    ]
    used = ActionPlan.objects.exclude(bank_item=None).order_by().values_list("bank_item_id", flat=True).distinct()
    made += [
        _done(ImpactScope.TEMPLATE, moment, _plan_result(figures, item, IMPACT_WEEKS, moment), bank_item_id=item)
        for item in sorted(used)
    ]
    with transaction.atomic():
        ImpactRun.objects.filter(asked_by=None, asked_at__lt=moment - KEPT).delete()
        ImpactRun.objects.bulk_create(made)
    return len(made)


def _done(scope: str, moment: "datetime", result: dict[str, Any], **of: Any) -> ImpactRun:
    return ImpactRun(
        scope=scope, weeks=IMPACT_WEEKS, method_version=METHOD, snapshot_at=moment, asked_at=moment, result=result,
        state=WorkState.DONE, finished_at=moment, **of,
    )  # fmt: skip


def _result(
    figures: Figures, rows: list[Intervention], weeks: int, moment: "datetime", known: dict[int, Effort]
) -> dict[str, Any]:
    ids = {row.pk for row in rows}
    parts: Iterable[Part] = [one for one in figures.parts if one.intervention in ids]
    efforts = {row.pk: known[row.pk] for row in rows}
    costs = [effort.cost for effort in efforts.values()]
    # Of a kind, a cost is known only when it is known of all.
    cost = sum((one for one in costs if one is not None), Decimal(0)) if costs and None not in costs else None
    result = impact_of(figures, list(parts), weeks, snapshot=moment, cost=cost)
    result["effort"] = {
        "interventions": len(rows),
        "sessions": sum(effort.sessions for effort in efforts.values()),
        "hours": round(sum(effort.hours for effort in efforts.values()), 1),
        "cost": None if cost is None else float(round(cost, 2)),
    }
    return result


def _plan_result(figures: Figures, item: int, weeks: int, moment: "datetime") -> dict[str, Any]:
    """Of the plans made from a model plan. What they took is not written down, so there is no cost of a point."""
    parts = [one for one in figures.parts if one.type == -item]
    result = impact_of(figures, parts, weeks, snapshot=moment, cost=None)
    return result | {"effort": {"plans": len(parts)}}
