"""The roster formats that are understood, told apart by their files."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from exchange.bundle import Bundle
from exchange.formats import oneroster, sds_v1, sds_v2
from exchange.reading import CannotRead, Files, open_bundle

READERS: tuple[tuple[tuple[str, ...], Callable[[Files, str], Bundle]], ...] = (
    (("student.csv", "studentenrollment.csv"), sds_v1.read),
    (("student.csv", "section.csv"), sds_v1.read),
    (("manifest.csv", "users.csv"), oneroster.read),
    (("roles.csv", "users.csv", "orgs.csv"), sds_v2.read),
    (("users.csv", "orgs.csv", "enrollments.csv"), oneroster.read),
)


def read_bundle(path: Path | BytesIO, dates: str = "") -> Bundle:
    """Read a folder, a zip or an uploaded zip in whichever format it is. Raises CannotRead with a sentence when it is none of them."""
    files = open_bundle(path)
    for names, reader in READERS:
        if files.has(*names):
            bundle = reader(files, dates)
            bundle.problems[:0] = files.problems
            return bundle
    if files.problems and not files.tables:
        return Bundle("unknown", problems=files.problems)
    there = ", ".join(sorted(table.name for table in files.tables.values()))
    raise CannotRead(
        f"These files are no roster that Waymark knows: {there}. It reads Microsoft School Data Sync (v1 UK and v2.1)"
        " and OneRoster 1.1."
    )
