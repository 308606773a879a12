"""What may be typed: a one-to-one, a quick note, and the draft of either."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from caseload.models import Student
from caseload.queries.school_days import school_day_from, sites_of
from core import clock
from core.plausible import HAPPENED
from interventions import choices
from interventions.actions import MeetingSaid, NoteSaid
from interventions.choices import Audience
from interventions.fields import Day, StaffChoice, Words, cleaned
from interventions.models import Meeting, MeetingType
from interventions.queries.readers import People
from interventions.queries.students import active_kinds

NEW_TARGETS = 3
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
        _offer(self.fields["readers"], staff)

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
    held_on = Day(label="Held on", required=True, years=HAPPENED)
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

    def __init__(
        self, *args: Any, student: Student | None = None, meeting: Meeting | None = None, **kwargs: Any
    ) -> None:
        self.student = meeting.student if meeting else student
        usual = {"type": None, "held_on": clock.today(), "audience": Audience.PASTORAL, "next_in": ""}
        kwargs["initial"] = usual | (_initial_of(meeting) if meeting else {}) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if not (self.initial["type"] or self.is_bound):
            self.initial["type"] = next(iter(active_kinds()), None)
        field: Any = self.fields["type"]
        field.choices = _kinds_offered
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
        _offer(self.fields["told"], people.nameable)
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

    def clean(self) -> dict[str, Any]:
        """The next date comes after this one; those told can read it."""
        data = super().clean()
        self._check_told(data)
        held_on, wanted = data.get("held_on"), data.get("next_in")
        if wanted in ("2", "4", "6") and held_on:
            data["next_on"] = self._proposed(held_on + timedelta(weeks=int(wanted)))
        elif not wanted:
            data["next_on"] = None
        elif wanted == "on" and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", "Give the day, or choose “Not set”.")
        if held_on and data.get("next_on") and data["next_on"] <= held_on:
            self.add_error("next_on", "The next one-to-one must come after this one. Give a later day.")
        return data

    def _proposed(self, day: date) -> date:
        return school_day_from(day, sites_of([self.student.pk]) if self.student else ())

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
        # Written down on a later day, it stands after what was written on its own; no page shows the time.
        return clock.now() if day == clock.today() else clock.at(day, 23, 59)


def _kinds_offered() -> list[tuple[int, str]]:
    return [(kind.pk, kind.name) for kind in active_kinds()]


def _offer(field: Any, staff: Iterable[User]) -> None:
    """Let these be chosen, in the order of names; who they are is known already and not asked again to draw them."""
    people = sorted({user.pk: user for user in staff}.values(), key=lambda user: (user.sort_key, user.pk))
    field.queryset = User.objects.filter(pk__in=[user.pk for user in people]).order_by("sort_key", "pk")
    field.choices = [(user.pk, field.label_from_instance(user)) for user in people]


def _initial_of(meeting: Meeting) -> dict[str, Any]:
    names = ("type", "wellbeing", "notes", "student_words", "tutor_actions", "next_on", "audience")
    found = {name: getattr(meeting, name) for name in (*names, "visible_to_student", "visible_to_home")}
    return found | {
        "held_on": clock.local(meeting.held_at).date(),
        "next_in": "on" if meeting.next_on else "",
        "readers": list(meeting.readers.all()),
    }


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
