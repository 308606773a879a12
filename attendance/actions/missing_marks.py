"""Which marks of a site's MIS are missing here: they came, could not be taken, and no later delivery brought them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from attendance import choices, rules
from attendance.errors import NotAllowed
from attendance.models import MarkDelivery, MissingMarks
from audit import record
from caseload.models import Site


class Came(NamedTuple):
    """One row of a delivery: its day where it could be read, which mark it names, whether it was taken."""

    day: date | None
    mark: str
    taken: bool


def note_missing(site: Site, delivery: MarkDelivery, came: Sequence[Came]) -> None:
    """Keep what a delivery could not bring, day by day, and forget what it did bring.

    A delivery with at least as many rows of a day as the one before replaces what is known of that day. One with fewer
    rows is a correction, and only takes away what it brings.
    """
    by_day: dict[date | None, list[Came]] = defaultdict(list)
    for row in came:
        by_day[row.day].append(row)
    days = [day for day in by_day if day]
    standing = MissingMarks.objects.select_for_update().filter(Q(date__in=days) | Q(date=None), site=site)
    before = {row.date: row for row in standing.order_by("pk")}
    if None in before:
        by_day.setdefault(None, [])
    kept = []
    for day, rows in by_day.items():
        refused, old = {row.mark for row in rows if not row.taken}, before.get(day)
        size = len(rows) if day else len(came)  # rows without a day are some of the whole file
        if old and size < old.rows:
            refused |= set(old.marks) - {row.mark for row in rows if row.taken}
            size = old.rows
        if refused:
            marks = sorted(refused)
            kept.append(
                MissingMarks(site=site, date=day, marks=marks, count=len(marks), rows=size, delivery=delivery)
            )  # fmt: skip
    MissingMarks.objects.filter(pk__in=[row.pk for row in before.values()]).delete()
    MissingMarks.objects.bulk_create(kept)


@transaction.atomic
def expect_no_more(by: Any, delivery: MarkDelivery) -> int:
    """Say that what a delivery could not bring will never come: the marks of people who were never here, a wrong row.

    Gives how many marks were waited for; 0 when a later delivery brought them or somebody said so before. Raises NotAllowed.
    """
    if not rules.may_for_site(by, rules.IMPORT, delivery.site_id):
        raise NotAllowed("You don't bring in marks for this site.")
    waited = list(MissingMarks.objects.select_for_update().filter(delivery=delivery))
    number = sum(row.count for row in waited)
    MissingMarks.objects.filter(pk__in=[row.pk for row in waited]).delete()
    if number:
        record.record(by, choices.MARKS_GIVEN_UP, "mark_delivery", delivery.pk, details={"marks": number})
    return number
