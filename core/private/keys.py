"""Key rings that live outside the database: what is stored can be read only together with a folder of key files.

A ring is a folder under WAYMARK_KEYS with one file per key, named by its id; ids begin with the moment they were made,
so the newest is the one that is used for writing, and older ones go on reading what they wrote.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

RINGS = ("audit", "field", "files", "links", "safeguarding")
NONCE = 12
_rings: dict[tuple[str, Path], "KeyRing"] = {}
_lock = Lock()


class KeyMissing(ImproperlyConfigured):
    """Something was sealed with a key that is not in the folder of keys."""


class Tampered(Exception):
    """What was stored is not what was sealed: it was altered, moved to another row, or cut short."""


@dataclass(frozen=True)
class Key:
    """One key: its id, which is stored beside what it sealed, and its 32 secret bytes."""

    id: str
    secret: bytes


class KeyRing:
    """The keys for one purpose. The newest writes, all of them read."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._keys: dict[str, Key] = {}
        self._seen: int | None = None

    @property
    def current(self) -> Key:
        """The key that seals now."""
        self._look_again_if_changed()
        if not self._keys:
            raise KeyMissing(f"There is no {self.name} key in {self.folder.parent}. Run ./run manage make_keys.")
        return self._keys[max(self._keys)]

    @property
    def ids(self) -> list[str]:
        """Every key's id, oldest first."""
        self._look_again_if_changed()
        return sorted(self._keys)

    def encrypt(self, plain: bytes, aad: bytes) -> tuple[str, bytes]:
        """Seal bytes for the place that `aad` names; gives the key's id and the sealed bytes."""
        key = self.current
        nonce = secrets.token_bytes(NONCE)
        return key.id, nonce + AESGCM(self._derived(key, "encrypt")).encrypt(nonce, plain, self._bound(aad))

    def decrypt(self, key_id: str, blob: bytes | memoryview, aad: bytes) -> bytes:
        """Open sealed bytes; raises Tampered when they are not what was sealed for this place."""
        sealed = bytes(blob)
        try:
            return AESGCM(self._derived(self._key(key_id), "encrypt")).decrypt(
                sealed[:NONCE], sealed[NONCE:], self._bound(aad)
            )
        except (InvalidTag, ValueError):
            raise Tampered(f"Something sealed with the {self.name} key {key_id} has been altered.") from None

    def mac(self, message: bytes, key_id: str | None = None) -> bytes:
        """A keyed fingerprint (HMAC-SHA-256), by the current key or by the one named."""
        key = self._key(key_id) if key_id else self.current
        return hmac.new(self._derived(key, "mac"), message, hashlib.sha256).digest()

    def _derived(self, key: Key, use: str) -> bytes:
        return hmac.new(key.secret, f"waymark|{self.name}|{use}".encode(), hashlib.sha256).digest()

    def _bound(self, aad: bytes) -> bytes:
        return self.name.encode() + b"|" + aad

    def _key(self, key_id: str) -> Key:
        if key_id not in self._keys:
            self._seen = None
            self._look_again_if_changed()
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyMissing(f"The {self.name} key {key_id} is missing from the folder of keys.") from None

    def _look_again_if_changed(self) -> None:
        try:
            stamp = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if stamp != self._seen:
            self._keys = {path.stem: Key(path.stem, _secret_in(path)) for path in self.folder.glob("*.key")}
            self._seen = stamp


def keyring(name: str) -> KeyRing:
    """The ring of keys for one purpose."""
    if name not in RINGS:
        raise LookupError(f"There is no key ring “{name}”; the rings are {', '.join(RINGS)}.")
    folder = Path(settings.KEYS) / name
    with _lock:
        return _rings.setdefault((name, folder), KeyRing(name, folder))


def _secret_in(path: Path) -> bytes:
    secret = base64.b64decode(path.read_text().strip())
    if len(secret) != 32:
        raise ImproperlyConfigured(f"The key file {path.name} does not hold a key of 32 bytes.")
    return secret


def make_missing_keys() -> list[str]:
    """Make a first key for every ring that has none; gives the names of the rings that gained one."""
    return [name for name in RINGS if not keyring(name).ids and add_key(name)]


def add_key(name: str) -> str:
    """Add a new key to a ring, which writes with it from now on."""
    folder = keyring(name).folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(folder.parent, 0o700)
    os.chmod(folder, 0o700)
    key_id = f"{time.time_ns() // 1000:016d}-{secrets.token_hex(3)}"
    # Written beside and moved into place, so that nobody ever reads half a key.
    draft = folder / f"{key_id}.new"
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{key_id}.key")
    return key_id


def require_all() -> None:
    """Stop the start when a key is missing, with a sentence that says what to do."""
    missing = [name for name in RINGS if not keyring(name).ids]
    if missing:
        raise ImproperlyConfigured(
            f"Keys are missing for {', '.join(missing)} in {settings.KEYS}. Bring the folder back from the backup;"
            " for a new installation run ./run manage make_keys."
        )
