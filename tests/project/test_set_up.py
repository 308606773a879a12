"""What is written down for set-up holds for everybody, wherever they install from."""

import re
from pathlib import Path

import pytest

from config.launch.places import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock", "package-lock.json"]


def ours() -> list[Path]:
    """The files of the project, wherever they came from: a machine on which it only runs need not have git."""
    made = {"node_modules", "var"}
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in made and path.name[0] != "."]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_host_and_no_folder(name: str) -> None:
    text = (ROOT / name).read_text()
    # package-lock.json may name a package's page and its authors' funding page, never where it is downloaded.
    assert re.findall(r'"resolved"|--index-url|--find-links|file://|(?m:^-)', text) == []
    if name.endswith(".lock"):
        assert "//" not in text


@pytest.mark.parametrize("name", [name for name in LOCKS if name.startswith("requirements")])
def test_every_python_package_is_pinned_with_hashes(name: str) -> None:
    pins = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())
    assert [pin.split("\n")[0] for pin in pins if not re.search(r"==.*\\\n +--hash=sha256:", pin)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-node"])
def test_locks_hold_everything_that_is_asked_for(name: str) -> None:
    asked = re.findall(r"^([a-z][\w.-]*)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    locked = re.findall(r"^([a-z][\w.-]*)", (ROOT / f"{name}.lock").read_text(), re.MULTILINE)
    assert [package for package in asked if package not in locked] == []


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    assert [str(path) for path in ours() if path.stem in {"utils", "common", "helpers", "misc"}] == []


def test_migrations_import_nothing_of_ours() -> None:
    ours = "|".join(sorted(path.parent.name for path in ROOT.glob("*/apps.py")))
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in ROOT.glob("*/migrations/*.py")
        for line in path.read_text().splitlines()
        # Django writes a field's default by its name; the clock's stays where it is.
        if re.match(rf"(from|import) ({ours})\b", line) and line != "import core.clock"
    ]
    assert found == []
