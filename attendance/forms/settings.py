"""What may be typed about closures, lesson codes and a site's attendance settings."""

from datetime import date
from typing import Any

from django import forms

from attendance.choices import Headline, SetBy, StatClass
from attendance.closing import why_not_closed
from attendance.codes import Code
from attendance.queries.absence.closing import overlapping
from caseload.forms.structure import ClosureForm
from caseload.models import Closure, Site
from caseload.queries.calendar import academic_year_on
from caseload.registries.closures import ClosedDays
from core import clock, wording
from core.forms.dates import DayField, HourField
from core.forms.fields import CHOOSE


class CloseForm(ClosureForm):
    """Days on which a site does not open, and what becomes of marks that are taken already."""

    replace = forms.BooleanField(
        required=False,
        label="Change marks already taken too",
        help_text="Left unticked, they stay as they were taken. Each change keeps the first mark, your reason and your name.",
    )
    reason = forms.CharField(max_length=200, required=False, label="Why marks already taken change")

    def __init__(self, *args: Any, closure: Closure | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.closure = closure

    def clean(self) -> dict[str, Any]:
        """Inside an academic year, no second closure of the same days, and a reason where marks change."""
        values = super().clean()
        if values.get("replace") and not values.get("reason", "").strip():
            self.add_error("reason", "Say why marks that were taken change.")
        start, end, kind = values.get("starts_on"), values.get("ends_on"), values.get("kind")
        if not (start and end and kind) or self.errors:
            return values
        for name, sentence in why_not_closed(kind, start, end, clock.today(), _in_a_year(start, end)).items():
            self.add_error(name, sentence)
        site = values.get("site")
        number = self.closure.pk if self.closure else None
        if other := overlapping(number, site.pk if site else None, start, end):
            where = other.site.name if other.site else "every site"
            days = f"{wording.day(other.starts_on)} to {wording.day(other.ends_on)}"
            self.add_error(
                "starts_on", f"“{other.name}” closes {where} already, {days}. Change that one, or other days."
            )
        return values

    def days(self) -> ClosedDays:
        """The closure as typed, for the preview."""
        values = self.cleaned_data
        site = values["site"]
        number = self.closure.pk if self.closure else 0
        return ClosedDays(
            number, site.pk if site else None, values["kind"], values["name"], values["starts_on"], values["ends_on"]
        )

    def stored(self) -> dict[str, Any]:
        """What the action takes."""
        names = ("kind", "name", "site", "starts_on", "ends_on", "replace", "reason")
        return {name: self.cleaned_data[name] for name in names}


def _in_a_year(start: date, end: date) -> bool:
    year = academic_year_on(start)
    return year is not None and year.starts_on <= start and end <= year.ends_on


class SiteSettingsForm(forms.Form):
    """What a site has decided about its registers."""

    registers_taken = forms.ChoiceField(
        choices=Site.Registers.choices,
        widget=forms.RadioSelect,
        label="Where registers are taken",
        help_text="In the MIS, marks come in by import only and are read-only here.",
    )
    am_starts_at = HourField(label="Morning starts")
    pm_starts_at = HourField(label="Afternoon starts", help_text="A lesson from this time on belongs to the afternoon.")
    register_minutes = forms.IntegerField(min_value=1, max_value=240, label="A register stays open, minutes")
    remind_after_minutes = forms.IntegerField(
        min_value=1, max_value=240, required=False, label="Remind of a register not taken after, minutes",
        help_text="Counted from the start. Leave it empty to send no reminder.",
    )  # fmt: skip
    chase_after_days = forms.IntegerField(
        min_value=1, max_value=20, label="Chase an absence without a reason after, school days",
        help_text="N is replaced within 5 school days in the guidance.",
    )  # fmt: skip
    stale_after_minutes = forms.IntegerField(
        min_value=5, max_value=1440, label="Marks from the MIS are stale after, minutes",
        help_text="Of the school day without new marks. It counts only where registers are taken in the MIS.",
    )  # fmt: skip
    headline = forms.ChoiceField(
        choices=Headline.choices, widget=forms.RadioSelect, label="What this college shows as attendance"
    )

    def __init__(self, *args: Any, site: Site, **options: Any) -> None:
        super().__init__(*args, **options)
        self.site = site
        if site.kind == Site.Kind.SCHOOL:
            del self.fields["headline"]
            self.fields["register_minutes"].help_text = "30 at most, the same for every session (the 2024 guidance)."
        else:
            self.fields["register_minutes"].help_text = "After the lesson ends."

    def clean_register_minutes(self) -> int:
        """At a school a register is open for 30 minutes at most."""
        minutes: int = self.cleaned_data["register_minutes"]
        if self.site.kind == Site.Kind.SCHOOL and minutes > 30:
            raise forms.ValidationError("At a school a register stays open for 30 minutes at most.")
        return minutes

    def clean(self) -> dict[str, Any]:
        """The afternoon comes after the morning."""
        values = super().clean() or self.cleaned_data
        morning, afternoon = values.get("am_starts_at"), values.get("pm_starts_at")
        if morning and afternoon and afternoon <= morning:
            self.add_error("pm_starts_at", "The afternoon starts after the morning.")
        return values


class LessonCodeForm(forms.Form):
    """A lesson code: its symbol, what it means, what it counts as, who is offered it, from when."""

    code = forms.CharField(
        max_length=4, label="Symbol", help_text="One to four characters, as it stands in a register."
    )
    short = forms.CharField(max_length=40, label="Name")
    meaning = forms.CharField(max_length=160)
    stat_class = forms.ChoiceField(choices=[CHOOSE, *StatClass.choices], label="Counts as")
    is_late = forms.BooleanField(required=False, label="Is a late mark: minutes are asked for")
    set_by = forms.ChoiceField(choices=SetBy.choices, label="Who is offered it", initial=SetBy.OFFICER)
    valid_from = DayField(label="In force from")

    def __init__(self, *args: Any, old: Code | None = None, first_day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.first_day = first_day
        self.fields["valid_from"].initial = first_day
        if old is not None:
            self.fields["code"].disabled = True
            self.initial |= {name: getattr(old, name) for name in ("code", "short", "meaning", "stat_class")}
            self.initial |= {"is_late": old.is_late, "set_by": old.set_by}

    def clean_code(self) -> str:
        """Characters that can be seen and typed, in capitals."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if not code or not code.isascii() or not code.isprintable() or " " in code or "|" in code:
            raise forms.ValidationError("Use letters, figures or signs such as / without spaces.")
        return code

    def clean_valid_from(self) -> date:
        """Never in the past: marks that stand keep what they meant."""
        day: date = self.cleaned_data["valid_from"]
        if day < self.first_day:
            raise forms.ValidationError(
                f"From {wording.day(self.first_day)} at the earliest: marks that stand keep what they meant."
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Minutes late belong to a mark that says somebody came."""
        values = super().clean() or self.cleaned_data
        late_classes = (StatClass.PRESENT, StatClass.UNAUTHORISED)
        if values.get("is_late") and values.get("stat_class") not in late_classes:
            self.add_error("is_late", "A late mark counts as present, or as unauthorised absence when it was too late.")
        return values


class EndCodeForm(forms.Form):
    """The last day of a code."""

    valid_to = DayField(label="Last day in force")

    def __init__(self, *args: Any, first_day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.first_day = first_day

    def clean_valid_to(self) -> date:
        """Not before the last mark that carries it."""
        day: date = self.cleaned_data["valid_to"]
        if day < self.first_day:
            raise forms.ValidationError(
                f"Not before {wording.day(self.first_day)}: marks carry it until then, and they keep what they meant."
            )
        return day
