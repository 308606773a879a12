"""Saved filters: those that a person may use, and the students whom one finds for them today."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from caseload.models import SavedFilter
from caseload.queries.containers import container_named
from caseload.queries.lists import matching
from caseload.queries.scopes import caseload_students, listed_students
from caseload.rules.students import VIEW, VIEW_CASELOAD

KEYS = ("in", "show", "group")  # what tells a list apart; order and page do not
LONGEST = 300


@dataclass(frozen=True)
class Offered:
    """A saved filter as a list offers it."""

    row: SavedFilter
    url: str
    mine: bool
    current: bool


@dataclass
class Filters:
    """The saved filters beside a list, the one that the list shows just now, and what could be saved."""

    place: str
    query: str
    offered: list[Offered] = field(default_factory=list)

    @property
    def now(self) -> Offered | None:
        """The saved filter that the list shows just now."""
        return next((one for one in self.offered if one.current), None)


def plain_query(asked: QueryDict) -> str:
    """What tells a list apart, of a whole address: always in the same order, so that equal filters are equal words."""
    kept = [(key, asked[key]) for key in KEYS if asked.get(key)]
    words = urlencode(kept)
    return words if len(words) <= LONGEST else ""


def filters_for(user: Any, place: str, asked: QueryDict) -> Filters:
    """The saved filters that this person may use, beside a list. One query."""
    found = Filters(place, plain_query(asked))
    for row in SavedFilter.objects.visible_to(user, VIEW):
        if row.place == SavedFilter.ListPage.STUDENTS or user.has_perm(VIEW_CASELOAD):
            url = f"{reverse(f'caseload:{row.place}')}?{row.query}"
            current = (row.place, row.query) == (place, found.query)
            found.offered.append(Offered(row, url, row.owner_id == user.pk, current))
    return found


def students_found(user: Any, saved: SavedFilter) -> list[int]:
    """The students whom this person finds with the filter today, the weightiest reason first.

    A group that is not theirs is not there (404).
    """
    asked = QueryDict(saved.query)
    on_caseload = saved.place == SavedFilter.ListPage.CASELOAD
    permission = VIEW_CASELOAD if on_caseload else VIEW
    if not user.has_perm(permission):
        return []
    chosen = container_named(user, permission, asked["in"]) if asked.get("in") else None
    students = caseload_students(user, chosen) if on_caseload else listed_students(user, chosen)
    return matching(user, students, permission=permission, show=asked.get("show", ""), group=asked.get("group", ""))
