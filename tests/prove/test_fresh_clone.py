"""A fresh clone with an empty home, in a folder with a space that only its owner may enter, becomes a running college."""

import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from config.launch.places import ROOT


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed."""
    folder = tmp_path_factory.mktemp("a closed folder")
    folder.chmod(0o700)
    target = folder / "way mark"
    subprocess.run(["git", "clone", "--quiet", ROOT, target], check=True)
    return target


def environ(clone: Path) -> dict[str, str]:
    """Nothing of this run's settings, and a home with nothing in it."""
    ours = ("WAYMARK_", "DATABASE_", "REDIS_", "DJANGO_", "PYTEST_", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = clone.parent / "home"
    home.mkdir(exist_ok=True)
    return env | {"HOME": str(home)}


def run(clone: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["./run", *command], cwd=clone, env=environ(clone), capture_output=True, text=True)


def left_running(clone: Path) -> list[str]:
    """Programs of the clone that still run, the servers in its own data folder included."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(clone) in line:
            found.append(line)
    return found


def demo_until_it_answers(clone: Path) -> tuple[float, str]:
    """Start the demonstration, visit it, press Ctrl-C; gives the seconds until it answered and what it printed."""
    began = time.monotonic()
    command = ["./run", "demo", "--students", "30"]
    with subprocess.Popen(
        command, cwd=clone, env=environ(clone), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr
        said = ""
        for line in process.stderr:
            said += line
            if "Press Ctrl-C" in line:
                break
        took = time.monotonic() - began
        address = re.search(r"running at (http://localhost:\d+/)", said)
        if address:
            with urllib.request.urlopen(address.group(1) + "demo/", timeout=30) as page:
                assert page.status == 200
        os.killpg(process.pid, signal.SIGINT)
        said += process.stderr.read()
    assert address, said
    return took, said


def test_a_fresh_clone_becomes_a_running_college_and_the_second_start_is_quick(clone: Path) -> None:
    first, said = demo_until_it_answers(clone)
    assert left_running(clone) == []
    again, said_again = demo_until_it_answers(clone)
    assert left_running(clone) == []
    print(f"Until the first page: {first:.0f} s on a fresh clone, {again:.0f} s after that.")
    assert "Making a college" in said
    assert "Making a" not in said_again
    assert "Installing" not in said_again
    assert again < first / 2


def test_a_command_works_by_itself_and_its_status_is_passed_on(clone: Path) -> None:
    assert run(clone, "manage", "check").returncode == 0
    assert run(clone, "manage", "no_such_command").returncode == 1
    assert left_running(clone) == []


def test_the_folder_stays_closed(clone: Path) -> None:
    assert clone.parent.stat().st_mode & 0o777 == 0o700


def test_an_unknown_word_is_answered_with_a_sentence(clone: Path) -> None:
    done = run(clone, "fly")
    assert (done.returncode, done.stderr) == (2, "There is no “fly”. ./run help lists what there is.\n")
