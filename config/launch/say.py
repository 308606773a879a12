"""What `./run` prints, and how it runs a command that may take a while. Needs nothing but Python itself."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Trouble(Exception):
    """Something stops the start; its text is one sentence for whoever typed the command."""


def say(text: str) -> None:
    """One line for whoever typed the command (on the error stream, so that a command's own output stays clean)."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """Shows that something is going on once it has taken two seconds, and how long it took in the end."""

    def __init__(self, doing: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.doing = doing
        self._clock = clock
        self._began = clock()
        self._next = 2.0
        self._shown = False
        self._live = sys.stderr.isatty()

    def tick(self) -> None:
        """Call this often while waiting."""
        passed = self._clock() - self._began
        if passed < self._next:
            return
        if self._live:
            sys.stderr.write(f"\r{self.doing}… {passed:.0f} s ")
            self._next = passed + 1
        else:
            say(f"{self.doing}… {passed:.0f} s" if self._shown else f"{self.doing}…")
            self._next = passed + 10
        sys.stderr.flush()
        self._shown = True

    def finish(self, outcome: str = "done") -> None:
        """Call this at the end; prints nothing for what was quick."""
        if self._shown:
            passed = self._clock() - self._began
            start = "\r" if self._live else ""
            say(f"{start}{self.doing}: {outcome} in {passed:.0f} s")


def run_quietly(
    command: Sequence[str | Path],
    doing: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    remedy: str = "",
) -> None:
    """Run a command with its output in a log; show progress, and its last lines when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress(doing)
    with open(log, "ab") as output:
        start = output.tell()
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
            )
        except OSError as error:
            raise Trouble(f"{doing} failed: {error.strerror}: {error.filename}.") from None
        try:
            while process.poll() is None:
                progress.tick()
                time.sleep(0.05)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        progress.finish("failed")
        for line in _last_lines(log, start):
            say(f"    {line}")
        raise Trouble(f"{doing} failed; the lines above are from {log}.{' ' + remedy if remedy else ''}")
    progress.finish()


def _last_lines(log: Path, start: int, count: int = 15) -> list[str]:
    with open(log, "rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
    return [line[:300] for line in lines if line.strip()][-count:]
