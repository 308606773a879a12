"""What was typed when a session ended is kept: sealed, for the person the page was drawn for, for a day.

It is never saved by itself. It is filled into the same form when that person opens the page again, and goes when they
save the form, throw it away, or let the day pass.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from core import clock, naming
from core.models import KeptForm
from core.private.keys import KeyMissing, Tampered, keyring

KEPT_FOR = timedelta(hours=24)
LARGEST = 1 << 20  # bytes of one form
MOST = 20  # forms of one person at once; the oldest makes room
TRIES, WINDOW = 120, 3600  # forms that may be kept for one person in an hour
KEEPER = "kept-forms"
NEVER = {"csrfmiddlewaretoken", "page_for", "form_number", "password", "code", "credential"}

Fields = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Kept:
    """One form as it was sent: on which page it stands, where it goes, what was in it, and why it was not taken."""

    public_id: str
    kept_at: datetime
    page: str
    target: str
    fields: Fields
    why: str = "signed_out"
    files: bool = False

    def first(self, name: str) -> str:
        """The first value of a field, or nothing."""
        return next((values[0] for field, values in self.fields if field == name and values), "")


def typed_in(post: Any) -> Fields:
    """What a form carried, without tokens and secrets."""
    return [(name, values) for name, values in post.lists() if name not in NEVER and "password" not in name]


def keep(
    person_id: int,
    page: str,
    target: str,
    fields: Fields,
    *,
    why: str = "signed_out",
    files: bool = False,
    instead_of: Iterable[str] = (),
) -> bool:
    """Keep what a form carried for this person, instead of what it showed again. False when there is nothing or too much."""
    words = {"page": page, "target": target, "fields": fields, "why": why, "files": files}
    plain = json.dumps(words, ensure_ascii=False).encode()
    if not any(value.strip() for _, values in fields for value in values) or len(plain) > LARGEST:
        return False
    if not _allowed(person_id):
        return False
    ring = keyring("field")
    digest = ring.mac(f"{person_id}|{target}|{json.dumps(fields)}".encode()).hex()
    with naming.named_system(KEEPER, purpose="keep"):
        forget_old()
        mine = KeptForm.objects.filter(person_id=person_id)
        mine.filter(Q(digest=digest) | Q(public_id__in=list(instead_of))).delete()
        room = list(mine.order_by("-pk").values_list("pk", flat=True)[MOST - 1 :])
        if room:
            mine.filter(pk__in=room).delete()
        row = KeptForm(person_id=person_id, kept_at=clock.now(), expires_at=clock.now() + KEPT_FOR, digest=digest)
        row.key_id, row.sealed = ring.encrypt(plain, _place(row))
        row.save(force_insert=True)
    return True


def _allowed(person_id: int) -> bool:
    counter = f"kept-forms:{person_id}"
    return cache.add(counter, 1, WINDOW) or cache.incr(counter) <= TRIES


def _place(row: KeptForm) -> bytes:
    return f"core_keptform|{row.public_id}|{row.person_id}".encode()


def waiting_for(person_id: int) -> list[Kept]:
    """What is kept for the person in whose name the transaction runs, newest first."""
    rows = KeptForm.objects.filter(person_id=person_id, expires_at__gt=clock.now()).order_by("-pk")
    return [kept for row in rows if (kept := _opened(row)) is not None]


def something_waits(person_id: int) -> bool:
    """Whether anything is kept for this person."""
    with naming.named(person_id, purpose="keep"):
        return KeptForm.objects.filter(person_id=person_id, expires_at__gt=clock.now()).exists()


def _opened(row: KeptForm) -> Kept | None:
    try:
        told = json.loads(keyring("field").decrypt(row.key_id, row.sealed, _place(row)))
    except (KeyMissing, Tampered):
        return None  # a key that is gone: there is nothing left to show
    fields = [(name, list(values)) for name, values in told["fields"]]
    return Kept(str(row.public_id), row.kept_at, told["page"], told["target"], fields, told["why"], told["files"])


def let_go(person_id: int, public_ids: Iterable[str]) -> None:
    """Forget kept forms of this person: they were saved, or thrown away."""
    KeptForm.objects.filter(person_id=person_id, public_id__in=list(public_ids)).delete()


def forget_old() -> int:
    """Forget what nobody came back for; asked by the keeper itself."""
    gone, _ = KeptForm.objects.filter(expires_at__lte=clock.now()).delete()
    return gone
