"""The rules that raise alerts: seen by leaders, set by whoever manages attendance, switched on after a preview."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from attendance import alert_kinds, rules
from attendance.actions import alert_rules as actions
from attendance.actions.alert_previews import ask_for_preview
from attendance.choices import AlertKind, AlertState
from attendance.errors import RegisterProblem
from attendance.forms.alerts import AlertRuleForm
from attendance.models import AlertRule
from attendance.queries.alerts.preview import latest_preview, shown_to
from attendance.queries.alerts.words import rule_words
from core.jobs import WorkState
from core.pages.http import posted, wants_part


@page(rules.VIEW_RULES)
def alert_rule_list(request: HttpRequest) -> HttpResponse:
    """The rules: which are on, what each watches for, and how many alerts of it are open."""
    rows = AlertRule.objects.visible_to(request.user, rules.VIEW_RULES).select_related("site").order_by("name", "pk")
    counted = _with_open(rows)
    words = rule_words(rule for rule, _ in counted)
    found = [{"rule": rule, "words": words[rule.pk], "open": number} for rule, number in counted]
    context = {
        "on": [row for row in found if row["rule"].is_on],
        "off": [row for row in found if not row["rule"].is_on],
        "may_manage": request.user.has_perm(rules.MANAGE),
        "kinds": [(kind.value, kind.label, alert_kinds.WHAT_FOR[kind]) for kind in AlertKind],
    }
    return render(request, "attendance/alert_rule_list.html", context)


def _with_open(rows: Any) -> list[tuple[AlertRule, int]]:
    counted = rows.annotate(open_alerts=Count("alerts", filter=Q(alerts__state=AlertState.OPEN)))
    return [(rule, rule.open_alerts) for rule in counted]


@page(rules.VIEW_RULES)
def alert_rule_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One rule, and what it would have raised last term; with the switch for whoever manages attendance.

    The preview is worked out in the background when somebody asks for it, and the page follows.
    """
    rule = fetch(
        AlertRule.objects.select_related("site", "switched_on_by"), request.user, rules.VIEW_RULES, public_id=public_id
    )
    if request.method == "POST":
        ask_for_preview(rule, by=request.user)
        return redirect(f"{request.path}#preview")
    run = latest_preview(rule, actions.fingerprint(rule))
    may_manage = request.user.has_perm(rules.MANAGE)
    done = run is not None and run.state == WorkState.DONE
    context = {
        "rule": rule,
        "words": rule_words([rule])[rule.pk],
        "what_for": alert_kinds.WHAT_FOR[AlertKind(rule.kind)],
        "open": rule.alerts.filter(state=AlertState.OPEN).count(),
        "may_manage": may_manage,
        "run": run,
        "preview": shown_to(run, request.user) if run and done else None,
        "seen": actions.proof_of(run, by=request.user) if run and done and may_manage else "",
        "trail": _trail(rule.name),
    }
    return render(request, "attendance/alert_rule_detail.html" + ("#preview" if wants_part(request) else ""), context)


@page(rules.MANAGE)
def alert_rule_new(request: HttpRequest) -> HttpResponse:
    """A new rule of one kind. It is kept switched off."""
    kind = request.GET.get("kind", "")
    if kind not in AlertKind.values:
        messages.info(request, "Choose what the rule is to watch for.")
        return redirect("attendance:alert_rule_list")
    return _edit(request, AlertRule(kind=kind), "New rule")


@page(rules.MANAGE)
def alert_rule_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a rule. What it watches for changes only while it is off."""
    rule = fetch(AlertRule.objects.select_related("site"), request.user, rules.MANAGE, public_id=public_id)
    return _edit(request, rule, rule.name)


def _edit(request: HttpRequest, rule: AlertRule, title: str) -> HttpResponse:
    form = AlertRuleForm(posted(request), rule=rule)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.set_alert_rule(form.ruled(), by=request.user)
        except RegisterProblem as wrong:
            form.add_error(None, wrong.sentence)
        else:
            messages.success(request, "The rule is kept.")
            return redirect("attendance:alert_rule_detail", kept.public_id)
    context = {
        "form": form,
        "rule": rule,
        "title": title,
        "kind": AlertKind(rule.kind).label,
        "what_for": alert_kinds.WHAT_FOR[AlertKind(rule.kind)],
        "back": reverse("attendance:alert_rule_detail", args=[rule.public_id])
        if rule.pk
        else reverse("attendance:alert_rule_list"),
        "trail": _trail(title),
    }
    return render(request, "attendance/alert_rule_form.html", context, status=422 if form.errors else 200)


@require_POST
@page(rules.MANAGE)
def alert_rule_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Switch a rule on, as it was previewed."""
    rule = fetch(AlertRule, request.user, rules.MANAGE, public_id=public_id)
    try:
        actions.switch_on(rule, by=request.user, seen=request.POST.get("seen", ""))
    except RegisterProblem as wrong:
        messages.error(request, wrong.sentence)
        return redirect(f"{reverse('attendance:alert_rule_detail', args=[rule.public_id])}#preview")
    messages.success(request, "The rule is on. Its first alerts are raised now, and then each school-day morning.")
    return redirect("attendance:alert_rule_detail", rule.public_id)


@require_POST
@page(rules.MANAGE)
def alert_rule_off(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Switch a rule off; its open alerts lapse."""
    rule = fetch(AlertRule, request.user, rules.MANAGE, public_id=public_id)
    lapsed = actions.switch_off(rule, by=request.user)
    ended = f" {lapsed} open alert{'' if lapsed == 1 else 's'} ended with it." if lapsed else ""
    messages.success(request, f"The rule is off.{ended}")
    return redirect("attendance:alert_rule_detail", rule.public_id)


def _trail(here: str) -> list[tuple[str, str | None]]:
    return [("Attendance alerts", reverse("attendance:alert_rule_list")), (here, None)]
