"""Pages composed of parts that apps register, so that an app can be added without touching another.

A card fills a slot ("student"); a timeline source gives dated things for the same object. Both say which permission
they need, and are left out, not emptied, for anybody who lacks it: both the role's permission and, where the object
knows `visible_to`, reach to this very object in a role that carries it.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection
from django.db.models import Exists, Model, OuterRef

from core.pages.once import once


class Viewer(Protocol):
    """Whoever looks at the page."""

    def has_perm(self, permission: str, obj: Any = None) -> bool: ...


@dataclass(frozen=True)
class Card:
    """One part of a composed page. `load` gives the template's context, or None to leave the card out.

    `shows` are the models of which it shows rows about the object, by the field that is called as the slot. Where there is
    no row of any of them at all, about nobody's reading, the card is left out without being loaded.
    """

    slot: str
    key: str
    title: str
    order: int
    permission: str
    template: str
    load: Callable[[Any, Any], dict[str, Any] | None]
    shows: tuple[type[Model], ...] = ()


@dataclass(frozen=True)
class Shown:
    """A card with what it has to show to this viewer."""

    card: Card
    context: dict[str, Any]

    @property
    def key(self) -> str:
        return self.card.key

    @property
    def title(self) -> str:
        return self.card.title

    @property
    def template(self) -> str:
        return self.card.template


@dataclass(frozen=True)
class TimelineSource:
    """Dated things of one kind. `load(user, obj, before, limit)` gives the newest first, as dicts with `when`, `kind`,
    `title`, `text`, `url`. `shows` is as in a card: a source without any row is not loaded."""

    kind: str
    label: str
    order: int
    permission: str
    load: Callable[[Any, Any, datetime | None, int], Iterable[dict[str, Any]]]
    slot: str = "student"
    shows: tuple[type[Model], ...] = ()


_asked_too: dict[str, tuple[type[Model], ...]] = {}
_cards: dict[tuple[str, str], Card] = {}
_sources: dict[tuple[str, str], TimelineSource] = {}


def register(card: Card) -> Card:
    """Offer a card for its slot. A key is used once in a slot."""
    if _cards.setdefault((card.slot, card.key), card) != card:
        raise ValueError(f"There are two cards called {card.key} in {card.slot}.")
    return card


def cards_for(slot: str, user: Viewer, obj: Any) -> list[Shown]:
    """The cards of a slot that this person may see and that have something to show, in order."""
    offered = sorted((p for p in _cards.values() if p.slot == slot), key=lambda p: (p.order, p.key))
    allowed = _allowed(user, obj, {card.permission for card in offered})
    there = _there(slot, obj)
    wanted = [card for card in offered if card.permission in allowed and _has_rows(card, there)]
    loaded = [(card, card.load(user, obj)) for card in wanted]
    return [Shown(card, context) for card, context in loaded if context is not None]


def register_timeline(source: TimelineSource) -> TimelineSource:
    """Offer a source of dated things. A kind is used once in a slot."""
    if _sources.setdefault((source.slot, source.kind), source) != source:
        raise ValueError(f"There are two timeline sources called {source.kind} in {source.slot}.")
    return source


def timeline_kinds(user: Viewer, obj: Any, slot: str = "student") -> list[TimelineSource]:
    """The kinds of dated things that this person may see about this object, for the filter chips."""
    offered = sorted(
        (s for s in _sources.values() if s.slot == slot),
        key=lambda s: (s.order, s.kind),
    )
    allowed = _allowed(user, obj, {source.permission for source in offered})
    return [source for source in offered if source.permission in allowed]


def timeline(
    user: Viewer,
    obj: Any,
    kinds: Iterable[str] | None = None,
    before: datetime | None = None,
    limit: int = 50,
    slot: str = "student",
) -> list[dict[str, Any]]:
    """Everything dated that this person may see, newest first; one query or so for each kind, whatever the length."""
    wanted, there = None if kinds is None else set(kinds), _there(slot, obj)
    streams = [
        sorted(source.load(user, obj, before, limit), key=_when, reverse=True)
        for source in timeline_kinds(user, obj, slot)
        if (wanted is None or source.kind in wanted) and _has_rows(source, there)
    ]
    merged = heapq.merge(*streams, key=_when, reverse=True)
    return [entry for _, entry in zip(range(limit), merged, strict=False)]


def _allowed(user: Viewer, obj: Any, permissions: set[str]) -> set[str]:
    """Which of these permissions the person holds for this object, asked in one query."""
    held = sorted(permission for permission in permissions if user.has_perm(permission))
    manager = getattr(type(obj), "_default_manager", None) if isinstance(obj, Model) else None
    if not held or manager is None or not hasattr(manager.all(), "visible_to"):
        return set(held)
    if hasattr(manager.all(), "permissions_reaching"):
        return set(manager.all().permissions_reaching(user, held, obj.pk))
    reach = {
        f"reach_{number}": Exists(manager.all().visible_to(user, permission).filter(pk=OuterRef("pk")))
        for number, permission in enumerate(held)
    }
    answers = type(obj)._base_manager.filter(pk=obj.pk).annotate(**reach).values(*reach).first() or {}
    return {permission for number, permission in enumerate(held) if answers.get(f"reach_{number}")}


def ask_too(slot: str, *models: type[Model]) -> None:
    """Let pages about an object ask `any_about` for these models too, beside those of cards and timeline."""
    _asked_too[slot] = tuple(dict.fromkeys([*_asked_too.get(slot, ()), *models]))


def any_about(obj: Any, model: type[Model], slot: str = "student") -> bool:
    """Whether there may be a row of the model about the object, for whomever: where there is none, nothing need be asked."""
    there = _there(slot, obj)
    return there is None or model in there


def _has_rows(part: Card | TimelineSource, there: set[type[Model]] | None) -> bool:
    return there is None or not part.shows or not there.isdisjoint(part.shows)


def _there(slot: str, obj: Any) -> set[type[Model]] | None:
    """Of which kinds there is any row about the object at all, whoever may read it: what is shown is still asked for the
    reader. One statement for a page; None where nobody can tell."""
    parts: list[Card | TimelineSource] = [*_cards.values(), *_sources.values()]
    shown = (model for part in parts if part.slot == slot for model in part.shows)
    models = list(dict.fromkeys([*shown, *_asked_too.get(slot, ())]))
    if not models or not isinstance(obj, Model):
        return None
    return once(("rows about", slot, type(obj), obj.pk), lambda: _with_rows(models, slot, obj.pk))


def _with_rows(models: list[type[Model]], slot: str, pk: Any) -> set[type[Model]]:
    fields: list[Any] = [model._meta.get_field(slot) for model in models]
    asked = ", ".join(
        f'EXISTS (SELECT FROM "{field.model._meta.db_table}" WHERE "{field.column}" = %s)' for field in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [pk] * len(models))
        return {model for model, there in zip(models, cursor.fetchone(), strict=True) if there}


def _when(entry: dict[str, Any]) -> datetime:
    when: datetime = entry["when"]
    return when
