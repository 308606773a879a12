"""What may be typed: a one-to-one with its reviews and new targets, a target, a review, a quick note."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from caseload.models import Course, Student
from caseload.queries.calendar import calendar_for
from core import clock
from interventions import choices
from interventions.actions import MeetingSaid, NoteSaid, ReviewSaid, TargetSaid
from interventions.choices import Audience, Figure, Outcome
from interventions.models import BankItem, Meeting, MeetingType, Target
from interventions.queries.readers import People
from progress.models import Grade, ScaleGrade

NEW_TARGETS = 3
USUAL_WEEKS = 4
NEXT_CHOICES = [("", "Not set"), ("2", "2 weeks"), ("4", "4 weeks"), ("6", "6 weeks"), ("on", "On a day")]
NOT_DRAFT = {
    "csrfmiddlewaretoken",
    "draft_key",
    "draft_version",
    "continues",
    "seen",
    "form_token",
    "next",
    "writer",
    "save_draft",
    "again",
    "pass_on",
    "safe_now",
    "page_for",
}


class Words(forms.CharField):
    """Text in any script, kept as it was typed: ends trimmed, line ends as one character, the letter NUL left out."""

    def __init__(self, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", choices.TEXT_LIMIT)
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Clean before length and emptiness are judged."""
        return super().to_python(cleaned(value) if isinstance(value, str) else value)


def cleaned(text: str) -> str:
    """Text as it is stored."""
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


class Day(forms.DateField):
    """A date, with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class StaffChoice(forms.ModelMultipleChoiceField):
    """Some members of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name}{f' ({obj.position})' if obj.position else ''}"


class AudienceFields(forms.Form):
    """Who can read what is written. Said in names and roles beside each choice, before anything is saved."""

    audience = forms.ChoiceField(label="Who can read this", choices=Audience.choices, widget=forms.RadioSelect)
    readers = StaffChoice(
        label="Named people", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    visible_to_student = forms.BooleanField(label="The student may see it", required=False)
    visible_to_home = forms.BooleanField(label="Home may see it", required=False)

    def offer_readers(self, staff: Iterable[User]) -> None:
        """Only those who work with the student can be named."""
        field: Any = self.fields["readers"]
        field.queryset = User.objects.filter(pk__in=[user.pk for user in staff]).order_by("sort_key", "pk")

    def clean(self) -> dict[str, Any]:
        """Named people need a name."""
        data = super().clean() or {}
        if data.get("audience") == Audience.NAMED and not data.get("readers") and not data.get("told"):
            self.add_error("readers", "Name at least one person, or choose another audience.")
        return data

    def audience_said(self) -> dict[str, Any]:
        """Who can read it, as an action takes it."""
        data = self.cleaned_data
        return {
            "audience": data["audience"],
            "readers": tuple(user.pk for user in data["readers"]) if data["audience"] == Audience.NAMED else (),
            "visible_to_student": data["visible_to_student"],
            "visible_to_home": data["visible_to_home"],
        }


class MeetingForm(AudienceFields):
    """The words of a one-to-one, in the order of the conversation."""

    type = forms.ModelChoiceField(label="Kind", queryset=MeetingType.objects.filter(active=True), empty_label=None)
    held_on = Day(label="Held on", required=True)
    wellbeing = forms.TypedChoiceField(
        label="How are things?",
        choices=choices.Wellbeing.choices,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    notes = Words(label="What we talked about", rows=4)
    student_words = Words(label="In the student's own words", rows=2)
    tutor_actions = Words(label="What I will do", rows=2)
    told = StaffChoice(
        label="Who is to be told",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They get a mail with a link to read it: no name and no words in the mail.",
    )
    next_in = forms.ChoiceField(label="Next one-to-one", choices=NEXT_CHOICES, required=False, widget=forms.RadioSelect)
    next_on = Day(label="On")

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        first = None if meeting or (args and args[0]) else MeetingType.objects.filter(active=True).first()
        usual = {"type": first, "held_on": clock.today(), "audience": Audience.PASTORAL, "next_in": ""}
        kwargs["initial"] = usual | (_initial_of(meeting) if meeting else {}) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.reads: dict[str, set[int]] = {}
        self.fields["type"].widget.attrs |= {
            "hx-get": reverse("interventions:meeting_prompts"),
            "hx-target": "#prompts",
            "hx-swap": "outerHTML",
            "hx-trigger": "change",
        }

    def offer_told(self, people: People) -> None:
        """Those who work with the student can be told; the rest of the form knows what each of them may read."""
        field: Any = self.fields["told"]
        field.queryset = User.objects.filter(pk__in=[user.pk for user in people.nameable]).order_by("sort_key", "pk")
        self.reads = people.reads

    def _check_told(self, data: dict[str, Any]) -> None:
        """Whoever is told must be able to read it; told of what is for named people, they are named."""
        told = list(data.get("told") or ())
        if data.get("audience") == Audience.NAMED:
            data["readers"] = list({user.pk: user for user in [*(data.get("readers") or ()), *told]}.values())
            return
        unable = [user.formal_name for user in told if user.pk not in self.reads.get(data.get("audience") or "", ())]
        if unable:
            words = f"{' and '.join(unable)} can’t read it as it is. Choose another audience, or untick them."
            self.add_error("told", words)

    def clean_held_on(self) -> date:
        """Not in the future."""
        day: date = self.cleaned_data["held_on"]
        if day > clock.today():
            raise forms.ValidationError("That day is still to come. Give the day on which you met.")
        return day

    def clean(self) -> dict[str, Any]:
        """The next date comes after this one; those told can read it."""
        data = super().clean()
        self._check_told(data)
        held_on, wanted = data.get("held_on"), data.get("next_in")
        if wanted in ("2", "4", "6") and held_on:
            data["next_on"] = _school_day(held_on + timedelta(weeks=int(wanted)))
        elif not wanted:
            data["next_on"] = None
        elif wanted == "on" and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", "Give the day, or choose “Not set”.")
        if held_on and data.get("next_on") and data["next_on"] <= held_on:
            self.add_error("next_on", "The next one-to-one must come after this one. Give a later day.")
        return data

    @property
    def says_something(self) -> bool:
        """Whether anything was written or tapped here."""
        return any(self.cleaned_data.get(name) for name in ("notes", "student_words", "tutor_actions", "wellbeing"))

    def said(self) -> MeetingSaid:
        """The one-to-one as an action takes it."""
        data = self.cleaned_data
        words = {
            name: data[name] for name in ("type", "wellbeing", "notes", "student_words", "tutor_actions", "next_on")
        }
        told = tuple(user.pk for user in data.get("told") or ())
        return MeetingSaid(held_at=self._held_at(data["held_on"]), told=told, **words, **self.audience_said())

    def _held_at(self, day: date) -> Any:
        if self.meeting and clock.local(self.meeting.held_at).date() == day:
            return self.meeting.held_at
        return clock.now() if day == clock.today() else clock.at(day, 12)


def _initial_of(meeting: Meeting) -> dict[str, Any]:
    names = ("type", "wellbeing", "notes", "student_words", "tutor_actions", "next_on", "audience")
    found = {name: getattr(meeting, name) for name in (*names, "visible_to_student", "visible_to_home")}
    return found | {
        "held_on": clock.local(meeting.held_at).date(),
        "next_in": "on" if meeting.next_on else "",
        "readers": list(meeting.readers.all()),
    }


def _school_day(day: date) -> date:
    """The day itself when the college opens, else the next day on which it does."""
    calendar = calendar_for(None, day, day + timedelta(weeks=8))
    return day if calendar.is_open(day) else calendar.next_open(day) or day


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
        self, *args: Any, offered: "Offered", target: Target | None = None, required: bool = False, **kwargs: Any
    ) -> None:
        usual = {"due_on": friday_in(USUAL_WEEKS), "audience": Audience.TEACHERS}
        kwargs["initial"] = usual | (_initial_of_target(target) if target else {}) | (kwargs.get("initial") or {})
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


def friday_in(weeks: int) -> date:
    """The Friday of the week so many weeks from now: a date to begin from."""
    return clock.week_of(clock.today()) + timedelta(weeks=weeks, days=4)


def steps_of(text: str) -> list[str]:
    """One step a line, empty lines left out."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _initial_of_target(target: Target) -> dict[str, Any]:
    found = {name: getattr(target, name) for name in TargetSaid.__dataclass_fields__ if name != "steps"}
    return found | {"steps": "\n".join(step.text for step in target.steps.all())}


class NoteForm(AudienceFields):
    """A quick note: one sentence and a kind."""

    kind = forms.ChoiceField(label="Kind", choices=choices.NoteKind.choices, initial=choices.NoteKind.GENERAL)
    text = Words(label="Note", rows=2, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"audience": Audience.TEACHERS} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def said(self) -> NoteSaid:
        """The note as an action takes it."""
        return NoteSaid(self.cleaned_data["text"], self.cleaned_data["kind"], **self.audience_said())


class Offered:
    """The subjects that a student is taught today, and the grades in which these are given, for choosing from."""

    def __init__(self, student: Student) -> None:
        today = clock.today()
        taught = Course.objects.filter(
            teaching_groups__memberships__student=student, teaching_groups__memberships__period__contains=today
        )
        self.courses = Course.objects.filter(pk__in=taught.values("pk")).order_by("title", "pk")
        scales = Grade.objects.filter(course__in=taught.values("pk")).order_by().values("scale").distinct()
        self.grades = ScaleGrade.objects.filter(scale__kind="grade", scale__in=scales, position__isnull=False)
        self.course_choices = [("", "No subject"), *self.courses.values_list("pk", "title")]
        self.grade_choices = [("", "No grade"), *self.grades.values_list("pk", "label")]


def draft_data(post: QueryDict) -> dict[str, list[str]]:
    """What was typed, as a draft keeps it."""
    return {name: [cleaned(value) for value in post.getlist(name)] for name in post if name not in NOT_DRAFT}


def from_draft(data: Mapping[str, list[str]], form: forms.Form) -> dict[str, Any]:
    """What a form is to show from a draft. A draft may be half a thought, so nothing in it is judged yet."""
    post = QueryDict(mutable=True)
    for name, values in data.items():
        post.setlist(name, values)
    return {
        name: field.widget.value_from_datadict(post, {}, form.add_prefix(name))
        for name, field in form.fields.items()
        if form.add_prefix(name) in post
    }
