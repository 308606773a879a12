"""The private store: encrypted, tamper-evident, expiring."""

import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.http import StreamingHttpResponse

from config.env import file_store
from core import clock
from core.jobs import run_now
from core.models import StoredFile
from core.private import files
from core.private.files import FileGone, file_response, open_file, safe_name, save_file
from core.private.keys import Tampered, add_key

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def own_store(settings: object, tmp_path: Path) -> Path:
    """A store for this test."""
    folder = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {  # type: ignore[attr-defined]  # pytest-django's fixture has no type
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    }
    return folder


@pytest.fixture
def bucket(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store in a bucket, which the test holds in memory."""
    import boto3
    from moto import mock_aws

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("WAYMARK_FILES", "s3://waymark-files/private?region=eu-west-2")
    with mock_aws():
        place = {"LocationConstraint": "eu-west-2"}
        client = boto3.client("s3", region_name="eu-west-2")
        client.create_bucket(Bucket="waymark-files", CreateBucketConfiguration=place)
        store = file_store("WAYMARK_FILES", Path("unused"))
        settings.STORAGES = settings.STORAGES | {"default": store}  # type: ignore[attr-defined]  # as above
        yield client


def test_a_bucket_holds_files_sealed_and_under_no_name(bucket: Any) -> None:
    content = b"Zara Khan told me " * 9000
    stored = save_file(content, "note.txt", "text/plain")
    assert open_file(StoredFile.objects.get(pk=stored.pk)) == content
    keys = [row["Key"] for row in bucket.list_objects_v2(Bucket="waymark-files")["Contents"]]
    assert len(keys) == 1
    assert keys[0].startswith("private/")
    assert "note" not in keys[0]
    assert b"Zara" not in bucket.get_object(Bucket="waymark-files", Key=keys[0])["Body"].read()


def test_files_in_a_bucket_are_missed_deleted_and_purged(bucket: Any) -> None:
    stored = save_file(b"words", "note.txt", "text/plain")
    kept = save_file(b"kept", "kept.txt", "text/plain")
    store = storages["default"]
    with store.open("2026/01/left-behind", "wb") as orphan:
        orphan.write(b"nobody knows it")
    store.delete(kept.store_path)
    with pytest.raises(FileGone):
        open_file(kept)
    files.delete_file(stored)
    with clock.set_to(clock.now() + timedelta(days=2)):
        files.purge()
    assert store.exists("2026/01/left-behind")  # a day old at least, by the bucket's own clock
    assert not store.exists(stored.store_path)


def _path(stored: StoredFile) -> Path:
    return Path(storages["default"].path(stored.store_path))


@pytest.mark.parametrize("size", [0, 1, files.FRAME - 1, files.FRAME, files.FRAME + 1, 2 * files.FRAME])
def test_what_is_saved_comes_back_and_is_never_on_disk_in_clear(size: int) -> None:
    content = (b"Zara Khan told me " * (size // 18 + 1))[:size]
    stored = save_file(content, "note.txt", "text/plain")
    assert stored.size == size
    assert open_file(StoredFile.objects.get(pk=stored.pk)) == content
    on_disk = _path(stored).read_bytes()
    assert b"Zara" not in on_disk
    assert _path(stored).stat().st_mode & 0o777 == 0o600
    assert _path(stored).parent.stat().st_mode & 0o777 == 0o700


def test_a_stream_is_taken_like_bytes() -> None:
    assert open_file(save_file(BytesIO(b"abc"), "a.bin")) == b"abc"


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: bytes([b[0] ^ 1]) + b[1:], lambda b: b[: files.FRAME + 16], lambda b: b""]
)
def test_altered_or_shortened_bytes_are_noticed(spoil: object) -> None:
    stored = save_file(b"q" * (files.FRAME + 10), "a.bin")
    _path(stored).write_bytes(spoil(_path(stored).read_bytes()))  # type: ignore[operator]  # one of the functions above
    with pytest.raises(Tampered):
        open_file(stored)


def test_bytes_of_another_file_do_not_open() -> None:
    mine, other = save_file(b"mine", "a"), save_file(b"othr", "b")
    _path(mine).write_bytes(_path(other).read_bytes())
    with pytest.raises(Tampered):
        open_file(mine)
    StoredFile.objects.filter(pk=mine.pk).update(sealed_key=other.sealed_key)
    with pytest.raises(Tampered):
        open_file(StoredFile.objects.get(pk=mine.pk))


def test_the_answer_is_a_download_that_nobody_keeps() -> None:
    response = file_response(save_file(b"<script>", "Łukasz “term”.html", "text/html"))
    assert response.content == b"<script>"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C5%81ukasz")
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "no-store, private")
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_large_answer_streams() -> None:
    content = b"z" * (files.STREAMED_FROM + 5)
    response = file_response(save_file(content, "big.pdf", "application/pdf"))
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response) == content
    assert response["Content-Length"] == str(len(content))


def test_expired_files_and_orphans_are_purged_and_others_stay() -> None:
    expired = save_file(b"old", "old.pdf", expires_at=clock.now() - timedelta(hours=1))
    kept = save_file(b"new", "new.pdf", expires_at=clock.now() + timedelta(hours=1))
    orphan, fresh = save_file(b"orphan", "o"), save_file(b"fresh", "f")
    path = _path(orphan)

    os.utime(path, (0, 0))
    os.utime(_path(kept), (0, 0))
    StoredFile.objects.filter(pk__in=[orphan.pk, fresh.pk]).delete()
    run_now("core.purge_files")
    expired.refresh_from_db()
    assert not _path(expired).exists()
    assert not path.exists()
    assert _path(fresh).exists()
    assert open_file(kept) == b"new"
    assert expired.deleted_at is not None
    with pytest.raises(FileGone):
        open_file(expired)


def test_a_newer_key_reseals_keys_and_leaves_the_bytes() -> None:
    stored = save_file(b"abc", "a")
    before = _path(stored).read_bytes()
    add_key("files")
    said = StringIO()
    call_command("reseal_files", stdout=said)
    assert int(said.getvalue().split()[0]) >= 1
    again = StoredFile.objects.get(pk=stored.pk)
    assert again.key_id > stored.key_id
    assert (_path(again).read_bytes(), open_file(again)) == (before, b"abc")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept
