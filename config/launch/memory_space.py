"""Room in memory for the tests' copies of databases.

A database is some 1,400 files. A disk that has just lost as many takes seconds to make them again; memory takes a tenth of one.
"""

import os
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from config.launch.places import Place

NAME = "waymark_memory"
MEMORY = Path("/dev/shm")
# A process of the tests uses about 100 MB; a container often has no more than 64 MB here, and then the disk is used.
ROOM = 2 * 2**30


def see_to(admin_url: str, owner: str, place: Place) -> None:
    """Begin with an empty tablespace in memory that the owner may use, or with none where there is no room.

    Called when the server has just started: whatever lies there is of a run that ended with the server before.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _forget(connection)
        folder = MEMORY / f"waymark-{place.hash}"
        if not _make(folder, place):
            return
        name = sql.Identifier(NAME)
        connection.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(name, sql.Literal(str(folder))))
        connection.execute(sql.SQL("GRANT CREATE ON TABLESPACE {} TO {}").format(name, sql.Identifier(owner)))


def _forget(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Drop the tablespace of an earlier start with the databases in it; after a restart of the machine their files are gone."""
    left = connection.execute(
        "SELECT datname FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE spcname = %s", [NAME]
    )
    for (database,) in left.fetchall():
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(database))))
    connection.execute(sql.SQL("DROP TABLESPACE IF EXISTS {}").format(sql.Identifier(NAME)))


def _make(folder: Path, place: Place) -> bool:
    """Make the folder, private to the server's account; says whether it is there and has room around it."""
    try:
        free = os.statvfs(MEMORY)
        if free.f_bavail * free.f_frsize < ROOM:
            return False
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == place.account.uid:
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        os.chown(folder, place.account.uid, place.account.gid)
    except OSError:
        return False
    return place.account.can_enter(folder)
