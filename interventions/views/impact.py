"""What interventions changed: of one, of a kind, of all kinds side by side, and who got nothing though flagged."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.gates import page
from caseload import columns
from core.charts import Chart, line_over_weeks, render_chart
from core.http import posted, wants_part
from interventions.actions import impact as actions
from interventions.choices_programmes import IMPACT, RUN
from interventions.forms_programmes import WeeksForm
from interventions.impact import METHOD
from interventions.impact_words import BY_KEY, signed
from interventions.models import BankItem, Intervention, InterventionType, Programme
from interventions.queries import impact as queries
from interventions.views.programmes import _trail

TEMPLATE = "interventions/impact.html"
GRADES = "progress.view_grades"
PER_PAGE = 60


@page(RUN)
def intervention_impact(request: HttpRequest, intervention_id: UUID) -> HttpResponse:
    """What one intervention changed, and asking for it anew. Seen by leaders, and by whoever leads or made it."""
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
    form = WeeksForm(posted(request))
    if request.method == "POST" and form.is_valid():
        actions.ask_for_impact(request.user, weeks=form.cleaned_data["weeks"], **of)
        messages.success(request, "It is being worked out. This page follows it; you can leave it.")
        return redirect(context["here"])
    latest = queries.latest_of(**of)
    result = latest.done.result if latest.done else {}
    context |= {
        "form": form if form.is_bound else WeeksForm(initial={"weeks": result.get("weeks", 6)}),
        "latest": latest,
        "result": result,
        "figures": [_figure(one) for one in figures_for(request.user, result)],
        "old_method": bool(latest.done and latest.done.method_version != METHOD),
    }
    template = f"{TEMPLATE}#state" if wants_part(request) and latest.working else TEMPLATE
    if wants_part(request) and not latest.working:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, template, context, status=422 if form.errors else 200)


def figures_for(user: Any, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of a comparison that this person reads: grades only with the right to see grades."""
    may_see_grades = user.has_perm(GRADES)
    return [one for one in result.get("figures", []) if one["key"] != "grades" or may_see_grades]


def _figure(found: dict[str, Any]) -> dict[str, Any]:
    """One figure as the page draws it."""
    figure = BY_KEY[found["key"]]
    rows = []
    for phase in found["phases"]:
        say = {name: _said(phase[name], figure, change=name not in LEVELS) for name in (*LEVELS, *CHANGES)}
        span = f"{say['low']} to {say['high']}" if phase["low"] is not None else "too few to tell"
        rows.append(phase | {"say": say, "span": span})
    return found | {"rows": rows, "drawn": _chart(found) if found["chart"] else {}}


LEVELS = ("before", "later", "compared_before", "compared_later")
CHANGES = ("naive", "compared_change", "effect", "low", "high")


def _said(value: float | None, figure: Any, change: bool) -> str:
    if value is None:
        return "–"
    return signed(value, figure) if change else f"{value:.1f} %"


def _chart(found: dict[str, Any]) -> dict[str, Chart]:
    series = {
        "Those who had it": [(label, one) for label, one, _ in found["chart"]],
        "Those compared": [(label, two) for label, _, two in found["chart"]],
    }
    values = [value for points in series.values() for _, value in points]
    alt = f"{found['name']} week by week from the start, of those who had it and those compared with them"
    name = found["name"].lower()
    limits: dict[str, Any] = {"low": 0} if name == "lateness" else {"low": max(0, int(min(values)) - 5), "high": 100}
    drawn = {}
    for size, width in (("wide", 640), ("narrow", 330)):
        spec = line_over_weeks(alt, series, axis="Week from the start", width=width, **limits)
        drawn[size], drawn[f"{size}_dark"] = render_chart(spec), render_chart(spec, mode="dark")
    return drawn


@page(IMPACT)
def impact_list(request: HttpRequest) -> HttpResponse:
    """Every kind side by side: hours, cost, students, and what it changed as far as that can be told; every programme and model plan."""
    context: dict[str, Any] = {
        "rows": queries.kinds(),
        "templates": queries.templates(request.user),
        "programmes": queries.programmes(),
        "grades": request.user.has_perm(GRADES),
    }
    for row in (*context["rows"], *context["templates"], *context["programmes"]):
        row.figures = figures_for(request.user, row.run.result if row.run else {})
    return render(request, "interventions/impact_list.html", context)


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
