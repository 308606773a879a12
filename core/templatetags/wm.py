"""The small things templates write: icons, statuses, dates, figures, sparklines. `{% load wm %}`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core import telephone, wording
from core.pages import drawing, icons

register = template.Library()

register.filter("day", wording.day)
register.filter("time", wording.time_of_day)
register.filter("moment", wording.moment)
register.filter("ago", wording.ago)
register.filter("percent", wording.percent)
register.filter("change", wording.change)
register.filter("initials", wording.initials)
register.simple_tag(wording.percent_of, name="percent_of")
register.simple_tag(drawing.sparkline, name="sparkline")
register.simple_tag(drawing.bar, name="bar")
register.simple_tag(drawing.interval, name="interval")
register.simple_tag(icons.icon, name="icon")

TONES = {
    "good": "check-circle-fill",
    "watch": "exclamation-triangle-fill",
    "concern": "exclamation-octagon-fill",
    "guard": "shield-fill",
    "plain": "circle",
    "accent": "info-circle-fill",
}
_LEVELS = {"success": "good", "info": "accent", "warning": "watch", "error": "concern", "debug": "plain"}


@register.simple_tag
def pill(words: str, tone: str = "plain", icon: str = "", title: str = "") -> SafeString:
    """A status: words, an icon and a colour, in that order of importance. Tone: good watch concern guard accent plain."""
    name = icon or TONES[tone]
    drawn = icons.icon(name) if name != "none" else mark_safe("")
    hint = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="wm-pill wm-tone-{}"{}>{}{}</span>', tone, hint, drawn, words)


@register.simple_tag
def face(name: str) -> SafeString:
    """The round initials of a person, for beside their name (so hidden from a screen reader)."""
    letters = escape(wording.initials(name))
    return mark_safe(f'<span class="wm-face wm-face-{_shade(name)}" aria-hidden="true">{letters}</span>')


@register.simple_tag
def phone(number: str, css: str = "", icon: str = "", whose: str = "") -> SafeString:
    """A telephone number to tap; as plain text where it can't be dialled. `whose` is for who can't see whose row it stands in."""
    shown = format_html("{}{}{}", format_html("{} ", icons.icon(icon)) if icon else "", number, _whose(whose))
    address = telephone.dialled(number)
    if not address:
        return shown
    return format_html('<a{} href="{}">{}</a>', format_html(' class="{}"', css) if css else "", address, shown)


def _whose(name: str) -> SafeString:
    return format_html('<span class="visually-hidden">, {}</span>', name) if name else mark_safe("")


@register.filter
def tone(level: str) -> str:
    """Django's message level as one of our tones."""
    return _LEVELS.get(level, "accent")


@register.filter
def tone_icon(level: str) -> SafeString:
    """The icon that goes with a message's level."""
    return icons.icon(TONES[tone(level)])


@register.filter
def undo_address(tags: str | None) -> str:
    """Where a message's Undo button posts: what a view gave as extra_tags="undo:/its/address/", else nothing."""
    return tags.removeprefix("undo:") if tags and tags.startswith("undo:") else ""


@register.filter
def icon_of_tone(name: str) -> SafeString:
    """The icon that goes with a tone."""
    return icons.icon(TONES[name])


@register.filter
def words(value: str) -> list[str]:
    """Text split at its spaces."""
    return value.split()


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """A value of a dictionary by a key that the template holds."""
    return mapping.get(key)


@register.filter
def dash(value: Any) -> Any:
    """The value, or an en dash when there is none. Nought is a value."""
    return wording.NOTHING if value is None or value == "" else value


@register.simple_tag
def count_of(number: int, singular: str, plural: str = "") -> str:
    """“1 student”, “3 students”."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, **changes: Any) -> str:
    """This page's address with some of its query changed; None or an empty value takes one out, and the page number goes."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        for one in value if isinstance(value, list | tuple) else [value]:
            if one not in (None, ""):
                query.appendlist(key, str(one))
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def sort_head(
    context: template.Context, key: str, label: str, css: str = "", first: str = "asc", title: str = ""
) -> SafeString:
    """A table head that sorts by `key`: a link that says which way it is sorted now. The view reads ?sort=key or -key."""
    now = context["request"].GET.get("sort") or context.get("sort") or ""
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    following = {"ascending": f"-{key}", "descending": key}.get(state, key if first == "asc" else f"-{key}")
    arrow = {"ascending": "arrow-up-short", "descending": "arrow-down-short", "none": "arrow-down-up"}[state]
    return format_html(
        '<th scope="col" class="{}"{}{}><a class="wm-sort" href="{}">{}{}</a></th>',
        css,
        mark_safe("") if state == "none" else format_html(' aria-sort="{}"', state),
        format_html(' title="{}"', title) if title else "",
        address_with(context, sort=following),
        label,
        icons.icon(arrow),
    )


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, number: int) -> str:
    """This page's address with another page of the list."""
    query: QueryDict = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def iso(value: date | datetime) -> str:
    """A date or moment for the datetime attribute of <time>."""
    return value.isoformat()


def _shade(name: str) -> int:
    """One of six quiet colours, the same for the same name."""
    return sum(map(ord, name)) % 6
