"""What may be typed about interventions: what it is, a session, who joins and leaves, a review, a kind."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import User
from caseload.forms.fields import OneOfStaff
from caseload.models import Course
from caseload.queries.school_days import school_day_from, this_school_day
from caseload.queries.staff import staff_with
from core import clock
from core.forms.dates import HourField, moment_said
from core.forms.fields import CHOOSE
from core.plausible import HAPPENED
from interventions.actions.programmes import InterventionSaid, SessionSaid
from interventions.choices_programmes import REVIEW_AFTER_WEEKS, RUN, HiddenReason, Measure, NeedArea
from interventions.fields import Day, StaffChoice, Words
from interventions.models import Intervention, InterventionMember, InterventionType, Programme

MOST_MONEY = Decimal("999999")


class KindChoice(forms.ModelChoiceField):
    """A kind of intervention, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class CourseChoice(forms.ModelChoiceField):
    """A course, by title."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


def chosen_for_field() -> forms.ChoiceField:
    """Whether there was a reason for choosing the students that the figures don't hold."""
    return forms.ChoiceField(
        label="Was there a reason for choosing these students that their figures don’t show?",
        choices=HiddenReason.choices,
        widget=forms.RadioSelect,
        help_text="Attendance, lateness and grades are figures; trouble at home or an illness is not. With a yes, no verdict on "
        "impact is given, because figures can’t tell such a reason from the help.",
    )


class ChosenForForm(forms.Form):
    """Asked before any verdict on impact."""

    chosen_for = chosen_for_field()


class TakeBackForm(forms.Form):
    """Why the answer of somebody who has left counts no more."""

    taken_back = forms.IntegerField(widget=forms.HiddenInput)
    because = forms.CharField(
        label="Why does this answer no longer count?", max_length=200, help_text="Kept with your name and the day."
    )


class InterventionForm(forms.Form):
    """An intervention. Kind, aim, leader and dates are asked for; the rest is folded away."""

    type = KindChoice(label="Kind", queryset=InterventionType.objects.filter(active=True), empty_label="Choose")
    intended = Words(label="Intended outcome", required=True, help_text="What will be different, and by how much.")
    figure = forms.ChoiceField(
        label="Measured by",
        choices=[CHOOSE, *Measure.choices],
        help_text="Its impact is worked out on attendance, lateness and grades.",
    )
    led_by = OneOfStaff(
        label="Led by", queryset=User.objects.none(), help_text="Whoever leads it sees the names of all who take part."
    )
    starts_on = Day(label="Starts on", required=True)
    review_on = Day(label="Review on", required=True)
    chosen_for = chosen_for_field()
    title = forms.CharField(
        label="Title", max_length=120, required=False, help_text="Left empty, the kind is its title."
    )
    programme = forms.CharField(
        label="Programme", max_length=80, required=False, widget=forms.TextInput(attrs={"list": "programmes"}),
        help_text="A name for interventions that belong together, of one kind or several: their impact is worked out as one.",
    )  # fmt: skip
    area = forms.ChoiceField(
        label="Area of need", choices=[("", "As the kind says"), *NeedArea.choices], required=False
    )
    figure_goal = forms.DecimalField(
        label="Goal",
        max_digits=7,
        decimal_places=2,
        required=False,
        help_text="In the unit of the measure: 95 for attendance of 95 %.",
    )
    course = CourseChoice(label="Course", queryset=Course.objects.order_by("title"), required=False, empty_label="None")
    ends_on = Day(label="Planned end")
    cost_per_hour = forms.DecimalField(
        label="Cost of one hour of one member of staff, in pounds",
        min_value=0,
        max_digits=7,
        decimal_places=2,
        required=False,
    )
    other_cost = forms.DecimalField(
        label="Other cost in all, in pounds", min_value=0, max_value=MOST_MONEY, decimal_places=2, required=False
    )

    def __init__(
        self, *args: Any, by: User, intervention: Intervention | None = None, sites: Iterable[int] = (), **options: Any
    ) -> None:
        start = this_school_day(sites)
        initial = options.pop("initial", None) or {
            "led_by": by.pk, "starts_on": start, "review_on": school_day_from(start + timedelta(weeks=REVIEW_AFTER_WEEKS), sites),
        }  # fmt: skip
        super().__init__(*args, initial=initial, **options)
        staff: Any = self.fields["led_by"]
        staff.queryset = staff_with(RUN)
        self.intervention = intervention
        if intervention is not None:
            # Asked at the start; afterwards it is answered on the page of its impact.
            del self.fields["chosen_for"]
            kinds: Any = self.fields["type"]
            kinds.queryset = (
                InterventionType.objects.filter(active=True) | InterventionType.objects.filter(pk=intervention.type_id)
            ).distinct()
            staff.queryset = (staff.queryset | User.objects.filter(pk=intervention.led_by_id)).distinct()

    def clean(self) -> dict[str, Any]:
        """Dates in order, and a goal only where there is a figure."""
        data = super().clean() or {}
        starts_on = data.get("starts_on")
        for name, words in (("review_on", "The review is"), ("ends_on", "The planned end is")):
            if starts_on and data.get(name) and data[name] < starts_on:
                self.add_error(name, f"{words} before the start. Choose {starts_on:%-d %B %Y} or a later day.")
        if data.get("figure") == Measure.OTHER and data.get("figure_goal") is not None:
            self.add_error("figure_goal", "There is no figure for this measure. Say the goal in the intended outcome.")
        row = self.intervention
        if (
            row is not None
            and starts_on
            and starts_on > row.starts_on
            and row.sessions.filter(held_at__date__lt=starts_on).exists()
        ):
            self.add_error(
                "starts_on", "Sessions were held before this day. Choose the day of the first one or an earlier one."
            )
        return data

    @property
    def programmes(self) -> list[str]:
        """The names that there are, to choose from."""
        return list(Programme.objects.values_list("name", flat=True))

    @property
    def folded(self) -> list[Any]:
        """What isn't needed now."""
        return [
            self[name]
            for name in (
                "title",
                "programme",
                "area",
                "figure_goal",
                "course",
                "ends_on",
                "cost_per_hour",
                "other_cost",
            )
        ]

    @property
    def unfolded(self) -> bool:
        """Whether something of it is filled in or wrong."""
        return any(field.errors or field.value() for field in self.folded)

    def said(self) -> InterventionSaid:
        """As the action takes it."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "chosen_for"}
        data["title"] = data["title"].strip() or data["type"].name
        data["area"] = data["area"] or data["type"].area
        data["other_cost"] = data["other_cost"] or Decimal(0)
        return InterventionSaid(**data)


class SessionForm(forms.Form):
    """A session that was held."""

    held_on = Day(label="Held on", required=True, years=HAPPENED)
    held_time = HourField(label="At")
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=600)
    staff = StaffChoice(
        label="Who led it", queryset=User.objects.none(), widget=forms.SelectMultiple(attrs={"size": 4})
    )
    note = Words(label="What was done", rows=3)

    def __init__(
        self, *args: Any, intervention: Intervention, members: Sequence[InterventionMember], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        staff: Any = self.fields["staff"]
        staff.queryset = (
            (staff_with(RUN) | User.objects.filter(pk=intervention.led_by_id)).distinct().order_by("sort_key", "pk")
        )
        self.intervention, self.members = intervention, members
        self.came = {int(text) for text in self.data.getlist("came") if text.isdigit()} if self.is_bound else set()

    def clean_held_on(self) -> Any:
        """Not before it began."""
        day = self.cleaned_data["held_on"]
        if day < self.intervention.starts_on:
            raise forms.ValidationError(
                f"The intervention began on {self.intervention.starts_on:%-d %B %Y}. Choose that day or a later one."
            )
        return day

    def clean(self) -> dict[str, Any]:
        """It has been, at a time that a clock showed; only those come who take part on the day."""
        data = super().clean() or {}
        self.moment = moment_said(self, "held_on", "held_time")
        day = data.get("held_on")
        if day:
            out = [one for one in self.members if one.student_id in self.came and not _inside(one, day)]
            inside = {one.student_id for one in self.members if _inside(one, day)}
            names = [one.student.full_name for one in out if one.student_id not in inside]
            if names:
                self.add_error(
                    None, f"{', '.join(names)} did not take part on {day:%-d %B}. Untick them or choose another day."
                )
            elif not inside:
                self.add_error("held_on", "Nobody took part on this day. Choose another day, or add students first.")
        return data

    def said(self) -> SessionSaid:
        """As the action takes it."""
        data = self.cleaned_data
        staff = tuple(user.pk for user in data["staff"])
        return SessionSaid(self.moment, data["minutes"], staff, frozenset(self.came), data["note"])


def _inside(member: InterventionMember, day: Any) -> bool:
    return bool(member.period.lower <= day and (member.period.upper is None or day < member.period.upper))


class JoinForm(forms.Form):
    """From which day students join."""

    joins_on = Day(label="They take part from", required=True)


class LeaveForm(forms.Form):
    """A student takes part no longer."""

    last_day = Day(label="Last day", required=True, years=HAPPENED)
    because = forms.CharField(label="Why", max_length=200, required=False)


class InterventionReviewForm(forms.Form):
    """What a review found: it goes on until the next review, or it ended."""

    found = Words(label="What was found", required=True, rows=4)
    goes = forms.ChoiceField(
        label="Then", choices=[("on", "It goes on"), ("end", "It ends")], widget=forms.RadioSelect, initial="on"
    )
    next_on = Day(label="Next review")
    ended_on = Day(label="Last day")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, intervention: Intervention, **options: Any) -> None:
        super().__init__(*args, **options)
        self.intervention = intervention

    def clean(self) -> dict[str, Any]:
        """The date that belongs to what happens then."""
        data = super().clean() or {}
        next_on, ended_on = data.get("next_on"), data.get("ended_on")
        if data.get("goes") == "on":
            if "next_on" not in self.errors and (next_on is None or next_on <= clock.today()):
                self.add_error("next_on", "Say when the next review is: a day after today.")
        elif data.get("goes") == "end" and "ended_on" not in self.errors:
            start = self.intervention.starts_on
            if ended_on is None or ended_on > clock.today() or ended_on < start:
                self.add_error("ended_on", f"Say the last day: from {start:%-d %B %Y} to today.")
        return data


class KindForm(forms.Form):
    """A kind of intervention."""

    name = forms.CharField(max_length=80)
    area = forms.ChoiceField(label="Area of need", choices=[CHOOSE, *NeedArea.choices])
    active = forms.BooleanField(label="Offered for new interventions", required=False, initial=True)

    def __init__(self, *args: Any, kind: InterventionType | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind

    def clean_name(self) -> str:
        """A name once."""
        name: str = self.cleaned_data["name"]
        same = InterventionType.objects.filter(name__iexact=name)
        if (same.exclude(pk=self.kind.pk) if self.kind else same).exists():
            raise forms.ValidationError("There is a kind of this name already.")
        return name
