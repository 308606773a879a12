"""Starting and stopping single programs so that none is left behind."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def dies_with_parent(how: signal.Signals) -> Callable[[], None]:
    """Called in a new process: the kernel sends it this signal when the one that started it is gone, however that went."""
    parent = os.getpid()

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:
            os.kill(os.getpid(), how)

    return ask


def stop(process: subprocess.Popen[bytes], *, softly: signal.Signals, hard: signal.Signals, patience: float) -> None:
    """Ask a program to end, then insist."""
    if process.poll() is None:
        process.send_signal(softly)
    insist(process, hard, patience)


def insist(process: subprocess.Popen[bytes], hard: signal.Signals, patience: float) -> None:
    """Wait for a program that was asked to end, and end it less and less kindly when it doesn't."""
    for how, seconds in ((None, patience), (hard, 5.0), (signal.SIGKILL, 5.0)):
        if how and process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue


def working_folder(pid: int) -> Path | None:
    """The folder a running process works in; nothing when it is gone or not ours to see."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return None


def wait_until_gone(pid: int, seconds: float) -> bool:
    """Whether a process that is not our child ended in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if _is_gone(pid):
            return True
        time.sleep(0.05)
    return False


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def end_stray(pid: int, *signals: signal.Signals) -> None:
    """End a server that lost the process which looked after it."""
    for how in (*signals, signal.SIGKILL):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        if wait_until_gone(pid, 10):
            return
