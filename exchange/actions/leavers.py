"""What becomes of people whom a roster no longer names: ended by a person, or kept."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from audit import record
from caseload.models import (
    CaseloadMembership,
    HouseMembership,
    SiteMembership,
    TeachingGroupMembership,
    YearGroupMembership,
)
from core import clock
from exchange import choices, rules
from exchange.choices import Kind
from exchange.models import SourceLink

if TYPE_CHECKING:
    from accounts.models import User

MEMBERSHIPS = (SiteMembership, YearGroupMembership, HouseMembership, CaseloadMembership, TeachingGroupMembership)


class AlreadySettled(Exception):
    """Somebody settled this leaver before."""


def end_leaver(by: "User", link: SourceLink, last_day: date, reason: str) -> None:
    """A student has left: every place of theirs ends after this day. Nothing that happened is touched."""
    rules.check_may_import(by)
    if link.kind != Kind.STUDENT:
        raise ValueError("Staff are ended on their own page.")
    with transaction.atomic():
        _settle(link)
        after = date.fromordinal(last_day.toordinal() + 1)
        for model in MEMBERSHIPS:
            for place in model._default_manager.filter(student_id=link.object_id, period__contains=last_day):
                place.period = DateRange(place.period.lower, after)
                if isinstance(place, SiteMembership):
                    place.leaving_reason = reason[:80]
                place.save()
        details = {"student": link.object_id, "last_day": str(last_day)}
        record.record(by, choices.LEAVER_ENDED, "student", link.object_id, details=details)


def keep_leaver(by: "User", link: SourceLink) -> None:
    """The person is still here, whatever the source says: they are proposed no longer."""
    rules.check_may_import(by)
    with transaction.atomic():
        _settle(link)
        SiteMembership.objects.filter(student_id=link.object_id).update(leaver_proposed_at=None)
        record.record(by, choices.LEAVER_KEPT, str(link.kind), link.object_id)


def _settle(link: SourceLink) -> None:
    if not SourceLink.objects.filter(pk=link.pk, settled_at=None).update(settled_at=clock.now()):
        raise AlreadySettled
