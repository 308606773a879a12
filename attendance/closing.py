"""Which codes a closure means, and what may be closed when (facts 1.4). Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from attendance.choices import StatClass
from attendance.codes import Code
from caseload.models import Closure

Kind = Closure.Kind
# Y4 is for an unexpected closure, a planned one is #. Holidays have no registers and need no code.
SESSION_CODE = {Kind.UNEXPECTED: "Y4", Kind.INSET: "#", Kind.PLANNED: "#"}
LESSON_CLASSES = {
    Kind.UNEXPECTED: (StatClass.NOT_POSSIBLE, StatClass.ADMINISTRATIVE),
    Kind.INSET: (StatClass.ADMINISTRATIVE, StatClass.NOT_POSSIBLE),
    Kind.PLANNED: (StatClass.ADMINISTRATIVE, StatClass.NOT_POSSIBLE),
}
PREFERRED = ("C", "#")
# How the reason of a change that a closure made begins, where nobody gave another.
CLOSED_FOR, OPEN_AFTER_ALL = "Closed: ", "Open after all: "
UNEXPECTED_AHEAD = timedelta(days=7)
LONGEST = timedelta(days=31)


def lesson_code(kind: str, codes: Iterable[Code]) -> str:
    """The lesson code of a site's own list that says that no class ran, or nothing when the list has none.

    A class cancelled for an unexpected closure, closed for a planned one; “not required” is about one student and never meant.
    """
    offered = list(codes)
    for stat_class in LESSON_CLASSES.get(Kind(kind), ()):
        of_class = [code.code for code in offered if code.stat_class == stat_class]
        for symbol in PREFERRED:
            if symbol in of_class:
                return symbol
    return ""


def why_not_closed(kind: str, starts_on: date, ends_on: date, today: date, in_a_year: bool) -> dict[str, str]:
    """What is wrong with the dates of a closure, by the name of the field."""
    if not in_a_year:
        return {"starts_on": "These days are not all in an academic year that is set up here."}
    if kind == Kind.UNEXPECTED and starts_on > today + UNEXPECTED_AHEAD:
        return {"kind": "Known more than a week ahead it is a planned closure (#), not an unexpected one (Y4)."}
    if kind in SESSION_CODE and ends_on - starts_on > LONGEST:
        return {"ends_on": "A month at most, since a code is written for everybody. Enter the rest as another closure."}
    return {}
