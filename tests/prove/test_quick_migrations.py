"""The quick way of migrating a new database makes the same tables, rules and triggers as Django's own way."""

import os
import subprocess

from config.launch import template_database
from config.launch.places import place
from config.launch.programs import postgres_folder
from config.launch.template_database import Databases, url_of


def dump(databases: Databases, name: str, *command: str) -> str:
    """Everything that a new database holds after one way of migrating it."""
    with databases.connect() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    env = os.environ | {
        variable: url_of(os.environ[variable], name) for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    try:
        template_database.run_as_owner(env, *command)
        program = postgres_folder(place("test"), None) / "pg_dump"
        options = ["--schema-only", "--exclude-table-data=*"]
        done = subprocess.run(
            [program, *options, env["DATABASE_OWNER_URL"]], capture_output=True, text=True, check=True
        )
    finally:
        databases.drop(name)
    # Newer dumps begin and end with a word that differs each time.
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def test_both_ways_give_the_same_database(databases: Databases) -> None:
    quick = dump(databases, f"waymark_test_{os.getpid()}_quick", "-m", "config.launch.prepare")
    slow = dump(databases, f"waymark_test_{os.getpid()}_slow", "manage.py", "migrate", "--verbosity", "0")
    assert quick == slow
