"""Whoever leads a concern or has something to do on it goes: the team sees it, and hands it over with an entry in each chronology."""

from datetime import date

import pytest
from django.urls import reverse

from caseload.actions.protected_people import suspend
from core import clock, naming
from safeguarding.actions.casework import add_action
from safeguarding.actions.sharing import exclude_person
from safeguarding.actions.triage import assign, hand_over_left, move_concern, open_record
from safeguarding.models import Action, Concern, ConcernCase, Entry
from safeguarding.queries.triage import triage_counts
from tests.college import College
from tests.safeguarding.conftest import SECRET, raise_about
from tests.safeguarding.pages import SignIn, text, url

DAY = date(2026, 11, 24)
Two = tuple[Concern, Concern]


@pytest.fixture
def led(college: College) -> Two:
    """Mr Bell leads the concern about Ada and has something to do on it; on Dr Rahman's about Ben he has something to do."""
    with naming.named(college.okafor.pk):
        ada, ben = (raise_about(college, college.okafor, given) for given in ("Ada", "Ben"))
        raise_about(college, college.okafor, "Gita")
    with naming.named(college.rahman.pk):
        for concern, lead in ((ada, college.bell), (ben, college.rahman)):
            open_record(college.rahman, concern)
            assign(college.rahman, concern, lead)
            add_action(college.rahman, concern, f"visit {SECRET}", college.bell, DAY)
        add_action(college.rahman, ben, "ring home", college.rahman, DAY)
    return ada, ben


def open_actions() -> list[tuple[str, int]]:
    rows = Action.objects.open().order_by("owner_id", "due_on")
    return sorted((str(action.words["what"]), action.owner_id) for action in rows)


def test_the_list_and_my_work_say_what_nobody_who_is_here_leads(college: College, led: Two, sign_in: SignIn) -> None:
    browser = sign_in(college.rahman, stepped_up=True)
    shown = text(browser.get(url("triage_list")))
    assert "not in the team now" not in shown
    assert "No lead here" not in shown
    college.end_role(college.bell, "deputy_dsl")
    shown = text(browser.get(url("triage_list")))
    assert "2 concerns or their actions are with someone who is not in the safeguarding team now." in shown
    assert shown.count("not in the team now</strong>") == 1
    listed = text(browser.get(url("triage_list") + "?show=left"))
    assert [name in listed for name in ("Ada", "Ben", "Gita")] == [True, True, False]
    work = text(browser.get(reverse("caseload:my_work")))
    assert "The lead of a concern is not in the team now: choose one" in work
    assert "Someone with an action on a concern is not in the team now: hand it over" in work
    assert not any(word in work for word in ("Ada", "Ben", "Bell", SECRET))


def test_a_suspension_counts_and_its_end_gives_them_back(college: College, led: Two) -> None:
    with naming.named(college.rahman.pk):
        made = suspend(college.bell, "x", college.rahman)
        assert triage_counts(college.rahman)["left"] == 2
    with clock.set_to(clock.at(made.last_day.replace(day=made.last_day.day + 1), 10)), naming.named(college.rahman.pk):
        assert triage_counts(college.rahman)["left"] == 0


def test_all_of_it_is_handed_over_in_one_go_and_each_chronology_says_so(
    college: College, led: Two, sign_in: SignIn
) -> None:
    ada, ben = led
    college.end_role(college.bell, "deputy_dsl")
    browser = sign_in(college.rahman, stepped_up=True)
    assert browser.post(url("hand_over"), {"left-person": ""}).status_code == 422
    assert browser.post(url("hand_over"), {"left-person": college.bell.public_id}).status_code == 422
    answer = browser.post(url("hand_over"), {"left-person": college.rahman.public_id}, follow=True)
    assert f"2 concerns were handed over to {college.rahman.full_name}." in text(answer)
    again = text(browser.post(url("hand_over"), {"left-person": college.rahman.public_id}, follow=True))
    assert "Nothing was left to hand over." in again
    with naming.named(college.rahman.pk):
        assert set(ConcernCase.objects.exclude(assigned_to=None).values_list("assigned_to", flat=True)) == {college.rahman.pk}  # fmt: skip
        visit = (f"visit {SECRET}", college.rahman.pk)
        assert open_actions() == [("ring home", college.rahman.pk), visit, visit]
        kinds = [list(Entry.objects.filter(concern=one).order_by("recorded_at").values_list("kind", flat=True))[-2:] for one in led]  # fmt: skip
        assert kinds == [["action_cancelled", "action_added"]] * 2
        assert Entry.objects.filter(concern=ada, kind="assigned").count() == 2
        assert Entry.objects.filter(concern=ben, kind="assigned").count() == 1


def test_one_by_one_the_open_actions_of_who_is_gone_go_along(college: College, led: Two, sign_in: SignIn) -> None:
    ada, ben = led
    college.end_role(college.bell, "deputy_dsl")
    browser = sign_in(college.rahman, stepped_up=True)
    assert "1 action is with someone who is not in the safeguarding team today" in text(
        browser.get(url("concern_detail", ben))
    )
    browser.post(url("concern_assign", ben), {"assign-person": college.rahman.public_id})
    with naming.named(college.rahman.pk):
        assert triage_counts(college.rahman)["left"] == 1
        assert set(Action.objects.filter(concern=ben).open().values_list("owner", flat=True)) == {college.rahman.pk}
        assert set(Action.objects.filter(concern=ada).open().values_list("owner", flat=True)) == {college.bell.pk}


def test_what_the_new_lead_must_not_see_is_not_handed_to_them(college: College, led: Two) -> None:
    college.grant(college.lind, "deputy_dsl", "college")
    with naming.named(college.rahman.pk):
        exclude_person(college.rahman, led[0], college.lind, "his cousin")
        college.end_role(college.bell, "deputy_dsl")
        assert hand_over_left(college.rahman, college.lind) == (1, 1)
        assert ConcernCase.objects.get(pk=led[0].pk).assigned_to == college.bell


# --- who leads it when the lead is excluded ---------------------------------------------------------------------------


def test_who_leads_it_now_is_asked_for_where_somebody_leads_it_and_its_fault_stands_on_top(
    college: College, led: Two, sign_in: SignIn
) -> None:
    browser = sign_in(college.rahman, stepped_up=True)
    ada, _ = led
    typed = {"exclude-person": college.bell.public_id, "exclude-reason": "a cousin", "exclude-lead": ""}
    answer = browser.post(url("concern_exclude", ada), typed)
    shown = text(answer)
    assert answer.status_code == 422
    assert shown.count("data-error-summary") == 1
    assert shown.index("data-error-summary") < shown.index("sg-head")
    assert '<a href="#div_id_exclude-lead">Who leads it now</a>' in shown or 'href="#id_exclude-lead"' in shown
    assert "Who leads it now <span" not in shown
    with naming.named(college.rahman.pk):
        assert ConcernCase.objects.get(pk=ada.pk).assigned_to == college.bell
    # Somebody who has nothing to do on it: nobody takes over.
    other = typed | {"exclude-person": college.lind.public_id}
    assert browser.post(url("concern_exclude", ada), other).status_code == 302


def test_where_nobody_leads_it_nobody_is_asked_to_take_over(college: College, sign_in: SignIn) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada")
    browser = sign_in(college.rahman, stepped_up=True)
    assert "Who leads it now" not in text(browser.get(url("concern_detail", concern)))
    typed = {"exclude-person": college.bell.public_id, "exclude-reason": "a cousin"}
    assert browser.post(url("concern_exclude", concern), typed).status_code == 302


# --- moved ------------------------------------------------------------------------------------------------------------


def test_its_reporter_sees_that_a_concern_was_moved_and_not_to_whom(
    college: College, led: Two, sign_in: SignIn
) -> None:
    ada, _ = led
    words = "moved to another student’s file"
    reporter = sign_in(college.okafor)
    with naming.named(college.rahman.pk):
        move_concern(college.rahman, ada, college.student("Imran"), "typed wrongly")
    shown = text(reporter.get(url("concern_own_list")))
    assert shown.count(words) == 1
    detail = text(reporter.get(url("concern_own_detail", ada)))
    assert "has moved this to another student’s file" in detail
    assert "Imran" not in shown + detail
    team = sign_in(college.rahman, stepped_up=True)
    assert "Do not name a child here" in text(team.get(url("concern_detail", ada)))
    with naming.named(college.rahman.pk):
        move_concern(college.rahman, ada, college.student("Ada"), "it was her")
    assert words not in text(reporter.get(url("concern_own_list")))
