"""Ringing the broker without ever keeping a page waiting for it."""

import os
import time
from functools import lru_cache
from typing import Any

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers

PATIENCE = 1.0  # seconds that one ring may take
REST = 5.0  # seconds in which nobody rings after a failure, so that a page with thirty rings waits once
_broken_until = 0.0


class BellBroken(Exception):
    """The broker can't be reached."""


@lru_cache(maxsize=2)
def _connection(process: int, url: str) -> Connection:
    # One per process: a connection must not be shared across a fork.
    options = dict(current_app.conf.broker_transport_options or {})
    options |= {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "max_retries": 0, "process": process}
    return current_app.connection_for_write(url, connect_timeout=PATIENCE, transport_options=options)


def _here() -> Connection:
    return _connection(os.getpid(), current_app.conf.broker_write_url or current_app.conf.broker_url)


def send(name: str, ids: dict[str, int], queue: str) -> None:
    """Put one message in a queue."""
    global _broken_until
    if time.monotonic() < _broken_until:
        raise BellBroken("it was away a moment ago")
    try:
        with producers[_here()].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(name, kwargs=ids, queue=queue, producer=producer, retry=False, ignore_result=True)
    except (
        OperationalError,
        OSError,
        *_here().connection_errors,
        *_here().channel_errors,
    ) as problem:
        _broken_until = time.monotonic() + REST
        _connection.cache_clear()
        raise BellBroken(type(problem).__name__) from problem


def waiting_in(queue: str) -> int:
    """How many messages wait in a queue."""
    try:
        with producers[_here()].acquire(block=True, timeout=PATIENCE) as producer:
            declared: Any = producer.channel.queue_declare(queue=queue, passive=True)
            return int(declared.message_count)
    except _here().channel_errors:
        return 0  # the queue is made by its first message
    except (
        OperationalError,
        OSError,
        *_here().connection_errors,
    ) as problem:
        raise BellBroken(type(problem).__name__) from problem
