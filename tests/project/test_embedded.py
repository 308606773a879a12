"""The private servers: wherever the checkout lies, whoever starts them, and however they ended last time."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.launch import environment, places, programs
from config.launch.places import ROOT, SYSTEM_DATA, Account, Place
from config.launch.say import Trouble

PROGRAM = Path(__file__).with_name("embedded_program.py")


class User:
    """A program that uses the private servers of one `var` folder."""

    def __init__(self, var: Path, seconds: float, **env: str) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("WAYMARK_", "DATABASE_"))}
        environ |= {"WAYMARK_VAR": str(var), "PYTHONPATH": str(ROOT)} | env
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, str(seconds)],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.seen = json.loads(self.process.stdout.readline() or "{}")

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ctrl-C: every process of the terminal's group gets the signal."""
        os.killpg(self.process.pid, how)
        self.process.wait(30)

    def close(self) -> None:
        if self.seen.get("data") and self.process.poll() is None:
            self.end()
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()


Start = Callable[..., User]


def _open_folder() -> Path:
    """A folder that every account can reach, as /srv or a home folder would be."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-test-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A `var` folder whose database was made and stopped; making one takes seconds, copying it does not."""
    folder = _open_folder()
    first = User(folder / "var", 0)
    first.process.wait(60)
    first.close()
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def empty_var() -> Iterator[Path]:
    """A `var` folder that isn't there yet."""
    folder = _open_folder()
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def var(empty_var: Path, made: Path) -> Path:
    """A `var` folder of this test alone, with a database in it."""
    subprocess.run(["cp", "-a", made, empty_var], check=True)
    return empty_var


@pytest.fixture
def start(empty_var: Path) -> Iterator[Start]:
    """Start a user of the servers; whatever still runs at the end is stopped before its folder goes."""
    users: list[User] = []

    def started(var: Path, seconds: float = 60, **env: str) -> User:
        users.append(User(var, seconds, **env))
        return users[-1]

    yield started
    for user in users:
        user.close()
    for data in {user.seen["data"] for user in users if "data" in user.seen}:
        assert wait_until(lambda folder=Path(data): not processes_in(folder))


def processes_in(folder: Path) -> list[int]:
    """The processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if Path(os.readlink(entry / "cwd")) == folder:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_until(done: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return done()


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError:
        return False


def test_two_roles_own_little_and_ctrl_c_leaves_nothing_running(start: Start, var: Path) -> None:
    user = start(var)
    assert user.seen["roles"] == [
        ["waymark_app", False, False, False, False],
        ["waymark_owner", False, True, False, False],
    ]
    assert user.seen["locale"] == ["UTF8", "C.UTF-8", "waymark_owner"]
    assert user.seen["fsync"] == ["on"]
    sockets = Path(user.seen["sockets"])
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (var / "keys").iterdir()} == {0o600}
    assert len(processes_in(sockets)) == 1
    user.end()
    assert user.process.returncode == 130
    assert (processes_in(Path(user.seen["data"])), processes_in(sockets)) == ([], [])


def test_a_server_that_was_killed_comes_back_with_what_was_saved(start: Start, var: Path) -> None:
    user = start(var)
    with psycopg.connect(user.seen["owner_url"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
    os.kill(user.seen["postmaster"], signal.SIGKILL)
    assert wait_until(lambda: not Path(f"/proc/{user.seen['postmaster']}").exists())
    assert wait_until(lambda: answers(user.seen["owner_url"]))
    with psycopg.connect(user.seen["owner_url"]) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]


def test_a_killed_keeper_and_a_killed_user_leave_nothing_running(start: Start, var: Path) -> None:
    user = start(var)
    os.kill(user.seen["keeper"], signal.SIGKILL)
    assert wait_until(lambda: not processes_in(Path(user.seen["data"])))
    user.end(signal.SIGKILL)
    again = start(var)
    assert answers(again.seen["owner_url"])
    again.end(signal.SIGKILL)
    assert wait_until(lambda: not processes_in(Path(again.seen["data"])))


def test_a_stale_pid_file_is_no_hindrance(start: Start, var: Path) -> None:
    first = start(var)
    first.end()
    for content in (f"{os.getpid()}\n", "not a number\n", "4194304\n"):
        # The number may by now belong to some other process; PostgreSQL alone would refuse to start.
        stale = Path(first.seen["data"]) / "postmaster.pid"
        stale.write_text(f"{content}{first.seen['data']}\n0\n5432\n\n\n")
        shutil.chown(stale, Path(first.seen["data"]).stat().st_uid)
        again = start(var)
        assert answers(again.seen["owner_url"]), content
        again.end()


def test_the_first_to_leave_does_not_stop_the_servers_of_the_second(start: Start, var: Path) -> None:
    first = start(var)
    second = start(var)
    assert second.seen["postmaster"] == first.seen["postmaster"]
    first.end()
    assert answers(second.seen["owner_url"])
    second.end()
    assert processes_in(Path(second.seen["data"])) == []


def test_two_checkouts_side_by_side_and_a_path_with_a_space(start: Start, var: Path) -> None:
    spaced = var.with_name("another folder")
    subprocess.run(["cp", "-a", var, spaced], check=True)
    first, second = start(var), start(spaced)
    assert first.seen["sockets"] != second.seen["sockets"]
    assert first.seen["postmaster"] != second.seen["postmaster"]
    assert second.seen["data"].endswith("another folder/postgres") or second.seen["data"].startswith("/var/lib")
    assert answers(first.seen["owner_url"])
    assert answers(second.seen["owner_url"])
    assert not answers(first.seen["owner_url"].replace(first.seen["sockets"].replace("/", "%2F"), "%2Ftmp"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_root_in_a_closed_folder_keeps_the_data_elsewhere_and_opens_nothing(start: Start, empty_var: Path) -> None:
    closed = empty_var.with_name("closed")
    closed.mkdir(mode=0o700)
    user = start(closed / "var")
    data = Path(user.seen["data"])
    try:
        assert data.is_relative_to(SYSTEM_DATA)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert Path(f"/proc/{user.seen['postmaster']}").stat().st_uid != 0
        user.end()
        assert answers(start(closed / "var").seen["owner_url"])
    finally:
        shutil.rmtree(data.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_programs_in_a_closed_folder_are_copied_with_their_libraries(
    monkeypatch: pytest.MonkeyPatch, empty_var: Path
) -> None:
    reaches = Account.manages

    def reaches_the_copy(account: Account, command: list[str]) -> bool:
        return ".venv" not in command[0] and not command[0].startswith("/usr") and reaches(account, command)

    place = Place("main", Account.for_servers(), empty_var)
    monkeypatch.setattr(Account, "manages", reaches_the_copy)
    monkeypatch.setattr(places, "SYSTEM_DATA", empty_var.parent / "system")
    try:
        folder = programs.postgres_folder(place, None)
        assert folder.is_relative_to(place.binaries)
        assert programs.valkey_program(place).is_relative_to(place.binaries)
    finally:
        shutil.rmtree(place.binaries.parent, ignore_errors=True)


def test_data_of_another_major_version_is_refused_with_a_sentence(start: Start, empty_var: Path) -> None:
    data = empty_var / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    user = start(empty_var)
    assert "was made by PostgreSQL 9, but here is PostgreSQL" in user.seen["trouble"]
    user.process.wait(10)
    assert user.process.returncode == 1


def test_keys_of_another_database_are_refused_with_a_sentence(start: Start, var: Path) -> None:
    start(var).end()
    (var / "keys" / "waymark_admin.password").write_text("another")
    assert "do not belong to the database" in start(var).seen["trouble"]


def test_a_socket_folder_that_somebody_else_made_is_refused(monkeypatch: pytest.MonkeyPatch, empty_var: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(empty_var.parent))
    place = Place("main", Account.for_servers(), empty_var)
    place.sockets.mkdir(mode=0o755)
    place.sockets.chmod(0o755)
    with pytest.raises(Trouble, match="is not a private folder"):
        place.prepare()


def test_a_runtime_folder_with_a_long_path_is_passed_over(monkeypatch: pytest.MonkeyPatch, empty_var: Path) -> None:
    long = empty_var.parent / ("x" * 90)
    long.mkdir(mode=0o711)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    sockets = Place("main", Account.for_servers(), empty_var).sockets
    assert len(str(sockets)) + len(places.LONGEST_SOCKET_NAME) <= places.SOCKET_PATH_LIMIT


def test_production_wants_its_servers_named() -> None:
    production = {"WAYMARK_MODE": "production"}
    with pytest.raises(Trouble, match="set DATABASE_URL and REDIS_URL, or set WAYMARK_EMBEDDED=1"):
        environment.missing_servers(production)
    with pytest.raises(Trouble, match="set REDIS_URL,"):
        environment.missing_servers(production | {"DATABASE_URL": "x", "DATABASE_OWNER_URL": "y"})
    assert environment.missing_servers(production | {"WAYMARK_EMBEDDED": "1"}) == ["postgres", "valkey"]


def test_named_servers_are_used_instead_of_private_ones() -> None:
    named = {"DATABASE_URL": "x", "DATABASE_OWNER_URL": "y", "REDIS_URL": "z"}
    assert environment.missing_servers(named) == []
    assert environment.missing_servers(named, "test") == ["postgres", "valkey"]
    with pytest.raises(Trouble, match="DATABASE_OWNER_URL is not"):
        environment.missing_servers({"DATABASE_URL": "x"})
