"""`./run demo`: a whole college to try. Web, worker, schedule and a mail box, on private servers, until Ctrl-C."""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from config.demo_college.dates import latest_open_day
from config.launch import stamp
from config.launch.environment import environment
from config.launch.parts import Part, Parts
from config.launch.places import ROOT, Place, place
from config.launch.postgres import ADMIN, DATABASE, OWNER, Postgres
from config.launch.say import Progress, Trouble, run_quietly, say

FIRST_PORT, FIRST_MAIL_PORT = 8000, 2525
QUEUES = "default,pdf,mail,imports"
LONDON = ZoneInfo("Europe/London")
MAIL_SOCKET = "WAYMARK_MAIL_SOCKET"  # the number of the open socket that the mail part takes over


def demo(arguments: list[str]) -> int:
    """Start the demonstration, or say where it already runs."""
    asked = _read(arguments)
    if os.environ.get("WAYMARK_MODE", "demo") != "demo":
        raise Trouble("WAYMARK_MODE is set to something else; a demonstration can't be mixed with real settings.")
    where = place()
    where.prepare()
    with _only_one(where) as running:
        if running:
            say(f"The demonstration is already running at {running}")
            return 0
        _free_port(FIRST_PORT, asked.port)
        day = _day(where, asked)
        os.environ |= {"WAYMARK_MODE": "demo", "WAYMARK_TODAY": day.isoformat()}
        with environment("main", "demo") as env:
            _bring_up_to_date(where, asked, day, env)
            # Chosen only now: making a college takes a while, and a port that was free may be taken meanwhile.
            with hold_port(FIRST_MAIL_PORT) as mail_socket:
                env |= _addresses(asked, mail_socket)
                _serve(where, env, env["WAYMARK_BASE_URL"], day)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--port", type=int, help=f"the port to use ({FIRST_PORT}, or the next one that is free)")
    parser.add_argument("--students", type=int, default=1200, help="how many students a new college has (1200)")
    parser.add_argument("--today", type=date.fromisoformat, help="the day it is in the demonstration, as 2026-11-20")
    parser.add_argument("--fresh", action="store_true", help="throw the demonstration's data away and begin again")
    return parser.parse_args(arguments)


@contextmanager
def _only_one(where: Place) -> Iterator[str]:
    """One demonstration per checkout; gives the address of the one that runs, or nothing."""
    with open(where.run / "demo.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            yield lock.read().strip() or "an address that it prints when it is ready"
            return
        lock.truncate(0)
        yield ""
        lock.truncate(0)


def _note_address(where: Place, address: str) -> None:
    (where.run / "demo.lock").write_text(f"{address}\n")


def _free_port(first: int, wanted: int | None) -> int:
    """The port asked for, or the first free one."""
    for port in [wanted] if wanted else range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return port
    raise Trouble(
        f"Port {wanted} can't be used; leave --port out to have a free one found." if wanted else "No port is free."
    )


def hold_port(first: int) -> socket.socket:
    """Listen on the first free port and keep it, so that nobody else takes it before its program has started."""
    for port in range(first, first + 100):
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", port))
            held.listen(64)
        except OSError:
            held.close()
            continue
        return held
    raise Trouble("No port is free for the demonstration's mail.")


def _addresses(asked: argparse.Namespace, mail_socket: socket.socket) -> dict[str, str]:
    """Where the pages and the demonstration's mail are; a mail server that the caller named stays."""
    mail = f"127.0.0.1:{mail_socket.getsockname()[1]}"
    return {
        MAIL_SOCKET: str(mail_socket.fileno()),
        # localhost, not a number: passkeys need a host name
        "WAYMARK_BASE_URL": f"http://localhost:{_free_port(FIRST_PORT, asked.port)}",
        "WAYMARK_MAIL_SINK": mail,
        "EMAIL_URL": os.environ.get("EMAIL_URL") or f"smtp://{mail}",
    }


def _day(where: Place, asked: argparse.Namespace) -> date:
    """The day it is in the demonstration: the one asked for, else the one its college was made for, else the latest
    school day. It stands still, so that the college is as fresh next week as it is now."""
    kept = where.root / "demo-day"
    if asked.today is None and kept.exists() and not asked.fresh:
        return date.fromisoformat(kept.read_text().strip())
    chosen: date = asked.today or latest_open_day(date.today())
    kept.write_text(f"{chosen}\n")
    return chosen


def _bring_up_to_date(where: Place, asked: argparse.Namespace, day: date, env: dict[str, str]) -> None:
    if asked.fresh:
        _begin_again(where, env)
    log = where.log / "setup.log"
    # Nobody waits for each of a thousand small commits to reach the disk; what a crash could lose is made again.
    env = env | {"PGOPTIONS": "-c synchronous_commit=off"}
    _migrate(log, env)
    if _has_command("demo_college") and _is_empty(env):
        command = [sys.executable, "manage.py", "demo_college", "--students", str(asked.students), "--seed", "1"]
        command += ["--today", day.isoformat(), "--until", f"{datetime.now(LONDON):%H:%M}"]
        run_quietly(command, f"Making a college of {asked.students} students", log, env)
    _collect_static(where, env, log)


def _migrate(log: Path, env: dict[str, str]) -> None:
    """Bring the database up to date, unless this very code did already."""
    began, owner, keys = time.monotonic(), env["DATABASE_OWNER_URL"], Path(env["WAYMARK_KEYS"])
    if stamp.is_up_to_date(owner, keys):
        say(f"The database is up to date: nothing changed, {time.monotonic() - began:.1f} s")
        return
    run_quietly([sys.executable, "-m", "config.launch.prepare"], "Bringing the database up to date", log, env)
    stamp.note(owner, keys)


def _has_command(name: str) -> bool:
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


def _is_empty(env: dict[str, str]) -> bool:
    """Whether there is no student yet."""
    with psycopg.connect(env["DATABASE_OWNER_URL"]) as connection:
        row = connection.execute("SELECT to_regclass('caseload_student') IS NOT NULL").fetchone()
        if not row or not row[0]:
            return False
        return connection.execute("SELECT 1 FROM caseload_student LIMIT 1").fetchone() is None


def _begin_again(where: Place, env: dict[str, str]) -> None:
    """Drop the private database and the files beside it; a server that somebody named is not touched."""
    address = Postgres(where).url(ADMIN, "postgres")
    if env["DATABASE_OWNER_URL"] != Postgres(where).url(OWNER):
        raise Trouble("--fresh only empties the private database, and DATABASE_URL names another.")
    with psycopg.connect(address, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
    for beside in ("files", "audit-heads"):
        shutil.rmtree(where.root / beside, ignore_errors=True)


def _collect_static(where: Place, env: dict[str, str], log: Path) -> None:
    """Gather styles and scripts, if any changed since the last time."""
    kept = where.run / "static"
    now = _state_of_static()
    if kept.exists() and kept.read_text() == now and (where.root / "static").is_dir():
        return
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    run_quietly(command, "Gathering styles and scripts", log, env)
    kept.write_text(now)


def _state_of_static() -> str:
    digest = hashlib.sha256()
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    files += [ROOT / "package-lock.json", ROOT / "requirements.lock", ROOT / "config" / "settings.py"]
    for path in sorted(path for path in files if path.exists()):
        found = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _parts(env: dict[str, str]) -> list[Part]:
    port = env["WAYMARK_BASE_URL"].rsplit(":", 1)[1]
    run = [sys.executable, "-m"]
    web = [*run, "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    web += [
        "--workers",
        "2",
        "--threads",
        "4",
        "--graceful-timeout",
        "5",
        "--no-control-socket",
        "--log-level",
        "warning",
    ]
    celery = [*run, "celery", "--app", "config"]
    worker = [*celery, "worker", "--queues", QUEUES, "--concurrency", "2", "--loglevel", "INFO"]
    parts = [
        Part("web", web),
        Part("worker", [*worker, "--without-gossip", "--without-mingle"]),
        Part("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile="]),
    ]
    if _has_command("demo_mail_sink"):
        sink = [sys.executable, "manage.py", "demo_mail_sink"]
        parts.append(Part("mail", sink, gets=(int(env[MAIL_SOCKET]),)))
    return parts


def _serve(where: Place, env: dict[str, str], address: str, day: date) -> NoReturn:
    parts = Parts(_parts(env), where.log, env)
    try:
        parts.start()
        _wait_until_healthy(parts, address)
        _note_address(where, f"{address}/")
        say(f"\nWaymark is running at {address}/")
        say(f"There it is {day:%A %d %B %Y}. {address}/demo/ lists the cast.")
        say(f"Press Ctrl-C to stop it. Logs are in {where.log}.")
        parts.look_after()
    finally:
        parts.stop()


def _wait_until_healthy(parts: Parts, address: str) -> None:
    """Wait for the pages, the database, the broker and a worker; the schedule's first beat may take a minute more."""
    progress = Progress("Starting Waymark")
    for _ in range(600):
        parts.check()
        progress.tick()
        found = _health(address)
        if found and all(found.get(part) == "up" for part in ("database", "broker", "workers")):
            progress.finish()
            return
        time.sleep(0.2)
    if not _health(address):
        raise Trouble(f"Waymark did not start in time; the logs in {parts.logs} say why.")
    say("Not every part has answered yet; /healthz says which.")


def _health(address: str) -> dict[str, object] | None:
    """What /healthz says, in health and in sickness."""
    url = address.replace("localhost", "127.0.0.1") + "/healthz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except OSError:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
