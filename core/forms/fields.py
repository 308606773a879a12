"""What every form's fields share."""

from typing import Any

from django import forms

CHOOSE = ("", "Choose")  # stands first where accepting the first choice without a look would store something wrong


def ask_unless_one(field: Any) -> None:
    """A choice among rows: with one row it is that, with several the person chooses."""
    only = list(field.queryset[:2])
    if len(only) == 1:
        field.empty_label, field.initial = None, only[0].pk
    else:
        field.empty_label = CHOOSE[1]


class TextArea(forms.Textarea):
    """A box for words that takes whatever is put into it.

    With a `maxlength` browsers cut what is pasted without a word, and count an emoji as two. So the limit stays with the
    field, which says what is too long and gives everything back.
    """

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Every attribute but the limit."""
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        attrs.pop("maxlength", None)
        return attrs
