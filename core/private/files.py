"""The one private store. Bytes are encrypted before they leave memory and are handed out by Waymark's own pages only.

Each file has a random key of its own, sealed by the `files` ring, so that changing the ring's key rewrites rows and
no bytes. The bytes are sealed in frames, each bound to its place and to the file, so that a file of any size is read
and written in little memory and a frame that is altered, moved or missing is noticed.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from core import clock
from core.models import StoredFile
from core.private.keys import Tampered, keyring

log = logging.getLogger("waymark.files")
FRAME = 1 << 20
TAG = 16
STREAMED_FROM = 4 << 20  # bytes above which an answer is streamed rather than held in memory


class FileGone(Exception):
    """The file has expired or its bytes are missing from the store."""


def save_file(
    content: bytes | BinaryIO,
    name: str,
    content_type: str = "application/octet-stream",
    expires_at: datetime | None = None,
    note: str = "",
) -> StoredFile:
    """Encrypt and keep a file. It belongs to the caller's transaction: rolled back, its bytes go with the next purge."""
    source = BytesIO(content) if isinstance(content, bytes) else content
    stored = StoredFile(
        name=safe_name(name),
        content_type=content_type,
        created_at=clock.now(),
        expires_at=expires_at,
        note=note,
    )
    file_key = secrets.token_bytes(32)
    stored.key_id, stored.sealed_key = keyring("files").encrypt(file_key, _place(stored))
    digest = hashlib.sha256()
    with TemporaryFile() as sealed:
        stored.size = _seal(source, sealed, file_key, _place(stored), digest)
        sealed.seek(0)
        stored.sha256 = digest.hexdigest()
        stored.store_path = _store().save(_path_for(stored), File(sealed))
    stored.save(force_insert=True)
    return stored


def open_file(stored: StoredFile) -> bytes:
    """The file's bytes, checked against what was saved."""
    return b"".join(read_frames(stored))


def read_frames(stored: StoredFile) -> Iterator[bytes]:
    """The file's bytes a frame at a time."""
    if not stored.is_there:
        raise FileGone(f"{stored} has expired and was deleted.")
    file_key = keyring("files").decrypt(stored.key_id, stored.sealed_key, _place(stored))
    try:
        sealed = _store().open(stored.store_path, "rb")
    except FileNotFoundError:
        raise FileGone(f"{stored} is missing from the store.") from None
    with sealed:
        yield from _unseal(sealed, file_key, _place(stored), stored.size)


def file_response(stored: StoredFile) -> HttpResponseBase:
    """An answer that downloads the file: never shown inside a page, never guessed at, never kept by the browser."""
    frames = read_frames(stored)
    first = next(frames, b"")  # what is wrong with the file comes out here, while the answer can still say so
    response: HttpResponse | StreamingHttpResponse
    if stored.size <= STREAMED_FROM:
        response = HttpResponse(first + b"".join(frames), content_type=stored.content_type)
    else:
        response = StreamingHttpResponse(_chain(first, frames), content_type=stored.content_type)
    response["Content-Disposition"] = content_disposition_header(True, stored.name) or "attachment"
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def delete_file(stored: StoredFile) -> None:
    """Delete the bytes; the row stays and says when."""
    _store().delete(stored.store_path)
    StoredFile.objects.filter(pk=stored.pk).update(deleted_at=clock.now(), sealed_key=b"")
    stored.refresh_from_db()


def purge() -> tuple[int, int]:
    """Delete expired files and bytes that no row knows; gives how many of each."""
    expired = list(StoredFile.objects.expired())
    for stored in expired:
        delete_file(stored)
    orphans = _delete_orphans()
    if expired or orphans:
        log.info("purge: %s expired files and %s orphans deleted", len(expired), orphans)
    return len(expired), orphans


def reseal() -> int:
    """Seal every file's key with the newest key of the ring; the bytes stay as they are. Gives how many changed."""
    ring = keyring("files")
    changed = 0
    for stored in StoredFile.objects.kept().exclude(key_id=ring.current.id).iterator(chunk_size=500):
        file_key = ring.decrypt(stored.key_id, stored.sealed_key, _place(stored))
        key_id, sealed_key = ring.encrypt(file_key, _place(stored))
        changed += StoredFile.objects.filter(pk=stored.pk, key_id=stored.key_id).update(
            key_id=key_id, sealed_key=sealed_key
        )
    return changed


def safe_name(name: str) -> str:
    """A file's name that is safe to hand to any computer: no folders, no control characters, not too long."""
    plain = "".join(ch for ch in PurePath(name.replace("\\", "/")).name if ch.isprintable()).strip(" .") or "file"
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:150]}.{suffix[:20]}" if dot else plain[:150]


def _store() -> Storage:
    return storages["default"]


def _path_for(stored: StoredFile) -> str:
    # Folders by month and a random name: neither who nor what can be read off the disk.
    return f"{clock.now():%Y/%m}/{uuid4().hex}"


def _place(stored: StoredFile) -> bytes:
    return f"file|{stored.public_id}".encode()


def _seal(
    source: BinaryIO,
    sealed: BinaryIO,
    key: bytes,
    place: bytes,
    digest: "hashlib._Hash",
) -> int:
    cipher, size, number = AESGCM(key), 0, 0
    frame = source.read(FRAME)
    while True:
        following = source.read(FRAME) if frame else b""
        digest.update(frame)
        size += len(frame)
        sealed.write(cipher.encrypt(_nonce(number, last=not following), frame, place))
        if not following:
            return size
        frame, number = following, number + 1


def _unseal(sealed: BinaryIO | File, key: bytes, place: bytes, size: int) -> Iterator[bytes]:
    cipher, number, left = AESGCM(key), 0, size
    while True:
        length = min(FRAME, left)
        left -= length
        try:
            yield cipher.decrypt(_nonce(number, last=not left), sealed.read(length + TAG), place)
        except (InvalidTag, ValueError):
            raise Tampered("A stored file is not what was saved.") from None
        if not left:
            return
        number += 1


def _nonce(number: int, last: bool) -> bytes:
    # The key is the file's own, so counting is enough; the last frame is marked so that a file can't be cut short.
    return number.to_bytes(11) + (b"\x01" if last else b"\x00")


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _delete_orphans() -> int:
    """Bytes whose row was rolled back, or whose writer died, once they are a day old."""
    store, before, gone = _store(), datetime.now().astimezone() - timedelta(days=1), 0
    for path in _every_path(store, ""):
        if store.get_modified_time(path) < before and not StoredFile.objects.filter(store_path=path).exists():
            store.delete(path)
            gone += 1
    return gone


def _every_path(store: Storage, folder: str) -> Iterator[str]:
    try:
        folders, names = store.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in names)
    for name in folders:
        yield from _every_path(store, prefix + name)
