"""What stands before the students come: calendar, sites, houses, courses, and the blocks of the timetable."""

from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from caseload.models import AcademicYear, Area, Closure, Course, House, LessonTime, Site, Team, Term, YearGroup
from config.demo_college.dates import DAY, YearDates, academic_year
from config.demo_college.load import Loader
from core import clock

HOUSES = ("Kestrel", "Merlin", "Osprey", "Harrier")
PERIODS = (
    (1, time(9), time(10, 20)),
    (2, time(10, 40), time(12)),
    (3, time(12, 45), time(14, 5)),
    (4, time(14, 20), time(15, 40)),
)
BLOCKS = "ABCDE"
# College courses: title, qualification, area, how popular.
COLLEGE_COURSES = (
    ("Biology", "A level", "Science", 10),
    ("Chemistry", "A level", "Science", 8),
    ("Physics", "A level", "Science", 5),
    ("Mathematics", "A level", "Mathematics and computing", 12),
    ("Computer Science", "A level", "Mathematics and computing", 4),
    ("English Literature", "A level", "Languages and literature", 6),
    ("Spanish", "A level", "Languages and literature", 2),
    ("History", "A level", "Humanities", 6),
    ("Geography", "A level", "Humanities", 5),
    ("Sociology", "A level", "Humanities", 8),
    ("Psychology", "A level", "Science", 12),
    ("Business", "A level", "Business and sport", 7),
    ("Economics", "A level", "Business and sport", 5),
    ("Art and Design", "A level", "Creative arts", 4),
    ("Sport", "BTEC", "Business and sport", 5),
    ("Health and Social Care", "BTEC", "Health and care", 6),
    ("Applied Science", "BTEC", "Science", 4),
)
SCHOOL_SUBJECTS = (
    ("English", "Languages and literature"),
    ("Mathematics", "Mathematics and computing"),
    ("Science", "Science"),
    ("History", "Humanities"),
    ("Spanish", "Languages and literature"),
)


@dataclass
class Frame:
    """Everything that groups and students hang on."""

    loader: Loader
    today: date
    dates: dict[int, YearDates] = field(default_factory=dict)
    years: dict[int, AcademicYear] = field(default_factory=dict)
    year_groups: dict[int, YearGroup] = field(default_factory=dict)
    houses: dict[str, House] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    courses: dict[tuple[str, str], Course] = field(default_factory=dict)
    times: dict[str, list[LessonTime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.created_at = min(clock.at(self.today, 6), clock.now())
        self.this = academic_year(self.today)
        self.last = self.this - 1
        self.calendar()
        self.places()
        self.subjects()
        self.timetable()

    def span(self, start_year: int) -> DateRange:
        """The dates of an academic year as a membership has them."""
        dates = self.dates[start_year]
        return DateRange(dates.starts_on, dates.ends_on + DAY)

    def days_before_today(self) -> list[date]:
        """This year's school days so far; while these are few, last year's before them."""
        days = self.dates[self.this].until(self.today)
        return days if len(days) >= 10 else self.dates[self.last].open_days + days

    def calendar(self) -> None:
        """Last year and this year."""
        new = self.loader.new
        terms: list[Any] = []
        closures: list[Any] = []
        for start in (self.last, self.this):
            dates = self.dates[start] = YearDates(start)
            year = new(AcademicYear, start_year=start, starts_on=dates.starts_on, ends_on=dates.ends_on)
            self.years[start] = year
            terms += [new(Term, year=year, name=name, starts_on=a, ends_on=b) for name, a, b in dates.terms]
            closures += [
                new(Closure, kind=kind, name=name, starts_on=a, ends_on=b) for kind, name, a, b in dates.closures
            ]
        for rows in (self.years.values(), terms, closures):
            self.loader.copy(rows)

    def places(self) -> None:
        """The two sites, their year groups and houses."""
        new = self.loader.new
        self.school = new(Site, name="Waymark School", kind="school", laestab="8234999", urn="199999")
        self.sixth = new(Site, name="Waymark Sixth Form College", kind="college", ukprn="19999999")
        self.loader.copy([self.school, self.sixth])
        for nc in range(7, 14):
            name = f"Year {nc}" if nc < 12 else {12: "First year", 13: "Second year"}[nc]
            self.year_groups[nc] = new(YearGroup, site=self.school if nc < 12 else self.sixth, nc_year=nc, name=name)
        self.houses = {name: new(House, site=self.school, name=name) for name in HOUSES}
        self.teams = {
            "school": new(Team, name="School tutors", site=self.school),
            "college": new(Team, name="Progress tutors", site=self.sixth),
        }
        for rows in (self.year_groups, self.houses, self.teams):
            self.loader.copy(rows.values())

    def subjects(self) -> None:
        """Areas and courses."""
        new = self.loader.new
        titles = {area for _, _, area, _ in COLLEGE_COURSES} | {area for _, area in SCHOOL_SUBJECTS}
        self.areas = {title: new(Area, name=title) for title in sorted(titles)}
        for subject, area in SCHOOL_SUBJECTS:
            self._course(subject, "GCSE", area, f"GCSE {subject}")
        for subject, qualification, area, _ in COLLEGE_COURSES:
            title = f"A level {subject}" if qualification == "A level" else f"BTEC National {subject}"
            self._course(subject, qualification, area, title)
        self.loader.copy(self.areas.values())
        self.loader.copy(self.courses.values())

    def _course(self, subject: str, qualification: str, area: str, title: str) -> None:
        self.courses[subject, qualification] = self.loader.new(
            Course,
            area=self.areas[area],
            code=f"{qualification[:1]}{subject[:4]}".upper(),
            title=title,
            qualification=qualification,
        )

    def timetable(self) -> None:
        """Four periods a day in the college, dealt out to five blocks so that each meets four times a week."""
        self.times = {block: [] for block in BLOCKS}
        for weekday in range(5):
            for number, start, end in PERIODS:
                slot = self.loader.new(
                    LessonTime,
                    site=self.sixth,
                    weekday=weekday,
                    number=number,
                    label=f"P{number}",
                    starts_at=start,
                    ends_at=end,
                )
                self.times[BLOCKS[(weekday + number) % 5]].append(slot)
        self.loader.copy(slot for slots in self.times.values() for slot in slots)
