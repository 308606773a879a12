"""What the bank of model targets and plans shows: how often each was used and met, what colleagues think, and what is offered when a target is set.

Each count is one statement for all the items of a page. The counts are of the whole college and name nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Case, Count, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from caseload.models import Student
from core.names import fold
from interventions.choices import CLOSED_STATES, TargetState
from interventions.choices_bank import ENOUGH_ENDED, BankKind, BankOrder
from interventions.choices_plans import PlanOutcome
from interventions.models import ActionPlan, BankItem, BankRating, Barrier, Target

SET = "interventions.set_target"
OFFERED = 4
# What counts as ended and as met, for targets and for plans.
CAME_OF: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    BankKind.TARGET: ({"state__in": CLOSED_STATES}, {"state": TargetState.MET}),
    BankKind.PLAN: ({"closed_on__isnull": False}, {"outcome": PlanOutcome.MET}),
}
LOOKED_THROUGH = 200


@dataclass(frozen=True)
class Standing:
    """What is known of an item: how often used, how many of those ended and were met, and its stars."""

    used: int = 0
    ended: int = 0
    met: int = 0
    stars: float | None = None
    ratings: int = 0
    mine: int | None = None

    @property
    def words(self) -> str:
        """For example “used 12 times, met 7 of the 9 that ended”."""
        if not self.used:
            return "not used yet"
        times = "once" if self.used == 1 else f"{self.used} times"
        return f"used {times}, " + (
            f"met {self.met} of the {self.ended} that ended" if self.ended else "none ended yet"
        )

    @property
    def stars_words(self) -> str:
        """For example “★ 4.2 of 5, 3 ratings”."""
        if self.stars is None:
            return "not rated yet"
        return f"★ {self.stars:.1f} of 5, {self.ratings} rating{'' if self.ratings == 1 else 's'}"


def standings(items: Sequence[BankItem], user: Any) -> dict[int, Standing]:
    """How each of these items has done, by its number: targets that were set from it, or plans made from it. Three queries
    for items of one kind."""
    ids = [item.pk for item in items]
    use: dict[int, Any] = {
        row["bank_item_id"]: row for kind in {item.kind for item in items} for row in _use(kind, ids)
    }
    ratings = BankRating.objects.filter(item__in=ids).order_by()
    rated: dict[int, Any] = {
        row["item_id"]: row for row in ratings.values("item_id").annotate(stars=Avg("stars"), ratings=Count("pk"))
    }
    mine = dict(ratings.filter(user=user).values_list("item_id", "stars"))
    found = {}
    for number in ids:
        row = {name: use.get(number, {}).get(name, 0) for name in ("used", "ended", "met")}
        stars = rated.get(number, {})
        found[number] = Standing(
            **row, stars=stars.get("stars"), ratings=stars.get("ratings", 0), mine=mine.get(number)
        )
    return found


def _use(kind: str, ids: Sequence[int]) -> QuerySet[Any, Any]:
    """How often each item was used, and what came of it. One query."""
    rows: QuerySet[Any] = (ActionPlan if kind == BankKind.PLAN else Target).objects.filter(bank_item__in=ids)
    ended, met = CAME_OF[kind]
    each = rows.order_by().values("bank_item_id")
    return each.annotate(used=Count("pk"), ended=Count("pk", filter=Q(**ended)), met=Count("pk", filter=Q(**met)))


def barrier_names(item: BankItem) -> list[str]:
    """What stands in the way in a model plan, by name. One query; none for a target."""
    keys = item.data.get("barriers", []) if item.is_plan else []
    return list(Barrier.objects.filter(public_id__in=keys).values_list("name", flat=True)) if keys else []


def bank_items(
    user: Any,
    q: str = "",
    area: str = "",
    figure: str = "",
    order: str = "",
    archived: bool = False,
    kind: str = BankKind.TARGET,
) -> QuerySet[BankItem]:
    """The model targets, or plans, that match what is looked for, sorted as asked."""
    rows = BankItem.objects.visible_to(user, SET).filter(kind=kind, archived_at__isnull=not archived)
    for word in q.split()[:8]:
        words = Q(data__aims__icontains=word) | Q(data__reasons__icontains=word) | Q(data__actions__icontains=word)
        if kind == BankKind.TARGET:
            words = Q(data__what__icontains=word) | Q(course__title__icontains=word)
        rows = rows.filter(Q(title__icontains=word) | words)
    rows = rows.filter(area=area) if area else rows
    rows = rows.filter(figure=figure) if figure else rows
    return _sorted(rows.select_related("course", "saved_by"), order, kind)


def _sorted(rows: QuerySet[BankItem], order: str, kind: str) -> QuerySet[BankItem]:
    name = "plans" if kind == BankKind.PLAN else "targets"
    ended_if, met_if = ({f"{name}__{key}": value for key, value in rule.items()} for rule in CAME_OF[kind])
    used = Count(name, distinct=True)
    if order == BankOrder.NEW:
        return rows.order_by("-saved_at", "pk")
    if order == BankOrder.STARS:
        return rows.annotate(liked=Avg("ratings__stars")).order_by(F("liked").desc(nulls_last=True), "title", "pk")
    if order == BankOrder.USED:
        return rows.annotate(used=used).order_by("-used", "title", "pk")
    # Often met comes first, but only where enough have ended to say so.
    ended = Count(name, filter=Q(**ended_if))
    met = Count(name, filter=Q(**met_if))
    share = Case(
        When(ended__gte=ENOUGH_ENDED, then=Cast("met", FloatField()) / Cast("ended", FloatField())),
        default=Value(None),
        output_field=FloatField(),
    )
    rows = rows.annotate(ended=ended, met=met).annotate(share=share)
    return rows.order_by(F("share").desc(nulls_last=True), "-met", "title", "pk")


@dataclass(frozen=True)
class Idea:
    """A wording that is offered: from the bank, or of a target that was met."""

    what: str
    why: str
    item: BankItem | None = None
    target: Target | None = None


def ideas_for(user: Any, figure: str = "", course_id: int | None = None, q: str = "") -> list[Idea]:
    """Model targets of this kind and subject, the most often met first, and past targets of the kind that were met.

    Past ones are only those that this person may read, and only with words in which no name of their student stands.
    """
    rows = bank_items(user, q, figure=figure).filter(Q(course=None) | Q(course=course_id))
    items = list(rows[:OFFERED])
    known = standings(items, user)
    found = [Idea(item.what, known[item.pk].words, item=item) for item in items]
    return found + _met_before(user, figure, course_id, q, {fold(idea.what) for idea in found})


def _met_before(user: Any, figure: str, course_id: int | None, q: str, said: set[str]) -> list[Idea]:
    rows = Target.objects.visible_to(user, SET).filter(state=TargetState.MET, bank_item=None)
    rows = rows.filter(figure=figure) if figure else rows
    rows = rows.filter(course=course_id) if course_id else rows
    for word in q.split()[:8]:
        rows = rows.filter(what__icontains=word)
    found: list[Idea] = []
    for target in rows.select_related("student").order_by("-closed_on", "-pk")[:LOOKED_THROUGH]:
        words = fold(target.what)
        if words not in said and not names_student(target.what, target.student) and len(found) < OFFERED:
            said.add(words)
            found.append(Idea(target.what, "met before", target=target))
    return found


NAMES = (
    "given_name", "family_name", "home_given_name", "home_family_name", "legal_given_name", "legal_family_name",
    "middle_names", "former_family_name",
)  # fmt: skip


def names_student(text: str, student: Student) -> str:
    """The first name of the student's that stands in the text as a word of its own, in whatever case; empty for none."""
    words = set(_words(text))
    for field in NAMES:
        for name in _words(getattr(student, field)):
            if len(name) > 1 and name in words:
                return name
    return ""


def _words(text: str) -> list[str]:
    return fold("".join(letter if letter.isalnum() else " " for letter in text)).split()
