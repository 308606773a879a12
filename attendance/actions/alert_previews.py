"""Work out in the background what a rule would have raised last term, before anybody switches it on."""

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from attendance import choices, rules
from attendance.actions.alert_rules import fingerprint
from attendance.actions.raising import SYSTEM_ALERTS
from attendance.alert_kinds import Hit
from attendance.errors import NotAllowed
from attendance.models import AlertRule, RulePreview
from attendance.queries.alerts.by_chance import by_chance
from attendance.queries.alerts.kinds import add_hits, populations
from attendance.queries.alerts.preview import days_of_preview, in_weeks
from audit import record
from caseload.models import Student
from core import naming
from core.jobs import WorkState, after_commit

WORK = "attendance.work_out_preview"
RULE_CHANGED = "The rule was changed meanwhile. Work it out again."


@transaction.atomic
def ask_for_preview(rule: AlertRule, *, by: User) -> RulePreview:
    """Have it worked out what a rule, as it is now, would have raised last term. Asked twice at once it runs once.

    For whoever sees the rules. Earlier previews of the rule that are over are dropped: marks have come in since.
    """
    if not by.has_perm(rules.VIEW_RULES):
        raise NotAllowed("You don't see the rules for alerts.")
    stored = AlertRule.objects.select_for_update().get(pk=rule.pk)
    own = RulePreview.objects.filter(rule=stored)
    going_on = own.filter(fingerprint=fingerprint(stored), state__in=(WorkState.WAITING, WorkState.RUNNING)).first()
    if going_on is not None:
        return going_on
    own.exclude(state__in=(WorkState.WAITING, WorkState.RUNNING)).delete()
    run = RulePreview.objects.create(rule=stored, fingerprint=fingerprint(stored), asked_by=by)
    record.record(by, choices.ALERT_RULE_PREVIEWED, "alert_rule", stored.pk)
    after_commit(WORK, preview_id=run.pk)
    return run


def work_out_preview(preview_id: int) -> None:
    """Work out one preview, site by site, and keep students' numbers and sentences. Run twice it does no harm."""
    run = RulePreview.objects.select_related("rule").claim(preview_id)
    if run is None:
        return
    if fingerprint(run.rule) != run.fingerprint:
        run.fail(RULE_CHANGED)
        return
    with naming.named_system(SYSTEM_ALERTS.name, purpose=WORK):
        term, complete, days = days_of_preview()
        sites = populations(run.rule, days) if days else []
    found: dict[date, dict[int, Hit]] = {day: {} for day in days}
    for number, site in enumerate(sites):
        run.heartbeat(done=number, total=len(sites))
        with naming.named_system(SYSTEM_ALERTS.name, purpose=WORK):
            add_hits(found, run.rule, site)
    with naming.named_system(SYSTEM_ALERTS.name, purpose=WORK):
        on_roll = Student.objects.on_roll(days[-1]).filter(merged_into=None, erased_at=None).count() if days else 0
        result: dict[str, Any] = {"term": term.pk if term else None, "complete": complete, "on_roll": on_roll}
    if days:
        run.heartbeat(done=len(sites), total=len(sites))
        with naming.named_system(SYSTEM_ALERTS.name, purpose=WORK):
            result["chance"] = by_chance(run.rule, sites, days[-1], list(found[days[-1]].values()))
    with naming.named_system(SYSTEM_ALERTS.name, purpose=WORK):
        run.finish(result=result | {"weeks": in_weeks(found)}, done_count=len(sites))
