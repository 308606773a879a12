"""A bare Debian 12, made by debootstrap: both commands work there, as root and as an ordinary user who follows what they say.

Needs root, debootstrap and a reachable Debian mirror. Registries are reached as this machine reaches them: its
certificates and its settings for pip and npm go along. `WAYMARK_BARE_TESTS` names fewer tests than all, for a shorter proof.
"""

import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.launch.places import ROOT

SUITE = "bookworm"
CERTIFICATES, TAKEN_ALONG = Path("/etc/ssl/certs/ca-certificates.crt"), "/etc/certificates-of-the-machine.pem"
TESTS = os.environ.get("WAYMARK_BARE_TESTS", "").split()
ACCOUNT = 1000
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("debootstrap"), reason="needs root and the package debootstrap"
)


class Bare:
    """A root folder of its own, in which commands run with their own mounts and process ids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, folder], check=True, stdout=subprocess.DEVNULL)
        for name in ("resolv.conf", "hosts"):  # debootstrap leaves out even the name localhost
            shutil.copy(f"/etc/{name}", folder / "etc")
        if CERTIFICATES.exists():
            # Not in the place of Debian's own bundle, which is written again when that package is installed.
            shutil.copy(CERTIFICATES, f"{folder}{TAKEN_ALONG}")
        self.do("root", "useradd", "--uid", str(ACCOUNT), "--create-home", "ordinary")

    def clone(self, home: str) -> str:
        """A fresh clone of what is committed, for the account whose home this is."""
        inside = f"{home}/way mark"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, f"{self.folder}{inside}"], check=True)
        self.do("root", "chown", "-R", f"--reference={home}", inside)
        return inside

    def start(self, who: str, *command: str, where: str = "/") -> subprocess.Popen[str]:
        """Start a command in the bare root; all that it starts ends with it."""
        account = [] if who == "root" else [f"--userspec={ACCOUNT}:{ACCOUNT}"]
        # The first process of the root stays a shell, which takes in what is left behind; chroot is its child.
        first = (
            "for each in dev dev/pts sys; do mount --bind /$each $0/$each; done; mount -t proc proc $0/proc;"
            ' mount -t tmpfs tmpfs $0/dev/shm; chroot "$@"; exit $?'
        )
        inner = [*account, str(self.folder), "/bin/sh", "-c", 'cd "$0" && exec "$@"', where, *command]
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-uc", first, str(self.folder), *inner],
            env=self.environ(who),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def environ(self, who: str) -> dict[str, str]:
        """Nothing of this run's; how registries are reached stays."""
        kept = {
            name: value.replace(str(CERTIFICATES), TAKEN_ALONG)
            for name, value in os.environ.items()
            if re.match(r"(?i)(pip_|npm_|ssl_|node_extra|requests_ca|.*_proxy$)", name) and name != "PIP_FIND_LINKS"
        }
        home = "/root" if who == "root" else "/home/ordinary"
        return kept | {"HOME": home, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}

    def do(self, who: str, *command: str, where: str = "/") -> tuple[int, str]:
        """Run a command to its end; its status and what it printed."""
        process = self.start(who, *command, where=where)
        said, _ = process.communicate()
        return process.returncode, said


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Bare]:
    """A bare root that ordinary accounts can reach."""
    for each in (tmp_path, *tmp_path.parents[:3]):
        each.chmod(each.stat().st_mode | 0o711)
    yield Bare(tmp_path / "root")
    shutil.rmtree(tmp_path / "root", ignore_errors=True)


def child_of(process: int) -> int:
    """The number of a process's only child."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def demo_answers(bare: Bare, who: str, where: str) -> None:
    """Start the demonstration, visit it and press Ctrl-C."""
    process = bare.start(who, "./run", "demo", "--students", "30", where=where)
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Press Ctrl-C" in line:
            break
    address = re.search(r"running at (http://localhost:\d+/)", said)
    if address is None:
        pytest.fail(said[-3000:])
    with urllib.request.urlopen(address.group(1) + "demo/", timeout=30) as page:
        assert page.status == 200
    os.kill(child_of(child_of(process.pid)), signal.SIGINT)
    process.communicate(timeout=60)


def both_commands(bare: Bare, who: str, where: str) -> None:
    """The demonstration answers, and the tests pass, none of them left out for want of a browser."""
    demo_answers(bare, who, where)
    status, said = bare.do(who, "./run", "test", "-rsfE", *TESTS, where=where)
    print(said[-3000:])
    assert status == 0, said[-30_000:]
    assert "no browser can be driven" not in said


def test_root_needs_nothing_but_the_two_commands(bare: Bare) -> None:
    both_commands(bare, "root", bare.clone("/root"))


def test_an_ordinary_user_is_told_what_to_install_and_it_is_enough(bare: Bare) -> None:
    where = bare.clone("/home/ordinary")
    said_to_install: list[str] = []
    for _ in range(6):
        _, said = bare.do("ordinary", "./run", "test", "tests/project/test_set_up.py", where=where)
        wanted = re.findall(r"sudo apt-get install ([a-z0-9. -]+)", said)
        if not wanted:
            break
        said_to_install += wanted
        bare.do("root", "apt-get", "update", "-q")
        status, answer = bare.do(
            "root", "apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted[0].split()
        )
        assert status == 0, answer[-2000:]
    print("Told to install: " + "; ".join(said_to_install))
    both_commands(bare, "ordinary", where)
