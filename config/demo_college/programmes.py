"""Interventions of this year: the kinds of effects.py, which have ended, small groups that go on beside them, and their impact."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from config.demo_college import effects
from config.demo_college.chance import Chance
from config.demo_college.dates import latest_open_day, next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.marks import Diary
from config.demo_college.students import Person, Roll
from core import clock
from interventions.actions.impact import work_out_all
from interventions.choices_programmes import HiddenReason
from interventions.models import (
    BankItem,
    ChoiceExplained,
    ImpactRun,
    Intervention,
    InterventionMember,
    InterventionSession,
    InterventionType,
    Programme,
    SessionAttendance,
)

GROUP, ENDED_GROUP = 8, 12  # students in a group
HOUR = Decimal("28.50")  # pounds for an hour of one member of staff
# Kind, what it is for, what it is measured by, weeks that it has run, weeks between reviews, when in the day, minutes.
KINDS = (
    ("Small-group maths", "Secure the topics of the last test; one grade up by the next", "grades", 9, 6, (12, 30), 40),
    ("Small-group English", "Plan and write a full answer in time", "grades", 7, 8, (15, 20), 45),
    ("Punctuality check-in", "On time four mornings of five", "lateness", 6, 5, (8, 30), 10),
    ("Revision workshop", "Each topic of the term on one page", "other", 5, 6, (13, 0), 30),
)
PROGRAMME_OF = {"Attendance mentoring": "Ready by nine", "Punctuality check-in": "Ready by nine"}
NOTES = (
    "Went through last week’s plan; most of it kept.",
    "Worked in pairs on past questions.",
    "Short one: two had a mock.",
    "Agreed what each will do before the next time.",
    "",
)


class Programmes:
    """The kinds with students enough to be told, in groups of their own, and a few other groups that go on."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, diaries: dict[str, Diary], chance: Chance) -> None:
        self.frame, self.groups, self.chance = frame, groups, chance
        self.kinds = {row.name: row for row in InterventionType.objects.all()}
        self.rows: dict[str, list[Any]] = {"rows": [], "members": [], "sessions": [], "came": []}
        self.staff: list[tuple[Any, User]] = []
        self.programmes: dict[str, Programme] = {}
        for site in ("school", "college"):
            for ended in effects.KINDS:
                self._ended(ended, diaries[site].helped.get(ended.name, ()))
            here = [one for one in roll.people if one.site == site and self._here(one)]
            for kind in KINDS:
                self._group(here, *kind)
        for rows in self.rows.values():
            frame.loader.copy(rows)
        through = InterventionSession.staff.through
        through.objects.bulk_create(
            through(interventionsession_id=session.pk, user_id=user.pk) for session, user in self.staff
        )

    def _here(self, person: Person) -> bool:
        return self.frame.this in person.caseloads and person.on_roll(self.frame.today)

    def _tutor(self, person: Person) -> User:
        return self.groups.tutors[person.caseloads[self.frame.this]]

    def _ended(self, kind: effects.Kind, people: Sequence[Person]) -> None:
        """Everybody of a kind, in groups, each led by the tutor of its first."""
        start = kind.starts_on(self.frame.today)
        last = latest_open_day(min(start + timedelta(weeks=kind.lasted), self.frame.today - timedelta(days=1)))
        size = -(-len(people) // max(1, round(len(people) / ENDED_GROUP))) if people else 1
        for first in range(0, len(people), size):
            group = people[first : first + size]
            row = self._row(kind.name, kind.intended, "attendance", self._tutor(group[0]), start, last)
            row.title = f"{kind.name}, group {first // size + 1}"
            row.ended_on, row.outcome, row.version = max(start, last), kind.outcome, 2
            for person in group:
                self._member(row, person, start, row.ended_on + timedelta(days=1))
            since = {person.row.pk: start for person in group}
            self._sessions(row, group, start, kind.at, kind.minutes, since, row.ended_on)

    def _group(
        self, here: Sequence[Person], kind: str, intended: str, figure: str, weeks: int, review: int,
        at: tuple[int, int], minutes: int,
    ) -> None:  # fmt: skip
        chosen = self.chance.sample(list(here), min(GROUP, len(here)))
        if len(chosen) < 2:
            return
        start = clock.week_of(self.frame.today) - timedelta(weeks=weeks)
        start = max(start, self.frame.dates[self.frame.this].starts_on + timedelta(days=6))
        row = self._row(
            kind, intended, figure, self._tutor(chosen[0]), start, next_open_day(start + timedelta(weeks=review))
        )
        for person in chosen:
            self._member(row, person, start)
        self._sessions(row, chosen, start, at, minutes, {one.row.pk: start for one in chosen})

    def _row(self, kind: str, intended: str, figure: str, leader: User, start: date, review: date) -> Any:
        row = self.frame.loader.new(
            Intervention, programme=self._programme(kind, leader, start), type=self.kinds[kind], title=kind, area=self.kinds[kind].area, intended=intended, figure=figure,
            led_by=leader, made_by=leader, starts_on=start, review_on=max(review, start), cost_per_hour=HOUR,
            made_at=clock.at(start, 8, 15), form_token=self.chance.uuid(),
        )  # fmt: skip
        self.rows["rows"].append(row)
        return row

    def _programme(self, kind: str, leader: User, start: date) -> Programme | None:
        """The programme to which a kind belongs, if any; whoever leads the first of its interventions named it."""
        name = PROGRAMME_OF.get(kind)
        if name is not None and name not in self.programmes:
            self.programmes[name] = Programme.objects.create(
                public_id=self.chance.uuid(), name=name, made_by=leader, made_at=clock.at(start, 8)
            )
        return self.programmes.get(name or "")

    def _member(self, row: Any, person: Person, day: date, end: date | None = None) -> None:
        period = DateRange(day, end)
        self.rows["members"].append(
            self.frame.loader.new(InterventionMember, intervention=row, student=person.row, period=period)
        )

    def _sessions(
        self, row: Any, people: Sequence[Person], start: date, at: tuple[int, int], minutes: int, since: dict[int, date],
        last: date | None = None,
    ) -> None:  # fmt: skip
        days = {
            day for year in (self.frame.last, self.frame.this) for day in self.frame.dates[year].until(self.frame.today)
        }
        day = start
        while day < self.frame.today and (last is None or day <= last):
            inside = [person for person in people if since[person.row.pk] <= day]
            if day in days and inside:
                self._session(row, inside, day, at, minutes)
            day += timedelta(days=7)

    def _session(self, row: Any, inside: Sequence[Person], day: date, at: tuple[int, int], minutes: int) -> None:
        moment = clock.at(day, *at)
        session = self.frame.loader.new(
            InterventionSession, intervention=row, held_at=moment, minutes=minutes, note=self.chance.choice(NOTES),
            logged_by=row.led_by, logged_at=moment + timedelta(minutes=minutes + 5),
        )  # fmt: skip
        self.rows["sessions"].append(session)
        self.staff.append((session, row.led_by))
        for person in inside:
            came = self.chance.often(0.85)
            self.rows["came"].append(
                self.frame.loader.new(SessionAttendance, session=session, student=person.row, came=came)
            )


def _explain() -> None:
    """Most students were chosen by their figures; for one intervention in seven nobody has said so yet, for another there was more.

    Of the kinds with an effect built in everybody was, so that those can be told.
    """
    rows = Intervention.objects.order_by("pk").values_list("pk", "led_by_id", "made_at", "type__name")
    told = {kind.name for kind in effects.KINDS if kind.effect}
    said = {0: HiddenReason.LASTING, 1: None}
    ChoiceExplained.objects.bulk_create(
        ChoiceExplained(intervention_id=pk, said_by_id=leader, said_at=moment, reason=reason)
        for number, (pk, leader, moment, kind) in enumerate(rows, 4)
        if (reason := HiddenReason.NONE if kind in told else said.get(number % 7, HiddenReason.NONE)) is not None
    )

    leaders = [leader for _, leader, _, _ in rows]
    used = (
        BankItem.objects.filter(plans__isnull=False).distinct().order_by("pk") if leaders else BankItem.objects.none()
    )
    ChoiceExplained.objects.bulk_create(
        ChoiceExplained(bank_item=item, said_by_id=leaders[0], said_at=clock.now(), reason=HiddenReason.NONE)
        for item in list(used)[::2]
    )


def work_out_impact(frame: Frame, chance: Chance) -> int:
    """What the college's nightly job would have worked out, with ids from the seed, once most leaders have said why they chose their students."""
    _explain()
    made = work_out_all(frame.today)
    for run in ImpactRun.objects.order_by("pk"):
        ImpactRun.objects.filter(pk=run.pk).update(public_id=chance.uuid())
    return made
