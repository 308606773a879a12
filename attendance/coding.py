"""Which code may stand where (facts 1.4). Each rule answers with a sentence that helps, or nothing when all is well."""

from dataclasses import dataclass
from datetime import date, timedelta

from attendance.choices import Series, SessionSlot
from attendance.codes import Code

# The days on which compulsory school age begins, on or after the fifth birthday.
_PRESCRIBED = ((3, 31), (8, 31), (12, 31))


@dataclass(frozen=True)
class MarkPosition:
    """Where a mark is to stand."""

    series: str
    date: date
    slot: int
    on_roll: bool = True
    born: date | None = None
    planned_closure: bool = False
    register_minutes: int = 30


def last_friday_in_june(year: int) -> date:
    """The day on which compulsory school age ends in a school year."""
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)


def compulsory_from(born: date) -> date:
    """The prescribed day on or after the fifth birthday."""
    fifth = date(born.year + 5, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + 5)
    days = [date(year, month, day) for year in (fifth.year, fifth.year + 1) for month, day in _PRESCRIBED]
    return min(day for day in days if day >= fifth)


def compulsory_until(born: date) -> date:
    """The last Friday in June of the school year in which the student turns 16."""
    return last_friday_in_june(born.year + (17 if born.month >= 9 else 16))


def of_compulsory_school_age(born: date, day: date) -> bool:
    """Whether somebody born then is of compulsory school age on the day."""
    return compulsory_from(born) <= day <= compulsory_until(born)


def why_not(code: Code, place: MarkPosition, minutes_late: int | None = None) -> str | None:
    """Why this code can't stand there, in a sentence that helps; nothing when it can."""
    if not code.in_force(place.date):
        return not_in_force(code)
    if minutes_late is not None and code.is_late and not 0 <= minutes_late <= 600:
        return "Minutes late are a number from 0 to 600."
    if place.series == Series.SESSION:
        return _session_rules(code, place, minutes_late)
    return None


def not_in_force(code: Code) -> str:
    """When a code went out of use, or came into it, and what to use now."""
    remedy = {
        "H": " Use C if exceptional leave was granted, otherwise G.",
        "J": " Use J1.",
        "Y": " Use Y1 to Y7, or Q.",
    }
    if code.valid_to is not None:
        return f"{code.code} went out of use after {code.valid_to:%-d %B %Y}.{remedy.get(code.code, '')}"
    return f"{code.code} is in use only from {code.valid_from:%-d %B %Y}."


def wrong_half(symbol: str, slot: int) -> str | None:
    """Why this slash does not belong to this half of the day; nothing when it does."""
    if symbol == "/" and slot != SessionSlot.AM:
        return "/ is present in the morning; in the afternoon use \\."
    if symbol == "\\" and slot != SessionSlot.PM:
        return "\\ is present in the afternoon; in the morning use /."
    return None


def _session_rules(code: Code, place: MarkPosition, minutes_late: int | None) -> str | None:
    if said := wrong_half(code.code, place.slot):
        return said
    if code.code == "X" and (place.born is None or of_compulsory_school_age(place.born, place.date)):
        return "X is only for students who are not of compulsory school age; for a part-time timetable use C2."
    if code.code == "C2" and place.born is not None and not of_compulsory_school_age(place.born, place.date):
        return "C2 is only for students of compulsory school age; this student is not, so use X."
    if code.code == "Y4" and place.planned_closure:
        return "Y4 is for an unexpected closure; this one was planned, so use #."
    if code.code == "#" and not place.planned_closure:
        return "# is for a closure planned in the calendar; for an unexpected closure use Y4."
    if code.code == "Z" and place.on_roll:
        return "Z is for somebody not yet on the roll; this student is on it."
    if code.code == "L" and minutes_late is not None and minutes_late > place.register_minutes:
        return f"The register closes after {place.register_minutes} minutes; later than that is U."
    return None
