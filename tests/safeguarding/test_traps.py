"""Traps of casework: a lead who must not see it, the wrong student, a time that nobody gave."""

from datetime import timedelta

import pytest

from core import clock, naming
from safeguarding.actions.casework import add_action, add_entry, correct_entry
from safeguarding.actions.faults import NotInTeam, SameStudent, WhoLeadsNow
from safeguarding.actions.sharing import exclude_person
from safeguarding.actions.triage import assign, move_concern
from safeguarding.choices import EntryKind
from safeguarding.models import Action, Concern, ConcernCase, Entry, Exclusion
from safeguarding.queries.record import shown_entries
from tests.college import College
from tests.safeguarding.conftest import SECRET, raise_about
from tests.safeguarding.pages import SignIn, text, url


@pytest.fixture
def raised(college: College) -> Concern:
    with naming.named(college.okafor.pk):
        return raise_about(college, college.okafor, "Ada")


def test_excluding_the_lead_asks_who_leads_now_and_hands_everything_over(college: College, raised: Concern) -> None:
    with naming.named(college.rahman.pk):
        assign(college.rahman, raised, college.bell)
        add_action(college.rahman, raised, "Ring home", college.bell, college.today)
        for lead, fault in ((None, WhoLeadsNow), (college.bell, WhoLeadsNow), (college.novak, NotInTeam)):
            with pytest.raises(fault):
                exclude_person(college.rahman, raised, college.bell, "his cousin", lead=lead)
        assert not Exclusion.objects.exists()
        exclude_person(college.rahman, raised, college.bell, "his cousin", lead=college.rahman)
        assert ConcernCase.objects.get(pk=raised.pk).assigned_to == college.rahman
        actions = Action.objects.order_by("added_at")
        assert [(row.owner, row.state, row.words["what"]) for row in actions] == [
            (college.bell, "cancelled", "Ring home"),
            (college.rahman, "open", "Ring home"),
        ]
        # Somebody who leads nothing is excluded without being asked.
        exclude_person(college.rahman, raised, college.lind, "a neighbour")


def test_the_page_asks_too_and_keeps_what_was_typed(college: College, raised: Concern, sign_in: SignIn) -> None:
    with naming.named(college.rahman.pk):
        assign(college.rahman, raised, college.bell)
    browser = sign_in(college.rahman, stepped_up=True)
    typed = {"exclude-person": college.bell.public_id, "exclude-reason": f"cousin {SECRET}"}
    answer = browser.post(url("concern_exclude", raised), typed)
    assert answer.status_code == 422
    assert "Choose who leads it now" in text(answer)
    assert f"cousin {SECRET}" in text(answer)
    answer = browser.post(url("concern_exclude", raised), typed | {"exclude-lead": college.rahman.public_id})
    assert answer.status_code == 302


def test_a_concern_in_the_wrong_file_is_moved_with_a_notice_in_both(
    college: College, raised: Concern, sign_in: SignIn
) -> None:
    ada, ben = college.student("Ada"), college.student("Ben")
    with naming.named(college.rahman.pk), pytest.raises(SameStudent):
        move_concern(college.rahman, raised, ada, "x")
    browser = sign_in(college.rahman, stepped_up=True)
    typed = {"move-student": ben.public_id, "move-student_name": "Ben", "move-reason": "Two Carters"}
    assert browser.post(url("concern_move", raised), typed | {"move-reason": ""}).status_code == 422
    assert browser.post(url("concern_move", raised), typed).status_code == 302
    with naming.named(college.rahman.pk):
        assert ConcernCase.objects.get(pk=raised.pk).student == ben
        assert Entry.objects.filter(concern=raised).values_list("kind", flat=True)[0] == "moved"
    from django.urls import reverse

    files = [text(browser.get(reverse("safeguarding:student_chronology", args=[one.public_id]))) for one in (ada, ben)]
    assert "was moved to another student’s file" in files[0]
    assert SECRET not in files[0]
    assert "from another student’s" in files[1]
    assert f"Ada said {SECRET}" in files[1]
    assert all("Two Carters" in shown for shown in files)


def test_an_entry_without_a_time_shows_none_and_stands_by_when_it_was_written(
    college: College, raised: Concern
) -> None:
    rahman = college.rahman
    with naming.named(rahman.pk):
        add_entry(rahman, raised, EntryKind.NOTE, "first, at ten")
        with clock.set_to(clock.at(college.today, 14, 3)):
            noon = clock.at(college.today, 12)
            late = add_entry(rahman, raised, EntryKind.NOTE, "no time", happened_at=noon, time_said=False)
            correct_entry(rahman, late, "corrected")
        with clock.set_to(clock.at(college.today, 15)):
            add_entry(rahman, raised, EntryKind.NOTE, "at 13:30", happened_at=clock.at(college.today, 13, 30))
            yesterday = clock.at(college.today - timedelta(days=1), 12)
            add_entry(rahman, raised, EntryKind.NOTE, "yesterday", happened_at=yesterday, time_said=False)
            shown = shown_entries(Entry.objects.filter(concern=raised))
            assert [(one.text, one.when, one.written) for one in shown] == [
                ("yesterday", "Thu 19 Nov, no time given", "today 15:00"),
                ("first, at ten", "today 10:00", ""),
                ("at 13:30", "today 13:30", "today 15:00"),
                ("no time", "Fri 20 Nov, no time given", "today 14:03"),
                ("corrected", "Fri 20 Nov, no time given", "today 14:03"),
            ]


def test_the_page_of_a_typed_entry_without_a_time(college: College, raised: Concern, sign_in: SignIn) -> None:
    browser = sign_in(college.rahman, stepped_up=True)
    typed = {"entry-kind": "note", "entry-text": "x", "entry-happened_on": "2026-11-20", "entry-happened_time": ""}
    assert browser.post(url("entry_add", raised), typed).status_code == 302
    shown = text(browser.get(url("concern_detail", raised)))
    assert "no time given" in shown
    assert "12:00" not in shown
