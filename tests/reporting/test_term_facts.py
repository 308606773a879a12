"""The facts of a report: the same figures as attendance gives, nothing that anybody wrote, and less for governors."""

import json
from typing import Any

import pytest

from attendance.arithmetic import sum_of, written
from attendance.queries.figures.totals import totals_by_student
from caseload.models import Student
from core.documents.pdf import facts_hash
from reporting.queries.term import term_facts
from tests.college import College
from tests.reporting.conftest import WORDS


def facts_of(college: College, kind: str = "college", number: int = 1, edition: str = "staff") -> dict[str, Any]:
    return term_facts((kind, number), college.terms[0], edition)


@pytest.fixture
def facts(full: College) -> dict[str, Any]:
    """The staff edition about everybody."""
    return facts_of(full)


def test_the_figures_are_those_of_attendance(full: College, facts: dict[str, Any]) -> None:
    school = [student.pk for student in full.students if student.date_of_birth.year >= 2011]
    assert (facts["from"], facts["to"], facts["complete"]) == (full.terms[0].starts_on, full.today, False)
    assert [section["series"] for section in facts["sections"]] == ["session", "lesson"]
    for section, series, ids in zip(
        facts["sections"], ("session", "lesson"), (school, [s.pk for s in full.students]), strict=True
    ):
        total = sum_of(totals_by_student(ids, facts["from"], facts["to"], series).values(), series)
        assert (section["total"]["possible"], section["total"]["attended"]) == (total.possible, total.attended)
        assert section["total"]["attendance"] == written(total.attendance)


def test_the_figures_counted_by_hand(facts: dict[str, Any]) -> None:
    sessions, lessons = facts["sections"]
    # 14 students on twenty mornings; Ada and Imran missed them all. Of one lesson nothing is called a habit.
    assert (sessions["total"]["possible"], sessions["total"]["attended"], sessions["total"]["late"]) == (280, 240, 1)
    assert (sessions["persistent"], sessions["severe"], sessions["counted"]) == (2, 2, 14)
    assert (lessons["total"]["possible"], lessons["total"]["attended"], lessons["persistent"]) == (8, 7, 0)
    by_group = {row["name"]: (row["students"], row["attended"], row["possible"]) for row in sessions["by_caseload"]}
    assert by_group == {"10A": (8, 140, 160), "10B": (6, 100, 120)}
    assert {row["code"]: row["number"] for row in sessions["reasons"]} == {"O": 20, "I": 20}
    assert sessions["last_year"] is None


def test_progress_and_work_are_counted(facts: dict[str, Any]) -> None:
    point = facts["progress"][0]
    assert (point["students"], point["students_below"]) == (2, 1)
    assert {key: point["total"][key] for key in ("compared", "below", "on", "above")} == {
        "compared": 2, "below": 1, "on": 0, "above": 1,
    }  # fmt: skip
    work = facts["work"]
    assert (work["held"], work["seen"], work["open"], work["overdue"]) == (1, 1, 3, 2)


def test_a_year_group_has_its_own_students_only(full: College) -> None:
    ten = facts_of(full, "year_group", full.years[10].pk)
    nine = facts_of(full, "year_group", full.years[9].pk)
    assert (ten["students"], len(ten["sections"])) == (14, 1)
    assert nine["sections"][0]["total"]["possible"] == 0
    assert (nine["work"]["held"], nine["progress"]) == (0, [])


@pytest.mark.parametrize("edition", ["staff", "governors"])
def test_nothing_that_anybody_wrote_and_no_name_is_in_it(full: College, edition: str) -> None:
    written_out = json.dumps(facts_of(full, edition=edition), default=str, ensure_ascii=False)
    assert WORDS not in written_out
    for student in Student.objects.all():
        assert student.given_name not in written_out.replace("Kestrel", "")
        assert student.family_name not in written_out


def test_governors_see_no_small_count(full: College) -> None:
    facts = facts_of(full, edition="governors")
    sessions, lessons = facts["sections"]
    assert (sessions["persistent"], sessions["severe"], lessons["persistent"]) == ("under 5", "under 5", None)
    assert sessions["total"]["of"] == "of about 300 sessions"
    # 14 students: whole per cent. Eight and six of them are too few to print, and so the table is left out.
    assert sessions["total"]["attendance"] == "86\u202f%"
    assert (sessions["by_caseload"], "tutor groups and caseloads" in facts["left_out"]) == ([], True)
    assert sessions["reasons"] == []  # each of one student
    point = facts["progress"][0]
    assert (point["total"]["below"], point["students_below"], point["by_course"]) == ("under 5", "under 5", [])
    assert facts["work"]["seen"] == "under 5"


def test_every_number_that_governors_see_is_rounded(full: College) -> None:
    """So nothing that is added up or taken away, in one edition or between two, is a number from 1 to 4."""
    facts = facts_of(full, edition="governors") | {"from": "", "to": ""}
    for point in facts["progress"]:
        point["on"] = ""

    def numbers(value: Any) -> list[int]:
        if isinstance(value, dict):
            return [found for each in value.values() for found in numbers(each)]
        if isinstance(value, list):
            return [found for each in value for found in numbers(each)]
        if isinstance(value, bool) or value is None or isinstance(value, float):
            return []
        digits = str(value).replace(",", "")
        return [int(digits)] if digits.isdigit() else []

    assert numbers(facts)
    assert [found for found in numbers(facts) if found % 5] == []


def test_governors_see_nothing_of_four_students(full: College) -> None:
    seven = facts_of(full, "year_group", full.years[7].pk, "governors")
    section = seven["sections"][0]
    assert (section["total"], section["weeks"], section["reasons"]) == (None, [], [])


def test_the_same_facts_have_the_same_hash(full: College) -> None:
    assert facts_hash(facts_of(full)) == facts_hash(facts_of(full))
    assert facts_hash(facts_of(full)) != facts_hash(facts_of(full, edition="governors"))
