"""What the formats have in common: years, sex, relationships and addresses for sign-in."""

import re

from exchange.bundle import Problem
from exchange.reading import Row

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


def missing(row: Row, column: str, what: str) -> Problem:
    """A row without what it can't do without."""
    return Problem(row.file, row.line, column, "", f"{what} The row was left out.")
