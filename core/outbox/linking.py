"""Links with a secret in their address. They are made when an email is handed over, so that no stored text ever holds one.

The text holds `MARK` where the link will stand, and the row says which link it is and about whom: the name under which an
app registered how to make it, and ids. Each try makes a new one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.html import escape

from core import naming
from core.outbox.wording import plain_html

if TYPE_CHECKING:
    from core.models import Mail

# Where the link will stand. No address and no markup, so that nothing takes it for either before then.
MARK = "waymark:the-link-is-made-when-this-is-sent"
NAMED = "mail-links"  # the system actor that makes them
Maker = Callable[[dict[str, int]], str]
_makers: dict[str, Maker] = {}


class LinkGone(Exception):
    """The link would open nothing any more; the words say why, and what to do instead."""


@dataclass(frozen=True)
class SecretLink:
    """Which link an email will hold, and the ids that it is about."""

    kind: str
    about: dict[str, int] = field(default_factory=dict)


def register_link(kind: str, make: Maker) -> None:
    """Say how a kind of link is made: from the ids to the whole address. Raises LinkGone where it would open nothing."""
    _makers[kind] = make


def check_link(link: SecretLink | None, text: str) -> None:
    """Refuse an email whose link nobody can make or whose text has no place for it."""
    if link is not None and (link.kind not in _makers or MARK not in text):
        raise LookupError(f"An email with the link {link.kind} needs a maker for it, and MARK in its text.")


def with_link(mail: "Mail") -> tuple[str, str]:
    """The text and HTML of an email as they go out, with the link that is made now."""
    if not mail.link_kind:
        return mail.text, mail.html
    with naming.named_system(NAMED, purpose="mail"):
        link = _makers[mail.link_kind](mail.link_about)
    text = mail.text.replace(MARK, link)
    return text, mail.html.replace(MARK, escape(link)) or plain_html(mail.subject, text)
