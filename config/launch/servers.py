"""Using the private servers: join those that run, or have them started; the last to leave has them stopped."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from config.launch.keeper import keeper_lock, users_lock
from config.launch.places import ROOT, Place
from config.launch.say import Progress, Trouble


@contextmanager
def using(where: Place, kinds: list[str]) -> Iterator[None]:
    """Have these servers running inside the block."""
    if not kinds:
        yield
        return
    where.prepare()
    with open(users_lock(where), "a") as users:
        _wait_for(users, fcntl.LOCK_SH, "Waiting for the servers to stop")
        try:
            with open(where.run / "start.lock", "a") as starting:
                _wait_for(starting, fcntl.LOCK_EX, "Waiting for the servers to start")
                if not _keeper_lives(where):
                    _start_keeper(where, kinds)
            yield
        finally:
            _leave(where, users)


def _wait_for(file: IO[str], how: int, doing: str) -> None:
    progress = Progress(doing)
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.tick()
            time.sleep(0.05)
        else:
            progress.finish()
            return


def _keeper_lives(where: Place) -> bool:
    with open(keeper_lock(where), "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _pid_file(where: Place) -> Path:
    return where.run / "keeper.pid"


def _start_keeper(where: Place, kinds: list[str]) -> None:
    """Start the keeper and wait for its word that the servers answer."""
    listen, report = os.pipe()
    first = not (where.data / "PG_VERSION").exists() and "postgres" in kinds
    progress = Progress("Making a private database" if first else "Starting the private servers")
    with open(where.log / "servers.log", "ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "config.launch.keeper", where.kind, ",".join(kinds), str(report)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[report],
            start_new_session=True,
        )
    os.close(report)
    _pid_file(where).write_text(f"{keeper.pid}\n")
    try:
        word = _word_from(listen, progress)
    except BaseException:
        keeper.terminate()
        keeper.wait()
        raise
    if word != "ready":
        keeper.wait()
        raise Trouble(word or f"The private servers did not start; the end of {where.log / 'servers.log'} says why.")
    progress.finish()


def _word_from(listen: int, progress: Progress) -> str:
    """What the keeper says in the end: that all is ready, or what is wrong."""
    os.set_blocking(listen, False)
    answer = b""
    with open(listen, "rb", buffering=0) as pipe:
        while not answer.endswith(b"\n"):
            piece = pipe.read(4096)
            if piece:
                answer += piece
            elif piece == b"":
                break
            else:
                progress.tick()
                time.sleep(0.02)
    return answer.decode(errors="replace").strip()


def _leave(where: Place, users: IO[str]) -> None:
    """Go; if nobody else uses the servers, stop them and wait until they are down."""
    if _try(users, fcntl.LOCK_EX):
        if not _keeper_lives(where):
            return
        with suppress(OSError, ValueError):
            os.kill(int(_pid_file(where).read_text()), signal.SIGTERM)
    elif _try(users, fcntl.LOCK_SH):
        # Somebody else uses them.
        fcntl.flock(users, fcntl.LOCK_UN)
        return
    # Otherwise the keeper noticed first that nobody is left, and is stopping them already.
    progress = Progress("Stopping the private servers")
    while _keeper_lives(where):
        progress.tick()
        time.sleep(0.03)
    progress.finish()


def _try(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
