"""Who may do what to whom among staff."""

from typing import Any

from accounts.models import SecondStepRequest, User
from accounts.reach import is_protected, second_persons
from core.actors import SystemActor
from core.models import Mail
from core.outbox.settling import stays_addressed


class NotAllowed(Exception):
    """This person may not do this; the words say why."""


def holds_protected_role(user: User) -> bool:
    """Whether somebody is DSL, deputy, head or chair of governors, today or from a later day."""
    return is_protected(user.pk)


def may_manage_staff(by: Any) -> bool:
    """Data managers and system administrators, and Waymark itself when a roster is loaded."""
    return isinstance(by, SystemActor) or by.has_perm("accounts.manage_staff")


def may_manage_system(by: Any) -> bool:
    """System administrators."""
    return bool(by.has_perm("accounts.manage_system"))


def may_change_staff(by: Any, user: User) -> bool:
    """Nobody changes their own entry: somebody else looks at it first."""
    return may_manage_staff(by) and by.pk != user.pk


def may_change_sign_in(by: Any, user: User) -> bool:
    """Whoever changes the address of a safeguarding lead could become one, so that address stays while the role is held."""
    return may_change_staff(by, user) and not holds_protected_role(user)


def may_decide_second_step(by: User, request: SecondStepRequest) -> bool:
    """A second person: neither whoever asked nor the person whose second step it is."""
    return by.pk in {person.pk for person in second_persons(request.asked_by_id, request.user_id)}


def goes_again_to(mail: Mail, own: str) -> str:
    """The address that a mail may be sent to once more; empty where it may go nowhere.

    Nobody types one: it would send somebody's reset link to whoever types it. A mail to a colleague goes to the address
    they sign in with; one with a link or a document only if that is the address it was made for.
    """
    if mail.to_person_id is None or mail.to_address.lower() == own.lower():
        return mail.to_address
    return "" if stays_addressed(mail) else own


def require(allowed: bool, words: str) -> None:
    """Stop with these words unless allowed."""
    if not allowed:
        raise NotAllowed(words)
