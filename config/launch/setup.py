"""Set-up: virtual environment, Python and front-end packages, and the libraries that PDFs need.

Runs under any Python 3.11 or newer, before there is a virtual environment, so it needs nothing but Python itself.
What is done is remembered by the hash of the file that asked for it; running it again is quick and changes nothing.
"""

import ctypes
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from say import Trouble, run_quietly, say

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("WAYMARK_VAR") or ROOT / "var").expanduser()
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VAR / "log" / "setup.log"
NEEDS_TOOLS = {"test", "lint", "bench", "prove", "lock"}

# Shared libraries that WeasyPrint draws with, and the Debian and Ubuntu packages that bring them.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# What the browser tests' driver, a program of its own, needs beside the browser; no wheel carries it.
DRIVER_LIBRARIES = {"libatomic.so.1": "libatomic1"}


def main(command: str) -> int:
    """Do what this command needs done; one sentence and status 1 when it can't be."""
    tools = command in NEEDS_TOOLS
    os.umask(0o022)
    try:
        make_var()
        with one_at_a_time():
            make_environment()
            install("requirements.lock")
            if tools:
                install("requirements-dev.lock")
            install_front_end()
        need_libraries()
        if command in {"test", "prove"}:
            need_browser()
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    return 0


def make_var() -> None:
    """Make the folder that holds everything Waymark writes: passable for the database's account, not listable."""
    if not os.access(ROOT, os.W_OK) and not VAR.is_dir():
        raise Trouble(f"{ROOT} can't be written to by this account; clone Waymark into a folder of your own.")
    for folder in (VAR, VAR / "log"):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711)
    try:
        with open(VAR / "setup.lock", "a"):
            pass
    except PermissionError:
        raise Trouble(f"{VAR} belongs to another account; run as that account, or use a clone of your own.") from None


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second set-up in the same checkout wait for the first."""
    with open(VAR / "setup.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up in this checkout…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make the virtual environment, also where Debian's python3-venv is missing."""
    # A Python that was removed or replaced leaves a dead link, and packages that fit no longer.
    if _quiet([PYTHON, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"]):
        return
    doing = "Making a virtual environment"
    base = [sys.executable, "-m", "venv"]
    if can("ensurepip") and can("venv"):
        run_quietly([*base, "--clear", VENV], doing, LOG)
    elif can("venv") and can("pip"):
        # Debian keeps ensurepip in python3-venv; the machine's own pip can fill an environment without it.
        run_quietly([*base, "--clear", "--without-pip", VENV], doing, LOG)
    elif can("virtualenv"):
        run_quietly([sys.executable, "-m", "virtualenv", "--clear", VENV], doing, LOG)
    else:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        packages = ["python3-venv"] if sys.executable.startswith("/usr/bin/python3") else [f"python{version}-venv"]
        apt_install(packages, "Python can't make virtual environments on this machine")
        run_quietly([*base, "--clear", VENV], doing, LOG)


def can(module: str) -> bool:
    """Whether this Python can use one of its modules."""
    # Debian leaves ensurepip out of its plain Python, but not always the empty folder.
    test = "import ensurepip; ensurepip.version()" if module == "ensurepip" else f"import {module}"
    return _quiet([sys.executable, "-c", test])


def pip() -> list[str | Path]:
    """How to call pip for the environment: its own, or the machine's."""
    if any(VENV.glob("lib/python*/site-packages/pip")):
        return [PYTHON, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", PYTHON]


def _quiet(command: list[str | Path]) -> bool:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0


def _stamp(name: str) -> Path:
    return VENV / f".waymark-{name}"


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install(lock_name: str) -> None:
    """Install what a lock file names, every file checked against its hash."""
    lock = ROOT / lock_name
    stamp = _stamp(lock.stem)
    if stamp.exists() and stamp.read_text() == _fingerprint(lock):
        return
    run_quietly(
        [*pip(), "install", "--disable-pip-version-check", "--require-hashes", "-r", lock],
        "Installing Python packages" if lock_name == "requirements.lock" else f"Installing what {lock_name} names",
        LOG,
        remedy="Is this machine able to reach its package index?",
    )
    stamp.write_text(_fingerprint(lock))


def install_front_end() -> None:
    """Install the front-end packages with npm, from the machine or else from its wheel."""
    lock = ROOT / "package-lock.json"
    stamp = ROOT / "node_modules" / ".waymark"
    if not lock.exists() or (stamp.exists() and stamp.read_text() == _fingerprint(lock)):
        return
    command, env = npm()
    run_quietly(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        "Installing front-end packages",
        LOG,
        env=env,
        remedy="Is this machine able to reach its npm registry?",
    )
    stamp.write_text(_fingerprint(lock))


def npm() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and with what environment."""
    env = dict(os.environ)
    found = shutil.which("npm")
    if found and shutil.which("node") and _quiet([found, "--version"]):
        return [found], env
    if not (VENV / "bin" / "node").exists():
        install("requirements-node.lock")
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    return [str(VENV / "bin" / "npm")], env


def missing_libraries(libraries: dict[str, str]) -> list[str]:
    """Debian packages whose libraries can't be loaded here."""
    missing = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def need_libraries() -> None:
    """Install what PDFs are drawn with; without the right to, say what is missing and go on."""
    missing = missing_libraries(LIBRARIES)
    if not missing:
        return
    if may_install():
        apt_install(missing, "PDF reports can't be drawn on this machine")
    else:
        say(f"PDF reports can't be drawn until this is installed: sudo apt-get install {' '.join(missing)}")


def browser() -> str | None:
    """The browser that browser tests use."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def need_browser() -> None:
    """Install Chromium, and what its driver needs, for the browser tests when allowed; else say they are left out."""
    missing = [*([] if browser() else ["chromium"]), *missing_libraries(DRIVER_LIBRARIES)]
    if not missing:
        return
    # Ubuntu's package of Chromium only fetches a snap, which has no place in a test run.
    if may_install() and ("chromium" not in missing or "ID=debian" in _os_release()):
        try:
            apt_install(missing, "Browser tests need Chromium and its driver's libraries")
            return
        except Trouble as trouble:
            say(str(trouble))
    say(f"Browser tests are left out until this is installed: sudo apt-get install {' '.join(missing)}")


def _os_release() -> list[str]:
    path = Path("/etc/os-release")
    return path.read_text().splitlines() if path.exists() else []


def may_install() -> bool:
    """Whether packages may be added to the machine: root, apt there, and not told to leave it alone."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and not os.environ.get("WAYMARK_NO_INSTALL")


def apt_install(packages: list[str], why: str) -> None:
    """Install Debian or Ubuntu packages when allowed; otherwise one sentence with the command."""
    command = f"apt-get install {' '.join(packages)}"
    if not may_install():
        raise Trouble(f"{why}. Install what is missing: sudo {command}")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install_now = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    doing = f"Installing {', '.join(packages)}"
    if not _quiet(["apt-cache", "show", packages[0]]):
        run_quietly(["apt-get", "update", "-q"], "Reading the machine's package lists", LOG, env=env)
    try:
        run_quietly(install_now, doing, LOG, env=env)
    except Trouble:
        # Lists that are months old name files that are gone.
        run_quietly(["apt-get", "update", "-q"], "Reading the machine's package lists", LOG, env=env)
        run_quietly(install_now, doing, LOG, env=env, remedy=f"{why}. Try: sudo {command}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "setup"))
