"""What may be typed about action plans: the plan with its actions, a review, its end, approval, a signed copy."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from accounts.models import User
from accounts.roles import BY_CODE
from caseload.queries.school_days import school_day_from, this_school_day
from core import clock
from core.plausible import HAPPENED
from interventions import choices
from interventions.actions.plans import ActionSaid, PlanSaid, ReviewSaid
from interventions.choices_plans import SIGNED_MEGABYTES, AgreedWith, PlanOutcome
from interventions.fields import Day, Words
from interventions.models import ActionPlan, BankItem, Barrier, PlanAction, PlanStage
from interventions.queries.plans import Around

SPARE, SHOWN_SPARE, MOST_ACTIONS = 5, 2, 25
# The first bytes of what may be attached, and what it then is. A file's name or what the browser says is no proof.
KINDS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class Person(forms.ModelChoiceField):
    """One of those who work with the student, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """The name as staff use it."""
        return str(obj.formal_name)


class StageChoice(forms.ModelChoiceField):
    """A stage, with whose it is and who approves it."""

    def label_from_instance(self, obj: Any) -> str:
        """“4 Senior leader’s plan · approved by the senior leader”."""
        return f"{obj.number} {obj.name}" + (
            f" · approved by: {role_words(obj.approver_role)}" if obj.approver_role else ""
        )


class BarrierChoice(forms.ModelMultipleChoiceField):
    """Some barriers, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """The name."""
        return str(obj.name)


def role_words(code: str) -> str:
    """A role in the middle of a sentence: “senior leader”."""
    label = BY_CODE[code].label if code in BY_CODE else code
    return f"{label[:1].lower()}{label[1:]}"


class PlanForm(forms.Form):
    """An action plan: a title, what is aimed for, its stage and review. What is in the way and with whom it was agreed are offered."""

    title = Words(
        label="Title", required=True, max_length=200, widget=forms.TextInput(), help_text="A few words to find it by."
    )
    barriers = BarrierChoice(
        label="In the way", queryset=Barrier.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    reasons = Words(label="What is in the way, in words", rows=3)
    aims = Words(label="Aim", required=True, rows=3, help_text="What will be different, and how you will both know.")
    stage = StageChoice(label="Stage", queryset=PlanStage.objects.none(), empty_label=None)
    owner = Person(
        label="Whose plan", queryset=User.objects.none(), required=False, empty_label="As the stage says",
        help_text="Whoever looks after it and looks at it again.",
    )  # fmt: skip
    starts_on = Day(label="Starts on", required=True)
    review_on = Day(label="Look at it again on", required=False, help_text="Empty: as the stage says.")
    agreed_with = forms.MultipleChoiceField(
        label="Agreed with", choices=AgreedWith.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Each of them has a line to sign on the printed plan.",
    )  # fmt: skip
    agreed_words = Words(label="Names, if they help", max_length=200, widget=forms.TextInput())

    def __init__(self, *args: Any, around: Around, by: User, plan: ActionPlan | None = None, **options: Any) -> None:
        options["initial"] = {"starts_on": this_school_day(around.sites)} | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.around, self.by, self.plan = around, by, plan
        fields: Any = self.fields
        fields["owner"].queryset = people(around)
        offered = Barrier.objects.filter(active=True)
        if plan is not None:
            offered = (offered | Barrier.objects.filter(pk__in=plan.barriers.values("pk"))).distinct()
        fields["barriers"].queryset = offered
        if plan is None:
            fields["stage"].queryset = PlanStage.objects.filter(active=True)
        else:
            del self.fields["stage"]  # a plan is moved by a review, which says why

    def clean_review_on(self) -> date | None:
        """A new date lies ahead."""
        day: date | None = self.cleaned_data["review_on"]
        if day and day <= clock.today() and (self.plan is None or day != self.plan.review_on):
            raise ValidationError("Choose a day after today.")
        return day

    def clean(self) -> dict[str, Any]:
        """The review comes after the start."""
        data = super().clean() or {}
        starts_on, review_on = data.get("starts_on"), data.get("review_on")
        if starts_on and review_on and review_on < starts_on:
            self.add_error("review_on", f"This is before the plan starts. Choose {starts_on:%-d %B %Y} or a later day.")
        stage = self.plan.stage if self.plan else data.get("stage")
        if starts_on and stage and not review_on and "review_on" not in self.errors:
            data["review_on"] = reviewed_after(stage, starts_on, self.around)
        return data

    def said(self, actions: Sequence[ActionSaid]) -> PlanSaid:
        """The plan as an action takes it."""
        data = dict(self.cleaned_data)
        stage = self.plan.stage if self.plan else data["stage"]
        data["stage"] = stage
        data["owner"] = data["owner"] or self.around.holding(stage.owner_role, self.by)
        data["barriers"], data["agreed_with"] = tuple(data["barriers"]), tuple(data["agreed_with"])
        return PlanSaid(actions=tuple(actions), **data)


def reviewed_after(stage: PlanStage, starts_on: date, around: Around) -> date:
    """When a plan is looked at where nobody says: as its stage says, on a school day."""
    day = max(starts_on, clock.today()) + timedelta(days=stage.review_after_days)
    return school_day_from(day, around.sites)


def people(around: Around) -> Any:
    """Those who work with the student, as a field takes them."""
    return User.objects.filter(pk__in=[user.pk for user in around.staff]).order_by("sort_key", "pk")


class ActionForm(forms.Form):
    """One action: what, who, by when. An empty row is left out."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    what = Words(label="What is done", max_length=choices.LINE_LIMIT, rows=2)
    owner = forms.ChoiceField(label="Who", required=False)
    owner_words = Words(
        label="Or somebody else",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "Student, parent, service"}),
    )
    due_on = Day(label="By")

    def __init__(self, *args: Any, around: Around, **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {str(user.pk): user for user in around.staff}
        owner: Any = self.fields["owner"]
        owner.choices = [("", "Nobody on the staff"), *((key, user.formal_name) for key, user in self.people.items())]

    def clean(self) -> dict[str, Any]:
        """What, who and when go together; who is one of the staff or somebody in words."""
        data = super().clean() or {}
        if not data.get("what") and "what" not in self.errors:
            # A row whose words are taken out is left out; one in which only who or when was said is half a thought.
            if not data.get("key") and {"owner", "owner_words", "due_on"} & set(self.changed_data):
                self.add_error("what", "Say what is to be done, or empty the row.")
            return data
        if not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "Say by when.")
        if data.get("owner") and data.get("owner_words"):
            self.add_error("owner_words", "Choose one of the staff or write somebody else, not both.")
        elif not data.get("owner") and not data.get("owner_words") and not {"owner", "owner_words"} & set(self.errors):
            self.add_error("owner", "Say who does it: one of the staff here, or somebody else in words.")
        return data

    def said(self) -> ActionSaid | None:
        """The action as it was typed; nothing for an empty row."""
        data = self.cleaned_data
        if not data.get("what"):
            return None
        return ActionSaid(
            data["what"], data["due_on"], self.people.get(data["owner"]), data["owner_words"], data["key"]
        )


class ActionRows(BaseFormSet):  # type: ignore[type-arg]  # Django's own is not generic at run time
    """The actions of a plan that are still to do, and some empty rows."""

    def __init__(self, *args: Any, starts_on: date | None = None, needed: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.starts_on, self.needed = starts_on, needed

    def clean(self) -> None:
        """At least one action, none due before the plan starts."""
        filled = [form for form in self.forms if form.cleaned_data.get("what")]
        for form in filled:
            day = form.cleaned_data.get("due_on")
            if self.starts_on and day and day < self.starts_on and "due_on" in form.changed_data:
                form.add_error(
                    "due_on", f"This is before the plan starts. Choose {self.starts_on:%-d %B %Y} or a later day."
                )
        if self.needed and not filled and not any(self.errors):
            raise ValidationError("Say at least one thing that is done: what, who and by when.")

    @property
    def shown(self) -> list[Any]:
        """The rows that stand open: those filled in and two empty ones."""
        return self.forms[: self.initial_form_count() + SHOWN_SPARE]

    @property
    def folded(self) -> list[Any]:
        """The empty rows behind a fold."""
        return self.forms[self.initial_form_count() + SHOWN_SPARE :]

    @property
    def unfolded(self) -> bool:
        """Whether something stands behind the fold."""
        return self.is_bound and any(form.errors or form.has_changed() for form in self.folded)

    def said(self) -> list[ActionSaid]:
        """What was typed, empty rows left out."""
        return [said for form in self.forms if (said := form.said()) is not None]


ActionFormSet = formset_factory(
    ActionForm, formset=ActionRows, extra=SPARE, max_num=MOST_ACTIONS, absolute_max=MOST_ACTIONS, validate_max=True
)


def initial_rows(actions: Sequence[PlanAction]) -> list[dict[str, Any]]:
    """The actions of a plan that are still to do, as rows to change."""
    return [
        {
            "key": one.public_id,
            "what": one.what,
            "owner": one.owner_id,
            "owner_words": one.owner_words,
            "due_on": one.due_on,
        }
        for one in actions
        if one.done_on is None
    ]


def initial_of(plan: ActionPlan) -> dict[str, Any]:
    """A plan as the form shows it."""
    names = ("title", "reasons", "aims", "owner", "starts_on", "review_on", "agreed_with", "agreed_words")
    return {name: getattr(plan, name) for name in names} | {"barriers": list(plan.barriers.all())}


def initial_from_bank(item: BankItem, by: User, sites: Iterable[int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a plan takes from a model plan: its words and actions, each so many weeks from today; “Tutor” is whoever makes it."""
    today, data = clock.today(), item.data
    plan = {"title": item.title, "reasons": data.get("reasons", ""), "aims": data.get("aims", "")}
    plan["barriers"] = list(Barrier.objects.filter(public_id__in=data.get("barriers", []), active=True))
    if data.get("weeks"):
        plan["review_on"] = school_day_from(today + timedelta(weeks=int(data["weeks"])), sites)
    rows = []
    for one in data.get("actions", []):
        mine = one.get("who", "").casefold() == "tutor"
        due_on = school_day_from(today + timedelta(weeks=int(one.get("weeks") or data.get("weeks") or 4)), sites)
        rows.append(
            {
                "what": one["what"],
                "owner": by.pk if mine else "",
                "owner_words": "" if mine else one.get("who", ""),
                "due_on": due_on,
            }
        )
    return plan, rows


class PlanReviewForm(forms.Form):
    """A plan is looked at: it stays, goes up a stage or steps down, or it ends."""

    note = Words(label="What was found and agreed", required=True, rows=4)
    stage = StageChoice(label="It goes on at", queryset=PlanStage.objects.none(), empty_label=None)
    owner = Person(
        label="Whose plan then",
        queryset=User.objects.none(),
        required=False,
        empty_label="Stays, or as a new stage says",
    )
    review_on = Day(label="Look at it again on", help_text="Empty: as the stage says.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: ActionPlan, around: Around, by: User, **options: Any) -> None:
        options["initial"] = {"stage": plan.stage_id, "version": plan.version} | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.plan, self.around, self.by = plan, around, by
        fields: Any = self.fields
        fields["owner"].queryset = people(around)
        # A stage no longer in use stays for the plan that stands at it.
        fields["stage"].queryset = PlanStage.objects.filter(active=True) | PlanStage.objects.filter(pk=plan.stage_id)

    def clean_review_on(self) -> date | None:
        """Still to come, and not before the plan begins."""
        day: date | None = self.cleaned_data["review_on"]
        if day and day <= clock.today():
            raise ValidationError("Choose a day after today.")
        if day and day < self.plan.starts_on:
            raise ValidationError(
                f"The plan starts on {self.plan.starts_on:%-d %B %Y}. Choose that day or a later one."
            )
        return day

    def said(self) -> ReviewSaid:
        """The review as an action takes it."""
        data = self.cleaned_data
        stage = data["stage"]
        day = data["review_on"] or reviewed_after(stage, self.plan.starts_on, self.around)
        return ReviewSaid(stage, data["owner"] or self._owner(stage), day, data["note"])

    def _owner(self, stage: PlanStage) -> User:
        """Whoever has it keeps it, unless the stage changes whose it is or they no longer work with the student."""
        here = {user.pk for user in self.around.staff}
        same = stage.pk == self.plan.stage_id or stage.owner_role == self.plan.stage.owner_role
        if same and self.plan.owner_id in here:
            return self.plan.owner
        return self.around.holding(stage.owner_role, self.by)


class PlanCloseForm(forms.Form):
    """A plan ends."""

    outcome = forms.ChoiceField(label="What came of it", choices=PlanOutcome.choices, widget=forms.RadioSelect)
    note = Words(label="In a few words", rows=3)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ApprovalForm(forms.Form):
    """Approve a plan, or send it back with words."""

    note = Words(label="Words for whoever made it", rows=2, help_text="Needed when you send it back.")
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("approve", "Approve"), ("send_back", "Send back")], widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Sending back needs a reason."""
        data = super().clean() or {}
        if data.get("answer") == "send_back" and not data.get("note") and "note" not in self.errors:
            self.add_error("note", "Say what has to be changed, then send it back.")
        return data


class SignedForm(forms.Form):
    """The copy that was signed, scanned or photographed."""

    file = forms.FileField(
        label="Signed copy",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=f"PDF, JPEG or PNG, at most {SIGNED_MEGABYTES} MB. It is kept encrypted and only for those who may read the plan.",
    )
    signed_on = Day(label="Signed on", required=True, years=HAPPENED)

    def __init__(self, *args: Any, plan: ActionPlan, **options: Any) -> None:
        options["initial"] = {"signed_on": clock.today()} | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.plan = plan
        self.content_type = ""

    def clean_file(self) -> Any:
        """A document or picture of a size that a signed page has, judged by its first bytes."""
        file = self.cleaned_data["file"]
        if file.size > SIGNED_MEGABYTES * 1024 * 1024:
            raise ValidationError(f"Over {SIGNED_MEGABYTES} MB. Scan it in grey, or photograph it smaller.")
        start = file.read(16)
        file.seek(0)
        found = next((kind for begin, kind in KINDS if start.startswith(begin)), "")
        if not found:
            raise ValidationError("This is no PDF, JPEG or PNG. Scan the page, or photograph it, and choose that file.")
        self.content_type = found
        return file

    def clean_signed_on(self) -> date:
        """Not before there was a plan."""
        day: date = self.cleaned_data["signed_on"]
        if day < min(self.plan.starts_on, clock.local(self.plan.made_at).date()):
            raise ValidationError("The plan was not there yet on this day. Give the day on which it was signed.")
        return day
