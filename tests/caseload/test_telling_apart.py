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
from caseload.queries.home import BARRED_MAILBOX, BARRED_TWICE, SAME_MAILBOX, TWICE, recipients
from caseload.queries.search import find_students
from caseload.queries.students import student_rows, with_groups
from caseload.rules.same_contact import perhaps_same_person, same_person
from caseload.rules.telling_apart import groups_in_full, people_apart
from interventions.models import LetterTemplate
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


def test_pages_for_many_tell_two_of_one_name_apart(college: College, namesake: Student, sign_in: SignIn) -> None:
    both = [name.replace("Carter, Ben", "Ben Carter") for name in BENS]
    picked = f"?student={college.student('Ben').public_id}&student={namesake.public_id}"
    tutor = sign_in(college.okafor)
    assert [name for name in BENS if name not in tutor.get("/targets/for-many/").content.decode()] == []
    for path in ("/notes/new/", "/beforehand/ask/"):
        page = tutor.get(f"{path}{picked}").content.decode()
        assert [name for name in both if name not in page] == [], path
    LetterTemplate.objects.create(name="First concern", subject="Attendance", body="Dear {recipient}")
    page = sign_in(college.lind).get(f"/letters/new/{picked}").content.decode()
    assert [name for name in both if name not in page] == []


def test_a_page_about_one_student_says_when_they_were_born_where_another_has_the_name(
    college: College, namesake: Student, sign_in: SignIn
) -> None:
    client = sign_in(college.okafor)
    for page in (
        "",
        "contacts/",
        "contacts/log/",
        "notes/new/",
        "one-to-one/",
        "targets/",
        "targets/new/",
        "attendance/",
        "book/",
    ):
        for student, born in ((college.student("Ben"), "19 Jan 2012"), (namesake, "2 Nov 2011")):
            shown = client.get(f"/students/{student.public_id}/{page}")
            assert (shown.status_code, f"Ben Carter (born {born})" in shown.content.decode()) == (200, True), page
        ada = client.get(f"/students/{college.student('Ada').public_id}/{page}").content.decode()
        assert "Ada Ábel (" not in ada
    # A namesake in another college's part of the list, whom the tutor does not see, changes nothing.
    CaseloadMembership.objects.filter(student=namesake).delete()
    TeachingGroupMembership.objects.filter(student=namesake).delete()
    page = client.get(f"/students/{college.student('Ben').public_id}/").content.decode()
    assert "Ben Carter (born" not in page


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


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"family_name": "Abell", "email": ""}, True),  # nearly the same name
        ({"given_name": "M", "email": ""}, True),
        ({"given_name": "", "email": ""}, True),
        ({"given_name": "Zoltán", "family_name": "Nagy"}, True),  # one mailbox
        ({"given_name": "Zoltán", "family_name": "Nagy", "email": "", "other_phone": "+44 (0)20 7946 0018"}, True),
        ({"email": "other@home.example"}, True),  # one name, two mailboxes
        ({"given_name": "Zoltán", "family_name": "Nagy", "email": "z@home.example", "phone": "02079460019"}, False),
        ({"given_name": "Zoltán", "email": "z@home.example"}, False),
        ({"given_name": "", "family_name": "", "email": ""}, False),
    ],
)
def test_who_may_be_the_same_contact_is_asked_about(more: dict[str, Any], asked: bool) -> None:
    there = contact(phone="020 7946 0018")
    assert perhaps_same_person(contact(**more), there) is asked


def link(
    college: College, priority: int, *, no_contact: bool = False, another_person: bool = False, **more: Any
) -> StudentContact:
    row = contact(**more)
    row.save()
    return StudentContact.objects.create(
        student=college.student("Ben"), contact=row, relationship="mother", priority=priority, parental_responsibility=True,
        no_contact=no_contact, another_person=another_person,
    )  # fmt: skip


def written_to(college: College) -> list[tuple[bool, str]]:
    return [(row.allowed, row.why) for row in recipients([college.student("Ben").pk])[college.student("Ben").pk]]


def test_one_mailbox_of_two_of_the_same_relationship_gets_one_letter(college: College) -> None:
    link(college, 1)
    second = link(college, 2, given_name="Mara", family_name="Abell", email="MARA@home.example")
    assert [(allowed, why == SAME_MAILBOX) for allowed, why in written_to(college)] == [(True, False), (False, True)]
    StudentContact.objects.filter(pk=second.pk).update(relationship="father")
    assert [allowed for allowed, _ in written_to(college)] == [True, True]
    StudentContact.objects.filter(pk=second.pk).update(relationship="mother", no_contact=True)
    assert written_to(college)[0] == (False, BARRED_MAILBOX)


def test_another_person_of_the_name_is_not_said_to_be_the_same(college: College) -> None:
    link(college, 1, email="")
    second = link(college, 2, email="", another_person=True)
    assert [allowed for allowed, _ in written_to(college)] == [True, True]
    StudentContact.objects.filter(pk=second.pk).update(another_person=False)
    assert [(allowed, why == TWICE) for allowed, why in written_to(college)] == [(True, False), (False, True)]


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
        "parental_responsibility": "on",
    }
    asked = client.post(path, typed)
    assert asked.status_code == 422
    assert "Is this the same person?" in asked.content.decode()
    assert StudentContact.objects.filter(student=ben).count() == 1
    assert client.post(path, typed | {"another": str(first.contact.public_id)}).status_code == 302
    assert StudentContact.objects.filter(student=ben).count() == 2
    page = client.get(f"/students/{ben.public_id}/contacts/").content.decode()
    assert (TWICE in page, SAME_MAILBOX in page) == (False, True)


def test_a_third_entry_asks_about_each_that_may_be_the_same(college: College, sign_in: SignIn) -> None:
    client, ben = sign_in(college.tran), college.student("Ben")
    first, second = link(college, 1, email=""), link(college, 2, family_name="Abell", email="", another_person=True)
    path = f"/students/{ben.public_id}/contacts/add/"
    typed = {"given_name": "Mara", "family_name": "Abel", "relationship": "mother", "priority": 3}
    assert client.post(path, typed | {"another": str(first.contact.public_id)}).status_code == 422
    answer = " ".join(sorted(str(one.contact.public_id) for one in (first, second)))
    assert client.post(path, typed | {"another": answer}).status_code == 302
    assert list(StudentContact.objects.filter(student=ben, priority=3).values_list("another_person", flat=True)) == [
        True
    ]
