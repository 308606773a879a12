"""Home visits of a tutor: one written down, one not yet, one planned for tomorrow; and who is told when nobody comes back."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from caseload.models import ContactLogEntry, Visit, VisitPolicy, VisitStep
from config.demo_college.chance import Chance
from config.demo_college.dates import latest_open_day, next_open_day, past
from config.demo_college.frame import Frame
from config.demo_college.groups import DOMAIN, Groups
from config.demo_college.students import Person, Roll
from core import clock

NAMED = ("senior-leader", "dsl")
PURPOSES = (
    ("Mornings, and the bus", "Will try the earlier bus; a pass is on its way"),
    ("Back after six weeks away", ""),
    ("Meet the family before the review", ""),
)


class Visits:
    """Three visits to homes of the tutor of the cast, the first some weeks ago."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.frame, self.roll, self.chance = frame, roll, chance
        tutor = User.objects.get(email=f"tutor@{DOMAIN}")
        self.goes, self.watcher = tutor, User.objects.get(email=f"attendance-officer@{DOMAIN}")
        mine = [row for row, who in groups.tutors.items() if who.pk == tutor.pk]
        people = [one for one in roll.people if one.caseloads.get(frame.this) in mine and one.on_roll(frame.today)]
        policy, _ = VisitPolicy.objects.get_or_create(pk=1)
        policy.people.set(User.objects.filter(email__in=[f"{name}@{DOMAIN}" for name in NAMED]))
        days = (frame.today - timedelta(days=25), frame.today - timedelta(days=1), frame.today + timedelta(days=1))
        self.made = 0
        for person, day, words in zip(self.chance.sample(people, min(3, len(people))), days, PURPOSES, strict=False):
            self._visit(person, self._school_day(day), *words)

    def _school_day(self, day: date) -> date:
        """The day, or when the sites are closed on it the nearest school day away from today."""
        return next_open_day(day) if day > self.frame.today else latest_open_day(day)

    def _visit(self, person: Person, day: date, purpose: str, outcome: str) -> None:
        link = next((one for one in self.roll.links if one.student_id == person.row.pk and not one.no_contact), None)
        start = clock.at(day, 15, 45)
        over = day < self.frame.today
        visit = Visit.objects.create(
            public_id=self.chance.uuid(), form_token=self.chance.uuid(), student=person.row,
            contact=link.contact if link else None, place=_place(link), purpose=purpose, goes=self.goes,
            phone="07700 900142", watcher=self.watcher, planned_for=start, back_by=start + timedelta(hours=1),
            state="back" if over else "planned", checked_in_at=start if over else None,
            checked_out_at=start + timedelta(minutes=50) if over else None, made_by=self.goes,
            made_at=past(start - timedelta(days=2)), next_alert_at=start + timedelta(minutes=75),
        )  # fmt: skip
        self._step(visit, "planned", visit.made_at)
        if over:
            self._step(visit, "in", start)
            self._step(visit, "out", start + timedelta(minutes=50))
        if outcome:
            visit.log_entry = self._entry(visit, start, outcome)
            visit.save(update_fields=["log_entry"])
            self._step(visit, "logged", start + timedelta(minutes=65))
        self.made += 1

    def _step(self, visit: Visit, kind: str, at: datetime) -> None:
        VisitStep.objects.create(visit=visit, kind=kind, at=at, by=self.goes, back_by=visit.back_by)

    def _entry(self, visit: Visit, start: datetime, outcome: str) -> ContactLogEntry:
        return ContactLogEntry.objects.create(
            public_id=self.chance.uuid(), student=visit.student, contact=visit.contact, channel="visit", direction="out",
            at=start, summary=visit.purpose, outcome=outcome, follow_up_on=self.frame.today, logged_by=self.goes,
            logged_at=start + timedelta(minutes=65),
        )  # fmt: skip


def _place(link: Any) -> str:
    parts = (link.contact.address, link.contact.postcode) if link else ()
    return "\n".join(part for part in parts if part) or "At home, as on the contacts page"
