"""With nothing changed, nothing is migrated again; with anything changed, it is."""

import os
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from config.launch import demo, stamp, template_database

KEYS = Path(settings.KEYS)
Owner = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def owner_url(committing_db: None) -> str:
    """The owner's address of a migrated database of this test's own, which was just brought up to date."""
    stamp.note(os.environ["DATABASE_OWNER_URL"], KEYS)
    return os.environ["DATABASE_OWNER_URL"]


def test_a_database_that_this_code_prepared_is_up_to_date(owner_url: str) -> None:
    assert stamp.is_up_to_date(owner_url, KEYS)


def test_a_database_that_nobody_stamped_is_not(committing_db: None) -> None:
    assert not stamp.is_up_to_date(os.environ["DATABASE_OWNER_URL"], KEYS)


def test_migrating_by_hand_makes_the_stamp_untrue(owner_url: str, owner_connection: Owner) -> None:
    owner_connection.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
    assert not stamp.is_up_to_date(owner_url, KEYS)


def test_a_changed_file_makes_the_stamp_untrue(owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tasks.py").write_text("# a new schedule\n")
    files = template_database.shaping_files
    monkeypatch.setattr(stamp, "shaping_files", lambda keys: [*files(keys), tmp_path / "tasks.py"])
    assert not stamp.is_up_to_date(owner_url, KEYS)


def test_an_empty_database_is_not_up_to_date(owner_url: str, owner_connection: Owner) -> None:
    owner_connection.execute("DROP TABLE django_migrations CASCADE")
    assert not stamp.is_up_to_date(owner_url, KEYS)


def test_a_second_start_migrates_nothing_and_says_how_long_it_looked(
    committing_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(demo, "run_quietly", lambda command, *rest: done.append(command[-1]))
    env = {"DATABASE_OWNER_URL": os.environ["DATABASE_OWNER_URL"], "WAYMARK_KEYS": str(KEYS)}
    demo._migrate(tmp_path / "log", env)
    assert done == ["config.launch.prepare"]
    demo._migrate(tmp_path / "log", env)
    assert done == ["config.launch.prepare"]
    assert re.fullmatch(r"The database is up to date: nothing changed, \d+\.\d s\n", capsys.readouterr().err)
