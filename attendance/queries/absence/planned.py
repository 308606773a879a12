"""Who is planned away: for a register, for a list by day, for one student."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from attendance import rules
from attendance.choices import DayPart, PlannedKind, Series, SessionSlot
from attendance.models import PlannedAbsence
from attendance.planning import Wanted, said_when
from attendance.sittings import Sitting
from caseload.models import Site, SiteMembership
from caseload.queries.calendar import calendars_for
from caseload.queries.containers import KINDS, Container, listed
from caseload.queries.tutors import tutor_group_name
from caseload.querysets import reached
from core import clock
from core.id_lists import array

if TYPE_CHECKING:
    from accounts.models import User

GROUP_KINDS = ("year_group", "house", "caseload", "teaching_group", "site")


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned for one student at one sitting, with the code that fits its series."""

    public_id: UUID
    student_id: int
    kind: str
    code: str
    note: str

    @property
    def words(self) -> str:
        """“Medical or dental appointment (M)”."""
        return f"{PlannedKind(self.kind).label} ({self.code})"


def planned_for(sitting: Sitting, student_ids: Iterable[int]) -> dict[int, Planned]:
    """What is planned for each of these students at this sitting, by student id, in one query.

    For the register screen: who joined a group or got a lesson after the absence was planned has no mark yet and is found
    here. Nothing is found for a student whose plan has no code in the sitting's series. Withdrawn plans say nothing.
    """
    code = "session_code" if sitting.series == Series.SESSION else "lesson_code"
    with connection.cursor() as cursor:
        cursor.execute(
            _PLANNED.format(code=code),
            {
                "students": array(student_ids),
                "site": sitting.site_id,
                "day": sitting.date,
                "weekday": sitting.date.weekday(),
            },
        )
        rows = cursor.fetchall()
    starts = sitting.starts_at.astimezone(clock.LONDON).time()
    found = {}
    for *fields, part, noon in rows:
        half = _half(sitting) or (DayPart.PM if starts >= noon else DayPart.AM)
        if part in (DayPart.DAY, half):
            found[fields[1]] = Planned(*fields)
    return found


_PLANNED = """
    SELECT p.public_id, p.student_id, p.kind, p.{code}, p.note, p.part, s.pm_starts_at
    FROM attendance_plannedabsence AS p JOIN caseload_site AS s ON s.id = %(site)s
    WHERE p.student_id = ANY(%(students)s::bigint[]) AND p.withdrawn_at IS NULL AND p.starts_on <= %(day)s
        AND p.ends_on >= %(day)s AND (p.weekdays = '{{}}' OR %(weekday)s = ANY(p.weekdays)) AND p.{code} <> ''
    ORDER BY p.starts_on DESC, p.id DESC
"""


def _half(sitting: Sitting) -> str:
    """The half of the day of a session; a lesson's follows from its time."""
    if sitting.series != Series.SESSION:
        return ""
    return DayPart.AM if sitting.slot == SessionSlot.AM else DayPart.PM


@dataclass
class PlannedLine:
    """One plan on a day: of one student, or of everybody in a batch."""

    plan: PlannedAbsence
    when: str
    students: list[dict[str, Any]] = field(default_factory=list)

    @property
    def codes(self) -> str:
        """The code or codes, each once: “M”, “C2, X”."""
        return ", ".join(dict.fromkeys(code for code in (self.plan.session_code, self.plan.lesson_code) if code))


@dataclass
class PlannedDay:
    """A school day and who is planned away on it."""

    day: date
    lines: list[PlannedLine] = field(default_factory=list)

    @property
    def students(self) -> int:
        """How many students are planned away."""
        return len({student["id"] for line in self.lines for student in line.students})


def plans_reached(user: "User", permission: str) -> QuerySet[PlannedAbsence]:
    """The plans of students whom this person reaches in a role that carries the permission, withdrawn ones too."""
    return PlannedAbsence.objects.filter(student__in=reached(user, permission))


def planned_days(user: "User", start: date, end: date) -> list[PlannedDay]:
    """Who of the students this person sees is planned away, by school day; days on which nobody's site opens are left out."""
    plans = plans_reached(user, rules.VIEW).filter(withdrawn_at=None, starts_on__lte=end, ends_on__gte=start)
    site = SiteMembership.objects.filter(student=OuterRef("student"), period__startswith__lte=end).order_by("-period")
    rows = list(
        plans.select_related("student")
        .annotate(
            at_site=Subquery(site.values("site_id")[:1]), group=Subquery(tutor_group_name(OuterRef("student"), start))
        )
        .order_by("student__sort_key", "pk")
    )
    calendars = calendars_for({None, *Site.objects.values_list("pk", flat=True)}, start, end)
    found = []
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        if any(calendar.is_open(day) for key, calendar in calendars.items() if key is not None):
            found.append(PlannedDay(day, _lines([row for row in rows if _is_on(row, day, calendars)])))
    return found


def plans_of(student_id: int) -> list[PlannedLine]:
    """The plans of one student, those to come first, with those withdrawn in the last year."""
    year_ago = clock.today() - timedelta(days=365)
    rows = PlannedAbsence.objects.select_related("withdrawn_by", "replaced_by").filter(
        student_id=student_id, ends_on__gte=year_ago
    )
    return [PlannedLine(row, _when(row)) for row in rows.order_by("-ends_on", "-pk")]


def batch_line(plans: list[PlannedAbsence]) -> PlannedLine:
    """The plans of a batch as one line, with the students in order of name."""
    people = sorted(plans, key=lambda plan: (plan.student.sort_key, plan.pk))
    line = PlannedLine(plans[0], _when(plans[0]))
    line.students = [_person(plan) for plan in people]
    return line


def groups_offered(user: "User") -> list[tuple[str, list[Container]]]:
    """The groups for which somebody may plan, by kind: at their sites, or everywhere."""
    sites = rules.sites_held(user, rules.AUTHORISE)
    found = []
    for kind in GROUP_KINDS:
        rows = KINDS[kind].model._default_manager.all()
        if sites is not None:
            rows = rows.filter(**{"pk__in" if kind == "site" else "site_id__in": sites})
        found.append((KINDS[kind].label, listed(kind, rows)))
    return [(label, groups) for label, groups in found if groups]


def as_wanted(plan: PlannedAbsence) -> Wanted:
    """A plan as it was wanted, for changing it."""
    return Wanted(
        plan.kind, plan.starts_on, plan.ends_on, plan.part, tuple(plan.weekdays), plan.session_code, plan.lesson_code,
        plan.note,
    )  # fmt: skip


def _lines(rows: list[Any]) -> list[PlannedLine]:
    lines: dict[Any, PlannedLine] = {}
    for row in rows:
        line = lines.setdefault(row.batch or row.pk, PlannedLine(row, _when(row)))
        line.students.append(_person(row))
    return sorted(lines.values(), key=lambda line: -len(line.students))


def _person(plan: Any) -> dict[str, Any]:
    return {
        "id": plan.student_id,
        "name": plan.student.list_name,
        "public_id": plan.student.public_id,
        "group": getattr(plan, "group", "") or "",
        "plan": plan,
    }


def _is_on(plan: Any, day: date, calendars: Any) -> bool:
    inside = plan.starts_on <= day <= plan.ends_on and (not plan.weekdays or day.weekday() in plan.weekdays)
    return inside and plan.at_site in calendars and calendars[plan.at_site].is_open(day)


def _when(plan: PlannedAbsence) -> str:
    return said_when(plan.starts_on, plan.ends_on, plan.part, plan.weekdays)
