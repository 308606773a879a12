"""How far the marks of sites that take their registers in the MIS have come, and whether their feed has gone quiet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from attendance import rules
from attendance.models import MarkDelivery, MissingMarks
from attendance.queries.registers.registers import register_lines
from attendance.queries.registers.sittings import sittings_on
from caseload.models import Caseload, House, Site, SiteMembership, TeachingGroup, Team, YearGroup
from caseload.queries.calendar import calendars_for
from caseload.querysets import containers, reach_of
from core import clock, wording

if TYPE_CHECKING:
    from accounts.models import User

AFTERNOON = timedelta(hours=3)
SHOUTED_TO = (rules.IMPORT, rules.VIEW_MISSING)
SITE_OF: dict[str, tuple[type[Any], str]] = {
    "caseload": (Caseload, "site_id"),
    "teaching_group": (TeachingGroup, "site_id"),
    "year_group": (YearGroup, "site_id"),
    "house": (House, "site_id"),
    "team": (Team, "site_id"),
    "course": (TeachingGroup, "site_id"),
    "area": (TeachingGroup, "site_id"),
}
_BY = {"course": "course_id__in", "area": "course__area_id__in"}


@dataclass(frozen=True, slots=True)
class Feed:
    """The marks of one site that come from its MIS: up to when they are complete, and whether that is too long ago."""

    site_id: int
    site: str
    until: datetime | None
    received_at: datetime | None
    is_stale: bool
    stale_after: int
    missing: int = 0
    registers: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """“marks to 10:30 today”, “marks to Fri 20 Nov, 15:20, 3 of them missing and none of 10B AM”, “no marks yet”."""
        if self.until is None:
            return "no marks have come in from the MIS yet"
        today = clock.local(self.until).date() == clock.today()
        until = f"{wording.time_of_day(self.until)} today" if today else wording.moment(self.until)
        parts = [f"{self.missing:,} of them missing"] if self.missing else []
        parts += [f"none of {first_of(self.registers)}"] if self.registers else []
        return ", ".join([f"marks to {until}", " and ".join(parts)] if parts else [f"marks to {until}"])


@dataclass(frozen=True, slots=True)
class Feeds:
    """The feeds of the sites that somebody reaches."""

    feeds: tuple[Feed, ...] = ()
    may_bring: bool = False
    is_shouted: bool = False

    def __bool__(self) -> bool:
        return bool(self.feeds)

    @property
    def words(self) -> str:
        """One line for a figure: the time, with the site's name where there are several."""
        if len(self.feeds) == 1:
            return self.feeds[0].words
        return "; ".join(f"{feed.site}: {feed.words}" for feed in self.feeds)

    @property
    def stale(self) -> list[Feed]:
        """Those that have gone quiet in the school day."""
        return [feed for feed in self.feeds if feed.is_stale]


NONE = Feeds()


def first_of(registers: Sequence[str]) -> str:
    """The first by name and how many more: “10A AM and 2 other registers”."""
    others = len(registers) - 1
    if not others:
        return registers[0]
    return f"{registers[0]} and {others:,} other {'register' if others == 1 else 'registers'}"


def any_in_mis(user: Any) -> bool:
    """Whether any site takes its registers in the MIS; known from the reading of the person's reach, at no query of its own."""
    if not getattr(user, "is_authenticated", False):
        return False
    reach_of(user)
    return bool(getattr(user, "registers_in_mis", False))


def feeds_for(user: Any, student_id: int | None = None) -> Feeds:
    """The feeds of the sites that somebody reaches, or only of those where one student is on the roll.

    Nothing, and no query, where every register is taken here; otherwise a fixed number of queries.
    """
    if not any_in_mis(user):
        return NONE
    if student_id is None:
        reached = sites_reached(user)
    else:
        rolls = SiteMembership.objects.filter(student_id=student_id, period__contains=clock.today())
        reached = set(rolls.values_list("site_id", flat=True))
    found = feeds_of(reached)
    return Feeds(tuple(found), user.has_perm(rules.IMPORT), any(user.has_perm(name) for name in SHOUTED_TO))


def feeds_of(site_ids: set[int] | None = None) -> list[Feed]:
    """The newest delivery of each site in the MIS (of all of them without ids), by name; two queries and those of the calendar."""
    wanted = None if site_ids is None else sorted(site_ids)
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [wanted, wanted])
        rows = cursor.fetchall()
    if not rows:
        return []
    calendars = calendars_for({row[0] for row in rows}, clock.today(), clock.today())
    return [
        Feed(
            site, name, until, received, calendars[site].is_open(clock.today()) and gone_quiet(until, am, pm, after), after,
            missing, tuple(registers),
        )
        for site, name, am, pm, after, until, received, missing, registers in rows
    ]  # fmt: skip


def registers_without_marks(site: Site, until: datetime, series: Collection[str]) -> list[str]:
    """The registers of the day of a moment that had begun before it and of which no mark is here: “10B AM”, in order of time.

    Only of the series that are asked about; registers with nobody on them are left out.
    """
    begun = [
        sitting
        for sitting in sittings_on(clock.local(until).date())
        if sitting.site_id == site.pk and sitting.series in series and sitting.starts_at < until
    ]
    return [f"{line.sitting.group_name} {line.sitting.label}" for line in register_lines(begun) if not line.counts]


def missing_at(site_ids: set[int] | None = None) -> dict[int, list[MissingMarks]]:
    """The marks of each site that came and could not be taken, day by day, the latest first."""
    rows = MissingMarks.objects.filter(site__registers_taken="mis").select_related("delivery")
    found: dict[int, list[MissingMarks]] = defaultdict(list)
    for row in (rows if site_ids is None else rows.filter(site__in=site_ids)).order_by("-date"):
        found[row.site_id].append(row)
    return found


def missing_from(delivery: MarkDelivery) -> list[MissingMarks]:
    """What this delivery could not bring and is still missing, day by day, the latest first."""
    return list(MissingMarks.objects.filter(delivery=delivery).order_by("-date"))


def words_about(student_ids: Collection[int]) -> str:
    """How far the marks go on which figures of these students rest, for documents and sheets: “marks to 10:30 today”.

    Empty where none of them is on the roll of a site whose marks come from its MIS.
    """
    rolls = SiteMembership.objects.filter(student_id__in=list(student_ids), period__contains=clock.today())
    sites = set(rolls.filter(site__registers_taken="mis").values_list("site_id", flat=True).distinct())
    return Feeds(tuple(feeds_of(sites))).words if sites else ""


def words_by_student(student_ids: Collection[int]) -> dict[int, str]:
    """The same for each student on the roll of such a site; the others are left out."""
    rolls = SiteMembership.objects.filter(student_id__in=list(student_ids), period__contains=clock.today())
    site_of = dict(rolls.filter(site__registers_taken="mis").values_list("student_id", "site_id"))
    words = {site: Feeds(tuple(feeds_of({site}))).words for site in set(site_of.values())}
    return {student: words[site] for student, site in site_of.items()}


def gone_quiet(until: datetime | None, am: Any, pm: Any, after_minutes: int) -> bool:
    """Whether, on a school day, marks are missing for longer than the site allows.

    Counted from the beginning of the day, or from where the marks end; before it and after the afternoon nobody is told.
    """
    now, today = clock.now(), clock.today()
    begins = clock.at(today, am.hour, am.minute)
    ends = clock.at(today, pm.hour, pm.minute) + AFTERNOON
    if not begins <= now <= ends:
        return False
    return now - max(until or begins, begins) > timedelta(minutes=after_minutes)


def sites_reached(user: "User") -> set[int] | None:
    """The sites of everything that somebody holds in any role that sees attendance; None is every site."""
    held: dict[str, list[int]] = {}
    for permission in (rules.VIEW, rules.TAKE, rules.VIEW_MISSING, rules.IMPORT):
        for kind, ids in containers(user, permission).items():
            held.setdefault(kind, []).extend(ids)
    if "college" in held:
        return None
    found = set(held.get("site", []))
    for kind, ids in sorted(held.items()):
        if kind in SITE_OF:
            model, field = SITE_OF[kind]
            rows = model._default_manager.filter(**{_BY.get(kind, "pk__in"): ids})
            found |= {site for site in rows.values_list(field, flat=True) if site is not None}
    return found


def takes_registers_here(user: "User") -> bool:
    """Whether any register that somebody might take is taken here: without one, the pages of registers are not for them."""
    if not any_in_mis(user):
        return True
    reached = sites_reached(user)
    here = Site.objects.filter(registers_taken=Site.Registers.HERE)
    # Lessons are taken by whoever is named on the timetable, in a group that they need not hold.
    taught = Q(lesson_times__lessons__teacher_id=user.pk)
    return (here if reached is None else here.filter(Q(pk__in=reached) | taught)).exists()


def end_of_day(site: Site, day: date) -> datetime:
    """When the last session of a day is over at a site."""
    return clock.at(day, site.pm_starts_at.hour, site.pm_starts_at.minute) + AFTERNOON


_NEWEST = """
    SELECT s.id, s.name, s.am_starts_at, s.pm_starts_at, coalesce(o.stale_after_minutes, 60), d.covers_until, d.received_at,
        (SELECT coalesce(sum(x.count), 0)::integer FROM attendance_missingmarks AS x WHERE x.site_id = s.id),
        ARRAY(SELECT jsonb_array_elements_text(n.registers_missing))
    FROM caseload_site AS s
    LEFT JOIN attendance_sitesettings AS o ON o.site_id = s.id
    LEFT JOIN LATERAL (
        SELECT max(m.covers_until) AS covers_until, max(m.received_at) AS received_at FROM attendance_markdelivery AS m
        WHERE m.site_id = s.id
    ) AS d ON true
    LEFT JOIN LATERAL (
        SELECT m.registers_missing FROM attendance_markdelivery AS m WHERE m.site_id = s.id
        ORDER BY m.covers_until DESC, m.received_at DESC, m.id DESC LIMIT 1
    ) AS n ON true
    WHERE s.registers_taken = 'mis' AND (%s::bigint[] IS NULL OR s.id = ANY(%s::bigint[]))
    ORDER BY s.name, s.id
"""
