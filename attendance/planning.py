"""What may be planned: the code that a kind of absence means, which plans meet, and the rules of facts 1.4 about dates.

Pure: everything it needs is given to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.choices import DayPart, PlannedKind, StatClass
from attendance.codes import Code
from core import wording

# The national code of each kind. Another reason has none: whoever enters it says which.
SESSION_CODES = {
    PlannedKind.APPOINTMENT: "M",
    PlannedKind.INTERVIEW: "J1",
    PlannedKind.VISIT: "V",
    PlannedKind.WORK: "W",
    PlannedKind.STUDY_LEAVE: "S",
    PlannedKind.EXCLUSION: "E",
    PlannedKind.PART_TIME: "C2",
    PlannedKind.LEAVE: "C",
}
# The letters of a site's own lesson codes, the first that has the class; a letter means other things elsewhere.
LESSON_CODES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    PlannedKind.APPOINTMENT: (StatClass.AUTHORISED, ("M", "A")),
    PlannedKind.INTERVIEW: (StatClass.AUTHORISED, ("J1", "A")),
    PlannedKind.VISIT: (StatClass.APPROVED, ("V", "T")),
    PlannedKind.WORK: (StatClass.APPROVED, ("W",)),
    PlannedKind.STUDY_LEAVE: (StatClass.AUTHORISED, ("A",)),
    PlannedKind.EXCLUSION: (StatClass.AUTHORISED, ("A",)),
    PlannedKind.PART_TIME: (StatClass.NOT_POSSIBLE, ("X",)),
    PlannedKind.LEAVE: (StatClass.AUTHORISED, ("A",)),
}
# Study leave and interviews are agreed beforehand, and leave is never granted after the event (facts 1.4).
ASKED_BEFOREHAND = {"S": "study leave", "J1": "leave for an interview", "C": "leave", "C1": "leave"}
# From the sixth consecutive day of an exclusion provision must be arranged, and E ends (facts 1.4).
EXCLUDED_DAYS = 5
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Wanted:
    """An absence as somebody wants to plan it."""

    kind: str
    starts_on: date
    ends_on: date
    part: str = DayPart.DAY
    weekdays: tuple[int, ...] = ()
    session_code: str = ""
    lesson_code: str = ""
    note: str = ""

    @property
    def days(self) -> list[date]:
        """The days that are meant, open or not."""
        span = range((self.ends_on - self.starts_on).days + 1)
        days = (self.starts_on + timedelta(days=n) for n in span)
        return [day for day in days if not self.weekdays or day.weekday() in self.weekdays]

    @property
    def when(self) -> str:
        """“Mon 23 Nov to Fri 27 Nov, mornings, Mondays and Wednesdays”."""
        return said_when(self.starts_on, self.ends_on, self.part, self.weekdays)


def said_when(starts_on: date, ends_on: date, part: str, weekdays: Iterable[int]) -> str:
    """Dates, part of the day and weekdays of a plan in words."""
    first, last = wording.day(starts_on), wording.day(ends_on)
    words = [first if starts_on == ends_on else f"{first} to {last}"]
    if part != DayPart.DAY:
        words.append(DayPart(part).label.lower())
    names = [f"{DAY_NAMES[number]}s" for number in sorted(weekdays)]
    if names:
        words.append(" and ".join(filter(None, [", ".join(names[:-1]), names[-1]])))
    return ", ".join(words)


def lesson_code_of(kind: str, codes: Iterable[Code]) -> str:
    """The lesson code of a site's own list that a kind means, or nothing when the list has none that is sure."""
    stat_class, letters = LESSON_CODES.get(kind, ("", ()))
    offered = {code.code for code in codes if code.stat_class == stat_class}
    return next((letter for letter in letters if letter in offered), "")


def plannable(codes: Iterable[Code]) -> list[Code]:
    """The codes that may be set beforehand: neither present nor late, nor closed, nor an absence without a reason."""
    left_out = (StatClass.PRESENT, StatClass.ADMINISTRATIVE)
    return [code for code in codes if code.stat_class not in left_out and not code.is_late and code.code != "N"]


def meet(one: Wanted, starts_on: date, ends_on: date, part: str, weekdays: Iterable[int]) -> bool:
    """Whether two plans want the same session: a day that both have, and a part of the day that both have."""
    other = Wanted(one.kind, max(one.starts_on, starts_on), min(one.ends_on, ends_on), weekdays=tuple(weekdays))
    parts = DayPart.DAY in (one.part, part) or one.part == part
    return parts and any(not one.weekdays or day.weekday() in one.weekdays for day in other.days)


def why_not_planned(wanted: Wanted, today: date, year: tuple[str, date, date] | None, since: date) -> dict[str, str]:
    """What is wrong with the dates, by the name of the field. `year` is the academic year of the first day: name, first and last day.

    `since` is the first day on which it may begin where it must be agreed beforehand: today, or the first day of the plan
    that this one takes the place of.
    """
    problems = {}
    if wanted.ends_on < wanted.starts_on:
        return {"ends_on": "The last day is before the first."}
    if year is None or not year[1] <= wanted.starts_on <= year[2]:
        return {"starts_on": f"{wording.day(wanted.starts_on)} is in no academic year that is set up here."}
    if wanted.ends_on > year[2]:
        problems["ends_on"] = (
            f"{year[0]} ends on {wording.day(year[2])}. Plan until then, and the rest in the next year."
        )
    if not wanted.days:
        problems["weekdays"] = "None of these weekdays lies between the two days."
    leave = ASKED_BEFOREHAND.get(wanted.session_code)
    if leave and wanted.starts_on < min(today, since):
        problems["starts_on"] = (
            f"{wanted.session_code} is {leave} agreed beforehand: it can't begin before {wording.day(min(today, since))}."
            " For days gone by, change the marks with their reason."
        )
    if wanted.session_code == "C2" and wanted.part == DayPart.DAY and not wanted.weekdays:
        problems["weekdays"] = (
            "A part-time timetable leaves some sessions in school: choose mornings, afternoons or weekdays."
        )
    return problems


def advice(wanted: Wanted, school_days: int) -> list[str]:
    """What to know before saving; nothing of it stands in the way."""
    found = []
    if wanted.session_code == "E" and school_days > EXCLUDED_DAYS:
        found.append(
            f"This is {school_days} school days. Provision must be arranged from the sixth consecutive day; E ends when it starts."
        )
    if wanted.session_code == "C2":
        found.append("A part-time timetable is temporary: agree a date with the family on which it is looked at again.")
    if wanted.session_code == "B":
        found.append("B is for supervised activity off site. Work at home, remote or not, is never B.")
    return found
