"""Who gives reach to whom, over what."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from accounts.models import User
from accounts.roles import BY_CODE, CONSENTERS, PROTECTED
from caseload.models import GRANT_MODELS, College, CollegeGrant
from caseload.querysets import containers
from core import clock
from core.actors import SystemActor
from core.pages.once import once

GIVE = "accounts.manage_grants"
PROPOSE = "safeguarding.propose_team"
PROPOSERS = ("dsl", "head")
CHAIR = ("chair_of_governors",)


class NotAllowed(Exception):
    """This person may not do this; the words say why."""


def require(allowed: bool, words: str) -> None:
    """Stop with these words unless allowed."""
    if not allowed:
        raise NotAllowed(words)


def container_model(kind: str) -> type[Model]:
    """The model behind a kind of container."""
    model: type[Model] = GRANT_MODELS[kind]._meta.get_field("content_object").related_model
    return model


def givable(by: Any, kind: str) -> QuerySet[Any]:
    """The containers of a kind over which somebody may give reach: all for the whole college, else those of their sites."""
    rows: QuerySet[Any] = container_model(kind)._default_manager.all()
    if isinstance(by, SystemActor):
        return rows
    held = containers(by, GIVE)
    if "college" in held:
        return rows
    sites = held.get("site", [])
    if kind == "site":
        return rows.filter(pk__in=sites)
    if kind in {"college", "course", "area"}:
        return rows.none()  # these reach beyond any one site
    return rows.filter(site_id__in=sites)


def giving_refused(by: Any, user: User, role: str, kind: str, container: Model) -> str:
    """Why somebody may not give this reach, in words; nothing when they may."""
    if not isinstance(by, SystemActor) and not by.has_perm(GIVE):
        return "Only a data manager gives reach."
    if role not in BY_CODE:
        return "There is no such role."
    if role in PROTECTED:
        return "This role is protected: the safeguarding team proposes it and a second person consents."
    if by.pk is not None and by.pk == user.pk:
        return "Nobody gives reach to themselves. Another data manager can."
    if kind not in BY_CODE[role].containers:
        return f"{BY_CODE[role].label} is not held over that kind of group."
    if not user.works_here:
        return "This person no longer works here."
    if not givable(by, kind).filter(pk=container.pk).exists():
        return "That is not at a site you look after."
    return ""


def may_end(by: Any, grant: Any) -> bool:
    """Whoever could give it may end it, except their own. Nobody ends a protected role alone: that is asked for and approved."""
    if grant.role.name in PROTECTED:
        return False
    if isinstance(by, SystemActor):
        return True
    own = by.pk == grant.user_id
    return (
        not own and by.has_perm(GIVE) and givable(by, grant.container_kind).filter(pk=grant.content_object_id).exists()
    )


def holders_of(roles: tuple[str, ...]) -> QuerySet[User]:
    """Who holds one of these roles over the whole college today and works here."""
    held = CollegeGrant.objects.filter(role__name__in=roles, period__contains=clock.today())
    return User.objects.working_here().filter(pk__in=held.values("user_id")).order_by("sort_key", "pk")


def second_persons(*besides: int) -> list[User]:
    """Who could be the second person beside these: the team and the head; the chair only when none of those is left."""
    found = [person for person in _holding(CONSENTERS) if person.pk not in besides]
    return found or [person for person in _holding(CHAIR) if person.pk not in besides]


def _holding(roles: tuple[str, ...]) -> list[User]:
    """Read once for a page, which asks about each line of it."""
    return once(("holders of", roles, clock.today()), lambda: list(holders_of(roles)))


def is_second_person(by: Any, *besides: int) -> bool:
    """Whether somebody is one of them. The database asks the same (`caseload_second_person`)."""
    return by.pk in {person.pk for person in second_persons(*besides)}


def is_protected_person(user_id: int) -> bool:
    """Whether somebody holds a protected role, today or from a later day."""
    return bool(protected_roles_of(user_id))


def protected_roles_of(user_id: int) -> set[str]:
    """The protected roles that somebody holds today or from a later day."""
    held = CollegeGrant.objects.filter(user_id=user_id, role__name__in=PROTECTED, period__isempty=False)
    there = held.filter(Q(period__endswith=None) | Q(period__endswith__gt=clock.today()))
    return set(there.values_list("role__name", flat=True))


def roles_over(people: Collection[int]) -> dict[int, date]:
    """Of these people those whose protected roles are all over, each with the first day without one."""
    held = CollegeGrant.objects.filter(user_id__in=people, role__name__in=PROTECTED, period__isempty=False)
    last: dict[int, date] = {}
    for user_id, period in held.values_list("user_id", "period"):
        last[user_id] = max(last.get(user_id, date.min), period.upper or date.max)
    return {user_id: day for user_id, day in last.items() if day <= clock.today()}


def holds_one_of(user: User, roles: tuple[str, ...]) -> bool:
    """Whether somebody holds one of these roles over the whole college today and works here."""
    return holders_of(roles).filter(pk=user.pk).exists()


def may_propose(by: User, subject: User | None = None) -> bool:
    """A safeguarding lead or the head proposes who joins, never themselves; the chair only while there is neither."""
    if subject is not None and subject.pk == by.pk:
        return False
    return holds_one_of(by, PROPOSERS) or (holds_one_of(by, CHAIR) and not holders_of(PROPOSERS).exists())


def may_consent(by: User, proposal: Any) -> bool:
    """A second person: neither whoever proposed it nor the person proposed."""
    return is_second_person(by, proposal.proposed_by_id, proposal.user_id)


def may_decline(by: User, proposal: Any) -> bool:
    """Whoever could consent may decline; the proposer may withdraw it and the person proposed may refuse it."""
    return by.pk in (proposal.proposed_by_id, proposal.user_id) or may_consent(by, proposal)


def may_ask_ending(by: User, user: User) -> bool:
    """Whoever manages staff, except their own entry, and the team, the head and the chair, also for themselves."""
    own = by.pk == user.pk
    return (not own and by.has_perm("accounts.manage_staff")) or by.has_perm(PROPOSE)


def may_decide_ending(by: User, asked: Any) -> bool:
    """A second person: neither whoever asked nor the person whom it is about."""
    return is_second_person(by, asked.asked_by_id, asked.user_id)


def may_suspend(by: User, user: User) -> bool:
    """Whoever could approve that the holder of a protected role leaves may suspend them at once; nobody themselves."""
    return is_protected_person(user.pk) and is_second_person(by, user.pk)


def whole_college() -> College:
    """The one college."""
    return College.objects.get(pk=1)
