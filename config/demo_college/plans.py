"""Action plans: made from the bank's model plans by tutors, most at the first stages, a few moved up, some ended, one to approve."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from config.demo_college.chance import Chance
from config.demo_college.dates import latest_open_day, next_open_day, past
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups, Staffing
from config.demo_college.students import Person, Roll
from core import clock
from interventions.models import ActionPlan, BankItem, Barrier, PlanAction, PlanStage, PlanStep

EVERY, FEWEST = 9, 3  # one student in so many has or had a plan this year, and three of each tutor's
WEIGHTS: dict[str, float] = {
    "Back to full attendance": 5, "Catching up after illness": 2, "Behind in one subject": 2,
    "Work and study in balance": 1, "Feeling well enough to learn": 1,
}  # fmt: skip
GROWN = {"Work and study in balance"}  # for those who may work: the college only
FOUND = (
    "Two full weeks, then one slipped. The bus pass is sorted now.",
    "Most of the missed work is in; maths is left.",
    "Better in the mornings; Fridays are still hard.",
    "Came to every session. Says that the list helps.",
    "No change yet. Home will ring when it is a bad morning.",
)
ENDED = (
    ("met", "Four full weeks, and nothing is missing."),
    ("met", "Back on track in every subject."),
    ("partly", "Attendance is better; one subject is still behind."),
    ("not_met", "No better. A meeting with home is arranged."),
    ("stopped", "Changed course, so the plan no longer fits."),
)


class Plans:
    """Plans for some of each site's students."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, staffing: Staffing, chance: Chance) -> None:
        self.frame, self.groups, self.chance = frame, groups, chance
        self.plans: list[Any] = []
        self.actions: list[Any] = []
        self.steps: list[Any] = []
        self.barriers: list[tuple[Any, int]] = []
        self.items = {item.title: item for item in BankItem.objects.plans()}
        self.known = {str(row.public_id): row.pk for row in Barrier.objects.all()}
        self.stages = {row.number: row for row in PlanStage.objects.all()}
        heads = [grant for grant in staffing.grants["year_group"] if grant.role.name == "head_of_year"]
        self.heads: dict[int, User] = {grant.content_object_id: grant.user for grant in heads}
        here = [one for one in roll.people if frame.this in one.caseloads and one.on_roll(frame.today)]
        looked_after: dict[int, list[Person]] = {}
        for one in here:
            looked_after.setdefault(one.caseloads[frame.this], []).append(one)
        for people in looked_after.values():
            wanted = chance.sample(people, min(len(people), max(FEWEST, len(people) // EVERY)))
            for place, person in enumerate(wanted):
                self._plan(person, place)
        self._copy()

    def _copy(self) -> None:
        for rows in (self.plans, self.actions, self.steps):
            self.frame.loader.copy(rows)
        through = ActionPlan.barriers.through
        through.objects.bulk_create(through(actionplan_id=plan.pk, barrier_id=pk) for plan, pk in self.barriers)

    def _head(self, person: Person) -> User | None:
        group = self.frame.year_groups.get(person.nc_years[self.frame.this])
        return self.heads.get(group.pk) if group is not None else None

    def _plan(self, person: Person, place: int) -> None:
        """Each tutor's first plan is to be looked at again; every third waits at the last stage for approval."""
        frame, chance, today = self.frame, self.chance, self.frame.today
        tutor, head = self.groups.tutors[person.caseloads[frame.this]], self._head(person)
        weeks = chance.randint(1, 9) if place else 6
        start = max(today - timedelta(weeks=weeks), frame.dates[frame.this].starts_on + timedelta(days=6))
        reached = chance.pick({1: 6, 2: 4, 3: 2}) if head is not None and weeks > 2 and place else 1
        reached = 4 if head is not None and place % 3 == 2 else reached
        stage, item = self.stages[reached], self.items[chance.pick(self._fitting(person))]
        ended = bool(place) and reached < 4 and weeks > 4 and chance.often(0.45)
        owner = head if head is not None and stage.owner_role == "head_of_year" else tutor
        outcome, words = chance.choice(ENDED) if ended else ("", "")
        review = next_open_day(today + timedelta(days=chance.randint(-6, 20) if place else -2))
        plan = frame.loader.new(
            ActionPlan, student=person.row, title=item.title, reasons=item.data["reasons"], aims=item.data["aims"], stage=stage,
            owner=owner, agreed_with=chance.choice((["student"], ["student", "parent"], ["student", "parent", "teacher"])),
            starts_on=start, review_on=max(start, review), approval="waiting" if stage.approver_role else "", stage_by=owner,
            outcome=outcome, outcome_note=words, closed_on=latest_open_day(today - timedelta(days=3)) if ended else None,
            closed_by=owner if ended else None, bank_item=item, made_by=tutor, made_at=clock.at(start, 15, 20),
            changed_at=clock.at(start, 15, 20), form_token=chance.uuid(),
        )  # fmt: skip
        self.plans.append(plan)
        self.barriers += [(plan, self.known[key]) for key in item.data["barriers"]]
        self._actions(plan, item, self._teacher(person) or tutor, tutor)
        self._steps(plan, tutor, head, start)

    def _fitting(self, person: Person) -> dict[str, float]:
        return {name: w for name, w in WEIGHTS.items() if person.site == "college" or name not in GROWN}

    def _teacher(self, person: Person) -> User | None:
        taught = person.groups.get(self.frame.this, [])
        teacher: User | None = self.groups.taught[self.chance.choice(taught)]["teacher"] if taught else None
        return teacher

    def _actions(self, plan: Any, item: BankItem, teacher: User, tutor: User) -> None:
        whose = {"Tutor": tutor, "Teacher": teacher, "Teachers": teacher}
        for number, one in enumerate(item.data["actions"], 1):
            owner, due = whose.get(one["who"]), next_open_day(plan.starts_on + timedelta(weeks=one["weeks"]))
            done = self.chance.often(0.85 if due < self.frame.today else 0.25)
            day = min(due, self.frame.today)
            self.actions.append(
                self.frame.loader.new(
                    PlanAction,
                    plan=plan,
                    position=number,
                    what=one["what"],
                    owner=owner,
                    due_on=due,
                    owner_words="" if owner else one["who"],
                    done_on=day if done else None,
                    done_by=(owner or tutor) if done else None,
                )  # fmt: skip
            )

    def _steps(self, plan: Any, tutor: User, head: User | None, start: date) -> None:
        self._step(plan, "made", self.stages[1], tutor, start, "")
        for number in range(2, plan.stage.number + 1):
            by = tutor if number < 3 or head is None else head
            day = latest_open_day(min(start + timedelta(days=9 * (number - 1)), self.frame.today))
            self._step(plan, "moved_up", self.stages[number], by, day, self.chance.choice(FOUND))
        if plan.closed_on:
            self._step(plan, "closed", plan.stage, plan.owner, plan.closed_on, plan.outcome_note)

    def _step(self, plan: Any, kind: str, stage: PlanStage, by: User, day: date, note: str) -> None:
        at = past(clock.at(day, 15, 20 + len(self.steps) % 20))
        self.steps.append(self.frame.loader.new(PlanStep, plan=plan, kind=kind, stage=stage, at=at, by=by, note=note))
