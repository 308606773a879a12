"""What changes about staff: added, changed, ended, back again."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts import reach, secret_links, verbs
from accounts.models import Session, User
from accounts.rules import (
    goes_again_to,
    holds_protected_role,
    may_change_sign_in,
    may_change_staff,
    may_manage_staff,
    may_manage_system,
    require,
)
from accounts.telling import tell_owner
from audit.record import record
from core import clock, outbox
from core.models import Mail

CHANGEABLE = ("title", "given_name", "family_name", "email", "position", "staff_code", "started_on")
NOT_YOURS = "Somebody else has to change your own entry."
OUTBOX = "Only a system administrator decides about emails."
NOWHERE = (
    "This email holds a link or a document that was made for another address. It can't be sent to the new one: "
    "the link or document is asked for again."
)


class AlreadyEnded(Exception):
    """Somebody else ended them first."""


class AlreadyAsked(Exception):
    """Somebody else asked for it, and it waits for a second person."""


@transaction.atomic
def add_staff(user: User, by: Any) -> User:
    """Add a member of staff. They hold no role and reach nobody until somebody gives them reach."""
    require(may_manage_staff(by), "Only a data manager or a system administrator adds staff.")
    user.email = user.email.strip().lower()
    user.is_active, user.is_superuser = True, False
    user.set_unusable_password()
    user.save()
    record(by, verbs.STAFF_ADDED, "staff", user.pk)
    return user


@transaction.atomic
def change_staff(user: User, changes: dict[str, Any], by: Any) -> User:
    """Change what is on record about a member of staff, and only the fields that are different."""
    require(may_change_staff(by, user), NOT_YOURS)
    stored = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name in CHANGEABLE if name in changes and getattr(stored, name) != changes[name]]
    if "email" in changed:
        require(
            may_change_sign_in(by, stored),
            "This person holds a protected role, so their sign-in address stays. The safeguarding team can end the role first.",
        )
        tell_owner("accounts/mail/address_changed", stored, new=changes["email"])
    for name in changed:
        setattr(stored, name, changes[name])
    if changed:
        extra = ["sort_key"] if {"given_name", "family_name"} & set(changed) else []
        stored.save(update_fields=[*changed, *extra])
        record(by, verbs.STAFF_CHANGED, "staff", stored.pk, details={"fields": changed})
    return stored


@transaction.atomic
def end_staff(user: User, last_day: date, by: Any, reason: str = "") -> bool:
    """End a member of staff after their last day. Their grants end with it; what they wrote stays theirs.

    For the holder of a protected role nothing changes yet: a second person is asked, and the answer is False.
    """
    require(may_change_staff(by, user), NOT_YOURS)
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.has_left:
        raise AlreadyEnded
    if holds_protected_role(stored):
        reach.ask_to_leave(stored, last_day, reason, by)
        return False
    stored.ended_on = last_day
    stored.is_active = last_day >= clock.today()
    stored.save(update_fields=["ended_on", "is_active"])
    leave_now(stored, last_day, by)
    return True


def leave_now(user: User, last_day: date, by: Any) -> None:
    """End what somebody holds who has a last day now, and sign them out when it has passed."""
    user.refresh_from_db(fields=["ended_on", "is_active"])
    grants = reach.end_all(user, last_day, by)
    if not user.is_active:
        sign_out_everywhere(user)
    record(by, verbs.STAFF_ENDED, "staff", user.pk, details={"last_day": last_day.isoformat(), "grants": grants})


@transaction.atomic
def return_staff(user: User, by: Any) -> User:
    """Let somebody who had ended sign in again. Their old grants stay ended; new reach is given anew."""
    require(may_change_staff(by, user), NOT_YOURS)
    changed = (
        User.objects.filter(pk=user.pk).exclude(is_active=True, ended_on=None).update(is_active=True, ended_on=None)
    )
    user.refresh_from_db()
    if changed:
        record(by, verbs.STAFF_RETURNED, "staff", user.pk)
    return user


@transaction.atomic
def send_password_link(user: User, by: Any) -> None:
    """Mail somebody a link with which they set their own password; nobody else ever sees it."""
    require(may_change_staff(by, user), NOT_YOURS)
    require(user.works_here, "They no longer work here.")
    secret_links.send_password_link(user, f"account:{user.pk}:password:{uuid4()}")
    record(by, verbs.LINK_SENT, "staff", user.pk)


def sign_out_everywhere(user: User) -> None:
    """End every open session of somebody."""
    Session.objects.filter(user_id=user.pk).delete()


@transaction.atomic
def confirm_mail_arrived(mail: Mail, by: Any) -> Mail:
    """Note that an uncertain mail did arrive; nobody gets it a second time."""
    require(may_manage_system(by), OUTBOX)
    outbox.confirm_arrived(mail)
    record(by, verbs.MAIL_CONFIRMED, "mail", mail.reference)
    return mail


@transaction.atomic
def send_mail_again(mail: Mail, by: Any) -> Mail:
    """Send an uncertain or refused mail once more; the person may then get it twice, so it is on record who chose so.

    It goes to the address it had, or to a colleague's own address of today; nobody chooses another.
    """
    require(may_manage_system(by), OUTBOX)
    own = User.objects.filter(pk=mail.to_person_id or 0).values_list("email", flat=True).first() or ""
    to = goes_again_to(mail, own)
    require(bool(to), NOWHERE)
    changed = to != mail.to_address
    outbox.send_again(mail, to)
    record(by, verbs.MAIL_SENT_AGAIN, "mail", mail.reference, details={"address_changed": changed})
    return mail
