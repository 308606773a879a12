"""Give reach, arrange cover, end reach."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model

from accounts.models import User
from accounts.roles import PROTECTED
from audit.record import record
from caseload import verbs
from caseload.choices import Capacity
from caseload.models import GRANT_MODELS, CaseloadGrant, Grant, Reach
from caseload.queries.grants import last_day_of
from caseload.rules.grants import giving_refused, may_end, require
from core import clock
from core.actors import SystemActor


class AlreadyHeld(Exception):
    """They hold this role over this already, for some of that time; the words say from when to when."""


class AlreadyEnded(Exception):
    """Somebody else ended it first."""


class Impossible(Exception):
    """What was asked contradicts itself; `field` says where, the words say how."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Reaching:
    """Reach to be given: who, in which role, over what, from the first day to the last (both included)."""

    user: User
    role: str
    kind: str
    container: Model
    starts_on: date
    last_day: date | None = None
    reason: str = ""
    capacity: str = Capacity.TUTOR
    handover_note: str = ""

    @property
    def period(self) -> DateRange:
        """As it is stored: the end is the first day on which it no longer holds."""
        return period_of(self.starts_on, self.last_day)


def period_of(starts_on: date, last_day: date | None) -> DateRange:
    """A period from the first day to the last, both included, as it is stored."""
    return DateRange(starts_on, last_day + timedelta(days=1) if last_day else None)


@transaction.atomic
def give_reach(wanted: Reaching, by: Any) -> Grant:
    """Give somebody a role over something for a while. It works from the first day on, without another sign-in."""
    refused = giving_refused(by, wanted.user, wanted.role, wanted.kind, wanted.container)
    require(not refused, refused)
    _check(wanted)
    model = GRANT_MODELS[wanted.kind]
    extra = {"capacity": wanted.capacity, "handover_note": wanted.handover_note} if wanted.kind == "caseload" else {}
    grant = model(
        user=wanted.user,
        role=Group.objects.get(name=wanted.role),
        content_object=wanted.container,
        period=wanted.period,
        reason=wanted.reason,
        given_by=None if isinstance(by, SystemActor) else by,
        **extra,
    )
    save_once(grant)
    details = {"user": wanted.user.pk, "role": wanted.role, "kind": wanted.kind, "container": wanted.container.pk}
    details |= {
        "from": wanted.starts_on.isoformat(),
        "last_day": wanted.last_day.isoformat() if wanted.last_day else None,
    }
    record(by, verbs.REACH_GIVEN, f"grant.{wanted.kind}", grant.pk, details=details)
    return grant


def give_cover(wanted: Reaching, by: Any) -> Grant:
    """Let somebody look after a caseload for a while, with a note of what they need to know."""
    return give_reach(replace(wanted, role="tutor", kind="caseload", capacity=Capacity.COVER), by)


@transaction.atomic
def end_reach(grant: Grant, by: Any, reason: str = "", last_day: date | None = None) -> Grant:
    """End a grant after its last day, or from this moment. One that has not begun is taken back; its history stays."""
    stored = type(grant)._default_manager.select_for_update().get(pk=grant.pk)
    require(may_end(by, stored), "You may not end this.")
    today = clock.today()
    if stored.period.isempty or (stored.period.upper and stored.period.upper <= today):
        raise AlreadyEnded
    if last_day and last_day < today:
        raise Impossible("last_day", "That day has passed. Leave it empty to end it now.")
    first_without = last_day + timedelta(days=1) if last_day else today
    if stored.period.upper and first_without > stored.period.upper:
        raise Impossible("last_day", "It ends before that already. To have it for longer, give it again.")
    lower = stored.period.lower
    stored.period = DateRange(lower, max(first_without, lower) if lower else first_without)
    if not isinstance(by, SystemActor):
        stored.ended_by = by
    stored.ended_at, stored.end_reason = clock.now(), reason
    stored.save(update_fields=["period", "ended_by", "ended_at", "end_reason"])
    stored.refresh_from_db(fields=["period"])  # the database knows when nothing is left of it
    details = {
        "user": stored.user_id,
        "role": stored.role.name,
        "last_day": last_day.isoformat() if last_day else "now",
    }
    record(by, verbs.REACH_ENDED, f"grant.{stored.container_kind}", stored.pk, details=details)
    return stored


def end_all_reach(user: User, last_day: date, by: Any) -> int:
    """End everything that somebody holds when they leave; what would have begun later is taken back.

    Protected roles are not ended here: the database did that when a second person approved.
    """
    first_without = last_day + timedelta(days=1)
    rows = (
        Reach.objects.filter(user=user)
        .exclude(role__name__in=PROTECTED)
        .exclude(period__fully_lt=(first_without, None))
        .values_list("kind", "grant_id")
    )
    ended = 0
    for kind, pk in rows:
        grant = GRANT_MODELS[kind]._default_manager.select_for_update().get(pk=pk)
        upper = grant.period.upper
        if grant.period.isempty or (upper and upper <= first_without):
            continue
        lower = grant.period.lower
        grant.period = DateRange(lower, max(first_without, lower) if lower else first_without)
        grant.ended_at, grant.end_reason = clock.now(), "Left"
        grant.ended_by = None if isinstance(by, SystemActor) else by
        grant.save(update_fields=["period", "ended_by", "ended_at", "end_reason"])
        ended += 1
    return ended


def _check(wanted: Reaching) -> None:
    if wanted.last_day and wanted.last_day < wanted.starts_on:
        raise Impossible("last_day", "The last day is before the first.")
    if wanted.last_day and wanted.last_day < clock.today():
        raise Impossible("last_day", "That day has passed, so this would give nothing.")
    cover = wanted.kind == "caseload" and wanted.capacity == Capacity.COVER
    if cover and wanted.last_day is None:
        raise Impossible("last_day", "Cover needs a last day. It can be given again if it lasts longer.")


def save_once(grant: Any) -> None:
    """Save a new grant, or say since when they hold it already; the database decides, so two data managers at once can't both."""
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError as clash:
        if "caseload_one_cover_at_a_time" in str(clash):
            raise AlreadyHeld(_covered(grant)) from None
        if "_once" not in str(clash):
            raise
        held = (
            type(grant)
            ._default_manager.filter(
                user=grant.user, role=grant.role, content_object=grant.content_object, period__overlap=grant.period
            )
            .first()
        )
        raise AlreadyHeld(_already(held)) from None


def _covered(grant: Any) -> str:
    other = CaseloadGrant.objects.filter(
        content_object=grant.content_object, capacity=Capacity.COVER, period__overlap=grant.period
    ).first()
    if other is None:
        return "Somebody else covers this caseload on one of these days."
    last_day = last_day_of(other.period)
    return (
        f"{other.user.formal_name} covers this caseload already, from {other.period.lower:%-d %b %Y}"
        f" to {last_day:%-d %b %Y}. Choose other days, or end that first."
    )


def _already(held: Grant | None) -> str:
    if held is None:
        return "They hold this already."
    since = f"{held.period.lower:%-d %b %Y}" if held.period.lower else "always"
    until = f"to {held.period.upper - timedelta(days=1):%-d %b %Y}" if held.period.upper else "with no end"
    return f"They hold this already, from {since} {until}. End that first, or choose other days."
