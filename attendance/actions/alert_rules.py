"""Set the rules that raise alerts, and switch them on and off."""

from typing import Any

from django.core import signing
from django.db import transaction

from attendance import choices, rules
from attendance.choices import AlertState
from attendance.errors import NotAllowed, RegisterProblem
from attendance.models import Alert, AlertRule, RulePreview
from audit import record
from core import clock
from core.jobs import WorkState, after_commit

FIGURES = ("percent", "points", "weeks", "count", "least_possible")
WATCHED = ("kind", "series", "site_id", *FIGURES)
SALT, PREVIEW_LASTS = "attendance.alert-preview", 24 * 3600
SWITCHED_OFF = "The rule was switched off"


class RuleIsOn(RegisterProblem):
    """What a rule watches for does not change while it raises alerts: nobody would have seen the preview."""


class PreviewFirst(RegisterProblem):
    """A rule is switched on only as it was previewed."""


def fingerprint(rule: AlertRule) -> str:
    """What a rule watches for, in one line: a preview is of exactly this."""
    return "|".join(f"{name}={_plain(getattr(rule, name))}" for name in WATCHED)


def proof_of(run: RulePreview, *, by: Any) -> str:
    """What the page of a worked-out preview hands to the person who looks at it: signed, of this run and for them alone."""
    return signing.dumps(_shown(run, by), salt=SALT)


def _was_seen(proof: str, rule: AlertRule, by: Any) -> bool:
    """Whether this person has seen the rule's latest preview, worked out of exactly what it watches for now."""
    run = rule.previews.filter(fingerprint=fingerprint(rule)).order_by("-asked_at", "-pk").first()
    if run is None or run.state != WorkState.DONE:
        return False
    try:
        return bool(signing.loads(proof, salt=SALT, max_age=PREVIEW_LASTS) == _shown(run, by))
    except signing.BadSignature:
        return False


def _shown(run: RulePreview, by: Any) -> list[str]:
    return [str(run.public_id), run.fingerprint, str(by.pk)]


def _plain(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


@transaction.atomic
def set_alert_rule(rule: AlertRule, *, by: Any) -> AlertRule:
    """Keep a new rule, or what was changed in one that is switched off. A new rule raises nothing until switched on.

    Of a rule that is on, only its name and its waiting times change. Raises RuleIsOn, NotAllowed.
    """
    _allowed(by)
    if rule.pk is None:
        rule.made_by, rule.made_at = by, clock.now()
        rule.save()
    else:
        stored = AlertRule.objects.select_for_update().get(pk=rule.pk)
        if stored.is_on and fingerprint(stored) != fingerprint(rule):
            raise RuleIsOn(
                "This rule is on. Switch it off first, then change what it watches for and look at the preview."
            )
        names = ["name", "escalate_after_days", "again_after_days", *WATCHED]
        rule.save(update_fields=[name.removesuffix("_id") for name in names])
    record.record(by, choices.ALERT_RULE_SET, "alert_rule", rule.pk, details={"kind": rule.kind})
    return rule


@transaction.atomic
def switch_on(rule: AlertRule, *, by: Any, seen: str) -> AlertRule:
    """Let a rule raise alerts from now on. `seen` is the proof that this person saw its latest preview (`proof_of`).

    Alerts are raised once this is saved, and then each school-day morning. Pressed twice it is switched on once.
    """
    _allowed(by)
    stored = AlertRule.objects.select_for_update().get(pk=rule.pk)
    if stored.is_on:
        return stored
    if not _was_seen(seen, stored, by):
        raise PreviewFirst("You have not seen the latest preview of this rule. Look at the preview, then switch it on.")
    stored.switched_on_at, stored.switched_on_by, stored.switched_off_at = clock.now(), by, None
    stored.save(update_fields=["switched_on_at", "switched_on_by", "switched_off_at"])
    record.record(by, choices.ALERT_RULE_SWITCHED_ON, "alert_rule", stored.pk)
    after_commit("attendance.raise_alerts")
    return stored


@transaction.atomic
def switch_off(rule: AlertRule, *, by: Any) -> int:
    """Let a rule raise nothing more. Its open alerts lapse; gives how many there were."""
    _allowed(by)
    stored = AlertRule.objects.select_for_update().get(pk=rule.pk)
    if not stored.is_on:
        return 0
    stored.switched_off_at = clock.now()
    stored.save(update_fields=["switched_off_at"])
    lapsed = Alert.objects.filter(rule=stored, state=AlertState.OPEN).update(
        state=AlertState.LAPSED, ended_at=clock.now(), ended_by=by, ended_note=SWITCHED_OFF
    )
    record.record(by, choices.ALERT_RULE_SWITCHED_OFF, "alert_rule", stored.pk, details={"lapsed": lapsed})
    return lapsed


def _allowed(by: Any) -> None:
    if not rules.may_manage(by):
        raise NotAllowed("Only somebody who manages attendance sets the rules for alerts.")
