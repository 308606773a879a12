"""Emails about safeguarding that did not arrive. The log of emails does not show them, or its readers could count and time
concerns; the safeguarding team, the head and the chair see to whom one did not get through, and not what it was or how many.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts import verbs
from accounts.models import User
from accounts.reach import roles_over
from accounts.rules import goes_again_to, require
from audit.record import record
from core import clock, outbox
from core.models import Mail
from core.models.mail import MailState, SeenBy
from core.outbox.queries import undelivered_to
from core.pages import due
from core.pages.due import Harm, Item, Source

PERMISSION = "safeguarding.propose_team"
ANY = "SELECT 1 FROM core_mail WHERE state IN ('failed', 'uncertain') AND seen_by <> ''"


@dataclass(frozen=True)
class Unreached:
    """Somebody whom emails about safeguarding do not reach: since when, why, and where they could go now."""

    person: User
    since: date
    perhaps: bool
    why: str
    goes_to: str


def mails_seen_by(user: User) -> QuerySet[Mail]:
    """What did not arrive and this person is told of: what went to the team, and what went to themselves."""
    mine = Q(seen_by=SeenBy.RECIPIENT, to_person_id=user.pk)
    return undelivered_to(mine | Q(seen_by=SeenBy.TEAM) if user.has_perm(PERMISSION) else mine)


def unreached_for(user: User) -> list[Unreached]:
    """The people whom such emails do not reach, one line each, longest first."""
    oldest: dict[int, Mail] = {}
    for mail in _still_theirs(mails_seen_by(user).exclude(to_person_id=None)):
        oldest.setdefault(int(mail.to_person_id or 0), mail)
    people = User.objects.in_bulk(list(oldest))
    return [
        Unreached(
            people[pk],
            clock.local(mail.queued_when).date(),
            mail.state == MailState.UNCERTAIN,
            mail.error_text,
            goes_again_to(mail, people[pk].email),
        )
        for pk, mail in oldest.items()
        if pk in people
    ]


def _still_theirs(mails: Iterable[Mail]) -> list[Mail]:
    """Without what went to people who have left, or to the holder of a protected role that is over since: it is no longer theirs."""
    found = list(mails)
    ids = {int(mail.to_person_id or 0) for mail in found}
    people, over = User.objects.in_bulk(list(ids)), roles_over(ids)

    def theirs(mail: Mail) -> bool:
        person = people.get(int(mail.to_person_id or 0))
        queued = clock.local(mail.queued_when).date()
        return person is not None and not person.has_left and queued > over.get(person.pk, date.min)

    return [mail for mail in found if theirs(mail)]


@transaction.atomic
def send_again_to(person: User, by: User) -> int:
    """Send somebody once more what did not reach them, to the address they sign in with now. Says how many were sent."""
    require(by.has_perm(PERMISSION), "Only the safeguarding team, the head and the chair do this.")
    mails = _still_theirs(mails_seen_by(by).filter(to_person_id=person.pk).select_for_update())
    for mail in mails:
        outbox.send_again(mail, goes_again_to(mail, person.email))
    if mails:
        record(by, verbs.MAIL_SENT_AGAIN, "staff", person.pk, walled=True)
    return len(mails)


def load_unreached(user: User, limit: int) -> list[Item]:
    """What My work says of it."""
    url = reverse("accounts:undelivered_list")
    return [
        Item(f"Safeguarding emails do not reach {one.person.full_name}", one.since, url, "See why")
        for one in unreached_for(user)[:limit]
    ]


def register() -> None:
    """Put it on My work of those who can act on it."""
    due.register(
        Source("undelivered", "Emails not delivered", Harm.SAFETY, PERMISSION, load_unreached, order=5, hint=ANY)
    )
