"""What `./run` puts into the environment of everything it starts."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.launch import servers
from config.launch.places import ROOT, Place, place
from config.launch.postgres import APP, OWNER, Postgres
from config.launch.say import Trouble
from config.launch.valkey import Valkey


@contextmanager
def environment(kind: str = "main", mode: str | None = None) -> Iterator[dict[str, str]]:
    """The environment for Waymark's programs, with the servers it names running."""
    where = place(kind)
    env = dict(os.environ)
    env.setdefault("WAYMARK_MODE", mode or "development")
    # The matrices of impact are small: with a second thread they take several times as long, and the other core is busy.
    env.setdefault("OPENBLAS_NUM_THREADS", "1")
    needed = missing_servers(env, kind)
    where.prepare()
    with servers.using(where, needed):
        env.update(addresses(where, needed))
        _see_to_keys(where, env)
        yield env


def missing_servers(env: Mapping[str, str], kind: str = "main") -> list[str]:
    """The servers that nobody named, which we start; in production that needs saying so."""
    if kind != "main":
        return ["postgres", "valkey"]
    names = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    missing = [server for server, name in names.items() if not env.get(name)]
    if missing and env.get("WAYMARK_MODE") == "production" and env.get("WAYMARK_EMBEDDED") != "1":
        wanted = " and ".join(names[server] for server in missing)
        raise Trouble(f"In production set {wanted}, or set WAYMARK_EMBEDDED=1 to use the private servers.")
    if "postgres" not in missing and not env.get("DATABASE_OWNER_URL"):
        raise Trouble("DATABASE_URL is set but DATABASE_OWNER_URL is not; migrations need the owner's sign-in.")
    return missing


def addresses(where: Place, started: list[str]) -> dict[str, str]:
    """Addresses of the servers we started, and the folders of this place."""
    found: dict[str, str] = {}
    if "postgres" in started:
        postgres = Postgres(where)
        found |= {"DATABASE_URL": postgres.url(APP), "DATABASE_OWNER_URL": postgres.url(OWNER)}
    if "valkey" in started:
        found["REDIS_URL"] = Valkey(where).url
    if where.kind != "main":
        # A test or a bench never touches the demonstration's files or keys, whatever the caller's settings say.
        found |= {"WAYMARK_KEYS": str(where.keys), "WAYMARK_VAR": str(where.root)}
    else:
        found |= {"WAYMARK_KEYS": os.environ.get("WAYMARK_KEYS", str(where.keys)), "WAYMARK_VAR": str(where.var)}
    found["WAYMARK_SECRET_KEY"] = os.environ.get("WAYMARK_SECRET_KEY") or _secret(where)
    return found


def _secret(where: Place) -> str:
    """Django's secret, made once and kept among the keys."""
    path = where.keys / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text().strip()


def _see_to_keys(where: Place, env: Mapping[str, str]) -> None:
    """Make the application's keys on the first start."""
    if (where.keys / "naming.pem").exists() or "WAYMARK_KEYS" in os.environ:
        return
    command = [sys.executable, "manage.py", "make_keys"]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"The keys could not be made: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
