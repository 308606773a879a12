"""How a form's fields are drawn: label above, help under it, the control, its faults. `{% load wm_forms %}`."""

from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString

register = template.Library()

# Worst first, as the choices of such a field are ordered.
FACES = ("emoji-tear", "emoji-frown", "emoji-neutral", "emoji-smile", "emoji-laughing")


@register.simple_tag
def field_kind(field: BoundField) -> str:
    """Which of four shapes a field has: tick, choices, select or text."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "select" if isinstance(widget, forms.Select) else "text"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's own control with our class, whatever classes it has already."""
    kind = {"tick": "form-check-input", "select": "form-select"}.get(field_kind(field), "form-control")
    own = field.field.widget.attrs.get("class", "")
    classes = f"{own} {kind}{' is-invalid' if field.errors else ''}".strip()
    return field.as_widget(attrs={"class": classes})


@register.filter
def tick_box(choice: BoundWidget) -> SafeString:
    """One radio button or tick box of several."""
    choice.data["attrs"]["class"] = "form-check-input"
    return choice.tag()


@register.filter
def with_faces(field: BoundField) -> list[tuple[BoundWidget, str]]:
    """The five choices of a field, each with its face; an empty choice is left out."""
    choices = [choice for choice in field.subwidgets if choice.data["value"] != ""]
    return list(zip(choices, FACES, strict=False))


@register.filter
def anchor(field: BoundField) -> str:
    """Where a link of the error summary goes: the control, or the box around a group of them."""
    return str(field.id_for_label or f"div_{field.auto_id}")


@register.simple_tag
def all_faults(form: Any = None, several: Iterable[Any] | None = None) -> list[tuple[BoundField | None, str]]:
    """Every fault of a form, or of several, as (field, words). A fault of the whole form has no field."""
    found: list[tuple[BoundField | None, str]] = []
    for one in several or ([form] if form else []):
        if not one.is_bound:
            continue
        found += [(None, str(fault)) for fault in one.non_field_errors()]
        for field in one:
            found += [(None if field.is_hidden else field, str(fault)) for fault in field.errors]
    return found


@register.simple_tag
def plain_fields(form: Any) -> list[BoundField]:
    """A package's form in our look: its placeholders go, since every field has a label, hidden fields stay hidden."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return list(form)
