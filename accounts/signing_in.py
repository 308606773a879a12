"""What is written about somebody who is not signed in yet goes by a system actor that is named for their row alone.

The database lets each change only what it is for: `sign-in` the stored password (hashed by a newer way), when somebody
last signed in, and that a second factor was used; `reset-link` the password.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core import naming

SIGN_IN = "sign-in"
RESET_LINK = "reset-link"


@contextmanager
def signing_in(user: Any) -> Iterator[None]:
    """What signing in itself writes. Whoever is signed in already writes in their own name; with nobody there is nothing to write."""
    with _for_their_row(SIGN_IN, user):
        yield


@contextmanager
def by_mailed_link(user: Any) -> Iterator[None]:
    """A new password through the link that was mailed to its owner: a forgotten password, or the first one."""
    with _for_their_row(RESET_LINK, user):
        yield


@contextmanager
def _for_their_row(actor: str, user: Any) -> Iterator[None]:
    present = naming.current()
    if user is None or (present is not None and present.user_id == user.pk):
        yield
        return
    with naming.named_system(actor, row=user.pk):
        yield
