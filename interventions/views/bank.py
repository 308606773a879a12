"""The bank of model targets and action plans: look, use, save to it, change, rate, archive."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from core.pages.http import form_token, posted, sent_key
from interventions import rules_bank
from interventions.actions import bank as actions
from interventions.choices_bank import BankKind
from interventions.choices_programmes import IMPACT
from interventions.forms_bank import BankForm, LookForm, RatingForm
from interventions.models import BankItem, Target
from interventions.queries.bank import bank_items, barrier_names, standings

SET = "interventions.set_target"
ROWS = 30


@page(SET)
def bank_list(request: HttpRequest) -> HttpResponse:
    """The model targets, or plans, searched and sorted; for a student when one is named, to set or make one from."""
    kind = BankKind.PLAN if request.GET.get("kind") == BankKind.PLAN else BankKind.TARGET
    look = LookForm(request.GET, kind=kind)
    said = look.cleaned_data if look.is_valid() else {}
    archived = "archived" in request.GET
    wanted = {name: said.get(name, "") for name in look.fields}
    rows = bank_items(request.user, archived=archived, kind=kind, **wanted)
    shown = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    known = standings(list(shown), request.user)
    student = _student(request)
    context = {
        "look": look,
        "kind": kind,
        "plans": kind == BankKind.PLAN,
        "tabs": _tabs(kind, student),
        "archived": archived,
        "looking": any(said.get(name) for name in ("q", "area", "figure")),
        "page": shown,
        "rows": [(item, known[item.pk]) for item in shown],
        "student": student,
    }
    return render(request, "interventions/bank_list.html", context)


def _tabs(kind: str, student: Student | None) -> list[dict[str, Any]]:
    """Targets and plans beside each other; for a student only what is being looked for."""
    if student is not None:
        return []
    labels = ((BankKind.TARGET, "Targets"), (BankKind.PLAN, "Action plans"))
    return [{"label": label, "url": f"?kind={key}", "current": key == kind, "count": None} for key, label in labels]


def _student(request: HttpRequest) -> Student | None:
    """The student for whom a target is looked for; an address that names somebody out of reach is not there."""
    key = sent_key(request.GET.get("student"))
    if key is None:
        return None
    found: Student = fetch(Student, request.user, SET, public_id=key)
    return found


@page(SET)
def bank_detail(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One model target or plan: all of it, how it has done, and one's own rating."""
    item = bank_item(request, item_id)
    known = standings([item], request.user)[item.pk]
    context = {
        "item": item,
        "known": known,
        "rating": RatingForm(initial={"stars": known.mine}),
        "may_change": rules_bank.may_change_item(request.user, item),
        "barriers": barrier_names(item),
        "may_see_impact": request.user.has_perm(IMPACT),
        "trail": [bank_step(item.kind), (item.title, "")],
    }
    return render(request, "interventions/bank_detail.html", context)


def bank_step(kind: str) -> tuple[str, str]:
    """The bank in a trail: its targets or its plans."""
    tail = "?kind=plan" if kind == BankKind.PLAN else ""
    return ("Bank of plans" if tail else "Bank of targets", f"{reverse('interventions:bank_list')}{tail}")


def bank_item(request: HttpRequest, item_id: UUID, kind: str = "") -> BankItem:
    """The item with this number, of this kind where one is wanted."""
    rows = BankItem.objects.select_related("course", "saved_by")
    rows = rows.filter(kind=kind) if kind else rows
    found: BankItem = fetch(rows, request.user, SET, public_id=item_id)
    return found


@page(SET)
def bank_new(request: HttpRequest) -> HttpResponse:
    """Save a model target, afresh or from a target that somebody set; never with a student's name."""
    target = _from_target(request)
    form = BankForm(posted(request), target=target)
    if request.method == "POST" and form.is_valid():
        item = actions.save_to_bank(form.said(), token=form_token(request), by=request.user)
        messages.success(request, "Saved to the bank. Everybody who sets targets can use it.")
        return redirect("interventions:bank_detail", item_id=item.public_id)
    context = {
        "form": form,
        "target": target,
        "token": form_token(request),
        "heading": "Save to the bank",
        "trail": [("Bank of targets", reverse("interventions:bank_list")), ("Save to the bank", "")],
    }
    return render(request, "interventions/bank_edit.html", context, status=422 if form.errors else 200)


def _from_target(request: HttpRequest) -> Target | None:
    key = sent_key(request.POST.get("target") or request.GET.get("target"))
    if key is None:
        return None
    found: Target = fetch(Target.objects.select_related("student", "course"), request.user, SET, public_id=key)
    return found


@page(SET)
def bank_change(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change a model target; whoever saved it, or looks after the bank."""
    item = bank_item(request, item_id, BankKind.TARGET)
    form = BankForm(posted(request), item=item)
    version, theirs = item.version, None
    if not rules_bank.may_change_item(request.user, item):
        messages.info(request, "Whoever saved it, or a leader, can change it. Save one of your own instead.")
        return redirect("interventions:bank_detail", item_id=item.public_id)
    if request.method == "POST" and form.is_valid():
        sent = request.POST.get("version", "")
        try:
            actions.change_bank_item(item, int(sent) if sent.isdecimal() else 0, form.said(), by=request.user)
        except actions.BankItemChanged as changed:
            theirs, version = changed.item, changed.item.version
        else:
            messages.success(request, "Changed. Targets set from it stay as they are.")
            return redirect("interventions:bank_detail", item_id=item.public_id)
    context = {
        "form": form,
        "item": item,
        "version": version,
        "theirs": theirs,
        "heading": "Change a model target",
        "trail": [
            ("Bank of targets", reverse("interventions:bank_list")),
            (item.title, reverse("interventions:bank_detail", args=[item.public_id])),
            ("Change", ""),
        ],
    }
    return render(request, "interventions/bank_edit.html", context, status=422 if form.errors or theirs else 200)


@page(SET)
@require_POST
def bank_rate(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Give an item one to five stars."""
    item = bank_item(request, item_id)
    form = RatingForm(request.POST)
    if form.is_valid():
        actions.rate_bank_item(item, form.cleaned_data["stars"], by=request.user)
        messages.success(request, "Your rating is kept.")
    else:
        messages.error(request, "Choose one to five stars, then press Rate.")
    return redirect("interventions:bank_detail", item_id=item.public_id)


@page(SET)
@require_POST
def bank_archive(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take an item out of the bank, or bring it back."""
    item = bank_item(request, item_id)
    archived = "restore" not in request.POST
    actions.archive_bank_item(item, archived, by=request.user)
    words = "Archived. It is offered to nobody any more." if archived else "It is back in the bank."
    messages.success(request, words)
    return redirect("interventions:bank_detail", item_id=item.public_id)
