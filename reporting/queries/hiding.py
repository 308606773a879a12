"""The edition for anybody outside: nobody in it can be told apart, alone or with a few others.

Design section 6: groups under 5 are hidden, and so is what a reader could work out from the rest. Five rules do it:

- Every number of students, entries, targets or sessions is rounded (`about`), and under 5 it is called that. So whatever is
  added up or taken away, in one document or between two of them, is never a number from 1 to 4. A share is that of the
  rounded numbers and says nothing more.
- An attendance is printed of a group only where `printed.Printed` says that no sum or difference of the groups is small.
- Another document may print a group that differs from this one by a few students. So an attendance is in whole per cent, with
  one decimal only from a hundred students on, and of fewer than ten it is not printed: what a difference of four students
  comes to is then known to no better than 2.5 points either way, that of one student to no better than 10.
- The weeks stand in every edition of a term, while students join and leave. So they are in whole per cent, and left out for
  fewer than a hundred students, where the difference between two editions would tell how those few attended.
- A table of which most rows would be hidden is left out, and a sentence says so.
"""

from collections.abc import Callable, Sequence
from typing import Any

from core import wording
from core.wording import NOTHING
from reporting.choices import SMALL
from reporting.queries.printed import Printed

HIDDEN = None
UNDER = f"under {SMALL}"
SESSIONS = 100  # sessions and lessons are rounded to so many
FEWEST = 10  # students; an attendance of fewer is not printed
EXACT_FROM = 100  # students; from here on it has one decimal
WEEKS_FROM = 100  # students of whom an attendance by week, in whole per cent, tells nothing of one
Row = dict[str, Any]
PARTS = ("below", "on", "above")


def about(count: int, to: int = SMALL) -> str:
    """A number to the nearest five, or the nearest so many; of fewer only that they are."""
    return f"under {to}" if count < to else f"{_nearest(count, to):,}"


def part(count: int, of: int) -> str | None:
    """How many of a group it is; nothing where it would tell of the few others in the group."""
    return UNDER if count < SMALL else HIDDEN if of - count < SMALL else about(count)


def share(count: int, of: int) -> str:
    """The same in per cent, of the rounded numbers, so that it tells no more than they do."""
    if count < SMALL or of - count < SMALL:
        return NOTHING
    return f"{100 * _nearest(count) / _nearest(of):.0f}\u202f%"


def rate(part_of: int, whole: int, students: int) -> str:
    """A share of sessions or lessons of so many students: whole per cent, with one decimal from a hundred students on."""
    if not whole:
        return NOTHING
    if students >= EXACT_FROM:
        return wording.percent_of(part_of, whole)
    if 0 < 200 * part_of < whole:
        return "under 1\u202f%"
    if whole > part_of and 200 * (whole - part_of) <= whole:
        return "over 99\u202f%"
    return wording.share(100 * part_of, whole, 0, never_as=())


def _nearest(count: int, to: int = SMALL) -> int:
    return to * ((2 * count + to) // (2 * to))


def for_governors(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a report as anybody outside may read them; the rows still hold their `members`."""
    facts["students"] = about(facts["students"])
    facts["left_out"] = []
    gaps: list[Row] = facts.get("gaps", [])
    hidden_gaps = []
    for section in facts["sections"]:
        section["students"] = about(section["students"])
        if len(section["members"]) < FEWEST:
            nothing: dict[str, Any] = {
                "total": None,
                "last_year": None,
                "weeks": [],
                "reasons": [],
                "by_year": [],
                "by_caseload": [],
            }
            section |= nothing | {"counted": UNDER, "persistent": HIDDEN, "severe": HIDDEN}
            hidden_gaps += [_only_name(row) for row in gaps if row["series"] == section["title"]]
            continue
        hidden_gaps += _section(section, [row for row in gaps if row["series"] == section["title"]], facts["left_out"])
    if "gaps" in facts:
        facts["gaps"] = _unless_most_are_hidden(hidden_gaps, "groups compared", facts["left_out"])
    for point in facts.get("progress", ()):
        _progress(point, facts["left_out"])
    if "work" in facts:
        facts["work"] = _work(facts["work"])
    return facts


def _section(section: dict[str, Any], gaps: Sequence[Row], left_out: list[str]) -> list[Row]:
    """One section, in place; gives back the groups compared of its series."""
    tables = (section["by_year"], gaps, section["by_caseload"])
    printed = Printed(section["members"], [row["members"] for table in tables for row in table])
    counted = section["counted"]
    for name in ("persistent", "severe"):
        section[name] = part(section[name], counted)
    section["counted"] = about(counted)
    students, possible = len(section["members"]), section["total"]["possible"]
    section["total"] = _whole(section["total"], section["unit"], students)
    section["last_year"] = _both_years(section["last_year"], section["unit"])
    section["weeks"] = [_week(week) for week in section["weeks"] if week[5] >= WEEKS_FROM]
    if not section["weeks"]:
        left_out.append(f"attendance by week of {section['unit']}")
    section["reasons"] = _reasons(section["reasons"], possible, students)
    by_year, compared, by_caseload = (
        _table(table, printed, as_row) for table, as_row in zip(tables, (_group, _gap, _group), strict=True)
    )
    section["by_year"] = _unless_most_are_hidden(by_year, "year groups", left_out)
    section["by_caseload"] = _unless_most_are_hidden(by_caseload, "tutor groups and caseloads", left_out)
    return compared


def _table(rows: Sequence[Row], printed: Printed, as_row: Callable[[Row], Row]) -> list[Row]:
    """The rows, the largest group first to be printed, each with its figures or with its name alone."""
    shown = {
        at
        for at in sorted(range(len(rows)), key=lambda at: (-len(rows[at]["members"]), at))
        if _is_told(rows[at]) and printed.add(rows[at]["members"])
    }
    return [as_row(row) if at in shown else _only_name(row) for at, row in enumerate(rows)]


def _is_told(row: Row) -> bool:
    """Whether there are enough students in it, and enough others where it is set beside them."""
    return len(row["members"]) >= FEWEST and row.get("others", FEWEST) >= FEWEST


def _unless_most_are_hidden(rows: list[Row], what: str, left_out: list[str]) -> list[Row]:
    if 2 * sum(row["students"] is HIDDEN for row in rows) <= len(rows):
        return rows
    left_out.append(what)
    return []


def _only_name(row: Row) -> Row:
    return {key: value if key in ("name", "series") else HIDDEN for key, value in row.items()}


def _both_years(line: dict[str, Any] | None, unit: str) -> dict[str, Any] | None:
    if not line or line["students"] < FEWEST:
        return None
    students = line["students"]
    return _whole(line, unit, students) | {"students": about(students), "now": _whole(line["now"], unit, students)}


def _whole(line: dict[str, Any], unit: str, students: int) -> dict[str, Any]:
    possible = line["possible"]
    kept = {
        "attendance": rate(line["shown"], possible, students),
        "authorised_share": rate(line["authorised"], possible, students),
        "unauthorised_share": rate(line["unauthorised"], possible, students),
        "late_share": rate(line["times_late"], line["came"], students),
        "late_definition": line["late_definition"],
    }
    of = f"of about {about(line['possible'], SESSIONS)} {unit}" if line["possible"] >= SESSIONS else ""
    return kept | {"of": of, "late_of": "", "unmarked": HIDDEN}


def _group(row: Row) -> Row:
    return row | {
        "students": about(row["students"]),
        "attendance": rate(row["shown"], row["possible"], row["students"]),
        "shown": HIDDEN,
        "attended": HIDDEN,
        "possible": HIDDEN,
        "value": HIDDEN,
        "counted": about(row["counted"]),
        "persistent": part(row["persistent"], row["counted"]),
        "persistent_share": share(row["persistent"], row["counted"]),
    }


def _gap(row: Row) -> Row:
    numbers = [row["students"], row["others"]]
    here, there = (rate(shown, possible, few) for (shown, possible), few in zip(row["shares"], numbers, strict=True))
    return row | {
        "students": about(row["students"]),
        "others": about(row["others"]),
        "attendance": here,
        "others_attendance": there,
        "gap": row["gap"] if min(numbers) >= EXACT_FROM else HIDDEN,
    }


def _week(week: list[Any]) -> list[Any]:
    label, now, then, _, _, students, students_then = week
    before = _in_whole(then) if then is not None and students_then >= WEEKS_FROM else HIDDEN
    return [label, _in_whole(now), before, HIDDEN, HIDDEN, students, students_then]


def _in_whole(share_: float) -> float:
    """A percentage without decimals; all but a few is not all."""
    return min(float(round(share_)), 99.0) if share_ < 100 else 100.0


def _reasons(rows: Sequence[Row], possible: int, students: int) -> list[Row]:
    """The reasons of five students or more; the others in one row, if need be with the rarest of those."""
    shown: list[Row] = []
    others: list[Row] = []
    for row in rows:
        (others if len(row["members"]) < SMALL else shown).append(row)
    while shown and others and len(set[int]().union(*(row["members"] for row in others))) < SMALL:
        others.append(shown.pop())
    return [row | {"share": rate(row["number"], possible, students), "number": HIDDEN} for row in shown]


def _progress(point: dict[str, Any], left_out: list[str]) -> None:
    students = point["students"]
    point["students_below"] = part(point["students_below"], students)
    point["students"] = about(students)
    point["total"] = _standing(point["total"])
    rows = [_standing(row) for row in point["by_course"] if row["compared"] >= SMALL]
    if 2 * len(rows) < len(point["by_course"]):
        left_out.append(f"subjects of {point['site']}")
        rows = []
    point["by_course"] = rows


def _standing(row: Row) -> Row:
    entries = row["compared"]
    return row | {
        "compared": about(entries),
        **{name: part(row[name], entries) for name in PARTS},
        "below_share": share(row["below"], entries),
    }


def _work(work: dict[str, Any]) -> dict[str, Any]:
    students = work["students"]
    return {name: about(count) for name, count in work.items()} | {"seen": part(work["seen"], students)}
