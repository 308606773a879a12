"""Icons drawn into the page from the icon package, read once and kept."""

import re
from functools import cache, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.pages.static_packages import packages_folder

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class UnknownIcon(LookupError):
    """A template named an icon that the icon package does not have."""


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon as SVG. With a label it is an image with that name; without, it is decoration beside words."""
    classes = f"wm-icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 16 16" role="img" aria-label="{}">{}</svg>', classes, label, _paths(name)
        )
    return format_html('<svg class="{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', classes, _paths(name))


@cache
def _paths(name: str) -> SafeString:
    """What is drawn inside the icon."""
    file = packages_folder() / "bootstrap-icons" / "icons" / f"{name}.svg"
    if not _NAME.match(name) or not file.is_file():
        raise UnknownIcon(f"There is no icon “{name}”. The names are those of the package bootstrap-icons.")
    found = _INSIDE.search(file.read_text(encoding="utf-8"))
    if found is None:
        raise UnknownIcon(f"The icon “{name}” can't be read.")
    return mark_safe(" ".join(found.group(1).split()))  # the package's own file, never anything typed
