"""A form's fields drawn in Python: the controls as Django's own templates draw them, and what stands around.

A page of sixty controls drew some three templates for each, which was most of what it cost.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.icons import icon

_OPTIONAL = ' <span class="wm-need">(optional)</span>'


def field_kind(field: BoundField) -> str:
    """Which of four shapes a field has: tick, choices, select or text."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "select" if isinstance(widget, forms.Select) else "text"


def control(field: BoundField) -> SafeString:
    """The field's own control with our class, whatever classes it has already."""
    kind = {"tick": "form-check-input", "select": "form-select"}.get(field_kind(field), "form-control")
    own = field.field.widget.attrs.get("class", "")
    classes = f"{own} {kind}{' is-invalid' if field.errors else ''}".strip()
    field.form.renderer = DRAWN
    return field.as_widget(attrs={"class": classes})


def choice(choice: Any) -> SafeString:
    """One radio button or tick box of several, as its field drew it up."""
    choice.renderer = DRAWN
    drawn: SafeString = choice.tag()
    return drawn


def segments(field: BoundField) -> SafeString:
    """The choices of a field side by side, each a button with its label."""
    parts = (
        f'<div>{choice(one)}<label for="{escape(one.id_for_label)}">{escape(one.choice_label)}</label></div>'
        for one in field.subwidgets
    )
    return mark_safe("".join(parts))  # escaped as it was put together


def whole(field: BoundField) -> SafeString:
    """A field with its label, the help under that, the control and its faults."""
    if field.is_hidden:
        return mark_safe(str(field))  # drawn and escaped by the widget
    parts = {"tick": _tick, "choices": _choices}.get(field_kind(field), _labelled)(field)
    faulty = " wm-faulty" if field.errors else ""
    drawn = f'<div class="wm-field{faulty}" id="div_{escape(field.auto_id)}">\n{parts}\n{faults(field)}\n</div>'
    return mark_safe(drawn)  # every value in it is escaped below


def faults(field: BoundField) -> SafeString:
    """What is wrong with a field, each in a line."""
    if not field.errors:
        return SafeString()
    mark = icon("exclamation-circle-fill")
    lines = "".join(f'<p class="wm-fault">{mark} {escape(fault)}</p>' for fault in field.errors)
    return mark_safe(f'<div id="{escape(field.auto_id)}_error">{lines}</div>')  # escaped as it was put together


def help_of(field: BoundField) -> SafeString:
    """The help under a label. It is ours and may hold markup."""
    if not field.help_text:
        return SafeString()
    return mark_safe(f'<div class="wm-help" id="{escape(field.auto_id)}_helptext">{field.help_text}</div>')  # ours


def _tick(field: BoundField) -> str:
    label = f'<label class="form-check-label" for="{escape(field.id_for_label)}">{escape(field.label)}</label>'
    return f'<div class="form-check">{control(field)}{label}</div>\n{help_of(field)}'


def _choices(field: BoundField) -> str:
    described = f' aria-describedby="{escape(field.aria_describedby)}"' if field.aria_describedby else ""
    boxes = []
    for one in field.subwidgets:
        one.data["attrs"]["class"] = "form-check-input"
        label = f'<label class="form-check-label" for="{escape(one.id_for_label)}">{escape(one.choice_label)}</label>'
        boxes.append(f'<div class="form-check">{choice(one)}{label}</div>')
    legend = f"<legend>{escape(field.label)}{_need(field)}</legend>"
    return f"<fieldset{described}>\n{legend}\n{help_of(field)}\n{''.join(boxes)}\n</fieldset>"


def _labelled(field: BoundField) -> str:
    label = f'<label for="{escape(field.id_for_label)}">{escape(field.label)}{_need(field)}</label>'
    return f"{label}\n{help_of(field)}\n{control(field)}"


def _need(field: BoundField) -> str:
    return "" if field.field.required else _OPTIONAL


def escape(value: Any) -> str:
    """As a template writes a value: escaped, unless it is markup already; nothing is said for None."""
    return "None" if value is None else conditional_escape(value)


def _attrs(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{escape(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escape(str(widget["value"]))}"'
    return f'<input type="{escape(widget["type"])}" name="{escape(widget["name"])}"{value}{_attrs(widget)}>'


def _option_input(widget: Mapping[str, Any]) -> str:
    drawn = _input(widget)
    if not widget.get("wrap_label"):
        return drawn
    named = widget["attrs"].get("id")
    target = f' for="{escape(named)}"' if named else ""
    return f"<label{target}>{drawn} {escape(widget['label'])}</label>"


def _textarea(widget: Mapping[str, Any]) -> str:
    value = escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{escape(widget["name"])}"{_attrs(widget)}>\n{value}</textarea>'


def _select(widget: Mapping[str, Any]) -> str:
    parts = []
    for name, options, _ in widget["optgroups"]:
        drawn = "".join(
            f'\n  <option value="{escape(str(one["value"]))}"{_attrs(one)}>{escape(one["label"])}</option>'
            for one in options
        )
        parts.append(f'\n  <optgroup label="{escape(name)}">{drawn}\n  </optgroup>' if name else drawn)
    return f'<select name="{escape(widget["name"])}"{_attrs(widget)}>{"".join(parts)}\n</select>'


_WIDGETS = "django/forms/widgets/"
_PLAIN = (
    "text",
    "number",
    "email",
    "url",
    "password",
    "hidden",
    "date",
    "datetime",
    "time",
    "file",
    "color",
    "search",
    "tel",
)
_DRAW: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"{_WIDGETS}{name}.html": _input for name in (*_PLAIN, "input", "checkbox")},
    **{f"{_WIDGETS}{name}.html": _option_input for name in ("radio_option", "checkbox_option", "input_option")},
    f"{_WIDGETS}textarea.html": _textarea,
    f"{_WIDGETS}select.html": _select,
}


class Drawn(TemplatesSetting):
    """Draws the usual controls in Python, and every other one by its template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """A control with what its widget says of it."""
        draw = _DRAW.get(template_name)
        return (
            mark_safe(draw(context["widget"])) if draw else super().render(template_name, context, request)
        )  # escaped above


DRAWN = Drawn()
