"""Model action plans of the bank: saved afresh or from a plan, and changed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gates import fetch, page
from core.pages.http import form_token, posted, sent_key
from interventions import rules_bank
from interventions.actions import bank as actions
from interventions.choices_bank import BankKind
from interventions.choices_plans import MANAGE_PLAN
from interventions.forms_bank_plans import BankActionFormSet, BankPlanForm, rows_of_item, rows_of_plan
from interventions.models import ActionPlan
from interventions.views.bank import bank_item, bank_step

SET = "interventions.set_target"
TEMPLATE = "interventions/bank_plan_edit.html"


@page(SET)
def bank_plan_new(request: HttpRequest) -> HttpResponse:
    """Save a model plan, afresh or from a plan that somebody made; never with a student's name."""
    plan = _from_plan(request)
    form = BankPlanForm(posted(request), plan=plan)
    lines = _lines(request, rows_of_plan(plan) if plan else [], plan)
    if request.method == "POST" and _valid(form, lines):
        item = actions.save_to_bank(form.said(lines.said()), token=form_token(request), by=request.user)
        messages.success(request, "Saved to the bank. Everybody who makes plans can use it.")
        return redirect("interventions:bank_detail", item_id=item.public_id)
    context = {
        "plan": plan,
        "token": form_token(request),
        "heading": "Save a model plan",
        "trail": [bank_step(BankKind.PLAN), ("Save a model plan", "")],
    }
    return _edit(request, form, lines, context)


def _from_plan(request: HttpRequest) -> ActionPlan | None:
    key = sent_key(request.POST.get("plan") or request.GET.get("plan"))
    if key is None:
        return None
    return fetch(ActionPlan.objects.select_related("student"), request.user, MANAGE_PLAN, public_id=key)


def _lines(request: HttpRequest, rows: list[dict[str, Any]], plan: ActionPlan | None = None) -> Any:
    return BankActionFormSet(posted(request), prefix="action", initial=rows, form_kwargs={"plan": plan})


def _valid(form: BankPlanForm, lines: Any) -> bool:
    """Both are looked at, so that every fault is said at once."""
    good = all([form.is_valid(), lines.is_valid()])
    for fault in lines.non_form_errors():
        form.add_error(None, fault)
    return good


def _edit(request: HttpRequest, form: BankPlanForm, lines: Any, context: dict[str, Any]) -> HttpResponse:
    faulty = bool(context.get("theirs") or form.errors or lines.is_bound and not lines.is_valid())
    context |= {"form": form, "lines": lines, "faulty_forms": [form, *lines.forms]}
    return render(request, TEMPLATE, context, status=422 if faulty else 200)


@page(SET)
def bank_plan_change(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change a model plan; whoever saved it, or looks after the bank."""
    item = bank_item(request, item_id, BankKind.PLAN)
    if not rules_bank.may_change_item(request.user, item):
        messages.info(request, "Whoever saved it, or a leader, can change it. Save one of your own instead.")
        return redirect("interventions:bank_detail", item_id=item.public_id)
    form = BankPlanForm(posted(request), item=item)
    lines = _lines(request, rows_of_item(item))
    version, theirs = item.version, None
    if request.method == "POST" and _valid(form, lines):
        sent = request.POST.get("version", "")
        try:
            actions.change_bank_item(
                item, int(sent) if sent.isdecimal() else 0, form.said(lines.said()), by=request.user
            )
        except actions.BankItemChanged as changed:
            theirs, version = changed.item, changed.item.version
        else:
            messages.success(request, "Changed. Plans made from it stay as they are.")
            return redirect("interventions:bank_detail", item_id=item.public_id)
    address = reverse("interventions:bank_detail", args=[item.public_id])
    context = {
        "item": item,
        "version": version,
        "theirs": theirs,
        "heading": "Change a model plan",
        "trail": [bank_step(BankKind.PLAN), (item.title, address), ("Change", "")],
    }
    return _edit(request, form, lines, context)
