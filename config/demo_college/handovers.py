"""Handovers: last year's college caseload handed to this year's tutor, and the cast's tutor group begun as a draft."""

from typing import Any

from caseload.models import Caseload, CaseloadMembership
from config.demo_college.chance import Chance
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from core import clock
from interventions.models import Handover, HandoverNote

LINES = (
    "Opens up when walking rather than sitting. Mornings are hard in the winter; a text to home works.",
    "Has grown a lot since Easter. Give responsibility early: the open day was a turning point.",
    "Quiet and doing well; easily overlooked. Asks for nothing, so do ask.",
    "Wants an apprenticeship with the county council; the application opens in January.",
    "Needs the deadline twice, once in writing. Then it is met.",
)
WRITTEN = 0.4  # the share of students about whom there is something to say


class Handovers:
    """What tutors wrote for whoever comes next."""

    def __init__(self, frame: Frame, groups: Groups, chance: Chance) -> None:
        self.frame, self.groups, self.chance, self.made = frame, groups, chance, 0
        self._write(frame.last, "F1", handed=True)
        self._write(frame.this, "Kestrel 1", handed=False)

    def _write(self, year: int, name: str, *, handed: bool) -> None:
        caseload = Caseload.objects.filter(year=self.frame.years[year], name=name).first()
        if caseload is None:
            return
        tutor: Any = self.groups.tutors[caseload.pk]
        at = clock.at(min(self.frame.years[year].ends_on, self.frame.today), 14, 30)
        handover = Handover.objects.create(
            caseload=caseload, begun_by_id=tutor.pk, begun_at=at, handed_by_id=tutor.pk if handed else None,
            handed_at=at if handed else None,
        )  # fmt: skip
        members = CaseloadMembership.objects.filter(group=caseload).order_by("student_id")
        students = list(members.values_list("student_id", flat=True).distinct())
        texts = [self.chance.choice(LINES) if self.chance.often(WRITTEN) else "" for _ in students]
        HandoverNote.objects.bulk_create(
            HandoverNote(handover=handover, student_id=student, text=text, written_by_id=tutor.pk, written_at=at)
            for student, text in zip(students, texts, strict=True)
            if handed or text
        )
        self.made += 1
