"""Who is on the roll of a bundle's sites and is not in the bundle: proposed as leavers, never ended here."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import User
from caseload.models import CaseloadGrant, SiteMembership, Student, TeachingGroupGrant
from exchange.choices import Kind
from exchange.loading.links import Session
from exchange.models import SourceLink

ONE_IN = 10  # more leavers than one in so many of a site's roll are asked about before anything happens


@dataclass
class Many:
    """A site of which so many students would be proposed, some of them for the first time, that somebody has to say that the file is right."""

    site_id: int
    site: str
    leavers: int
    roll: int

    def as_json(self) -> dict[str, Any]:
        """For the page of the import."""
        return {"site_id": self.site_id, "site": self.site, "leavers": self.leavers, "roll": self.roll}


@dataclass
class Leavers:
    """Everybody proposed, and the sites at which that is more than one in ten of the roll."""

    people: list[dict[str, Any]] = field(default_factory=list)
    many: list[Many] = field(default_factory=list)

    def unconfirmed(self, agreed: Mapping[str, int] | None) -> list[Many]:
        """The sites for which nobody agreed to so many; None agrees to any number."""
        return [] if agreed is None else [one for one in self.many if agreed.get(str(one.site_id), 0) < one.leavers]


def rolls_at(site_ids: Iterable[int], today: Any) -> Any:
    """The rolls at these sites that are not over yet."""
    going_on = Q(period__endswith=None) | Q(period__endswith__gt=today)
    return SiteMembership.objects.filter(going_on, site__in=site_ids, period__isempty=False)


def on_roll(session: Session) -> dict[int, int]:
    """How many are on the roll of each of the bundle's sites today."""
    sites = [site.pk for site in session.objects[Kind.SITE].values()]
    rolls = SiteMembership.objects.filter(site__in=sites, period__contains=session.today)
    return Counter(rolls.values_list("site_id", flat=True))


def propose(session: Session, before: Mapping[int, int]) -> Leavers:
    """Whom this source named before and names no longer at the sites of this bundle.

    A bundle of one site says nothing about the others. Whoever is named at another site of the bundle has still left
    the one where they are on the roll and are named no more. `before` is how many were on each roll before the import.
    """
    found = Leavers()
    _students(session, found, before)
    _staff(session, found)
    return found


def _students(session: Session, found: Leavers, before: Mapping[int, int]) -> None:
    sites = {site.pk: site for site in session.objects[Kind.SITE].values()}
    named = {
        (session.objects[Kind.STUDENT][row.id].pk, session.objects[Kind.SITE][site].pk)
        for row in session.bundle.students.values()
        for site in row.site_ids
    }
    links = {link.object_id: link for link in _may_be_gone(session, Kind.STUDENT)}
    gone: dict[int, list[SiteMembership]] = defaultdict(list)
    for roll in rolls_at(sites, session.today).order_by("site", "pk"):
        if roll.student_id in links and (roll.student_id, roll.site_id) not in named:
            gone[roll.student_id].append(roll)
    _are_back(session, Kind.STUDENT, session.bundle.students, gone)
    proposed = {pk: rolls for pk, rolls in gone.items() if links[pk].settled_at is None}
    SourceLink.objects.filter(pk__in=[links[pk].pk for pk in proposed], missing_since=None).update(
        missing_since=session.now
    )
    rolls = [roll for rolls in proposed.values() for roll in rolls]
    counted = Counter(roll.site_id for roll in rolls)
    # Where all of them were proposed by an earlier import, somebody has agreed; a nightly import goes on by itself.
    new = {roll.site_id for roll in rolls if roll.leaver_proposed_at is None}
    SiteMembership.objects.filter(pk__in=[roll.pk for roll in rolls], leaver_proposed_at=None).update(
        leaver_proposed_at=session.now
    )
    for student in Student.objects.filter(pk__in=proposed).order_by("sort_key", "pk"):
        where = ", ".join(sites[roll.site_id].name for roll in proposed[student.pk])
        found.people.append(_person(Kind.STUDENT, links[student.pk], student, where))
    found.many = [
        Many(pk, site.name, counted[pk], before.get(pk, 0))
        for pk, site in sites.items()
        if pk in new and counted[pk] * ONE_IN > before.get(pk, 0)
    ]


def _may_be_gone(session: Session, kind: str) -> list[SourceLink]:
    """The people known from this source; of one that sends only what changed, those whom it says to delete."""
    bundle = session.bundle
    return [link for link in session.links[kind].values() if bundle.whole or link.source_id in bundle.ended]


def _staff(session: Session, found: Leavers) -> None:
    """Staff have no roll: they are proposed by a bundle of every site of the source, or of the sites where they teach."""
    links = {
        link.object_id: link for link in _may_be_gone(session, Kind.STAFF) if link.source_id not in session.bundle.staff
    }
    here = {site.pk for site in session.objects[Kind.SITE].values()}
    if {link.object_id for link in session.links[Kind.SITE].values()} - here:
        at = _sites_of(list(links), session.today)
        links = {pk: link for pk, link in links.items() if at[pk] and at[pk] <= here}
    _are_back(session, Kind.STAFF, session.bundle.staff, {})
    proposed = {pk: link for pk, link in links.items() if link.settled_at is None}
    SourceLink.objects.filter(pk__in=[link.pk for link in proposed.values()], missing_since=None).update(
        missing_since=session.now
    )
    for user in User.objects.filter(pk__in=proposed, ended_on=None).order_by("sort_key", "pk"):
        found.people.append(_person(Kind.STAFF, proposed[user.pk], user, ""))


def _sites_of(user_ids: list[int], today: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for model in (CaseloadGrant, TeachingGroupGrant):
        grants: Any = model.objects.filter(user__in=user_ids, period__contains=today)
        for user, site in grants.values_list("user_id", "content_object__site_id"):
            found[user].add(site)
    return found


def _are_back(session: Session, kind: str, present: Iterable[str], gone: Mapping[int, Any]) -> None:
    """Whoever is named again, and is not gone from one of the sites, is proposed no longer."""
    back = SourceLink.objects.filter(
        source=session.source, kind=kind, source_id__in=list(present), missing_since__isnull=False
    ).exclude(object_id__in=list(gone))
    ids = list(back.values_list("object_id", flat=True))
    back.update(missing_since=None, settled_at=None)
    for link in session.links[kind].values():
        if link.object_id in ids:
            link.missing_since = link.settled_at = None
    if kind == Kind.STUDENT:
        SiteMembership.objects.filter(student__in=ids).update(leaver_proposed_at=None)


def _person(kind: str, link: SourceLink, person: Any, where: str) -> dict[str, Any]:
    return {
        "kind": str(kind), "id": link.source_id, "public_id": str(person.public_id), "name": person.full_name,
        "site": where,
    }  # fmt: skip
