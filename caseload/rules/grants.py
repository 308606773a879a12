"""Who gives reach to whom, over what."""

from typing import Any

from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.roles import BY_CODE, CONSENTERS, PROTECTED
from caseload.models import GRANT_MODELS, College, CollegeGrant
from caseload.querysets import containers
from core import clock
from core.actors import SystemActor

GIVE = "accounts.manage_grants"
PROPOSE = "safeguarding.propose_team"
PROPOSERS = ("dsl", "head")


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
    """Whoever could give it may end it, except their own; a protected role is ended by the team or the head."""
    if isinstance(by, SystemActor):
        return True
    if grant.role.name in PROTECTED:
        return by.pk != grant.user_id and holds_one_of(by, CONSENTERS)
    own = by.pk == grant.user_id
    return (
        not own and by.has_perm(GIVE) and givable(by, grant.container_kind).filter(pk=grant.content_object_id).exists()
    )


def holds_one_of(user: User, roles: tuple[str, ...]) -> bool:
    """Whether somebody holds one of these roles over the whole college today and works here."""
    held = CollegeGrant.objects.filter(user_id=user.pk, role__name__in=roles, period__contains=clock.today())
    return user.works_here and held.exists()


def may_propose(by: User, subject: User | None = None) -> bool:
    """A safeguarding lead or the head proposes who joins, never themselves."""
    return holds_one_of(by, PROPOSERS) and (subject is None or subject.pk != by.pk)


def may_consent(by: User, proposal: Any) -> bool:
    """A second person of the team, or the head: neither whoever proposed it nor the person proposed."""
    return by.pk not in (proposal.proposed_by_id, proposal.user_id) and holds_one_of(by, CONSENTERS)


def may_decline(by: User, proposal: Any) -> bool:
    """Whoever could consent may decline; the proposer may withdraw it and the person proposed may refuse it."""
    return by.pk in (proposal.proposed_by_id, proposal.user_id) or holds_one_of(by, CONSENTERS)


def whole_college() -> College:
    """The one college."""
    return College.objects.get(pk=1)
