"""Two caseloads handed over: one of the college for some days now, the cast's tutor group next week."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from caseload.models import Caseload, CaseloadGrant, CaseloadMembership, CoverNote
from config.demo_college import words
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day, past
from config.demo_college.frame import Frame
from config.demo_college.groups import DOMAIN, Groups
from config.demo_college.students import Roll
from core import clock

NOTE = (
    "The letters for Wednesday are in the tutor room, top drawer. One-to-ones that are booked stay as they are, please. "
    "I am back on the day after."
)
NAMED = 3  # students about whom there is a line


class Covers:
    """Cover that a tutor lead and a pastoral manager arranged."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.nc_years = {person.row.pk: person.nc_years.get(frame.this) for person in roll.people}
        self.frame, self.groups, self.chance, self.made = frame, groups, chance, 0
        monday = next_open_day(frame.today + timedelta(days=7 - frame.today.weekday()))
        self._hand_over(
            "S2", "F2", "tutor-lead", frame.today - timedelta(days=2), next_open_day(frame.today + timedelta(days=7))
        )
        self._hand_over("Kestrel 1", "Merlin 1", "pastoral-manager", monday, next_open_day(monday + timedelta(days=2)))

    def _lines(self, students: list[int]) -> list[str]:
        """A line for each, none twice as long as there are others."""
        said: list[str] = []
        for student in students:
            fitting = words.for_year(words.COVER, self.nc_years[student] or 12)
            said.append(self.chance.choice([line for line in fitting if line not in said] or fitting))
        return said

    def _hand_over(self, name: str, to: str, by: str, first: date, last: date) -> None:
        """A caseload to the tutor of another, with a note and lines about its first students."""
        rows = {row.name: row for row in Caseload.objects.filter(year=self.frame.years[self.frame.this])}
        if name not in rows or to not in rows:
            return
        tutor: Any = self.groups.tutors[rows[to].pk]
        grant = CaseloadGrant.objects.create(
            public_id=self.chance.uuid(), user_id=tutor.pk, role=Group.objects.get(name="tutor"),
            content_object=rows[name], capacity="cover", period=DateRange(first, last + timedelta(days=1)),
            handover_note=NOTE, given_by=User.objects.get(email=f"{by}@{DOMAIN}"), given_at=past(clock.at(first, 8, 20)),
        )  # fmt: skip
        members = CaseloadMembership.objects.filter(group=rows[name], period__contains=self.frame.today)
        students = members.order_by("student_id").values_list("student_id", flat=True)[:NAMED]
        CoverNote.objects.bulk_create(
            CoverNote(grant=grant, student_id=student, text=text)
            for student, text in zip(students, self._lines(list(students)), strict=True)
        )
        self.made += 1
