"""Whom a later roster no longer names: proposed, then ended or kept by a person, once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.models import Entry
from caseload.models import SiteMembership, Student, TeachingGroupMembership, YearGroupMembership
from exchange.actions.leavers import AlreadySettled, end_leaver, keep_leaver
from exchange.models import SourceLink
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
    found, _ = run(roster("later", **WITHOUT_ZOE))
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
    end_leaver(college.tran, link, college.today, "Moved away")
    tomorrow = college.today + timedelta(days=1)
    assert places(link) == [tomorrow] * 3
    assert SiteMembership.objects.get(student_id=link.object_id).leaving_reason == "Moved away"
    assert Student.objects.filter(pk=link.object_id).exists()
    entry = Entry.objects.get(verb="exchange.leaver_ended")
    assert (entry.actor_id, entry.object_id) == (college.tran.pk, str(link.object_id))


def test_settled_once(college: College, link: SourceLink) -> None:
    keep_leaver(college.tran, link)
    with pytest.raises(AlreadySettled):
        keep_leaver(college.tran, link)
    with pytest.raises(AlreadySettled):
        end_leaver(college.tran, link, college.today, "")
    assert all(upper is None or upper > college.today for upper in places(link))
    assert SiteMembership.objects.get(student_id=link.object_id).leaver_proposed_at is None
    assert Entry.objects.filter(verb__startswith="exchange.leaver").count() == 1


def test_whoever_was_kept_is_not_proposed_again_until_they_come_and_go(
    link: SourceLink, college: College, roster: Roster
) -> None:
    keep_leaver(college.tran, link)
    assert run(roster("later", **WITHOUT_ZOE))[0]["proposed_leavers"] == []
    run(roster())
    found, _ = run(roster("later", **WITHOUT_ZOE))
    assert [leaver["id"] for leaver in found["proposed_leavers"]] == ["s2"]


def test_whoever_comes_back_is_proposed_no_longer(link: SourceLink, roster: Roster) -> None:
    found, _ = run(roster())
    link.refresh_from_db()
    assert (found["proposed_leavers"], link.missing_since) == ([], None)
    assert SiteMembership.objects.get(student_id=link.object_id).leaver_proposed_at is None


@pytest.mark.parametrize("who", ["lind", "achebe", "doyle", "ward", "sam"])
def test_nobody_else_settles(college: College, link: SourceLink, who: str) -> None:
    for action in (
        lambda: keep_leaver(college.staff[who], link),
        lambda: end_leaver(college.staff[who], link, college.today, ""),
    ):
        with pytest.raises(PermissionDenied):
            action()


def test_the_page(college: College, link: SourceLink, sign_in: Any) -> None:
    client = sign_in(college.tran)
    page = client.get(reverse("exchange:leaver_list")).content.decode()
    assert "Zoë O’Hara" in page
    assert "Ora Klein" not in page
    end = reverse("exchange:leaver_end", args=[link.pk])
    tomorrow = college.today + timedelta(days=1)
    answer = client.post(end, {"last_day": tomorrow.isoformat()}, follow=True).content.decode()
    assert "This day has not come yet" in answer
    assert (
        "Everything recorded about them stays"
        in client.post(end, {"last_day": college.today.isoformat()}, follow=True).content.decode()
    )
    assert client.post(end, {"last_day": college.today.isoformat()}).status_code == 404
    assert client.post(reverse("exchange:leaver_keep", args=[link.pk])).status_code == 404


def test_the_same_roster_again_brings_nobody_back_whom_staff_ended(
    college: College, link: SourceLink, roster: Roster
) -> None:
    end_leaver(college.tran, link, college.today, "")
    found, _ = run(roster("later", **WITHOUT_ZOE))
    assert (found["created"], found["updated"], found["proposed_leavers"]) == (NOTHING, NOTHING, [])
