"""What the bank of model targets shows: how often each was used and met, what colleagues think, and what is offered when a target is set.

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
from interventions.choices_bank import ENOUGH_ENDED, BankOrder
from interventions.models import BankItem, BankRating, Target

SET = "interventions.set_target"
OFFERED = 4
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
    """How each of these items has done, by its number. Three queries."""
    ids = [item.pk for item in items]
    targets = Target.objects.filter(bank_item__in=ids).order_by().values("bank_item_id")
    counted = targets.annotate(
        used=Count("pk"),
        ended=Count("pk", filter=Q(state__in=CLOSED_STATES)),
        met=Count("pk", filter=Q(state=TargetState.MET)),
    )
    use: dict[int, Any] = {row["bank_item_id"]: row for row in counted}
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


def bank_items(
    user: Any, q: str = "", area: str = "", figure: str = "", order: str = "", archived: bool = False
) -> QuerySet[BankItem]:
    """The model targets that match what is looked for, sorted as asked."""
    rows = BankItem.objects.visible_to(user, SET).targets().filter(archived_at__isnull=not archived)
    for word in q.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(data__what__icontains=word) | Q(course__title__icontains=word))
    rows = rows.filter(area=area) if area else rows
    rows = rows.filter(figure=figure) if figure else rows
    return _sorted(rows.select_related("course", "saved_by"), order)


def _sorted(rows: QuerySet[BankItem], order: str) -> QuerySet[BankItem]:
    used = Count("targets", distinct=True)
    if order == BankOrder.NEW:
        return rows.order_by("-saved_at", "pk")
    if order == BankOrder.STARS:
        return rows.annotate(liked=Avg("ratings__stars")).order_by(F("liked").desc(nulls_last=True), "title", "pk")
    if order == BankOrder.USED:
        return rows.annotate(used=used).order_by("-used", "title", "pk")
    # Often met comes first, but only where enough have ended to say so.
    ended = Count("targets", filter=Q(targets__state__in=CLOSED_STATES))
    met = Count("targets", filter=Q(targets__state=TargetState.MET))
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
