"""Every form's days and times are fields of core.forms.dates, and none of them takes a year that nobody can mean."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.forms import BaseForm

from core.forms.dates import BirthField, DayField, HourField, MomentField

APPS = (
    "accounts",
    "audit",
    "caseload",
    "attendance",
    "progress",
    "interventions",
    "exchange",
    "reporting",
    "safeguarding",
)
OURS = (BirthField, DayField, HourField, MomentField)
BARE = ("forms.DateField", "forms.DateTimeField", "forms.TimeField", "forms.DateInput", "forms.DateTimeInput", "forms.TimeInput", "SplitDateTime")  # fmt: skip


def every_form() -> set[type[BaseForm]]:
    """All forms that our apps define."""
    for app in APPS:
        for module in pkgutil.walk_packages([str(Path(settings.BASE_DIR) / app)], f"{app}."):
            if "form" in module.name or "views" in module.name or "fields" in module.name:
                importlib.import_module(module.name)
    return set(_below(BaseForm))


def _below(form: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for below in form.__subclasses__():
        yield below
        yield from _below(below)


def dated() -> dict[str, forms.Field]:
    """The fields of every form of ours that take a day or a time, by name."""
    return {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in every_form()
        if form.__module__.split(".")[0] in APPS
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]  # Django's own
        if isinstance(field, (forms.DateField, forms.DateTimeField, forms.TimeField, forms.MultiValueField))
    }


def test_every_field_for_a_day_or_a_time_is_one_of_ours() -> None:
    found = dated()
    assert len(found) > 50
    assert {name for name, field in found.items() if not isinstance(field, OURS)} == set()


@pytest.mark.parametrize("typed", ["0212-06-01", "1926-03-24", "9999-12-31"])
def test_no_form_takes_a_year_that_nobody_can_mean(typed: str) -> None:
    taken = set()
    for name, field in dated().items():
        if isinstance(field, HourField):
            continue
        with suppress(ValidationError):
            field.clean(f"{typed}T10:00" if isinstance(field, MomentField) else typed)
            taken.add(name)
    assert taken == set()


def test_a_form_that_adds_a_day_as_it_is_drawn_uses_ours_too() -> None:
    """What `base_fields` cannot show: no form names Django's own fields and boxes for days and times."""
    root = Path(settings.BASE_DIR)
    named = {
        f"{path.relative_to(root)}: {bare}"
        for app in APPS
        for path in (root / app).rglob("*.py")
        for bare in BARE
        if bare in path.read_text(encoding="utf-8")
    }
    assert named == set()
