"""A person's own calendar address: made, ended, and what it gives to whoever holds it."""

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from core import clock
from core.actors import SystemActor
from core.outbox import address_of
from core.private import links
from core.private.links import LinkRefused
from interventions import choices
from interventions.icalendar import calendar_text
from interventions.models import CalendarFeed
from interventions.queries.bookings import calendar_rows

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor

PURPOSE = "calendar_feed"
OFFER = "interventions.offer_slots"
OPEN_FOR = timedelta(days=400)


@transaction.atomic
def make_feed(*, with_names: bool, by: "By") -> str:
    """Make somebody's calendar address, and end the one before it. It is given back here and stored nowhere."""
    if isinstance(by, SystemActor) or not by.has_perm(OFFER):
        raise PermissionDenied
    end_feed(by=by)
    link, token = links.issue(PURPOSE, {"user": by.pk}, by=by, expires_in=OPEN_FOR, max_uses=None)
    CalendarFeed.objects.create(user=by, link=link, with_names=with_names)
    record.record(by, choices.MADE_FEED, details={"link": link.pk, "with_names": with_names})
    return address_of("interventions:feed_read", token=token)


@transaction.atomic
def end_feed(*, by: "By") -> bool:
    """End somebody's calendar address. Gives whether there was one."""
    revoked = links.revoke(purpose=PURPOSE, subject={"user": by.pk})
    removed, _ = CalendarFeed.objects.filter(user=by.pk).delete()
    return bool(revoked or removed)


def feed_text(token: str, client: str = "") -> str:
    """The calendar behind an address, as it stands now. Raises LinkRefused when it opens no more."""
    link = links.peek(token, PURPOSE, client)
    feed = CalendarFeed.objects.filter(link=link).select_related("user").first()
    if feed is None or not feed.user.is_active or not feed.user.has_perm(OFFER):
        raise LinkRefused
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return calendar_text("One-to-ones", host, calendar_rows(feed), clock.now())
