"""What may be typed about planned absence."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from attendance.choices import DayPart, PlannedKind, Series
from attendance.codes import Code, code_set
from attendance.planning import DAY_NAMES, SESSION_CODES, Wanted, lesson_code_of, plannable
from caseload.models import LessonTime, Site
from core import clock
from core.forms.dates import DayField
from core.forms.fields import CHOOSE

NO_CODE = "“%(value)s” is no code that can be planned here. Choose one from the list."


class PlanForm(forms.Form):
    """An absence that is known beforehand: why, when, and where the kind doesn't say it, the code."""

    kind = forms.ChoiceField(choices=[CHOOSE, *PlannedKind.choices], label="Why")
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day", required=False, help_text="Leave it empty for one day.")
    part = forms.ChoiceField(
        choices=DayPart.choices, widget=forms.RadioSelect, initial=DayPart.DAY, label="Which part of each day"
    )
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(number), name) for number, name in enumerate(DAY_NAMES[:5])],
        label="Only on",
        help_text="Tick none for every school day.",
    )
    session_code = forms.ChoiceField(
        required=False, label="Code for sessions", error_messages={"invalid_choice": NO_CODE}
    )
    lesson_code = forms.ChoiceField(
        required=False, label="Code for lessons", error_messages={"invalid_choice": NO_CODE}
    )
    note = forms.CharField(
        max_length=200, required=False, help_text="One line. Whoever takes the register can read it."
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lesson_codes = _lesson_codes(sites)
        self.has_sessions = any(site.kind == Site.Kind.SCHOOL for site in sites)
        session_codes = plannable(code_set(Series.SESSION).in_force(clock.today()))
        by_kind = "As the reason says"
        self._offer("session_code", session_codes if self.has_sessions else [], by_kind, "")
        self._offer("lesson_code", self.lesson_codes, by_kind, _lesson_help(self.lesson_codes))

    def _offer(self, name: str, codes: Sequence[Code], empty: str, words: str) -> None:
        if not codes:
            del self.fields[name]
            return
        field: Any = self.fields[name]
        field.choices = [("", empty)] + [(code.code, f"{code.code} {code.short}") for code in codes]
        field.help_text = words or _session_help(codes)

    def clean(self) -> dict[str, Any]:
        """One day when no end is given; the code of the kind where none is chosen."""
        values = super().clean() or self.cleaned_data
        values["ends_on"] = values.get("ends_on") or values.get("starts_on")
        kind = values.get("kind", "")
        if self.has_sessions and not values.get("session_code"):
            values["session_code"] = SESSION_CODES.get(PlannedKind(kind), "") if kind else ""
        if self.lesson_codes and not values.get("lesson_code"):
            values["lesson_code"] = lesson_code_of(kind, self.lesson_codes)
        for name in ("session_code", "lesson_code"):
            if kind and name in self.fields and not values.get(name) and name not in self.errors and self._needs(name):
                self.add_error(name, "The reason doesn't say which code. Choose one.")
        return values

    def _needs(self, name: str) -> bool:
        """Lessons in a school may go without a code; sessions, and lessons where there are no sessions, may not."""
        return name == "session_code" or not self.has_sessions

    def wanted(self) -> Wanted:
        """What was typed, once it is valid."""
        values = self.cleaned_data
        return Wanted(
            kind=values["kind"],
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            part=values["part"],
            weekdays=tuple(sorted(values["weekdays"])),
            session_code=values.get("session_code") or "",
            lesson_code=values.get("lesson_code") or "",
            note=" ".join(values["note"].split()),
        )


class DaysForm(forms.Form):
    """The days alone of a planned absence, read before it is known who is on the rest of the form."""

    starts_on = DayField(required=False)
    ends_on = DayField(required=False)

    @property
    def days(self) -> tuple[date, date]:
        """From when to when; today while that is not said, or can't be."""
        typed = self.cleaned_data if self.is_valid() else {}
        first = typed.get("starts_on") or clock.today()
        return first, max(first, typed.get("ends_on") or first)


class ReasonForm(forms.Form):
    """Why something planned is withdrawn."""

    reason = forms.CharField(
        max_length=200, error_messages={"required": "Say why. It is kept with every mark that goes."}
    )


class ChangePlanForm(PlanForm):
    """Other dates for what is planned, with the reason."""

    reason = forms.CharField(
        max_length=200,
        label="Why it changes",
        error_messages={"required": "Say why it changes. It is kept with every mark that goes."},
    )


def _lesson_codes(sites: Sequence[Site]) -> list[Code]:
    """The lesson codes offered at the first site that has lessons; at a school without a timetable none."""
    with_lessons = set(LessonTime.objects.filter(site__in=sites).values_list("site_id", flat=True))
    for site in sorted(sites, key=lambda site: site.kind != Site.Kind.COLLEGE):
        if site.pk in with_lessons:
            return plannable(code_set(Series.LESSON, site.pk).in_force(clock.today()))
    return []


def _session_help(codes: Sequence[Code]) -> str:
    offered = {code.code for code in codes}
    said = [f"{PlannedKind(kind).label} {code}" for kind, code in SESSION_CODES.items() if code in offered]
    return f"Left as it is: {', '.join(said)}."


def _lesson_help(codes: Sequence[Code]) -> str:
    pairs = [(kind, lesson_code_of(kind, codes)) for kind in SESSION_CODES]
    said = [f"{PlannedKind(kind).label} {code}" for kind, code in pairs if code]
    return f"Left as it is: {', '.join(said)}." if said else "Choose one; the college's codes don't say which."
