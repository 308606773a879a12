"""Which days can be meant: a slip of the finger makes a year of 0212 or 9999, and what is kept of it is wrong for ever.

Forms ask here through `core.forms.dates`, imports and pages directly. A day is never put right: it is refused or named.
"""

from dataclasses import dataclass
from datetime import date

from core import clock

YOUNGEST, OLDEST = 3, 99


@dataclass(frozen=True)
class Years:
    """How many years back and ahead of today a day may lie. None ahead: it has come; none back: it is not past."""

    back: int
    ahead: int

    @property
    def first(self) -> date:
        """The earliest day."""
        return _moved(clock.today(), -self.back)

    @property
    def last(self) -> date:
        """The latest day."""
        return _moved(clock.today(), self.ahead)

    def hold(self, day: date) -> bool:
        """Whether the day lies inside."""
        return self.first <= day <= self.last

    def fault(self, day: date) -> str:
        """What is wrong with a day outside, and what to do; nothing for one inside."""
        if self.hold(day):
            return ""
        if not self.ahead and self.last < day <= _moved(self.last, 1):
            return "This day is still to come. Choose today or an earlier day."
        if not self.back and _moved(self.first, -1) <= day < self.first:
            return "This day is past. Choose today or a later day."
        return (
            f"The year {day.year} can’t be meant here. Choose a day from {_words(self.first)} to {_words(self.last)}."
        )


USUAL = Years(back=10, ahead=5)
HAPPENED = Years(back=10, ahead=0)  # what is written down once it has happened
COMING = Years(back=0, ahead=5)  # what is planned from today on
CHILDHOOD = Years(back=25, ahead=0)  # what happened to a student, or was found out about them, at any age
LIFETIME = Years(back=60, ahead=0)  # what a member of staff did, however long ago


def birth_fault(born: date, on: date | None = None) -> str:
    """What is wrong with a student's date of birth on a day, as a sentence; nothing when they are from 3 to 99."""
    day = on or clock.today()
    if born > clock.today():
        return "This date of birth is still to come. Check the year."
    age = max(age_on(born, day), 0)
    if YOUNGEST <= age <= OLDEST:
        return ""
    years = "1 year" if age == 1 else f"{age} years"
    return f"Someone born in {born.year} would be {years} old. Check the date of birth."


def age_on(born: date, day: date) -> int:
    """Age in whole years. Born on 29 February somebody turns a year older on 1 March of a year without one."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _moved(day: date, years: int) -> date:
    """The same day some years away; 28 February for a 29th that isn't there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _words(day: date) -> str:
    return f"{day:%-d %b %Y}"
