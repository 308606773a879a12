"""What a database was last brought up to date with, kept in the database itself: nothing changed, nothing to do."""

from pathlib import Path

import psycopg
from psycopg import sql

from config.launch.template_database import fingerprint, shaping_files

# The migrations that were applied stand in the stamp too: whoever migrates by hand makes it untrue.
_NOW = """
SELECT current_database(), shobj_description(oid, 'pg_database'),
       to_regclass('django_migrations') IS NOT NULL
FROM pg_database WHERE datname = current_database()
"""
_APPLIED = "SELECT format('%s of %s', count(*), max(id)) FROM django_migrations"


def is_up_to_date(owner_url: str, keys: Path) -> bool:
    """Whether the database was brought up to date by this very code, and nobody migrated it since."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _, kept, migrated = _looked_up(connection)
        return bool(migrated) and kept == _stamp(connection, keys)


def note(owner_url: str, keys: Path) -> None:
    """Keep with the database what it has just been brought up to date with."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        name, _, _ = _looked_up(connection)
        text = sql.Literal(_stamp(connection, keys))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), text))


def _looked_up(connection: psycopg.Connection[tuple[object, ...]]) -> tuple[str, object, object]:
    row = connection.execute(_NOW).fetchone()
    assert row, "a connection is always to some database"
    return str(row[0]), row[1], row[2]


def _stamp(connection: psycopg.Connection[tuple[object, ...]], keys: Path) -> str:
    row = connection.execute(_APPLIED).fetchone()
    return f"waymark {fingerprint(shaping_files(keys))}, migrations {row[0] if row else ''}"
