"""A private Valkey (or Redis): the bell for jobs and the cache. It keeps nothing; the jobs' own tables are the queue."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from config.launch import processes, programs
from config.launch.places import Place
from config.launch.say import Trouble


class Valkey:
    """The Valkey server of one place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.place.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """End what a crash left behind, and start."""
        self._end_stray()
        self.launch()

    def launch(self) -> None:
        """Start the server and wait until it answers."""
        program = programs.valkey_program(self.place)
        command = [str(program), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.place.sockets), "--daemonize", "no"]
        command += ["--pidfile", str(self._pid_file), "--databases", "16"]
        with open(self.place.log / "valkey.log", "ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.place.sockets,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(signal.SIGTERM),
                **self.place.account.drop,  # type: ignore[call-overload]  # its keys are subprocess's own
            )
        while self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.03)
        raise Trouble(f"Valkey did not start; the end of {self.place.log / 'valkey.log'} says why.")

    def stop(self) -> None:
        """End the server."""
        if self.process:
            processes.stop(self.process, softly=signal.SIGTERM, hard=signal.SIGTERM, patience=5)

    def died(self) -> bool:
        """Whether the server has ended without being asked."""
        return self.process is not None and self.process.poll() is not None

    @property
    def _pid_file(self) -> Path:
        return self.place.sockets / "valkey.pid"

    def _end_stray(self) -> None:
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return
        if processes.working_folder(pid) == self.place.sockets:
            processes.end_stray(pid, signal.SIGTERM)
        self._pid_file.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
