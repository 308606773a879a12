"""What the apps above add to lists of students: columns, and the reasons why somebody needs attention.

`caseload` is below attendance, progress and interventions and does not import them; they register theirs here when they
start. A loader gets every student of the page at once and makes a fixed number of queries, whatever the length.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from caseload.needs import Need, tone_of

Ids = Sequence[int]


@dataclass(frozen=True)
class Column:
    """One column of a list of students.

    `load(student_ids, user)` gives a dict per student id, or leaves the id out where there is nothing to show. The
    dict's keys: `text` (what is shown), and where wanted `sort` (a number or text), `tone` (good, watch, concern),
    `note` (small second text), `title`, `url`, `spark` (a list of numbers for a sparkline, None where there is none).
    """

    key: str
    label: str
    order: int
    permission: str
    load: Callable[[Ids, Any], Mapping[int, Mapping[str, Any]]]
    title: str = ""  # said about the column's head: what the figure is of
    css: str = "wm-r"
    phone: str = ""  # "a" or "b": one of the two figures that a phone shows
    first: str = "asc"  # which way the first press sorts
    # What a list is sorted by, by student id, where that is cheaper for everybody than the whole column: the same as `sort`.
    sorts: Callable[[Ids, Any], Mapping[int, Any]] | None = None


class Reason(NamedTuple):
    """Why a student needs attention: words as staff say them, and its row in the order of need."""

    words: str
    need: Need
    filter: str = ""  # the key of the Filter chip that this reason belongs to

    @property
    def tone(self) -> str:
        """How it is coloured."""
        return tone_of(self.need)


@dataclass(frozen=True)
class ReasonSource:
    """Gives the reasons for students: `load(student_ids, user)` gives a list for each id that has any.

    A source that is dear to ask, and has one reason a student at most, says in `most` the heaviest that it may be. Where
    only those in most need are looked for, it is asked about those alone whom such a reason could bring among them.
    """

    key: str
    permission: str
    load: Callable[[Ids, Any], Mapping[int, Sequence[Reason]]]
    order: int = 100
    most: Need | None = None


@dataclass(frozen=True)
class Filter:
    """A chip above the list: the students who have a reason with this filter's key. Told apart by reasons, not by a query."""

    key: str
    label: str
    order: int = 100
    permission: str = ""


@dataclass(frozen=True)
class BulkAction:
    """Something that can be done with the students ticked in a list; the address gets `student` once for each.

    With `takes_filter` it can be done with everybody whom a saved filter finds too; the address gets `filter`, its public id.
    """

    key: str
    label: str
    url_name: str
    permission: str
    order: int = 100
    icon: str = "plus-lg"
    method: str = "get"
    takes_filter: bool = False


@dataclass(frozen=True)
class StudentAction:
    """Something to add for one student, from the box on their page; the address takes the student's public id."""

    key: str
    label: str
    url_name: str
    permission: str
    order: int = 100
    icon: str = "plus-lg"
    keys: str = ""  # a key such as "n o" that opens it


@dataclass
class _Registry:
    columns: dict[str, Column] = field(default_factory=dict)
    sources: dict[str, ReasonSource] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    actions: dict[str, BulkAction] = field(default_factory=dict)
    student_actions: dict[str, StudentAction] = field(default_factory=dict)


_registry = _Registry()


def register_column(column: Column) -> Column:
    """Offer a column for lists of students."""
    return _once(_registry.columns, column)


def register_reasons(source: ReasonSource) -> ReasonSource:
    """Offer reasons why a student needs attention."""
    return _once(_registry.sources, source)


def register_filter(chip: Filter) -> Filter:
    """Offer a chip above the list, for the students with a reason of its key."""
    return _once(_registry.filters, chip)


def register_action(action: BulkAction) -> BulkAction:
    """Offer something to do with the students ticked."""
    return _once(_registry.actions, action)


def register_student_action(action: StudentAction) -> StudentAction:
    """Offer something to add from a student's page."""
    return _once(_registry.student_actions, action)


def columns_for(user: Any) -> list[Column]:
    """The columns that this person may see, in order."""
    return _allowed(_registry.columns, user)


def sources_for(user: Any) -> list[ReasonSource]:
    """The sources of reasons that this person may see, in order."""
    return _allowed(_registry.sources, user)


def filters_for(user: Any) -> list[Filter]:
    """The chips that this person may use, in order."""
    return _allowed(_registry.filters, user)


def actions_for(user: Any) -> list[BulkAction]:
    """What this person may do with ticked students, in order."""
    return _allowed(_registry.actions, user)


def student_actions_for(user: Any) -> list[StudentAction]:
    """What this person may add on a student's page as far as their roles go; reach is asked by the page."""
    return _allowed(_registry.student_actions, user)


def _once(registry: dict[str, Any], thing: Any) -> Any:
    if registry.setdefault(thing.key, thing) != thing:
        raise ValueError(f"There are two called {thing.key}.")
    return thing


def _allowed(registry: Mapping[str, Any], user: Any) -> list[Any]:
    found = [thing for thing in registry.values() if not thing.permission or user.has_perm(thing.permission)]
    return sorted(found, key=lambda thing: (thing.order, thing.key))
