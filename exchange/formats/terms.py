"""The terms that classes belong to, and the school year that follows from them."""

from datetime import date

from exchange.bundle import Problem
from exchange.formats import dates as when
from exchange.reading import Files
from exchange.tables import Row, shown

SUMMER = 8  # a year that starts in late summer is named by that summer; January belongs to the year before
FILE = "academicSessions.csv"


class Terms(dict[str, date | None]):
    """When each term of a bundle begins, by its id; not known at all when the bundle has no terms."""

    is_there = False


def terms_of(files: Files, order: str, problems: list[Problem]) -> Terms:
    """The terms of academicSessions.csv."""
    rows = files.rows(FILE)
    starts = when.column_of(rows, "startDate", order, problems)
    found = Terms({row.get("sourcedId"): starts.get(row.line) for row in rows})
    found.is_there = files.has(FILE)
    return found


def start_year(row: Row, column: str, named: list[str], terms: Terms, problems: list[Problem]) -> int | None:
    """The start year of the first of these terms with a beginning. A term that the bundle does not have is a problem."""
    found = None
    for identifier in named:
        starts = terms.get(identifier)
        if terms.is_there and identifier not in terms:
            words = f"No term in {FILE} has this id. Without one the class counts for this school year."
            problems.append(Problem(row.file, row.line, column, shown(column, identifier), words))
        if starts and found is None:
            found = starts.year if starts.month >= SUMMER else starts.year - 1
    return found
