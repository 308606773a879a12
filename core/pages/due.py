"""What waits for a person, gathered from every app into one list: oldest harm first, each with the one next click.

An app offers a source when it starts, in its apps.py:

    due.register(Source("targets", "Targets", Harm.PROMISE, SET, load=targets, rows=targets_overdue))

The order of the list is simple, so that anybody can say why something stands where it does: first by how much harm
waiting does (`Harm`, one for each source), of the same harm first what is about somebody in trouble now (`at_once`), then
by the day since which it has waited, oldest first, then by the order of the sources and of the rows that each gave. After
everything else comes what is over and waits only to be ended (`over`).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, QuerySet, Value
from redis.exceptions import RedisError

from core import clock
from core.pages.once import once

SHOWN = 100
KEPT_SECONDS = 60


class Harm(IntEnum):
    """How much harm waiting does, the most first."""

    SAFETY = 1  # somebody may be in trouble now: an alert, an absence that nobody explained, a visitor who is not back
    TODAY = 2  # a duty of this very day on which others build: a register
    PROMISE = 3  # something agreed with a person, past its day: a target, an action of a plan
    REVIEW = 4  # a look that was to be taken: a one-to-one, the review of a plan
    ANSWER = 5  # something that waits for a call, a letter or an answer


@dataclass(frozen=True)
class Item:
    """One thing that is due: in words, since when, and the one next click."""

    words: str
    since: date
    url: str  # where the next click leads
    click: str  # what it says there: “Hold it”, “Take it”, “Review”
    about: int | None = None  # the number of the person whom it is about; the page puts the name
    note: str = ""  # a second, smaller line
    done_url: str = ""  # takes a POST that settles it at once, with `next`: the address to come back to
    done: str = ""  # what that button says: “Done”, “Followed up”
    at_once: bool = False  # a child may be missing or not safe: its source gives these rows before its others
    over: bool = False  # what it waited for is no longer so: its source gives these rows after its others


@dataclass(frozen=True)
class Source:
    """Where due things of one kind come from.

    `rows(user)` is what waits for this person as a queryset, one row for each line, without a slice or distinct: all
    sources are counted together in one query. `load(user, limit)` gives the first `limit` of them as items, oldest first,
    in a fixed number of queries. A source that can't be counted in SQL has no `rows`; what its `load` gives is counted.
    Both give only what this very person is to do, and only about those whom they reach in a role with the permission.
    `hint` is plain SQL for EXISTS, of `%(me)s`, `%(today)s` and `%(now)s` (the time of day): where it finds nothing, there is nothing for this person
    whomever they reach, and neither `rows` nor `load` is asked. It knows of no reach and shows nothing itself.
    """

    key: str
    label: str
    harm: Harm
    permission: str
    load: Callable[[Any, int], Sequence[Item]]
    rows: Callable[[Any], "QuerySet[Any]"] | None = None
    order: int = 100
    hint: str = ""


@dataclass(frozen=True)
class Tab:
    """Another list beside what is due: not seen lately, drafts. `count(user)` where a number helps."""

    key: str
    label: str
    address: Callable[[], str]
    permission: str
    order: int = 100
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class SoFar:
    """How much is known yet of what due things come from, such as today's registers: in words, and whether it is all."""

    words: str
    is_all: bool


@dataclass(frozen=True)
class Line:
    """An item with the source that gave it."""

    item: Item
    source: Source


@dataclass
class Waiting:
    """What waits for a person: the first lines in order, and how many there are of each kind."""

    lines: list[Line] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    kind: str = ""

    @property
    def total(self) -> int:
        """How many there are in all, of the kind chosen or of every kind."""
        return self.counts.get(self.kind, 0) if self.kind else sum(self.counts.values())


_sources: dict[str, Source] = {}
_tabs: dict[str, Tab] = {}
_so_far: dict[Callable[[Any], SoFar], str] = {}


def register(source: Source) -> Source:
    """Offer a source of due things. A key is used once."""
    if _sources.setdefault(source.key, source) != source:
        raise ValueError(f"There are two sources of due things called {source.key}.")
    return source


def register_tab(tab: Tab) -> Tab:
    """Offer a list beside what is due. A key is used once."""
    if _tabs.setdefault(tab.key, tab) != tab:
        raise ValueError(f"There are two lists beside what is due called {tab.key}.")
    return tab


def register_so_far(read: Callable[[Any], SoFar], permission: str) -> None:
    """Say, to those with a permission, how much is known yet of what something due comes from: no list is empty before."""
    _so_far[read] = permission


def so_far(user: Any) -> list[SoFar]:
    """How much is known yet, wherever there are words for it."""
    found = [read(user) for read, permission in _so_far.items() if user.has_perm(permission)]
    return [one for one in found if one.words]


def sources_for(user: Any) -> list[Source]:
    """The sources that may have something for this person, in order of harm."""
    found = [source for source in _sources.values() if user.has_perm(source.permission)]
    return sorted(found, key=lambda source: (source.harm, source.order, source.key))


def tabs_for(user: Any) -> list[Tab]:
    """The lists beside it that this person may open, in order."""
    found = [tab for tab in _tabs.values() if user.has_perm(tab.permission)]
    return sorted(found, key=lambda tab: (tab.order, tab.key))


def anything_for(user: Any) -> bool:
    """Whether anything could ever wait for this person."""
    return any(user.has_perm(source.permission) for source in _sources.values())


def due_count(user: Any, before: Callable[[Any], None] | None = None) -> int:
    """The number in the top bar, which is that of the list. Kept for a minute, since every page shows it; what the person
    saves, or opening the list, counts again. `before` is called before there is anything to count."""
    # Without the cache every page counts, rather than none being shown.
    with suppress(RedisError):
        kept: int | None = cache.get(_key(user))
        if kept is not None:
            return kept
    sources = [source for source in sources_for(user) if source.key in possible(user)]
    if before is not None and sources:
        before(user)
    return _keep(
        user, {**_counted(user), **{one.key: len(one.load(user, SHOWN)) for one in sources if one.rows is None}}
    )


def count_again(user: Any) -> None:
    """Forget the number: this person has just saved something, which may have settled what waited."""
    with suppress(RedisError):
        cache.delete(_key(user))


def _keep(user: Any, counts: Mapping[str, int]) -> int:
    number = sum(counts.values())
    with suppress(RedisError):
        cache.set(_key(user), number, KEPT_SECONDS)
    return number


def _key(user: Any) -> str:
    return f"due:{user.pk}:{clock.today()}"


def waiting(user: Any, kind: str = "", limit: int = SHOWN) -> Waiting:
    """What waits for this person, the most harmful and oldest first, what is over last: at most `limit` lines, and how many there are of each kind.

    A kind that they have no source of shows every kind. The number of queries depends on which kinds have anything, never
    on how much of it, but that a kind of less harm is not read once those before it fill the lines.
    """
    sources = sources_for(user)
    kind = kind if any(source.key == kind for source in sources) else ""
    may_have, counts = possible(user), _counted(user)
    lines: list[tuple[tuple[bool, int, bool, date, int, int], Line]] = []
    numbers: dict[str, int] = {}
    for place, source in enumerate(sources):
        if source.key not in may_have or (source.rows is not None and not counts.get(source.key)):
            continue
        waiting_now = sum(not line.item.over for _, line in lines)
        full = waiting_now >= limit and source.harm > lines[-1][1].source.harm
        if source.rows is not None and (full or (kind and source.key != kind)):
            numbers[source.key] = counts[source.key]
            continue
        # A source that is not counted in SQL is counted by what it gives, so it gives the same to every page.
        items = list(source.load(user, SHOWN if source.rows is None else limit))
        numbers[source.key] = counts[source.key] if source.rows is not None else len(items)
        if not kind or source.key == kind:
            lines += [
                ((item.over, source.harm, not item.at_once, item.since, place, number), Line(item, source))
                for number, item in enumerate(items)
            ]
    _keep(user, numbers)
    ordered = [line for _, line in sorted(lines, key=lambda pair: pair[0])]
    return Waiting(ordered[:limit], {key: number for key, number in numbers.items() if number}, kind)


def _counted(user: Any) -> Mapping[str, int]:
    return once(("what is due", user.pk), lambda: _count(user))


def possible(user: Any) -> frozenset[str]:
    """The sources that may have something for this person. One query, once a page."""
    return once(("what can be due", user.pk), lambda: _hinted(user))


def _hinted(user: Any) -> frozenset[str]:
    """The sources that may have something for this person, by their hints: one query for all of them."""
    sources = sources_for(user)
    hinted = [source for source in sources if source.hint]
    if not hinted:
        return frozenset(source.key for source in sources)
    with connection.cursor() as cursor:
        asked = ", ".join(f"EXISTS ({source.hint})" for source in hinted)
        now = f"{clock.local(clock.now()):%H:%M:%S}"
        cursor.execute(f"SELECT {asked}", {"me": user.pk, "today": clock.today(), "now": now})
        answers = cursor.fetchone()
    empty = {source.key for source, some in zip(hinted, answers, strict=True) if not some}
    return frozenset(source.key for source in sources if source.key not in empty)


def _count(user: Any) -> Mapping[str, int]:
    """How many rows each source has that is counted in SQL: one query for all of them that may have any."""
    may_have = possible(user)
    each = [
        source.rows(user).order_by().values_list(Value(source.key, output_field=CharField()))
        for source in sources_for(user)
        if source.rows is not None and source.key in may_have
    ]
    if not each:
        return {}
    try:
        statement, values = each[0].union(*each[1:], all=True).query.sql_with_params()
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT kind, count(*) FROM ({statement}) AS due (kind) GROUP BY kind", values)
        return dict(cursor.fetchall())
