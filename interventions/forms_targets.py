"""What may be typed about a target: the target itself, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.db import connection

from caseload.models import Course, Student
from caseload.queries.school_days import school_day_from, sites_of
from core import clock
from interventions import choices
from interventions.actions import ReviewSaid, TargetSaid
from interventions.choices import Audience, Figure, Outcome
from interventions.fields import Day, Words
from interventions.models import BankItem, Target
from progress.models import ScaleGrade

USUAL_WEEKS = 4


class ReviewForm(forms.Form):
    """One tap on what became of a target, and a line."""

    outcome = forms.ChoiceField(
        label="What became of it",
        choices=[("", "Leave it"), *Outcome.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    line = Words(label="A line about it", rows=1)
    new_what = Words(label="New wording", rows=2)
    new_due_on = Day(label="New date")

    def __init__(self, *args: Any, target: Target, every_outcome: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        if every_outcome:
            offered: Any = self.fields["outcome"]
            offered.choices = [*choices.Progressing.choices, *Outcome.choices]
            offered.required = True

    def clean(self) -> dict[str, Any]:
        """Dropped needs a reason; changed needs what it is changed to; dates lie ahead."""
        data = super().clean() or {}
        outcome = data.get("outcome")
        if (
            not outcome
            and any(data.get(name) for name in ("line", "new_what", "new_due_on"))
            and "outcome" not in self.errors
        ):
            self.add_error("outcome", "Tap what became of it, so that your words are kept with it.")
        if outcome == Outcome.DROPPED and not data.get("line"):
            self.add_error("line", "Say in a few words why it is dropped.")
        if outcome == Outcome.CHANGED and not (data.get("new_what") or data.get("new_due_on")):
            self.add_error("new_what", "Give the new wording or the new date.")
        if outcome in (Outcome.MET, Outcome.DROPPED) and data.get("new_due_on"):
            self.add_error("new_due_on", "A target that is met or dropped has no new date.")
        if data.get("new_due_on") and data["new_due_on"] < clock.today():
            self.add_error("new_due_on", "That day is past. Give a day still to come.")
        return data

    @property
    def says_something(self) -> bool:
        """Whether the target was reviewed."""
        return bool(self.cleaned_data.get("outcome"))

    def said(self) -> ReviewSaid:
        """The review as an action takes it."""
        data = self.cleaned_data
        return ReviewSaid(self.target, data["outcome"], data["line"], data["new_what"], data["new_due_on"])


class TargetForm(forms.Form):
    """A target: what and by when. The rest is folded away and never required."""

    what = Words(label="Target", rows=2)
    due_on = Day(label="By when")
    measure = Words(label="How you will both know it is met", rows=2)
    figure = forms.ChoiceField(label="Measured by", choices=[("", "Words only"), *Figure.choices], required=False)
    figure_goal = forms.DecimalField(label="Goal", max_digits=7, decimal_places=2, required=False, min_value=0)
    figure_grade = forms.ModelChoiceField(
        label="Grade", queryset=ScaleGrade.objects.none(), required=False, empty_label="No grade"
    )
    course = forms.ModelChoiceField(
        label="Subject", queryset=Course.objects.none(), required=False, empty_label="No subject"
    )
    achievable = Words(label="Why it is within reach", rows=2)
    relevant = Words(label="Why it matters", rows=2)
    steps = Words(label="Steps, one a line", rows=3)
    student_words = Words(label="In the student's own words", rows=2)
    supported_by = Words(label="Who supports it", max_length=200, widget=forms.TextInput())
    audience = forms.ChoiceField(
        label="Who can read it", choices=Audience.choices[:2], required=False, widget=forms.RadioSelect
    )
    bank_item = forms.ModelChoiceField(
        queryset=BankItem.objects.targets(), to_field_name="public_id", required=False, widget=forms.HiddenInput
    )

    def __init__(
        self, *args: Any, offered: Any, target: Target | None = None, required: bool = False, **kwargs: Any
    ) -> None:
        usual = _initial_of_target(target) if target else {"due_on": offered.usual_day}
        kwargs["initial"] = {"audience": Audience.TEACHERS} | usual | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        course: Any = self.fields["course"]
        grade: Any = self.fields["figure_grade"]
        course.queryset, grade.queryset = offered.courses, offered.grades
        # Read once for all the targets of a page.
        course.choices, grade.choices = offered.course_choices, offered.grade_choices
        self.offers_grades = len(offered.grade_choices) > 1
        self.target, self.needed = target, required
        if required:
            self.fields["what"].required = self.fields["due_on"].required = True

    def clean(self) -> dict[str, Any]:
        """What and by when go together; a new date lies ahead; a figure has its goal."""
        data = super().clean() or {}
        if self._is_empty(data) and not self.needed:
            return data
        if not data.get("what") and "what" not in self.errors:
            self.add_error("what", "Say what the target is, or empty the rest.")
        if not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "Say by when.")
        before = self.target.due_on if self.target else None
        if data.get("due_on") and data["due_on"] < clock.today() and data["due_on"] != before:
            self.add_error("due_on", "That day is past. Give a day still to come.")
        self._check_figure(data)
        if any(len(step) > choices.LINE_LIMIT for step in steps_of(data.get("steps", ""))):
            self.add_error("steps", f"A step has at most {choices.LINE_LIMIT} characters.")
        return data

    def _is_empty(self, data: Mapping[str, Any]) -> bool:
        ignored = {"due_on", "audience", "figure", "bank_item"}
        return not self.errors and not any(value for name, value in data.items() if name not in ignored)

    def _check_figure(self, data: Mapping[str, Any]) -> None:
        figure = data.get("figure")
        if figure == Figure.GRADE and not data.get("figure_grade"):
            self.add_error("figure_grade", "Choose the grade to reach.")
        if figure == Figure.GRADE and not data.get("course") and "course" not in self.errors:
            self.add_error("course", "Choose the subject, so that Waymark can read the grade.")
        if (
            figure in (Figure.ATTENDANCE, Figure.COUNT)
            and data.get("figure_goal") is None
            and "figure_goal" not in self.errors
        ):
            self.add_error("figure_goal", "Give the number to reach.")
        goal = data.get("figure_goal")
        if figure == Figure.ATTENDANCE and (goal or 0) > 100:
            self.add_error("figure_goal", "Attendance can't be more than 100 per cent.")
        if figure == Figure.COUNT and goal is not None and (goal != int(goal) or not 1 <= goal <= 1000):
            self.add_error("figure_goal", "Give a whole number of times, from 1 to 1000.")

    @property
    def sent_names(self) -> str:
        """The names of its fields on this page, for a part that sends no more than these."""
        return ",".join(self.add_prefix(name) for name in self.fields)

    @property
    def says_something(self) -> bool:
        """Whether a target was typed."""
        return bool(self.cleaned_data.get("what"))

    def said(self, audience: str = "") -> TargetSaid:
        """The target as an action takes it."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("steps", "audience")}
        given = audience or self.cleaned_data["audience"] or Audience.TEACHERS
        return TargetSaid(**data, audience=given, steps=tuple(steps_of(self.cleaned_data["steps"])))


def friday_in(weeks: int, sites: Iterable[int]) -> date:
    """A date to begin from: the Friday of the week so many weeks from now, or the next school day of the student's sites."""
    return school_day_from(clock.week_of(clock.today()) + timedelta(weeks=weeks, days=4), sites)


def steps_of(text: str) -> list[str]:
    """One step a line, empty lines left out."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _initial_of_target(target: Target) -> dict[str, Any]:
    found = {name: getattr(target, name) for name in TargetSaid.__dataclass_fields__ if name != "steps"}
    return found | {"steps": "\n".join(step.text for step in target.steps.all())}


# Which scales a subject's grades are given in is asked of the first grade found, not of all there ever were.
_OFFERED = """
    WITH taught AS MATERIALIZED (
        SELECT DISTINCT g.course_id AS id FROM caseload_teachinggroupmembership AS m
        JOIN caseload_teachinggroup AS g ON g.id = m.group_id
        WHERE m.student_id = %(student)s AND m.period @> %(day)s::date AND g.course_id IS NOT NULL
    ), given AS MATERIALIZED (
        SELECT DISTINCT s.id FROM taught AS t CROSS JOIN progress_gradescale AS s CROSS JOIN LATERAL (
            SELECT FROM progress_grade AS g WHERE g.course_id = t.id AND g.scale_id = s.id LIMIT 1) AS one
        WHERE s.kind = 'grade'
    )
    SELECT false, c.id, c.title, NULL::int, NULL::int FROM taught AS t JOIN caseload_course AS c ON c.id = t.id
    UNION ALL
    SELECT true, v.id, v.label, v.position, v.sub_rank FROM given AS s JOIN progress_scalegrade AS v ON v.scale_id = s.id
    WHERE v.position IS NOT NULL ORDER BY 1, 4, 5, 3, 2"""


class Proposed:
    """The day that is proposed for a target of these students. Looked for when it is asked for."""

    ids: Sequence[int] = ()

    @cached_property
    def sites(self) -> frozenset[int]:
        """The students' sites."""
        return sites_of(self.ids)

    @cached_property
    def usual_day(self) -> date:
        """By when, where nobody has said."""
        return friday_in(USUAL_WEEKS, self.sites)


class Offered(Proposed):
    """The subjects that a student is taught today, and the grades in which these are given, for choosing from. One query."""

    def __init__(self, student: Student) -> None:
        self.ids = [student.pk]
        with connection.cursor() as cursor:
            cursor.execute(_OFFERED, {"student": student.pk, "day": clock.today()})
            rows = cursor.fetchall()
        courses = [(pk, words) for is_grade, pk, words, *_ in rows if not is_grade]
        grades = [(pk, words) for is_grade, pk, words, *_ in rows if is_grade]
        self.courses = Course.objects.filter(pk__in=[pk for pk, _ in courses])
        self.grades = ScaleGrade.objects.filter(pk__in=[pk for pk, _ in grades])
        self.course_choices = [("", "No subject"), *courses]
        self.grade_choices = [("", "No grade"), *grades]
