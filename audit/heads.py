"""Where the chain stood and when, noted outside the database, so that a record cut short at its end is found out.

One line for each sealing, in a file for each month: when, the place in the chain, the newest seal.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from core import clock

_LINE = re.compile(r"(?P<at>\S+) (?P<position>[0-9]{1,18}) (?P<mac>[0-9a-f]{64})")


@dataclass(frozen=True)
class Noted:
    """The newest seal as it stood at some moment."""

    at: str
    position: int
    mac: str


def note(position: int, mac: bytes) -> None:
    """Add where the chain stands now. The line is on the disk before anything else is sealed."""
    folder: Path | None = settings.AUDIT_HEADS
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = clock.now()
    descriptor = os.open(folder / f"heads-{now:%Y-%m}.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{now.isoformat(timespec='seconds')} {position} {mac.hex()}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def noted(folder: Path) -> dict[int, Noted]:
    """What the files of a folder say, by place in the chain. A line that was cut off by a crash says nothing."""
    return {line.position: line for path in sorted(folder.glob("heads-*.txt")) for line in _lines(path)}


def _lines(path: Path) -> Iterator[Noted]:
    for text in path.read_text(encoding="ascii", errors="replace").splitlines():
        if found := _LINE.fullmatch(text):
            yield Noted(found["at"], int(found["position"]), found["mac"])
