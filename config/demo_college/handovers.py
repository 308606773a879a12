"""Handovers: last year's college caseload handed to this year's tutor, and the cast's tutor group begun as a draft."""

from typing import Any

from caseload.models import Caseload, CaseloadMembership
from config.demo_college import words
from config.demo_college.chance import Chance
from config.demo_college.dates import past
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.students import Roll
from core import clock
from interventions.models import Handover, HandoverNote

WRITTEN = 0.4  # the share of students about whom there is something to say


class Handovers:
    """What tutors wrote for the next tutor."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.nc_years = {person.row.pk: person.nc_years for person in roll.people}
        self.frame, self.groups, self.chance, self.made = frame, groups, chance, 0
        self._write(frame.last, "F1", handed=True)
        self._write(frame.this, "Kestrel 1", handed=False)

    def _write(self, year: int, name: str, *, handed: bool) -> None:
        caseload = Caseload.objects.filter(year=self.frame.years[year], name=name).first()
        if caseload is None:
            return
        tutor: Any = self.groups.tutors[caseload.pk]
        at = past(clock.at(min(self.frame.years[year].ends_on, self.frame.today), 14, 30))
        handover = Handover.objects.create(
            caseload=caseload, begun_by_id=tutor.pk, begun_at=at, handed_by_id=tutor.pk if handed else None,
            handed_at=at if handed else None,
        )  # fmt: skip
        members = CaseloadMembership.objects.filter(group=caseload).order_by("student_id")
        students = list(members.values_list("student_id", flat=True).distinct())
        texts = [
            words.choose(self.chance, words.HANDOVER, self.nc_years[one][year]) if self.chance.often(WRITTEN) else ""
            for one in students
        ]
        HandoverNote.objects.bulk_create(
            HandoverNote(handover=handover, student_id=student, text=text, written_by_id=tutor.pk, written_at=at)
            for student, text in zip(students, texts, strict=True)
            if handed or text
        )
        self.made += 1
