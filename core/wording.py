"""How figures, dates and names are written everywhere, in pages, mails and PDFs alike."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from core import clock

NOTHING = "–"
ENDS = (0, 100)  # 2,399 of 2,400 is not all of them, and 1 is not none
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | datetime | None, weekday: bool = True) -> str:
    """“Fri 20 Nov”, with the year when it is another one."""
    if value is None:
        return NOTHING
    when = _as_date(value)
    words = f"{when.day} {_MONTHS[when.month - 1]}"
    if weekday:
        words = f"{_DAYS[when.weekday()]} {words}"
    return words if when.year == clock.today().year else f"{words} {when.year}"


def time_of_day(value: datetime | None) -> str:
    """“14:05”, by the clock on the wall."""
    return NOTHING if value is None else f"{clock.local(value):%H:%M}"


def moment(value: datetime | None) -> str:
    """“today 14:05”, “yesterday 14:05”, “Fri 20 Nov, 14:05”."""
    if value is None:
        return NOTHING
    apart = (clock.today() - _as_date(value)).days
    if apart in (0, 1):
        return f"{'today' if apart == 0 else 'yesterday'} {time_of_day(value)}"
    return f"{day(value)}, {time_of_day(value)}"


def ago(value: date | datetime | None) -> str:
    """How long ago, in the largest sensible unit: “today”, “3 days ago”, “6 weeks ago”; and “in 3 days”."""
    if value is None:
        return "never"
    apart = (clock.today() - _as_date(value)).days
    if apart == 0:
        return "today"
    if abs(apart) == 1:
        return "yesterday" if apart == 1 else "tomorrow"
    size = abs(apart)
    words = f"{size} days" if size < 14 else f"{size // 7} weeks" if size < 70 else f"{size // 30} months"
    return f"{words} ago" if apart > 0 else f"in {words}"


def rounded_share(top: int, bottom: int, places: int = 1, never_as: Sequence[int] = ENDS) -> tuple[Decimal, str]:
    """A percentage, given as a fraction, rounded once, half up, and why it has one place more than asked for, if it has.

    It has one where it would be read as 0 or 100, or as a threshold, without being exactly that.
    """
    found = _rounded(top, bottom, places)
    mark = next((mark for mark in never_as if found == mark and top != mark * bottom), None)
    if mark is None:
        return found, ""
    least = Decimal(1).scaleb(-places - 1)
    finer = _rounded(top, bottom, places + 1)
    if top < mark * bottom:
        return min(finer, mark - least), f" (below {mark})"
    return max(finer, mark + least), f" (above {mark})"


def _rounded(top: int, bottom: int, places: int) -> Decimal:
    whole = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    return Decimal(-whole if top < 0 else whole).scaleb(-places)


def share(top: int, bottom: int, places: int = 1, never_as: Sequence[int] = ENDS) -> str:
    """The same in words, as it is written everywhere: “91.4 %”, “99.96 % (below 100)”, with a narrow space."""
    tenths = (20 * top + bottom) // (2 * bottom)
    if places == 1 and top >= 0 and (tenths % 10 or tenths // 10 not in never_as):
        return f"{tenths // 10}.{tenths % 10}\u202f%"  # as nearly all are; a page of a whole college writes thousands
    number, why = rounded_share(top, bottom, places, never_as)
    return f"{number}\u202f%{why}"


def percent(value: Decimal | float | int | None, places: int = 1) -> str:
    """“91.4 %” of a value that is a percentage already; a dash when there is none."""
    return NOTHING if value is None else share(*Decimal(str(value)).as_integer_ratio(), places)


def percent_of(part: int | None, whole: int | None, places: int = 1) -> str:
    """The same from two counts, divided once; a dash when nothing was counted."""
    return NOTHING if not whole or part is None else share(100 * part, whole, places)


def change(value: Decimal | float | int | None, unit: str = "", places: int = 1) -> str:
    """“+1.2”, “−3.4”, “no change”: with a true minus sign."""
    if value is None:
        return NOTHING
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded == 0:
        return "no change"
    tail = f" {unit}" if unit else ""
    return f"{'+' if rounded > 0 else '−'}{abs(rounded)}{tail}"


def initials(name: str) -> str:
    """Two letters for the small round picture: the first of the first name and of the last."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def _as_date(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value
