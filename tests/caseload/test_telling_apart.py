"""Two groups of one name, two people of one name, and one person entered twice."""

from datetime import date
from typing import Any

import pytest

from attendance.queries.analysis.comparison import groups_by
from attendance.queries.analysis.scope import read_scope
from caseload.models import (
    Caseload,
    CaseloadMembership,
    Contact,
    SiteMembership,
    Student,
    StudentContact,
    TeachingGroupMembership,
    YearGroup,
    YearGroupMembership,
)
from caseload.queries.containers import container_named, held_containers, listed
from caseload.queries.home import BARRED_TWICE, TWICE, recipients
from caseload.queries.students import student_rows, with_groups
from caseload.queries.telling_apart import groups_in_full, people_apart
from caseload.same_contact import same_person
from caseload.search import find_students
from reporting.forms import scopes_for
from tests.college import THIS_YEAR, TODAY, College

SignIn = Any
SCHOOL, SIXTH = "Waymark School", "Waymark Sixth"


def test_groups_of_one_name_carry_their_site_and_no_others() -> None:
    rows = [(1, "Year 10", SCHOOL), (2, "Year 10", SIXTH), (3, "Year 9", SCHOOL), (1, "Year 10", SCHOOL)]
    assert groups_in_full(rows) == {1: f"Year 10 ({SCHOOL})", 2: f"Year 10 ({SIXTH})", 3: "Year 9"}


def test_people_of_one_name_carry_their_date_of_birth_and_no_others() -> None:
    people = [(1, "Carter, Ben", date(2012, 1, 19)), (2, "CARTER, Ben", None), (3, "Ali, Imran", None)]
    assert people_apart(people) == {1: "born 19 Jan 2012", 2: "no birth date"}


@pytest.fixture
def second_year_10(college: College) -> YearGroup:
    """The sixth form has a Year 10 and a tutor group 10A too; Wren is in both."""
    year = YearGroup.objects.create(site=college.sixth, nc_year=10, name="Year 10")
    group = Caseload.objects.create(year=college.year, site=college.sixth, name="10A")
    wren = college.student("Wren")
    YearGroupMembership.objects.filter(student=wren).update(group=year)
    CaseloadMembership.objects.filter(student=wren).update(group=group)
    return year


def test_chips_and_choices_name_the_site_where_they_show_both(college: College, second_year_10: YearGroup) -> None:
    years = [row.name for row in listed("year_group", YearGroup.objects.filter(nc_year__in=(9, 10)))]
    assert years == ["Year 9", f"Year 10 ({SCHOOL})", f"Year 10 ({SIXTH})"]
    offered = [
        row.name for _, row in scopes_for(college.novak, "reporting.run_report") if row and row.kind == "year_group"
    ]
    assert [name for name in offered if name.startswith("Year 10")] == [f"Year 10 ({SCHOOL})", f"Year 10 ({SIXTH})"]


def test_somebody_who_sees_one_of_them_reads_the_bare_name(college: College, second_year_10: YearGroup) -> None:
    assert [row.name for row in held_containers(college.lind, "caseload.view_caseload")] == ["Year 10"]
    key = f"year_group:{college.years[10].public_id}"
    assert container_named(college.lind, "caseload.view_student", key).name == "Year 10"
    assert container_named(college.novak, "caseload.view_student", key).name == f"Year 10 ({SCHOOL})"


def test_lists_name_the_site_of_a_group_whose_name_two_sites_have(college: College, second_year_10: YearGroup) -> None:
    both = Student.objects.filter(given_name__in=("Ada", "Wren", "Olivia"))
    rows = {row["given_name"]: (row["group"], row["year_group"]) for row in student_rows(both)}
    assert rows == {
        "Ada": (f"10A ({SCHOOL})", f"Year 10 ({SCHOOL})"),
        "Wren": (f"10A ({SIXTH})", f"Year 10 ({SIXTH})"),
        "Olivia": ("9C", "Year 9"),
    }
    one = Student.objects.filter(given_name__in=("Ada", "Olivia"))
    assert [row["group"] for row in student_rows(one)] == ["10A", "9C"]
    assert sorted(set(with_groups(both).values())) == [f"10A ({SCHOOL})", f"10A ({SIXTH})", "9C"]


def test_two_sites_groups_of_one_name_are_two_chips(
    college: College, second_year_10: YearGroup, sign_in: SignIn
) -> None:
    client = sign_in(college.novak)
    chips = {
        chip["label"]: chip["count"]
        for chip in client.get("/students/").context["listed"].chips
        if chip["name"] == "group"
    }
    assert {name: chips[name] for name in chips if name.startswith("10A")} == {
        f"10A ({SCHOOL})": 8,
        f"10A ({SIXTH})": 1,
    }
    # A filter saved before there were two still finds the first of them.
    assert len(client.get("/students/?group=10A").context["listed"].page.object_list) == 8


def test_a_comparison_names_the_site(college: College, second_year_10: YearGroup) -> None:
    scope = read_scope(college.novak, series="session")
    named = [group.name for group in groups_by(scope, "year_group")]
    assert named == ["Year 7", "Year 8", "Year 9", "Year 10"]
    YearGroupMembership.objects.filter(student=college.student("Ada")).update(group=second_year_10)
    named = [group.name for group in groups_by(read_scope(college.novak, series="session"), "year_group")]
    assert [name for name in named if "10" in name] == [f"Year 10 ({SCHOOL})", f"Year 10 ({SIXTH})"]


@pytest.fixture
def namesake(college: College) -> Student:
    """Another Ben Carter, in the same tutor group and class."""
    other = Student.objects.create(given_name="Ben", family_name="Carter", date_of_birth=date(2011, 11, 2))
    SiteMembership.objects.create(student=other, site=college.school, period=THIS_YEAR)
    YearGroupMembership.objects.create(student=other, group=college.years[10], year=college.year, period=THIS_YEAR)
    CaseloadMembership.objects.create(student=other, group=college.caseloads["10A"], period=THIS_YEAR)
    TeachingGroupMembership.objects.create(student=other, group=college.groups["10x/Ma1"], period=THIS_YEAR)
    return other


BENS = ["Carter, Ben (born 19 Jan 2012)", "Carter, Ben (born 2 Nov 2011)"]


def test_two_people_of_one_name_are_told_apart_in_search_and_lists(
    college: College, namesake: Student, sign_in: SignIn
) -> None:
    assert sorted(row["list_name"] for row in find_students(college.okafor, "ben carter")) == BENS
    client = sign_in(college.okafor)
    for path in ("/caseload/", "/students/", "/search/?q=ben"):
        page = client.get(path).content.decode()
        assert [name for name in BENS if name not in page] == [], path
        assert "Zulu, Hugo (" not in page


def test_two_people_of_one_name_are_told_apart_on_the_register(
    college: College, namesake: Student, sign_in: SignIn
) -> None:
    group = college.caseloads["10A"].public_id
    page = sign_in(college.okafor).get(f"/registers/{group}/{TODAY}/am/").content.decode()
    assert [name for name in BENS if name not in page] == []


# --- The same person entered twice ------------------------------------------------------------------------------------


def contact(**more: Any) -> Contact:
    return Contact(**({"given_name": "Mara", "family_name": "Ábel", "email": "mara@home.example"} | more))


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({}, True),
        ({"email": "MARA@HOME.example "}, True),
        ({"given_name": "MARA", "family_name": "Abel"}, True),
        ({"email": ""}, True),
        ({"email": "other@home.example", "phone": "020 7946 0018"}, True),
        ({"email": "other@home.example", "address": "1 High St,\nTown", "postcode": "ab1 2cd"}, True),
        ({"email": "other@home.example"}, False),
        ({"given_name": "Marta"}, False),
    ],
)
def test_who_is_the_same_contact(more: dict[str, Any], same: bool) -> None:
    there = contact(phone="02079460018", address="1 High St, Town", postcode="AB1 2CD")
    assert same_person(contact(**more), there) is same


def link(college: College, priority: int, *, no_contact: bool = False, **more: Any) -> StudentContact:
    row = contact(**more)
    row.save()
    return StudentContact.objects.create(
        student=college.student("Ben"), contact=row, relationship="mother", priority=priority, parental_responsibility=True,
        no_contact=no_contact,
    )  # fmt: skip


def test_the_same_mother_entered_twice_gets_one_letter(college: College) -> None:
    link(college, 1)
    link(college, 2, email="MARA@home.example")
    found = recipients([college.student("Ben").pk])[college.student("Ben").pk]
    assert [(row.allowed, row.why == TWICE) for row in found] == [(True, False), (False, True)]


def test_an_entry_that_bars_contact_holds_for_the_same_person_entered_again(college: College) -> None:
    link(college, 1)
    link(college, 2, no_contact=True)
    found = recipients([college.student("Ben").pk])[college.student("Ben").pk]
    assert [row.allowed for row in found] == [False, False]
    assert found[0].why == BARRED_TWICE


def test_entering_somebody_again_is_asked_about(college: College, sign_in: SignIn) -> None:
    client, ben = sign_in(college.tran), college.student("Ben")
    first = link(college, 1)
    path = f"/students/{ben.public_id}/contacts/add/"
    typed = {
        "given_name": "Mara",
        "family_name": "Ábel",
        "email": "MARA@home.example",
        "relationship": "mother",
        "priority": 2,
        "language": "",
    }
    asked = client.post(path, typed)
    assert asked.status_code == 422
    assert "Is this the same person?" in asked.content.decode()
    assert StudentContact.objects.filter(student=ben).count() == 1
    assert client.post(path, typed | {"another": str(first.contact.public_id)}).status_code == 302
    assert StudentContact.objects.filter(student=ben).count() == 2
