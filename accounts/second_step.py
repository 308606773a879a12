"""Letting somebody back in: taking away a second step whose phone is lost, and lifting a lock-out."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import verbs
from accounts.actions import sign_out_everywhere
from accounts.lockout import lanes_of
from accounts.models import SecondStepRequest, User
from accounts.reach import second_persons
from accounts.rules import holds_protected_role, may_change_staff, may_decide_second_step, require
from audit.record import record
from core import clock, outbox

NOT_YOURS = "Somebody else has to do this for you."
KINDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}
TAKEN = (
    "Your second step was taken away",
    "{by} took away the second step of your sign-in, because: {reason}\n\nSign in with your password and set up a new "
    "one. If you did not ask for this, tell the head or the safeguarding lead at once, and change your password.",
)
ASKED = (
    "Somebody asked to take away your second step",
    "{by} asked that the second step of your sign-in be taken away, because: {reason}\n\nA second person has to "
    "consent first. If you did not ask for this, tell the head or the safeguarding lead at once.",
)
WAITS = (
    "A second step waits for a second person",
    "Somebody who holds a protected role is said to have lost their second step. It is taken away only if a second "
    "person consents, and you could. Speak to them first.",
)


class AlreadyAsked(Exception):
    """Somebody else asked for it, and it waits."""


class AlreadyDecided(Exception):
    """Somebody else decided it first."""


def second_steps_of(user: User) -> list[str]:
    """What somebody proves themselves with beside the password, in words; one passkey each."""
    kinds = Authenticator.objects.filter(user=user).order_by("pk").values_list("type", flat=True)
    return [KINDS[Authenticator.Type(kind)] for kind in kinds]


def locked_out_until(user: User) -> Any:
    """Until when somebody is locked out after wrong passwords, on some device at least; None when they are not."""
    tries = AccessAttempt.objects.filter(
        lanes_of(user.email),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME,
    )
    last = tries.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    return last + timedelta(seconds=settings.AXES_COOLOFF_TIME.total_seconds()) if last else None


def requests_waiting() -> QuerySet[SecondStepRequest]:
    """Wishes about holders of protected roles that wait for a second person."""
    return SecondStepRequest.objects.filter(decided_by=None).select_related("user", "asked_by")


@transaction.atomic
def take_away_second_step(user: User, reason: str, by: User) -> SecondStepRequest | None:
    """Take away everything somebody proves themselves with beside the password, and sign them out. They are told by mail.

    For whoever holds a protected role nothing changes yet: the team and the head are asked, and what waits is given back.
    """
    require(may_change_staff(by, user), NOT_YOURS)
    if not holds_protected_role(user):
        _take_away(user, reason, by, f"second-step:{uuid4()}")
        return None
    try:
        with transaction.atomic():
            asked = SecondStepRequest.objects.create(user=user, reason=reason, asked_by=by)
    except IntegrityError as twice:
        raise AlreadyAsked from twice
    record(by, verbs.SECOND_STEP_ASKED, "staff", user.pk)
    _tell([user], ASKED, f"second-step:{asked.public_id}:asked", by, reason)
    _tell(
        second_persons(user.pk, by.pk), WAITS, f"second-step:{asked.public_id}:waits", by, reason, "caseload:team_list"
    )
    return asked


@transaction.atomic
def consent_to_second_step(asked: SecondStepRequest, by: User) -> None:
    """Consent as the second person: the second step is taken away now."""
    _decide(asked, by, consented=True)
    _take_away(asked.user, asked.reason, asked.asked_by, f"second-step:{asked.public_id}:taken", consented_by=by)


@transaction.atomic
def decline_second_step(asked: SecondStepRequest, by: User) -> None:
    """Decline: the second step stays."""
    _decide(asked, by, consented=False)
    record(by, verbs.SECOND_STEP_DECLINED, "staff", asked.user_id)


@transaction.atomic
def let_in_again(user: User, request: HttpRequest, by: User) -> None:
    """Forget somebody's wrong passwords and codes, so that they can try again now. Password and second step stay."""
    require(may_change_staff(by, user), NOT_YOURS)
    AccessAttempt.objects.filter(lanes_of(user.email)).delete()
    ratelimit.clear(request, action="login_failed", key=f"mfa-auth-user-{user.pk}")  # how allauth counts wrong codes
    record(by, verbs.LET_IN, "staff", user.pk)


def _decide(asked: SecondStepRequest, by: User, consented: bool) -> None:
    require(may_decide_second_step(by, asked), "A second person of the safeguarding team, or the head, decides this.")
    waiting = SecondStepRequest.objects.filter(pk=asked.pk, decided_by=None)
    if not waiting.update(consented=consented, decided_by=by, decided_at=clock.now()):
        raise AlreadyDecided


def _take_away(user: User, reason: str, asked_by: User, key: str, consented_by: User | None = None) -> None:
    held = Authenticator.objects.filter(user=user)
    kinds = sorted(held.values_list("type", flat=True))
    held.delete()
    sign_out_everywhere(user)
    details: dict[str, Any] = {"kinds": kinds}
    if consented_by:
        details["asked_by"] = asked_by.pk
    record(consented_by or asked_by, verbs.SECOND_STEP_TAKEN, "staff", user.pk, details=details)
    _tell([user], TAKEN, key, asked_by, reason, "mfa_index")


def tell_consenters(words: tuple[str, str], key: str, by: User) -> None:
    """Tell the rest of the safeguarding team and the head what somebody with a protected role did."""
    _tell(second_persons(by.pk), words, key, by, "", "caseload:team_list")


def _tell(
    people: Iterable[User], words: tuple[str, str], key: str, by: User, reason: str, to_page: str = "home"
) -> None:
    subject, text = words
    link, filled = settings.BASE_URL + reverse(to_page), {"by": by.full_name, "reason": reason}
    for person in people:
        outbox.queue_mail(
            key=f"{key}:{person.pk}",
            to=person.email,
            to_person_id=person.pk,
            subject=subject,
            text=outbox.to_colleague(person.formal_name, text.format(**filled), link),
            by=by,
        )
