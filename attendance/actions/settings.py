"""Change what a site has decided about its registers."""

from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.codes import forget
from attendance.errors import NotAllowed
from attendance.models import SiteSettings
from audit import record
from caseload.models import Site
from core import clock

OF_SITE = ("registers_taken", "am_starts_at", "pm_starts_at", "register_minutes")
OWN = ("remind_after_minutes", "chase_after_days", "stale_after_minutes", "headline")


def change_site_settings(*, by: Any, site: Site, **values: Any) -> dict[str, list[str]]:
    """Set what a site has decided about its registers; gives what changed, from what to what, as the audit keeps it."""
    if not rules.may_for_site(by, rules.MANAGE, site.pk):
        raise NotAllowed("You can't change the settings of this site.")
    with transaction.atomic():
        stored = Site.objects.select_for_update().get(pk=site.pk)
        own = SiteSettings.objects.filter(site=stored).first() or SiteSettings(site=stored)
        changed = _put(stored, OF_SITE, values) | _put(own, OWN, values)
        if not changed:
            return {}
        stored.save(update_fields=list(OF_SITE))
        own.changed_by, own.changed_at = by, clock.now()
        own.save()
        record.record(by, choices.SITE_SETTINGS_CHANGED, "site", site.pk, details=changed)
    forget()
    return changed


def _put(row: Any, names: tuple[str, ...], values: dict[str, Any]) -> dict[str, list[str]]:
    changed = {}
    for name in names:
        before = getattr(row, name)
        if name in values and values[name] != before:
            setattr(row, name, values[name])
            changed[name] = [_said(before), _said(values[name])]
    return changed


def _said(value: Any) -> str:
    return f"{value:%H:%M}" if hasattr(value, "hour") else "" if value is None else str(value)
