"""`./run manage …`: a management command, beside a running demonstration or with servers of its own."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType

from config.launch.environment import environment
from config.launch.places import ROOT


def manage(arguments: list[str]) -> int:
    """Run a management command with servers and keys in place; its exit status is ours."""
    with environment() as env:
        return attended([sys.executable, "manage.py", *arguments], env)


def attended(command: list[str], env: Mapping[str, str]) -> int:
    """Run a program in the foreground: Ctrl-C is its own business, and we clean up after it."""
    process = subprocess.Popen(command, cwd=ROOT, env=dict(env))

    def pass_on(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - status if status < 0 else status
