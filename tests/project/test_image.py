"""What goes into the container image: the code, and nothing that holds a secret."""

import re

import pytest

from config.launch.places import ROOT

RULES = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def _pattern(rule: str) -> re.Pattern[str]:
    """A rule as Docker reads it: `**/` is any folders or none, `*` and `?` stay within a name, a folder takes its files."""
    whole = ""
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", rule.strip("/")):
        whole += {"**/": r"(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(piece, re.escape(piece))
    return re.compile(f"{whole}(?:/.*)?")


def kept_out(path: str) -> bool:
    """Whether a file stays out of the image; the last rule that fits decides."""
    out = False
    for rule in RULES:
        if _pattern(rule.lstrip("!")).fullmatch(path):
            out = not rule.startswith("!")
    return out


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        ".env.local",
        ".envrc",
        "docker/.env",
        "a/b/.env.old",
        "production.env",
        "docker/live.env",
    ]
    + [
        "var/keys/naming.pem",
        "naming.pem",
        ".git/config",
        "core/__pycache__/x.pyc",
        "node_modules/x.js",
        ".venv/bin/x",
    ],
)
def test_secrets_and_leftovers_stay_out_of_the_image(path: str) -> None:
    assert kept_out(path)


@pytest.mark.parametrize(
    "path", ["docker/example.env", "manage.py", "config/env.py", "config/launch/environment.py", "requirements.lock"]
)
def test_the_code_and_the_example_go_in(path: str) -> None:
    assert not kept_out(path)
