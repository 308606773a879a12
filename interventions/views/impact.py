"""What interventions changed: of one, of a kind, of all kinds side by side, and who got nothing though flagged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.gates import page
from caseload.registries import columns
from core.pages.http import wants_part
from interventions import impact_words as words
from interventions.actions import impact as actions
from interventions.choices_programmes import CHANGED, IMPACT, RUN, HiddenReason
from interventions.forms_programmes import ChosenForForm, TakeBackForm
from interventions.models import BankItem, ChoiceExplained, ImpactRun, Intervention, InterventionType, Programme
from interventions.queries import explained
from interventions.queries import impact as queries
from interventions.queries.explained import Answers
from interventions.queries.impact import Taken
from interventions.queries.programmes import Effort
from interventions.views import impact_figures as figures_on_page
from interventions.views.impact_figures import Drawn
from interventions.views.programmes import _trail

TEMPLATE = "interventions/impact.html"
PER_PAGE = 60


@page(RUN)
def intervention_impact(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """What one intervention changed, why its students were chosen, and asking for it again. Seen by leaders, and by whoever leads or made it."""
    rows = Intervention.objects.select_related("type", "led_by").all().visible_to(request.user, IMPACT)
    row = get_object_or_404(rows, public_id=intervention_id)
    here = reverse("interventions:intervention_impact", args=[row.public_id])
    context = {"title": f"Impact of {row.title}", "intervention": row, "trail": _trail(row, "Impact"), "here": here}
    return _impact(request, context, intervention=row)


@page(IMPACT)
def impact_kind(request: HttpRequest, kind_id: UUID) -> HttpResponse:
    """What every intervention of a kind changed, taken together."""
    kind = get_object_or_404(InterventionType, public_id=kind_id)
    here = reverse("interventions:impact_kind", args=[kind.public_id])
    trail = [("Impact", reverse("interventions:impact_list")), (kind.name, "")]
    return _impact(request, {"title": f"Impact of {kind.name}", "kind": kind, "trail": trail, "here": here}, kind=kind)


@page(IMPACT)
def impact_template(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What every plan made from a model plan of the bank changed, taken together."""
    item = get_object_or_404(BankItem.objects.plans(), public_id=item_id)
    here = reverse("interventions:impact_template", args=[item.public_id])
    trail = [("Impact", reverse("interventions:impact_list")), (item.title, "")]
    return _impact(
        request, {"title": f"Impact of “{item.title}”", "item": item, "trail": trail, "here": here}, item=item
    )


@page(RUN)
def impact_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """What every intervention of a programme changed, taken together. Seen by leaders, and by whoever named it."""
    programme = get_object_or_404(Programme.objects.all().visible_to(request.user, IMPACT), public_id=programme_id)
    here = reverse("interventions:impact_programme", args=[programme.public_id])
    leads = request.user.has_perm(IMPACT)
    first = ("Impact", "interventions:impact_list") if leads else ("Interventions", "interventions:intervention_list")
    context = {
        "title": f"Impact of {programme.name}", "programme": programme, "here": here,
        "trail": [(first[0], reverse(first[1])), (programme.name, "")],
    }  # fmt: skip
    return _impact(request, context, programme=programme)


def _impact(request: HttpRequest, context: dict[str, Any], **of: Any) -> HttpResponse:
    asked = {name: one for name, one in of.items() if name in ("intervention", "item")}
    form = ChosenForForm(request.POST) if "chosen_for" in request.POST else ChosenForForm()
    back = TakeBackForm(request.POST) if "taken_back" in request.POST else TakeBackForm()
    answers = explained.answers_of(**asked) if asked else []
    if request.method == "POST" and back.is_bound:
        if back.is_valid():
            return _taken_back(request, answers, back, context["here"])
    elif request.method == "POST":
        if form.is_valid() and asked:
            reason = form.cleaned_data["chosen_for"]
            try:
                kept = actions.explain_choice(request.user, reason, **asked)
            except actions.NotTheChooser as refused:
                form.add_error("chosen_for", str(refused))
            else:
                is_new = kept.reason == reason
                said = "Your answer is kept, with your name." if is_new else "Your yes no longer counts."
                messages.success(request, said)
                return redirect(context["here"])
        elif not form.is_bound:
            actions.ask_for_impact(request.user, **of)
            messages.success(request, "It is being worked out. This page follows it; you can leave it.")
            return redirect(context["here"])
    latest = queries.latest_of(**of)
    result = latest.done.result if latest.done else {}
    several = None if asked else _several(request.user, result, **of)
    hidden = several.hidden if several else explained.what_counts_of(answers)
    beside = figures_on_page.chances(_overview(queries.of_the_overview(), _answers()))
    (figures,) = figures_on_page.drawn(request.user, [(result, hidden)], beside, all_phases=True)
    every = several.every if several else _taken(**asked)
    compared = several.compared if several else every
    known = queries.names_of(request.user, [pk for one in figures for row in one.rows for pk in row.found["out"]], **of)
    context |= {
        "form": form,
        "asks_first": bool(asked) and hidden is None,
        "back": back,
        "may_take_back": request.user.has_perm(IMPACT),
        "answers": answers,
        "earlier": explained.earlier_of(answers, **asked) if asked else [],
        "stands": hidden == HiddenReason.NONE,
        "latest": latest,
        "result": result,
        "every": every,
        "several": several,
        "unseen": words.UNSEEN,
        "corrected": words.CORRECTED,
        "figures": [_figure(one, compared.effort, known, hidden) for one in figures],
    }
    template = f"{TEMPLATE}#state" if wants_part(request) and latest.working else TEMPLATE
    if wants_part(request) and not latest.working:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, template, context, status=422 if form.errors or back.errors else 200)


def _taken_back(request: HttpRequest, answers: list[ChoiceExplained], form: TakeBackForm, here: str) -> HttpResponse:
    answer = next((row for row in answers if row.pk == form.cleaned_data["taken_back"]), None)
    if answer is None:
        raise Http404
    try:
        actions.take_back_answer(request.user, answer, form.cleaned_data["because"])
    except actions.NotTakenBack as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The answer of {answer.said_by.formal_name} no longer counts.")
    return redirect(here)


@dataclass(frozen=True)
class Several:
    """The interventions of a kind or programme as their answers are now: what all took, what those took that are compared."""

    hidden: str | None
    every: Taken
    compared: Taken
    waiting: int
    left_out: int
    since: int  # answered with a no since it was worked out
    mine: list[Intervention]  # that the reader leads, and nobody has answered for
    others: list[Intervention]  # not answered either; of those the reader may see

    @property
    def changed(self) -> bool:
        """Whether an answer was given that takes the stored result's verdict away until it is worked out again."""
        return self.hidden == CHANGED


def _several(user: Any, result: dict[str, Any], **of: Any) -> Several:
    rows = queries.interventions_of(**of)
    answers = explained.by_answer([row.pk for row in rows], explained.explained())
    hidden = explained.hidden_of_many(result, answers)
    worked_out = set(result.get("compared", []))
    inside = worked_out if hidden == HiddenReason.NONE else set()
    unanswered = queries.seen_of(user, answers.waiting)
    return Several(
        hidden, queries.taken(rows), queries.taken([row for row in rows if row.pk in inside]), len(answers.waiting),
        len(answers.yes), len(answers.no - worked_out), [row for row in unanswered if row.led_by_id == user.pk],
        [row for row in unanswered if row.led_by_id != user.pk],
    )  # fmt: skip


def _taken(intervention: Intervention | None = None, item: BankItem | None = None) -> Taken:
    return queries.taken([intervention]) if intervention else queries.taken_by_plans(item)  # type: ignore[arg-type]  # one of the two


def _figure(one: Drawn, effort: Effort | None, known: Mapping[int, str], hidden: str | None) -> dict[str, Any]:
    """One figure as the page draws it."""
    main = one.main
    if main is None:
        return {
            "name": one.figure.name,
            "sentence": words.of_grades(one.stored["moved"], hidden),
            "verdict": "No verdict",
            "tone": "plain",
        }
    names = [known[pk] for pk in main.found["out"] if pk in known]
    answered = hidden == HiddenReason.NONE
    return {
        "name": one.figure.name,
        "verdict": main.said.verdict,
        "tone": main.said.tone,
        "sentence": main.said.sentence,
        "rows": one.rows if answered else [],
        "left_out": words.left_out(main.found, names) if answered else [],
        "cost": words.cost_of_a_point(main.found, main.said, one.figure, effort.cost) if effort and answered else "",
        "drawn": figures_on_page.chart(one) if main.said.told else {},
    }


@page(IMPACT)
def impact_list(request: HttpRequest) -> HttpResponse:
    """Every kind side by side: hours, cost, students, and what it changed as far as that can be told; every programme and model plan."""
    context: dict[str, Any] = {
        "rows": queries.kinds(),
        "templates": queries.templates(request.user),
        "programmes": queries.programmes(),
        "unseen": words.UNSEEN,
        "corrected": words.CORRECTED,
    }
    every: list[Any] = [*context["rows"], *context["templates"], *context["programmes"]]
    answers_of = _answers()
    results = _overview([row.run for row in every], answers_of)
    beside = figures_on_page.chances(results)
    for row, figures in zip(every, figures_on_page.drawn(request.user, results, beside, all_phases=False), strict=True):
        row.figures = [one.main for one in figures if one.main is not None]
    for row in [*context["rows"], *context["programmes"]]:
        row.answers = answers_of(row.run) if row.run else None
    context["comparisons"] = len(beside)
    return render(request, "interventions/impact_list.html", context)


def _overview(
    runs: Sequence[ImpactRun | None], answers_of: Callable[[ImpactRun], Answers]
) -> list[tuple[dict[str, Any], str | None]]:
    """The result of each of these, with the answer that counts for it now. One query."""
    items = explained.explained_items()
    return [
        ({}, None) if run is None
        else (run.result, items.get(run.bank_item_id)) if run.bank_item_id
        else (run.result, explained.hidden_of_many(run.result, answers_of(run)))
        for run in runs
    ]  # fmt: skip


def _answers() -> Callable[[ImpactRun], Answers]:
    """The interventions of a kind or programme by the answer that counts for each. Two queries."""
    said, inside = explained.explained(), queries.by_kind_and_programme()

    def of(run: ImpactRun) -> Answers:
        key = ("type_id", run.type_id) if run.type_id else ("programme_id", run.programme_id or 0)
        return explained.by_answer(inside.get(key, []), said)

    return of


@page(IMPACT)
def unhelped_list(request: HttpRequest) -> HttpResponse:
    """Students who are flagged, and for whom nothing was done since."""
    found = queries.unhelped(request.user)
    pages = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": pages,
        "total": len(found),
        "actions": columns.actions_for(request.user),
        "trail": [("Impact", reverse("interventions:impact_list")), ("Flagged without help", "")],
    }
    return render(request, "interventions/unhelped_list.html", context)
