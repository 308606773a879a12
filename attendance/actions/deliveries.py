"""Bring in marks from a site's MIS: the only way in which the marks of such a site change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from attendance import choices, rules
from attendance.actions.missing_marks import Came, note_missing
from attendance.actions.writing import lock, write
from attendance.choices import Series
from attendance.errors import NotAllowed, TakenHere
from attendance.models import MarkDelivery
from attendance.queries.registers.feeds import registers_without_marks
from attendance.queries.registers.positions import Row
from audit import record
from caseload.models import Site
from core import clock
from core.actors import SystemActor
from core.jobs import after_commit

# Whoever brought the file, the marks themselves were made in the MIS.
IN_THE_MIS = SystemActor("mis-marks", "Changed in the MIS")
MOST_PROBLEMS = 500
Keeps = tuple[bool, bool]  # whether the file says minutes late, and notes; what it doesn't say stays as it was


@dataclass(frozen=True)
class Delivery:
    """What came: the marks by series, the file's name, up to when they are complete, and what was refused."""

    marks: Mapping[str, Sequence[Row]]
    file_name: str
    covers_until: datetime
    rows: int
    refused: int = 0
    problems: Sequence[Mapping[str, object]] = ()
    came: Sequence[Came] = ()
    says_minutes: bool = True
    says_notes: bool = True


@dataclass
class Counted:
    """How many marks are new, changed and the same."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    by_series: dict[str, int] = field(default_factory=dict)


def receive_marks(*, by: Any, site: Site, delivery: Delivery) -> MarkDelivery:
    """Write what came from a site's MIS. A mark that differs is changed, and its history keeps the one before it.

    Marks the file does not name stay. The weekly summary follows in the same transaction, and the delivery is recorded.
    Raises NotAllowed, or TakenHere for a site that takes its registers in Waymark.
    """
    if not rules.may_for_site(by, rules.IMPORT, site.pk):
        raise NotAllowed("You don't bring in marks for this site.")
    if site.registers_taken != Site.Registers.MIS:
        raise TakenHere(f"{site.name} takes its registers here, so no marks come in from elsewhere.")
    counted = Counted()
    with transaction.atomic():
        # Sessions before lessons, as everybody locks them.
        for series in Series:
            rows = delivery.marks.get(series, ())
            if rows:
                _write(series, rows, delivery, counted)
        row = _record(by, site, delivery, counted)
        note_missing(site, row, delivery.came)
        return row


def _write(series: str, rows: Sequence[Row], delivery: Delivery, counted: Counted) -> None:
    places = [(row.student_id, row.date, row.slot) for row in rows]
    locked = lock(series, sorted(places))
    wanted: list[Row] = []
    for place, row in zip(places, rows, strict=True):
        stands = locked.stands.get(place)
        if stands is None:
            counted.created += 1
            wanted.append(row)
            continue
        if not delivery.says_minutes and row.code_id == stands.code_id:
            row = row._replace(minutes_late=stands.minutes_late)
        if not delivery.says_notes:
            row = row._replace(note=stands.note)
        if row[3:] == stands.value:
            counted.unchanged += 1
        else:
            counted.changed += 1
            wanted.append(row)
    counted.by_series[series] = write(locked, wanted, IN_THE_MIS, IN_THE_MIS.reason)


def _record(by: Any, site: Site, delivery: Delivery, counted: Counted) -> MarkDelivery:
    system, until = isinstance(by, SystemActor), min(delivery.covers_until, clock.now())
    row = MarkDelivery.objects.create(
        site=site,
        covers_until=until,
        file_name=delivery.file_name[:200],
        rows=delivery.rows,
        created=counted.created,
        changed=counted.changed,
        unchanged=counted.unchanged,
        refused=delivery.refused,
        problems=[dict(problem) for problem in delivery.problems[:MOST_PROBLEMS]],
        registers_missing=registers_without_marks(site, until, [name for name, rows in delivery.marks.items() if rows]),
        brought_by=None if system else by,
        brought_by_system=by.name if system else "",
    )
    details = {"site": site.pk, "created": counted.created, "changed": counted.changed, "refused": delivery.refused}
    record.record(by, choices.MARKS_RECEIVED, "mark_delivery", row.pk, details=details)
    if counted.created or counted.changed:
        after_commit("attendance.raise_alerts")
    return row
