"""Tell by email that there is something to look at: no student, no content, nobody's name."""

from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.roles import SAFEGUARDING_TEAM
from core.actors import SystemActor
from core.models.mail import SeenBy
from core.outbox import queue_mail
from core.private.keys import keyring
from safeguarding.choices import Audience, YesNo
from safeguarding.models import Concern, Told

# The mails are not queued in the reporter's name: one that does not arrive is seen by others.
SYSTEM_NOTICES = SystemActor("safeguarding-notices", "tells the safeguarding team that there is something to look at")

HEAD, CHAIR = ("head",), ("chair_of_governors",)
SECOND = 2  # the reminder with which the head is told too

TEXT = """{greeting}

{what}

Sign in to Waymark to look at it:
{link}

This email names nobody on purpose. You get it because you are {why}.
"""


def _holders_for(concern_id: UUID, roles: tuple[str, ...]) -> list[User]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, role FROM safeguarding_holders_for(%s, %s)", [concern_id, list(roles)])
        held = dict(cursor.fetchall())
    people = User.objects.in_bulk(list(held))
    return sorted(people.values(), key=lambda person: (held[person.pk] != roles[0], person.sort_key, person.pk))


def team_for(concern: Concern) -> list[User]:
    """The members of the team who may see this concern, DSL first. The database leaves out whoever is excluded."""
    return _holders_for(concern.pk, SAFEGUARDING_TEAM)


def circle_for(concern_id: UUID, times: int, *, opened: bool = False) -> dict[Audience, list[User]]:
    """Who is told of a concern the first time, or with this reminder: the team; the head too when nobody of the team is there
    today or when nobody opened it by the second reminder; then the chair of governors, and at once when there is no head."""
    team = _holders_for(concern_id, SAFEGUARDING_TEAM)
    head = _holders_for(concern_id, HEAD) if not team or (times >= SECOND and not opened) else []
    alone = not team and not head
    later = times >= (1 if not team else SECOND + 1) and not opened
    chair = _holders_for(concern_id, CHAIR) if alone or later else []
    found = {Audience.TEAM: team, Audience.HEAD: head, Audience.CHAIR: chair}
    return {audience: people for audience, people in found.items() if people}


def tell_team(concern: Concern, addendum_id: object = None) -> None:
    """Mail those who are told of a new concern, or that its reporter added to it; and write down truthfully who was told."""
    new = addendum_id is None
    circle = circle_for(concern.pk, 0)
    urgent = new and concern.safe_now == YesNo.NO
    for audience, people in circle.items():
        for person in people:
            key = _key("told" if new else "added", concern.pk if new else addendum_id, person.pk)
            _mail_about(person, key, audience, "new" if new else "added", urgent)
    note_told(concern.pk, circle)


def remind(concern_id: UUID, circle: dict[Audience, list[User]], times: int, *, urgent: bool) -> None:
    """Mail those who are told that something has waited too long."""
    for audience, people in circle.items():
        for person in people:
            _mail_about(person, _key(f"reminded.{times}", concern_id, person.pk), audience, "waits", urgent)
    note_told(concern_id, circle)


def note_told(concern_id: UUID, circle: dict[Audience, list[User]]) -> None:
    """Write down who was told now; nobody when it was nobody."""
    Told.objects.bulk_create(Told(concern_id=concern_id, audience=each) for each in circle or (Audience.NOBODY,))


def _mail_about(person: User, key: str, audience: Audience, what: str, urgent: bool) -> None:
    subject, words = WHAT[what]
    page, why, more = TO[audience]
    if urgent:
        subject, words = f"Urgent: {subject[0].lower()}{subject[1:]}", f"{URGENT} {words}"
    _mail(person, key, subject, f"{words}{more}", reverse(page), why)


URGENT = "A student may not be safe now."
WHAT = {
    "new": ("A safeguarding matter is waiting for you", "Something new was raised with the safeguarding team."),
    "added": ("A safeguarding matter is waiting for you", "Something was added to what you have."),
    "waits": (
        "A safeguarding matter is still waiting",
        "Something that was raised with the safeguarding team has not been acknowledged yet.",
    ),
}
TO = {
    Audience.TEAM: ("safeguarding:triage_list", "in the safeguarding team", ""),
    Audience.HEAD: (
        "safeguarding:glass",
        "the head",
        " The safeguarding team is not here or has not opened it. You can open it by breaking glass.",
    ),
    Audience.CHAIR: (
        "caseload:team_list",
        "the chair of governors",
        " Nobody has opened it. You cannot read it: speak to the head or the safeguarding team now, or make sure that"
        " someone takes the role.",
    ),
}


def announce_glass(glass_id: object, people: list[User]) -> None:
    """Mail the team and the chair that the head has broken glass."""
    for person in people:
        _mail(
            person,
            _key("glass", glass_id, person.pk),
            "The head has emergency access",
            "The head has broken glass and can read what was raised with the safeguarding team for four hours."
            " If you did not expect this, speak to the head now.",
            reverse("safeguarding:triage_list" if person.has_perm("safeguarding.triage_concern") else "home"),
            "in the safeguarding team, or the chair of governors",
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


def tell_handler(concern_id: object, people: list[User], times: int = 0) -> None:
    """Mail the head, or the chair of governors, that a concern about an adult was raised, or that it still waits."""
    for person in people:
        _mail(
            person,
            _key(f"adult.{times}" if times else "adult", concern_id, person.pk),
            "A confidential matter is still waiting for you" if times else "A confidential matter is waiting for you",
            "Nobody has opened it yet. Only you can read it."
            if times
            else "Something was raised that only you can read.",
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
