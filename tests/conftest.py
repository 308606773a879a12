"""Databases, loopback only, and the connection as owner, for every test.

- `db` (or `@pytest.mark.django_db`): the application's role on a copy of the migrated template; rolled back afterwards.
- `committing_db` (or `transaction=True`): a fresh copy for this one test, in which commits are real; dropped afterwards.
- `college` and other scenes (tests/scenes.py): the same two, on a database in which the scene is already there.
- `college_db`: as `committing_db`, on a copy of the demonstration college.
- `owner_connection`: a psycopg connection as the database's owner (it sees what was committed, and no test's rows).

Programs that a test starts find the same database in `os.environ`.
"""

import itertools
import os
import pickle
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from attendance import codes
from config.launch import template_database
from config.launch.template_database import Databases, url_of
from core import clock
from core.pages import due
from tests.college import TODAY, college, sign_in, today  # noqa: F401  (fixtures for every test)
from tests.scenes import SCENES, Scene, wanted
from tests.worker import postbox, worker  # noqa: F401  (fixtures for every test)

SETTING_UP = Path(__file__).with_name("setting_up.sql")
COLLEGE = ("demo_college", "--students", "60", "--seed", "1", "--today", "2026-11-20")

# A machine that is busy with something else is no fault of an example.
hypothesis.settings.register_profile("waymark", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("waymark")
_CORNER, _TURNS = settings.CACHES["default"]["KEY_PREFIX"], itertools.count(1)


class Switch:
    """Which database the tests of this process are on."""

    def __init__(self, databases: Databases, template: str) -> None:
        self.databases = databases
        self.template = template
        self.base = self.home = databases.copy(template)
        self.kept: dict[str, Any] = {}
        self.scenes: dict[str, tuple[str, bytes]] = {}
        self.use(self.base)

    def use(self, name: str) -> None:
        """Turn Django, and what tests start themselves, to another database."""
        connections.close_all()
        self._name(name)

    def _name(self, name: str) -> None:
        connections.settings["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ[variable] = url_of(os.environ[variable], name)

    def move(self, home: str) -> None:
        """Make another database of this process the one that tests are on; the connection to the last is kept open."""
        self.kept[self.home] = connections["default"]
        self.home = home
        if home in self.kept:
            connections["default"] = self.kept[home]
        else:
            del connections["default"]
        self._name(home)

    def scene(self, scene: Scene) -> tuple[str, bytes]:
        """The database of a scene, and what was made there, packed; played when first asked for."""
        if scene.name not in self.scenes:
            below, made = self.scene(SCENES[scene.on]) if scene.on else (self.template, b"")
            if below in self.kept:
                self.kept[below].close()
            database = self.databases.copy(below)
            self.move(database)
            try:
                self.scenes[scene.name] = database, scene.play(made, clock.at(TODAY, 10))
            finally:  # a scene that fails leaves the tests after it where they were
                self.move(self.base)
        return self.scenes[scene.name]

    @contextmanager
    def fresh_copy(self, template: str = "") -> Iterator[str]:
        """A copy for one test, dropped afterwards; of what the test is on unless named."""
        connections.close_all()
        name = self.databases.copy(template or (self.template if self.home == self.base else self.home))
        self.use(name)
        try:
            yield name
        finally:
            self.use(self.home)
            self.databases.drop(name)

    def end(self) -> None:
        """Drop this process's copies."""
        connections.close_all()
        for name in {self.base, *self.kept}:
            if name in self.kept:
                self.kept[name].close()
            self.databases.drop(name)


def the_databases() -> Databases:
    """Makes, copies and drops databases on the tests' own server."""
    return Databases(os.environ["DATABASE_OWNER_URL"], Path(os.environ["WAYMARK_VAR"]))


@pytest.fixture(scope="session")
def databases() -> Databases:
    """Makes, copies and drops databases on the tests' own server."""
    return the_databases()


def migrated(databases: Databases) -> str:
    """The name of the template that holds the present migrations; made if there is none."""
    files = [*template_database.schema_files(Path(settings.KEYS)), SETTING_UP]

    def build(env: dict[str, str]) -> None:
        template_database.migrate(env)
        with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as connection:
            connection.execute(SETTING_UP.read_bytes())

    return databases.template("schema", files, build)


def pytest_report_header(config: pytest.Config) -> str:
    """Whether the migrated template is made first or found, and how long that took; before the processes start."""
    del config
    began, databases = time.monotonic(), the_databases()
    before = databases.templates("schema")
    found = migrated(databases) in before
    return f"database: {'nothing changed' if found else 'migrated'}, {time.monotonic() - began:.1f} s"


@pytest.fixture(scope="session")
def migrated_template(databases: Databases) -> str:
    """The name of the migrated template."""
    return migrated(databases)


@pytest.fixture(scope="session")
def college_template(databases: Databases, migrated_template: str) -> str:
    """The name of the template that holds the demonstration college."""

    def build(env: dict[str, str]) -> None:
        template_database.run_as_owner(env, "manage.py", *COLLEGE)

    return databases.template("college", template_database.code_files(), build, migrated_template)


@pytest.fixture(scope="session")
def django_db_setup(
    databases: Databases, migrated_template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Switch]:
    """Instead of Django's own test database: a copy of the template for this process."""
    with django_db_blocker.unblock():
        switch = Switch(databases, migrated_template)
    _fresh_copy_instead_of_flush(switch)
    yield switch
    with django_db_blocker.unblock():
        switch.end()


def _fresh_copy_instead_of_flush(switch: Switch) -> None:
    """Tests that commit get a copy each; Django would empty every table, which our role may not and need not."""

    copies: list[AbstractContextManager[str]] = []

    def set_up(case: type[TransactionTestCase]) -> None:
        copies.append(switch.fresh_copy())
        copies[-1].__enter__()

    def tear_down(case: TransactionTestCase) -> None:
        copies.pop().__exit__(None, None, None)

    # TestCase, which rolls back, has methods of its own and is not touched.
    TransactionTestCase._fixture_setup = classmethod(set_up)
    TransactionTestCase._fixture_teardown = tear_down


@pytest.fixture
def own_cache() -> None:
    """Nothing is found that an earlier test cached; rows of a scene have the same numbers in every test."""
    codes.forget()
    prefix = f"{_CORNER}{next(_TURNS)}:"
    settings.CACHES["default"]["KEY_PREFIX"] = prefix
    caches["default"].key_prefix = prefix


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The database of a test's scene is chosen before anything opens a transaction."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "staged" not in names[:1] and wanted(names):
            names.insert(0, "staged")


@pytest.fixture
def staged(
    request: pytest.FixtureRequest, django_db_setup: Switch, django_db_blocker: DjangoDbBlocker, own_cache: None
) -> Iterator[dict[str, Any]]:
    """What stands on the scene that this test asks for, by name; the test is on the scene's database."""
    scene = wanted(request.fixturenames)
    assert scene, "only scenes ask for this"
    with django_db_blocker.unblock():
        database, made = django_db_setup.scene(scene)
        django_db_setup.move(database)
        yield pickle.loads(made)
        django_db_setup.move(django_db_setup.base)


@pytest.fixture
def committing_db(transactional_db: None) -> None:
    """A fresh database for this test alone, where commits are real."""


@pytest.fixture
def college_db(django_db_setup: Switch, college_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A fresh copy of the demonstration college for this test alone; gives the database's name."""
    with django_db_blocker.unblock(), django_db_setup.fresh_copy(college_template) as name:
        yield name


@pytest.fixture
def owner_connection(django_db_setup: Switch) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The owner's connection to the database that this test is on."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture(autouse=True, scope="session")
def count_what_is_due_anew() -> None:
    """One test's number in the top bar is never another's: their people have the same keys, and they share one cache."""
    due.KEPT_SECONDS = 0


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """Refuse every connection that would leave the machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(this: socket.socket, address: object) -> None:
        if this.family == socket.AF_UNIX or (isinstance(address, tuple) and str(address[0]) in _LOOPBACK):
            return
        raise AssertionError(f"A test tried to reach {address}; tests use nothing outside this machine.")

    def checked_connect(this: socket.socket, address: object) -> None:
        check(this, address)
        connect(this, address)

    def checked_connect_ex(this: socket.socket, address: object) -> int:
        check(this, address)
        return connect_ex(this, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
        yield


@pytest.fixture(autouse=True, scope="session")
def nothing_after_commit_needs_a_request() -> Iterator[None]:
    """What waits for the commit runs when its request is over: refuse, in every test, whatever holds on to one."""
    wait = BaseDatabaseWrapper.on_commit

    def checked(this: BaseDatabaseWrapper, function: Callable[[], Any], robust: bool = False) -> None:
        held = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
        held += [*getattr(function, "args", ()), *getattr(function, "keywords", {}).values()]
        held.append(getattr(function, "__self__", None))
        if any(isinstance(one, HttpRequest) for one in held):
            raise AssertionError(f"{function} waits for the commit and holds on to a request.")
        wait(this, function, robust)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "on_commit", checked)
        yield


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
