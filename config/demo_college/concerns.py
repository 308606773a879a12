"""Concerns at every stage, raised and handled through the same actions that staff use, at the time it then was."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from config.demo_college.chance import Chance
from config.demo_college.dates import DAY, next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.students import Person, Roll
from core import clock, naming
from core.models import Mail
from safeguarding.actions.casework import add_action, add_entry, close_concern, settle_action
from safeguarding.actions.emergency import set_emergency
from safeguarding.actions.raising import Report, raise_concern
from safeguarding.actions.triage import Assessment, acknowledge, assess, assign, open_record
from safeguarding.choices import EntryKind, Outcome, Severity, Threshold
from safeguarding.models import Concern, ConcernCase

ONE_IN = 40
FEW_DAYS = 5  # a student who has been here that long can have a concern
# (what was seen, the child's own words, category, severity, threshold)
REPORTS = (
    ("Came to registration without a coat for the third day and said there was no breakfast at home.", "There is nothing in the fridge till Friday.", "neglect", Severity.MEDIUM, Threshold.EARLY_HELP),
    ("A friend showed me messages from somebody she has never met, asking for pictures.", "He says he is sixteen.", "cse", Severity.HIGH, Threshold.IN_NEED),
    ("Very quiet since half-term, sleeves pulled down over both hands in a warm room.", "", "self_harm", Severity.HIGH, Threshold.EARLY_HELP),
    ("Said in passing that he looks after his brother every night while Mum works.", "I have to be back by four or he is on his own.", "carer", Severity.LOW, Threshold.EARLY_HELP),
    ("Told me on the way out of the lesson that there was shouting again and the police came.", "Dad broke the door.", "domestic", Severity.URGENT, Threshold.PROTECTION),
    ("Two new phones and new trainers this month; picked up from the gate by an older boy.", "", "county_lines", Severity.HIGH, Threshold.IN_NEED),
    ("Group chat in which several students call one of them names; she stayed away on Monday.", "I do not want to come in.", "bullying", Severity.MEDIUM, Threshold.UNIVERSAL),
    ("Said that nothing matters any more, then laughed it off.", "It would be easier if I was not here.", "mental_health", Severity.HIGH, Threshold.EARLY_HELP),
)  # fmt: skip
FOLLOW_UPS = (
    "Spoke with the student in private. Calm; glad to have been asked.",
    "Rang home. Agreed to meet on Thursday.",
    "Spoke to the school nurse, who will see the student this week.",
    "Checked with the tutor: attendance and mood since last week.",
)
ACTIONS = (
    "Ring home and arrange to meet",
    "Speak to the student again",
    "Ask the nurse for an appointment",
    "Write to the early help hub",
)
HOURS_BETWEEN = (1, 3, 22, 46)  # a day of 24 hours is a school day


class Concerns:
    """Raises and handles them."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.frame, self.groups, self.chance = frame, groups, chance
        self.dsl = User.objects.get(email__startswith="dsl@")
        self.deputy = User.objects.get(email__startswith="deputy-dsl@")
        self.made = 0
        last_days = frame.days_before_today()[-70:]
        # Nobody has a concern from before they came; in September that leaves out new students.
        present = [
            person for person in roll.people if person.on_roll(frame.today) and person.on_roll(last_days[-FEW_DAYS])
        ]
        how_many = max(6, len(present) // ONE_IN)
        for number, person in enumerate(chance.sample(present, min(how_many, len(present)))):
            newest = number < max(3, how_many // 6)
            day = last_days[-1 - number % 2] if newest else self._earlier(person, last_days)
            self._one(person, day, stage=number % 3 if newest else 3 + number % 3)
        with self._as(self.dsl, frame.today, 0):
            set_emergency(self.dsl, team_phone="ext. 204", authority_phone="01632 960 114", night_phone="01632 960 115")
        # The team was told at the time; those mails went long ago.
        Mail.objects.filter(key__startswith="safeguarding").delete()

    @contextmanager
    def _as(self, person: User, day: date, hours: float) -> Iterator[None]:
        for _ in range(int(hours // 24)):
            day = next_open_day(day + DAY)
        moment = min(clock.at(day, 9, 10) + timedelta(hours=hours % 24), clock.at(self.frame.today, 7), clock.now())
        with clock.set_to(moment), naming.named(person.pk, purpose="demonstration"):
            yield

    def _earlier(self, person: Person, last_days: list[date]) -> date:
        return self.chance.choice([day for day in last_days[:-3] if person.on_roll(day)])

    def _one(self, person: Person, day: date, stage: int) -> None:
        """0 not read · 1 acknowledged · 2 assessed, with an action · 3, 4, 5 handled over weeks, two of three closed."""
        year = day.year if day.month >= 9 else day.year - 1
        tutor = self.groups.tutors.get(person.caseloads.get(year, 0))
        if tutor is None:
            return
        what, said, category, severity, threshold = self.chance.choice(REPORTS)
        with self._as(tutor, day, 0):
            safe_now = (
                "no" if stage == 1 else "yes"
            )  # read and acknowledged a while ago, so that nobody is mailed all day
            report = Report(what=what, child_words=said, safe_now=safe_now, student=person.row, noticed_at=clock.now())
            concern = raise_concern(tutor, report, token=self.chance.uuid())
        self.made += 1
        if stage == 0:
            return
        lead = self.dsl if self.chance.often(0.6) else self.deputy
        with self._as(lead, day, 0.7):
            open_record(lead, concern)
            acknowledge(lead, concern)
        if stage == 1:
            return
        with self._as(lead, day, 1.5):
            rationale = "Read with the tutor. No sign of danger today; to be looked at together with what is known."
            assess(
                lead,
                concern,
                Assessment(int(severity), category, rationale, threshold=str(threshold)),
                version=self._version(concern),
            )
            assign(lead, concern, lead)
            action = add_action(
                lead, concern, self.chance.choice(ACTIONS), lead, next_open_day(day + timedelta(days=3))
            )
        if stage == 2:
            return
        self._handle(concern, lead, day, action, closes=stage != 3)

    def _version(self, concern: Concern) -> int:
        return int(ConcernCase.objects.values_list("version", flat=True).get(pk=concern.pk))

    def _handle(self, concern: Concern, lead: User, day: date, action: Any, *, closes: bool) -> None:
        for hours in HOURS_BETWEEN[: self.chance.randrange(1, 4)]:
            with self._as(lead, day, 2 + hours):
                add_entry(lead, concern, EntryKind.CONVERSATION, self.chance.choice(FOLLOW_UPS))
        with self._as(lead, day, 50):
            settle_action(lead, action, done=True, outcome="Done; noted in the chronology.")
        if closes:
            with self._as(lead, day, 80):
                concern.refresh_from_db()
                outcome = self.chance.choice((Outcome.SUPPORTED, Outcome.EARLY_HELP, Outcome.NO_ACTION))
                close_concern(lead, concern, str(outcome), "Followed up as above; the student knows whom to come to.")
