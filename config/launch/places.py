"""Where the private servers keep what they have, and which account they run as.

Everything is under `var/` of this checkout, apart from sockets (a socket's path may have 107 bytes and no more) and,
when root starts the servers from a folder that others may not enter, the data.
"""

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.launch.say import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("WAYMARK_VAR") or ROOT / "var").expanduser().resolve()
SYSTEM_DATA = Path("/var/lib/waymark")
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Account:
    """The account that the servers run as: our own, or an unprivileged one when root starts them."""

    uid: int
    gid: int
    name: str
    dropped: bool

    @classmethod
    def for_servers(cls) -> "Account":
        """Ourselves; for root an existing `postgres`, else `nobody` (PostgreSQL refuses to run as root)."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), _account_name(os.geteuid()), False)
        for name in ("postgres", "nobody"):
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(found.pw_uid, found.pw_gid, name, True)
        raise Trouble("This machine has no account “postgres” or “nobody” to run the database as; add one of them.")

    @property
    def drop(self) -> dict[str, object]:
        """What subprocess needs to start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}

    def can_enter(self, folder: Path) -> bool:
        """Whether this account reaches a folder through all its parents; asked of the system, not worked out."""
        return self.manages(["test", "-x", str(folder)])

    def manages(self, command: list[str]) -> bool:
        """Whether a command succeeds for this account."""
        try:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **self.drop,  # type: ignore[call-overload]  # its keys are subprocess's own
            )
        except OSError:
            return False
        return bool(done.returncode == 0)


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@dataclass(frozen=True)
class Place:
    """One set of servers of this checkout: `main` for the demonstration, `test` and `bench` beside it."""

    kind: str
    account: Account
    var: Path = VAR

    @property
    def root(self) -> Path:
        return self.var if self.kind == "main" else self.var / self.kind

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @cached_property
    def hash(self) -> str:
        """Tells this checkout, this account and this set of servers from every other on the machine."""
        return hashlib.sha256(f"{self.var}|{os.geteuid()}|{self.kind}".encode()).hexdigest()[:12]

    @cached_property
    def data(self) -> Path:
        """The database's folder: under var/, or under /var/lib/waymark when its account can't get there."""
        inside = self.root / "postgres"
        outside = SYSTEM_DATA / self.hash / "postgres"
        if not self.account.dropped:
            return inside
        if (outside / "PG_VERSION").exists():
            return outside
        if self.account.can_enter(self.root):
            return inside
        if (inside / "PG_VERSION").exists():
            raise Trouble(
                f"The database in {inside} can't be reached by the account “{self.account.name}”, because a folder above"
                " it is closed to others. Open that folder again, or move the database away to begin anew."
            )
        return outside

    @cached_property
    def binaries(self) -> Path:
        """Where a copy of the servers' programs goes when their account can't reach the virtual environment."""
        return SYSTEM_DATA / self.hash / "programs"

    @cached_property
    def sockets(self) -> Path:
        """The private folder for sockets: short, mode 700, and no longer than a socket's path may be."""
        name = f"waymark-{self.hash}"
        for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
            if not base or not Path(base).is_dir():
                continue
            folder = Path(base) / name
            if len(os.fsencode(folder)) + len(LONGEST_SOCKET_NAME) > SOCKET_PATH_LIMIT:
                continue
            # root's own runtime folder is closed to the account that the servers run as
            if os.access(base, os.W_OK) and self.account.can_enter(Path(base)):
                return folder
        raise Trouble("There is no temporary folder with a short path to put sockets in; set TMPDIR to one.")

    def prepare(self) -> None:
        """Make the folders; refuse a socket folder that somebody else put there."""
        for folder in (self.var, self.root, self.log, self.run):
            if not folder.is_dir():
                folder.mkdir(parents=True)
                folder.chmod(0o711)
        if not self.keys.is_dir():
            self.keys.mkdir(mode=0o700)
        if self.data.is_relative_to(SYSTEM_DATA):
            for folder in (SYSTEM_DATA, SYSTEM_DATA / self.hash):
                if not folder.is_dir():
                    folder.mkdir(parents=True)
                    folder.chmod(0o711)
            (SYSTEM_DATA / self.hash / "CHECKOUT").write_text(f"{ROOT}\n")
        self._prepare_sockets()

    def _prepare_sockets(self) -> None:
        try:
            self.sockets.mkdir(mode=0o700)
            os.chown(self.sockets, self.account.uid, self.account.gid)
        except FileExistsError:
            pass
        found = os.lstat(self.sockets)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise Trouble(f"{self.sockets} is not a private folder of “{self.account.name}”; remove it and try again.")


def place(kind: str = "main") -> Place:
    """The place of one set of servers of this checkout."""
    return Place(kind, Account.for_servers())
