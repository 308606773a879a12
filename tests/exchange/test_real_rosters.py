"""The real files, and what their SOURCE.md says must come out."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from accounts.models import User
from caseload.models import (
    Site,
    SiteMembership,
    Student,
    StudentContact,
    TeachingGroup,
    TeachingGroupGrant,
    TeachingGroupMembership,
    YearGroupMembership,
)
from tests.exchange.rosters import DATA, needs_data, run

pytestmark = [needs_data, pytest.mark.django_db]
SDS1, SDS2, ONE = DATA / "sds-v1-uk-100users", DATA / "sds-v2.1", DATA / "oneroster-1.1-moodle"
NOTHING = {"site": 0, "staff": 0, "student": 0, "contact": 0, "group": 0, "membership": 0}


def test_sds_v1_comes_out_as_its_source_says() -> None:
    found, status = run(SDS1, "--dates", "mdy")
    assert status == 0
    assert found["created"] == {"site": 2, "staff": 12, "student": 86, "contact": 0, "group": 28, "membership": 630}
    by_site = {
        site.external_id or site.name: SiteMembership.objects.filter(site=site).count() for site in Site.objects.all()
    }
    assert by_site == {"Contoso High School": 60, "Fabrikam High School": 26}
    assert TeachingGroupMembership.objects.count() == 602
    per_student = {TeachingGroupMembership.objects.filter(student=student).count() for student in Student.objects.all()}
    assert per_student == {7}
    with_students = TeachingGroupMembership.objects.values("group").distinct().count()
    assert TeachingGroup.objects.count() - with_students == 7
    grades = {nc: YearGroupMembership.objects.filter(group__nc_year=nc).count() for nc in (9, 10, 11, 12)}
    assert grades == {9: 30, 10: 28, 11: 15, 12: 13}
    ora = Student.objects.get(given_name="Ora", family_name="Klein")
    assert ora.date_of_birth == date(2000, 4, 2)
    assert TeachingGroupGrant.objects.count() == 28
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_sds_v1_read_twice_changes_nothing() -> None:
    run(SDS1, "--dates", "mdy")
    again, status = run(SDS1, "--dates", "mdy")
    assert status == 0
    assert (again["created"], again["updated"], again["proposed_leavers"]) == (NOTHING, NOTHING, [])
    assert again["unchanged"] == {"site": 2, "staff": 12, "student": 86, "contact": 0, "group": 28, "membership": 630}


def test_the_wrong_order_of_day_and_month_swaps_nothing() -> None:
    found, status = run(SDS1, "--dates", "dmy")
    about_dates = [problem for problem in found["problems"] if problem["column"] == "Birthdate"]
    assert (status, len(about_dates)) == (0, 50)
    assert about_dates[0] | {"message": ""} == {
        "file": "Student.csv", "line": 4, "column": "Birthdate", "value": about_dates[0]["value"], "message": "",
    }  # fmt: skip
    assert Student.objects.exclude(date_of_birth=None).count() == 0


def test_without_being_told_the_column_is_asked_about_once() -> None:
    found, _ = run(SDS1)
    about_dates = [problem for problem in found["problems"] if problem["column"] == "Birthdate"]
    assert len(about_dates) == 1
    assert "until somebody says it" in about_dates[0]["message"]
    assert Student.objects.exclude(date_of_birth=None).count() == 0
    told, _ = run(SDS1, "--dates", "mdy")
    assert told["updated"]["student"] == 86


def test_sds_v21_comes_out_as_its_source_says() -> None:
    found, status = run(SDS2)
    assert status == 0
    assert found["created"] == {"site": 2, "staff": 2, "student": 4, "contact": 2, "group": 2, "membership": 6}
    links = {
        (link.student.given_name, link.contact.given_name, link.relationship) for link in StudentContact.objects.all()
    }
    assert links == {("Jack", "Jean", "guardian"), ("Fred", "Jean", "relative"), ("Alice", "Bob", "guardian")}
    per_class = {
        group.name: (
            TeachingGroupMembership.objects.filter(group=group).count(),
            TeachingGroupGrant.objects.filter(content_object=group).count(),
        )
        for group in TeachingGroup.objects.all()
    }
    assert per_class == {"Biology 10": (3, 1), "Computer Science 101": (1, 1)}
    again, _ = run(SDS2)
    assert (again["created"], again["updated"], again["proposed_leavers"]) == (NOTHING, NOTHING, [])


@pytest.mark.parametrize("path", ["full", "Test_full_data_set.zip"])
def test_oneroster_full_comes_out_as_its_source_says(path: str) -> None:
    found, status = run(ONE / path)
    assert status == 0
    assert found["created"] == {"site": 1, "staff": 2, "student": 3, "contact": 1, "group": 1, "membership": 2}
    problems = {(p["file"], p["line"], p["column"], p["value"]) for p in found["problems"]}
    assert ("orgs.csv", 2, "parentSourcedId", "org-sch-222-3456") in problems
    assert ("classes.csv", 3, "status", "tobedeleted") in problems
    conflict = [p for p in found["problems"] if "conflict" in p["message"]]
    assert [(p["file"], p["line"], p["column"], p["value"]) for p in conflict] == [
        ("enrollments.csv", 3, "role", "student")
    ]
    enrolled = set(TeachingGroupMembership.objects.values_list("student__given_name", flat=True))
    assert enrolled == {"mmichel"}
    again, _ = run(ONE / path)
    assert (again["created"], again["updated"], again["proposed_leavers"]) == (NOTHING, NOTHING, [])


def test_the_zip_and_the_folder_are_the_same_bundle() -> None:
    folder, _ = run(ONE / "full")
    unpacked, _ = run(ONE / "Test_full_data_set.zip")
    assert unpacked["created"] == unpacked["updated"] == NOTHING
    assert unpacked["problems"] == folder["problems"]


@pytest.mark.parametrize("path", ["minimal", "Test_minimal_data_set.zip"])
def test_oneroster_minimal_has_both_classes_and_nothing_deleted(path: str) -> None:
    found, status = run(ONE / path)
    assert status == 0
    assert found["created"] == {"site": 1, "staff": 2, "student": 3, "contact": 1, "group": 2, "membership": 4}
    again, _ = run(ONE / path)
    assert (again["created"], again["updated"]) == (NOTHING, NOTHING)


def test_no_password_is_kept_or_shown(tmp_path: Path) -> None:
    for bundle in (SDS1, SDS2, ONE / "full"):
        found, _ = run(bundle)
        assert "assword" not in str(found).replace("Password column", "")
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_a_student_missing_from_a_later_bundle_is_proposed_and_kept(tmp_path: Path) -> None:
    later = tmp_path / "later"
    shutil.copytree(SDS1, later)
    for name, column in (("Student.csv", 0), ("StudentEnrollment.csv", 1)):
        lines = (later / name).read_text().splitlines()
        kept = [line for line in lines if line.split(",")[column] != "13001"]
        (later / name).write_text("\r\n".join(kept) + "\r\n")
    run(SDS1, "--dates", "mdy")
    found, status = run(later, "--dates", "mdy")
    assert status == 0
    assert [(leaver["kind"], leaver["id"], leaver["name"]) for leaver in found["proposed_leavers"]] == [
        ("student", "13001", "Ora Klein")
    ]
    assert (found["created"], found["updated"]) == (NOTHING, NOTHING)
    assert SiteMembership.objects.get(student__given_name="Ora", student__family_name="Klein").period.upper is None


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    dry, status = run(SDS1, "--dates", "mdy", "--dry-run")
    assert (status, Student.objects.count(), Site.objects.count()) == (0, 0, 0)
    real, _ = run(SDS1, "--dates", "mdy")
    assert dry == real
