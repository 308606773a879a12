"""How a form's fields are drawn: label above, help under it, the control, its faults. `{% load wm_forms %}`."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString

from core import field_drawing
from core.field_drawing import control, field_kind

register = template.Library()

# Worst first, as the choices of such a field are ordered.
FACES = ("emoji-tear", "emoji-frown", "emoji-neutral", "emoji-smile", "emoji-laughing")


register.simple_tag(field_kind)
register.simple_tag(control)
register.simple_tag(field_drawing.whole, name="whole_field")
register.simple_tag(field_drawing.segments, name="segments_of")
register.filter("drawn", field_drawing.choice)


@register.filter
def tick_box(choice: BoundWidget) -> SafeString:
    """One radio button or tick box of several."""
    choice.data["attrs"]["class"] = "form-check-input"
    return field_drawing.choice(choice)


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
