"""`./run`'s commands, once set-up is done."""

import signal
import sys
from collections.abc import Callable
from importlib import import_module
from types import FrameType

from config.launch.say import Trouble, say

COMMANDS = {
    "demo": "config.launch.demo",
    "manage": "config.launch.manage",
    "test": "config.launch.checks",
    "lint": "config.launch.checks",
    "bench": "config.launch.checks",
    "prove": "config.launch.checks",
    "lock": "config.launch.checks",
}


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """Run one command; say in a sentence what stopped it."""
    command, *rest = arguments
    if command == "setup":
        say("Everything is set up. ./run demo starts a college to try.")
        return 0
    # A shell starts what stands behind an “&” deaf to Ctrl-C; we listen all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    run: Callable[[list[str]], int] = getattr(import_module(COMMANDS[command]), command)
    try:
        return run(rest)
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
