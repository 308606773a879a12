"""The holder of a protected role leaves, or loses the role, when a second person approves; one person suspends them for three school days."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import AlreadyAsked, leave_now, sign_out_everywhere
from accounts.models import User
from accounts.roles import PROTECTED, whom_to_tell
from audit.record import record
from caseload import verbs
from caseload.actions.grants import Impossible
from caseload.actions.protected_roles import AlreadyDecided
from caseload.models import CollegeGrant, EndingRequest, Suspension
from caseload.queries.calendar import school_days
from caseload.queries.protected import first_day_without_team
from caseload.rules.grants import (
    holders_of,
    is_protected_person,
    is_second_person,
    may_ask_ending,
    may_decide_ending,
    may_suspend,
    protected_roles_of,
    require,
    second_persons,
)
from core import clock, outbox
from core.actors import Actor, SystemActor

SYSTEM_TEAM = SystemActor("caseload-team", "warns when nobody would be in the safeguarding team")
SUSPENDED_FOR = 3  # school days
NEAR = timedelta(days=7)
NOT_AGAIN_FOR = timedelta(days=30)
A_SECOND_PERSON = "A second person decides this, who is neither the one who asked nor the one it is about."


class AlreadyLifted(Exception):
    """Somebody else lifted it first."""


@transaction.atomic
def ask_ending(user: User, role: str, last_day: date, reason: str, by: User) -> EndingRequest:
    """Ask that the holder of a protected role leaves, or with `role` that this role of theirs ends, after a last day.

    Nothing changes yet. They and those who could approve are told by email.
    """
    require(may_ask_ending(by, user), "Only those who manage staff, the safeguarding team or the head ask for this.")
    require(is_protected_person(user.pk), "They hold no protected role, so nobody has to approve this.")
    if role:
        today = clock.today()
        held = CollegeGrant.objects.filter(user=user, role__name=role, role__name__in=PROTECTED)
        require(held.filter(period__endswith=None).exists() or held.filter(period__endswith__gt=today).exists(), "They do not hold this role.")  # fmt: skip
        if last_day < today - timedelta(days=1):
            raise Impossible("last_day", "That day has passed. Choose today or a later day.")
    try:
        with transaction.atomic():
            asked = EndingRequest.objects.create(
                user=user,
                role=Group.objects.get(name=role) if role else None,
                last_day=last_day,
                reason=reason,
                asked_by=by,
            )
    except IntegrityError as twice:
        raise AlreadyAsked from twice
    details = {"user": user.pk, "role": role, "last_day": last_day.isoformat()}
    record(by, verbs.ENDING_ASKED, "ending_request", asked.pk, details=details)
    key = f"ending:{asked.public_id}"
    _tell([user], "asked_you", key, by, about=user)
    _tell(second_persons(by.pk, user.pk), "asked", key, by)
    return asked


@transaction.atomic
def approve_ending(asked: EndingRequest, by: User) -> None:
    """Approve as the second person. The database ends the role or the person; with a person, whatever else they hold ends too."""
    require(may_decide_ending(by, asked), A_SECOND_PERSON)
    tell = whom_to_tell(protected_roles_of(asked.user_id))  # while they are still held
    _decide(asked, by, consented=True)
    details = {"user": asked.user_id, "role": asked.role.name if asked.role else "", "asked_by": asked.asked_by_id}
    record(by, verbs.ENDING_APPROVED, "ending_request", asked.pk, details=details)
    if asked.role is None:
        leave_now(asked.user, asked.last_day, by)
    _tell({asked.user, asked.asked_by, *_everybody()}, "ended", f"ending:{asked.public_id}", by, tell=tell)


@transaction.atomic
def decline_ending(asked: EndingRequest, by: User) -> None:
    """Decline the request, or withdraw one's own. Nothing changes."""
    require(by.pk == asked.asked_by_id or may_decide_ending(by, asked), A_SECOND_PERSON)
    _decide(asked, by, consented=False)
    record(by, verbs.ENDING_DECLINED, "ending_request", asked.pk, details={"user": asked.user_id})


def last_day_of_suspension() -> date:
    """The last day of a suspension that begins now: the third school day, today counted."""
    today = clock.today()
    days = school_days(None, today, today + timedelta(days=60))
    if days:
        return days[min(SUSPENDED_FOR, len(days)) - 1]
    weekdays = [day for day in (today + timedelta(days=ahead) for ahead in range(7)) if day.weekday() < 5]
    return weekdays[SUSPENDED_FOR - 1]


@transaction.atomic
def suspend(user: User, reason: str, by: User) -> Suspension:
    """Suspend the holder of a protected role at once, for three school days. They are signed out; the whole team, the head, the
    chair and they themselves are told by email."""
    require(may_suspend(by, user), "Only somebody who could approve that this person leaves suspends them.")
    if Suspension.objects.filter(user=user, last_day__gt=clock.today() - NOT_AGAIN_FOR).exists():
        raise Impossible(
            "", "They were suspended within the last 30 days. For longer, ask that their role ends or that they leave."
        )
    made = Suspension.objects.create(user=user, last_day=last_day_of_suspension(), reason=reason, by=by)
    user.refresh_from_db(fields=["suspended_until"])
    sign_out_everywhere(user)
    record(by, verbs.SUSPENDED, "staff", user.pk, details={"last_day": made.last_day.isoformat()})
    _tell({user, *_everybody()}, "suspended", f"suspension:{made.public_id}", by, about=user)
    return made


@transaction.atomic
def lift_suspension(made: Suspension, by: User) -> None:
    """Let somebody in again before their suspension ends. The same people are told."""
    require(is_second_person(by, made.user_id), "Only somebody who could suspend this person lifts it.")
    if not Suspension.objects.filter(pk=made.pk, lifted_at=None).update(lifted_at=clock.now(), lifted_by=by):
        raise AlreadyLifted
    record(by, verbs.SUSPENSION_LIFTED, "staff", made.user_id)
    _tell({made.user, *_everybody()}, "lifted", f"suspension:{made.public_id}", by)


def warn_of_empty_team(by: SystemActor = SYSTEM_TEAM) -> bool:
    """Tell everyone with a protected role beforehand that from a day on nobody is in the safeguarding team: once when it is
    known, again a week before, and each day while it is so. Gives whether there was anything to tell."""
    first, today = first_day_without_team(), clock.today()
    if first is None:
        return False
    stage = today.isoformat() if first <= today else "near" if first - today <= NEAR else "known"
    _tell(_everybody(), "empty" if first <= today else "lapses", f"team-empty:{first}:{stage}", by)
    record(by, verbs.TEAM_WARNED, details={"from": first.isoformat()})
    return True


def _decide(asked: EndingRequest, by: User, consented: bool) -> None:
    undecided = EndingRequest.objects.filter(pk=asked.pk, decided_by=None)
    if not undecided.update(consented=consented, decided_by=by, decided_at=clock.now()):
        raise AlreadyDecided
    asked.refresh_from_db()


def _everybody() -> list[User]:
    return list(holders_of(PROTECTED))


WORDS = {
    "asked_you": (
        "A change to your role waits for a second person",
        "Someone asked that you leave or that your role ends. Nothing changes unless a second person approves."
        " If you did not expect this, tell {tell} today.",
    ),
    "asked": (
        "A request waits for a second person",
        "Someone who holds a protected role is to leave, or to give up the role. It takes effect only if a second person"
        " approves, and you could. Speak to them first.",
    ),
    "ended": (
        "A protected role ends",
        "A second person approved that a protected role ends. If you did not expect this, tell {tell} today.",
    ),
    "suspended": (
        "Someone with a protected role was suspended",
        "One person suspended the access of someone who holds a protected role, for three school days. If you did not expect"
        " this, tell {tell} today.",
    ),
    "lapses": (
        "The safeguarding team will be empty",
        "From a day within the next two months nobody is in the safeguarding team, because roles end or people leave."
        " Propose someone before then.",
    ),
    "empty": (
        "Nobody is in the safeguarding team",
        "Nobody is in the safeguarding team today. New concerns go to the head, and to the chair of governors when there is"
        " no head. Propose someone today.",
    ),
    "lifted": ("A suspension was lifted", "Someone with a protected role who was suspended can sign in again."),
}


def _tell(people: Iterable[User], what: str, key: str, by: Actor, *, about: User | None = None, tell: str = "") -> None:
    subject, text = WORDS[what]
    tell = tell or (whom_to_tell(protected_roles_of(about.pk)) if about else "")
    link = settings.BASE_URL + reverse("caseload:team_list")
    for person in sorted(people, key=lambda one: one.pk):
        outbox.queue_mail(
            key=f"{key}:{what}:{person.pk}",
            to=person.email,
            to_person_id=person.pk,
            subject=subject,
            text=outbox.to_colleague(person.formal_name, text.format(tell=tell), link),
            by=by,
        )
