"""What is known of impact: the latest result of an intervention or kind, hours by kind, and who got nothing though flagged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from attendance.choices import AlertState
from attendance.models import Alert
from attendance.queries.alerts.today import holding
from attendance.queries.figures.totals import headline
from attendance.queries.figures.windows import year_to_date
from caseload.models import Student
from caseload.queries.students import student_rows
from core import clock
from core.jobs import WorkState
from interventions.choices_programmes import IMPACT, RUN
from interventions.impact import METHOD
from interventions.models import (
    ActionPlan,
    BankItem,
    Case,
    ImpactRun,
    Intervention,
    InterventionMember,
    InterventionType,
    Meeting,
    Programme,
)
from interventions.queries.bank import Standing, standings
from interventions.queries.explained import Answers
from interventions.queries.programmes import Effort, efforts_of

OVERVIEW = ("type", "template", "programme")
LOOK_BACK = timedelta(weeks=6)  # persistent absence is no single day: help in the last six weeks counts as help


@dataclass
class Latest:
    """The newest finished comparison, and one that is being worked out or failed since."""

    done: ImpactRun | None = None
    open: ImpactRun | None = None

    @property
    def working(self) -> bool:
        """Whether one is waiting or running."""
        return self.open is not None and not self.open.is_over


@dataclass
class KindRow:
    """A kind with what it took, and what its latest comparison says of each figure."""

    kind: InterventionType
    interventions: int = 0
    students: int = 0
    hours: float = 0.0
    cost: Any = None
    run: ImpactRun | None = None
    answers: Answers | None = None
    figures: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Unhelped:
    """A student who was flagged and whom nothing followed."""

    person: dict[str, Any]
    words: str
    since: Any


@dataclass
class TemplateRow:
    """A model plan with how often it was used and met, and what its latest comparison says of each figure."""

    item: BankItem
    students: int
    standing: Standing
    run: ImpactRun | None = None
    figures: list[Any] = field(default_factory=list)


@dataclass
class ProgrammeRow:
    """A programme with how many interventions and students it has, and what its latest comparison says of each figure."""

    programme: Programme
    interventions: int
    students: int
    run: ImpactRun | None = None
    answers: Answers | None = None
    figures: list[Any] = field(default_factory=list)


def latest_of(
    *,
    intervention: Intervention | None = None,
    kind: InterventionType | None = None,
    item: BankItem | None = None,
    programme: Programme | None = None,
) -> Latest:
    """The newest result and whatever came after it. Two queries."""
    runs = ImpactRun.objects.filter(intervention=intervention, type=kind, bank_item=item, programme=programme)
    done = runs.filter(state=WorkState.DONE, method_version=METHOD).order_by("-snapshot_at", "-pk").first()
    newest = runs.exclude(state=WorkState.DONE).order_by("-asked_at", "-pk").first()
    if newest is not None and done is not None and newest.asked_at < done.asked_at:
        newest = None
    return Latest(done, newest)


@dataclass(frozen=True)
class Taken:
    """What help took: of how many interventions, for how many students, with what effort where it is written down."""

    interventions: int
    students: int
    effort: Effort | None = None


def taken(rows: Sequence[Intervention]) -> Taken:
    """What these interventions took together, with each student once. Two queries."""
    efforts = list(efforts_of(rows).values())
    costs = [effort.cost for effort in efforts if effort.cost is not None]
    # Of several, a cost is known only when it is known of all.
    cost = sum(costs, Decimal(0)) if costs and len(costs) == len(efforts) else None
    members = InterventionMember.objects.filter(intervention__in=[row.pk for row in rows])
    return Taken(
        len(rows), members.values("student").distinct().count(),
        Effort(
            sessions=sum(effort.sessions for effort in efforts),
            staff_minutes=sum(effort.staff_minutes for effort in efforts), cost=cost,
        ),
    )  # fmt: skip


def taken_by_plans(item: BankItem) -> Taken:
    """The students with a plan made from a model plan; nobody writes down what plans took. One query."""
    return Taken(0, ActionPlan.objects.filter(bank_item=item).order_by().values("student").distinct().count())


def interventions_of(kind: InterventionType | None = None, programme: Programme | None = None) -> list[Intervention]:
    """Every intervention of a kind or programme, the newest first. One query."""
    return list(_interventions_of(kind, programme).select_related("led_by"))


def _interventions_of(kind: InterventionType | None, programme: Programme | None) -> QuerySet[Intervention]:
    rows = Intervention.objects.filter(type=kind) if kind else Intervention.objects.filter(programme=programme)
    return rows.order_by("-starts_on", "-pk")


def seen_of(user: Any, ids: Collection[int]) -> list[Intervention]:
    """Those of these interventions whose impact this person may see, the newest first. One query."""
    rows = Intervention.objects.filter(pk__in=ids).visible_to(user, IMPACT)
    return list(rows.select_related("led_by").order_by("-starts_on", "-pk"))


def by_kind_and_programme() -> dict[tuple[str, int], list[int]]:
    """The numbers of the interventions of each kind (`type_id`) and programme (`programme_id`). One query."""
    found: dict[tuple[str, int], list[int]] = {}
    for pk, kind, programme in Intervention.objects.order_by("pk").values_list("pk", "type_id", "programme_id"):
        found.setdefault(("type_id", kind), []).append(pk)
        if programme is not None:
            found.setdefault(("programme_id", programme), []).append(pk)
    return found


def names_of(user: Any, ids: Sequence[int], *, intervention: Intervention | None = None, **of: Any) -> dict[int, str]:
    """The names of these students, of those that this person may know: who leads an intervention knows all who take part."""
    if not ids:
        return {}
    members = InterventionMember.objects.all().visible_to(user, RUN).filter(intervention=intervention)
    may = Q(pk__in=Student.objects.visible_to(user, IMPACT).values("pk"))
    if intervention is not None:
        may |= Q(pk__in=members.values("student"))
    rows = Student.objects.filter(may, pk__in=set(ids)).order_by("sort_key", "pk")
    return {one.pk: one.full_name for one in rows}


def kinds() -> list[KindRow]:
    """Every kind that was used, with hours of staff, students and the latest comparison. Five queries, whatever the number."""
    rows = {kind.pk: KindRow(kind) for kind in InterventionType.objects.order_by("name")}
    interventions = list(Intervention.objects.all())
    efforts = efforts_of(interventions)
    costs: dict[int, list[Any]] = {}
    for one in interventions:
        row, effort = rows[one.type_id], efforts[one.pk]
        row.interventions += 1
        row.hours += effort.hours
        costs.setdefault(one.type_id, []).append(effort.cost)
    members = InterventionMember.objects.values_list("intervention__type_id", "student_id").distinct()
    for kind, _ in members:
        rows[kind].students += 1
    for kind, known in costs.items():
        rows[kind].cost = sum(known) if None not in known else None
    for run in _latest_of_kinds():
        if run.type_id is not None:
            rows[run.type_id].run = run
    return [row for row in rows.values() if row.interventions]


def of_the_overview() -> list[ImpactRun]:
    """The latest comparison of every kind, programme and model plan. One query."""
    of = ("type_id", "bank_item_id", "programme_id")
    done = ImpactRun.objects.filter(scope__in=OVERVIEW, state=WorkState.DONE, method_version=METHOD)
    return list(done.order_by(*of, "-snapshot_at", "-pk").distinct(*of))


def _latest_of_kinds() -> QuerySet[ImpactRun]:
    done = ImpactRun.objects.filter(scope="type", state=WorkState.DONE, method_version=METHOD)
    rows: QuerySet[ImpactRun] = done.order_by("type_id", "-snapshot_at", "-pk").distinct("type_id")
    return rows


def templates(user: Any) -> list[TemplateRow]:
    """Every model plan that was used, with the latest comparison. Six queries, whatever the number."""
    plans = ActionPlan.objects.exclude(bank_item=None).order_by().values("bank_item_id")
    students = dict(plans.annotate(n=Count("student", distinct=True)).values_list("bank_item_id", "n"))
    items = list(BankItem.objects.filter(pk__in=students).order_by("title", "pk"))
    known = standings(items, user)
    done = ImpactRun.objects.filter(scope="template", state=WorkState.DONE, method_version=METHOD)
    newest = done.order_by("bank_item_id", "-snapshot_at", "-pk").distinct("bank_item_id")
    runs = {run.bank_item_id: run for run in newest}
    return [TemplateRow(item, students[item.pk], known[item.pk], runs.get(item.pk)) for item in items]


def programmes() -> list[ProgrammeRow]:
    """Every programme that was used, with how many interventions and students, and the latest comparison. Two queries."""
    counted = Programme.objects.annotate(
        used=Count("interventions", distinct=True), students=Count("interventions__members__student", distinct=True)
    ).filter(used__gt=0)
    done = ImpactRun.objects.filter(scope="programme", state=WorkState.DONE, method_version=METHOD)
    newest = done.order_by("programme_id", "-snapshot_at", "-pk").distinct("programme_id")
    runs = {run.programme_id: run for run in newest}
    return [ProgrammeRow(one, one.used, one.students, runs.get(one.pk)) for one in counted.order_by("name", "pk")]


def unhelped(user: Any) -> list[Unhelped]:
    """Students in reach with an open attendance alert or persistent absence, for whom nothing was done since.

    Something is an intervention, action plan or staged process that goes on or ended since, or a one-to-one held since: since the oldest
    open alert was raised that holds today, or in the last six weeks for persistent absence. A fixed number of queries.
    """
    reached = Student.objects.visible_to(user, IMPACT).on_roll()
    open_now = Alert.objects.filter(state=AlertState.OPEN, student__in=reached.values("pk")).order_by(
        "-raised_on", "pk"
    )
    rows = open_now.values_list("student", "raised_on", "rule", "student")
    still = holding(((student, day), rule, number) for student, day, rule, number in rows)
    since = {student: (day, "Attendance alert open") for student, day in still}
    absent = _persistently_absent(reached)
    today = clock.today()
    for student, percent in absent.items():
        words = f"Persistently absent: {percent} attended this year"
        since[student] = (
            (since[student][0], f"{words}, attendance alert open") if student in since else (today - LOOK_BACK, words)
        )
    helped = _helped(list(since))
    left = {pk for pk, (day, _) in since.items() if helped.get(pk) is None or helped[pk] < day}
    people = student_rows(Student.objects.filter(pk__in=left))
    return [Unhelped(person, since[person["id"]][1], since[person["id"]][0]) for person in people]


def _persistently_absent(reached: QuerySet[Student]) -> dict[int, str]:
    ids = list(reached.values_list("pk", flat=True))
    found = headline(ids, {"year": year_to_date()})
    return {
        student: of["year"].percent for student, of in found.items() if "year" in of and of["year"].called_persistent
    }


def _helped(ids: list[int]) -> dict[int, Any]:
    """The last day on which something was done for each of these: today while something goes on. Four queries."""
    today = clock.today()
    last: dict[int, Any] = {}

    def note(student: int, day: Any) -> None:
        if student not in last or last[student] < day:
            last[student] = day

    for student, period in InterventionMember.objects.filter(student__in=ids).values_list("student_id", "period"):
        ongoing = period.upper is None or period.upper > today
        note(student, today if ongoing else period.upper - timedelta(days=1))
    for student, closed in Case.objects.filter(student__in=ids).values_list("student_id", "closed_on"):
        note(student, closed or today)
    for student, closed in ActionPlan.objects.filter(student__in=ids).values_list("student_id", "closed_on"):
        note(student, closed or today)
    meetings = Meeting.objects.filter(student__in=ids, held_at__lte=clock.now())
    for student, moment in (
        meetings.values_list("student_id", "held_at").order_by("student_id", "-held_at").distinct("student_id")
    ):
        note(student, clock.local(moment).date())
    return last
