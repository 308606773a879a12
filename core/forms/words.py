"""What every form says when it refuses something, in our own words: said once here, on the framework's own fields.

A field that can say more gives its own `error_messages`.
"""

from typing import Any

from django import forms
from django.core import validators
from django.db import models
from django.forms.formsets import BaseFormSet

NOT_OFFERED = "This is not one of the choices here. Choose from the list."
NOT_READ = "This can’t be read. Load the page again and send it again."
NO_FILE = "Choose a file."

FIELDS: dict[type[Any], dict[str, str]] = {
    forms.Field: {"required": "Fill this in."},
    forms.BooleanField: {"required": "Tick this to go on."},
    forms.IntegerField: {"required": "Give a number.", "invalid": "Give a whole number."},
    forms.FloatField: {"invalid": "Give a number."},
    forms.DecimalField: {"invalid": "Give a number."},
    forms.DateField: {
        "required": "Give a day.",
        "invalid": "Give a day as day, month and year, for example 30/11/2026.",
    },
    forms.TimeField: {
        "required": "Give a time.",
        "invalid": "Give a time as hours and minutes, for example 14:30.",
    },
    forms.DateTimeField: {
        "required": "Give a day and a time.",
        "invalid": "Give a day and a time, for example 2026-11-30 14:30.",
    },
    forms.DurationField: {"invalid": "Give a number of minutes.", "overflow": "This is too long."},
    forms.FileField: {
        "required": NO_FILE,
        "invalid": NO_FILE,
        "missing": NO_FILE,
        "empty": "This file is empty. Choose another.",
        "max_length": "The name of this file has %(length)d characters. Shorten it to %(max)d.",
        "contradiction": "Either choose a file or tick the box that removes it, not both.",
    },
    forms.ImageField: {"invalid_image": "This is no picture, or it is damaged. Choose another."},
    forms.URLField: {"invalid": "Give a web address that begins with https://."},
    forms.ChoiceField: {"required": "Choose one.", "invalid_choice": NOT_OFFERED},
    forms.MultipleChoiceField: {
        "required": "Choose at least one.",
        "invalid_choice": NOT_OFFERED,
        "invalid_list": NOT_OFFERED,
    },
    forms.ModelChoiceField: {"invalid_choice": NOT_OFFERED},
    forms.ModelMultipleChoiceField: {
        "required": "Choose at least one.",
        "invalid_choice": NOT_OFFERED,
        "invalid_list": NOT_OFFERED,
        "invalid_pk_value": NOT_OFFERED,
    },
    forms.MultiValueField: {"invalid": NOT_READ, "incomplete": "Fill in every part of this."},
    forms.UUIDField: {"invalid": NOT_READ},
    forms.JSONField: {"invalid": NOT_READ},
    BaseFormSet: {
        "missing_management_form": "A part of this form did not arrive. Load the page again and send it again.",
        "too_many_forms": "This form takes %(num)d rows at most.",
        "too_few_forms": "This form needs %(num)d rows at least.",
    },
    models.UUIDField: {"invalid": NOT_OFFERED},  # a choice among rows that the browser names by public id
    models.Field: {"unique": "There is one with this %(field_label)s already. Choose another."},
}
VALIDATORS: dict[type[Any], str] = {
    validators.RegexValidator: "This is not written as it should be here. Check it.",
    validators.EmailValidator: "Give an email address, for example name@example.org.",
    validators.URLValidator: "Give a web address that begins with https://.",
    validators.MinValueValidator: "Give %(limit_value)s or more.",
    validators.MaxValueValidator: "Give %(limit_value)s or less.",
    validators.StepValueValidator: "Give a multiple of %(limit_value)s.",
    validators.MinLengthValidator: "This has %(show_value)d characters. Write at least %(limit_value)d.",
    validators.MaxLengthValidator: "This has %(show_value)d characters. Shorten it to %(limit_value)d.",
    validators.FileExtensionValidator: "This kind of file can’t be used. Choose one of these: %(allowed_extensions)s.",
    validators.ProhibitNullCharactersValidator: "This has a character in it that can’t be kept. Type it again.",
}
DECIMALS = {
    "invalid": "Give a number.",
    "max_digits": "Give at most %(max)d digits in all.",
    "max_decimal_places": "Give at most %(max)d digits after the point.",
    "max_whole_digits": "Give at most %(max)d digits before the point.",
}


def say() -> None:
    """Put our words in place of the framework's. Before the first form is made: each field takes them then."""
    fields: dict[Any, dict[str, str]] = FIELDS
    for kind, words in fields.items():
        kind.default_error_messages = kind.__dict__.get("default_error_messages", {}) | words
    for validator, sentence in VALIDATORS.items():
        validator.message = sentence
    validators.DecimalValidator.messages = DECIMALS
