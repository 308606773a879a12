"""What may be typed about support plans: the plan, a review with the next round, an end."""

from datetime import date, timedelta
from typing import Any

from django import forms

from accounts.models import User
from caseload.forms.fields import OneOfStaff
from caseload.models import Student
from caseload.queries.school_days import school_day_from, sites_of
from core import clock
from core.plausible import CHILDHOOD, HAPPENED, Years
from interventions.actions.support import ReviewSaid, SupportSaid
from interventions.choices import LINE_LIMIT
from interventions.choices_support import EAL_STAGES, NEEDS, REVIEW_AFTER_WEEKS, WRITE, ExamAccess, Worked
from interventions.fields import Day, Words
from interventions.models import SupportPlan
from interventions.queries.readers import staff_holding

LONG_AGO = Years(back=25, ahead=5)  # a need is assessed at any age
ROUND = (
    ("planned_on", "assessed_on", "The plan was agreed before the need was assessed."),
    ("started_on", "planned_on", "The provision begins before it was planned."),
    ("started_on", "assessed_on", "The provision begins before the need was assessed."),
    ("review_on", "started_on", "The review is before the provision begins."),
    ("review_on", "planned_on", "The review is before the plan was agreed."),
    ("review_on", "assessed_on", "The review is before the need was assessed."),
)
PROVISION_HELP = (
    "Everyone who teaches the student reads this: what to do in class, who comes in, how often. Leave the reasons out."
)
NO_PROVISION = {"required": "Say what staff do, so that everyone who teaches the student knows."}


def next_review(student: Student) -> date:
    """When a student's plan is usually looked at again: a school day of their site."""
    return school_day_from(clock.today() + timedelta(weeks=REVIEW_AFTER_WEEKS), sites_of([student.pk]))


class RoundDates(forms.Form):
    """The dates of a round; forms name those that they ask for. Each fault says which date to choose."""

    def in_order(self, data: dict[str, Any]) -> dict[str, Any]:
        """Assess, plan, do, review: none before the one that it follows. The first fault of a date is enough."""
        for later, earlier, words in ROUND:
            day, before = data.get(later), data.get(earlier)
            if day and before and day < before and later not in self.errors:
                self.add_error(later, f"{words} Choose {before:%-d %B %Y} or a later day.")
        return data


class SupportForm(RoundDates):
    """A support plan. The need, what staff do, who looks after it and the review are asked for."""

    need = forms.ChoiceField(label="Need", choices=[("", "Choose"), *NEEDS.items()])
    second_need = forms.ChoiceField(label="Second need", choices=[("", "None"), *NEEDS.items()], required=False)
    need_words = Words(
        label="The need in words", required=True, rows=4,
        error_messages={"required": "Say in a sentence what the student finds hard."},
        help_text="What the student finds hard, and what is known of it. Read by pastoral staff, not by teachers.",
    )  # fmt: skip
    wanted = Words(label="What it is to reach", rows=3, help_text="So that the review can say whether it was.")
    views = Words(label="What the student and home say", rows=3)
    provision = Words(
        label="What staff do", required=True, rows=5, help_text=PROVISION_HELP, error_messages=NO_PROVISION
    )
    exam_access = forms.MultipleChoiceField(
        label="Exam access arrangements", choices=ExamAccess.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    exam_access_words = forms.CharField(
        label="More about the arrangements", max_length=LINE_LIMIT, required=False,
        help_text="Which paper, which software, until when they are approved.",
    )  # fmt: skip
    eal_stage = forms.ChoiceField(
        label="EAL stage", choices=[("", "English is not an additional language"), *EAL_STAGES.items()], required=False
    )
    owner = OneOfStaff(label="Looked after by", queryset=User.objects.none(), help_text="Is reminded of the review.")
    assessed_on = Day(label="Assessed on", required=True, years=CHILDHOOD)
    planned_on = Day(label="Plan agreed on", years=LONG_AGO)
    started_on = Day(label="In place from", years=LONG_AGO)
    review_on = Day(label="Review on", required=True)

    def __init__(self, *args: Any, by: User, plan: SupportPlan | None = None, **options: Any) -> None:
        today = clock.today()
        start = {"owner": by.pk, "assessed_on": today}
        super().__init__(*args, initial=start | (options.pop("initial", None) or {}), **options)
        owner: Any = self.fields["owner"]
        staff = staff_holding(WRITE)
        owner.queryset = (staff | User.objects.filter(pk=plan.owner_id)).distinct() if plan else staff
        if not any(person.pk == by.pk for person in owner.queryset):
            owner.empty_label = "Choose"
        self.plan = plan

    def clean(self) -> dict[str, Any]:
        """The round in order, two different needs, and a new plan's review still to come."""
        data = self.in_order(super().clean() or {})
        if data.get("need") and data.get("need") == data.get("second_need"):
            self.add_error("second_need", "This is the first need already. Choose another one, or none.")
        moved = self.plan is None or data.get("review_on") != self.plan.review_on
        if moved and (day := data.get("review_on")) and "review_on" not in self.errors and day <= clock.today():
            self.add_error("review_on", "The review is still to come. Choose a day after today.")
        return data

    @property
    def unfolded(self) -> bool:
        """Whether something of what is folded away is filled in or wrong."""
        folded = [self[name] for name in ("exam_access", "exam_access_words", "eal_stage")]
        return any(field.errors or field.value() for field in folded)

    def said(self) -> SupportSaid:
        """As the action takes it."""
        data = dict(self.cleaned_data)
        data["exam_access"] = tuple(code for code, _ in ExamAccess.choices if code in data["exam_access"])
        return SupportSaid(**data)


class SupportReviewForm(RoundDates):
    """What a review found, and the round that follows."""

    worked = forms.ChoiceField(
        label="Did it work?", choices=Worked.choices, widget=forms.RadioSelect,
        error_messages={"required": "Say whether it worked."},
    )  # fmt: skip
    found = Words(
        label="What was found", required=True, rows=4, help_text="Read by pastoral staff, not by teachers.",
        error_messages={"required": "Say in a sentence what was found."},
    )  # fmt: skip
    reviewed_on = Day(label="Reviewed on", required=True, years=HAPPENED)
    provision = Words(
        label="What staff do from now on", required=True, rows=5, help_text=PROVISION_HELP, error_messages=NO_PROVISION
    )
    planned_on = Day(label="Next plan agreed on")
    started_on = Day(label="In place from")
    review_on = Day(label="Next review", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: SupportPlan, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plan = plan

    def clean_reviewed_on(self) -> Any:
        """Not before this round began."""
        day = self.cleaned_data["reviewed_on"]
        if day < self.plan.assessed_on:
            raise forms.ValidationError(
                f"This round began on {self.plan.assessed_on:%-d %B %Y}. Choose that day or a later one."
            )
        return day

    def clean(self) -> dict[str, Any]:
        """The next round in order; its assessment is this review."""
        data = super().clean() or {}
        reviewed = data.get("reviewed_on")
        self.in_order(data | ({"assessed_on": reviewed} if reviewed else {}))
        day = data.get("review_on")
        if day and "review_on" not in self.errors and day <= clock.today():
            self.add_error("review_on", "The next review is still to come. Choose a day after today.")
        return data

    def said(self) -> ReviewSaid:
        """As the action takes it."""
        return ReviewSaid(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


class SupportEndForm(forms.Form):
    """A support plan ends."""

    because = forms.CharField(
        label="Why it ends",
        max_length=200,
        help_text="Such as: no longer needed, left the college, asked for it to end.",
    )
    ended_on = Day(label="Last day", required=True, years=HAPPENED)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: SupportPlan, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plan = plan

    def clean_ended_on(self) -> Any:
        """Not before the assessment of this round."""
        day = self.cleaned_data["ended_on"]
        if day < self.plan.assessed_on:
            raise forms.ValidationError(f"Choose {self.plan.assessed_on:%-d %B %Y} or a later day.")
        return day
