"""Whom a later roster no longer names: proposed, then ended or kept by a person, once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.models import Entry
from caseload.actions.leaving import end_roll
from caseload.models import SiteMembership, Student, TeachingGroupMembership, YearGroupMembership
from core import clock
from exchange.actions.leavers import end_leavers, keep_leavers, never_here
from exchange.models import SourceLink
from exchange.queries import open_links
from tests.college import College
from tests.exchange.conftest import SMALL
from tests.exchange.rosters import run

Roster = Callable[..., Path]
WITHOUT_ZOE = {
    "Student": "\n".join(SMALL["Student"].splitlines()[:2]) + "\n",
    "StudentEnrollment": "Section ID,ID\ng1,s1\n",
}
NOTHING = {"site": 0, "staff": 0, "student": 0, "contact": 0, "group": 0, "membership": 0}


@pytest.fixture
def link(college: College, roster: Roster) -> SourceLink:
    """Zoë, who was in the first roster and is not in the second."""
    run(roster())
    found, _ = run(roster("later", **WITHOUT_ZOE), "--many-leavers")
    assert [leaver["id"] for leaver in found["proposed_leavers"]] == ["s2"]
    return SourceLink.objects.get(kind="student", source_id="s2")


def places(link: SourceLink) -> list[Any]:
    models = (SiteMembership, YearGroupMembership, TeachingGroupMembership)
    return [model.objects.get(student_id=link.object_id).period.upper for model in models]


def test_a_proposal_ends_nothing(college: College, link: SourceLink) -> None:
    assert link.missing_since is not None
    assert all(upper is None or upper > college.today for upper in places(link))
    membership = SiteMembership.objects.get(student_id=link.object_id)
    assert membership.leaver_proposed_at is not None


def test_ended_after_the_last_day_and_nothing_is_removed(college: College, link: SourceLink) -> None:
    decided = end_leavers(college.tran, [link], college.today, "Moved away")
    tomorrow = college.today + timedelta(days=1)
    assert (decided.people, decided.left_out, places(link)) == (["Zoë O’Hara"], [], [tomorrow] * 3)
    assert SiteMembership.objects.get(student_id=link.object_id).leaving_reason == "Moved away"
    assert Student.objects.filter(pk=link.object_id).exists()
    entry = Entry.objects.get(verb="exchange.leaver_ended")
    assert (entry.actor_id, entry.object_id) == (college.tran.pk, str(link.object_id))


def test_a_last_day_before_the_first_ends_nothing_and_the_proposal_stays(college: College, link: SourceLink) -> None:
    decided = end_leavers(college.tran, [link], college.today - timedelta(days=1), "")
    assert (decided.people, [one.sentence for one in decided.left_out]) == (
        [],
        [
            "Zoë O’Hara is on roll from Fri 20 Nov, after Thu 19 Nov. Give a last day from Fri 20 Nov on, or say that they"
            " were never here."
        ],
    )
    assert all(upper is None or upper > college.today for upper in places(link))
    assert list(open_links()) == [link]
    assert not Entry.objects.filter(verb="exchange.leaver_ended").exists()


def test_never_here_takes_every_place_away(college: College, link: SourceLink) -> None:
    assert never_here(college.tran, [link]).people == ["Zoë O’Hara"]
    assert not SiteMembership.objects.filter(student_id=link.object_id).exists()
    assert not TeachingGroupMembership.objects.filter(student_id=link.object_id).exists()
    assert list(open_links()) == []


def test_settled_once(college: College, link: SourceLink) -> None:
    keep_leavers(college.tran, [link])
    again = [keep_leavers(college.tran, [link]), end_leavers(college.tran, [link], college.today, "")]
    assert [(decided.people, decided.too_late) for decided in again] == [([], 1), ([], 1)]
    assert all(upper is None or upper > college.today for upper in places(link))
    assert SiteMembership.objects.get(student_id=link.object_id).leaver_proposed_at is None
    assert Entry.objects.filter(verb__startswith="exchange.leaver").count() == 1


def test_whoever_was_ended_by_hand_is_no_question_any_more(college: College, link: SourceLink) -> None:
    assert list(open_links()) == [link]
    end_roll(college.tran, Student.objects.get(pk=link.object_id), college.today)
    with clock.set_to(college.today + timedelta(days=1)):
        assert list(open_links()) == []


def test_whoever_was_kept_is_not_proposed_again_until_they_come_and_go(
    link: SourceLink, college: College, roster: Roster
) -> None:
    keep_leavers(college.tran, [link])
    assert run(roster("later", **WITHOUT_ZOE), "--many-leavers")[0]["proposed_leavers"] == []
    run(roster())
    found, _ = run(roster("later", **WITHOUT_ZOE), "--many-leavers")
    assert [leaver["id"] for leaver in found["proposed_leavers"]] == ["s2"]


def test_whoever_comes_back_is_proposed_no_longer(link: SourceLink, roster: Roster) -> None:
    found, _ = run(roster())
    link.refresh_from_db()
    assert (found["proposed_leavers"], link.missing_since) == ([], None)
    assert SiteMembership.objects.get(student_id=link.object_id).leaver_proposed_at is None


@pytest.mark.parametrize("who", ["lind", "achebe", "doyle", "ward", "sam"])
def test_nobody_else_settles(college: College, link: SourceLink, who: str) -> None:
    for action in (
        lambda: keep_leavers(college.staff[who], [link]),
        lambda: end_leavers(college.staff[who], [link], college.today, ""),
        lambda: never_here(college.staff[who], [link]),
    ):
        with pytest.raises(PermissionDenied):
            action()


def test_the_page_says_how_many_left_and_names_those_who_did_not(
    college: College, link: SourceLink, sign_in: Any
) -> None:
    client, decide = sign_in(college.tran), reverse("exchange:leaver_decide")
    page = client.get(reverse("exchange:leaver_list")).content.decode()
    assert ("Zoë" in page, "Ora" in page) == (True, False)

    def said(**sent: Any) -> str:
        return client.post(decide, {"link": [link.pk]} | sent, follow=True).content.decode()

    tomorrow, yesterday = (college.today + timedelta(days=days) for days in (1, -1))
    assert "This day is still to come. Choose today or an earlier day." in said(
        action="left", last_day=tomorrow.isoformat()
    )
    assert "Give their last day here" in said(action="left", last_day="")
    assert "Tick at least one person first" in said(link=[], action="left", last_day=college.today.isoformat())
    assert "Choose what is true of those ticked" in said(action="gone")
    refused = said(action="left", last_day=yesterday.isoformat())
    assert ("Not ended: Zoë O’Hara is on roll from" in refused, "has left" in refused) == (True, False)
    assert "1 person has left. Their last day was Fri 20 Nov." in said(
        action="left", last_day=college.today.isoformat()
    )
    assert "Someone else has already decided about 1 of them." in said(action="here")


def test_many_leave_together(college: College, roster: Roster, sign_in: Any) -> None:
    run(roster())
    run(
        roster("later", Student=SMALL["Student"].splitlines()[0] + "\n", StudentEnrollment="Section ID,ID\n"),
        "--many-leavers",
    )
    sent = {"link": [link.pk for link in open_links()], "action": "left", "last_day": college.today.isoformat()}
    answer = sign_in(college.tran).post(reverse("exchange:leaver_decide"), sent, follow=True).content.decode()
    assert ("2 people have left." in answer, "No leavers to check" in answer) == (True, True)


def test_the_same_roster_again_brings_nobody_back_whom_staff_ended(
    college: College, link: SourceLink, roster: Roster
) -> None:
    end_leavers(college.tran, [link], college.today, "")
    found, _ = run(roster("later", **WITHOUT_ZOE), "--many-leavers")
    assert (found["created"], found["updated"], found["proposed_leavers"]) == (NOTHING, NOTHING, [])
