"""The triage list: what waits, how long, how severe."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, When

from accounts.models import User
from core import clock
from safeguarding import choices
from safeguarding.models import Action, Concern, ConcernCase
from safeguarding.models.base import unseal
from safeguarding.queries.people import team_members
from safeguarding.querysets import TEAM

if TYPE_CHECKING:
    from collections.abc import Iterable

TRIAGE = TEAM[0]
SHOWN = ("open", "new", "mine", "left", "closed", "all")
TONES = {0: "watch", 1: "plain", 2: "accent", 3: "concern", 4: "concern"}
PAGE_ROWS = 100
LANES = ("Not safe now", "Not acknowledged yet", "In progress", "Closed")


@dataclass(frozen=True)
class TriageRow:
    """One concern as the list shows it."""

    public_id: UUID
    student: str
    reporter: str
    category: str
    severity: int
    state: str
    recorded_at: datetime
    acknowledged: bool
    assigned_to: str
    lead_gone: bool
    safe_now: str
    lane: int

    @property
    def lane_words(self) -> str:
        """What the row stands under."""
        return LANES[self.lane]

    @property
    def is_new(self) -> bool:
        """Nobody took it up yet."""
        return not self.acknowledged and self.state != choices.PublicState.CLOSED

    @property
    def severity_words(self) -> str:
        """The severity as a word."""
        return choices.Severity(self.severity).label

    @property
    def tone(self) -> str:
        """The colour that goes with the word."""
        if self.state == choices.PublicState.CLOSED:
            return "plain"
        return "concern" if self.lane == 0 else TONES[self.severity]

    @property
    def waited(self) -> str:
        """How long it has been waiting, in the largest unit."""
        minutes = max(int((clock.now() - self.recorded_at).total_seconds() // 60), 0)
        if minutes < 60:
            return f"{minutes} min"
        return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _shown(user: "User", show: str) -> Q:
    open_now = Q(concern__state__in=choices.OPEN_STATES)
    return {
        "open": open_now,
        "new": open_now & Q(acknowledged_at=None),
        "mine": open_now & Q(assigned_to=user),
        "left": open_now & (lead_gone() | actions_left()),
        "closed": ~open_now,
        "all": Q(),
    }[show]


def lead_gone() -> Q:
    """Cases with somebody who is not in the team today: their role ended, they left or they are suspended."""
    return Q(assigned_to__isnull=False) & ~Q(assigned_to__in=team_members().values("pk"))


def actions_left() -> Q:
    """Cases with something still to do by somebody who is not in the team today."""
    theirs = Action.objects.filter(concern_id=OuterRef("pk")).open().exclude(owner__in=team_members().values("pk"))
    return Q(Exists(theirs))


def without_lead(user: "User") -> QuerySet[Any]:
    """Open concerns that somebody who is not here leads or has something to do on, as far as this person sees them."""
    return ConcernCase.objects.visible_to(user, TRIAGE).filter(_shown(user, "left"))


# A student who is not safe comes first until somebody has assessed the concern; then what nobody acknowledged; then the rest.
OPEN_NOW = Q(concern__state__in=choices.OPEN_STATES)
LANE = Case(
    When(OPEN_NOW & Q(concern__safe_now="no", severity=choices.Severity.UNDECIDED), then=0),
    When(OPEN_NOW & Q(acknowledged_at=None), then=1),
    When(OPEN_NOW, then=2),
    default=3,
)
TAKEN = Case(When(acknowledged_at=None, then=0), default=1, output_field=IntegerField())
# What nobody assessed may be anything, so it never comes last: it stands before every severity.
WEIGHT = Case(When(severity=choices.Severity.UNDECIDED, then=9), default=F("severity"), output_field=IntegerField())


def _in_order(user: "User", show: str, among: "Iterable[UUID] | None", permission: str) -> QuerySet[Any]:
    cases = ConcernCase.objects.visible_to(user, permission).filter(_shown(user, show))
    if among is not None:
        cases = cases.filter(pk__in=list(among))
    newest_first = "-concern__recorded_at" if show in ("closed", "all") else "concern__recorded_at"
    if show == "closed":
        return cases.annotate(lane=LANE).order_by("lane", newest_first, "pk")
    return in_order_of_harm(cases, newest_first)


def in_order_of_harm(cases: QuerySet[Any], then: str = "concern__recorded_at") -> QuerySet[Any]:
    """Students who are not safe first (lane 0), then what nobody acknowledged, then by severity; of the same the longest waiting."""
    ordered = cases.annotate(lane=LANE, weight=WEIGHT, taken=TAKEN)
    return ordered.order_by("lane", "taken", "-weight", then, "pk")


class Rows(Paginator):  # Django's own class takes no parameter when it runs
    """The list page by page: how many there are is counted, and only one page is read."""

    def page(self, number: int | str) -> "Page[Any]":
        """One page, with its rows made."""
        found = super().page(number)
        found.object_list = [_row(one) for one in _columns(found.object_list)]  # type: ignore[arg-type]  # a slice of a queryset
        return found


def triage_page(
    user: "User",
    show: str = "open",
    number: Any = 1,
    among: "Iterable[UUID] | None" = None,
    permission: str = TRIAGE,
) -> "Page[Any]":
    """One page of the concerns that the person may see: students who are not safe, then what nobody acknowledged, then by
    severity; in each the longest waiting first."""
    return Rows(_in_order(user, show, among, permission), PAGE_ROWS).get_page(number)


def _columns(cases: QuerySet[Any]) -> "Iterable[dict[str, Any]]":
    nameless = {"then": F("concern__sealed")}
    gone = Case(When(lead_gone(), then=True), default=False)
    return cases.annotate(typed=Case(When(student=None, **nameless), default=None), gone=gone).values(
        "pk",
        "typed",
        "concern__key_id",
        "concern__state",
        "concern__recorded_at",
        "concern__safe_now",
        "concern__category_hint",
        "concern__reporter__given_name",
        "concern__reporter__family_name",
        "student__given_name",
        "student__family_name",
        "severity",
        "category",
        "acknowledged_at",
        "lane",
        "gone",
        "assigned_to__given_name",
        "assigned_to__family_name",
    )


def _row(found: dict[str, Any]) -> TriageRow:
    words = unseal(Concern._meta.db_table, found["pk"], "sealed", found["concern__key_id"], found["typed"])
    typed = words.get("student_name")
    return TriageRow(
        public_id=found["pk"],
        student=f"“{typed}”" if typed else _name(found, "student__") or "No name",
        reporter=_name(found, "concern__reporter__"),
        category=choices.CATEGORY_WORDS.get(found["category"] or found["concern__category_hint"], ""),
        severity=found["severity"],
        state=found["concern__state"],
        recorded_at=found["concern__recorded_at"],
        acknowledged=found["acknowledged_at"] is not None,
        assigned_to=_name(found, "assigned_to__"),
        lead_gone=found["gone"],
        safe_now=found["concern__safe_now"],
        lane=found["lane"],
    )


def _name(found: dict[str, Any], before: str) -> str:
    return f"{found[before + 'given_name'] or ''} {found[before + 'family_name'] or ''}".strip()


def triage_counts(user: "User") -> dict[str, int]:
    """How many concerns each choice of the list would show."""
    cases = ConcernCase.objects.visible_to(user, TRIAGE)
    return cases.aggregate(**{show: Count("pk", filter=_shown(user, show) or None) for show in SHOWN})


def unacknowledged_count(user: "User") -> int:
    """How many concerns wait for somebody of the team, for the number in the navigation."""
    return ConcernCase.objects.visible_to(user, TRIAGE).filter(_shown(user, "new")).count()
