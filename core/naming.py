"""One wrapper per request and per job: it opens the transaction and tells the database who is asking.

The name is signed with a private key that the database never holds. `waymark_person()` and `waymark_system()` check
the signature against the public key, so that injected SQL can't name somebody else, and policies ask only them.
The signature covers which transaction of which connection it is for, so that a copy of it is good nowhere else; and it
goes to the server beside the statement, because other connections can read a statement's text.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

from core import clock

# Seconds that a signed name stays good. It ends with its transaction; this is for one that hangs, and longer than any job.
LIFETIME = 3600
_WALLED = re.compile(r'"?\bsafeguarding_\w+', re.IGNORECASE)


class NobodyNamed(Exception):
    """Our own code asked about the other side of the wall without saying who asks."""


@dataclass(frozen=True)
class Name:
    """Who is named in this transaction: a person by id, or a system actor by word."""

    user_id: int | None
    system: str | None
    purpose: str


@dataclass(frozen=True)
class _Told:
    """What the database was told in this transaction, and which transaction that is."""

    name: Name
    token: str
    moment: str


_current: ContextVar[_Told | None] = ContextVar("waymark_named", default=None)


def current() -> Name | None:
    """The name that the present transaction carries, if any."""
    told = _current.get()
    return told.name if told else None


def key_path() -> Path:
    """Where the private naming key lies, outside the database."""
    return Path(settings.KEYS) / "naming.pem"


def make_key() -> None:
    """Make the naming key once; leaves an existing one alone."""
    path = key_path()
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@lru_cache(maxsize=4)
def _private_key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        raise ImproperlyConfigured(f"The naming key is missing from {path.parent}. Run ./run manage make_keys.")
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ImproperlyConfigured("The naming key must be an RSA key. Move it away and run ./run manage make_keys.")
    return key


def public_numbers() -> tuple[str, int]:
    """The id and the modulus of the naming key, which is all that the database learns of it."""
    modulus = _private_key(key_path()).public_key().public_numbers().n
    return hashlib.sha256(str(modulus).encode()).hexdigest()[:16], modulus


def token_for(name: Name, moment: str) -> str:
    """The signed name as the database reads it: who, purpose, expiry, key id, transaction, signature as a decimal number."""
    who = f"u:{name.user_id}" if name.user_id is not None else f"s:{name.system}"
    # The day is signed too, so that policies which ask for dates go by the one clock and not by the server's.
    return _signed(who, f"{name.purpose}@{clock.today()}", moment, key_path())


@lru_cache(maxsize=64)
def _signed(who: str, purpose: str, moment: str, key: Path) -> str:
    """Signed once for a transaction, however often it comes back to this name."""
    key_id, _ = public_numbers()
    payload = f"{who}|{purpose}|{int(time.time()) + LIFETIME}|{key_id}|{moment}"
    signature = _private_key(key).sign(payload.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{payload}|{int.from_bytes(signature)}"


def this_transaction() -> str:
    """Which transaction of which connection this is, as the server says it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT waymark_transaction()")
        return str(cursor.fetchone()[0])


def _tell_database(token: str) -> None:
    # Django's own cursors write values into the text of the statement; this one sends the token beside "$1".
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT set_config('waymark.person', %s, true)", [token])


@contextmanager
def _naming(name: Name) -> Iterator[None]:
    before, inside = _current.get(), connection.in_atomic_block
    with transaction.atomic():
        moment = before.moment if before else this_transaction()
        told = _Told(name, token_for(name, moment), moment)
        _tell_database(told.token)
        marker = _current.set(told)
        try:
            yield
        except BaseException:
            # The rollback takes the setting back with everything else.
            _current.reset(marker)
            raise
        _current.reset(marker)
        # Inside somebody else's transaction the setting would outlive us; give back what stood before. Our own takes
        # the setting with it when it ends.
        if inside:
            _tell_database(before.token if before else "")


@contextmanager
def named(user_id: int, purpose: str = "page") -> Iterator[None]:
    """Open a transaction in which the database knows that this person asks."""
    with _naming(Name(int(user_id), None, purpose)):
        yield


@contextmanager
def named_system(actor: str, purpose: str = "job", *, row: int | None = None) -> Iterator[None]:
    """Open a transaction in which the database knows that this system actor asks; with `row`, for this one row alone."""
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{0,60}", actor):
        raise ValueError(f"“{actor}” is no name for a system actor")
    with _naming(Name(None, actor, purpose if row is None else f"{actor}:{row}")):
        yield


@contextmanager
def acting(name: Name) -> Iterator[None]:
    """For one statement that must go by this name: the present one when it is that already, otherwise that and back again."""
    before = _current.get()
    if before is not None and (before.name.user_id, before.name.system) == (name.user_id, name.system):
        yield
    elif not connection.in_atomic_block:
        with _naming(name):
            yield
    else:
        moment = before.moment if before else this_transaction()
        _tell_database(token_for(name, moment))
        try:
            yield
        finally:
            # After an error of the database its rollback takes the setting back, and nothing else can be said to it.
            if connection.connection.info.transaction_status != TransactionStatus.INERROR:
                _tell_database(before.token if before else "")


def _refuse_the_nameless(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if _current.get() is None and settings.DATABASE_ROLE == "app" and _WALLED.search(str(sql)):
        raise NobodyNamed("A safeguarding table was asked without a name. Use naming.named() or naming.named_system().")
    return execute(sql, params, many, context)


def _watch(connection: Any, **kwargs: Any) -> None:
    if _refuse_the_nameless not in connection.execute_wrappers:
        connection.execute_wrappers.append(_refuse_the_nameless)


def watch_every_connection() -> None:
    """Make our own code fail loudly when it asks about the wall without a name (SQL itself would answer no rows)."""
    connection_created.connect(_watch, dispatch_uid="core.naming")
