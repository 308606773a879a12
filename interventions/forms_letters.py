"""What may be typed into letters and their templates."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms.fields import TextArea
from interventions.letters import unknown_places
from interventions.models import LetterTemplate

LANGUAGES = [
    ("en", "English"), ("ar", "Arabic"), ("bn", "Bengali"), ("cy", "Welsh"), ("es", "Spanish"), ("fa", "Persian"),
    ("fr", "French"), ("gu", "Gujarati"), ("pa", "Panjabi"), ("pl", "Polish"), ("pt", "Portuguese"), ("ro", "Romanian"),
    ("so", "Somali"), ("ta", "Tamil"), ("tr", "Turkish"), ("uk", "Ukrainian"), ("ur", "Urdu"), ("zh", "Chinese"),
]  # fmt: skip


def _checked(text: str) -> str:
    strange = unknown_places(text)
    if strange:
        named = ", ".join(f"{{{name}}}" if name not in "{}" else name for name in dict.fromkeys(strange))
        raise forms.ValidationError(f"No letter knows {named}. The places that can be used are listed beside the form.")
    return text


class LetterTemplateForm(forms.Form):
    """A letter that staff send again and again."""

    name = forms.CharField(max_length=80, help_text="Only staff see it.")
    language = forms.ChoiceField(choices=LANGUAGES, initial="en")
    subject = forms.CharField(max_length=200)
    body = forms.CharField(
        max_length=10_000, widget=TextArea(attrs={"rows": 14}), help_text="An empty line begins a new paragraph."
    )
    active = forms.BooleanField(required=False, initial=True, label="Offered when a letter is written")
    for_tutors = forms.BooleanField(
        required=False,
        label="Tutors may send it about their own students",
        help_text="Everyone else who sends letters home may send every letter.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def __init__(self, *args: Any, template: LetterTemplate | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.template = template

    def clean_subject(self) -> str:
        """Only places that letters know."""
        return _checked(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        """Only places that letters know."""
        return _checked(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        """A name once in a language."""
        values = super().clean() or self.cleaned_data
        same = LetterTemplate.objects.filter(name=values.get("name"), language=values.get("language"))
        if self.template is not None:
            same = same.exclude(pk=self.template.pk)
        if same.exists():
            self.add_error("name", "There is a letter of this name in this language already.")
        return values


class TemplateField(forms.ModelChoiceField):
    """Letters by name, with their language where it isn't English."""

    def label_from_instance(self, obj: Any) -> str:
        """The name as staff know it."""
        language = dict(LANGUAGES).get(obj.language, obj.language)
        return obj.name if obj.language == "en" else f"{obj.name} ({language})"


class LetterNewForm(forms.Form):
    """Which letter is drafted."""

    template = TemplateField(queryset=LetterTemplate.objects.none(), label="Letter", empty_label="Choose")
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, templates: QuerySet[LetterTemplate], **options: Any) -> None:
        super().__init__(*args, **options)
        offered: Any = self.fields["template"]
        offered.queryset = templates


class LetterForm(forms.Form):
    """The words of one letter before it goes."""

    subject = forms.CharField(max_length=200)
    body = forms.CharField(max_length=20_000, widget=TextArea(attrs={"rows": 16}))
    version = forms.IntegerField(widget=forms.HiddenInput)
