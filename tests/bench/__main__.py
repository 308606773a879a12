"""`./run bench [--students N] [--rounds N]`: how fast Waymark is, as ratios within one run.

Loads a demonstration college into a database of its own, then measures in this process: saving a register against a
bare upsert with commit, and pages with their time in the database beside it. These machines are noisy: compare the
ratios, not the milliseconds of two runs.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TODAY = "2026-11-20"
os.environ["WAYMARK_TODAY"] = TODAY
os.environ["WAYMARK_MODE"] = "demo"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--students", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=25)
    asked = parser.parse_args()
    _load(asked.students)
    import django

    django.setup()
    _say_size()
    _registers(asked.rounds)
    _pages(asked.rounds)


def _load(students: int) -> None:
    """A college of this size, unless the bench's database holds one already."""
    _run("-m", "config.launch.prepare")
    _run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    begun = time.monotonic()
    made = subprocess.run(
        [sys.executable, "manage.py", "demo_college", "--students", str(students), "--today", TODAY], check=False
    )
    if made.returncode:
        print("Measuring the college that is there already.")
    else:
        print(f"Loaded {students} students with two years of marks in {time.monotonic() - begun:.0f} s.")


def _run(*command: str) -> None:
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)


def _say_size() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("caseload_student", "attendance_sessionmark", "attendance_lessonmark"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            print(f"{table}: {cursor.fetchone()[0]:,} rows")


class Clock:
    """Adds up the time that statements take, and counts them."""

    def __init__(self) -> None:
        self.seconds, self.statements = 0.0, 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.seconds += time.perf_counter() - begun
            self.statements += 1


@contextmanager
def counted() -> Iterator[Clock]:
    from django.db import connection

    clock = Clock()
    with connection.execute_wrapper(clock):
        yield clock


def _spread(times: list[float]) -> str:
    times = sorted(times)
    return f"{1000 * statistics.median(times):7.1f} ms median {1000 * times[int(len(times) * 0.95) - 1]:7.1f} ms 95th"


def _user(role: str) -> Any:
    from accounts.models import User

    return User.objects.get(email=f"{role}@waymark.example")


def _registers(rounds: int) -> None:
    """One register saved again and again with changing marks, against the same rows upserted by hand."""
    from attendance.actions.registers import NewMark, mark_register
    from attendance.queries.registers import members_of, todays_registers
    from core import clock, naming

    tutor = _user("tutor")
    with clock.set_to(clock.at(clock.today(), 8, 50)):
        sitting = next(line.sitting for line in todays_registers(tutor) if line.sitting.slug == "am")
        members = [member.id for member in members_of(sitting)]
        ours, bare = [], []
        for number in range(rounds):
            marks = [
                NewMark(pk, "/" if (pk + number) % 9 else "L", 5 if not (pk + number) % 9 else None) for pk in members
            ]
            begun = time.perf_counter()
            with naming.named(tutor.pk):
                mark_register(by=tutor, register=sitting, marks=marks)
            ours.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            _bare_upsert(members, sitting.date, number)
            bare.append(time.perf_counter() - begun)
    print(f"\nA register of {len(members)} saved, with its commit (aim: at most 3 times a bare upsert)")
    print(f"  mark_register: history, summary, audit  {_spread(ours)}")
    print(f"  one bare upsert into a plain table      {_spread(bare)}")
    print(f"  ratio of medians {statistics.median(ours) / statistics.median(bare):.1f}")


def _bare_upsert(members: list[int], day: Any, number: int) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if number == 0:
            cursor.execute(
                "CREATE TEMP TABLE IF NOT EXISTS bare (student_id bigint, date date, slot smallint, code smallint,"
                " PRIMARY KEY (student_id, date, slot))"
            )
        cursor.execute(
            "INSERT INTO bare SELECT unnest(%s::bigint[]), %s, 1, %s ON CONFLICT (student_id, date, slot)"
            " DO UPDATE SET code = excluded.code",
            [members, day, number % 7],
        )


def _pages(rounds: int) -> None:
    """Whole pages in this process: all of it, the part in the database, and how many statements."""
    from django.test import Client

    pages = (
        ("tutor", "/caseload/", "tutor's caseload"),
        ("tutor", "/registers/", "today's registers"),
        ("head-of-year", "/dashboard/", "year-group dashboard"),
        ("head-of-year", "/dashboard/students/?figure=persistent", "students behind a figure"),
        ("attendance-officer", "/registers/absent/", "who is absent today"),
        ("attendance-officer", "/registers/missing/", "registers missing"),
        ("senior-leader", "/dashboard/", "whole-college dashboard"),
    )
    print("\nPages, in process: all / in the database / statements")
    for role, address, words in pages:
        client = Client(HTTP_HOST="localhost")
        client.force_login(_user(role), backend="accounts.backends.StaffBackend")
        answer = client.get(address)
        if answer.status_code != 200:
            print(f"  {words}: answered {answer.status_code}, not measured")
            continue
        whole, inside, statements = [], [], 0
        for _ in range(max(5, rounds // 3)):
            begun = time.perf_counter()
            with counted() as clock:
                client.get(address)
            whole.append(time.perf_counter() - begun)
            inside.append(clock.seconds)
            statements = clock.statements
        print(
            f"  {words:26} {_spread(whole)} · {1000 * statistics.median(inside):7.1f} ms · {statements} · {len(answer.content) // 1024} kB"
        )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
