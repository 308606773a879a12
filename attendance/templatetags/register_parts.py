"""Draw what stands in every row of a register. `{% load register_parts %}`."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from attendance.choices import SetBy
from attendance.codes import Code
from attendance.queries.sheet import SheetRow

# Stands for the public key of a row's student until the row is drawn; no code and no wording holds it.
KEY = "\ue000"

register = template.Library()


@register.simple_tag
def mark_buttons(row: SheetRow) -> SafeString:
    """The codes of a row, to choose one of. Written here and not in the template, where 150 buttons cost 10 ms."""
    buttons = (_button(code, number, code.code == row.code) for number, code in enumerate(row.choices, 1))
    return mark_safe("".join(buttons).replace(KEY, row.key))  # every value in a button is escaped below


@lru_cache(maxsize=1024)
def _button(code: Code, number: int, is_chosen: bool) -> str:
    usual = code.set_by == SetBy.QUICK
    letters = {"present": " p", "absent": " a" if usual else ""}.get(code.kind, "")
    return format_html(
        '<div class="wm-mark-choice" data-tone="{tone}"><input type="radio" name="mark-{key}" id="m{number}-{key}"'
        ' value="{code}" data-kind="{kind}" data-letter="{code_letter}{letters}"{checked}><label for="m{number}-{key}"{plain}>'
        '<span aria-hidden="true">{code}</span><span class="visually-hidden">{short}</span></label>'
        '<span class="wm-mark-meaning" aria-hidden="true">{short}</span></div>',
        key=KEY,
        number=number,
        tone=code.tone,
        code=code.code,
        kind=code.kind,
        code_letter=code.code.lower(),
        letters=letters,
        checked=mark_safe(" checked") if is_chosen else "",
        plain="" if usual else format_html(' data-plain="{}"', code.kind),
        short=code.short,
    )
