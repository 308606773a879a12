"""Ticks beside students, and the bar of what can be done with those ticked: one of each for every list. `{% load ticks %}`.

A list stands in an element with `data-ticks`; its boxes belong to the empty form that the bar brings, so that rows may hold
forms of their own and one bar can serve several tables.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from caseload.registries.columns import BulkAction
from core.pages.icons import icon

FORM = "ticked"

register = template.Library()


@register.simple_tag
def tick_all(actions: Sequence[BulkAction]) -> SafeString:
    """The head of the column with the ticks; nothing for somebody who can do nothing with them."""
    if not actions:
        return SafeString()
    return mark_safe(
        '<td class="wm-tick"><label><input class="form-check-input" type="checkbox" data-tick-all>'
        '<span class="visually-hidden">Tick all</span></label></td>'
    )


@register.simple_tag
def tick(person: Any, actions: Sequence[BulkAction]) -> SafeString:
    """The tick of one student: a row of a list, or the student."""
    if not actions:
        return SafeString()
    key, name = (
        (person["public_id"], person["full_name"]) if isinstance(person, dict) else (person.public_id, person.full_name)
    )
    return mark_safe(  # every value in it is escaped here
        f'<td class="wm-tick"><label><input class="form-check-input" type="checkbox" name="student" form="{FORM}"'
        f' value="{escape(str(key))}" data-tick><span class="visually-hidden">Tick {escape(name)}</span></label></td>'
    )


@register.simple_tag
def tick_bar(actions: Sequence[BulkAction]) -> SafeString:
    """What can be done with those ticked, in the order of the actions; it stands inside the element with `data-ticks`."""
    if not actions:
        return SafeString()
    buttons = " ".join(_button(action) for action in actions)
    return mark_safe(  # labels and addresses are ours and escaped below
        f'<form id="{FORM}" method="get"></form><div class="wm-action-bar" data-action-bar role="region"'
        f' aria-label="With those ticked"><span data-tick-count></span> {buttons}'
        ' <button type="button" class="btn btn-sm btn-link" data-tick-none>Untick</button></div>'
    )


def _button(action: BulkAction) -> str:
    return (
        f'<button class="btn btn-sm btn-secondary" form="{FORM}" formaction="{escape(reverse(action.url_name))}"'
        f' formmethod="{escape(action.method)}">{icon(action.icon)} {escape(action.label)}</button>'
    )
