"""What the grade grid shows: the members of a teaching group against what an assessment point asks for."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F

from caseload.models import Course, Student, TeachingGroup, TeachingGroupMembership
from caseload.rules.telling_apart import people_apart
from core import clock
from progress.choices import SHORT_LABELS, TARGETS, GradeKind
from progress.models import AssessmentPoint, Effort, Grade, GradeScale, ScaleGrade
from progress.querysets import groups_for

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class GridColumn:
    """One column that can be filled in: a kind of grade, or an axis of effort."""

    key: str
    label: str
    scale: GradeScale
    options: tuple[ScaleGrade, ...]
    axis_id: int | None = None

    @property
    def is_effort(self) -> bool:
        """Whether it is an axis of effort."""
        return self.axis_id is not None

    @property
    def allowed(self) -> str:
        """What may be typed, best first, in words."""
        return ", ".join(option.label for option in self.options)

    @property
    def options_list(self) -> str:
        """The same for the page's script."""
        return "|".join(option.label for option in self.options)

    def find(self, typed: str) -> ScaleGrade | None:
        """The grade that somebody typed, whatever the case and spaces."""
        wanted = "".join(typed.split()).casefold()
        return next((option for option in self.options if "".join(option.label.split()).casefold() == wanted), None)


@dataclass
class Cell:
    """What stands in one place of the grid: the grade's id (0 when empty), its label, who entered it and when."""

    grade_id: int = 0
    label: str = ""
    by: str = ""
    at: Any = None


@dataclass
class GridRow:
    """One student of the grid."""

    student_id: int
    name: str
    target: str = ""
    target_position: int | None = None
    before: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)


def scale_for(course: Course, code: str = "") -> GradeScale | None:
    """The scale of a course's grades: as already used, else by its qualification, else as chosen."""
    used = Grade.objects.filter(course=course).order_by("-on_date", "-pk").values("scale_id")[:1]
    scales = GradeScale.objects.filter(kind="grade")
    found = scales.filter(pk__in=used).first()
    if found:
        return found
    wanted = course.qualification.strip().casefold()
    if wanted == "gcse" and "combined science" in course.title.casefold():
        wanted = "gcse combined science"
    by_name = {name.casefold(): scale for scale in scales for name in scale.qualifications}
    return by_name.get(wanted) or (scales.filter(code=code).first() if code else None)


def grid_columns(point: AssessmentPoint, scale: GradeScale | None) -> list[GridColumn]:
    """What the point asks for, in order: kinds of grade, then axes of effort."""
    axes = list(point.axes.all()) if point.effort_scale else []
    scales = [found for found in (scale, point.effort_scale if axes else None) if found]
    options: dict[int, list[ScaleGrade]] = {}
    for grade in ScaleGrade.objects.filter(scale__in=scales):
        options.setdefault(grade.scale_id, []).append(grade)
    columns = []
    if scale:
        columns = [
            GridColumn(kind, SHORT_LABELS[GradeKind(kind)], scale, tuple(options.get(scale.pk, ())))
            for kind in GradeKind.values
            if kind in point.kinds
        ]
    if point.effort_scale:
        given = tuple(options.get(point.effort_scale.pk, ()))
        columns += [GridColumn(f"axis{axis.pk}", axis.name, point.effort_scale, given, axis.pk) for axis in axes]
    return columns


def grid_rows(group: TeachingGroup, point: AssessmentPoint) -> list[GridRow]:
    """The present members of the group in order, with what they have at this point and what they had before it."""
    day = min(max(point.on_date, group.year.starts_on), clock.today())
    students = Student.objects.in_teaching_group(group.pk, day).filter(erased_at=None)
    students = students | Student.objects.in_teaching_group(group.pk).filter(erased_at=None)
    people = list(students.only("pk", "family_name", "given_name", "sort_key", "date_of_birth"))
    apart = people_apart([(s.pk, s.list_name, s.date_of_birth) for s in people])
    rows = {s.pk: GridRow(s.pk, f"{s.list_name} ({apart[s.pk]})" if s.pk in apart else s.list_name) for s in people}
    grades = Grade.objects.filter(student__in=list(rows), course=group.course).annotate(
        label=F("grade__label"), place=F("grade__position"), staff=F("entered_by__family_name")
    )
    for grade in grades.filter(point=point):
        rows[grade.student_id].cells[grade.kind] = Cell(
            grade.grade_id, grade.label, grade.staff or "", grade.entered_at
        )
    earlier = grades.exclude(point=point).filter(on_date__lte=point.on_date).order_by("on_date", "pk")
    for grade in earlier.filter(kind__in=(*TARGETS[:1], GradeKind.CURRENT)):
        row = rows[grade.student_id]
        if grade.kind == GradeKind.CURRENT:
            row.before = grade.label
        else:
            row.target, row.target_position = grade.label, grade.place
    effort = Effort.objects.filter(student__in=list(rows), course=group.course, point=point).annotate(
        label=F("value__label"), staff=F("entered_by__family_name")
    )
    for given in effort:
        cell = Cell(given.value_id, given.label, given.staff or "", given.entered_at)
        rows[given.student_id].cells[f"axis{given.axis_id}"] = cell
    for row in rows.values():
        row.target = row.cells[GradeKind.MINIMUM_TARGET].label if GradeKind.MINIMUM_TARGET in row.cells else row.target
    return list(rows.values())


def groups_to_grade(user: "User") -> list[dict[str, Any]]:
    """The groups that this person enters grades for, each with the points of its site that are open, and how far it is."""
    groups = list(groups_for(user, "progress.enter_grades").select_related("course", "site").order_by("name", "pk"))
    today = clock.today()
    members = dict(
        TeachingGroupMembership.objects.filter(group__in=groups, period__contains=today)
        .values_list("group_id")
        .annotate(n=Count("student_id", distinct=True))
    )
    points = list(
        AssessmentPoint.objects.filter(
            site__in={g.site_id for g in groups}, year__starts_on__lte=today, year__ends_on__gte=today
        )
        .select_related("site")
        .order_by("on_date", "pk")
    )
    done = {
        (group, point): number
        for group, point, number in Grade.objects.filter(point__in=points, group__in=groups, kind=GradeKind.CURRENT)
        .values_list("group_id", "point_id")
        .annotate(n=Count("student_id", distinct=True))
    }
    return [
        {
            "group": group,
            "members": members.get(group.pk, 0),
            "points": [
                {"point": point, "done": done.get((group.pk, point.pk), 0), "state": point.state}
                for point in points
                if point.site_id == group.site_id and point.opens_on <= today
            ],
        }
        for group in groups
    ]
