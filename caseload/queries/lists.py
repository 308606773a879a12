"""Lists of students: who needs somebody first and why, with the columns that the apps above add.

The number of queries depends on who looks and on the columns, never on the number of students. Reasons are asked about
everybody, since they are counted and tell the list apart; names and columns are read for one page only, and of the column that
a list is sorted by, everybody's.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from caseload.models import Student
from caseload.needs import ACT
from caseload.queries.students import reached_ids, student_rows, with_groups
from caseload.registries import columns
from caseload.registries.columns import Column, Reason, ReasonSource

ROWS_PER_PAGE = 150
REASONS_SHOWN = 2
ATTENTION = "attention"
MUCH = 10_000  # more than all the reasons that one student can have weigh together
GROUPS_AS_CHIPS = 8


@dataclass
class StudentList:
    """A list of students as a page shows it."""

    page: Page[dict[str, Any]]
    columns: list[Column]
    chips: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    needing: int = 0


def student_list(
    user: Any,
    students: QuerySet[Student],
    *,
    permission: str,
    show: str = "",
    sort: str = "need",
    number: str | int = 1,
    group: str = "",
) -> StudentList:
    """The students, told apart by reason, in order, one page of them with their columns."""
    told = _told_apart(user, students, permission, show, group)
    needing = sum(1 for weight in told.need.values() if weight >= ACT)
    chips = _chips(user, len(told.ids), needing, told.reasons, told.groups, show, group)
    offered = columns.columns_for(user)
    by_column = next((column for column in offered if column.key == sort.removeprefix("-")), None)
    found, values = _in_order(user, permission, told, sort, by_column)
    page: Page[Any] = Paginator(found, ROWS_PER_PAGE).get_page(number)
    shown = list(page.object_list)
    values |= _values(user, permission, [column for column in offered if column.key not in values], shown)
    page.object_list = _rows(shown, told.reasons)
    for row in page.object_list:
        row["cells"] = [(column, values[column.key].get(row["id"])) for column in offered]
    return StudentList(page, offered, chips, len(told.ids), needing)


def matching(user: Any, students: QuerySet[Student], *, permission: str, show: str = "", group: str = "") -> list[int]:
    """The students whom a list shows with this chip or tutor group, the weightiest reason first, however many pages it has."""
    told = _told_apart(user, students, permission, show, group)
    return _ordered(told.chosen, "need", told.groups, told.need)


@dataclass
class _Told:
    """The students of a list in the order of names, why each needs somebody, and those that are shown."""

    ids: list[int]
    reasons: dict[int, list[Reason]]
    need: dict[int, float]
    groups: dict[int, str]
    chosen: list[int]


def _told_apart(user: Any, students: QuerySet[Student], permission: str, show: str, group: str) -> _Told:
    groups = with_groups(students)
    ids = list(groups)
    group = _still_called(group, set(groups.values()))
    reasons, need = _weighed(user, permission, ids)
    chosen = [
        pk
        for pk in ids
        if (not group or groups[pk] == group) and (not show or _shown(reasons.get(pk, ()), show, need.get(pk, 0)))
    ]
    return _Told(ids, reasons, need, groups, chosen)


def _still_called(group: str, names: Collection[str]) -> str:
    """A tutor group that an address or a saved filter names, by what it is called here now: another of the name may have
    joined or gone since, so that its site stands behind it or no longer does."""
    if not group or group in names:
        return group
    return next(
        (name for name in sorted(names) if name.startswith(f"{group} (") or group.startswith(f"{name} (")), group
    )


def in_most_need(user: Any, ids: Sequence[int], *, permission: str, limit: int) -> list[dict[str, Any]]:
    """Those of the students (ids in the order of names) with the weightiest reasons, without the columns of a list."""
    sources = columns.sources_for(user)
    answers = _asked(user, permission, ids, [source for source in sources if source.most is None])
    dear = [source for source in sources if source.most is not None]
    if dear:
        likely = _likely(ids, _together(answers.values()), [source.most or 0 for source in dear], limit)
        answers |= _asked(user, permission, likely, dear)
    reasons = _together(answers[source.key] for source in sources)
    need = {pk: _need([reason.need for reason in why]) for pk, why in reasons.items()}
    return _rows(_ordered([pk for pk in ids if pk in need], "need", {}, need)[:limit], reasons)


def in_order_of_need(user: Any, ids: Sequence[int], *, permission: str) -> list[dict[str, Any]]:
    """All the students (ids in the order of names) with their reasons, the weightiest first, as lists have them."""
    reasons, need = _weighed(user, permission, ids)
    return _rows(_ordered(list(ids), "need", {}, need), reasons)


def _weighed(user: Any, permission: str, ids: Sequence[int]) -> tuple[dict[int, list[Reason]], dict[int, float]]:
    """Every reason for each student that has any, and how much they weigh together."""
    reasons = _together(_asked(user, permission, ids, columns.sources_for(user)).values())
    return reasons, {pk: _need([reason.need for reason in why]) for pk, why in reasons.items()}


def _likely(ids: Sequence[int], reasons: Mapping[int, list[Reason]], most: Sequence[int], limit: int) -> list[int]:
    """Those who, with reasons of such weight besides, could be among the first so many."""
    heaviest = sorted((_need([reason.need for reason in why]) for why in reasons.values()), reverse=True)
    least = heaviest[limit - 1] if len(heaviest) >= limit else 0
    alone = _need(most) >= least
    return [
        pk
        for pk in ids
        if (_need([*[reason.need for reason in reasons[pk]], *most]) >= least if pk in reasons else alone)
    ]


def _rows(ids: Sequence[int], reasons: Mapping[int, list[Reason]]) -> list[dict[str, Any]]:
    """The students of a page in this order, each with why they need somebody."""
    found = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    rows = [found[pk] for pk in ids if pk in found]
    for row in rows:
        why = row["why"] = reasons.get(row["id"], [])
        row["all_why"] = " · ".join(reason.words for reason in why)
        row["first_why"], row["more_why"] = why[:REASONS_SHOWN], len(why) - REASONS_SHOWN
    return rows


def _asked(
    user: Any, permission: str, ids: Sequence[int], sources: Sequence[ReasonSource]
) -> dict[str, Mapping[int, Sequence[Reason]]]:
    """What each source says of the students for whom this person may hear it."""
    answers: dict[str, Mapping[int, Sequence[Reason]]] = {}
    for source in sources:
        reached = reached_ids(user, source.permission or permission, permission, ids)
        answers[source.key] = source.load(reached, user) if reached else {}
    return answers


def _together(answers: Iterable[Mapping[int, Sequence[Reason]]]) -> dict[int, list[Reason]]:
    """Every reason for each student that has any, the heaviest first."""
    found: dict[int, list[Reason]] = {}
    for answer in answers:
        for pk, reasons in answer.items():
            found.setdefault(pk, []).extend(reasons)
    for reasons in found.values():
        if len(reasons) > 1:
            reasons.sort(key=lambda reason: -reason.need)
    return {pk: reasons for pk, reasons in found.items() if reasons}


def _need(weights: Sequence[int]) -> float:
    """The heaviest reason; of two students whose heaviest is the same, the others together decide, and never more."""
    if not weights:
        return 0
    heaviest = max(weights)
    return heaviest + (sum(weights) - heaviest) / MUCH


def _shown(reasons: Sequence[Reason], show: str, need: float) -> bool:
    if show == ATTENTION:
        return need >= ACT
    return any(reason.filter == show for reason in reasons)


def _values(
    user: Any, permission: str, wanted: Sequence[Column], ids: Sequence[int]
) -> dict[str, Mapping[int, Mapping[str, Any]]]:
    """What stands in each of these columns, for the students for whom this person may see it."""
    found: dict[str, Mapping[int, Mapping[str, Any]]] = {}
    for column in wanted:
        reached = reached_ids(user, column.permission or permission, permission, ids)
        found[column.key] = column.load(reached, user) if reached else {}
    return found


def _ordered(ids: Sequence[int], sort: str, groups: Mapping[int, str], need: Mapping[int, float]) -> list[int]:
    """In the order asked for, of students in the order of names, which settle ties."""
    backwards = sort.startswith("-")
    key = sort.removeprefix("-")
    if key == "group":
        return sorted(ids, key=lambda pk: groups.get(pk, ""), reverse=backwards)
    if key == "name":
        return list(reversed(ids)) if backwards else list(ids)
    return sorted(ids, key=lambda pk: need.get(pk, 0) if backwards else -need.get(pk, 0))


def _in_order(
    user: Any, permission: str, told: _Told, sort: str, column: Column | None
) -> tuple[list[int], dict[str, Mapping[int, Mapping[str, Any]]]]:
    """The students shown in the order asked for, and what was read of the column for it, unless only its sort was."""
    if column is None:
        return _ordered(told.chosen, sort, told.groups, told.need), {}
    if column.sorts is None:
        values = _values(user, permission, [column], told.chosen)
        sorts = {pk: value.get("sort", value.get("text")) for pk, value in values[column.key].items()}
        return _by_value(told.chosen, sorts, sort), values
    reached = reached_ids(user, column.permission or permission, permission, told.chosen)
    return _by_value(told.chosen, column.sorts(reached, user) if reached else {}, sort), {}


def _by_value(ids: Sequence[int], sorts: Mapping[int, Any], sort: str) -> list[int]:
    """By what a column is sorted by; those without a value come last whichever way round."""
    filled = [pk for pk in ids if sorts.get(pk) is not None]
    empty = [pk for pk in ids if sorts.get(pk) is None]
    return sorted(filled, key=lambda pk: sorts[pk], reverse=sort.startswith("-")) + empty


def _chips(
    user: Any,
    total: int,
    needing: int,
    reasons: Mapping[int, Sequence[Reason]],
    groups: Mapping[int, str],
    show: str,
    group: str,
) -> list[dict[str, Any]]:
    """Everybody, those who need attention, and one chip for each filter that an app offers; a tutor group each if several."""
    counted = Counter(key for why in reasons.values() for key in {reason.filter for reason in why})
    chips = [
        {"label": "All", "key": "", "count": total},
        {"label": "Needs attention", "key": ATTENTION, "count": needing},
    ]
    chips += [
        {"label": chip.label, "key": chip.key, "count": counted.get(chip.key, 0)} for chip in columns.filters_for(user)
    ]
    for chip in chips:
        chip |= {"name": "show", "current": not group and chip["key"] == show}
    sizes = Counter(name for name in groups.values() if name)
    if 1 < len(sizes) <= GROUPS_AS_CHIPS:
        chips += [
            {"label": name, "key": name, "count": sizes[name], "name": "group", "current": name == group}
            for name in sorted(sizes)
        ]
    return chips
