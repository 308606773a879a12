"""Two caseloads handed over: one of the college for some days now, the cast's tutor group next week."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from caseload.models import Caseload, CaseloadGrant, CaseloadMembership, CoverNote
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import DOMAIN, Groups
from core import clock

NOTE = (
    "Two of them start work placements on Wednesday: the letters are in the tutor room, top drawer. "
    "The Personal Progress Day slots are open; please hold those that are booked. I am back on the day after."
)
LINES = (
    "Sits the driving theory test on Thursday morning; the absence is agreed.",
    "Ask how the new timetable goes. A word is enough.",
    "Target on homework is due this week; the work is in the folder on my desk.",
)


class Covers:
    """Cover that a tutor lead and a pastoral manager arranged."""

    def __init__(self, frame: Frame, groups: Groups, chance: Chance) -> None:
        self.frame, self.groups, self.chance, self.made = frame, groups, chance, 0
        monday = next_open_day(frame.today + timedelta(days=7 - frame.today.weekday()))
        self._hand_over(
            "S1", "F1", "tutor-lead", frame.today - timedelta(days=2), next_open_day(frame.today + timedelta(days=7))
        )
        self._hand_over("Kestrel 1", "Merlin 1", "pastoral-manager", monday, next_open_day(monday + timedelta(days=2)))

    def _hand_over(self, name: str, to: str, by: str, first: date, last: date) -> None:
        """A caseload to the tutor of another, with a note and lines about its first students."""
        rows = {row.name: row for row in Caseload.objects.filter(year=self.frame.years[self.frame.this])}
        if name not in rows or to not in rows:
            return
        tutor: Any = self.groups.tutors[rows[to].pk]
        grant = CaseloadGrant.objects.create(
            public_id=self.chance.uuid(), user_id=tutor.pk, role=Group.objects.get(name="tutor"),
            content_object=rows[name], capacity="cover", period=DateRange(first, last + timedelta(days=1)),
            handover_note=NOTE, given_by=User.objects.get(email=f"{by}@{DOMAIN}"), given_at=clock.at(first, 8, 20),
        )  # fmt: skip
        members = CaseloadMembership.objects.filter(group=rows[name], period__contains=self.frame.today)
        students = members.order_by("student_id").values_list("student_id", flat=True)[: len(LINES)]
        CoverNote.objects.bulk_create(
            CoverNote(grant=grant, student_id=student, text=text)
            for student, text in zip(students, LINES, strict=False)
        )
        self.made += 1
