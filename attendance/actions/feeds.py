"""Tell those who look after a site's marks that they no longer come in from its MIS."""

from django.db import transaction

from accounts.models import User
from attendance.queries.registers.feeds import Feed, feeds_of
from caseload.models import Reach
from core import clock
from core.actors import SystemActor
from core.outbox import address_of, queue_mail

SYSTEM_FEEDS = SystemActor("attendance-feeds", "Marks from the MIS stopped coming in")
TOLD = ("data_manager",)
TEXT = """{greeting}

No new marks have come in from the MIS of {site} for over {minutes} minutes. What is here: {words}.

Pages show how far the marks go, and until new ones come the figures of today are not complete.
See what came, or bring in a file:
{link}

This is said once a day for each site.
"""


@transaction.atomic
def tell_of_stale_feeds(by: SystemActor = SYSTEM_FEEDS) -> int:
    """Mail the data managers of each site whose feed has gone quiet in the school day; gives the mails asked for.

    One mail a person, site and day: the outbox holds the key.
    """
    stale = [feed for feed in feeds_of() if feed.is_stale]
    number = 0
    for feed in stale:
        for person in _who_is_told(feed.site_id):
            _mail(person, feed, by)
            number += 1
    return number


def _who_is_told(site_id: int) -> list[User]:
    held = Reach.objects.filter(role__name__in=TOLD, period__contains=clock.today())
    over_all, of_site = held.filter(kind="college"), held.filter(kind="site", container_id=site_id)
    ids = {*over_all.values_list("user_id", flat=True), *of_site.values_list("user_id", flat=True)}
    return [person for person in User.objects.filter(pk__in=ids, is_active=True).order_by("pk") if person.works_here]


def _mail(person: User, feed: Feed, by: SystemActor) -> None:
    queue_mail(
        key=f"attendance.feed-stale.{clock.today()}.{feed.site_id}.{person.pk}",
        to=person.email,
        to_person_id=person.pk,
        subject=f"No new marks from the MIS of {feed.site}",
        text=TEXT.format(
            greeting=f"{person.formal_name},",
            site=feed.site,
            minutes=feed.stale_after,
            words=feed.words,
            link=address_of("exchange:mark_import_list"),
        ),
        by=by,
    )
