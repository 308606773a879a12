"""The process that looks after one place's servers: starts them, starts one again that was killed, and stops them.

Whoever uses the servers holds a shared lock; when nobody holds it any more, however they went, the keeper stops the
servers and ends. So a demonstration and a management command beside it can come and go in any order.
"""

import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from config.launch.places import Place, place
from config.launch.postgres import Postgres
from config.launch.say import Trouble
from config.launch.valkey import Valkey

BETWEEN_LOOKS = 0.3
PATIENCE_WITH_CRASHES = 5


def users_lock(where: Place) -> Path:
    """Held, shared, by everybody who uses the servers."""
    return where.run / "users.lock"


def keeper_lock(where: Place) -> Path:
    """Held by the keeper as long as it lives."""
    return where.run / "keeper.lock"


class Stop(Exception):
    """Asked to end."""


def _asked_to_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


class Keeper:
    """Looks after the servers that one place needs."""

    def __init__(self, where: Place, kinds: list[str], report: int) -> None:
        known: dict[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}
        self.where = where
        self.servers: list[Postgres | Valkey] = [known[kind](where) for kind in kinds]
        self._report = report
        self._crashes: list[float] = []

    def run(self) -> int:
        """Start, tell whoever waits, look after, stop."""
        try:
            self.where.prepare()
            for server in self.servers:
                server.start()
            self._tell("ready")
            self._look_after()
        except Trouble as trouble:
            self._tell(str(trouble))
            return 1
        except Stop:
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self._stop()
        return 0

    def _stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()
        shutil.rmtree(self.where.sockets, ignore_errors=True)

    def _tell(self, text: str) -> None:
        if self._report < 0:
            print(text, flush=True)
            return
        os.write(self._report, text.encode() + b"\n")
        os.close(self._report)
        self._report = -1

    def _look_after(self) -> None:
        with open(users_lock(self.where), "a") as users:
            while True:
                time.sleep(BETWEEN_LOOKS)
                for server in self.servers:
                    if server.died():
                        self._start_again(server)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                # Nobody is left. The lock stays held until the servers are down, so that a newcomer waits.
                self._stop()
                return

    def _start_again(self, server: Postgres | Valkey) -> None:
        now = time.monotonic()
        self._crashes = [when for when in self._crashes if now - when < 60] + [now]
        if len(self._crashes) > PATIENCE_WITH_CRASHES:
            raise Trouble(
                f"A server ended {len(self._crashes)} times in a minute; the logs in {self.where.log} say why."
            )
        print(f"{type(server).__name__} ended; starting it again.", flush=True)
        server.start()


def main(kind: str, kinds: list[str], report: int) -> int:
    """Look after one place's servers until nobody uses them."""
    where = place(kind)
    signal.signal(signal.SIGTERM, _asked_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with open(keeper_lock(where), "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return Keeper(where, kinds, report).run()
        except Stop:
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])))
