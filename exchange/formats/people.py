"""What the formats have in common: years, sex, relationships and addresses for sign-in."""

import re

from exchange.bundle import Problem
from exchange.reading import Files
from exchange.tables import Row

SEX = {"male": "M", "m": "M", "female": "F", "f": "F"}
RELATIONSHIP = {
    "parent": "parent", "mother": "mother", "father": "father", "guardian": "guardian", "relative": "relative",
    "aide": "other", "doctor": "other", "emergencycontact": "other", "other": "other",
    "childadvocate": "other", "fostercarer": "foster_carer", "grandparent": "grandparent",
}  # fmt: skip
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
HIGHEST_YEAR = 14


def nc_year(row: Row, column: str, problems: list[Problem]) -> int | None:
    """The year group as a number from 0 to 14; a list of several, or a word, is a problem and left out."""
    value = row.get(column)
    if not value:
        return None
    if value.isascii() and value.isdigit() and int(value) <= HIGHEST_YEAR:
        return int(value)
    problems.append(Problem(row.file, row.line, column, value, "Not a year group from 0 to 14. It was left out."))
    return None


def email(*candidates: str) -> str:
    """The first of the candidates that is an email address, in lower case; empty when none is."""
    return next((value.lower() for value in candidates if _EMAIL.fullmatch(value) and len(value) <= 254), "")


def twice(row: Row, column: str, identifier: str, what: str) -> Problem:
    """The same id stands twice: which of them is right can't be told, so nothing is imported."""
    return Problem(row.file, row.line, column, identifier, f"This {what} stands in the file twice.", fatal=True)


def missing(row: Row, column: str, what: str, kind: str) -> Problem:
    """A row without what it can't do without."""
    return Problem(row.file, row.line, column, "", f"{what} The row was left out.", left_out=kind)


def names_of(row: Row, given: str, family: str) -> tuple[str, str]:
    """First name and surname; neither when the file has not got both columns, since one would pass for the other."""
    return (row.get(given), row.get(family)) if row.has(given, family) else ("", "")


def need_names(files: Files, name: str, given: str, family: str, problems: list[Problem]) -> None:
    """Say once of a file that names can't be read from it, and which column is missing."""
    table = files.tables.get(name.lower())
    for column in (given, family):
        if table and table.rows and not table.has(column):
            words = f"The column {column} is missing from {table.name}, so names were not read. Add it to the export."
            problems.append(Problem(table.name, 1, column, "", words))


def called(row: Row, given: str, family: str) -> str:
    """What to call the person of a row that was left out."""
    return f"{row.get(given)} {row.get(family)}".strip()
