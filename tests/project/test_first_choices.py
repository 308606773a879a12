"""No form starts with a choice made whose acceptance without a look would store something wrong.

Every choice that is made beforehand is listed here with why it may be; a new one fails until somebody has thought about it.
"""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms

APPS = (
    "accounts",
    "attendance",
    "caseload",
    "core",
    "exchange",
    "interventions",
    "progress",
    "reporting",
    "safeguarding",
)
NEUTRAL = "says nothing about anybody"
USUAL = "the usual one stands first, in the order that the college set"
STANDING = "opens with what stands now"
FILTER = "tells a list apart, or says how something is shown, and stores nothing about anybody"
REPORT = "stands in the report's title; who gets it is chosen by name"
RING_HOME = "the button that leads here says ring home"
MAY_STAND = {
    "attendance.forms.planned.ChangePlanForm.part": STANDING,
    "attendance.forms.planned.PlanForm.part": "the whole day, whose first and last are typed beside it",
    "attendance.forms.settings.LessonCodeForm.set_by": "the fewest are offered it",
    "caseload.forms.contacts.ContactLogForm.channel": RING_HOME,
    "caseload.forms.contacts.ContactLogForm.direction": RING_HOME,
    "caseload.forms.grants.GiveForm.capacity": "asked for a tutor's caseload alone; cover needs its last day",
    "caseload.forms.students.NewStudentForm.sex": "not known",
    "caseload.forms.students.StudentForm.sex": "not known",
    "caseload.forms.visits.VisitLogForm.channel": "left out: a visit",
    "caseload.forms.visits.VisitLogForm.direction": "left out: a visit",
    "interventions.forms.MeetingForm.type": USUAL,
    "interventions.forms.NoteForm.kind": NEUTRAL,
    "interventions.forms_bank.LookForm.order": FILTER,
    "interventions.forms_bookings.TimesForm.minutes": USUAL,
    "interventions.forms_bookings.TimesForm.type": USUAL,
    "interventions.forms_cases.CaseMoveForm.stage": STANDING,
    "interventions.forms_letters.LetterTemplateForm.language": USUAL,
    "interventions.forms_plans.PlanForm.stage": "the lowest stage; a review moves a plan up and says why",
    "interventions.forms_plans.PlanReviewForm.stage": STANDING,
    "interventions.forms_programmes.InterventionReviewForm.goes": STANDING,
    "interventions.forms_referrals.ServiceForm.inside": USUAL,
    "reporting.forms.NewReportForm.edition": REPORT,
    "reporting.forms.NewReportForm.term": REPORT,
    "reporting.forms.ScheduleForm.edition": REPORT,
    "reporting.forms.ScheduleForm.frequency": REPORT,
    "reporting.forms.ScheduleForm.weekday": REPORT,
    "safeguarding.forms.casework.EntryForm.kind": NEUTRAL,
}
MANY = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def choice_fields() -> Iterator[tuple[str, forms.Field]]:
    """Every field of every form of ours in which one of several is chosen."""
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if "form" not in module.name.rsplit(".", 2)[-1] and ".forms." not in module.name:
                continue
            found = importlib.import_module(module.name)
            for name, form in vars(found).items():
                if isinstance(form, type) and issubclass(form, forms.BaseForm) and form.__module__ == module.name:
                    for key, field in getattr(form, "base_fields", {}).items():
                        if isinstance(field, forms.ChoiceField) and not isinstance(field, MANY):
                            yield f"{module.name}.{name}.{key}", field


def begins_chosen(field: forms.Field) -> bool:
    """Whether a browser would send something that nobody chose."""
    if isinstance(field.widget, forms.HiddenInput):
        return False
    if field.initial not in (None, "", False):
        return True
    if isinstance(field, forms.ModelChoiceField):
        return field.empty_label is None
    if isinstance(field.widget, forms.RadioSelect):
        return False
    choices = list(field.choices)  # type: ignore[attr-defined]  # a choice field
    return bool(choices) and choices[0][0] != ""


def test_no_form_begins_with_a_choice_that_nobody_has_thought_about() -> None:
    assert sorted(name for name, field in choice_fields() if begins_chosen(field)) == sorted(MAY_STAND)


@pytest.mark.parametrize("name", ["type", "figure", "chosen_for"])
def test_an_intervention_begins_with_no_kind_no_measure_and_no_answer(name: str) -> None:
    from interventions.forms_programmes import InterventionForm

    field = InterventionForm.base_fields[name]
    assert (begins_chosen(field), field.required) == (False, True)
