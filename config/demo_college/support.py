"""Support plans: for most students with a need on their record, some of them in their second round, some to be reviewed."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from caseload.models import Characteristic
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day
from config.demo_college.frame import Frame
from config.demo_college.students import Person, Roll
from core import clock
from interventions.models import SupportPlan, SupportReview

SHARE = 0.8  # of those with a need on record
# Of each need: in words, what it is to reach, what staff do, exam access.
PLANS = {
    "SPLD": (
        "Reads slowly and loses the line; spelling is two years behind what is said aloud.",
        "Reads a page of a set text in four minutes, and says what it was about.",
        "Send texts a day before. Coloured overlay in the folder. Don't ask to read aloud unprepared. Session with a specialist on Tuesdays, 20 minutes.",
        ["time25", "reader"],
    ),
    "SEMH": (
        "Finds full rooms and sudden change hard; leaves when it gets loud.",
        "Stays in four lessons of five, and says when a break is needed.",
        "Seat near the door. A time-out card: five minutes, then back, no questions in front of others. Mentor on Mondays.",
        ["rest", "room"],
    ),
    "SLCN": (
        "Understands more than can be said; needs time to find words.",
        "Answers in whole sentences in a small group.",
        "Ask, wait ten seconds, ask again in the same words. New words on the wall before the lesson. Speech group fortnightly.",
        ["time25"],
    ),
    "ASD": (
        "Takes words as they are said; unexpected change is distressing.",
        "Manages a changed room or teacher with a day's notice.",
        "Tell of changes beforehand. One instruction at a time, written down too. A quiet place at break.",
        ["room", "prompter"],
    ),
    "MLD": (
        "Needs more time and smaller steps in most subjects.",
        "Works alone for fifteen minutes on a task that was shown first.",
        "Show one worked example, then half of one. Check after two minutes. Small group for maths twice a week.",
        ["time25", "reader"],
    ),
    "HI": (
        "Hears little above 2 kHz; wears aids in both ears.",
        "Takes part in class talk without asking for it to be said again.",
        "Face the class when speaking. Radio aid on. Repeat what others say. Captions on every film.",
        ["language", "room"],
    ),
    "PD": (
        "Tires when writing; walks short ways only.",
        "Writes as much as is known, by keyboard.",
        "Laptop in every lesson. Leave two minutes early. Rooms on the ground floor.",
        ["word", "rest"],
    ),
    "EAL": (
        "New words of subjects are still to be learned; talks easily with friends.",
        "Writes a paragraph with the words of the subject.",
        "Word list of the topic in both languages. Pair with somebody who explains. Bilingual dictionary on the desk.",
        ["dictionary"],
    ),
}  # fmt: skip
FOUND = (
    ("yes", "Most of it was reached; keep the seat and the texts, let the group go on for a term."),
    ("partly", "Works where everybody knows of it; two subjects did not. Told them."),
    ("no", "Missed half of the sessions, so there is little to say. Other time, same plan."),
)


class Support:
    """A plan for most who have a need on their record, looked after by learning support."""

    def __init__(self, frame: Frame, roll: Roll, owner: User, chance: Chance) -> None:
        self.frame, self.owner, self.chance = frame, owner, chance
        self.plans: list[Any] = []
        self.reviews: list[Any] = []
        needs, stages = self._known("sen_need"), self._known("english_proficiency")
        for person in roll.people:
            pk = person.row.pk
            need = needs.get(pk) or ("EAL" if stages.get(pk) in ("A", "B", "C") else "")
            if need in PLANS and frame.this in person.caseloads and person.on_roll(frame.today) and chance.often(SHARE):
                self._plan(person, need, stages.get(pk, ""))
        frame.loader.copy(self.plans)
        frame.loader.copy(self.reviews)

    def _known(self, kind: str) -> dict[int, str]:
        rows = Characteristic.objects.filter(kind=kind).order_by("-rank", "-pk")
        return dict(rows.values_list("student_id", "code"))

    def _plan(self, person: Person, need: str, stage: str) -> None:
        words, wanted, provision, access = PLANS[need]
        begun = self.frame.dates[self.frame.this].starts_on + timedelta(days=self.chance.choice((2, 3, 6, 8)))
        begun = min(begun, self.frame.today)
        second = self.chance.often(0.4) and begun + timedelta(weeks=7) < self.frame.today
        start = begun + timedelta(weeks=6) if second else begun
        plan = self.frame.loader.new(
            SupportPlan, student=person.row, need=need, need_words=words, wanted=wanted, provision=provision,
            eal_stage=stage, exam_access=access if self.chance.often(0.6) else [], owner=self.owner, made_by=self.owner,
            changed_by=self.owner, made_at=clock.at(begun, 15, 40), round=2 if second else 1, assessed_on=start,
            planned_on=start, started_on=min(start + timedelta(days=4), self.frame.today), version=2 if second else 1,
            review_on=next_open_day(start + timedelta(weeks=self.chance.choice((6, 9, 11, 12, 13)))), form_token=self.chance.uuid(),
        )  # fmt: skip
        self.plans.append(plan)
        if second:
            self._review(plan, begun, start)

    def _review(self, plan: Any, begun: date, day: date) -> None:
        worked, found = self.chance.choice(FOUND)
        self.reviews.append(
            self.frame.loader.new(
                SupportReview, plan=plan, round=1, assessed_on=begun, planned_on=begun, started_on=begun, due_on=day,
                reviewed_on=day, worked=worked, found=found, next_on=plan.review_on, reviewed_by=self.owner,
                reviewed_at=clock.at(day, 15, 10),
            )
        )  # fmt: skip
