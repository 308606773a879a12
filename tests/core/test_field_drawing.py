"""Controls drawn in Python are to the letter what Django's own templates draw, whatever is typed into them."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template import Context, Template
from django.utils.safestring import mark_safe

from core.field_drawing import DRAWN

NAUGHTY = "<b>\"'&amp; ½ \n</textarea>"


class Every(forms.Form):
    """One field of every kind that we use."""

    text = forms.CharField(max_length=20, help_text="<em>ours</em>", label="A & <b>")
    area = forms.CharField(widget=forms.Textarea(attrs={"rows": 2, "data-x": True, "hidden": False}), required=False)
    number = forms.DecimalField(min_value=0, max_value=5, decimal_places=2)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date", "class": "narrow"}))
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)
    tick = forms.BooleanField(required=False, label=mark_safe("Yes <i>really</i>"))
    one = forms.ChoiceField(choices=[("", "None"), ("a", NAUGHTY), ("b", "B")], required=False)
    grouped = forms.ChoiceField(choices=[("Letters & more", [("a", "A"), ("b", "<B>")]), ("c", "C")])
    several = forms.MultipleChoiceField(choices=[(1, "One"), (2, NAUGHTY)], widget=forms.CheckboxSelectMultiple)
    radio = forms.ChoiceField(choices=[("a", NAUGHTY), ("b", "B")], widget=forms.RadioSelect(attrs={"class": "own"}))
    file = forms.FileField(required=False)
    whole = forms.SplitDateTimeField(required=False)


TYPED: dict[str, Any] = {
    "text": NAUGHTY, "area": NAUGHTY, "number": "7,5", "day": "2026-11-20", "hidden": NAUGHTY, "tick": "on", "one": "a",
    "grouped": "b", "several": ["2"], "radio": "a", "whole_0": NAUGHTY,
}  # fmt: skip


@pytest.mark.parametrize("typed", [None, TYPED, {}])
def test_every_control_is_as_django_draws_it(typed: dict[str, Any] | None) -> None:
    ours, theirs = Every(typed, renderer=DRAWN), Every(typed, renderer=TemplatesSetting())
    for mine, other in zip(ours, theirs, strict=True):
        assert str(mine).split() == str(other).split(), "but for empty lines between the options of a list"
        assert [choice.tag() for choice in mine.subwidgets] == [choice.tag() for choice in other.subwidgets]


def test_a_field_stands_with_its_label_help_and_faults() -> None:
    page = Template("{% for field in form %}{% include 'components/field.html' %}{% endfor %}")
    drawn = page.render(Context({"form": Every(TYPED)}))
    assert (
        '<label for="id_text">A &amp; &lt;b&gt;</label>\n<div class="wm-help" id="id_text_helptext"><em>ours</em></div>'
        in drawn
    )
    assert "Yes <i>really</i></label>" in drawn
    assert "<legend>Radio</legend>" in drawn
    assert '<div id="id_number_error"><p class="wm-fault">' in drawn
    assert 'class="form-control is-invalid" aria-invalid="true"' in drawn
    assert '<label for="id_one">One <span class="wm-need">(optional)</span></label>' in drawn
    assert "</textarea>\n</textarea>" not in drawn
    assert drawn.count('class="wm-field wm-faulty"') == 4, "too long, no number, no password, no day"
