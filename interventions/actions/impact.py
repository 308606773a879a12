"""What interventions changed: who chose the students says why; it is worked out when asked for, and every night where something changed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import record
from core import clock, naming
from core.jobs import WorkState, after_commit
from interventions.choices_programmes import (
    CHOICE_EXPLAINED,
    CHOICE_TAKEN_BACK,
    IMPACT,
    IMPACT_ASKED,
    IMPACT_WEEKS,
    LATELY,
    HiddenReason,
    ImpactScope,
)
from interventions.impact import METHOD
from interventions.impact_runs import impact_of, print_of
from interventions.models import (
    ActionPlan,
    BankItem,
    ChoiceExplained,
    ChoiceTakenBack,
    ImpactRun,
    Intervention,
    InterventionType,
    Programme,
)
from interventions.queries.explained import OF, by_answer, explained, latest_results
from interventions.queries.impact_figures import Figures, Part, read_figures

if TYPE_CHECKING:
    from datetime import date, datetime

WORK = "interventions.work_out_impact"
SCOPES = {
    "intervention": ImpactScope.INTERVENTION, "type": ImpactScope.TYPE, "bank_item": ImpactScope.TEMPLATE,
    "programme": ImpactScope.PROGRAMME,
}  # fmt: skip
KEPT = timedelta(days=90)  # what was worked out by itself and has a later result is kept so long


@transaction.atomic
def explain_choice(
    by: User, reason: str, *, intervention: Intervention | None = None, item: BankItem | None = None
) -> ChoiceExplained:
    """Say whether there was a reason for choosing the students that their figures don't hold. Earlier answers stay on record.

    Raises PermissionDenied when this person may not see the impact, and NotTheChooser when they did not choose the students of
    an intervention and say that there was no such reason. A yes may come from anybody who knows of one; with a no they take
    their own back.
    """
    _allowed(by, intervention=intervention)
    if intervention is not None and reason == HiddenReason.NONE:
        choosers = [intervention.led_by, intervention.made_by]
        if by not in choosers and not all(one.has_left for one in choosers):
            return _own_taken_back(by, intervention, choosers)
    row = ChoiceExplained.objects.create(
        intervention=intervention, bank_item=item, reason=HiddenReason(reason), said_by=by
    )
    record.record(by, CHOICE_EXPLAINED, "choice_explained", row.pk, details={"reason": reason})
    return row


def _own_taken_back(by: User, intervention: Intervention, choosers: Sequence[User]) -> ChoiceExplained:
    """What a no means from somebody who did not choose the students: their own yes counts no more."""
    own = ChoiceExplained.objects.filter(intervention=intervention, said_by=by).exclude(reason=HiddenReason.NONE)
    taken_back = _take_back(by, own, "no longer says so")
    if not taken_back:
        raise NotTheChooser(choosers)
    return taken_back[-1].answer


def _take_back(by: User, answers: QuerySet[ChoiceExplained], because: str) -> list[ChoiceTakenBack]:
    """Let these answers count no more, as far as they did until now. Of two people at once the second finds it done."""
    locked = list(answers.select_for_update().order_by("pk"))
    done = set(ChoiceTakenBack.objects.filter(answer__in=locked).values_list("answer", flat=True))
    rows = [ChoiceTakenBack(answer=one, because=because, taken_back_by=by) for one in locked if one.pk not in done]
    ChoiceTakenBack.objects.bulk_create(rows)
    if rows:
        record.record(by, CHOICE_TAKEN_BACK, "choice_explained", rows[-1].answer_id, details={"because": because})
    return rows


class NotTheChooser(Exception):
    """Nobody says for those who chose the students that figures were all they went by."""

    def __init__(self, choosers: Sequence[User]) -> None:
        names = " or ".join(dict.fromkeys(one.formal_name for one in choosers if not one.has_left))
        super().__init__(
            f"Only {names} can answer no, because they chose the students. If you know of such a reason, say yes."
        )


class NotTakenBack(Exception):
    """The answer stays: who gave it is still here, or it is taken back already. The words say which."""


@transaction.atomic
def take_back_answer(by: User, answer: ChoiceExplained, because: str) -> ChoiceTakenBack:
    """Take back what somebody who has left answered about why students were chosen; all their answers about it count no more.

    For those who see what all interventions changed and reach this one. Raises NotTakenBack while its giver is here.
    """
    _allowed(by, intervention=answer.intervention)
    if not by.has_perm(IMPACT):
        raise PermissionDenied
    if not answer.said_by.has_left:
        raise NotTakenBack(f"{answer.said_by.formal_name} is still here and can change this answer.")
    same = ChoiceExplained.objects.filter(
        intervention=answer.intervention, bank_item=answer.bank_item, said_by=answer.said_by
    )
    rows = _take_back(by, same, because)
    if not rows:
        raise NotTakenBack("This answer is taken back already.")
    return rows[-1]


def _allowed(by: User, *, intervention: Intervention | None = None, programme: Programme | None = None) -> None:
    if intervention is not None:
        allowed = Intervention.objects.all().visible_to(by, IMPACT).filter(pk=intervention.pk).exists()
    elif programme is not None:
        allowed = Programme.objects.all().visible_to(by, IMPACT).filter(pk=programme.pk).exists()
    else:
        allowed = by.has_perm(IMPACT)
    if not allowed:
        raise PermissionDenied


@transaction.atomic
def ask_for_impact(
    by: User,
    *,
    intervention: Intervention | None = None,
    kind: InterventionType | None = None,
    item: BankItem | None = None,
    programme: Programme | None = None,
) -> ImpactRun:
    """Ask for the impact of an intervention, a kind, a programme, or the plans made from a model plan. Asked twice at once it runs once.

    Raises PermissionDenied when this person may not see it.
    """
    _allowed(by, intervention=intervention, programme=programme)
    of = {"intervention": intervention, "type": kind, "bank_item": item, "programme": programme}
    same = ImpactRun.objects.filter(**of)
    waiting = same.filter(state__in=(WorkState.WAITING, WorkState.RUNNING)).first()
    if waiting is not None:
        return waiting
    run = ImpactRun.objects.create(
        scope=SCOPES[next(name for name, one in of.items() if one is not None)], **of, weeks=IMPACT_WEEKS,
        method_version=METHOD, asked_by=by,
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
        figures, moment = read_figures(clock.today()), clock.now()
        result = _result(figures, _thing(figures, run), moment)
    run.heartbeat()
    with naming.named(run.asked_by_id, purpose=WORK):
        run.finish(result=result, snapshot_at=moment, method_version=METHOD)


@dataclass(frozen=True)
class _Thing:
    """Something whose impact is worked out: its parts, and how many interventions of it are compared, waiting and left out."""

    parts: list[Part]
    counted: dict[str, Any]


def _thing(figures: Figures, run: ImpactRun) -> _Thing:
    if run.bank_item_id is not None:
        return _Thing([one for one in figures.parts if one.type == -run.bank_item_id], {})
    if run.intervention_id is not None:
        return _of_interventions(figures, [run.intervention_id])
    rows = Intervention.objects.filter(programme=run.programme_id) if run.programme_id else None
    rows = Intervention.objects.filter(type=run.type_id) if rows is None else rows
    return _together(figures, list(rows.values_list("pk", flat=True)), explained())


def _of_interventions(figures: Figures, ids: Collection[int]) -> _Thing:
    return _Thing([one for one in figures.parts if one.intervention in set(ids)], {})


def _together(figures: Figures, ids: Collection[int], said: dict[int, str]) -> _Thing:
    """Of a kind or programme: those of which somebody said that there was no reason beyond the figures."""
    answers = by_answer(ids, said)
    compared = sorted(answers.no)
    counted = {"compared": compared, "waiting": len(answers.waiting), "hidden": len(answers.yes)}
    return _Thing(_of_interventions(figures, compared).parts, counted)


def _result(figures: Figures, thing: _Thing, moment: "datetime", print_: str = "") -> dict[str, Any]:
    result = impact_of(figures, thing.parts, snapshot=moment)
    return result | thing.counted | {"print": print_ or print_of(figures, thing.parts)}


def work_out_all(today: "date | None" = None) -> int:
    """Work out every intervention that goes on or ended lately, every kind, programme and model plan that was used, from
    one reading, where what it comes from has changed since the last result. Gives how many were."""
    moment, day = clock.now(), today or clock.today()
    figures = read_figures(day)
    before = latest_results()
    made = 0
    for of, thing in _everything(figures, day):
        print_ = print_of(figures, thing.parts)
        held = before.get(next(iter(of.items())), {})
        if held.get("print") == print_ and all(held.get(name) == value for name, value in thing.counted.items()):
            continue
        _done(of, moment, _result(figures, thing, moment, print_)).save(force_insert=True)
        made += 1
    _forget(moment)
    return made


def _everything(figures: Figures, day: "date") -> Iterator[tuple[dict[str, int], _Thing]]:
    rows = list(Intervention.objects.order_by("pk"))
    said = explained()
    for row in rows:
        if row.ended_on is None or row.ended_on >= day - LATELY:
            yield {"intervention_id": row.pk}, _of_interventions(figures, [row.pk])
    for name in ("type_id", "programme_id"):
        of: dict[int, list[int]] = {}
        for row in rows:
            if getattr(row, name) is not None:
                of.setdefault(getattr(row, name), []).append(row.pk)
        for number, ids in sorted(of.items()):
            yield {name: number}, _together(figures, ids, said)
    used = ActionPlan.objects.exclude(bank_item=None).order_by().values_list("bank_item_id", flat=True).distinct()
    for item in sorted(used):
        yield {"bank_item_id": item}, _Thing([one for one in figures.parts if one.type == -item], {})


def _done(of: dict[str, int], moment: "datetime", result: dict[str, Any]) -> ImpactRun:
    scope = SCOPES[next(iter(of)).removesuffix("_id")]
    return ImpactRun(
        scope=scope, weeks=IMPACT_WEEKS, method_version=METHOD, snapshot_at=moment, asked_at=moment, result=result,
        state=WorkState.DONE, finished_at=moment, **of,
    )  # fmt: skip


def _forget(moment: "datetime") -> None:
    """Erase what was worked out by itself long ago, but never the latest result of anything."""
    latest = ImpactRun.objects.filter(state=WorkState.DONE).order_by(*OF, "-snapshot_at", "-pk").distinct(*OF)
    old = ImpactRun.objects.filter(asked_by=None, asked_at__lt=moment - KEPT)
    old.exclude(pk__in=list(latest.values_list("pk", flat=True))).delete()
