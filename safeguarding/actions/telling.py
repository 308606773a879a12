"""Tell the safeguarding team by mail that there is something to look at: no student, no content, nobody's name."""

from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.models import User
from core.actors import SystemActor
from core.keys import keyring
from core.models.mail import SeenBy
from core.outbox import queue_mail
from safeguarding.models import AdultConcern, Concern

# The mails are not queued in the reporter's name: one that does not arrive is seen by others.
SYSTEM_NOTICES = SystemActor("safeguarding-notices", "tells the safeguarding team that there is something to look at")

TEXT = """{greeting}

{what}

Sign in to Waymark to look at it:
{link}

This mail says nothing about anybody on purpose. You get it because you are {why}.
"""


def team_for(concern: Concern) -> list[User]:
    """The members of the team who may see this concern, DSL first. The database leaves out whoever is excluded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, role FROM safeguarding_team_for(%s)", [concern.pk])
        roles = dict(cursor.fetchall())
    people = User.objects.in_bulk(list(roles))
    return sorted(people.values(), key=lambda person: (roles[person.pk] != "dsl", person.sort_key, person.pk))


def tell_team(concern: Concern, addendum_id: object = None) -> int:
    """Mail everybody of the team who may see a new concern, or that its reporter added to it. Gives their number."""
    people = team_for(concern)
    new = addendum_id is None
    for person in people:
        _mail(
            person,
            _key("told" if new else "added", concern.pk if new else addendum_id, person.pk),
            "A safeguarding matter is waiting for you",
            "Something new was raised with the safeguarding team." if new else "Something was added to what you have.",
            reverse("safeguarding:triage_list"),
            "in the safeguarding team",
        )
    return len(people)


def remind_team(concern_id: object, people: list[User], times: int) -> None:
    """Mail the team that something has waited too long."""
    for person in people:
        _mail(
            person,
            _key(f"reminded.{times}", concern_id, person.pk),
            "A safeguarding matter is still waiting",
            "Something that was raised with the safeguarding team has not been acknowledged yet.",
            reverse("safeguarding:triage_list"),
            "in the safeguarding team",
        )


def tell_sharee(share_id: object, person: User) -> None:
    """Mail somebody that something was shared with them."""
    _mail(
        person,
        _key("shared", share_id, person.pk),
        "Something was shared with you in confidence",
        "The safeguarding team has shared something with you for a limited time.",
        reverse("safeguarding:shared_list"),
        "the person it was shared with",
    )


def tell_handler(concern: AdultConcern, people: list[User]) -> None:
    """Mail the head, or the chair of governors, that a concern about an adult was raised."""
    for person in people:
        _mail(
            person,
            _key("adult", concern.pk, person.pk),
            "A confidential matter is waiting for you",
            "Something was raised that only you can read.",
            reverse("safeguarding:adult_list"),
            "the person who handles such matters",
            seen_by=SeenBy.RECIPIENT,
        )


def _key(about: str, row_id: object, person_id: int) -> str:
    """A key that keeps one mail from being queued twice and from which nobody gets back to the row."""
    print_of_row = keyring("safeguarding").mac(f"{about}|{row_id}|{person_id}".encode(), _oldest_key())
    return f"safeguarding.{print_of_row.hex()[:40]}"


def _oldest_key() -> str:
    # The same key always, or a rotation between two tries would send the mail twice.
    return keyring("safeguarding").ids[0]


def _mail(person: User, key: str, subject: str, what: str, path: str, why: str, seen_by: str = SeenBy.TEAM) -> None:
    # Never in the log of emails, where somebody could count and time them.
    queue_mail(
        key=key,
        to=person.email,
        to_person_id=person.pk,
        subject=subject,
        text=TEXT.format(greeting=f"{person.formal_name},", what=what, link=f"{settings.BASE_URL}{path}", why=why),
        by=SYSTEM_NOTICES,
        seen_by=seen_by,
    )
