"""The long rows of a dashboard: groups side by side, and the students behind a figure. `{% load dashboard_parts %}`.

Written here as the rows of lists are: a thousand students cost a template a tenth of a second.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from attendance.arithmetic import Totals
from caseload.registries.columns import BulkAction
from caseload.templatetags.ticks import tick
from core.pages.drawing import bar
from core.templatetags.wm import count_of, face
from core.wording import NOTHING
from reporting.queries.groups import Side
from reporting.queries.students import GroupFacts

NOBODY = UUID(int=0)

register = template.Library()


@register.simple_tag
def side_rows(sides: Iterable[Side], facts: GroupFacts, key: str) -> SafeString:
    """The groups of a comparison: each number of students is a link to exactly those, inside the group that is shown, whose
    key is given."""
    start = f"{reverse('reporting:dashboard_students')}?in={escape(key)}&amp;of="
    return mark_safe(
        "".join([_side(side, facts, f"{start}{side.key}&amp;figure=") for side in sides])
    )  # escaped in each


def _counted(number: int, url: str) -> str:
    """A number of students, a link to their list where there are any."""
    return f'<a href="{url}">{number}</a>' if number else "0"


def _side(side: Side, facts: GroupFacts, url: str) -> str:
    who = f"<small> {escape(side.who)}</small>" if side.who else ""
    year = "<br>".join(_with_bar(totals) for totals in side.year)
    of = "<br>".join(totals.of_possible for totals in side.year)
    phone = f'<span class="wm-phone-only"> · {count_of(len(side.students), "student")}</span>'
    six_weeks = "<br>".join(totals.percent for totals in side.six_weeks)
    below = f"{_counted(side.below, f'{url}below')} of {side.graded}" if side.graded else NOTHING
    progress = f'<td class="wm-r">{below}</td>' if facts.sees_progress else ""
    overdue, unseen = _counted(side.overdue, f"{url}overdue"), _counted(side.unseen, f"{url}unseen")
    work = f'<td class="wm-r">{overdue}</td><td class="wm-r">{unseen}</td>' if facts.sees_work else ""
    return (
        f'<tr data-item><th scope="row"><a class="wm-row-link" href="{url}all">{escape(side.name)}</a>{who}</th>'
        f'<td class="wm-r">{_counted(len(side.students), f"{url}all")}</td><td class="wm-phone-a" data-label="Year">{year}</td>'
        f'<td class="wm-r wm-phone-line wm-phone-left">{of}{phone}</td>'
        f'<td class="wm-r">{six_weeks}</td>'
        f'<td class="wm-r wm-phone-b" data-label="Persistent">{_counted(side.persistent, f"{url}persistent")}<small> of {side.counted}</small></td>'
        f"{progress}{work}</tr>"
    )


def _with_bar(totals: Totals) -> str:
    """The attendance of a year with its bar."""
    if totals.attendance is None:
        return NOTHING
    return f"{bar(float(totals.attendance), of=100, mark=90)} {totals.percent}"


@register.simple_tag
def behind_rows(rows: Sequence[Mapping[str, Any]], actions: Sequence[BulkAction] = ()) -> SafeString:
    """The students behind a figure, with what is said of each; with a box to tick where something can be done with them."""
    before, after = reverse("caseload:student_detail", args=[NOBODY]).split(str(NOBODY))
    return mark_safe("".join([_student(found, before, after, actions) for found in rows]))  # escaped in each


def _student(found: Mapping[str, Any], before: str, after: str, actions: Sequence[BulkAction]) -> str:
    row = found["row"]
    key, full_name = row["public_id"], row["full_name"]
    return (
        f'<tr data-item>{tick(row, actions)}<th scope="row"><span class="wm-who-is">{face(full_name)}<span>'
        f'<a class="wm-row-link" href="{before}{key}{after}">{escape(row["family_name"])}, {escape(row["given_name"])}</a>'
        f"<small>{escape(row['group'] or '')}</small></span></span></th>"
        f'<td class="wm-phone-line">{escape(found["says"])}</td>'
        f'<td class="wm-r wm-phone-a" data-label="Year">{found["year"].percent}</td>'
        f'<td class="wm-tight">{escape(row["year_group"] or "")}</td></tr>'
    )
