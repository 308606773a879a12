"""What a page reads once, however many of its parts ask for it.

A memory opens when a page is asked for with GET, which changes nothing, and is dropped when that page is answered: it
never outlives a request and never serves two people. Everywhere else (a form that is sent, a job, a shell) nothing is
kept, and everything is read anew each time that it is asked.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Found = TypeVar("Found")
_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("waymark_once", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Keep what is read inside until it ends. A reading within a reading has a memory of its own."""
    marker = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(marker)


def once(key: Hashable, read: Callable[[], Found]) -> Found:
    """What `read` gives, asked the first time only. The key names everything that the answer depends on: the person, the day."""
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    found: Found = memory[key]
    return found


def about(
    key: Hashable, ids: Collection[int], read: Callable[[Collection[int]], Mapping[int, Found]]
) -> dict[int, Found]:
    """Facts by id, read for the first list that asks; later questions about some of the same are answered from it."""
    memory = _memory.get()
    if memory is None:
        return dict(read(ids))
    known, found = memory.get(key, (frozenset(), {}))
    if not known.issuperset(ids):
        known, found = frozenset(ids), read(ids)
        memory[key] = known, found
    return {number: found[number] for number in ids if number in found}
