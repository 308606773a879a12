"""A private PostgreSQL: made once, started from the wheel's programs, recovered when it was killed."""

import os
import secrets
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from config.launch import memory_space, processes, programs
from config.launch.places import Place
from config.launch.say import Trouble

ADMIN, OWNER, APP = "waymark_admin", "waymark_owner", "waymark_app"
DATABASE = "waymark"

# Good for a demonstration on two cores; a college's own server is set up by whoever runs it.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %d ",
}
# Test databases are made anew at need, so nothing is lost with them.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
ACCESS = "# Everybody signs in with a password, through a socket in a private folder.\nlocal all all scram-sha-256\n"


class Postgres:
    """The PostgreSQL server of one place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, recover what a crash left, start, and see to roles and database."""
        folder = programs.postgres_folder(self.place, self._major_of_data())
        if not self._exists():
            self._make(folder)
        self._check_owner_of_data()
        self._end_stray()
        self.launch(folder)
        self._see_to_roles()
        if self.place.kind == "test":
            memory_space.see_to(self.url(ADMIN, "postgres"), OWNER, self.place)

    def launch(self, folder: Path | None = None) -> None:
        """Start the server and wait until it answers; a crash is recovered from on the way."""
        folder = folder or programs.postgres_folder(self.place, self._major_of_data())
        settings = SETTINGS | (CARELESS if self.place.kind == "test" else {})
        settings["unix_socket_directories"] = f'"{self.place.sockets}"'
        command = [str(folder / "postgres"), "-D", str(self.place.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        for _ in range(20):
            began = self._log_size()
            self.process = self._spawn(command)
            if self._wait_until_ready():
                return
            # After a kill, the last of the old server's processes need a moment to notice that it is gone.
            if "still in use" not in self._log_since(began):
                raise Trouble(f"PostgreSQL did not start; the end of {self._log_file} says why.")
            time.sleep(0.5)
        raise Trouble(f"Another PostgreSQL still uses {self.place.data}; end it and try again.")

    def stop(self) -> None:
        """End the server, with everything written."""
        if self.process:
            processes.stop(self.process, softly=signal.SIGINT, hard=signal.SIGQUIT, patience=30)

    def died(self) -> bool:
        """Whether the server has ended without being asked."""
        return self.process is not None and self.process.poll() is not None

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database for one of the three roles."""
        host = urlencode({"host": str(self.place.sockets)})
        return f"postgresql://{role}:{quote(self.password(role))}@/{database}?{host}"

    def password(self, role: str) -> str:
        """A role's password, made once and kept among the keys."""
        path = self.place.keys / f"{role}.password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        return path.read_text().strip()

    @property
    def _log_file(self) -> Path:
        return self.place.log / "postgres.log"

    def _log_size(self) -> int:
        return self._log_file.stat().st_size if self._log_file.exists() else 0

    def _log_since(self, position: int) -> str:
        with open(self._log_file, "rb") as file:
            file.seek(position)
            return file.read().decode(errors="replace")

    def _exists(self) -> bool:
        return (self.place.data / "PG_VERSION").exists()

    def _major_of_data(self) -> int | None:
        if not self._exists():
            return None
        return int((self.place.data / "PG_VERSION").read_text().strip())

    def _check_owner_of_data(self) -> None:
        found = self.place.data.stat()
        if found.st_uid != self.place.account.uid:
            raise Trouble(
                f"The database in {self.place.data} belongs to another account; start Waymark as the account that made it."
            )

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's PG… settings may reach our server."""
        kept = ("PATH", "HOME", "TMPDIR", "TZ")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "LC_ALL": "C.UTF-8",
            "LANG": "C.UTF-8",
        }

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with open(self._log_file, "ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.place.data,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(signal.SIGINT),
                **self.place.account.drop,  # type: ignore[call-overload]  # its keys are subprocess's own
            )

    def _make(self, folder: Path) -> None:
        """Make a cluster beside its place and move it there when it is whole."""
        draft = self.place.data.with_name("postgres.new")
        if draft.exists():
            _remove_tree(draft)
        draft.mkdir(mode=0o700)
        os.chown(draft, self.place.account.uid, self.place.account.gid)
        secret = self.place.sockets / "first.password"
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(self.password(ADMIN))
        os.chown(secret, self.place.account.uid, self.place.account.gid)
        command = [str(folder / "initdb"), "-D", str(draft), "-U", ADMIN, f"--pwfile={secret}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        try:
            with open(self._log_file, "ab") as log:
                done = subprocess.run(
                    command,
                    cwd=draft,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    **self.place.account.drop,  # type: ignore[call-overload]  # its keys are subprocess's own
                )
        finally:
            secret.unlink()
        if done.returncode:
            raise Trouble(f"PostgreSQL could not make a database; the end of {self._log_file} says why.")
        (draft / "pg_hba.conf").write_text(ACCESS)
        if self.place.data.exists():
            self.place.data.rmdir()
        draft.rename(self.place.data)

    def _end_stray(self) -> None:
        """End a server of ours that nobody looks after any more; forget a pid file that names somebody else."""
        lock = self.place.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            lock.unlink(missing_ok=True)
            return
        if processes.working_folder(pid) == self.place.data:
            processes.end_stray(pid, signal.SIGINT, signal.SIGQUIT)
        lock.unlink(missing_ok=True)
        for left in self.place.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _wait_until_ready(self) -> bool:
        assert self.process
        while self.process.poll() is None:
            try:
                with psycopg.connect(self.url(ADMIN, "postgres"), connect_timeout=5):
                    return True
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise Trouble(
                        f"The keys in {self.place.keys} do not belong to the database in {self.place.data};"
                        " bring the right ones back from the backup."
                    ) from None
                time.sleep(0.03)
        return False

    def _see_to_roles(self) -> None:
        """The owner may make databases (for tests' templates) and nothing else; the application's role owns nothing."""
        rights = {OWNER: "CREATEDB NOREPLICATION", APP: "NOCREATEDB NOREPLICATION NOINHERIT"}
        with psycopg.connect(self.url(ADMIN, "postgres"), autocommit=True) as connection:
            for role, right in rights.items():
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                connection.execute(
                    sql.SQL(
                        "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS {right} PASSWORD {password}"
                    ).format(
                        verb=sql.SQL("ALTER" if known else "CREATE"),
                        role=sql.Identifier(role),
                        right=sql.SQL(right),
                        password=sql.Literal(self.password(role)),
                    )
                )
            # Any connection of a role reads in pg_stat_activity what the others of that role ask just now; this one's do not.
            connection.execute(sql.SQL("ALTER ROLE {} SET track_activities = off").format(sql.Identifier(APP)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )
            if self.place.kind == "test":
                # A test's database is dropped although a worker of the test may still be connected to it.
                connection.execute(sql.SQL("GRANT pg_signal_backend TO {}").format(sql.Identifier(OWNER)))


def _remove_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()
