"""Who is in: the evacuation list of a site, from the last mark of each student today.

Somebody is in when the last mark that counts so far says present or late (however late), or sitting an examination on the
site. Whoever is marked absent, or elsewhere by plan, is not. Whoever is expected and has no mark yet is listed apart as
not known, because nobody has said that they are not in the building.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from attendance import rules
from attendance.choices import Series, StatClass
from attendance.codes import Code, all_codes
from caseload.models import Caseload, House, Site, SiteMembership, Student, Team, YearGroup
from caseload.models.groups import TeachingGroupMembership
from caseload.queries.calendar import academic_year_on, calendars_for
from caseload.queries.students import with_list_names
from caseload.queries.timetable import lessons_on
from caseload.querysets import containers
from core import clock

if TYPE_CHECKING:
    from accounts.models import User

NO_GROUP, NO_ROOM = "No tutor group", "No lesson now"


@dataclass(frozen=True)
class Person:
    """One student on the list: where they belong, where they should be just now, which mark says so."""

    id: int
    public_id: UUID
    list_name: str
    group: str
    group_room: str
    where: str
    mark: str


@dataclass(frozen=True)
class Part:
    """Those of one tutor group, or of one room, in order of family name: who is in, and of whom nobody knows."""

    name: str
    people: list[Person]
    unknown: list[Person]


@dataclass
class Evacuation:
    """The list of one site at one moment."""

    site_id: int
    site_name: str
    date: date
    read_at: datetime
    is_open: bool
    marked_until: datetime | None = None
    inside: list[Person] = field(default_factory=list)
    unknown: list[Person] = field(default_factory=list)
    absent: int = 0
    elsewhere: int = 0

    def parts(self, by: str = "group") -> list[Part]:
        """The list by tutor group, or by room; those without either stand last."""
        name: Callable[[Person], str] = _room_words if by == "room" else _group_words
        found: dict[str, tuple[list[Person], list[Person]]] = {}
        for place, people in enumerate((self.inside, self.unknown)):
            for one in people:
                found.setdefault(name(one), ([], []))[place].append(one)
        order = sorted(found, key=lambda words: (words in (NO_GROUP, NO_ROOM), _natural(words)))
        return [Part(words, *found[words]) for words in order]

    @property
    def facts(self) -> list[Any]:
        """What the list says, for telling whether it has changed."""
        said = [[one.id, one.list_name, one.group, one.where, one.mark] for one in (*self.inside, *self.unknown)]
        return [self.date.isoformat(), self.absent, self.elsewhere, len(self.unknown), *said]


@dataclass(frozen=True)
class Reached:
    """A site whose list somebody may open: all of it, or only the students whom they reach."""

    site: Site
    whole: bool


def sites_reached(user: "User") -> list[Reached]:
    """The sites whose evacuation list this person may open, by name.

    Whole: whoever sees attendance of the whole site or college, and whoever leads a year group, a house or a team there,
    because they take charge outside. Tutors and teachers see the students whom they reach.
    """
    held = containers(user, rules.VIEW)
    if "college" in held:
        return [Reached(site, True) for site in Site.objects.order_by("name")]
    leading = containers(user, rules.VIEW_MISSING)
    whole = set(held.get("site", ()))
    for kind, model in (("year_group", YearGroup), ("house", House), ("team", Team)):
        if leading.get(kind):
            whole |= set(
                model.objects.filter(pk__in=leading[kind], site__isnull=False).values_list("site_id", flat=True)
            )
    students = Student.objects.visible_to(user, rules.VIEW).values("pk")
    rolls = SiteMembership.objects.filter(student_id__in=students, period__contains=clock.today())
    part = set(rolls.values_list("site_id", flat=True).distinct())
    return [Reached(site, site.pk in whole) for site in Site.objects.filter(pk__in=whole | part).order_by("name")]


def evacuation_of(site: Site, student_ids: Sequence[int] | None = None) -> Evacuation:
    """Who is in at this site now: everybody on its roll, or only these students. The statements are as many for any number."""
    day, now = clock.today(), clock.now()
    year = academic_year_on(day)
    calendar = calendars_for([site.pk], year.starts_on if year else day, day)[site.pk]
    found = Evacuation(site.pk, site.name, day, now, calendar.is_open(day))
    if not found.is_open:
        return found
    lessons = lessons_on(day, site_id=site.pk, calendars={site.pk: calendar})
    expected, rooms = _lessons_of(lessons, day, now, is_school=site.kind == Site.Kind.SCHOOL)
    begun = site.kind == Site.Kind.SCHOOL and clock.at(day, site.am_starts_at.hour, site.am_starts_at.minute) <= now
    codes = all_codes()
    for row in _rows(site, day, now, student_ids):
        code = codes[row["code"]] if row["code"] else None
        person = _person(row, code, rooms.get(row["id"], ""))
        if row["marked_at"] and (found.marked_until is None or row["marked_at"] > found.marked_until):
            found.marked_until = row["marked_at"]
        if code is None:
            if begun or row["id"] in expected:
                found.unknown.append(person)
        elif _is_in(code):
            found.inside.append(person)
        elif code.is_absence:
            found.absent += 1
        else:
            found.elsewhere += 1
    return found


def _is_in(code: Code) -> bool:
    """Whether this mark says that somebody is on the site: present, late, or sitting an examination."""
    if code.stat_class == StatClass.PRESENT or code.is_late:
        return True
    return code.series == Series.LESSON and code.stat_class == StatClass.APPROVED and code.code == "E"


def _lessons_of(
    lessons: list[dict[str, Any]], day: date, now: datetime, *, is_school: bool
) -> tuple[set[int], dict[int, str]]:
    """Who had a lesson that has begun, and where each student should be now: “Hall 2 · 12 Biology B”."""
    at = clock.local(now).time()
    present = {
        lesson["group_id"]: lesson for lesson in lessons if lesson["time__starts_at"] <= at < lesson["time__ends_at"]
    }
    begun = {lesson["group_id"] for lesson in lessons if lesson["time__starts_at"] <= at}
    wanted = set(present) if is_school else begun
    rows = TeachingGroupMembership.objects.filter(group_id__in=wanted, period__contains=day)
    expected, rooms = set(), {}
    for student, group in rows.values_list("student_id", "group_id"):
        expected.add(student)
        if group in present:
            lesson = present[group]
            rooms[student] = " · ".join(words for words in (lesson["room"], lesson["group__name"]) if words)
    return expected, rooms


def _person(row: dict[str, Any], code: Code | None, where: str) -> Person:
    mark = f"{row['label']} {code.kind if code.kind in ('present', 'late') else code.short.lower()}" if code else ""
    return Person(
        row["id"], row["public_id"], row["list_name"], row["group"] or "", row["group_room"] or "", where, mark
    )


def _group_words(person: Person) -> str:
    return " · ".join(words for words in (person.group, person.group_room) if words) or NO_GROUP


def _room_words(person: Person) -> str:
    return person.where or NO_ROOM


def _natural(words: str) -> tuple[int, str]:
    """9C before 10A."""
    number = "".join(takewhile(str.isdigit, words))
    return (int(number) if number else 1000, words)


def _rows(site: Site, day: date, now: datetime, student_ids: Sequence[int] | None) -> list[dict[str, Any]]:
    """Everybody on the site's roll with tutor group and the last mark that counts so far, in one statement.

    A mark counts once its session or lesson has begun; one that says present before that counts too, since somebody saw
    the student. So an appointment planned for the afternoon does not empty the morning's list.
    """
    codes = all_codes().values()
    only = None if student_ids is None else list(student_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _LAST_MARKS,
            [only is None, only or [], site.pk, day, f"{site.am_starts_at}", f"{site.pm_starts_at}", day, day,
             f"{clock.local(now):%H:%M:%S}", [code.id for code in codes if _is_in(code)], Caseload.Kind.TUTOR_GROUP, day],
        )  # fmt: skip
        names = [column.name for column in cursor.description]
        return with_list_names([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])


_LAST_MARKS = """
    WITH roll AS (
        SELECT s.id, s.public_id, s.given_name, s.family_name, s.date_of_birth, s.sort_key
        FROM caseload_student AS s
        WHERE s.merged_into_id IS NULL AND s.erased_at IS NULL AND (%s OR s.id = ANY(%s::bigint[])) AND EXISTS (
            SELECT 1 FROM caseload_sitemembership AS r
            WHERE r.student_id = s.id AND r.site_id = %s AND r.period @> %s::date)
    ), marks AS (
        SELECT m.student_id, CASE m.slot WHEN 1 THEN 'AM' ELSE 'PM' END AS label,
            CASE m.slot WHEN 1 THEN %s::time ELSE %s::time END AS starts_at, m.code_id, m.marked_at
        FROM attendance_sessionmark AS m JOIN roll ON roll.id = m.student_id
        WHERE m.date = %s AND m.code_id IS NOT NULL
        UNION ALL
        SELECT m.student_id, t.label, t.starts_at, m.code_id, m.marked_at
        FROM attendance_lessonmark AS m JOIN roll ON roll.id = m.student_id
        JOIN caseload_timetabledlesson AS l ON l.id = m.slot JOIN caseload_lessontime AS t ON t.id = l.time_id
        WHERE m.date = %s AND m.code_id IS NOT NULL
    ), last AS (
        SELECT DISTINCT ON (student_id) student_id, label, code_id, marked_at FROM marks
        WHERE starts_at <= %s::time OR code_id = ANY(%s)
        ORDER BY student_id, starts_at DESC, label DESC
    )
    SELECT roll.id, roll.public_id, roll.given_name, roll.family_name, roll.date_of_birth, g.name AS group, g.room AS group_room,
        last.label, last.code_id AS code, last.marked_at
    FROM roll LEFT JOIN last ON last.student_id = roll.id
    LEFT JOIN LATERAL (
        SELECT c.name, c.room FROM caseload_caseloadmembership AS m JOIN caseload_caseload AS c ON c.id = m.group_id
        WHERE m.student_id = roll.id AND c.kind = %s AND m.period @> %s::date ORDER BY m.id LIMIT 1
    ) AS g ON true
    ORDER BY roll.sort_key, roll.id
"""
