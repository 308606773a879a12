"""Links for people without an account: one purpose, one person, expiring, revocable, rate limited.

The token is 256 random bits and travels only in the link; the table keeps a keyed fingerprint of it, so that neither a
copy of the database nor injected SQL can make or replay a link.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import F

from core import clock
from core.actors import Actor
from core.models import SignedLink
from core.private.keys import keyring

TRIES, WINDOW = (
    20,
    15 * 60,
)  # wrong or worn-out links that one address may open in a quarter of an hour


class LinkRefused(Exception):
    """The link does not open: unknown, for something else, expired, taken back or used up. Nobody is told which."""


class TooManyTries(LinkRefused):
    """This address has opened too many links that don't open."""


def issue(
    purpose: str,
    subject: dict[str, int],
    *,
    by: Actor,
    expires_in: timedelta,
    max_uses: int | None = 1,
) -> tuple[SignedLink, str]:
    """Make a link for one purpose and the ids it is about; gives the row and the token that goes into the address."""
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in subject.values()):
        raise TypeError("A link is about ids, which are numbers.")
    token = secrets.token_urlsafe(32)
    link = SignedLink.objects.create(
        purpose=purpose,
        subject=subject,
        fingerprint=_fingerprint(token),
        created_at=clock.now(),
        expires_at=clock.now() + expires_in,
        max_uses=max_uses,
        issued_by_id=by.pk,
    )
    return link, token


def peek(token: str, purpose: str, client: str = "") -> SignedLink:
    """The link that a token opens, without using it up: for showing the form."""
    _refuse_the_insistent(client)
    link = SignedLink.objects.usable().filter(fingerprint=_fingerprint(token), purpose=purpose).first()
    if link is None:
        _note_wrong_try(client)
        raise LinkRefused
    return link


def redeem(token: str, purpose: str, client: str = "") -> SignedLink:
    """Use the link once, for sending the form. Two people pressing at once use it up once."""
    link = peek(token, purpose, client)
    used = (
        SignedLink.objects.usable().filter(pk=link.pk).update(used_count=F("used_count") + 1, last_used_at=clock.now())
    )
    if not used:
        raise LinkRefused
    link.refresh_from_db()
    return link


def renew(link: SignedLink) -> str:
    """A new token for a link that still opens; the one before stops working. For a link that is sent once more."""
    token = secrets.token_urlsafe(32)
    if not SignedLink.objects.usable().filter(pk=link.pk).update(fingerprint=_fingerprint(token)):
        raise LinkRefused
    return token


def revoke(**about: Any) -> int:
    """Take back links that still open, by any field: `revoke(purpose=…, subject={"student": 3})`."""
    return SignedLink.objects.usable().filter(**about).update(revoked_at=clock.now())


def _fingerprint(token: str) -> str:
    # Keyed by the oldest key of the ring for as long as its links may live: the ring is not rotated.
    ring = keyring("links")
    return ring.mac(token.encode(), ring.ids[0] if ring.ids else None).hex()


def _counter(client: str) -> str:
    return "link-tries:" + hashlib.sha256(client.encode()).hexdigest()[:32]


def _refuse_the_insistent(client: str) -> None:
    if client and cache.get(_counter(client), 0) >= TRIES:
        raise TooManyTries


def _note_wrong_try(client: str) -> None:
    if client and not cache.add(_counter(client), 1, WINDOW):
        cache.incr(_counter(client))
