"""What may be typed about reports and schedules."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import roles_carrying
from caseload.models import Reach, Term
from caseload.queries.containers import KINDS, Container, held_containers, listed
from caseload.querysets import containers
from core import clock
from core.forms.dates import DayField, HourField
from reporting import choices, rules
from reporting.models import Scope, Subscription

WHOLE = "college:1"


def scopes_for(user: User, permission: str) -> list[tuple[str, Container | None]]:
    """What this person may report on: the whole college first, then sites, year groups, houses and teams."""
    held = containers(user, permission)
    if "college" in held:
        found: list[tuple[str, Container | None]] = [(WHOLE, None)]
        for kind in Scope.KINDS:
            found += [(c.key, c) for c in listed(kind, KINDS[kind].model._default_manager.all())]
        return found
    rows = held_containers(user, permission, Scope.KINDS)
    for kind in ("year_group", "house", "team"):
        if "site" in held:
            rows += listed(kind, KINDS[kind].model._default_manager.filter(site_id__in=held["site"]))
    return [(c.key, c) for c in dict.fromkeys(rows)]


def leaders(permission: str = choices.RUN_REPORT) -> Any:
    """Staff who hold a role today in which reports are read: the whole of them, or their attendance part."""
    roles = Group.objects.filter(name__in=roles_carrying(permission))
    holders = Reach.objects.filter(role__in=roles, period__contains=clock.today()).values("user_id")
    return User.objects.filter(pk__in=holders, is_active=True).order_by("sort_key")


class People(forms.ModelMultipleChoiceField):
    """Staff to tick, by name and position."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        """Who it is."""
        return f"{obj.full_name}, {obj.position}" if obj.position else obj.full_name


class ScopeMixin(forms.Form):
    """The choice of students, and of recipients who may see their figures."""

    scope = forms.ChoiceField(label="About")

    def offer(self, user: User, permission: str = choices.RUN_REPORT) -> None:
        """Offer what this person holds."""
        self.user = user
        self.offered = dict(scopes_for(user, permission))
        self.fields["scope"].choices = [  # type: ignore[attr-defined]  # a choice field
            (key, "Whole college" if found is None else f"{found.name} ({found.label.lower()})")
            for key, found in self.offered.items()
        ]

    def clean_scope(self) -> tuple[str, int]:
        """The kind and id of the container."""
        found = self.offered.get(self.cleaned_data["scope"])
        return ("college", 1) if found is None else (found.kind, found.id)

    def clean(self) -> dict[str, Any]:
        """Every recipient must reach these students."""
        cleaned = super().clean() or self.cleaned_data
        scope, people = cleaned.get("scope"), cleaned.get("recipients")
        if scope and people:
            parts = rules.parts_for(self.user, *scope)
            outside = [p.full_name for p in people if not rules.reads_parts(p, parts, *scope)]
            if outside:
                words = (
                    f"{', '.join(outside)} can't see figures of these students. Untick them, or choose other students."
                )
                self.add_error("recipients", words)
        return cleaned


class NewReportForm(ScopeMixin):
    """Have a termly report built."""

    term = forms.ModelChoiceField(Term.objects.none(), empty_label=None)
    edition = forms.ChoiceField(choices=choices.Edition.choices, widget=forms.RadioSelect, initial="staff")
    recipients = People(
        User.objects.none(), required=False, label="Email it to", help_text="Nobody ticked: it waits here."
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("scope", "term", "edition", "recipients", "form_token")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(user, choices.ATTENDANCE_REPORT)
        reads = choices.RUN_REPORT if user.has_perm(choices.RUN_REPORT) else choices.ATTENDANCE_REPORT
        begun = Term.objects.filter(starts_on__lte=clock.today()).select_related("year").order_by("-starts_on")
        self.fields["term"].queryset = begun  # type: ignore[attr-defined]  # a model choice field
        self.fields["recipients"].queryset = leaders(reads)  # type: ignore[attr-defined]  # a model choice field
        self.initial.setdefault("form_token", uuid4())
        self.initial.setdefault("recipients", [user.pk])
        self.initial.setdefault("term", begun.first())


class ScheduleForm(ScopeMixin, forms.ModelForm):  # type: ignore[type-arg]  # the stubs' parameter is not there at run time
    """Save a schedule."""

    recipients = People(User.objects.none(), label="Email it to")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("name", "scope", "edition", "frequency", "weekday", "at", "starts_on", "recipients", "version")

    class Meta:
        model = Subscription
        fields = ("name", "edition", "frequency", "weekday", "at", "starts_on", "recipients")
        widgets = {
            "edition": forms.RadioSelect,
            "frequency": forms.RadioSelect,
        }
        field_classes = {"at": HourField, "starts_on": DayField}
        help_texts = {"weekday": "For a weekly schedule.", "starts_on": "The first day on which it can fall due."}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(user)
        self.fields["recipients"].queryset = leaders()  # type: ignore[attr-defined]  # a model choice field
        if self.instance.pk:
            kind, number = self.instance.scope
            match = next((k for k, c in self.offered.items() if c and (c.kind, c.id) == (kind, number)), WHOLE)
            self.initial |= {"scope": match, "version": self.instance.version}
        else:
            self.initial.setdefault("recipients", [user.pk])

    def apply(self) -> Subscription:
        """The schedule as typed, not saved."""
        schedule: Subscription = self.instance
        kind, number = self.cleaned_data["scope"]
        for name in Scope.KINDS:
            setattr(schedule, f"{name}_id", number if name == kind else None)
        return schedule
