"""Whose attendance an analysis page is about: the students reached, in the group chosen, of one series."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from attendance import rules
from attendance.choices import UNIT, Series
from attendance.queries.figures.totals import series_by_student
from caseload.models import House, Site, Student, YearGroup
from caseload.queries.containers import Container, container_named, held_containers, listed
from caseload.queries.students import student_rows
from caseload.querysets import containers
from core import clock

Row = dict[str, Any]


@dataclass(frozen=True)
class Scope:
    """The students of an analysis page by id, in the order of names, and the choices that led to them.

    They are everybody reached, unless one series was asked for; `parts` are the same by series, which can't be added up.
    """

    user: Any
    container: Container | None
    offered: list[Container]
    whole: str
    rows: dict[int, Row]
    series: str  # empty where students of both series are here
    every_series: list[str]
    day: date
    of_student: dict[int, str]

    @property
    def ids(self) -> list[int]:
        """The students' ids."""
        return list(self.rows)

    @property
    def key(self) -> str:
        """How an address names the group; empty for everybody reached."""
        return self.container.key if self.container else ""

    @property
    def name(self) -> str:
        """The group in words."""
        return self.container.name if self.container else self.whole

    @property
    def unit(self) -> str:
        """What is counted."""
        return UNIT[Series(self.series)] if self.series else "sessions or lessons"

    @property
    def parts(self) -> list["Scope"]:
        """The students of each series by themselves, the one of most students first."""
        return [self] if self.series else [self.of_series(series) for series in self.every_series]

    def of_series(self, series: str) -> "Scope":
        """Those of the students who attend by this series."""
        rows = {pk: row for pk, row in self.rows.items() if self.of_student[pk] == series}
        return replace(self, rows=rows, series=series)


def read_scope(user: Any, key: str = "", series: str = "", only: str = "") -> Scope:
    """The students on a roll today whom this person reaches with `attendance.view_attendance`, in one group, and in one
    series where that is asked for.

    `key` names a group as chips do (“caseload:…”); a group out of reach is not there (404). `only` holds a page to one
    series. Two queries for the students and a few for the groups offered.
    """
    day = clock.today()
    container = container_named(user, rules.VIEW, key) if key else None
    students = Student.objects.visible_to(user, rules.VIEW).on_roll(day)
    if container is not None:
        students = students.in_container(container.kind, container.id)
    rows = {row["id"]: row for row in student_rows(students)}
    of_student = series_by_student(rows, day)
    counted = {name: sum(found == name for found in of_student.values()) for name in Series.values}
    present = sorted((name for name, number in counted.items() if number), key=lambda name: -counted[name])
    chosen = only or (series if series in present else "")
    if len(present) < 2 and not chosen:
        chosen = (present or [Series.SESSION.value])[0]
    held = containers(user, rules.VIEW)
    return Scope(
        user=user,
        container=container,
        offered=_offered(user, held),
        whole="Whole college" if "college" in held else "All my students",
        rows={pk: row for pk, row in rows.items() if pk in of_student and of_student[pk] == (chosen or of_student[pk])},
        series=chosen,
        every_series=present,
        day=day,
        of_student=of_student,
    )


def _offered(user: Any, held: dict[str, list[int]]) -> list[Container]:
    """The groups to choose from: what is held, and inside a site or the college its year groups and houses."""
    if "college" in held:
        return [
            *listed("site", Site.objects.all()),
            *listed("year_group", YearGroup.objects.all()),
            *listed("house", House.objects.all()),
        ]
    found = held_containers(user, rules.VIEW)
    if held.get("site"):
        inside: list[Callable[[], list[Container]]] = [
            lambda: listed("year_group", YearGroup.objects.filter(site_id__in=held["site"])),
            lambda: listed("house", House.objects.filter(site_id__in=held["site"])),
        ]
        known = {container.key for container in found}
        found += [container for load in inside for container in load() if container.key not in known]
    return found
