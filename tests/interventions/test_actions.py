"""Each action: allowed, refused with the same set-up, in the wrong state, twice, and its audit entry."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from core import clock
from core.actors import SystemActor
from interventions import actions
from interventions.actions import MeetingSaid, NoteSaid, ReviewSaid, TargetSaid
from interventions.models import Meeting, MeetingDraft, MeetingType, Note, Target, TargetReview, history_of
from tests.college import College

DUE = date(2026, 12, 11)


def said(kind: MeetingType, **more: Any) -> MeetingSaid:
    return MeetingSaid(type=kind, held_at=clock.now(), **{"notes": "All well"} | more)


def test_logging_writes_everything_and_says_so(college: College, kind: MeetingType, target_of: Any) -> None:
    target, ada = target_of("Ada"), college.student("Ada")
    key = uuid4()
    actions.save_draft(ada, key, {"notes": ["All w"]}, by=college.okafor)
    meeting = actions.log_meeting(
        ada,
        said(kind),
        [ReviewSaid(target, "partly", "nearly")],
        [TargetSaid("Next", DUE)],
        token=uuid4(),
        by=college.okafor,
        draft_key=key,
    )
    assert not MeetingDraft.objects.exists()
    assert [review.line for review in meeting.reviews.all()] == ["nearly"]
    assert [new.what for new in meeting.targets_set.all()] == ["Next"]
    verbs = list(Entry.objects.order_by("pk").values_list("verb", "object_kind"))
    assert verbs[-3:] == [("reviewed_target", "target"), ("set_target", "target"), ("logged_meeting", "meeting")]
    assert "All well" not in str(list(Entry.objects.values_list("details", flat=True)))


@pytest.mark.parametrize("who", ["mendes", "brandt", "price", "tran", "ward", "sam", "rahman"])
def test_others_may_not_log(college: College, kind: MeetingType, who: str) -> None:
    with pytest.raises(PermissionDenied):
        actions.log_meeting(college.student("Ada"), said(kind), [], [], token=uuid4(), by=getattr(college, who))
    assert not Meeting.objects.exists()


def test_a_system_actor_may_not_log(college: College, kind: MeetingType) -> None:
    with pytest.raises(PermissionDenied):
        actions.log_meeting(college.student("Ada"), said(kind), [], [], token=uuid4(), by=SystemActor("import", "test"))


def test_a_target_out_of_reach_undoes_the_whole_meeting(college: College, kind: MeetingType, target_of: Any) -> None:
    elsewhere = target_of("Imran", by=college.brandt)
    with pytest.raises(PermissionDenied):
        actions.log_meeting(
            college.student("Ada"), said(kind), [ReviewSaid(elsewhere, "met")], [], token=uuid4(), by=college.okafor
        )
    assert not Meeting.objects.exists()
    assert Target.objects.get().state == "set"


def test_the_same_form_twice_makes_one_and_other_words_are_told(college: College, kind: MeetingType) -> None:
    ada, token = college.student("Ada"), uuid4()
    one = actions.log_meeting(ada, said(kind), [], [], token=token, by=college.okafor)
    again = actions.log_meeting(ada, said(kind), [], [], token=token, by=college.okafor)
    assert one.pk == again.pk
    with pytest.raises(actions.AlreadyLogged) as told:
        actions.log_meeting(ada, said(kind, notes="Other"), [], [], token=token, by=college.okafor)
    assert told.value.meeting.pk == one.pk
    with pytest.raises(PermissionDenied):
        actions.log_meeting(ada, said(kind), [], [], token=token, by=college.lind)


def test_named_readers_are_kept_only_with_that_audience(college: College, kind: MeetingType) -> None:
    ada, people = college.student("Ada"), (college.mendes.pk,)
    named = actions.log_meeting(
        ada, said(kind, audience="named", readers=people), [], [], token=uuid4(), by=college.okafor
    )
    wide = actions.log_meeting(
        ada, said(kind, audience="pastoral", readers=people), [], [], token=uuid4(), by=college.okafor
    )
    assert [list(meeting.readers.all()) for meeting in (named, wide)] == [[college.mendes], []]
    assert (named.visible_to_student, named.visible_to_home) == (False, False)


def test_amending_keeps_what_stood_before(college: College, kind: MeetingType, meeting_of: Any) -> None:
    meeting = meeting_of("Ada", notes="Before")
    actions.amend_meeting(meeting, 1, said(kind, notes="After"), by=college.okafor)
    assert [row.notes for row in history_of(Meeting.objects.get())] == ["Before"]
    with pytest.raises(actions.MeetingChanged):
        actions.amend_meeting(meeting, 1, said(kind, notes="Late"), by=college.okafor)
    with pytest.raises(PermissionDenied):
        actions.amend_meeting(meeting, 2, said(kind, notes="Not mine"), by=college.lind)


@pytest.mark.parametrize(
    ("outcome", "new_due_on", "state", "is_open"),
    [
        ("met", None, "met", False),
        ("partly", None, "partly_met", False),
        ("partly", DUE, "at_risk", True),
        ("not_met", None, "not_met", False),
        ("not_met", DUE, "at_risk", True),
        ("changed", DUE, "set", True),
        ("dropped", None, "dropped", False),
        ("on_track", None, "on_track", True),
        ("at_risk", None, "at_risk", True),
    ],
)
def test_what_a_review_does(
    college: College, target_of: Any, outcome: str, new_due_on: date | None, state: str, is_open: bool
) -> None:
    target = target_of("Ada")
    review = actions.review_target(ReviewSaid(target, outcome, "a line", new_due_on=new_due_on), by=college.okafor)
    target.refresh_from_db()
    assert (target.state, target.is_open, target.closed_on is None) == (state, is_open, is_open)
    assert review.state_after == state
    assert target.due_on == (new_due_on or college.today + timedelta(days=14))


def test_a_closed_target_is_not_reviewed_again(college: College, target_of: Any) -> None:
    target = target_of("Ada")
    actions.review_target(ReviewSaid(target, "met"), by=college.okafor)
    with pytest.raises(actions.TargetClosed):
        actions.review_target(ReviewSaid(target, "not_met"), by=college.lind)
    assert TargetReview.objects.count() == 1


def test_teachers_neither_set_nor_review(college: College, target_of: Any) -> None:
    target = target_of("Ada")
    with pytest.raises(PermissionDenied):
        actions.set_target(college.student("Ada"), TargetSaid("x", DUE), by=college.mendes)
    with pytest.raises(PermissionDenied):
        actions.review_target(ReviewSaid(target, "met"), by=college.mendes)
    with pytest.raises(PermissionDenied):
        actions.change_target(target, 1, TargetSaid("x", DUE), by=college.brandt)


def test_changing_a_target_keeps_its_words_and_ticked_steps(college: College, target_of: Any) -> None:
    ada = college.student("Ada")
    target = actions.set_target(ada, TargetSaid("First", DUE, steps=("one", "two")), by=college.okafor)
    actions.tick_step(target.steps.get(text="one"), True, by=college.okafor)
    actions.change_target(target, 1, TargetSaid("Second", DUE, steps=("zero", "one")), by=college.lind)
    target.refresh_from_db()
    assert [(step.text, step.done_on) for step in target.steps.all()] == [("zero", None), ("one", college.today)]
    assert [row.what for row in history_of(target)] == ["First"]
    assert target.changed_by == college.lind
    with pytest.raises(actions.TargetChanged):
        actions.change_target(target, 1, TargetSaid("Third", DUE), by=college.okafor)


def test_saving_a_target_that_says_so_already_is_no_change_for_anybody_else(college, target_of):
    target = target_of("Ada")
    said = TargetSaid("Second", DUE, steps=("one",))
    actions.change_target(target, 1, said, by=college.okafor)
    version = Target.objects.get(pk=target.pk).version
    again = actions.change_target(target, version, said, by=college.lind)
    assert (again.version, again.changed_by) == (version, college.okafor)
    assert actions.change_target(target, 1, said, by=college.lind).version == version  # the same change made twice
    third = actions.change_target(target, version, TargetSaid("Third", DUE), by=college.lind)
    assert third.version == version + 1


def test_a_note_once_and_only_by_those_who_may(college: College) -> None:
    ada, token = college.student("Ada"), uuid4()
    for _ in range(2):
        actions.quick_note(ada, NoteSaid("Sang"), token=token, by=college.okafor)
    assert Note.objects.count() == 1
    with pytest.raises(PermissionDenied):
        actions.quick_note(ada, NoteSaid("Sang"), token=uuid4(), by=college.mendes)


def test_a_draft_replaces_the_one_it_took_up_unless_that_went_on(college: College) -> None:
    ada = college.student("Ada")
    first, laptop, phone = uuid4(), uuid4(), uuid4()
    actions.save_draft(ada, first, {"notes": ["a"]}, by=college.okafor)
    kept = actions.save_draft(ada, laptop, {"notes": ["ab"]}, by=college.okafor, continues=first, seen=1)
    assert kept.others == 0
    actions.save_draft(ada, laptop, {"notes": ["abc"]}, by=college.okafor)
    both = actions.save_draft(ada, phone, {"notes": ["ax"]}, by=college.okafor, continues=laptop, seen=1)
    assert both.others == 1
    assert sorted(draft.data["notes"][0] for draft in MeetingDraft.objects.all()) == ["abc", "ax"]
