"""The whole import as one transaction: everything of a bundle, or nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from audit import record
from core.actors import SystemActor
from exchange import choices, rules
from exchange.bundle import ROW, Bundle, Problem
from exchange.choices import Kind
from exchange.loading.groups import Places, load_groups
from exchange.loading.leavers import Leavers, Many, on_roll, propose
from exchange.loading.links import Session
from exchange.loading.people import load_contacts, load_sites, load_staff, load_students

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
    source: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    many_leavers: list[Many] = field(default_factory=list)
    stopped: bool = False  # since so many leavers are a question, not a fact
    namesakes: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, str]] = field(default_factory=list)
    change_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """The form that `--json` prints."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "left_out": self.left_out,
            "proposed_leavers": self.proposed_leavers,
            "many_leavers": [one.as_json() for one in self.many_leavers],
            "stopped": self.stopped,
            "problems": [problem.as_json() for problem in self.problems],
        }

    @property
    def changes(self) -> int:
        """How many rows are new or changed."""
        return sum(self.created.values()) + sum(self.updated.values())


class _OnlyLooking(Exception):
    """Takes everything back after a preview."""


def load_roster(
    bundle: Bundle,
    *,
    by: User | SystemActor,
    source: str = "",
    dry_run: bool = False,
    agreed: Mapping[str, int] | None = MappingProxyType({}),
) -> Result:
    """Bring a bundle in. A fatal problem changes nothing; the same bundle again changes nothing; people who are missing
    are proposed as leavers. With `dry_run` everything is worked out and taken back. Raises PermissionDenied.

    More leavers than a tenth of a site's roll stop it, unless `agreed` says by the site's number how many are right
    (None: any number).
    """
    rules.check_may_import(by)
    result = Result(problems=bundle.problems, source=source or bundle.source)
    if bundle.is_fatal:
        return result
    try:
        with transaction.atomic():
            leavers = _load(bundle, by, result)
            result.stopped = bool(leavers.unconfirmed(agreed))
            if dry_run or result.stopped:
                raise _OnlyLooking
            record.record(by, choices.ROSTER_IMPORTED, "roster", result.source, details=_numbers(result))
            result.imported = True
    except _OnlyLooking:
        pass
    return result


def _numbers(result: Result) -> dict[str, Any]:
    return {"created": result.created, "updated": result.updated, "leavers": len(result.proposed_leavers)}


def _load(bundle: Bundle, by: Any, result: Result) -> Leavers:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    session = Session(bundle, result.source, by)
    load_sites(session)
    before = on_roll(session)
    load_staff(session)
    load_students(session)
    load_contacts(session)
    load_groups(session)
    Places(session).load()
    session.save_links()
    leavers = propose(session, before)
    result.proposed_leavers, result.many_leavers = leavers.people, leavers.many
    for word in ("created", "updated", "unchanged"):
        counted = session.counts[word]
        setattr(result, word, {str(kind): counted[kind] for kind in Kind.values})
    result.namesakes, result.changed, result.change_count = session.namesakes, session.changed, session.change_count
    result.left_out = _left_out(session)
    return leavers


def _left_out(session: Session) -> dict[str, int]:
    """How many rows of each kind were left out; and of no kind, when nobody could tell of which they were."""
    rows = {(found.file, found.line, found.left_out) for found in session.bundle.problems if found.left_out}
    counted = Counter(kind for _, _, kind in rows)
    counted[Kind.MEMBERSHIP] += session.places_left_out
    return {str(kind): counted[kind] for kind in (*Kind.values, ROW)}
