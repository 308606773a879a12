"""The dashboard: every figure is the list behind it, each viewer's own, at a price that does not grow."""

import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caseload.models import SiteMembership, Student, YearGroupMembership
from tests.college import College
from tests.people import STUDENTS

LISTED = r"'{[^}]*}'|\d+(, \d+)*"  # numbers and lists of numbers, which differ between two pages that cost the same
HOME, BEHIND = reverse("reporting:dashboard"), reverse("reporting:dashboard_students")


def figures(client: Client, key: str = "") -> dict[str, dict[str, Any]]:
    """The figures of a dashboard by the key of the list behind each."""
    page = client.get(HOME, {"in": key} if key else {})
    assert page.status_code == 200
    shown = [*(figure for part in page.context["parts"] for figure in part["stats"]), *page.context["others"]]
    return {parse_qs(urlsplit(figure["url"]).query)["figure"][0]: figure for figure in shown}


def behind(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    return [row["row"]["given_name"] for row in page.context["rows"]]


def test_every_figure_equals_the_list_behind_it(full: College, sign_in: Any) -> None:
    client = sign_in(full.lind)
    found = figures(client)
    assert list(found) == ["attendance", "persistent", "late", "below", "overdue", "unseen"]
    lists = {key: behind(client, figure["url"]) for key, figure in found.items()}
    assert len(lists["attendance"]) == 14
    assert (sorted(lists["persistent"]), lists["late"], lists["below"]) == (["Ada", "Imran"], ["Ben"], ["Ada"])
    assert sorted(lists["overdue"]) == ["Ada", "Ben"]
    for key in ("persistent", "below", "unseen"):
        assert found[key]["value"] == str(len(lists[key])), key
    assert (found["attendance"]["value"], found["attendance"]["of"]) == ("85.7\u202f%", "240 of 280 sessions")
    assert found["late"]["of"].startswith("1 of 240")
    assert (found["overdue"]["value"], found["overdue"]["of"]) == ("2", "students, with 2 overdue of 3 open targets")


def test_the_lowest_attendance_stands_first(full: College, sign_in: Any) -> None:
    client = sign_in(full.lind)
    assert set(behind(client, figures(client)["attendance"]["url"])[:2]) == {"Ada", "Imran"}


def test_the_lists_count_what_the_tabs_say(full: College, sign_in: Any) -> None:
    client = sign_in(full.lind)
    page = client.get(BEHIND)
    assert len(page.context["rows"]) == 14
    for tab in page.context["figures"]:
        assert len(behind(client, tab["url"])) == tab["count"]


@pytest.mark.parametrize(
    ("who", "keys"),
    [
        ("lind", ["attendance", "persistent", "late", "below", "overdue", "unseen"]),
        ("novak", ["attendance", "persistent", "late", "below", "overdue", "unseen"]),
        ("price", ["attendance", "persistent", "late"]),
    ],
)
def test_who_sees_which_figures(full: College, sign_in: Any, who: str, keys: list[str]) -> None:
    client = sign_in(full.staff[who])
    key = f"year_group:{full.years[10].public_id}"
    assert list(figures(client, key)) == keys
    for figure in {"below", "overdue", "unseen"} - set(keys):
        assert client.get(BEHIND, {"in": key, "figure": figure}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("lind", 200), ("doyle", 200), ("vance", 404), ("singh", 404), ("okafor", 403)]
)
def test_whose_dashboard_it_is(full: College, sign_in: Any, who: str, status: int) -> None:
    client = sign_in(full.staff[who])
    for address in (HOME, BEHIND):
        assert client.get(address, {"in": f"year_group:{full.years[10].public_id}"}).status_code == status


def test_a_group_of_which_only_some_are_theirs_is_not_a_head_of_houses(full: College, sign_in: Any) -> None:
    client, key = sign_in(full.hollis), f"year_group:{full.years[10].public_id}"
    assert client.get(HOME, {"in": key}).status_code == client.get(BEHIND, {"in": key}).status_code == 404
    # The same year inside the house is theirs, and says so.
    page = client.get(BEHIND, {"in": f"house:{full.houses['Kestrel'].public_id}", "of": key})
    kestrel = {given for given, _, nc, _, house, _ in STUDENTS if (nc, house) == (10, "Kestrel")}
    assert {row["row"]["given_name"] for row in page.context["rows"]} == kestrel
    assert page.context["where"] == "Year 10, Kestrel"


def test_a_row_of_the_comparison_leads_to_the_students_it_counts(full: College, sign_in: Any) -> None:
    client = sign_in(full.hollis)
    page = client.get(HOME)
    for side in page.context["by_year"] + page.context["by_caseload"]:
        address = f"?in={page.context['container'].key}&amp;of={side.key}&amp;figure=all"
        assert f'href="{BEHIND}{address}"' in page.content.decode()
        shown = behind(client, BEHIND + address.replace("&amp;", "&"))
        names = Student.objects.in_bulk([student.pk for student in side.students])
        assert sorted(shown) == sorted(student.given_name for student in names.values())


@pytest.mark.parametrize("key", ["year_group:x", "student:1", "college:1", "nonsense", "year_group:" + "0" * 300])
def test_an_odd_address_is_not_found(full: College, sign_in: Any, key: str) -> None:
    assert sign_in(full.lind).get(HOME, {"in": key}).status_code == 404


def test_an_unknown_figure_is_not_found(full: College, sign_in: Any) -> None:
    assert sign_in(full.lind).get(BEHIND, {"figure": "wealth"}).status_code == 404


def test_groups_side_by_side_add_up(full: College, sign_in: Any) -> None:
    page = sign_in(full.lind).get(HOME)
    sides = {side.name: side for side in page.context["by_caseload"]}
    assert {name: (len(side.students), side.persistent, side.overdue) for name, side in sides.items()} == {
        "10A": (8, 1, 2), "10B": (6, 1, 0),
    }  # fmt: skip
    assert sides["10A"].who == "Ms Okafor"


def test_an_empty_group_says_so(college: College, sign_in: Any) -> None:
    page = sign_in(college.novak).get(HOME, {"in": f"year_group:{college.years[11].public_id}"})
    assert page.status_code == 200


def test_nobodys_dashboard_says_what_to_do(college: College, sign_in: Any) -> None:
    assert sign_in(college.sam).get(HOME).status_code == 403


@pytest.mark.parametrize("address", [HOME, BEHIND])
def test_it_costs_the_same_for_three_and_for_thirty(full: College, sign_in: Any, address: str) -> None:
    client = sign_in(full.lind)

    def count() -> Counter[str]:
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address)
        assert page.status_code == 200
        return Counter(re.sub(LISTED, "…", query["sql"])[:1500] for query in seen if "SAVEPOINT" not in query["sql"])

    def put_into_year_10(*students: Any) -> None:
        period = DateRange(full.year.starts_on, full.year.ends_on)
        YearGroupMembership.objects.bulk_create(
            YearGroupMembership(student=student, group=full.years[10], year=full.year, period=period)
            for student in students
        )

    SiteMembership.objects.all().update(site=full.school)
    YearGroupMembership.objects.all().delete()
    # One of each kind of mark among the few, so that the same questions are asked.
    few = [full.student(given) for given in ("Ada", "Ben", "Wren")]
    put_into_year_10(*few)
    assert len(client.get(BEHIND).context["rows"]) == 3
    cost = count()
    put_into_year_10(*(student for student in full.students if student not in few))
    assert len(client.get(BEHIND).context["rows"]) == 30
    more = count()
    assert (more - cost, cost - more) == (Counter(), Counter())


def test_the_whole_college_is_everybody_with_sessions_and_lessons_on_one_page(full: College, sign_in: Any) -> None:
    """Sessions and lessons are never added up; grades, targets and one-to-ones are not split by them."""
    client = sign_in(full.novak)
    page = client.get(HOME)
    assert (page.context["container"].name, page.context["students"]) == ("Whole college", 30)
    parts = {part["series"]: part for part in page.context["parts"]}
    assert {name: part["students"] for name, part in parts.items()} == {"session": 22, "lesson": 8}
    said = {name: [(stat["value"], stat["of"]) for stat in part["stats"]] for name, part in parts.items()}
    assert said["session"][0] == ("85.7\u202f%", "240 of 280 sessions")
    assert said["lesson"][0] == ("87.5\u202f%", "7 of 8 lessons")
    for part in parts.values():
        for stat in part["stats"][:1]:
            assert len(behind(client, stat["url"])) == stat_students(part)
    others = {stat["label"].split(",")[0]: stat for stat in page.context["others"]}
    assert list(others) == ["Below target", "Overdue targets", "Not seen for 6 weeks"]
    assert others["Not seen for 6 weeks"]["of"] == "of 30"
    assert len(behind(client, others["Not seen for 6 weeks"]["url"])) == int(others["Not seen for 6 weeks"]["value"])
    assert len(behind(client, BEHIND + "?figure=all")) == 30
    assert sum(len(side.students) for side in page.context["by_year"]) == 30


def stat_students(part: dict[str, Any]) -> int:
    """The students with marks in six weeks: two groups of the school, one lesson of the college."""
    return {"session": 14, "lesson": 8}[part["series"]]
