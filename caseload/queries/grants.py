"""What the pages of reach read: who holds what, who reaches a group, and how a grant came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.reach import Held
from accounts.roles import BY_CODE, PROTECTED
from caseload.models import GRANT_MODELS, CollegeGrant, Grant, Reach, RoleProposal
from caseload.queries.containers import KINDS
from caseload.querysets import containers
from caseload.rules.grants import GIVE, container_model, givable
from core import clock
from core.actors import SystemActor

KIND_WORDS = {kind.code: kind.label for kind in KINDS.values()} | {"college": "Whole college"}
TIMES = ("now", "later", "ended")
SHOWN = 200


@dataclass(frozen=True)
class Row:
    """One grant as lists show it; days are the first and the last on which it holds."""

    grant_id: int
    kind: str
    user: User
    role: str
    over: str
    over_id: str
    starts_on: date | None
    last_day: date | None
    state: str
    capacity: str
    url: str

    @property
    def label(self) -> str:
        """The role in words."""
        return BY_CODE[self.role].label if self.role in BY_CODE else self.role

    @property
    def said(self) -> str:
        """The role with what it is over, as people say it."""
        return f"{self.label} for the whole college" if self.kind == "college" else f"{self.label} of {self.over}"

    @property
    def kind_words(self) -> str:
        """The kind of container in words."""
        return KIND_WORDS[self.kind]

    @property
    def protected(self) -> bool:
        """Whether the role is given only by proposal and consent."""
        return self.role in PROTECTED


def name_of(container: Model) -> str:
    """What a container is called."""
    return str(getattr(container, "name", None) or getattr(container, "title", None) or container)


def last_day_of(period: Any) -> date | None:
    """The last day of a stored period, whose end is the first day after it."""
    return period.upper - timedelta(days=1) if period.upper else None


def state_of(period: Any, today: date) -> str:
    """Whether a grant holds now, later, or has ended; one taken back before it began never held."""
    if period.isempty:
        return "never"
    if period.upper and period.upper <= today:
        return "ended"
    return "later" if period.lower and period.lower > today else "now"


def _in_time(when: str, today: date) -> Q:
    if when == "later":
        return Q(period__startswith__gt=today)
    if when == "ended":
        return Q(period__endswith__lte=today) | Q(period__isempty=True)
    return Q(period__contains=today)


def grants_found(
    by: Any, *, user: User | None = None, kind: str = "", role: str = "", when: str = "now", words: str = ""
) -> list[Row]:
    """The grants that somebody who gives reach looks after, by person; protected roles are shown and not theirs to end."""
    today = clock.today()
    rows: list[Row] = []
    for code in [kind] if kind in GRANT_MODELS else GRANT_MODELS:
        found = _all_in_reach(by, code).filter(_in_time(when, today))
        if user:
            found = found.filter(user=user)
        if role:
            found = found.filter(role__name=role)
        for word in words.split():
            found = found.filter(Q(user__sort_key__icontains=word) | Q(user__email__icontains=word))
        rows += [row_of(grant, today) for grant in found.order_by("user__sort_key", "pk")[: SHOWN + 1]]
    return sorted(rows, key=lambda row: (row.user.sort_key, row.kind, row.over, row.grant_id))


def _all_in_reach(by: Any, kind: str) -> QuerySet[Any]:
    """Every grant of a kind that somebody who gives reach may look at: of the whole college, else of their sites."""
    rows = GRANT_MODELS[kind]._default_manager.select_related("user", "role", "content_object")
    if isinstance(by, SystemActor) or "college" in containers(by, GIVE):
        return rows
    return rows.filter(content_object_id__in=givable(by, kind).values("pk"))


def grant_named(by: Any, kind: str, public_id: Any) -> Grant | None:
    """One grant, if somebody who gives reach looks after it."""
    if kind not in GRANT_MODELS:
        return None
    found: Grant | None = _all_in_reach(by, kind).filter(public_id=public_id).first()
    return found


def row_of(grant: Any, today: date) -> Row:
    """A grant with the words that a list shows."""
    address = {"kind": grant.container_kind, "public_id": grant.public_id}
    return Row(
        grant_id=grant.pk,
        kind=grant.container_kind,
        user=grant.user,
        role=grant.role.name,
        over=name_of(grant.content_object),
        over_id=str(getattr(grant.content_object, "public_id", "")),
        starts_on=grant.period.lower,
        last_day=last_day_of(grant.period),
        state=state_of(grant.period, today),
        capacity=grant.get_capacity_display() if grant.container_kind == "caseload" else "",
        url=reverse("caseload:grant_detail", kwargs=address),
    )


def who_reaches(by: Any, kind: str, container: Model) -> list[Row]:
    """Everybody who reaches a container today, later or once did, newest first: through it alone, not through a larger one."""
    found = _all_in_reach(by, kind).filter(content_object=container).order_by("-pk")
    return [row_of(grant, clock.today()) for grant in found]


def history_of(grant: Any) -> list[dict[str, Any]]:
    """How a grant came about and changed, newest first, as the database itself kept it."""
    events = list(grant.events.order_by("-pgh_created_at", "-pgh_id").select_related("given_by", "ended_by"))
    return [
        {
            "when": event.pgh_created_at,
            "what": "Given" if event.pgh_label == "insert" else "Ended" if event.ended_at else "Changed",
            "starts_on": event.period.lower,
            "last_day": last_day_of(event.period),
            "never": event.period.isempty,
            "by": event.ended_by if event.ended_at else event.given_by,
            "reason": event.end_reason if event.ended_at else event.reason,
        }
        for event in events
    ]


def choices_over(by: Any, kind: str) -> list[tuple[str, str]]:
    """The containers of a kind over which somebody may give reach, for a list to choose from; this year's groups only."""
    from caseload.queries.calendar import current_academic_year

    rows = givable(by, kind)
    if kind == "college":
        return [("1", "Whole college")] if rows.exists() else []
    if KINDS[kind].yearly:
        rows = rows.filter(year=current_academic_year())
    if kind == "teaching_group":
        rows = rows.filter(ended_on=None)
    fields = {field.name for field in container_model(kind)._meta.get_fields()}
    rows = rows.select_related("site") if "site" in fields else rows
    named = [(str(row.public_id), _with_site(row)) for row in rows]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _with_site(row: Any) -> str:
    site = getattr(row, "site", None)
    return f"{name_of(row)} ({site.name})" if site else name_of(row)


def held_today(people: Sequence[int]) -> dict[int, list[Held]]:
    """What each of these people holds today, for the pages about staff."""
    today = clock.today()
    found: dict[int, list[Held]] = {}
    reach = Reach.objects.filter(user_id__in=people, period__contains=today).select_related("role")
    by_kind: dict[str, list[Any]] = {}
    for row in reach:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, rows in sorted(by_kind.items()):
        grants = GRANT_MODELS[kind]._default_manager.select_related("content_object", "role")
        for grant in grants.filter(pk__in=[row.grant_id for row in rows]).order_by("pk"):
            held = Held(
                role=grant.role.name,
                over=name_of(grant.content_object),
                starts_on=grant.period.lower,
                last_day=last_day_of(grant.period),
                url=reverse("caseload:grant_detail", kwargs={"kind": kind, "public_id": grant.public_id}),
            )
            found.setdefault(grant.user_id, []).append(held)
    return found


def protected_holders() -> list[CollegeGrant]:
    """Who holds a protected role today or will, by role, then by name."""
    rows = CollegeGrant.objects.filter(role__name__in=PROTECTED).exclude(period__isempty=True)
    rows = rows.filter(Q(period__endswith=None) | Q(period__endswith__gt=clock.today())).select_related(
        "user", "role", "proposal__decided_by", "given_by"
    )
    order = {code: number for number, code in enumerate(PROTECTED)}
    return sorted(rows, key=lambda grant: (order[grant.role.name], grant.user.sort_key))


def proposals(waiting: bool) -> QuerySet[RoleProposal]:
    """Proposals for protected roles: those that wait for a second person, or the latest decided."""
    rows = RoleProposal.objects.select_related("user", "role", "proposed_by", "decided_by")
    if waiting:
        return rows.filter(decided_by=None).order_by("proposed_at")
    return rows.exclude(decided_by=None).order_by("-decided_at")[:20]
