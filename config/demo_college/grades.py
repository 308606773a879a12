"""Assessment points of both years and what was entered at them: grades near a target, effort that goes with attendance."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from caseload.models import Course
from config.demo_college.chance import Chance
from config.demo_college.dates import next_open_day
from config.demo_college.frame import Frame
from config.demo_college.groups import Groups
from config.demo_college.students import Person, Roll
from core import clock
from progress.models import AssessmentPoint, EffortAxis, GradeScale, ScaleGrade

# Name, after how many school days it is, and what is asked for.
POINTS = (
    ("Baseline", 24, ("current",)),
    ("Autumn", 56, ("current", "predicted")),
    ("Spring", 108, ("current", "predicted", "mock")),
    ("Summer", 166, ("current", "predicted")),
)
GRADE_COLUMNS = (
    "student_id", "course_id", "group_id", "point_id", "kind", "scale_id", "grade_id", "on_date", "entered_by_id", "entered_at",
)  # fmt: skip
EFFORT_COLUMNS = (
    "student_id", "course_id", "group_id", "point_id", "axis_id", "scale_id", "value_id", "entered_by_id", "entered_at",
)  # fmt: skip
OPEN_FOR = timedelta(days=12)
OPEN_STILL = timedelta(
    days=4
)  # the latest point of each site is open today and some days more, so that grades can be tried
UNDONE = 4  # at an open point one group in so many has nothing yet, and every other one of the cast's teacher


class Grades:
    """Fills the grade book."""

    def __init__(self, frame: Frame, roll: Roll, groups: Groups, chance: Chance) -> None:
        self.frame, self.roll, self.groups, self.chance = frame, roll, groups, chance
        self.scales = self._scales()
        self.effort = GradeScale.objects.filter(kind="effort").order_by("position").first()
        self.axis = EffortAxis.objects.order_by("position").first()
        self.efforts = list(self.effort.grades.exclude(position=None).order_by("position")) if self.effort else []
        self.points, self.undone = self._points(), self._undone()
        frame.loader.copy_values("progress_grade", GRADE_COLUMNS, self._grades())
        if self.effort and self.axis:
            frame.loader.copy_values("progress_effort", EFFORT_COLUMNS, self._effort())

    def _scales(self) -> dict[str, tuple[int, list[ScaleGrade]]]:
        found = {}
        for scale in GradeScale.objects.filter(kind="grade").order_by("position").prefetch_related("grades"):
            grades = sorted(
                (g for g in scale.grades.all() if g.position is not None), key=lambda g: (g.position, g.sub_rank)
            )
            for qualification in scale.qualifications:
                found.setdefault(qualification, (scale.pk, grades))
        return found

    def _points(self) -> list[AssessmentPoint]:
        made, frame = [], self.frame
        for year in (frame.last, frame.this):
            days = frame.dates[year].open_days
            lessons_began = days[0] < frame.today <= days[-1]
            for site in (frame.school, frame.sixth):
                mine = len(made)
                for name, after, kinds in POINTS:
                    opens, closes = days[after] - OPEN_FOR, days[after] + timedelta(days=2)
                    if len(made) == mine and lessons_began:
                        opens = min(opens, frame.today)
                    if opens > frame.today:
                        continue
                    # Grades are of a day that has been, even where there is time left to enter them.
                    on_date = min(days[after], frame.today - timedelta(days=1))
                    made.append(
                        frame.loader.new(
                            AssessmentPoint,
                            year=frame.years[year],
                            site=site,
                            name=name,
                            on_date=on_date,
                            opens_on=opens,
                            closes_on=closes,
                            kinds=list(kinds),
                            effort_scale=self.effort,
                        )
                    )
                if made[mine:] and lessons_began:
                    made[-1].closes_on = max(made[-1].closes_on, next_open_day(frame.today + OPEN_STILL))
        frame.loader.copy(made)
        if self.axis:
            axes = AssessmentPoint.axes.through
            frame.loader.copy_values(
                axes._meta.db_table,
                ("assessmentpoint_id", "effortaxis_id"),
                [(point.pk, self.axis.pk) for point in made],
            )
        return made

    def _entered(self) -> Iterator[tuple[AssessmentPoint, int, dict[str, Any], Person]]:
        """Every student in every group at every point that was asked of the group; at an open point most groups are done."""
        for point in self.points:
            for pk, group in self.groups.taught.items():
                same_site = bool(group["block"]) == (point.site_id == self.frame.sixth.pk)
                if group["year"] != point.year.start_year or not same_site:
                    continue
                if point.closes_on >= self.frame.today and pk in self.undone:
                    continue
                for person in group["members"]:
                    if person.on_roll(min(point.on_date, self.frame.today)):
                        yield point, pk, group, person

    def _undone(self) -> set[int]:
        """The groups of this year that have nothing yet at an open point: some of everybody's, the first of the cast's."""
        groups = [(pk, group) for pk, group in self.groups.taught.items() if group["year"] == self.frame.this]
        teacher = self.groups.cast["teacher"]
        own = [pk for pk, group in groups if group["teacher"] is teacher]
        return {pk for pk, _ in groups if pk % UNDONE == 0 and pk not in own} | set(own[::2])

    def _wanted(self, person: Person, course: Course, top: int) -> int:
        """The place in the scale of somebody's target, 0 the best: it stays the same all along."""
        lean = Chance(person.row.pk * 7919 + course.pk).gauss(0, 0.5)
        return max(0, min(top - 2, round(top * 0.42 - person.ability * 1.25 + lean)))

    def _grades(self) -> Iterator[tuple[Any, ...]]:
        yield from self._targets()
        for point, pk, group, person in self._entered():
            course = group["course"]
            scale, grades = self.scales[course.qualification]
            target = self._wanted(person, course, len(grades) - 1)
            moment = clock.at(min(point.on_date, self.frame.today - timedelta(days=1)), 16)
            # How somebody stands against their targets is mostly their own way, and a little the subject's.
            slip = Chance(person.row.pk * 31).gauss(-0.1, 0.55) + self.chance.gauss(0, 0.4)
            for kind in point.kinds:
                drift = (
                    slip if kind == "current" else slip * 0.6 + self.chance.gauss(0.3 if kind == "mock" else -0.1, 0.4)
                )
                place = max(0, min(len(grades) - 1, round(target + drift)))
                yield (person.row.pk, course.pk, pk, point.pk, kind, scale, grades[place].pk, point.on_date,
                       group["teacher"].pk, moment)  # fmt: skip

    def _targets(self) -> Iterator[tuple[Any, ...]]:
        given: set[tuple[int, int]] = set()
        for pk, group in self.groups.taught.items():
            course = group["course"]
            scale, grades = self.scales[course.qualification]
            on_date: date = self.frame.dates[group["year"]].open_days[5]
            if on_date >= self.frame.today:
                continue
            for person in group["members"]:
                if (person.row.pk, course.pk) in given:
                    continue
                given.add((person.row.pk, course.pk))
                target = grades[self._wanted(person, course, len(grades) - 1)].pk
                yield (person.row.pk, course.pk, pk, None, "minimum_target", scale, target, on_date, None,
                       clock.at(on_date, 12))  # fmt: skip

    def _effort(self) -> Iterator[tuple[Any, ...]]:
        assert self.effort is not None
        assert self.axis is not None
        for point, pk, group, person in self._entered():
            place = max(0, min(len(self.efforts) - 1, round(self.chance.gauss(1.1 - person.ability * 0.35, 0.8))))
            moment = clock.at(min(point.on_date, self.frame.today - timedelta(days=1)), 16)
            yield (person.row.pk, group["course"].pk, pk, point.pk, self.axis.pk, self.effort.pk, self.efforts[place].pk,
                   group["teacher"].pk, moment)  # fmt: skip
