"""Who becomes safeguarding lead, deputy, head or chair of governors: one person proposes, a second consents."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from accounts.models import User
from accounts.roles import PROTECTED, whom_to_tell
from audit.record import record
from caseload import verbs
from caseload.actions.grants import Impossible, save_once
from caseload.models import CollegeGrant, RoleProposal
from caseload.rules.grants import (
    may_consent,
    may_decline,
    may_propose,
    protected_roles_of,
    require,
    second_persons,
    whole_college,
)
from core import clock, outbox


class AlreadyDecided(Exception):
    """Somebody else decided it first."""


@transaction.atomic
def propose_role(user: User, role: str, starts_on: date, last_day: date | None, reason: str, by: User) -> RoleProposal:
    """Propose that somebody hold a protected role. Those who could consent are told by mail that a proposal waits."""
    require(role in PROTECTED, "Only protected roles are proposed.")
    require(user.pk != by.pk, "Nobody proposes themselves. Ask somebody else who may.")
    require(may_propose(by, user), "Only a safeguarding lead or the head proposes who holds a protected role.")
    if not user.works_here:
        raise Impossible("person", "This person no longer works here.")
    if last_day and last_day < max(starts_on, clock.today()):
        raise Impossible("last_day", "The last day is over before it begins.")
    group = Group.objects.get(name=role)
    period = DateRange(starts_on, last_day + timedelta(days=1) if last_day else None)
    if RoleProposal.objects.filter(user=user, role=group, decided_by=None).exists():
        raise Impossible("person", "That is proposed already and waits for consent.")
    if CollegeGrant.objects.filter(user=user, role=group, period__overlap=period).exists():
        raise Impossible("person", "They hold this role already in that time.")
    proposal = RoleProposal.objects.create(user=user, role=group, period=period, reason=reason, proposed_by=by)
    record(by, verbs.ROLE_PROPOSED, "role_proposal", proposal.pk, details={"user": user.pk, "role": role})
    _tell(proposal, second_persons(by.pk, user.pk), "proposed", by)
    return proposal


@transaction.atomic
def consent_to_role(proposal: RoleProposal, by: User) -> CollegeGrant:
    """Consent as the second person. The role is held from its first day, and not from any day before this."""
    require(may_consent(by, proposal), "A second person consents, who is neither the proposer nor the person proposed.")
    _decide(proposal, by, consented=True)
    lower = max(proposal.period.lower or clock.today(), clock.today())
    if proposal.period.upper and proposal.period.upper <= lower:
        raise Impossible("", "The time it was proposed for is over. Propose it again.")
    grant = CollegeGrant(
        user=proposal.user,
        role=proposal.role,
        content_object=whole_college(),
        period=DateRange(lower, proposal.period.upper),
        reason=proposal.reason,
        given_by=proposal.proposed_by,
        proposal=proposal,
    )
    save_once(grant)
    details = {"user": proposal.user_id, "role": proposal.role.name, "grant": grant.pk}
    record(by, verbs.ROLE_CONSENTED, "role_proposal", proposal.pk, details=details)
    _tell(proposal, [proposal.user, proposal.proposed_by], "consented", by)
    return grant


@transaction.atomic
def decline_role(proposal: RoleProposal, by: User) -> RoleProposal:
    """Decline a proposal, or withdraw one's own. Nobody's role changes."""
    require(may_decline(by, proposal), "Only the safeguarding team, the head or those named in it decide this.")
    _decide(proposal, by, consented=False)
    details = {"user": proposal.user_id, "role": proposal.role.name}
    record(by, verbs.ROLE_DECLINED, "role_proposal", proposal.pk, details=details)
    return proposal


def _decide(proposal: RoleProposal, by: User, consented: bool) -> None:
    undecided = RoleProposal.objects.filter(pk=proposal.pk, decided_by=None)
    if not undecided.update(consented=consented, decided_by=by, decided_at=clock.now()):
        raise AlreadyDecided
    proposal.refresh_from_db()


WORDS = {
    "proposed": (
        "A proposal waits for a second person",
        "Somebody is proposed for a protected role. It takes effect only if a second person consents, and you could.",
    ),
    "consented": (
        "A protected role was consented to",
        "A proposal that concerns you was consented to. If you didn't expect that, tell {tell} at once.",
    ),
}


def _tell(proposal: RoleProposal, people: Iterable[User], what: str, by: Any) -> None:
    subject, text = WORDS[what]
    tell = whom_to_tell(protected_roles_of(proposal.user_id))
    link = settings.BASE_URL + reverse("caseload:team_list")
    for person in people:
        outbox.queue_mail(
            key=f"role-proposal:{proposal.public_id}:{what}:{person.pk}",
            to=person.email,
            to_person_id=person.pk,
            subject=subject,
            text=outbox.to_colleague(person.formal_name, text.format(tell=tell), link),
            by=by,
        )
