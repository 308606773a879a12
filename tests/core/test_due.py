"""What is due: gathered from sources, the most harmful and oldest first, counted in one query."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.pages import due
from core.pages.due import Harm, Item, Source
from tests.core.work_for_tests import Proof


class Viewer:
    """Somebody who holds some permissions."""

    def __init__(self, *held: str) -> None:
        self.pk, self.held = uuid4(), held  # nobody else's number is kept for them

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Whether some role of theirs carries it."""
        return permission in self.held


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sources but the test's own."""
    monkeypatch.setattr(due, "_sources", {})


def item(words: str, day: int) -> Item:
    """Something due since a day of November."""
    return Item(words, date(2026, 11, day), "/somewhere/", "Do it")


def source(key: str, harm: Harm, *items: Item, permission: str = "a.see", rows: Any = None) -> Source:
    """A source that gives these."""
    return due.register(Source(key, key.title(), harm, permission, lambda user, limit: items[:limit], rows))


def words(user: Viewer, kind: str = "", limit: int = 100) -> list[str]:
    return [line.item.words for line in due.waiting(user, kind, limit).lines]


def test_harm_comes_first_then_what_has_waited_longest() -> None:
    source("review", Harm.REVIEW, item("old review", 1), item("new review", 18))
    source("alert", Harm.SAFETY, item("alert", 19), item("older alert", 3))
    source("target", Harm.PROMISE, item("target", 10))
    source("case", Harm.REVIEW, item("case", 5))
    assert words(Viewer("a.see")) == ["older alert", "alert", "target", "old review", "case", "new review"]
    assert words(Viewer("a.see"), "review") == ["old review", "new review"]
    assert words(Viewer("a.see"), "no such kind") == words(Viewer("a.see"))
    assert words(Viewer("a.see"), limit=2) == ["older alert", "alert"]


def test_somebody_in_trouble_now_comes_before_what_has_waited_longer() -> None:
    source("alert", Harm.SAFETY, replace(item("missing since today", 20), at_once=True), item("down since long ago", 1))
    source("concern", Harm.SAFETY, item("older concern", 2))
    source("target", Harm.PROMISE, replace(item("target", 1), at_once=True))
    assert words(Viewer("a.see")) == ["missing since today", "down since long ago", "older concern", "target"]


def test_what_is_over_comes_after_everything_else_and_takes_no_place_of_it(proof_table: None) -> None:
    source("alert", Harm.SAFETY, item("alert", 19), replace(item("older, and over", 1), over=True))
    source("target", Harm.PROMISE, item("target", 18))
    source("review", Harm.REVIEW, item("review", 17), rows=lambda user: Proof.objects.all())
    Proof.objects.create(total_count=1)
    assert words(Viewer("a.see")) == ["alert", "target", "review", "older, and over"]
    assert words(Viewer("a.see"), limit=3) == ["alert", "target", "review"]
    assert words(Viewer("a.see"), "alert") == ["alert", "older, and over"]


def test_a_page_that_shows_few_counts_all_of_a_source_that_is_not_counted_in_sql() -> None:
    source("set_up", Harm.TODAY, *(item(f"missing {number}", number + 1) for number in range(7)))
    found = due.waiting(Viewer("a.see"), limit=5)
    assert (len(found.lines), found.total, due.due_count(Viewer("a.see"))) == (5, 7, 7)


def test_what_one_may_not_do_is_not_even_loaded() -> None:
    loaded: list[str] = []
    due.register(Source("x", "X", Harm.TODAY, "b.see", lambda user, limit: loaded.append("x") or []))  # type: ignore[func-returns-value]  # append gives None on purpose
    assert words(Viewer("a.see")) == []
    assert loaded == []
    assert not due.anything_for(Viewer("a.see"))
    assert due.anything_for(Viewer("b.see"))


def test_sources_with_rows_are_counted_together_in_one_query(proof_table: None) -> None:
    for number in range(3):
        Proof.objects.create(total_count=number)
    everything, none = (lambda user: Proof.objects.order_by("pk")), (lambda user: Proof.objects.none())
    source("many", Harm.REVIEW, item("a", 1), rows=everything)
    source("more", Harm.SAFETY, item("b", 2), rows=lambda user: Proof.objects.filter(total_count__gt=0))
    source("nothing", Harm.SAFETY, item("never shown", 1), rows=none)
    source("listed", Harm.TODAY, item("c", 3))
    with CaptureQueriesContext(connection) as seen:
        assert due.due_count(Viewer("a.see")) == 6
    assert len(seen) == 1
    found = due.waiting(Viewer("a.see"))
    assert (found.counts, found.total) == ({"many": 3, "more": 2, "listed": 1}, 6)
    assert [line.item.words for line in found.lines] == ["b", "c", "a"]
    one = due.waiting(Viewer("a.see"), "many")
    assert (one.total, one.counts) == (3, found.counts)


def test_a_source_whose_hint_finds_nothing_is_neither_counted_nor_loaded(proof_table: None) -> None:
    asked: list[str] = []

    def load(user: Any, limit: int) -> list[Item]:
        asked.append("load")
        return [item("a register", 2)]

    def rows(user: Any) -> Any:
        asked.append("rows")
        return Proof.objects.order_by("pk")

    full = "SELECT 1 WHERE %(today)s::date > '2000-01-01' AND %(now)s::time >= '00:00' AND %(me)s::text <> ''"
    due.register(Source("counted", "Counted", Harm.TODAY, "a.see", load, rows, hint="SELECT 1 WHERE false"))
    due.register(Source("listed", "Listed", Harm.TODAY, "a.see", load, hint="SELECT 1 WHERE false"))
    with CaptureQueriesContext(connection) as seen:
        assert due.waiting(Viewer("a.see")).total == 0
    assert asked == []
    due.register(Source("full", "Full", Harm.TODAY, "a.see", load, hint=full))
    assert words(Viewer("a.see")) == ["a register"]
    assert {each["sql"].split(" ", 2)[1] for each in seen} == {"EXISTS"}


def test_the_number_is_kept_until_its_person_saves_something(
    proof_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "KEPT_SECONDS", 60)
    source("many", Harm.REVIEW, rows=lambda user: Proof.objects.order_by("pk"))
    user = Viewer("a.see")
    assert due.due_count(user) == 0
    Proof.objects.create(total_count=1)
    assert due.due_count(user) == 0
    due.count_again(user)
    assert due.due_count(user) == 1
    Proof.objects.create(total_count=2)
    assert due.waiting(user).total == 2
    assert due.due_count(user) == 2


def test_with_nothing_in_any_source_nothing_is_asked(proof_table: None) -> None:
    source("nothing", Harm.SAFETY, rows=lambda user: Proof.objects.none())
    assert due.due_count(Viewer("a.see")) == 0
    assert due.waiting(Viewer("a.see")).total == 0


def test_a_key_is_used_once() -> None:
    source("x", Harm.SAFETY)
    with pytest.raises(ValueError, match="two sources of due things called x"):
        source("x", Harm.REVIEW)
