"""Every form refuses in our own words: the framework's own are put in when they are shown, ours are plain text."""

from contextlib import suppress
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from tests.project.test_form_dates import APPS, every_form

SENT: tuple[Any, ...] = ("", None, "x", "-1", "9" * 400, "1.23456789", "a\0b", [], ["x"], "x" * 100_000)


def every_field() -> dict[str, forms.Field]:
    """The fields of every form of ours, by name."""
    return {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in every_form()
        if form.__module__.split(".")[0] in APPS
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]  # Django's own
    }


def said(field: forms.Field) -> list[Any]:
    """What the field says, asked with all that a browser could send."""
    found: list[Any] = list(field.error_messages.values())
    for sent in SENT:
        try:
            with suppress(TypeError, AttributeError):  # a list where a text is read: no browser's form sends it
                field.clean(sent)
        except ValidationError as refused:
            found += [one.message for one in refused.error_list]
    return found


def test_every_refusal_of_every_form_is_in_our_own_words(db: Any) -> None:
    fields = every_field()
    assert len(fields) > 300
    theirs = {
        f"{name}: {words}" for name, field in fields.items() for words in said(field) if isinstance(words, Promise)
    }
    assert theirs == set()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (forms.CharField(), "", "Fill this in."),
        (forms.CharField(max_length=3), "four", "This has 4 characters. Shorten it to 3."),
        (forms.CharField(), "a\0b", "This has a character in it that can’t be kept. Type it again."),
        (forms.IntegerField(min_value=0), "-5", "Give 0 or more."),
        (forms.IntegerField(), "x", "Give a whole number."),
        (forms.BooleanField(), "", "Tick this to go on."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "This is not one of the choices here. Choose from the list."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Choose at least one."),
        (forms.DateField(), "soon", "Give a day as day, month and year, for example 30/11/2026."),
        (forms.EmailField(), "nobody", "Give an email address, for example name@example.org."),
        (forms.FileField(), None, "Choose a file."),
    ],
)
def test_what_a_field_says(field: forms.Field, typed: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert refused.value.messages == [sentence]
