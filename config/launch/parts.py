"""The programs that Waymark consists of, kept running together and stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from config.launch import processes
from config.launch.places import ROOT
from config.launch.say import Trouble, say

PATIENCE_WITH_CRASHES = 5


@dataclass
class Part:
    """One program: web, worker, beat, mail. It gets the open sockets of ours that it is to serve."""

    name: str
    command: list[str]
    gets: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    crashes: list[float] = field(default_factory=list)


class Parts:
    """Starts the parts, starts one again that ended, and stops them all."""

    def __init__(self, parts: list[Part], logs: Path, env: Mapping[str, str]) -> None:
        self.parts = parts
        self.logs = logs
        self.env = dict(env)

    def start(self) -> None:
        """Start every part, each with a log of its own."""
        for part in self.parts:
            self._start(part)

    def _start(self, part: Part) -> None:
        with open(self.logs / f"{part.name}.log", "ab") as log:
            part.process = subprocess.Popen(
                part.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=part.gets,
                # A session of its own: Ctrl-C reaches only us, and we stop the parts in order.
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(signal.SIGTERM),
            )

    def check(self) -> None:
        """Start a part again that ended by itself; give up when it keeps ending."""
        for part in self.parts:
            if part.process is None or part.process.poll() is None:
                continue
            _end_group(part.process.pid)
            now = time.monotonic()
            part.crashes = [when for when in part.crashes if now - when < 60] + [now]
            log = self.logs / f"{part.name}.log"
            if len(part.crashes) >= PATIENCE_WITH_CRASHES:
                raise Trouble(f"The {part.name} part ended {len(part.crashes)} times in a minute; {log} says why.")
            say(f"The {part.name} part ended; starting it again ({log}).")
            time.sleep(min(len(part.crashes), 3) * 0.5)
            self._start(part)

    def look_after(self) -> NoReturn:
        """Keep everything running until somebody stops us."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop all parts; a second Ctrl-C doesn't leave half of them behind."""
        handlers = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        running = [part.process for part in self.parts if part.process]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in running:
            processes.insist(process, signal.SIGQUIT, patience=10)
            _end_group(process.pid)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _end_group(group: int) -> None:
    """End what a part's program left of itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
