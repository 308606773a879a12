"""A small program for test_embedded: uses the private servers of WAYMARK_VAR until told to go, and says what it sees."""

import json
import signal
import sys
import time

import psycopg

from config.launch import servers
from config.launch.places import place
from config.launch.postgres import ADMIN, APP, OWNER, Postgres
from config.launch.say import Trouble
from config.launch.valkey import Valkey


def main(seconds: float) -> int:
    where = place()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests themselves run deaf to it
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        with servers.using(where, ["postgres", "valkey"]):
            print(json.dumps(report(where)), flush=True)
            time.sleep(seconds)
    except Trouble as trouble:
        print(json.dumps({"trouble": str(trouble)}), flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def report(where) -> dict[str, object]:
    postgres = Postgres(where)
    with psycopg.connect(postgres.url(ADMIN)) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles"
            " WHERE rolname = ANY(%s) ORDER BY rolname",
            [[OWNER, APP]],
        ).fetchall()
        locale = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, pg_get_userbyid(datdba) FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        safe = connection.execute("SHOW fsync").fetchone()
    return {
        "data": str(where.data),
        "sockets": str(where.sockets),
        "owner_url": postgres.url(OWNER),
        "valkey": str(Valkey(where).socket),
        "postmaster": int((where.data / "postmaster.pid").read_text().split("\n")[0]),
        "keeper": int((where.run / "keeper.pid").read_text()),
        "roles": roles,
        "locale": locale,
        "fsync": safe,
    }


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
