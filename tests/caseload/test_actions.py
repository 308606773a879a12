"""Adding and correcting students, the contact log, memberships and the calendar: allowed, refused, twice at once."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from caseload.actions import calendar as dates
from caseload.actions import contacts, memberships, students
from caseload.models import (
    AcademicYear,
    CaseloadMembership,
    Closure,
    Contact,
    ContactLogEntry,
    Student,
    StudentContact,
    TeachingGroupMembership,
)
from caseload.queries.calendar import school_days
from caseload.rules.students import NotAllowed
from core import clock
from tests.college import TODAY, College


def audited(verb: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE verb = %s", [verb])
        return int(cursor.fetchone()[0])


def call(college: College, by: Any, given: str = "Ada", **more: Any) -> ContactLogEntry:
    values = {"channel": "call", "direction": "out", "at": clock.now(), "summary": "Rang"} | more
    return contacts.log_contact(by, college.student(given), **values)


# --- Students ---------------------------------------------------------------------------------------------------------


def test_a_bad_upn_is_kept_and_flagged(college: College) -> None:
    added = students.add_student(college.tran, college.school, given_name="Iris", family_name="Ko", upn="A801200005001")
    assert (added.upn, added.upn_problem) == ("A801200005001", "Check letter is A; these digits call for B.")
    assert list(Student.objects.at_site(college.school.pk).filter(pk=added.pk)) == [added]
    assert audited("caseload.student_added") == 1


@pytest.mark.parametrize("who", ["okafor", "novak", "ward", "sam"])
def test_only_a_data_manager_adds_students(college: College, who: str) -> None:
    with pytest.raises(NotAllowed):
        students.add_student(getattr(college, who), college.school, given_name="Iris")


def test_the_second_of_two_people_is_told_what_the_first_changed(college: College) -> None:
    ada = college.student("Ada")
    version = students.version_of(ada)
    students.correct_student(college.tran, ada, version, phone="07700 900001")
    with pytest.raises(students.SomebodyElseChanged) as other:
        students.correct_student(college.tran, ada, version, phone="07700 900002")
    assert other.value.student.phone == "07700 900001"
    assert other.value.fields == ["phone"]
    assert Student.objects.get(pk=ada.pk).phone == "07700 900001"


def test_two_people_who_correct_different_fields_are_in_nobodys_way(college: College) -> None:
    """What the second left as they saw it keeps what the first saved; the same correction made twice is no clash."""
    ada = college.student("Ada")
    version, shown = students.version_of(ada), {name: getattr(ada, name) for name in students.EDITABLE}
    students.correct_student(college.tran, ada, version, **shown | {"phone": "07700 900001", "email": "ada@x.example"})
    students.correct_student(college.tran, ada, version, **shown | {"pronouns": "they", "email": "ada@x.example"})
    stored = Student.objects.get(pk=ada.pk)
    assert (stored.phone, stored.pronouns, stored.email) == ("07700 900001", "they", "ada@x.example")
    with pytest.raises(students.SomebodyElseChanged) as other:
        students.correct_student(college.tran, ada, version, **shown | {"phone": "1", "pronouns": "he"})
    assert set(other.value.fields) == {"pronouns", "phone"}
    with pytest.raises(students.SomebodyElseChanged):
        students.correct_student(college.tran, ada, "no version", phone="1")


def test_correcting_a_name_moves_the_student_in_the_order_and_in_the_search(college: College) -> None:
    ada = college.student("Ada")
    students.correct_student(college.tran, ada, students.version_of(ada), family_name="Zwick")
    stored = Student.objects.get(pk=ada.pk)
    assert stored.sort_key.startswith("zwick")
    assert "zwick" in stored.search_text


def test_a_tutor_does_not_correct_a_student(college: College) -> None:
    ada = college.student("Ada")
    with pytest.raises(NotAllowed):
        students.correct_student(college.okafor, ada, students.version_of(ada), phone="1")


# --- Contacts -------------------------------------------------------------------------------------------------------


def test_a_tutor_logs_a_contact_and_the_tutor_of_the_next_group_may_not(college: College) -> None:
    entry = call(college, college.okafor)
    assert (entry.logged_by, entry.student) == (college.okafor, college.student("Ada"))
    assert audited("caseload.contact_logged") == 1
    with pytest.raises(NotAllowed):
        call(college, college.brandt)
    with pytest.raises(NotAllowed):
        call(college, college.mendes)  # teaches her, but a teacher sees no contacts


def test_a_double_click_is_one_entry(college: College) -> None:
    key = uuid4()
    assert call(college, college.okafor, key=key) == call(college, college.okafor, key=key)
    assert ContactLogEntry.objects.count() == 1


def test_somebody_elses_key_opens_nothing(college: College) -> None:
    key = uuid4()
    call(college, college.okafor, key=key)
    with pytest.raises(NotAllowed):
        call(college, college.brandt, "Imran", key=key)


def test_who_must_not_be_contacted_is_not_but_may_ring(college: College) -> None:
    link = StudentContact.objects.get(student=college.student("Ada"))
    link.no_contact = True
    link.save()
    with pytest.raises(contacts.NotToBeContacted):
        call(college, college.okafor, contact=link.contact)
    assert call(college, college.okafor, contact=link.contact, direction="in").contact == link.contact


def test_an_addition_leaves_what_was_written(college: College) -> None:
    entry = call(college, college.okafor, note="First words.")
    stored = contacts.add_to_contact_entry(college.okafor, entry, "It was Tuesday.")
    assert stored.note == "First words.\n\nAdded 20 Nov 2026, 10:00 by Ngozi Okafor: It was Tuesday."
    with pytest.raises(NotAllowed):
        contacts.add_to_contact_entry(college.brandt, entry, "No.")


def test_following_up_twice_tells_the_second_person(college: College) -> None:
    entry = call(college, college.okafor, follow_up_on=TODAY)
    contacts.follow_up_contact(college.okafor, entry)
    with pytest.raises(contacts.AlreadyFollowedUp):
        contacts.follow_up_contact(college.lind, entry)


def test_a_corrected_contact_keeps_its_history(college: College) -> None:
    link = StudentContact.objects.get(student=college.student("Ada"))
    contacts.correct_contact(college.tran, link, phone="07700 900003", no_contact=True, no_contact_reason="Court order")
    assert Contact.objects.get(pk=link.contact_id).phone == "07700 900003"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM caseload_contactevent WHERE pgh_obj_id = %s", [link.contact_id])
        assert cursor.fetchone()[0] >= 1
    with pytest.raises(NotAllowed):
        contacts.correct_contact(college.okafor, link, phone="1")


# --- Memberships ----------------------------------------------------------------------------------------------------


def spans(given: str, college: College) -> list[tuple[str, date, date]]:
    rows = CaseloadMembership.objects.filter(student=college.student(given)).order_by("period")
    return [(row.group.name, row.period.lower, row.period.upper) for row in rows.select_related("group")]


def test_moving_ends_one_membership_and_begins_the_other_on_the_same_day(college: College) -> None:
    monday = TODAY + timedelta(days=3)
    memberships.move_member(
        college.tran, college.caseloads["10A"], college.student("Ada"), college.caseloads["10B"], monday
    )
    assert spans("Ada", college) == [
        ("10A", date(2026, 9, 1), monday),
        ("10B", monday, date(2027, 9, 1)),
    ]
    assert "Ada" in {row.given_name for row in Student.objects.visible_to(college.okafor, "caseload.view_student")}
    with clock.set_to(clock.at(monday, 9)):
        assert "Ada" in {row.given_name for row in Student.objects.visible_to(college.brandt, "caseload.view_student")}


def test_a_student_is_in_one_tutor_group_at_a_time(college: College) -> None:
    with pytest.raises(memberships.AnotherTutorGroup) as other:
        memberships.add_member(college.tran, college.caseloads["10B"], college.student("Ada"), TODAY)
    assert other.value.group == college.caseloads["10A"]
    with pytest.raises(memberships.AlreadyThere):
        memberships.add_member(college.tran, college.caseloads["10A"], college.student("Ada"), TODAY)


def test_removing_on_the_first_day_leaves_no_trace_of_a_membership_that_never_was(college: College) -> None:
    group = college.groups["10x/Ma1"]
    memberships.add_member(college.tran, group, college.student("Imran"), TODAY)
    memberships.remove_member(college.tran, group, college.student("Imran"), TODAY)
    assert not TeachingGroupMembership.objects.filter(student=college.student("Imran")).exists()
    with pytest.raises(memberships.NotThere):
        memberships.remove_member(college.tran, group, college.student("Imran"), TODAY)


def test_a_data_manager_of_one_site_leaves_the_other_alone(college: College) -> None:
    college.grant(college.sam, "data_manager", "site", college.school)
    memberships.add_member(college.sam, college.groups["10x/Ma1"], college.student("Imran"), TODAY)
    with pytest.raises(NotAllowed):
        memberships.add_member(college.sam, college.groups["12 Biology B"], college.student("Imran"), TODAY)
    with pytest.raises(NotAllowed):
        memberships.add_member(college.sam, college.groups["10x/Ma1"], college.student("Wren"), TODAY)


def test_a_head_of_year_does_not_move_students(college: College) -> None:
    with pytest.raises(NotAllowed):
        memberships.remove_member(college.lind, college.caseloads["10A"], college.student("Ada"), TODAY)


# --- The calendar ---------------------------------------------------------------------------------------------------


def test_a_year_is_added_once(college: College) -> None:
    year = dates.add_academic_year(college.tran, 2027)
    assert (year.starts_on, year.ends_on) == (date(2027, 9, 1), date(2028, 8, 31))
    with pytest.raises(dates.DatesOverlap):
        dates.add_academic_year(college.tran, 2027)
    with pytest.raises(NotAllowed):
        dates.add_academic_year(college.novak, 2028)
    assert AcademicYear.objects.count() == 2


def test_terms_do_not_run_into_each_other(college: College) -> None:
    values = {"name": "Extra", "starts_on": date(2026, 12, 18), "ends_on": date(2026, 12, 30)}
    with pytest.raises(dates.DatesOverlap):
        dates.set_term(college.tran, college.year, None, **values)
    autumn = dates.set_term(
        college.tran,
        college.year,
        college.terms[0],
        name="Autumn",
        starts_on=date(2026, 9, 3),
        ends_on=date(2026, 12, 18),
    )
    assert date(2026, 9, 2) not in school_days(college.school, date(2026, 9, 1), date(2026, 9, 4))
    assert autumn.pk == college.terms[0].pk


def test_a_closure_comes_and_goes(college: College) -> None:
    day = date(2026, 11, 27)
    values = {"kind": "inset", "name": "INSET", "starts_on": day, "ends_on": day}
    closure = dates.set_closure(college.tran, None, site=college.school, **values)
    assert school_days(college.school, day, day) == []
    dates.remove_closure(college.tran, closure)
    assert school_days(college.school, day, day) == [day]
    assert Closure.objects.filter(name="INSET").count() == 0
    assert (audited("caseload.closure_added"), audited("caseload.closure_removed")) == (1, 1)


def test_a_data_manager_of_one_site_closes_that_site_only(college: College) -> None:
    college.grant(college.sam, "data_manager", "site", college.school)
    day = date(2026, 11, 27)
    values = {"kind": "inset", "name": "INSET", "starts_on": day, "ends_on": day}
    assert dates.set_closure(college.sam, None, site=college.school, **values).site == college.school
    for site in (college.sixth, None):
        with pytest.raises(NotAllowed):
            dates.set_closure(college.sam, None, site=site, **values)
    with pytest.raises(NotAllowed):
        dates.set_term(college.sam, college.year, None, name="X", starts_on=day, ends_on=day)
