"""Which student and which session or lesson of a site a row of marks means."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from attendance.choices import Series
from attendance.queries.registers.positions import Calendars, StudentPlace, positions_of
from caseload.models import Site, SiteMembership, Student, TeachingGroup, TimetabledLesson
from caseload.queries.calendar import academic_year_on, calendars_for
from core import clock
from exchange.choices import Kind
from exchange.marks.reading import MarkRow, Unreadable, as_time
from exchange.models import SourceLink

_FIELDS = {
    "upn": ("upn", "former_upn"),
    "uln": ("uln",),
    "admission_number": ("admission_number",),
    "learner_ref": ("learner_reference",),
    "source_id": ("external_id",),
    "email": ("email",),
}
_NAMES = tuple(field for fields in _FIELDS.values() for field in fields)
NOBODY = "Nobody on the roll of {site} is known by this."


class Roll:
    """The students of a site by everything they are known by. A handful of queries, whatever their number."""

    def __init__(self, site: Site, start: date, end: date) -> None:
        self.site = site
        rolls = SiteMembership.objects.filter(site=site, period__overlap=(start, end_after(end)))
        numbers = list(rolls.values_list("student_id", "admission_number"))
        present = {student for student, _ in numbers}
        self._known: dict[str, dict[str, set[int]]] = {kind: defaultdict(set) for kind in _FIELDS}
        self.born: dict[int, date | None] = {}
        students = Student.objects.filter(Q(pk__in=present) | Q(merged_into__in=present), erased_at=None)
        own: dict[int, int] = {}
        for row in students.values("pk", "merged_into_id", "date_of_birth", *_NAMES):
            # Somebody who was joined to another goes on being found by the numbers they came with.
            pk = own[row["pk"]] = row["merged_into_id"] or row["pk"]
            if row["merged_into_id"] is None:
                self.born[pk] = row["date_of_birth"]
            for kind, names in _FIELDS.items():
                for name in names:
                    self._add(kind, row[name], pk)
        for pk, number in numbers:
            self._add("admission_number", number, own.get(pk, pk))
        links = SourceLink.objects.filter(kind=Kind.STUDENT, object_id__in=list(own))
        for source_id, pk in links.values_list("source_id", "object_id"):
            self._add("source_id", source_id, own[pk])

    def _add(self, kind: str, value: str, pk: int) -> None:
        if value:
            self._known[kind][value.casefold()].add(pk)

    def find(self, row: MarkRow) -> int:
        """The student a row names; raises Unreadable when nobody is, or more than one."""
        kinds = _FIELDS if row.identifier == "student" else (row.identifier,)
        wanted = row.student.casefold()
        for kind in kinds:
            found = self._known[kind].get(wanted)
            if found:
                if len(found) > 1:
                    words = "More than one student of this site is known by this. Name them by another number."
                    raise Unreadable(row.identifier, row.student, words)
                return next(iter(found))
        raise Unreadable(row.identifier, row.student, NOBODY.format(site=self.site.name))


@dataclass(frozen=True, slots=True)
class _Lesson:
    group_id: int
    label: str
    number: int


class Places:
    """The sessions and lessons of some students in the weeks of a file, asked by row."""

    def __init__(self, site: Site, rows: Iterable[tuple[MarkRow, int]]) -> None:
        self.site = site
        by_week: dict[date, list[tuple[MarkRow, int]]] = defaultdict(list)
        for row, student in rows:
            by_week[clock.week_of(row.date)].append((row, student))
        days = [row.date for found in by_week.values() for row, _ in found]
        self.calendars = self._calendars(days)
        self._sessions: set[tuple[int, date, int]] = set()
        self._lessons: dict[tuple[int, date], list[StudentPlace]] = defaultdict(list)
        self._groups: dict[str, set[int]] = defaultdict(set)
        self._meets: dict[int, _Lesson] = {}
        if any(row.session is None for found in by_week.values() for row, _ in found):
            self._read_groups()
        for week in sorted(by_week):
            self._read_week(by_week[week])

    def _calendars(self, days: Sequence[date]) -> Calendars:
        if not days:
            return calendars_for({self.site.pk})
        year = academic_year_on(min(days))
        return calendars_for({self.site.pk}, min(year.starts_on, min(days)) if year else min(days), max(days))

    def _read_week(self, rows: Sequence[tuple[MarkRow, int]]) -> None:
        for series in Series:
            wanted = [
                (row, student) for row, student in rows if (row.session is not None) == (series == Series.SESSION)
            ]
            if not wanted:
                continue
            days = [row.date for row, _ in wanted]
            ids = sorted({student for _, student in wanted})
            # On closed days too: a file may carry the code of the closure.
            found = positions_of(series, ids, min(days), max(days), every_weekday=series == Series.SESSION)
            for place in found:
                if place.site_id != self.site.pk:
                    continue
                if series == Series.SESSION:
                    self._sessions.add(place.key)
                else:
                    self._lessons[place.student_id, place.date].append(place)

    def _read_groups(self) -> None:
        for pk, code, name, external in TeachingGroup.objects.filter(site=self.site).values_list(
            "pk", "code", "name", "external_id"
        ):
            for word in (code, name, external):
                if word:
                    self._groups[word.casefold()].add(pk)
        ours = {pk for groups in self._groups.values() for pk in groups}
        for source_id, pk in SourceLink.objects.filter(kind=Kind.GROUP, is_tutor_group=False).values_list(
            "source_id", "object_id"
        ):
            if pk in ours:
                self._groups[source_id.casefold()].add(pk)
        lessons = TimetabledLesson.objects.filter(group__site=self.site)
        for pk, group, label, number in lessons.values_list("pk", "group_id", "time__label", "time__number"):
            self._meets[pk] = _Lesson(group, label.casefold(), number)

    def is_open(self, day: date) -> bool:
        """Whether the site opens on the day."""
        return self.calendars[self.site.pk].is_open(day)

    def slot(self, row: MarkRow, student: int) -> int:
        """The session or the lesson a row means; raises Unreadable when the student has none such."""
        if row.session is not None:
            if (student, row.date, row.session) not in self._sessions:
                words = "The student has no session then: not on the roll on this day, a weekend, or a site that marks lessons."
                raise Unreadable("date", row.date.isoformat(), words)
            return row.session
        return self._lesson(row, student)

    def _lesson(self, row: MarkRow, student: int) -> int:
        groups = self._groups.get(row.group.casefold(), set()) if row.group else None
        if groups is not None and not groups:
            raise Unreadable("group", row.group, f"{self.site.name} has no group of this code or name.")
        starts = as_time(row.period)
        fits = [
            place.slot
            for place in self._lessons.get((student, row.date), [])
            if (groups is None or self._meets[place.slot].group_id in groups)
            and (place.starts == starts or row.period.casefold() in _said(self._meets[place.slot]))
        ]
        if len(set(fits)) == 1:
            return fits[0]
        if fits:
            raise Unreadable("period", row.period, "The student has two lessons then. Name the group too.")
        words = "The student has no such lesson on this day. Check the period, the group, and the timetable here."
        raise Unreadable("period", row.period, words)


def _said(lesson: _Lesson) -> tuple[str, str]:
    return (lesson.label, str(lesson.number))


def end_after(day: date) -> date:
    """The day after, as ranges of dates end."""
    return date.fromordinal(day.toordinal() + 1)
