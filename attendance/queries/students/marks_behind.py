"""The marks behind a figure: one student's, by date, with code, note, who and when, narrowed to what the figure counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from accounts.models import User
from attendance.arithmetic import Totals, totals_of
from attendance.choices import Series, StatClass
from attendance.codes import Code, all_codes
from attendance.models import LessonMarkChange, SessionMarkChange
from attendance.queries.registers.change_words import CHANGE_FIELDS, change_words, is_worth_saying
from attendance.queries.registers.registers import system_words
from attendance.queries.students.students import MODEL
from caseload.models import SiteMembership

SHOW = {
    "all": "All",
    "attended": "Attended",
    "absent": "Absent",
    "authorised": "Authorised",
    "unauthorised": "Unauthorised",
    "late": "Late",
    "not_counted": "Not counted",
    "unmarked": "Not marked",
}


@dataclass(frozen=True)
class Wanted:
    """Which marks: between two dates, of one series, and narrowed to one kind, code, weekday or place in the day."""

    series: str
    start: date
    end: date
    show: str = "all"
    code: str = ""
    weekday: int | None = None
    period: str = ""

    def has(self, code: Code | None) -> bool:
        """Whether a mark with this code is wanted by kind and code."""
        if self.code and (code is None or code.code != self.code):
            return False
        return is_kind(self.show, code)


@dataclass(frozen=True)
class MarkLine:
    """One mark as the list shows it."""

    date: date
    label: str
    title: str
    code: Code | None
    minutes_late: int | None
    note: str
    who: str
    marked_as: str
    marked_at: datetime
    changes: list[str]


@dataclass(frozen=True)
class MarksBehind:
    """The marks wanted, the latest first, what they come to, and how many there are of each kind."""

    lines: list[MarkLine]
    totals: Totals
    kinds: dict[str, int]
    codes: list[tuple[Code, int]]
    periods: list[str]


def is_kind(show: str, code: Code | None) -> bool:
    """Whether a mark with this code is of a kind; a blank is only among all and the unmarked."""
    if show == "all" or code is None:
        return show in ("all", "unmarked")
    return {
        "attended": code.counts_attended,
        "absent": code.is_absence,
        "authorised": code.stat_class == StatClass.AUTHORISED,
        "unauthorised": code.stat_class == StatClass.UNAUTHORISED,
        "late": code.is_late,
        "not_counted": not code.counts_possible,
        "unmarked": False,
    }[show]


def marks_behind(student_id: int, wanted: Wanted) -> MarksBehind:
    """A student's marks within the dates of the roll, as every figure counts them. Three queries."""
    codes = all_codes()
    rows = _rows(student_id, wanted)
    placed = [
        row
        for row in rows
        if (wanted.weekday is None or row[0].weekday() == wanted.weekday)
        and (not wanted.period or row[2] == wanted.period)
    ]
    chosen = [row for row in placed if wanted.has(codes.get(row[4]))]
    people = User.objects.in_bulk({row[7] for row in chosen if row[7]})
    changed = _changes(student_id, wanted, codes)
    lines = [
        MarkLine(
            day, label, title, codes.get(code), minutes, note,
            people[who].formal_name if who in people else system_words(system), marked_as, at, changed.get((day, slot), []),
        )
        for day, slot, label, title, code, minutes, note, who, system, marked_as, at in chosen
    ]  # fmt: skip
    of_code = Counter(row[4] for row in placed if row[4])
    late = sum(line.minutes_late or 0 for line in lines if line.code and line.code.is_late)
    return MarksBehind(
        lines=lines,
        totals=totals_of(((line.code, 1) for line in lines), wanted.series, late),
        kinds={show: sum(is_kind(show, codes.get(row[4])) for row in placed) for show in SHOW},
        codes=sorted(
            ((codes[pk], number) for pk, number in of_code.items()), key=lambda pair: (-pair[1], pair[0].code)
        ),
        periods=sorted({row[2] for row in rows}),
    )


def _rows(student_id: int, wanted: Wanted) -> list[tuple[Any, ...]]:
    """(day, slot, place in the day, group, code, minutes, note, who, system, role, when), the latest first."""
    on_roll = SiteMembership.objects.filter(student=OuterRef("student"), period__contains=OuterRef("date"))
    marks: Any = MODEL[wanted.series].objects.filter(
        Exists(on_roll), student=student_id, date__range=(wanted.start, wanted.end)
    )
    more = ("code_id", "minutes_late", "note", "marked_by_id", "marked_by_system", "marked_as", "marked_at")
    if wanted.series == Series.SESSION:
        found = marks.order_by("-date", "-slot").values_list("date", "slot", *more)
        return [(row[0], row[1], "AM" if row[1] == 1 else "PM", "", *row[2:]) for row in found]
    lessons = marks.order_by("-date", "-lesson__time__starts_at")
    return list(lessons.values_list("date", "lesson_id", "lesson__time__label", "lesson__group__name", *more))


def _changes(student_id: int, wanted: Wanted, codes: dict[int, Code]) -> dict[tuple[date, int], list[str]]:
    """What each mark was before, who changed it, when and why: in words, the oldest first."""
    session = wanted.series == Series.SESSION
    model: Any = SessionMarkChange if session else LessonMarkChange
    slot = "slot" if session else "lesson_id"
    rows = model.objects.filter(student=student_id, date__range=(wanted.start, wanted.end)).order_by("pk")
    found: dict[tuple[date, int], list[str]] = {}
    for row in rows.values("date", slot, *CHANGE_FIELDS):
        if is_worth_saying(row):
            found.setdefault((row["date"], row[slot]), []).append(change_words(row, codes))
    return found
