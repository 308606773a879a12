"""The roster formats that are understood, told apart by their files."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from exchange.bundle import Bundle, Problem
from exchange.formats import columns, oneroster, sds_v1, sds_v2
from exchange.formats.unread import what_it_is
from exchange.reading import Files, open_bundle
from exchange.tables import CannotRead

Reader = Callable[[Files, str], Bundle]
READERS: tuple[tuple[tuple[str, ...], Reader, columns.Columns], ...] = (
    (("student.csv", "studentenrollment.csv"), sds_v1.read, columns.SDS_V1),
    (("student.csv", "section.csv"), sds_v1.read, columns.SDS_V1),
    (("manifest.csv", "users.csv"), oneroster.read, columns.ONEROSTER),
    (("roles.csv", "users.csv", "orgs.csv"), sds_v2.read, columns.SDS_V2_1),
    (("users.csv", "orgs.csv", "enrollments.csv"), oneroster.read, columns.ONEROSTER),
)
READ = "Microsoft School Data Sync (v1 UK and v2.1) and OneRoster 1.1"


def read_bundle(path: Path | BytesIO, dates: str = "") -> Bundle:
    """Read a folder, a zip or an uploaded zip in whichever format it is. Raises CannotRead with a sentence when it is none of them."""
    files = open_bundle(path)
    other = what_it_is(files)
    if other:
        words = f"This is {other}. Waymark reads {READ}: choose one of these where you export."
        return Bundle("unknown", problems=[*files.problems, Problem("", 0, "", "", words, fatal=True)])
    for names, reader, known in READERS:
        if files.has(*names):
            bundle = reader(files, dates)
            columns.name_unknown(files, known, bundle.problems)
            bundle.problems[:0] = files.problems
            return bundle
    if files.problems and not files.tables:
        return Bundle("unknown", problems=files.problems)
    there = ", ".join(sorted(table.name for table in files.tables.values()))
    raise CannotRead(f"Waymark does not know the format of these files: {there}. It reads {READ}.")
