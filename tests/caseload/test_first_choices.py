"""There is a way back from a first choice: somebody added twice, a first day that was wrong, a student added by mistake."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from attendance.models import AttendanceCode, SessionMark
from caseload.actions import rolls
from caseload.actions.contacts import log_contact
from caseload.actions.leaving import end_roll
from caseload.actions.students import add_student
from caseload.models import (
    CaseloadMembership,
    Enrolment,
    HouseMembership,
    SiteMembership,
    Student,
    TeachingGroupMembership,
    YearGroupMembership,
)
from caseload.queries.rolls import first_day_corrected, last_day_corrected
from caseload.queries.same_person import possibly_same
from caseload.queries.search import find_students
from caseload.registries import leaving
from caseload.registries.leaving import Follower
from caseload.rules.students import NotAllowed
from core import clock, naming
from tests.college import TODAY, College

SignIn = Any
MEMBERSHIPS = (SiteMembership, YearGroupMembership, HouseMembership, CaseloadMembership, TeachingGroupMembership)


def form(college: College, **more: Any) -> dict[str, Any]:
    """What is typed to add Ana Example to 10A from today."""
    return {
        "given_name": "Ana",
        "family_name": "Example",
        "date_of_birth": "2012-05-05",
        "sex": "U",
        "site": college.school.pk,
        "starts_on": "2026-11-20",
        "year_group": college.years[10].pk,
        "tutor_group": college.caseloads["10A"].pk,
    } | more


def ana(college: College, **more: Any) -> Student:
    values = {"given_name": "Ana", "family_name": "Example", "date_of_birth": date(2012, 5, 5)} | more
    with naming.named(college.tran.pk):
        return add_student(college.tran, college.school, **values)


# --- Adding -----------------------------------------------------------------------------------------------------------


def test_adding_asks_for_year_group_and_tutor_group(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    answer = client.post("/students/add/", form(college, year_group="", tutor_group=""))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"year_group", "tutor_group"}
    assert client.post("/students/add/", form(college)).status_code == 302
    added = Student.objects.get(family_name="Example")
    end = date(2027, 9, 1)
    year = YearGroupMembership.objects.get(student=added)
    assert (year.group, year.year, year.period) == (college.years[10], college.year, DateRange(TODAY, end))
    place = CaseloadMembership.objects.get(student=added)
    assert (place.group, place.period) == (college.caseloads["10A"], DateRange(TODAY, end))


def test_a_student_may_be_in_no_group_yet_if_somebody_says_so(college: College, sign_in: SignIn) -> None:
    answer = sign_in(college.tran).post("/students/add/", form(college, year_group="none", tutor_group="none"))
    assert answer.status_code == 302
    added = Student.objects.get(family_name="Example")
    assert [model.objects.filter(student=added).count() for model in MEMBERSHIPS] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"site": "sixth"}, "year_group", "Year 10 is at Waymark School. Choose a group of Waymark Sixth."),
        ({"site": "sixth"}, "tutor_group", "10A is at Waymark School. Choose a group of Waymark Sixth."),
        ({"starts_on": "2027-09-06"}, "tutor_group", "10A does not run on Mon 6 Sep 2027."),
        ({"starts_on": "2027-09-06"}, "year_group", "Year 10 does not run on Mon 6 Sep 2027."),
    ],
)
def test_groups_are_those_of_the_site_and_of_the_first_day(
    college: College, sign_in: SignIn, typed: dict[str, Any], field: str, words: str
) -> None:
    typed = {name: college.sixth.pk if value == "sixth" else value for name, value in typed.items()}
    answer = sign_in(college.tran).post("/students/add/", form(college, **typed))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert not Student.objects.filter(family_name="Example").exists()


def test_the_same_name_and_birth_date_is_asked_about_before_anything_is_saved(
    college: College, sign_in: SignIn
) -> None:
    client, there = sign_in(college.tran), ana(college)
    answer = client.post("/students/add/", form(college))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Is this the same person?" in page
    assert f'href="/students/{there.public_id}/"' in page
    assert "born 5 May 2012" in page
    assert Student.objects.filter(family_name="Example").count() == 1
    mark = answer.context["form"].mark
    assert client.post("/students/add/", form(college, another=mark)).status_code == 302
    assert Student.objects.filter(family_name="Example").count() == 2


def test_another_person_answers_only_for_those_who_were_named(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    ana(college)
    mark = client.post("/students/add/", form(college)).context["form"].mark
    assert client.post("/students/add/", form(college, another=mark)).status_code == 302
    assert client.post("/students/add/", form(college, another=mark)).status_code == 422  # pressed twice
    assert Student.objects.filter(family_name="Example").count() == 2


@pytest.mark.parametrize(
    ("given", "family", "born", "found"),
    [
        ("Ana", "Example", date(2012, 5, 6), True),  # same
        ("ANA", "Éxample", date(2012, 5, 6), True),  # written another way
        ("Anna", "Example", date(2012, 5, 6), True),  # nearly the name
        ("Example", "Ana", date(2012, 5, 6), True),  # names exchanged
        ("Ana", "Example", date(2012, 6, 5), True),  # day and month exchanged
        ("Ana", "Example", date(2013, 5, 6), True),  # another year
        ("Ana", "Example", None, True),  # not given
        ("Ana", "Example", date(2009, 11, 2), False),
        ("Otto", "Example", date(2012, 5, 6), False),
        ("Anna", "Example", date(2012, 5, 7), False),
    ],
)
def test_who_may_be_the_same_person(college: College, given: str, family: str, born: date | None, found: bool) -> None:
    there = ana(college, date_of_birth=date(2012, 5, 6))
    assert [row["id"] for row in possibly_same(college.tran, given, family, born)] == [there.pk] * found


def test_somebody_who_left_is_named_too(college: College) -> None:
    there = ana(college)
    SiteMembership.objects.filter(student=there).update(period=DateRange(date(2026, 9, 1), date(2026, 10, 1)))
    (row,) = possibly_same(college.tran, "Ana", "Example", date(2012, 5, 5))
    assert (row["list_name"], row["where"]) == ("Example, Ana", "left Waymark School")


# --- The first day on roll --------------------------------------------------------------------------------------------


def roll_of(student: Student) -> SiteMembership:
    return SiteMembership.objects.select_related("site", "student").get(student=student)


def test_a_first_day_moved_back_takes_the_places_that_began_then_along(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    client.post("/students/add/", form(college))
    added = Student.objects.get(family_name="Example")
    path = f"/students/{added.public_id}/roll/{roll_of(added).pk}/first-day/"
    typed = {"first_day": "2026-11-09", "seen": "2026-11-20"}
    shown = client.post(path, typed).content.decode()
    assert "is on roll from Mon 9 Nov instead of Fri 20 Nov" in shown
    assert "10A begins on Mon 9 Nov instead of Fri 20 Nov." in shown
    assert "Year 10 begins on Mon 9 Nov instead of Fri 20 Nov." in shown
    assert roll_of(added).period.lower == TODAY  # nothing has changed yet
    another = client.post(path, typed | {"first_day": "2026-11-10", "save": typed["first_day"]}).content.decode()
    assert "is on roll from Tue 10 Nov instead of Fri 20 Nov" in another  # typed since: looked at first
    assert roll_of(added).period.lower == TODAY
    done = client.post(path, typed | {"save": typed["first_day"]}, follow=True).content.decode()
    assert "Ana Example is on the roll of Waymark School from Mon 9 Nov on." in done
    starts = {model: model.objects.get(student=added).period.lower for model in MEMBERSHIPS[:2] + MEMBERSHIPS[3:4]}
    assert set(starts.values()) == {date(2026, 11, 9)}


def test_a_first_day_moved_on_shows_the_marks_and_ends_what_was_over_by_then(college: College, sign_in: SignIn) -> None:
    client, ada = sign_in(college.tran), college.student("Ada")
    code = AttendanceCode.objects.filter(code="N").latest("pk")
    for slot in (1, 2):
        SessionMark.objects.create(
            student=ada, date=date(2026, 9, 10), slot=slot, code=code, marked_by=college.okafor, marked_at=clock.now()
        )
    HouseMembership.objects.filter(student=ada).update(period=DateRange(date(2026, 9, 1), date(2026, 9, 5)))
    path = f"/students/{ada.public_id}/roll/{roll_of(ada).pk}/first-day/"
    typed = {"first_day": "2026-09-14", "seen": "2026-09-01"}
    shown = client.post(path, typed).context["change"].words
    assert "2 attendance marks before Mon 14 Sep stay on record and no longer count." in shown
    assert "Kestrel is taken away: it ended before the new first day." in shown
    assert client.post(path, typed | {"save": typed["first_day"]}).status_code == 302
    assert not HouseMembership.objects.filter(student=ada).exists()
    assert SessionMark.objects.filter(student=ada).count() == 2
    assert {model.objects.get(student=ada).period.lower for model in MEMBERSHIPS if model is not HouseMembership} == {
        date(2026, 9, 14)
    }


def test_a_first_day_that_cannot_be_says_why(college: College, sign_in: SignIn) -> None:
    ada = college.student("Ada")
    roll = roll_of(ada)
    roll.period = DateRange(date(2026, 9, 1), date(2026, 10, 1))
    roll.save()
    later = SiteMembership.objects.create(student=ada, site=college.school, period=DateRange(TODAY, None))
    assert first_day_corrected(roll, date(2026, 10, 1)).problem == "They left on Wed 30 Sep. Give a day up to then."
    assert (
        first_day_corrected(later, date(2026, 9, 30)).problem
        == "They were on the roll of this site until Wed 30 Sep before. Give a day after that."
    )
    answer = sign_in(college.tran).post(
        f"/students/{ada.public_id}/roll/{later.pk}/first-day/",
        {"first_day": "2026-09-30", "seen": "2026-11-20", "save": "2026-09-30"},
    )
    assert answer.status_code == 422
    assert "Give a day after that." in answer.content.decode()
    assert SiteMembership.objects.get(pk=later.pk).period.lower == TODAY


def left_on(college: College, name: str, day: date) -> SiteMembership:
    """A student whose roll the data manager has ended after this day."""
    student = college.student(name)
    with naming.named(college.tran.pk):
        end_roll(college.tran, student, day, "Moved")
    return roll_of(student)


def test_a_wrong_last_day_is_put_right_and_the_places_follow(college: College, sign_in: SignIn) -> None:
    client, roll = sign_in(college.tran), left_on(college, "Ada", date(2026, 11, 12))
    ada, path = roll.student, f"/students/{roll.student.public_id}/roll/{roll.pk}/last-day/"
    assert path in client.get(f"/students/{ada.public_id}/roll/").content.decode()
    typed = {"last_day": "", "seen": "2026-11-12"}
    shown = client.post(path, typed).content.decode()
    assert "Ada Ábel is on roll again, as if they had not left on Thu 12 Nov." in shown
    assert "10A ends on Tue 31 Aug 2027 instead of Thu 12 Nov." in shown
    assert "Kestrel goes on." in shown
    assert roll_of(ada).period.upper == date(2026, 11, 13)  # nothing has changed yet
    done = client.post(path, typed | {"save": "None"}, follow=True).content.decode()
    assert "Ada Ábel is on the roll of Waymark School from Tue 1 Sep on." in done
    assert (roll_of(ada).period.upper, roll_of(ada).leaving_reason) == (None, "")
    ends = {model: model.objects.get(student=ada).period.upper for model in MEMBERSHIPS}
    assert {ends.pop(SiteMembership), ends.pop(HouseMembership)} == {None}
    assert set(ends.values()) == {date(2027, 9, 1)}
    assert client.get(path).status_code == 404  # they are on the roll


@pytest.mark.parametrize(("day", "upper"), [("2026-11-10", date(2026, 11, 11)), ("2026-11-18", date(2026, 11, 19))])
def test_another_last_day_earlier_or_later(
    college: College, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, day: str, upper: date
) -> None:
    roll, told = left_on(college, "Ada", date(2026, 11, 12)), []
    follower = Follower("test", lambda by, gone: told.append((set(gone.student_ids), gone.from_day)) or 0)
    monkeypatch.setitem(leaving._followers, "test", follower)
    path = f"/students/{roll.student.public_id}/roll/{roll.pk}/last-day/"
    answer = sign_in(college.tran).post(path, {"last_day": day, "seen": "2026-11-12", "save": day})
    assert answer.status_code == 302
    assert {model.objects.get(student=roll.student).period.upper for model in MEMBERSHIPS} == {upper}
    assert roll_of(roll.student).leaving_reason == "Moved"
    assert told == [({roll.student_id}, upper)]  # what was planned for later ends as when somebody leaves


def test_a_last_day_that_cannot_be_says_why(college: College) -> None:
    roll = left_on(college, "Ada", date(2026, 11, 12))
    again = SiteMembership.objects.create(student=roll.student, site=college.school, period=DateRange(TODAY, None))
    roll = SiteMembership.objects.select_related("site", "student").get(pk=roll.pk)
    for day, words in (
        (date(2026, 11, 12), "Thu 12 Nov is the last day already."),
        (date(2026, 8, 1), "They came on Tue 1 Sep. Give a day from then on."),
        (None, "They are on the roll of this site again from Fri 20 Nov. Give a day before that."),
    ):
        assert last_day_corrected(roll, day).problem == words
    assert last_day_corrected(again, TODAY).problem == "They are on the roll today. End the roll instead."
    with naming.named(college.tran.pk), pytest.raises(rolls.NotPossible, match="Look at it again"):
        rolls.correct_last_day(college.tran, roll, date(2026, 11, 10), "2026-11-11")


def test_courses_that_ended_with_the_roll_go_on_with_it(college: College) -> None:
    wren = college.student("Wren")
    row = Enrolment.objects.create(
        student=wren,
        site=college.sixth,
        course=college.biology,
        started_on=date(2026, 9, 1),
        planned_end_on=date(2027, 7, 31),
    )
    roll = left_on(college, "Wren", date(2026, 11, 12))
    row.refresh_from_db()
    assert (row.status, row.ended_on) == (Enrolment.Status.WITHDRAWN, date(2026, 11, 12))
    with naming.named(college.tran.pk):
        rolls.correct_last_day(college.tran, roll, None, "2026-11-12")
    row.refresh_from_db()
    assert (row.status, row.ended_on, row.withdraw_reason) == (Enrolment.Status.CONTINUING, None, None)


def test_a_roll_that_somebody_else_changed_is_not_changed_again(college: College) -> None:
    roll = roll_of(college.student("Ada"))
    with naming.named(college.tran.pk), pytest.raises(rolls.NotPossible, match="Look at it again"):
        rolls.correct_first_day(college.tran, roll, date(2026, 9, 14), "2026-09-07")
    assert roll_of(college.student("Ada")).period.lower == date(2026, 9, 1)


@pytest.mark.parametrize("who", ["okafor", "lind", "novak", "ward"])
def test_only_a_data_manager_corrects_a_roll_or_takes_back(college: College, who: str) -> None:
    roll = roll_of(college.student("Ada"))
    by = getattr(college, who)
    with naming.named(by.pk):
        with pytest.raises(NotAllowed):
            rolls.correct_first_day(by, roll, date(2026, 9, 14), "2026-09-01")
        with pytest.raises(NotAllowed):
            rolls.take_back(by, college.student("Ada"))
        with pytest.raises(NotAllowed):
            rolls.correct_last_day(by, roll, None, "2026-11-12")


# --- Added by mistake -------------------------------------------------------------------------------------------------


def test_a_student_added_by_mistake_is_taken_back(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.tran)
    client.post("/students/add/", form(college))
    added = Student.objects.get(family_name="Example")
    assert "Take back" in client.get(f"/students/{added.public_id}/roll/").content.decode()
    done = client.post(f"/students/{added.public_id}/roll/take-back/", follow=True).content.decode()
    assert "Ana Example has been taken back and is on no list any more." in done
    assert client.get(f"/students/{added.public_id}/").status_code == 404
    assert find_students(college.tran, "Ana Example") == []
    assert [model.objects.filter(student=added).exists() for model in MEMBERSHIPS] == [False] * 5
    assert client.post("/students/add/", form(college)).status_code == 302  # nobody is asked about


def test_what_hangs_on_a_student_is_named_and_they_stay(college: College, sign_in: SignIn) -> None:
    added = ana(college)
    with naming.named(college.okafor.pk):
        CaseloadMembership.objects.create(
            student=added, group=college.caseloads["10A"], period=DateRange(TODAY, TODAY + timedelta(days=9))
        )
        log_contact(college.okafor, added, channel="call", direction="out", at=clock.now(), summary="Rang")
    client = sign_in(college.tran)
    page = client.get(f"/students/{added.public_id}/roll/").content.decode()
    assert "1 contact log entry" in page
    assert "Take back" not in page
    refused = client.post(f"/students/{added.public_id}/roll/take-back/", follow=True).content.decode()
    assert "Ana Example was not taken back: 1 contact log entry on record." in refused
    stored = Student.objects.get(pk=added.pk)
    assert (stored.taken_back_at, SiteMembership.objects.filter(student=added).count()) == (None, 1)


# --- Ending a roll during the year, and the year group ----------------------------------------------------------------


def test_the_data_manager_ends_a_roll_from_the_page_of_the_student(college: College, sign_in: SignIn) -> None:
    client, ada = sign_in(college.tran), college.student("Ada")
    path = f"/students/{ada.public_id}/roll/"
    assert f'href="{path}"' in client.get(f"/students/{ada.public_id}/").content.decode()
    typed = {"last_day": "2026-11-19", "reason": "Moved away", "destination": "Elsewhere School"}
    page = client.post(f"{path}end/", typed, follow=True).content.decode()
    assert "Ada Ábel was on roll until Thu 19 Nov. 5 places ended then." in page
    roll = SiteMembership.objects.get(student=ada)
    assert (roll.period.upper, roll.leaving_reason, roll.destination) == (TODAY, "Moved away", "Elsewhere School")


def test_a_last_day_to_come_says_that_the_places_will_end(college: College, sign_in: SignIn) -> None:
    path = f"/students/{college.student('Ada').public_id}/roll/end/"
    page = sign_in(college.tran).post(path, {"last_day": "2027-06-01", "reason": "Moves away"}, follow=True)
    assert "Ada Ábel is on roll until Tue 1 Jun 2027. 5 places will end then." in page.content.decode()


def test_a_last_day_before_the_first_changes_nothing_and_says_so(college: College, sign_in: SignIn) -> None:
    client, ada = sign_in(college.tran), college.student("Ada")
    answer = client.post(f"/students/{ada.public_id}/roll/end/", {"last_day": "2026-08-01"})
    assert answer.status_code == 422
    assert "is on roll from Tue 1 Sep" in answer.content.decode()
    assert SiteMembership.objects.get(student=ada).period.upper is None


def test_a_student_without_a_year_group_gets_one(college: College, sign_in: SignIn) -> None:
    client, added = sign_in(college.tran), ana(college)
    path = f"/students/{added.public_id}/roll/"
    assert "In no year group today" in client.get(path).content.decode()
    typed = {"year_group": college.years[10].pk, "on": "2026-11-20"}
    page = client.post(f"{path}year-group/", typed, follow=True).content.decode()
    assert "Ana Example is in Year 10 from Fri 20 Nov on." in page
    client.post(f"{path}year-group/", {"year_group": college.years[9].pk, "on": "2026-12-01"})
    found = YearGroupMembership.objects.filter(student=added).order_by("period").values_list("group__name", "period")
    assert list(found) == [
        ("Year 10", DateRange(TODAY, date(2026, 12, 1))),
        ("Year 9", DateRange(date(2026, 12, 1), date(2027, 9, 1))),
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"year_group": "Year 10", "on": "2026-11-20"}, "is in Year 10 on that day already"),
        ({"year_group": "Year 9", "on": "2027-09-06"}, "This day is in no academic year."),
    ],
)
def test_a_year_group_that_cannot_be_given_says_why(
    college: College, sign_in: SignIn, typed: dict[str, str], words: str
) -> None:
    ada = college.student("Ada")
    group = next(row for row in college.years.values() if row.name == typed["year_group"])
    answer = sign_in(college.tran).post(f"/students/{ada.public_id}/roll/year-group/", typed | {"year_group": group.pk})
    assert answer.status_code == 422
    assert words in answer.content.decode()
