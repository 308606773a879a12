"""The few files that pages take from the front-end packages, served from our own address.

Only the files named here are found and collected, so a package's other thousand files are never published.
"""

import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

_FONT = "@fontsource-variable/public-sans/files/public-sans-{}-wght-normal.woff2"

# Address under /static/packages/ → file under node_modules.
FILES: dict[str, str] = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.min.css.map": "bootstrap/dist/css/bootstrap.min.css.map",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
} | {f"font/{Path(_FONT.format(part)).name}": _FONT.format(part) for part in ("latin", "latin-ext", "vietnamese")}

PREFIX = "packages"


def packages_folder() -> Path:
    """Where npm put the front-end packages."""
    return Path(settings.BASE_DIR) / "node_modules"


class NamedFiles(FileSystemStorage):
    """A storage that knows files by the short address we publish and reads each from its package."""

    prefix = PREFIX

    def path(self, name: str) -> str:
        """The file behind a published address."""
        return str(packages_folder() / FILES[name])


class PackageFinder(BaseFinder):
    """Find the named package files for runserver, tests and collectstatic."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Say which packages are missing rather than serve a page without its style."""
        missing = [source for source in FILES.values() if not (packages_folder() / source).is_file()]
        if not missing:
            return []
        return [Error(f"Front-end files are missing: {', '.join(missing)}.", hint="Run npm ci.", id="core.E001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:  # type: ignore[override]  # the stub of Django 5.2 lags behind its code
        """The file for one address, or an empty list when it is not one of ours."""
        name = posixpath.normpath(path.replace("\\", "/"))
        source = FILES.get(name.removeprefix(f"{PREFIX}/")) if name.startswith(f"{PREFIX}/") else None
        if source is None:
            return []
        found = str(packages_folder() / source)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every published address, for collectstatic."""
        storage = NamedFiles(location=packages_folder())
        for name in FILES:
            yield name, storage
