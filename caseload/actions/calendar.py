"""Set up academic years, terms and closures."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit import record
from caseload import verbs
from caseload.models import AcademicYear, Closure, Site, Term
from caseload.registries.closures import ClosedDays, days_of, tell
from caseload.rules.structure import manages_college, manages_site
from caseload.rules.students import require

if TYPE_CHECKING:
    from accounts.models import User
    from core.actors import SystemActor

    By = User | SystemActor


class DatesOverlap(Exception):
    """The dates run into those of another year or term."""


@transaction.atomic
def add_academic_year(by: "By", start_year: int) -> AcademicYear:
    """Add an academic year, from 1 September to the end of the August after it."""
    require(manages_college(by))
    starts_on, ends_on = date(start_year, 9, 1), date(start_year + 1, 8, 31)
    if AcademicYear.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise DatesOverlap
    year = AcademicYear.objects.create(start_year=start_year, starts_on=starts_on, ends_on=ends_on)
    record.record(by, verbs.YEAR_ADDED, "academic_year", year.pk)
    return year


@transaction.atomic
def set_term(by: "By", year: AcademicYear, term: Term | None = None, **values: Any) -> Term:
    """Add a term, or change one. School days, registers and every total follow the dates at once."""
    require(manages_college(by))
    others = Term.objects.exclude(pk=term.pk) if term else Term.objects.all()
    if others.filter(starts_on__lte=values["ends_on"], ends_on__gte=values["starts_on"]).exists():
        raise DatesOverlap
    row = term or Term(year=year)
    for name in ("name", "starts_on", "ends_on"):
        setattr(row, name, values[name])
    row.save()
    record.record(by, verbs.TERM_CHANGED if term else verbs.TERM_ADDED, "term", row.pk, details={"year": year.pk})
    return row


@transaction.atomic
def set_closure(by: "By", closure: Closure | None = None, *, site: Site | None, **values: Any) -> Closure:
    """Add days on which a site (or every site) does not open, or change them. Codes in registers follow."""
    require(manages_site(by, site.pk if site else None))
    if closure is not None:
        require(manages_site(by, closure.site_id))
    before = _stored(closure)
    row = store_closure(by, closure, site=site, **values)
    tell(by, before, days_of(row))
    return row


def store_closure(by: "By", closure: Closure | None, *, site: Site | None, **values: Any) -> Closure:
    """Write a closure and nothing else, for actions that asked a rule of their own and see to the codes themselves."""
    row = closure or Closure()
    row.site = site
    for name in ("kind", "name", "starts_on", "ends_on"):
        setattr(row, name, values[name])
    row.save()
    record.record(by, verbs.CLOSURE_CHANGED if closure else verbs.CLOSURE_ADDED, "closure", row.pk)
    return row


@transaction.atomic
def remove_closure(by: "By", closure: Closure) -> None:
    """Open on these days after all. Codes in registers follow."""
    require(manages_site(by, closure.site_id))
    before = days_of(closure)
    drop_closure(by, closure)
    tell(by, before, None)


def drop_closure(by: "By", closure: Closure) -> None:
    """Take a closure away and do nothing else, for actions that asked a rule of their own."""
    number = closure.pk
    closure.delete()
    record.record(by, verbs.CLOSURE_REMOVED, "closure", number)


def _stored(closure: Closure | None) -> ClosedDays | None:
    """A closure as the database has it, before what was typed is put on it."""
    row = Closure.objects.filter(pk=closure.pk).first() if closure is not None else None
    return days_of(row) if row is not None else None
