"""Today in the demonstration: colleagues take the registers whose time has come, by the same action as everybody.

Most are taken, a few are forgotten, and of each of the cast the one that began last is left for them to take. Who is
away follows from how often somebody is away and whether they were yesterday; by mid-morning the attendance officer
knows why some are. Called again, it goes on from where the day has got to.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, Sum

from accounts.demo_cast import CAST
from accounts.models import User
from attendance.actions.explaining import set_reason
from attendance.actions.registers import NewMark, mark_register
from attendance.choices import ABSENT, Series
from attendance.codes import all_codes
from attendance.models import LessonMark, SessionMark, WeekSummary
from attendance.queries.absence.first_day import MarkAt, no_reason_ids
from attendance.queries.registers.registers import members_of, missing_registers
from attendance.sittings import Sitting
from caseload.models import CaseloadGrant
from caseload.queries.calendar import academic_year_on
from config.demo_college.chance import Chance
from core import clock, naming

PURPOSE = "demonstration"
FORGOTTEN = 0.05  # of the registers
STILL_AWAY, AWAY, MOST = 0.6, 0.6, 0.5  # of yesterday's absent; of the share of the year that somebody misses; at most
LATE, LEFT_OUT = 0.03, 0.012  # of those who are there; of those who are there but not in this lesson
KNOWN, KNOWN_FROM = 0.45, (9, 45)  # whose absence has a reason, and when the officer has entered them
REASON = {Series.SESSION: "I", Series.LESSON: "S"}


def take_registers() -> int:
    """Take what began before now and was not taken; gives how many were. Nothing at a weekend or in the holidays."""
    begun = [line.sitting for line in missing_registers(None, [clock.today()]) if line.register is None]
    takers = _takers(begun)
    left = set(_left_to_the_cast(begun, takers))
    wanted = [
        (_moment(one), one)
        for one in begun
        if one.key in takers and one.key not in left and not _dice("forgotten", one.key).often(FORGOTTEN)
    ]
    day = _Day(clock.today())
    due = [(moment, one) for moment, one in sorted(wanted) if moment <= clock.now()]
    for moment, sitting in due:
        taker = takers[sitting.key]
        with clock.set_to(moment), naming.named(taker.pk, purpose=PURPOSE):
            mark_register(by=taker, register=sitting, marks=day.marks(sitting))
    _explain()
    return len(due)


def _dice(*about: Any) -> Chance:
    """The same throw whenever it is asked about the same thing on the same day."""
    return Chance(clock.today().toordinal(), repr(about))


def _moment(sitting: Sitting) -> datetime:
    return sitting.starts_at + timedelta(minutes=_dice("moment", sitting.key).randint(2, 9))


def _takers(sittings: Iterable[Sitting]) -> dict[Any, User]:
    """Who takes each: the tutor of the group, or the teacher of the lesson."""
    grants = CaseloadGrant.objects.filter(role__name="tutor", capacity="tutor", period__contains=clock.today())
    tutors = dict(grants.order_by("-pk").values_list("content_object_id", "user_id"))
    whose = {one.key: tutors.get(one.group_id) if one.series == Series.SESSION else one.teacher_id for one in sittings}
    staff = User.objects.filter(is_active=True).in_bulk({pk for pk in whose.values() if pk is not None})
    return {key: staff[pk] for key, pk in whose.items() if pk in staff}


def _left_to_the_cast(begun: Sequence[Sitting], takers: dict[Any, User]) -> Iterable[Any]:
    """Of each of the cast the sitting that began last."""
    cast = {member.email for member in CAST}
    last: dict[int, Sitting] = {}
    for one in sorted(begun, key=lambda sitting: sitting.starts_at):
        if one.key in takers and takers[one.key].email in cast:
            last[takers[one.key].pk] = one
    return (one.key for one in last.values())


class _Day:
    """Who is away today."""

    def __init__(self, day: date) -> None:
        self.shares = _shares(day)
        self.yesterday = _absent_on_the_last_day(day)

    def _is_away(self, student: int) -> bool:
        share = STILL_AWAY if student in self.yesterday else min(MOST, AWAY * self.shares.get(student, 0.05))
        return _dice("away", student).often(share)

    def marks(self, sitting: Sitting) -> list[NewMark]:
        """The marks of a register."""
        present = "\\" if sitting.series == Series.SESSION and sitting.slot == 2 else "/"
        return [self._mark(member.id, sitting, present) for member in members_of(sitting)]

    def _mark(self, student: int, sitting: Sitting, present: str) -> NewMark:
        dice = _dice("mark", student, sitting.key)
        skipped = sitting.series == Series.LESSON and dice.often(LEFT_OUT)
        if self._is_away(student) or skipped:
            return NewMark(student, "N")
        if dice.often(LATE):
            return NewMark(student, "L", minutes_late=dice.randint(2, 20))
        return NewMark(student, present)


def _shares(day: date) -> dict[int, float]:
    """Which share of this year's sessions or lessons each student missed."""
    year = academic_year_on(day)
    rows = WeekSummary.objects.filter(week__gte=year.starts_on if year else day).values("student_id")
    sums = rows.annotate(
        missed=Sum(F("authorised") + F("unauthorised")),
        possible=Sum(F("present") + F("approved") + F("authorised") + F("unauthorised")),
    )
    return {row["student_id"]: row["missed"] / row["possible"] for row in sums if row["possible"]}


def _absent_on_the_last_day(day: date) -> set[int]:
    absent = [code.id for code in all_codes().values() if code.stat_class in ABSENT]
    found: set[int] = set()
    for model in (SessionMark, LessonMark):
        last = model.objects.filter(date__lt=day).aggregate(last=Max("date"))["last"]
        found |= set(model.objects.filter(date=last, code__in=absent).values_list("student_id", flat=True))
    return found


def _explain() -> None:
    """The attendance officer enters why some are away."""
    officer = User.objects.filter(email__startswith="attendance-officer@").first()
    if officer is None or clock.now() < clock.at(clock.today(), *KNOWN_FROM):
        return
    for series, model, slot in ((Series.SESSION, SessionMark, "slot"), (Series.LESSON, LessonMark, "lesson_id")):
        rows = model.objects.filter(date=clock.today(), code__in=no_reason_ids(series))
        marks = [
            MarkAt(series, student, clock.today(), at)
            for student, at in rows.values_list("student_id", slot)
            if _dice("known", student).often(KNOWN)
        ]
        if marks:
            with naming.named(officer.pk, purpose=PURPOSE):
                set_reason(by=officer, marks=marks, codes={series: REASON[series]}, reason="Home rang this morning")
