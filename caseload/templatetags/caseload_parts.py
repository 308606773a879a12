"""Draw a card that another app registered, and the rows of a list of students. `{% load caseload_parts %}`."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from caseload.models import Student
from caseload.needs import ACT, SOON
from caseload.queries.lists import StudentList
from caseload.queries.set_up import Missing, of_student
from caseload.queries.work import WorkLine
from caseload.registries.columns import BulkAction, Column, Reason
from caseload.templatetags.ticks import tick
from core import wording
from core.pages.cards import Shown
from core.pages.drawing import sparkline
from core.pages.due import Item
from core.templatetags.page_token import FormTokensNode
from core.templatetags.wm import face

NOBODY = UUID(int=0)
SPARK_WIDTH = 56

register = template.Library()


@register.simple_tag(takes_context=True)
def draw_card(context: template.Context, shown: Shown) -> SafeString:
    """The card's own template with what its `load` gave, by its own names and as `card`; nothing stays for the next."""
    engine = context.template.engine  # type: ignore[union-attr]  # a template is being drawn, so there is one
    drawn = engine.get_template(shown.template)
    with context.push(card=shown.context, **shown.context):
        return mark_safe(drawn.render(context))  # a template's own output, escaped as it was drawn


@register.simple_tag(takes_context=True)
def missing_here(context: template.Context) -> list[Missing]:
    """What is not set up for today, as far as it concerns this page: about one student, only that student's sites."""
    missing, student = context.get("missing_today") or (), context.get("student")
    return of_student(missing, student) if isinstance(student, Student) else list(missing)


@register.simple_tag(takes_context=True)
def work_lines(context: template.Context, lines: Sequence[WorkLine], part: str = "") -> SafeString:
    """The lines of what is due. Written here as the rows below are: a hundred cost a template a twentieth of a second.

    `part` is the id that a settled line draws again, if any; the address to come back to is the context's `here`.
    """
    here = escape(context.get("here") or "")
    tokens = FormTokensNode().render(context) if any(line.item.done_url for line in lines) else ""
    drawn = "".join([_line(line, part, here, tokens) for line in lines])
    return mark_safe(f'<ul class="wm-rows wm-work-lines" data-list>{drawn}</ul>')  # every value in it is escaped below


def _line(line: WorkLine, part: str, here: str, tokens: str) -> str:
    item, student = line.item, line.student
    url, words = escape(item.url), item.words
    name = escape(student["full_name"]) if student else ""
    said = [line.kind, (student and student["group"]) or "", item.note, wording.ago(item.since)]
    return (
        f"<li data-item>{face(student['full_name']) if student else ''}"
        f'<div class="wm-row-words"><a class="wm-row-link" href="{url}">'
        f"{escape(student['list_name']) + ': ' if student else ''}{escape(_shortened(words, 140))}</a>"
        f"<div>{' · '.join([escape(one) for one in said if one])}</div></div>"
        f'<div class="wm-work-next"><a class="btn btn-sm btn-primary" href="{url}">{escape(item.click)}'
        f'<span class="visually-hidden">: {name} {escape(_shortened(words, 60))}</span></a>'
        f"{_done(item, name, part, here, tokens) if item.done_url else ''}</div></li>"
    )


def _done(item: Item, name: str, part: str, here: str, tokens: str) -> str:
    url = escape(item.done_url)
    swap = f' hx-post="{url}" hx-target="#{part}" hx-swap="outerHTML"' if part else ""
    return (
        f'<form method="post" action="{url}"{swap}>{tokens}<input type="hidden" name="next" value="{here}">'
        f'<button class="btn btn-sm btn-secondary">{escape(item.done)}<span class="visually-hidden">: {name}</span></button></form>'
    )


def _shortened(words: str, length: int) -> str:
    return words if len(words) <= length else Truncator(words).chars(length)


@register.simple_tag
def student_rows(listed: StudentList, actions: Sequence[BulkAction]) -> SafeString:
    """The rows of a list of students. Written here and not in the template: 150 rows cost it a tenth of a second."""
    before, after = reverse("caseload:student_detail", args=[NOBODY]).split(str(NOBODY))
    starts = {column.key: _start(column) for column in listed.columns}
    rows = (_row(row, f"{before}{row['public_id']}{after}", actions, starts) for row in listed.page.object_list)
    return mark_safe("".join(rows))  # every value in it is escaped below


def _row(row: Mapping[str, Any], url: str, actions: Sequence[BulkAction], starts: Mapping[str, str]) -> str:
    group = escape(row["group"] or row["year_group"] or "")
    head = (
        f'<th scope="row"><span class="wm-who-is">{face(row["full_name"])}<span>'
        f'<a class="wm-row-link" href="{url}">{escape(row["list_name"])}</a><small>{group}</small></span></span></th>'
    )
    cells = "".join([_cell(starts[column.key], cell) for column, cell in row["cells"]])
    return f"<tr data-item>{tick(row, actions)}{head}{_why(row)}{cells}</tr>"


def _why(row: Mapping[str, Any]) -> str:
    """The two heaviest reasons in words, what can't wait in bold; the rest are counted, and all stand in the title."""
    reasons: list[Reason] = row["first_why"]
    if not reasons:
        return '<td class="wm-why wm-whole wm-phone-line"></td>'
    shown = " · ".join([_reason(reason) for reason in reasons])
    more = f" <small>+{row['more_why']}</small>" if row["more_why"] > 0 else ""
    return f'<td class="wm-why wm-whole wm-phone-line" title="{escape(row["all_why"])}">{shown}{more}</td>'


def _reason(reason: Reason) -> str:
    words = escape(reason.words)
    if reason.need < ACT:
        return words if reason.need >= SOON else f'<span class="wm-muted">{words}</span>'
    return f'<strong class="wm-tone-{reason.tone} wm-in-tone">{words}</strong>'


def _start(column: Column) -> str:
    phone = f' wm-phone-{column.phone}" data-label="{escape(column.label)}' if column.phone else ""
    return f'<td class="{column.css}{phone}"'


def _cell(start: str, cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return f"{start}>–</td>"
    title = f' title="{escape(str(cell["title"]))}"' if cell.get("title") else ""
    text = escape(str(cell["text"]))
    if cell.get("tone"):
        text = f'<span class="wm-tone-{escape(cell["tone"])} wm-in-tone">{text}</span>'
    if cell.get("url"):
        text = f'<a href="{escape(cell["url"])}">{text}</a>'
    note = f' <small class="d-block text-wrap">{escape(str(cell["note"]))}</small>' if cell.get("note") else ""
    spark = f" {sparkline(cell['spark'], width=SPARK_WIDTH)}" if cell.get("spark") else ""
    return f"{start}{title}>{text}{note}{spark}</td>"
