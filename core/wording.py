"""How figures, dates and names are written everywhere, in pages, mails and PDFs alike."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from core import clock

NOTHING = "–"
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


def percent(value: Decimal | float | int | None, places: int = 1) -> str:
    """“91.4 %” with a narrow space. The value is already a percentage; a dash when there is none."""
    if value is None:
        return NOTHING
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded}\u202f%"


def percent_of(part: int | None, whole: int | None, places: int = 1) -> str:
    """The same from two counts, divided once; a dash when nothing was counted."""
    return NOTHING if not whole or part is None else percent(Decimal(100) * part / Decimal(whole), places)


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
