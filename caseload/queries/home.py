"""Who at home may be written to about which student: asked for many at once, before anything is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from caseload.models import HomeConsent, HomePolicy, Student, StudentContact
from caseload.needs import Need
from caseload.registries.columns import Reason
from caseload.rules.same_contact import doubles, one_mailbox
from caseload.rules.writing_home import Standing, birthday, may_write_home
from core import clock, wording
from core.id_lists import array
from core.plausible import age_on, birth_fault
from core.reading import read_rows

TWICE = "The same person is entered twice and gets one letter"
SAME_MAILBOX = "A letter goes to this email address already"
BARRED_MAILBOX = "Another contact with this email address must not be contacted"
BARRED_TWICE = "The same person is entered twice, and one entry says that they must not be contacted"


@dataclass(frozen=True)
class Recipient:
    """One adult of one student: whether they may be written to, why or why not, and how they are reached."""

    student_id: int
    contact_id: int
    public_id: UUID
    name: str
    addressed: str
    email: str
    address: str
    postcode: str
    language: str
    needs_interpreter: bool
    allowed: bool
    why: str


def home_policy() -> HomePolicy:
    """What the college has decided; the defaults where nobody decided anything."""
    return HomePolicy.objects.filter(pk=1).first() or HomePolicy(pk=1)


def recipients(
    student_ids: Iterable[int], day: date | None = None, *, emergency: bool = False
) -> dict[int, list[Recipient]]:
    """Every present contact of these students in order of priority, each with whether they may be written to. Three queries."""
    ids, day, policy = list(student_ids), day or clock.today(), home_policy()
    agreed = set(HomeConsent.objects.filter(student__in=ids, withdrawn_at=None).values_list("student_id", flat=True))
    links = (
        StudentContact.objects.filter(student__in=ids, ended_on=None, contact__ended_on=None)
        .select_related("contact", "student")
        .order_by("student_id", "priority", "pk")
    )
    found: dict[int, list[Recipient]] = {pk: [] for pk in ids}
    contacts: dict[int, list[StudentContact]] = {pk: [] for pk in ids}
    for link in links:
        standing = Standing(link.no_contact, link.parental_responsibility, link.lives_with, link.is_emergency)
        allowed, why = may_write_home(
            standing,
            link.student.date_of_birth,
            day,
            at_16_and_17=policy.write_at_16_and_17,
            consent=link.student_id in agreed,
            emergency=emergency,
        )
        found[link.student_id].append(_recipient(link, allowed, why))
        contacts[link.student_id].append(link)
    return {pk: _once(rows, contacts[pk]) for pk, rows in found.items()}


def _once(recipients: list[Recipient], links: list[StudentContact]) -> list[Recipient]:
    """The same person entered twice is written to once, and so is one mailbox of two contacts of the same relationship."""
    _first_alone(recipients, links, doubles(links), TWICE, BARRED_TWICE)
    _first_alone(recipients, links, one_mailbox(links), SAME_MAILBOX, BARRED_MAILBOX)
    return recipients


def _first_alone(
    recipients: list[Recipient], links: list[StudentContact], firsts: dict[int, int], why: str, barred: str
) -> None:
    """Of entries that belong together the first that may be is written to; none when one of them says so."""
    for place, first in firsts.items():
        entries = [first, *(other for other, its_first in firsts.items() if its_first == first)]
        if any(links[entry].no_contact for entry in entries):
            for entry in entries:
                if recipients[entry].allowed:
                    recipients[entry] = replace(recipients[entry], allowed=False, why=barred)
        elif recipients[place].allowed and any(recipients[entry].allowed for entry in entries if entry < place):
            recipients[place] = replace(recipients[place], allowed=False, why=why)


def _recipient(link: StudentContact, allowed: bool, why: str) -> Recipient:
    contact = link.contact
    return Recipient(
        link.student_id, contact.pk, contact.public_id, contact.titled, contact.addressed, contact.email,
        contact.address, contact.postcode, contact.language, contact.needs_interpreter, allowed, why,
    )  # fmt: skip


def home_standing(student: Student) -> dict[str, Any]:
    """What holds for one student: their age, what the rule is, whether they agreed, and when that changes."""
    consent = HomeConsent.objects.filter(student=student, withdrawn_at=None).select_related("recorded_by").first()
    today, born = clock.today(), student.date_of_birth
    age = age_on(born, today) if born and not birth_fault(born, today) else None
    return {
        "age": age,
        "consent": consent,
        "policy": home_policy(),
        "eighteen_on": birthday(born, 18) if born and age is not None and age < 18 else None,
        "may_agree": age is not None and age >= 17,
    }


# Those who turn 18 between today and the last day announced were born around these days, 18 years ago; a leap day's child
# on the day before.
_COMING_OF_AGE = """
    WITH policy AS MATERIALIZED (
        SELECT p.days, (%(today)s::date + p.days - interval '18 years' + interval '2 days')::date AS latest
        FROM (SELECT coalesce((SELECT announce_days FROM caseload_homepolicy WHERE id = 1), %(default)s) AS days) AS p
    ), near AS MATERIALIZED (
        SELECT s.id, s.date_of_birth, p.days FROM policy AS p JOIN caseload_student AS s
            ON s.date_of_birth BETWEEN (%(today)s::date - interval '18 years 2 days')::date AND p.latest
    )
    SELECT n.* FROM near AS n WHERE n.id IN (SELECT unnest(%(ids)s::bigint[]))
        AND NOT EXISTS (SELECT FROM caseload_homeconsent AS c WHERE c.student_id = n.id AND c.withdrawn_at IS NULL)
"""


def coming_of_age_reasons(student_ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Students who turn 18 soon and have not said whether home may be written to. One query."""
    today = clock.today()
    found: dict[int, list[Reason]] = {}
    asked = {"default": HomePolicy().announce_days, "today": today, "ids": array(student_ids)}
    for pk, born, announced in read_rows(_COMING_OF_AGE, asked):
        last = today + timedelta(days=announced)
        day = birthday(born, 18) if born else None
        if day and today <= day <= last:
            words = f"18 on {wording.day(day)}: ask whether home may be written to"
            found[pk] = [Reason(words, Need.TURNING_18, "home")]
    return found
