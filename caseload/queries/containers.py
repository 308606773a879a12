"""The groups and places that reach can be given over, found by kind: which a person may see, and who is in them."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404

from caseload.models import Area, Caseload, Course, House, Site, Student, TeachingGroup, Team, YearGroup
from caseload.queries.calendar import current_academic_year
from caseload.querysets import containers
from caseload.rules.telling_apart import groups_in_full
from core.pages.http import sent_key


@dataclass(frozen=True)
class Kind:
    """A kind of container: its model, its words, and where it stands in a list of kinds."""

    code: str
    model: type[Model]
    label: str
    name_field: str = "name"
    yearly: bool = False
    sited: bool = False  # two sites may have one of the same name


KINDS = {
    kind.code: kind
    for kind in (
        Kind("caseload", Caseload, "Tutor group or caseload", yearly=True, sited=True),
        Kind("teaching_group", TeachingGroup, "Teaching group", yearly=True, sited=True),
        Kind("year_group", YearGroup, "Year group", sited=True),
        Kind("house", House, "House", sited=True),
        Kind("team", Team, "Team of tutors", sited=True),
        Kind("course", Course, "Course", name_field="title"),
        Kind("area", Area, "Area"),
        Kind("site", Site, "Site"),
    )
}


@dataclass(frozen=True)
class Container:
    """One container, as lists and chips name it: with its site where another on the page has the same name."""

    kind: str
    id: int
    public_id: str
    name: str = field(compare=False)

    @property
    def key(self) -> str:
        """How an address names it: caseload:8f14e45f-…"""
        return f"{self.kind}:{self.public_id}"

    @property
    def label(self) -> str:
        """What kind of thing it is, in words."""
        return KINDS[self.kind].label


def container_named(user: Any, permission: str, key: str) -> Container:
    """The container an address names, if this person holds it or reaches somebody in it; otherwise it is not there."""
    kind, _, public_id = key.partition(":")
    found = _found(kind, public_id)
    if found is None or not _may_name(user, permission, found):
        raise Http404
    others = [other for other in _namesakes(found) if _may_name(user, permission, other)]
    return found if not others else replace(found, name=_in_full(found, others))


def held_containers(user: Any, permission: str, kinds: tuple[str, ...] = tuple(KINDS)) -> list[Container]:
    """The containers held today in a role that carries the permission, in the order of the kinds, then by name."""
    held = containers(user, permission)
    rows = []
    for code in kinds:
        if held.get(code):
            rows += listed(code, KINDS[code].model._default_manager.filter(pk__in=held[code]))
    return rows


def listed(code: str, rows: QuerySet[Any]) -> list[Container]:
    """Rows of a kind as containers, by name; groups of an academic year only of the present one."""
    kind = KINDS[code]
    if kind.yearly:
        rows = rows.filter(year=current_academic_year())
    order = ("nc_year", "name") if code == "year_group" else (kind.name_field,)
    if not kind.sited:
        found = rows.order_by(*order).values_list("pk", "public_id", kind.name_field)
        return [Container(code, pk, str(public_id), name) for pk, public_id, name in found]
    sited = list(rows.order_by(*order, "site__name", "pk").values_list("pk", "public_id", "name", "site__name"))
    names = groups_in_full((pk, name, site) for pk, _, name, site in sited)
    return [Container(code, pk, str(public_id), names[pk]) for pk, public_id, _, _ in sited]


def students_in(container: Container, students: QuerySet[Student]) -> QuerySet[Student]:
    """Those of the students who are in the container today."""
    return students.in_container(container.kind, container.id)  # type: ignore[attr-defined]  # StudentQuerySet


def students_between(container: Container, students: QuerySet[Student], first: date, last: date) -> QuerySet[Student]:
    """Those of the students who are in the container on any of these days, for what is planned ahead."""
    return students.in_container_between(container.kind, container.id, first, last)  # type: ignore[attr-defined]  # StudentQuerySet


def _found(code: str, public_id: str) -> Container | None:
    kind = KINDS.get(code)
    if kind is None or sent_key(public_id) is None:
        return None
    row = kind.model._default_manager.filter(public_id=public_id).values_list("pk", kind.name_field).first()
    return Container(code, row[0], public_id, row[1]) if row else None


def _namesakes(container: Container) -> list[Container]:
    """The containers of other sites that have the same name today; of one academic year where they belong to one."""
    kind = KINDS[container.kind]
    if not kind.sited:
        return []
    rows = kind.model._default_manager.filter(name=container.name).exclude(pk=container.id)
    if kind.yearly:
        rows = rows.filter(year=current_academic_year())
    return [Container(kind.code, pk, str(key), container.name) for pk, key in rows.values_list("pk", "public_id")]


def _in_full(container: Container, others: list[Container]) -> str:
    ids = [container.id, *(other.id for other in others)]
    rows = KINDS[container.kind].model._default_manager.filter(pk__in=ids).values_list("pk", "name", "site__name")
    return groups_in_full(rows)[container.id]


def _may_name(user: Any, permission: str, container: Container) -> bool:
    held = containers(user, permission)
    if "college" in held or container.id in held.get(container.kind, []):
        return True
    return students_in(container, Student.objects.visible_to(user, permission)).exists()
