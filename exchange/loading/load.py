"""The whole import as one transaction: everything of a bundle, or nothing."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from audit import record
from caseload.models import SiteMembership, Student
from core.actors import SystemActor
from exchange import choices, rules
from exchange.bundle import Bundle, Problem
from exchange.choices import Kind
from exchange.loading.groups import Places, load_groups
from exchange.loading.links import Session
from exchange.loading.people import load_contacts, load_sites, load_staff, load_students
from exchange.models import SourceLink

LOCK = 7_201  # one import at a time: two would both create what the other creates


@dataclass
class Result:
    """What an import did, or would do."""

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    proposed_leavers: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    imported: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` prints."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "proposed_leavers": self.proposed_leavers,
            "problems": [problem.as_json() for problem in self.problems],
        }

    @property
    def changes(self) -> int:
        """How many rows are new or changed."""
        return sum(self.created.values()) + sum(self.updated.values())


class _OnlyLooking(Exception):
    """Takes everything back after a preview."""


def load_roster(bundle: Bundle, *, by: User | SystemActor, source: str = "", dry_run: bool = False) -> Result:
    """Bring a bundle in. A fatal problem changes nothing; the same bundle again changes nothing; people who are missing
    are proposed as leavers. With `dry_run` everything is worked out and taken back. Raises PermissionDenied."""
    rules.check_may_import(by)
    result = Result(problems=bundle.problems)
    if bundle.is_fatal:
        return result
    try:
        with transaction.atomic():
            _load(bundle, by, source or bundle.source, result)
            if dry_run:
                raise _OnlyLooking
            record.record(by, choices.ROSTER_IMPORTED, "roster", source or bundle.source, details=_numbers(result))
            result.imported = True
    except _OnlyLooking:
        pass
    return result


def _numbers(result: Result) -> dict[str, Any]:
    return {"created": result.created, "updated": result.updated, "leavers": len(result.proposed_leavers)}


def _load(bundle: Bundle, by: Any, source: str, result: Result) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    session = Session(bundle, source, by)
    load_sites(session)
    load_staff(session)
    load_students(session)
    load_contacts(session)
    load_groups(session)
    Places(session).load()
    session.save_links()
    if bundle.whole:
        result.proposed_leavers = _leavers(session)
    for word in ("created", "updated", "unchanged"):
        counted = session.counts[word]
        setattr(result, word, {str(kind): counted[kind] for kind in Kind.values})


def _leavers(session: Session) -> list[dict[str, Any]]:
    """Everybody whom this source named before and names no longer; settled when they have no place left to end."""
    found: list[dict[str, Any]] = []
    for kind, present in ((Kind.STAFF, session.bundle.staff), (Kind.STUDENT, session.bundle.students)):
        back = session.seen_again(kind, present)
        if kind == Kind.STUDENT:
            SiteMembership.objects.filter(student__in=back).update(leaver_proposed_at=None)
        gone = {
            link.object_id: link
            for source_id, link in session.links[kind].items()
            if source_id not in present and link.settled_at is None
        }
        SourceLink.objects.filter(pk__in=[link.pk for link in gone.values()], missing_since=None).update(
            missing_since=session.now
        )
        model: Any = Student if kind == Kind.STUDENT else User
        for row in model._default_manager.filter(pk__in=gone).order_by("sort_key"):
            link = gone[row.pk]
            found.append(
                {"kind": str(kind), "id": link.source_id, "public_id": str(row.public_id), "name": row.full_name}
            )
    student_ids = [
        session.links[Kind.STUDENT][leaver["id"]].object_id for leaver in found if leaver["kind"] == Kind.STUDENT
    ]
    SiteMembership.objects.filter(
        student__in=student_ids, period__contains=session.today, leaver_proposed_at=None
    ).update(leaver_proposed_at=session.now)
    return found
