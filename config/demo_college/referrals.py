"""Referrals by tutors to learning support, counselling and careers: some waiting, some going on, some that ended."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from config.demo_college.chance import Chance
from config.demo_college.dates import past
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.students import Person, Roll
from core import clock
from interventions.models import Referral, Service

SHARE = 0.09  # of the students
# To whom, how often, why, the answer, what the referrer is told at the end, what is for the service alone.
KINDS = {
    "Learning support": (
        5, "Reads slowly and gives up when the text is long. Could somebody look whether there is a need?",
        "Screening on Tuesday in period 2; I'll tell you what we see.", "Overlay and more time agreed; see the support plan.",
        "Screened; below the usual range for reading speed. Plan made.",
    ),
    "Counselling": (
        3, "Has asked for somebody to talk to. Sleeps badly, no more said to me.",
        "First talk this week, in a free period.", "Six talks held; knows how to come back.", "Six talks; nothing that had to go further.",
    ),
    "Careers": (
        4, "No idea what comes after this year, and worried about it.",
        "Meeting on Thursday at lunch.", "Has two applications to write and a date for each.", "Interests looked at; two courses chosen.",
    ),
    "Child and adolescent mental health service": (
        1, "Anxiety keeps from lessons; the GP agrees. Home asked for it.", "First appointment in eight weeks.", "", "",
    ),
}  # fmt: skip
LAST_YEARS = {"Careers"}  # for Year 11 and the college, to whom the question what comes next is near
DECLINED = "Not for us yet: ask the subject teachers first what helps in lessons, then come back to me."


class Referrals:
    """A referral for some of those on roll, by their tutor, within the last weeks."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, senco: User, chance: Chance) -> None:
        self.frame, self.groups, self.chance = frame, groups, chance
        self.services = {row.name: row for row in Service.objects.all()}
        self.senco = senco
        self.rows: list[Any] = []
        for person in roll.people:
            if frame.this in person.caseloads and person.on_roll(frame.today) and chance.often(SHARE):
                self._refer(person)
        frame.loader.copy(self.rows)

    def _refer(self, person: Person) -> None:
        near_the_end = person.nc_years[self.frame.this] >= 11
        kinds = {name: kind[0] for name, kind in KINDS.items() if near_the_end or name not in LAST_YEARS}
        name = self.chance.pick(kinds)
        _, reason, answer, told, outcome = KINDS[name]
        service, tutor = self.services[name], self.groups.tutors[person.caseloads[self.frame.this]]
        taker = self.senco if service.inside else tutor
        asked = clock.at(
            clock.week_of(self.frame.today) - timedelta(days=7 * self.chance.choice((0, 0, 1, 2, 4, 5))), 11
        )
        asked = past(asked)
        state = self.chance.pick({"asked": 3, "accepted": 4, "closed": 3 if told else 0.1, "declined": 1})
        if asked + timedelta(days=4) > clock.now() and state != "asked":
            asked -= timedelta(days=7)
        values: dict[str, Any] = {}
        if state != "asked":
            words = DECLINED if state == "declined" else answer
            values = {"taken_by": taker, "answered_at": asked + timedelta(days=2), "answer": words}
        if state == "closed":
            values |= {"result": "helped", "told": told, "outcome": outcome, "closed_by": taker}
            values["closed_at"] = asked + timedelta(days=4)
        self.rows.append(
            self.frame.loader.new(
                Referral, student=person.row, service=service, reason=reason, referred_by=tutor, referred_at=asked,
                state=state, urgent=state == "asked" and self.chance.often(0.2), student_agrees=self.chance.often(0.9),
                version=1 + (state != "asked") + (state == "closed"), form_token=self.chance.uuid(), **values,
            )
        )  # fmt: skip
