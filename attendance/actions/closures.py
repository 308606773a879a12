"""Close a site on days, change a closure, open again: the calendar and the codes in registers together."""

from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.actions.writing import lock, write
from attendance.choices import Series
from attendance.closing import CLOSED_FOR, OPEN_AFTER_ALL
from attendance.errors import NotAllowed, ReasonNeeded
from attendance.queries.absence.closing import Closing, closing
from attendance.queries.registers.positions import Row
from audit import record
from caseload.actions.calendar import drop_closure, store_closure
from caseload.models import Closure, Site
from caseload.registries.closures import ClosedDays, days_of


def close_site(
    *,
    by: Any,
    closure: Closure | None = None,
    site: Site | None,
    replace: bool = False,
    reason: str = "",
    **values: Any,
) -> Closure:
    """Close a site (or every site) on days, or change a closure. Registers get Y4 or #, lessons the college's own code.

    Marks already taken stay, unless `replace` with a reason; planned absence still to come gives way. What an earlier version of the closure wrote follows the new
    dates. For whoever manages closures there.
    """
    for site_id in {site.pk if site else None, *([closure.site_id] if closure else [])}:
        if not rules.may_for_site(by, rules.CLOSE, site_id):
            raise NotAllowed("You can't close this site." if site_id else "You can't close every site.")
    if replace and not reason.strip():
        raise ReasonNeeded([])
    with transaction.atomic():
        stored = Closure.objects.select_for_update().filter(pk=closure.pk).first() if closure else None
        before = days_of(stored) if stored else None
        row = store_closure(by, stored, site=site, **values)
        follow_closure(by, before, days_of(row), replace=replace, reason=reason)
    return row


def open_again(*, by: Any, closure: Closure) -> None:
    """Take a closure away: the days are school days again, and marks go back to what they were before it."""
    if not rules.may_for_site(by, rules.CLOSE, closure.site_id):
        raise NotAllowed("You can't open this site again.")
    with transaction.atomic():
        before = days_of(closure)
        drop_closure(by, closure)
        follow_closure(by, before, None)


def follow_closure(
    by: Any, before: ClosedDays | None, after: ClosedDays | None, *, replace: bool = False, reason: str = ""
) -> Closing:
    """Write the codes of a closure that was just stored or removed, and take back those of what it was.

    Called in the transaction of the change, by these actions and by those of the calendar.
    """
    found = closing(before, after)
    days = after or before
    if days is None:
        raise ValueError("A closure was neither set nor removed.")
    why = reason.strip() or f"{CLOSED_FOR if after else OPEN_AFTER_ALL}{days.name}"
    written = {series: _write(by, series, found, after, replace, why) for series in Series.values}
    details = {"marks": written, "replaced": replace}
    record.record(by, choices.CLOSURE_CODES_SET, "closure", days.closure_id, details=details)
    return found


def _write(by: Any, series: str, found: Closing, after: ClosedDays | None, replace: bool, reason: str) -> int:
    own, places = found.own.get(series, {}), found.places.get(series, [])
    gives_way = found.gives_way.get(series, set())
    chosen, note = found.chosen.get(series, {}), after.name[:200] if after else ""
    keys = sorted(set(own) | {place.key for place in places})
    if not keys:
        return 0
    locked = lock(series, keys)
    wanted = {place.key: chosen[place.site_id, place.date].id for place in places}
    rows = [row for key, row in own.items() if key not in wanted]
    for key, code in wanted.items():
        stands = locked.stands.get(key)
        if replace or key in own or key in gives_way or stands is None or stands.code_id is None:
            rows.append(Row(*key, code, None, note))
    return write(locked, rows, by, reason[:200])
