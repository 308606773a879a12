"""What every measurement uses: who asks, how long it took, how much of it was in the database."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


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
    """The time in the database, and the statements, of what happens inside."""
    clock = Clock()
    with connection.execute_wrapper(clock):
        yield clock


def percentile(times: list[float], share: float) -> float:
    """The time under which this share of them lie."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(times: list[float]) -> str:
    """“12.1 ms median, 15.2 ms 95th”, from seconds."""
    return f"{1000 * statistics.median(times):7.1f} ms median {1000 * percentile(times, 0.95):7.1f} ms 95th"


def timed(rounds: int, action: Callable[[], Any]) -> list[float]:
    """How long something takes, again and again, in seconds; the first time is not counted."""
    action()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return times


def user(role: str) -> Any:
    """Somebody of the cast."""
    from accounts.models import User

    return User.objects.get(email=f"{role}@waymark.example")


def owner() -> psycopg.Connection[Any]:
    """The database as its owner, for yardsticks that the application may not make."""
    return psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)


def say_size() -> None:
    """How much there is to measure on."""
    with connection.cursor() as cursor:
        for table in ("caseload_student", "attendance_sessionmark", "attendance_lessonmark", "attendance_weeksummary"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            print(f"{table}: {cursor.fetchone()[0]:,} rows")
