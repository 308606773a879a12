"""Databases for tests: one migrated template per state of the migrations, and copies of it that take milliseconds.

A template is made once, by the owner, and kept between runs. Its name carries a hash of everything that shapes it.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config.launch import memory_space
from config.launch.places import ROOT

TEMPLATE, COPY = "waymark_tpl_", "waymark_test_"
KEPT_TEMPLATES = 4


def url_of(url: str, database: str) -> str:
    """The same sign-in, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


class Databases:
    """Makes, copies and drops test databases on one server."""

    def __init__(self, owner_url: str, var: Path) -> None:
        self.owner_url = owner_url
        self.lock = var / "run" / "templates.lock"
        self._copies = 0

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the owner, each statement by itself."""
        return psycopg.connect(url_of(self.owner_url, database), autocommit=True)

    def template(
        self, name: str, shaped_by: Iterable[Path], build: Callable[[dict[str, str]], None], source: str = ""
    ) -> str:
        """The template of this name for the present state of these files; built first if there is none."""
        label = f"{TEMPLATE}{name}_"
        wanted = label + fingerprint(shaped_by, source)
        with self._alone():
            with self.connect() as connection:
                self._drop_left_behind(connection)
                if _exists(connection, wanted):
                    self._note_use(connection, wanted)
                    return wanted
                draft = f"{wanted}_new"
                self._drop(connection, draft)
                self._create(connection, draft, source or "template1")
            build(self._environment(draft))
            with self.connect() as connection:
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(_name(draft), _name(wanted)))
                self._note_use(connection, wanted)
                self._drop_old(connection, label)
        return wanted

    def templates(self, name: str) -> list[str]:
        """The templates of this name that are kept, the one used last first."""
        with self.connect() as connection:
            return _names(connection, f"{TEMPLATE}{name}_")

    def copy(self, template: str) -> str:
        """A fresh copy, for this process only; its name says whose it is."""
        self._copies += 1
        copy = f"{COPY}{os.getpid()}_{self._copies}"
        with self.connect() as connection:
            self._drop(connection, copy)
            self._create(connection, copy, template, *self._in_memory(connection))
        return copy

    def drop(self, database: str) -> None:
        """Drop a copy, whoever is still connected to it."""
        with self.connect() as connection:
            self._drop(connection, database)

    def _environment(self, database: str) -> dict[str, str]:
        env = dict(os.environ)
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            env[name] = url_of(env[name], database)
        return env

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(self.lock, "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(
        self, connection: psycopg.Connection[tuple[object, ...]], name: str, template: str, *where: sql.Composable
    ) -> None:
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(_name(name), _name(template))
        connection.execute(sql.SQL(" ").join([command, *where]))

    def _in_memory(self, connection: psycopg.Connection[tuple[object, ...]]) -> list[sql.Composable]:
        """Where the server has room in memory for copies, they go there, file by file."""
        if not connection.execute("SELECT 1 FROM pg_tablespace WHERE spcname = %s", [memory_space.NAME]).fetchone():
            return []
        return [sql.SQL("TABLESPACE {} STRATEGY FILE_COPY").format(_name(memory_space.NAME))]

    def _drop(self, connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(name)))

    def _note_use(self, connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(_name(name), sql.Literal(f"used {time.time_ns():020d}"))
        )

    def _drop_left_behind(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Copies whose process is gone, as after a killed run."""
        for name in _names(connection, COPY):
            process = name.removeprefix(COPY).split("_")[0]
            if not Path(f"/proc/{process}").exists():
                self._drop(connection, name)

    def _drop_old(self, connection: psycopg.Connection[tuple[object, ...]], label: str) -> None:
        """All but the few templates used last: other branches and states of the code."""
        for name in _names(connection, label)[KEPT_TEMPLATES:]:
            self._drop(connection, name)


def _names(connection: psycopg.Connection[tuple[object, ...]], start: str) -> list[str]:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " ORDER BY shobj_description(oid, 'pg_database') DESC NULLS LAST, datname",
        [start],
    )
    return [str(row[0]) for row in rows]


def _exists(connection: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def fingerprint(files: Iterable[Path], *more: str) -> str:
    """A short hash of what these files hold and are called."""
    digest = hashlib.sha256("|".join(more).encode())
    for path in sorted(files):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def schema_files(keys: Path) -> list[Path]:
    """Everything that shapes a migrated database: migrations, roles, the naming key, and the packages with their own."""
    return [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("*/roles.py"),
        *ROOT.glob("*/tasks.py"),
        *ROOT.glob("*/management/commands/install_naming_key.py"),
        *ROOT.glob("*/management/commands/sync_*.py"),
        ROOT / "config" / "launch" / "prepare.py",
        ROOT / "requirements.lock",
        keys / "naming.pem",
    ]


def code_files() -> list[Path]:
    """Every file of the application that can change what the demonstration college looks like."""
    return [
        path
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in {"tests", "node_modules", "var"} and "launch" not in path.parts
    ]


def shaping_files(keys: Path) -> list[Path]:
    """Everything that bringing a database up to date goes by; what registers schedules may stand in any file."""
    return sorted({*schema_files(keys), *code_files()})


def run_as_owner(env: dict[str, str], *command: str) -> None:
    """Run a command of ours as the database's owner; its own words when it fails."""
    env = env | {"WAYMARK_DATABASE_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed while a template database was made:\n{done.stderr[-3000:]}")


def migrate(env: dict[str, str]) -> None:
    """Bring a template's draft up to date."""
    run_as_owner(env, "-m", "config.launch.prepare")
