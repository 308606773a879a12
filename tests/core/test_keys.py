"""Key rings outside the database."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from core.private.keys import RINGS, KeyMissing, Tampered, add_key, keyring, make_missing_keys, require_all


@pytest.fixture(autouse=True)
def own_keys(settings: object, tmp_path: Path) -> Path:
    """A folder of keys for this test."""
    settings.KEYS = tmp_path / "keys"  # type: ignore[attr-defined]  # pytest-django's fixture has no type
    return tmp_path / "keys"


def test_keys_are_made_once_for_nobody_else_to_read(own_keys: Path) -> None:
    assert make_missing_keys() == list(RINGS)
    assert make_missing_keys() == []
    files = list(own_keys.glob("*/*.key"))
    assert len(files) == len(RINGS)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert {file.parent.stat().st_mode & 0o777 for file in files} == {0o700}


def test_what_is_sealed_opens_only_whole_and_in_its_place() -> None:
    make_missing_keys()
    ring = keyring("field")
    key_id, blob = ring.encrypt(b"secret", b"row 1")
    assert b"secret" not in blob
    assert ring.decrypt(key_id, memoryview(blob), b"row 1") == b"secret"
    assert ring.encrypt(b"secret", b"row 1")[1] != blob
    for spoilt, place in ((blob[:-1] + bytes([blob[-1] ^ 1]), b"row 1"), (blob, b"row 2"), (b"", b"row 1")):
        with pytest.raises(Tampered):
            ring.decrypt(key_id, spoilt, place)
    with pytest.raises(KeyMissing):
        keyring("safeguarding").decrypt(key_id, blob, b"row 1")


def test_a_newer_key_writes_and_the_older_still_reads() -> None:
    make_missing_keys()
    ring = keyring("safeguarding")
    old_id, old = ring.encrypt(b"before", b"")
    add_key("safeguarding")
    new_id, _ = ring.encrypt(b"after", b"")
    assert new_id > old_id
    assert ring.decrypt(old_id, old, b"") == b"before"
    assert len(new_id) <= 32


def test_a_fingerprint_depends_on_the_key_and_names_it() -> None:
    make_missing_keys()
    ring = keyring("audit")
    first = ring.current.id
    before = ring.mac(b"entry")
    add_key("audit")
    assert ring.mac(b"entry") != before
    assert ring.mac(b"entry", first) == before
    assert keyring("files").mac(b"entry") != before


def test_missing_keys_stop_the_start_with_a_sentence(own_keys: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="make_keys"):
        require_all()
    call_command("make_keys")
    require_all()
    call_command("make_keys", rotate="files")
    assert len(keyring("files").ids) == 2
    assert (own_keys / "naming.pem").exists()


def test_there_is_no_ring_of_another_name() -> None:
    with pytest.raises(LookupError):
        keyring("filed")
