"""Writes the diaries as marks: registers of both sessions in the school, of every lesson in the college."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from attendance.models import AttendanceCode
from config.demo_college.chance import Chance
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.load import Loader
from config.demo_college.marks import AM, PM, Diary
from core import clock

MARK_COLUMNS = ("student_id", "date", "slot", "code_id", "minutes_late", "marked_by_id", "marked_at")
REGISTER_COLUMNS = (
    "series",
    "caseload_id",
    "lesson_id",
    "date",
    "slot",
    "taken_by_id",
    "taken_at",
    "saved_by_id",
    "saved_at",
    "closed_at",
)
TAKEN_AT = {AM: time(8, 52), PM: time(13, 27)}
# What the day's code means in a lesson of the college's own list.
IN_A_LESSON = {
    "/": "/", "\\": "/", "L": "/", "U": "/", "I": "S", "M": "M", "O": "O", "N": "N", "C": "A", "E": "A", "G": "O",
    "R": "A", "V": "V", "B": "V", "P": "V", "W": "W", "J1": "A", "C2": "A",
}  # fmt: skip
SKIPPED, LATE_TO_LESSON = 0.012, 0.014
NOT_TAKEN = 0.02


class Registers:
    """Turns the two diaries into rows."""

    def __init__(self, frame: Frame, groups: Groups, diaries: dict[str, Diary], chance: Chance) -> None:
        self.frame, self.groups, self.chance = frame, groups, chance
        self.rng = chance.numpy()
        self.registers: list[tuple[Any, ...]] = []
        loader = frame.loader
        self.codes = {
            series: dict(
                AttendanceCode.objects.filter(series=series, site=None, valid_to=None).values_list("code", "id")
            )
            for series in ("session", "lesson")
        }
        loader.copy_text("attendance_sessionmark", MARK_COLUMNS, self._lines(self.sessions(diaries["school"])))
        loader.copy_text("attendance_lessonmark", MARK_COLUMNS, self._lines(self.lessons(diaries["college"])))
        self._load_registers(loader)

    def _lines(self, frames: Iterator[pd.DataFrame]) -> Iterator[bytes]:
        for frame in frames:
            yield frame.to_csv(sep="\t", header=False, index=False, na_rep="\\N").encode()

    def _forgotten(self, day: date) -> bool:
        """A few registers of the last days were not taken."""
        return (self.frame.today - day) < timedelta(days=12) and self.chance.often(NOT_TAKEN)

    def _note(self, series: str, day: date, taken_at: datetime, by: int, *, caseload: int | None = None,
              slot: int | None = None, lesson: int | None = None, open_for: int = 30) -> None:  # fmt: skip
        closes = taken_at + timedelta(minutes=open_for)
        self.registers.append((series, caseload, lesson, day, slot, by, taken_at, by, taken_at, closes))

    def _minutes(self, codes: np.ndarray) -> np.ndarray:
        late = np.isin(codes, ("L", "U", "J"))
        minutes = np.where(codes == "L", self.rng.integers(2, 20, codes.shape), self.rng.integers(31, 90, codes.shape))
        return np.where(late, minutes, -1)

    def sessions(self, diary: Diary) -> Iterator[pd.DataFrame]:
        """The marks of the school, day by day."""
        ids = np.array([person.row.pk for person in diary.people])
        for at, day in enumerate(diary.days):
            year = day.year if day.month >= 9 else day.year - 1
            caseloads = np.array([person.caseloads.get(year, 0) for person in diary.people])
            for half in (AM, PM):
                codes = diary.codes[:, at, half]
                on_roll = (codes != "") & (caseloads > 0)
                moment = datetime.combine(day, TAKEN_AT[half], clock.LONDON)
                for caseload in np.unique(caseloads[on_roll]):
                    if self._forgotten(day):
                        on_roll &= caseloads != caseload
                        continue
                    tutor = self.groups.tutors[int(caseload)].pk
                    self._note("session", day, moment, tutor, caseload=int(caseload), slot=half + 1)
                yield self._marks(ids[on_roll], day, half + 1, codes[on_roll], "session",
                                  np.array([self.groups.tutors[int(c)].pk for c in caseloads[on_roll]]), moment)  # fmt: skip

    def _marks(self, ids: Any, days: Any, slot: Any, codes: Any, series: str, by: Any, moment: Any) -> pd.DataFrame:
        minutes = self._minutes(codes)
        known = self.codes[series]
        return pd.DataFrame(
            {
                "student": ids,
                "date": days,
                "slot": slot,
                "code": [known[code] for code in codes],
                "minutes": pd.Series(minutes, dtype="Int16").mask(minutes < 0),
                "by": by,
                "at": moment.isoformat() if isinstance(moment, datetime) else moment,
            }
        )

    def lessons(self, diary: Diary) -> Iterator[pd.DataFrame]:
        """The marks of the college, lesson by lesson."""
        places = {person.row.pk: place for place, person in enumerate(diary.people)}
        lazy = np.minimum(0.25, np.exp(self.rng.normal(-0.6, 1.1, len(diary.people))) * SKIPPED)
        for group in self.groups.taught.values():
            if not group["block"]:
                continue
            members = np.array([places[person.row.pk] for person in group["members"]], dtype=int)
            for lesson in group["lessons"]:
                yield from self._lesson(diary, group, lesson, members, lazy)

    def _lesson(self, diary: Diary, group: Any, lesson: Any, members: Any, lazy: Any) -> Iterator[pd.DataFrame]:
        dates = self.frame.dates[group["year"]]
        slot, teacher = lesson.time, group["teacher"].pk
        half = AM if slot.number <= 2 else PM
        days = [
            at for at, day in enumerate(diary.days)
            if dates.starts_on <= day <= dates.ends_on and day.weekday() == slot.weekday and not self._forgotten(day)
        ]  # fmt: skip
        if not days or not len(members):
            return
        codes = np.vectorize(lambda code: IN_A_LESSON.get(code, ""), otypes=["<U2"])(
            diary.codes[np.ix_(members, days)][:, :, half]
        )
        if group["course"].qualification == "GCSE":
            codes = self._given_up(codes, group["members"], [diary.days[at] for at in days])
        present = codes == "/"
        skipped = present & (self.rng.random(codes.shape) < lazy[members][:, None])
        codes[skipped] = "O"
        late = (
            present
            & ~skipped
            & (self.rng.random(codes.shape) < LATE_TO_LESSON * (2.2 if slot.number in {1, 3} else 0.7))
        )
        codes[late] = "L"
        ids = np.array([diary.people[place].row.pk for place in members])
        who, when = np.nonzero(codes != "")
        moments = [datetime.combine(diary.days[at], slot.starts_at, clock.LONDON) + timedelta(minutes=6) for at in days]
        for at, moment in zip(days, moments, strict=True):
            self._note("lesson", diary.days[at], moment, teacher, lesson=lesson.pk, open_for=74)
        if len(who):
            yield self._marks(ids[who], [diary.days[days[at]] for at in when], lesson.pk, codes[who, when], "lesson",
                              teacher, [moments[at].isoformat() for at in when])  # fmt: skip

    def _given_up(self, codes: Any, members: list[Any], days: list[date]) -> Any:
        """Of those who sit a GCSE again a few never came, and a few stopped coming five weeks ago."""
        given_up = codes.copy()
        for row, person in enumerate(members):
            since = date.min if person.row.pk % 11 == 0 else self.frame.today - timedelta(weeks=5)
            if person.row.pk % 11 and person.row.pk % 5:
                continue
            missed = np.array([day >= since for day in days]) & (given_up[row] == "/")
            given_up[row, missed] = "O"
        return given_up

    def _load_registers(self, loader: Loader) -> None:
        loader.copy_values("attendance_register", REGISTER_COLUMNS, self.registers)
