"""Sessions in the database of which nobody who reads the table can make use.

The row is found by a hash of the cookie's key, and what it holds is signed together with that key: the content of one
row means nothing in another. Somebody who can write to the table as well can end sessions, and begin none.
"""

import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY as WHOSE
from django.contrib.sessions.backends import db
from django.utils import timezone

from accounts.models import Session


def stored_key(session_key: str) -> str:
    """The key as the table has it. It is random and long, so a plain hash gives nothing away."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with keys hashed and content bound to its key."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our own table."""
        return Session

    @property
    def key_salt(self) -> str:
        """What the content is signed with beside the secret key of the installation."""
        return f"accounts.sessions:{self.session_key}"

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when there is none, or when its row is not as it was written."""
        row = Session.objects.filter(
            session_key=stored_key(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        held = self.decode(row.session_data) if row else {}
        if row is None or _owner(held) != row.user_id:
            self._session_key = None
            return {}
        return held

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return Session.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row as it is saved."""
        return Session(
            session_key=stored_key(self._get_or_create_session_key()),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=_owner(data),
        )

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one unless named."""
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=stored_key(key)).delete()


def _owner(held: dict[str, Any]) -> int | None:
    return int(held[WHOSE]) if WHOSE in held else None
