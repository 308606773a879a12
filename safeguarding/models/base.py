"""What every row behind the wall shares: an id that counts nothing, and words that the database can't read."""

import json
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models

from core import wording
from core.private.keys import keyring


class Walled(models.Model):
    """A row behind the wall. Its only id is random, because a running number tells how many there are."""

    public_id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}".capitalize()


def seal(table: str, row_id: object, field: str, words: dict[str, Any]) -> tuple[str, bytes]:
    """Words sealed for one field of one row, so that they open nowhere else. Gives the key's id and the sealed bytes."""
    plain = json.dumps({name: value for name, value in words.items() if value not in ("", None)}, ensure_ascii=False)
    return keyring("safeguarding").encrypt(plain.encode(), f"{table}|{row_id}|{field}".encode())


def unseal(table: str, row_id: object, field: str, key_id: str, blob: bytes | memoryview | None) -> dict[str, Any]:
    """The words of one field of one row; empty when nothing was written."""
    if not blob:
        return {}
    found: dict[str, Any] = json.loads(
        keyring("safeguarding").decrypt(key_id, blob, f"{table}|{row_id}|{field}".encode())
    )
    return found


class Sealed(Walled):
    """A row with words that are encrypted with a key outside the database."""

    sealed = models.BinaryField(editable=False)
    key_id = models.CharField(max_length=32, editable=False)

    class Meta(Walled.Meta):
        abstract = True

    def seal_words(self, **words: Any) -> None:
        """Seal these words into the row, before it is saved for the first time."""
        self.key_id, self.sealed = seal(self._meta.db_table, self.pk, "sealed", words)
        self.__dict__.pop("words", None)

    @cached_property
    def words(self) -> dict[str, Any]:
        """The words, opened once."""
        return unseal(self._meta.db_table, self.pk, "sealed", self.key_id, self.sealed)


def day_alone(time_said: bool) -> dict[str, bool]:
    """What is sealed with a report's words when only the day on which it happened is known."""
    return {} if time_said else {"day_alone": True}


def when_it_happened(occurred_at: datetime | None, words: dict[str, Any]) -> str:
    """When something happened, as far as its reporter said: the day and time, the day alone, or nothing."""
    if occurred_at is None:
        return "not said when"
    if not words.get("day_alone"):
        return wording.moment(occurred_at)
    return f"{wording.day(occurred_at)}, no time given"


# No constraint in the database on these two: its error messages on deleting or renumbering a student or a member of
# staff would tell anybody who can cause them that there is a concern. Triggers check that the row exists instead.
def to_student(**more: Any) -> Any:
    """A foreign key to a student that leaves no way back."""
    return models.ForeignKey("caseload.Student", models.DO_NOTHING, related_name="+", db_constraint=False, **more)


def to_person(**more: Any) -> Any:
    """A foreign key to a member of staff that leaves no way back."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False, **more)


def to_concern(**more: Any) -> Any:
    """A foreign key to the concern that a row belongs to."""
    return models.ForeignKey("safeguarding.Concern", models.PROTECT, related_name="+", **more)
