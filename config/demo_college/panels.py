"""A panel of the head of house three weeks ago, with what was agreed and how far it got, and the next one, in order of need."""

from collections.abc import Sequence
from datetime import date, timedelta

from accounts.models import User
from caseload.queries.lists import in_order_of_need
from config.demo_college.chance import Chance
from config.demo_college.dates import latest_open_day, next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import DOMAIN, Groups
from config.demo_college.students import Person, Roll
from core import clock
from interventions.models import PanelAction, PanelMeeting, PanelStudent
from interventions.querysets_panels import VIEW

SIZE = 6
AGREED = (
    ("Ring home and agree a morning routine", "tutor", 7),
    ("Move to the front in maths and English", "tutor", 10),
    ("Screen for dyslexia", "learning-support", 21),
    ("Breakfast club for four weeks", "head-of-house", 14),
    ("Meet the family with the attendance officer", "attendance-officer", 14),
    ("Look at the timetable for catch-up lessons", "tutor", 28),
)


class Panels:
    """The panel before and the next one, both about students of the tutor of the cast."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.frame, self.chance = frame, chance
        self.staff = {user.email.split("@")[0]: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
        tutor = self.staff["tutor"]
        mine = [row for row, who in groups.tutors.items() if who.pk == tutor.pk]
        people = [one for one in roll.people if one.caseloads.get(frame.this) in mine and one.on_roll(frame.today)]
        self.made = 0
        if people:
            chosen = self.chance.sample(people, min(SIZE, len(people)))
            before = latest_open_day(frame.today - timedelta(days=21))
            after = next_open_day(frame.today + timedelta(days=4))
            self._agreed(self._panel(f"Kestrel support panel, {before:%-d %B}", before, chosen))
            self._panel(f"Kestrel support panel, {after:%-d %B}", after, chosen)

    def _panel(self, title: str, day: date, people: Sequence[Person]) -> PanelMeeting:
        leader = self.staff["head-of-house"]
        panel = PanelMeeting.objects.create(
            public_id=self.chance.uuid(), form_token=self.chance.uuid(), title=title, held_on=day, chair=leader,
            made_by=leader, made_at=clock.at(latest_open_day(min(day, self.frame.today) - timedelta(days=3)), 9),
            others="Education welfare officer",
        )  # fmt: skip
        panel.attendees.set([self.staff[name] for name in ("tutor", "head-of-year", "learning-support")])
        rows = in_order_of_need(leader, [one.row.pk for one in people], permission=VIEW)
        PanelStudent.objects.bulk_create(
            PanelStudent(panel=panel, student_id=row["id"], position=at) for at, row in enumerate(rows, 1)
        )
        self.made += 1
        return panel

    def _agreed(self, panel: PanelMeeting) -> None:
        """One action a student; the first two are done."""
        batch, moment = self.chance.uuid(), clock.at(panel.held_on, 16)
        for line, (place, (what, owner, days)) in enumerate(zip(panel.places.all(), AGREED, strict=False)):
            done = clock.at(latest_open_day(panel.held_on + timedelta(days=days - 3)), 15) if line < 2 else None
            PanelAction.objects.create(
                public_id=self.chance.uuid(), panel=panel, student_id=place.student_id, what=what, owner=self.staff[owner],
                due_on=next_open_day(panel.held_on + timedelta(days=days)), agreed_by=panel.chair, agreed_at=moment, batch=batch, line=line,
                done_at=done, done_by=self.staff[owner] if done else None,
            )  # fmt: skip
