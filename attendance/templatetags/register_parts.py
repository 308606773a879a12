"""Draw what stands in every row of a register, and in lists of registers. `{% load register_parts %}`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from attendance.choices import SetBy
from attendance.codes import Code
from attendance.queries.registers.registers import RegisterLine
from attendance.queries.registers.sheet import SheetRow
from attendance.sittings import Sitting
from core.templatetags.wm import count_of, pill

NOBODY = UUID(int=0)
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


@register.simple_tag
def register_rows(lines: Sequence[RegisterLine], takers: Mapping[Any, Any]) -> SafeString:
    """A list of registers, each with its address and how far it has got: 200 rows would cost the template 60 ms."""
    states = {words: pill(words, tone, icon=icon) for words, (tone, icon) in STATES.items()}
    address = _addresses()
    rows = (_register_row(line, takers.get(line.sitting.key), address(line.sitting), states) for line in lines)
    return mark_safe("".join(rows))  # every value in it is escaped below


STATES = {
    "Blanks left": ("watch", ""),
    "Taken": ("good", ""),
    "Not taken": ("concern", ""),
    "Open now": ("watch", "clock-fill"),
    "Later": ("plain", "clock"),
}


def _register_row(line: RegisterLine, taker: Any, url: str, states: Mapping[str, SafeString]) -> str:
    sitting = line.sitting
    said = [count_of(line.expected, "student"), sitting.room, taker.formal_name if taker else ""]
    said += [line.tally] if line.is_taken else []
    return (
        f'<li data-item><div class="wm-row-words"><a class="wm-row-link" href="{url}">{escape(sitting.title)}</a>'
        f"<div>{escape(' · '.join(words for words in said if words))}</div></div>{states[_state(line)]}</li>\n"
    )


def _state(line: RegisterLine) -> str:
    if line.is_taken:
        return "Blanks left" if line.unmarked else "Taken"
    if line.sitting.has_closed:
        return "Not taken"
    return "Open now" if line.sitting.has_begun else "Later"


def _addresses() -> Callable[[Sitting], str]:
    """Where a sitting's register is: one address is made for each time of a day, and each group's key put in."""
    made: dict[tuple[date, str], list[str]] = {}

    def address(sitting: Sitting) -> str:
        when = (sitting.date, sitting.slug)
        if when not in made:
            made[when] = reverse("attendance:register_detail", args=[NOBODY, *when]).split(str(NOBODY))
        return str(sitting.public_id).join(made[when])

    return address
