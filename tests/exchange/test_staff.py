"""Staff in a roster: matched by email address, never given a password; and what was changed here stays."""

from collections.abc import Callable
from pathlib import Path

from accounts.models import User
from caseload.models import Student, TeachingGroup, TeachingGroupGrant
from tests.college import College
from tests.exchange.conftest import SMALL
from tests.exchange.rosters import run

Roster = Callable[..., Path]
HEAD = SMALL["Teacher"].splitlines()[0]


def teacher(address: str, given: str = "Ida", family: str = "Stone", number: str = "t1") -> str:
    return f"{HEAD}\n{number},8239999,{address},{given},{family}\n"


def test_somebody_who_is_here_is_found_by_address_whatever_its_case(college: College, roster: Roster) -> None:
    before = User.objects.count()
    found, _ = run(roster(Teacher=teacher("OKAFOR@Waymark.example", "Ngozi", "Okafor")))
    assert (found["created"]["staff"], found["unchanged"]["staff"], User.objects.count()) == (0, 1, before)
    group = TeachingGroup.objects.get(name="10x/Hi1")
    grant = TeachingGroupGrant.objects.get(content_object=group)
    assert (grant.user, grant.role.name) == (college.okafor, "teacher")


def test_nobody_new_has_a_password(college: College, roster: Roster) -> None:
    run(roster())
    stone = User.objects.get(email="t1@lane.example")
    assert (stone.has_usable_password(), stone.is_active, stone.full_name) == (False, True, "Ida Stone")


def test_somebody_without_an_address_is_named_and_gets_one_later(college: College, roster: Roster) -> None:
    found, _ = run(roster(Teacher=teacher("ida stone")))
    (problem,) = found["problems"]
    assert (problem["file"], problem["line"], "can't sign in" in problem["message"]) == ("Teacher.csv", 2, True)
    stone = User.objects.get(family_name="Stone")
    assert stone.email.endswith("@no-address.invalid")
    again, _ = run(roster("later"))
    stone.refresh_from_db()
    assert (stone.email, again["updated"]["staff"]) == ("t1@lane.example", 1)


def test_two_teachers_with_one_address_do_not_become_two_people(college: College, roster: Roster) -> None:
    both = teacher("t1@lane.example") + "t2,8239999,T1@lane.example,Ida,Stone\n"
    found, status = run(roster(Teacher=both))
    assert (status, User.objects.filter(email="t1@lane.example").count()) == (0, 1)
    again, _ = run(roster(Teacher=both))
    assert (again["created"]["staff"], again["updated"]["staff"]) == (0, 0)


def test_names_changed_here_are_not_undone(college: College, roster: Roster) -> None:
    run(roster())
    ora = Student.objects.get(given_name="Ora")
    ora.given_name = "Orla"
    ora.save(update_fields=["given_name"])
    found, _ = run(roster())
    ora.refresh_from_db()
    assert (ora.given_name, ora.legal_given_name, found["updated"]["student"]) == ("Orla", "Ora", 0)
    run(roster("later", Student=SMALL["Student"].replace("Ora,Klein", "Ora,Kline")))
    ora.refresh_from_db()
    assert (ora.given_name, ora.family_name) == ("Orla", "Kline")


def test_reach_given_here_is_not_ended_by_a_roster(college: College, roster: Roster) -> None:
    run(roster())
    group = TeachingGroup.objects.get(name="10x/Hi1")
    by_hand = college.grant(college.mendes, "teacher", "teaching_group", group)
    run(
        roster(
            "later",
            TeacherRoster="Section ID,ID\n",
            Teacher=teacher("t1@lane.example") + "m,8239999,mendes@waymark.example,Inês,Mendes\n",
        )
    )
    by_hand.refresh_from_db()
    stone = TeachingGroupGrant.objects.get(user__family_name="Stone")
    assert by_hand.period.upper is None
    assert stone.period.upper <= college.today or college.today not in stone.period
