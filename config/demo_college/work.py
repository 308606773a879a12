"""The tutors' work: one-to-ones that review targets and set new ones, quick notes, calls home."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from accounts.models import User
from caseload.models import ContactLogEntry
from config.demo_college import words
from config.demo_college.chance import Chance
from config.demo_college.dates import academic_year, next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.marks import Diary
from config.demo_college.students import Person, Roll
from core import clock
from interventions.models import BankItem, Meeting, MeetingType, Note, Target, TargetReview

# In a year: notes about those to worry about and about others, praise of everybody, good news home.
WORRY, SOME, PRAISE, GOOD_NEWS = 0.9, 0.3, 0.6, 0.3
EVERY_DAYS = {"school": 44, "college": 34}
KEPT_UP = 0.94  # of what came due, by the progress tutor of the cast
CLOSED = {"met": 55, "partly_met": 20, "not_met": 18, "dropped": 7}
OUTCOME = {"met": "met", "partly_met": "partly", "not_met": "not_met", "dropped": "dropped"}


def _away(diary: Diary) -> dict[int, set[date]]:
    """The days on which each student was away all day, by the key of the student."""
    away = ~np.isin(diary.codes, ("/", "\\", "L")).any(axis=2)
    return {
        person.row.pk: {diary.days[at] for at in np.flatnonzero(away[place])}
        for place, person in enumerate(diary.people)
    }


class Work:
    """Two years of it."""

    def __init__(
        self, frame: Frame, roll: Roll, groups: Groups, diaries: dict[str, Diary], chance: Chance, kept_up: Chance
    ) -> None:
        self.frame, self.roll, self.groups, self.chance = frame, roll, groups, chance
        self.rows: dict[str, list[Any]] = defaultdict(list)
        self.types = list(MeetingType.objects.order_by("position"))
        self.bank = {item.title: item for item in BankItem.objects.filter(saved_by=None)}
        self.worrying = {
            person.row.pk
            for diary in diaries.values()
            for person in (
                *(diary.people[place] for place in diary.falling),
                *(person for helped in diary.helped.values() for person in helped),
            )
        }
        self.latest: dict[int, tuple[Any, list[Any]]] = {}  # a student's last one-to-one, and the targets open since
        self.away = {pk: days for diary in diaries.values() for pk, days in _away(diary).items()}
        for person in roll.people:
            self._person(person)
        self._keep_up(kept_up)
        for rows in self.rows.values():
            frame.loader.copy(rows)

    def _person(self, person: Person) -> None:
        open_targets: list[Any] = []
        for year, caseload in sorted(person.caseloads.items()):
            tutor = self.groups.tutors[caseload]
            for day in self._meeting_days(person, year):
                open_targets = self._meeting(person, tutor, day, open_targets)
                self.latest[person.row.pk] = (self.rows["meetings"][-1], open_targets)
            worrying = person.row.pk in self.worrying
            for day in self._some_days(person, year, WORRY if worrying else SOME):
                self._note(person, tutor, day, *words.choose(self.chance, words.WORRIES, self._nc(person, day)))
            for day in self._some_days(person, year, PRAISE):
                self._note(person, tutor, day, "praise", words.choose(self.chance, words.PRAISE, self._nc(person, day)))
            for day in self._some_days(person, year, 1.6 if worrying else 0.2):
                self._call(person, tutor, day, words.CALLS)
            for day in self._some_days(person, year, GOOD_NEWS):
                self._call(person, tutor, day, words.GOOD_NEWS)

    def _keep_up(self, chance: Chance) -> None:
        """The progress tutor of the cast has kept up: most one-to-ones and targets that came due were seen to since, and most
        calls followed up. With dice of their own, so that everybody else's work is as it would be without."""
        self.chance, tutor, today = chance, self.groups.cast["progress_tutor"], self.frame.today
        mine = [one for one in self.roll.people if self._is_of(one, tutor)]
        for person in mine:
            while (days := self._days_since_due(person)) and chance.often(KEPT_UP):
                still_open = self._meeting(person, tutor, chance.choice(days), self.latest[person.row.pk][1])
                self.latest[person.row.pk] = (self.rows["meetings"][-1], still_open)
        students = {person.row.pk for person in mine}
        for call in self.rows["calls"]:
            waited = call.student_id in students and call.follow_up_on and call.follow_up_on < today
            if waited and chance.often(KEPT_UP):
                call.followed_up_at = self._at(call.follow_up_on)

    def _is_of(self, person: Person, tutor: User) -> bool:
        caseload = person.caseloads.get(self.frame.this)
        return caseload is not None and self.groups.tutors[caseload] == tutor and person.on_roll(self.frame.today)

    def _days_since_due(self, person: Person) -> list[date]:
        """The school days from the one on which the last of what is overdue today came due; none where nothing is."""
        meeting, targets = self.latest.get(person.row.pk, (None, []))
        days = [meeting.next_on] if meeting else []
        overdue = [day for day in days + [one.due_on for one in targets] if day < self.frame.today]
        if not overdue:
            return []
        due = max([meeting.held_at.date() + timedelta(days=1), *overdue])
        school_days, away = self.frame.dates[self.frame.this].until(self.frame.today), self.away[person.row.pk]
        return [day for day in school_days if day >= due and day not in away]

    def _nc(self, person: Person, day: date) -> int:
        """The NC year that somebody was in on the day."""
        return person.nc_years[academic_year(day)]

    def _days(self, person: Person, year: int) -> list[date]:
        return [day for day in self.frame.dates[year].until(self.frame.today) if person.on_roll(day)]

    def _meeting_days(self, person: Person, year: int) -> list[date]:
        days = self._days(person, year)
        every = EVERY_DAYS[person.site] * (0.6 if person.row.pk in self.worrying else 1)
        at, found = self.chance.randrange(3, 40), []
        away = self.away[person.row.pk]
        while at < len(days):
            # Nobody talks with somebody who isn't there: it is put off to the next day that they come.
            at = next((place for place in range(at, len(days)) if days[place] not in away), len(days))
            found.extend(days[at : at + 1])
            at += max(8, round(self.chance.gauss(every, every / 4) * 5 / 7))
        return found

    def _some_days(self, person: Person, year: int, average: float) -> list[date]:
        days = self._days(person, year)
        share = average * len(days) / 190
        how_many = int(share) + self.chance.often(share - int(share))
        return sorted(self.chance.sample(days, min(how_many, len(days))))

    def _at(self, day: date) -> datetime:
        return clock.at(day, self.chance.randrange(9, 15), self.chance.choice((5, 15, 25, 40, 50)))

    def _meeting(self, person: Person, tutor: User, day: date, open_targets: list[Any]) -> list[Any]:
        chance, new, moment = self.chance, self.frame.loader.new, self._at(day)
        gap = round(EVERY_DAYS[person.site] * chance.uniform(0.7, 1.2))
        nc_year = self._nc(person, day)
        wellbeing = chance.pick({1: 2, 2: 9, 3: 24, 4: 45, 5: 20})
        meeting = new(
            Meeting,
            student=person.row,
            written_by=tutor,
            written_at=moment,
            audience=chance.pick({"pastoral": 7, "teachers": 3}),
            form_token=chance.uuid(),
            type=self.types[0] if chance.often(0.8) or len(self.types) == 1 else chance.choice(self.types[1:4]),
            held_at=moment,
            led_by=tutor,
            wellbeing=wellbeing,
            student_words=words.choose(chance, words.STUDENT_WORDS, nc_year),
            notes=words.choose(chance, words.HARD_NOTES if wellbeing < 3 else words.NOTES, nc_year),
            tutor_actions=words.choose(chance, words.ACTIONS, nc_year),
            next_on=next_open_day(day + timedelta(days=gap)),
        )
        self.rows["meetings"].append(meeting)
        still_open = [target for target in open_targets if not self._review(target, meeting, tutor, day, moment)]
        for _ in range(chance.pick({1: 6, 2: 4}) if len(still_open) < 3 else 0):
            still_open.append(self._target(person, tutor, meeting, day, moment))
        return still_open

    def _target(self, person: Person, tutor: User, meeting: Any, day: date, moment: datetime) -> Any:
        what, measure, why = words.choose(self.chance, words.TARGETS, self._nc(person, day))
        target = self.frame.loader.new(
            Target,
            student=person.row,
            what=what,
            due_on=next_open_day(meeting.next_on + timedelta(days=self.chance.choice((-7, 0, 0, 7, 14, 21)))),
            measure=measure,
            relevant=why,
            figure="attendance" if "95 %" in what else "",
            figure_goal=95 if "95 %" in what else None,
            bank_item=self.bank.get(words.FROM_BANK.get(what, "")),
            state="set",
            set_at=meeting,
            set_on=day,
            set_by=tutor,
            changed_by=tutor,
            changed_at=moment,
        )
        if (self.frame.today - day).days > 8:
            target.state = self.chance.pick({"set": 5, "on_track": 3, "at_risk": 2})
        self.rows["targets"].append(target)
        return target

    def _review(self, target: Any, meeting: Any, tutor: User, day: date, moment: datetime) -> bool:
        """Whether the review closed it."""
        chance = self.chance
        if day < target.due_on - timedelta(days=10) and chance.often(0.6):
            outcome = state = chance.choice(("on_track", "at_risk"))
        else:
            state = chance.pick(CLOSED)
            outcome = OUTCOME[state]
            target.closed_on = day
        target.state, target.changed_at = state, moment
        target.drop_reason = "No longer on the course" if state == "dropped" else ""
        target.version += 1
        self.rows["reviews"].append(
            self.frame.loader.new(
                TargetReview,
                target=target,
                meeting=meeting,
                outcome=outcome,
                line="",
                state_after=state,
                due_on_after=target.due_on,
                reviewed_by=tutor,
                reviewed_at=moment,
            )
        )
        return target.closed_on is not None

    def _note(self, person: Person, tutor: User, day: date, kind: str, text: str) -> None:
        self.rows["notes"].append(
            self.frame.loader.new(
                Note,
                student=person.row,
                written_by=tutor,
                written_at=self._at(day),
                audience=self.chance.choice(("teachers", "pastoral")),
                form_token=self.chance.uuid(),
                kind=kind,
                text=text,
            )
        )

    def _call(self, person: Person, tutor: User, day: date, pool: Any) -> None:
        channel, summary, outcome = words.choose(self.chance, pool, self._nc(person, day))
        links = [link for link in self._links()[person.row.pk] if not link.no_contact]
        moment = self._at(day)
        self.rows["calls"].append(
            self.frame.loader.new(
                ContactLogEntry,
                student=person.row,
                contact=links[0].contact if links else None,
                channel=channel,
                direction="out",
                at=moment,
                summary=summary,
                outcome=outcome,
                follow_up_on=next_open_day(day + timedelta(days=7)) if "message" in outcome else None,
                logged_by=tutor,
                logged_at=moment,
            )
        )

    def _links(self) -> dict[int, list[Any]]:
        if not hasattr(self, "_by_student"):
            self._by_student: dict[int, list[Any]] = defaultdict(list)
            for link in self.roll.links:
                self._by_student[link.student_id].append(link)
        return self._by_student
