"""Panels and timeline: left out for whoever lacks the permission or the reach."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from core.pages import cards
from core.pages.cards import Card, TimelineSource, cards_for, register, register_timeline, timeline, timeline_kinds
from core.pages.once import one_reading
from tests.core.work_for_tests import Proof, ProofPage


class Viewer:
    """Somebody who holds some permissions."""

    def __init__(self, *held: str) -> None:
        self.held = held

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Whether some role of theirs carries it."""
        return permission in self.held


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cards but the test's own."""
    monkeypatch.setattr(cards, "_cards", {})
    monkeypatch.setattr(cards, "_sources", {})
    monkeypatch.setattr(cards, "_asked_too", {})


def card(key: str, order: int, permission: str = "a.see", context: dict[str, Any] | None = None) -> Card:
    """A card that shows `context`."""
    return register(Card("student", key, key.title(), order, permission, f"a/{key}.html", lambda user, obj: context))


def test_cards_come_in_order_without_the_forbidden_and_the_empty() -> None:
    card("later", 20, context={"n": 2})
    card("first", 10, context={"n": 1})
    card("empty", 5)
    card("secret", 1, "b.see", {"n": 3})
    register(Card("home", "elsewhere", "", 1, "a.see", "", lambda user, obj: {}))
    found = cards_for("student", Viewer("a.see"), SimpleNamespace())
    assert [(shown.key, shown.context) for shown in found] == [("first", {"n": 1}), ("later", {"n": 2})]


def test_what_is_forbidden_is_not_even_loaded() -> None:
    loaded: list[str] = []
    register(Card("student", "x", "X", 1, "b.see", "", lambda user, obj: loaded.append("x") or {}))
    assert cards_for("student", Viewer("a.see"), SimpleNamespace()) == []
    assert loaded == []


def test_a_role_that_reaches_other_students_shows_nothing_of_this_one(
    proof_table: None, django_assert_num_queries: Any
) -> None:
    reached, other = Proof.objects.create(total_count=1), Proof.objects.create(total_count=2)
    card("pastoral", 1, "a.see", {})
    card("register", 2, "b.see", {})
    both = Viewer("a.see", "b.see")
    with django_assert_num_queries(1):
        assert [shown.key for shown in cards_for("student", both, other)] == ["register"]
    assert [shown.key for shown in cards_for("student", both, reached)] == ["pastoral", "register"]


def day(number: int, kind: str) -> dict[str, Any]:
    """Something that happened on a day in November."""
    return {
        "when": datetime(2026, 11, number, tzinfo=UTC),
        "kind": kind,
        "title": f"{kind} {number}",
        "text": "",
        "url": "",
    }


def source(kind: str, *days: int, permission: str = "a.see") -> None:
    """A source with one thing on each of the days."""

    def load(user: Any, obj: Any, before: datetime | None, limit: int) -> Iterator[dict[str, Any]]:
        entries = [day(number, kind) for number in days]
        return iter([entry for entry in entries if before is None or entry["when"] < before])

    register_timeline(TimelineSource(kind, kind.title(), 1, permission, load))


def test_the_timeline_merges_newest_first_and_goes_on_from_a_moment() -> None:
    source("meeting", 1, 9, 5)
    source("grade", 7, 3)
    source("note", 8, permission="b.see")
    viewer, student = Viewer("a.see"), SimpleNamespace()
    assert [entry["title"] for entry in timeline(viewer, student, limit=3)] == ["meeting 9", "grade 7", "meeting 5"]
    before = datetime(2026, 11, 5, tzinfo=UTC)
    assert [entry["title"] for entry in timeline(viewer, student, before=before)] == ["grade 3", "meeting 1"]
    assert [entry["title"] for entry in timeline(viewer, student, kinds=["grade"])] == ["grade 7", "grade 3"]
    assert [kind.kind for kind in timeline_kinds(viewer, student)] == ["grade", "meeting"]


def test_parts_of_which_there_is_no_row_about_the_object_are_not_loaded(
    proof_table: None, django_assert_num_queries: Any
) -> None:
    with_pages, without = Proof.objects.create(total_count=2), Proof.objects.create(total_count=2)
    ProofPage.objects.create(proof=with_pages, number=1, made_by=1)
    loaded: list[Any] = []

    def load(*asked: Any) -> Any:
        loaded.append(asked)
        return {}

    register(Card("proof", "pages", "Pages", 1, "b.see", "", load, shows=(ProofPage,)))
    register_timeline(TimelineSource("pages", "Pages", 1, "b.see", load, "proof", (ProofPage,)))
    register_timeline(TimelineSource("other", "Other", 2, "b.see", load, "proof"))
    viewer = Viewer("b.see")
    for about, expected in ((with_pages, 3), (without, 1)):
        loaded.clear()
        with (
            one_reading(),
            django_assert_num_queries(3),
        ):  # the reach, asked by each of the two, and the rows, asked once
            cards_for("proof", viewer, about)
            timeline(viewer, about, slot="proof")
        assert len(loaded) == expected
    assert [kind.kind for kind in timeline_kinds(viewer, without, "proof")] == ["pages", "other"]
    assert [cards.any_about(about, ProofPage, "proof") for about in (with_pages, without)] == [True, False]


def test_a_key_is_used_once() -> None:
    card("x", 1)
    with pytest.raises(ValueError, match="two cards"):
        card("x", 2)
    source("x", 1)
    with pytest.raises(ValueError, match="two timeline sources"):
        source("x", 2)
