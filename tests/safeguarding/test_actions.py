"""What changes: allowed, refused, in the wrong state, twice, and what it leaves in the record."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from core import clock, naming
from core.models import Mail
from safeguarding import choices
from safeguarding.actions import casework, sharing, triage
from safeguarding.actions.adults import AdultReport, note_adult_concern, raise_adult_concern
from safeguarding.actions.faults import (
    AlreadyAcknowledged,
    AlreadyClosed,
    AlreadyEnded,
    AlreadySettled,
    ChangedMeanwhile,
    NobodyLeft,
    NobodyToTell,
    NotClosed,
    NotInTeam,
    NotOpened,
)
from safeguarding.actions.raising import Report, add_addendum, discard_draft, raise_concern, save_draft
from safeguarding.choices import EntryKind, PublicState
from safeguarding.models import Action, AdultConcern, Concern, ConcernCase, Draft, Entry, Exclusion, Share
from tests.college import College
from tests.safeguarding.conftest import Wall, ask, raise_about

OUTSIDERS = ("okafor", "bell", "lind", "novak", "ward", "sam", "achebe")


@pytest.fixture
def raised(college: College) -> Concern:
    """A concern about Ada by Ms Okafor, received and untouched."""
    with naming.named(college.okafor.pk):
        return raise_about(college, college.okafor, "Ada")


def state_of(concern: Concern) -> str:
    return Concern.objects.values_list("state", flat=True).get(pk=concern.pk)


def kinds(concern: Concern) -> list[str]:
    """What was entered on it, in order; of one moment, by name, since the tests' clock stands still."""
    return list(Entry.objects.filter(concern=concern).order_by("recorded_at", "kind").values_list("kind", flat=True))


def later(minutes: int) -> AbstractContextManager[None]:
    """Some minutes on."""
    return clock.set_to(clock.now() + timedelta(minutes=minutes))


def verbs(college: College, concern: Any) -> list[str]:
    """What the audit record says was done to it, as somebody who may read that."""
    return [verb for (verb,) in ask("SELECT verb FROM audit_entry WHERE object_id = %s ORDER BY id", str(concern.pk))]


def told() -> list[str]:
    return sorted(Mail.objects.values_list("to_address", flat=True))


def test_raising_a_concern_tells_the_team_and_nobody_else(college: College) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada", child_words="Don’t tell")
        assert state_of(concern) == PublicState.RECEIVED
    assert told() == ["bell@waymark.example", "rahman@waymark.example"]
    with naming.named(college.rahman.pk):
        assert verbs(college, concern) == [choices.CONCERN_RAISED]
        case = ConcernCase.objects.get(pk=concern.pk)
        assert (case.student, case.severity, case.acknowledged_at) == (college.student("Ada"), 0, None)


def test_the_same_form_sent_twice_raises_one_concern(college: College) -> None:
    token, report = uuid4(), Report(what="once", safe_now="yes", student_name="Somebody")
    with naming.named(college.okafor.pk):
        first = raise_concern(college.okafor, report, token=token)
        again = raise_concern(college.okafor, report, token=token)
        assert again == first
        assert Concern.objects.count() == 1
    assert len(told()) == 2


def test_two_people_may_happen_on_the_same_token(college: College) -> None:
    token, report = uuid4(), Report(what="once", safe_now="yes", student_name="Somebody")
    for who in (college.okafor, college.brandt):
        with naming.named(who.pk):
            raise_concern(who, report, token=token)
    with naming.named(college.rahman.pk):
        assert Concern.objects.count() == 2


def test_somebody_who_left_raises_nothing(college: College) -> None:
    college.sam.is_active = False
    with naming.named(college.sam.pk), pytest.raises(PermissionDenied):
        raise_concern(college.sam, Report(what="x", safe_now="yes"), token=uuid4())


def test_a_reporter_keeps_their_concern_from_one_of_the_team(college: College) -> None:
    with naming.named(college.okafor.pk):
        report = Report(what="about his cousin", safe_now="yes", student=college.student("Ada"))
        concern = raise_concern(college.okafor, report, token=uuid4(), hide_from=college.bell)
    assert told() == ["rahman@waymark.example"]
    with naming.named(college.bell.pk):
        assert not Concern.objects.exists()
    with naming.named(college.rahman.pk):
        assert list(Exclusion.objects.values_list("concern_id", "person_id")) == [(concern.pk, college.bell.pk)]


def test_a_reporter_leaves_somebody_to_read_it(college: College) -> None:
    college.leaves(college.bell)
    report = Report(what="about her", safe_now="yes", student=college.student("Ada"))
    with naming.named(college.okafor.pk), pytest.raises(NobodyLeft):
        raise_concern(college.okafor, report, token=uuid4(), hide_from=college.rahman)
    assert told() == []


def test_a_student_whom_the_reporter_does_not_reach_is_a_typed_name(college: College) -> None:
    with naming.named(college.sam.pk):
        concern = raise_concern(college.sam, Report(what="x", safe_now="no", student_name="Ada A."), token=uuid4())
    with naming.named(college.rahman.pk):
        case = ConcernCase.objects.get(pk=concern.pk)
        assert case.student is None
        triage.match_student(college.rahman, concern, college.student("Ada"))
        kept = Concern.objects.get(pk=concern.pk)
        assert (kept.student, kept.words["student_name"]) == (None, "Ada A.")
        assert ConcernCase.objects.get(pk=concern.pk).student == college.student("Ada")
        assert kinds(concern) == ["matched"]


def test_adding_to_ones_own_is_dated_and_told(college: College, raised: Concern) -> None:
    with naming.named(college.okafor.pk):
        entry = add_addendum(college.okafor, raised, "she also said")
        assert Entry.objects.get().words == {"text": "she also said"}
        assert entry.kind == EntryKind.ADDENDUM
    assert len(told()) == 4
    with naming.named(college.brandt.pk), pytest.raises(PermissionDenied):
        add_addendum(college.brandt, raised, "not mine")


def test_opening_tells_the_reporter_that_it_was_read(college: College, raised: Concern) -> None:
    with naming.named(college.rahman.pk):
        triage.open_record(college.rahman, raised)
        triage.open_record(college.rahman, raised)
        assert verbs(college, raised)[1:] == [choices.CONCERN_READ, choices.CONCERN_READ]
    with naming.named(college.okafor.pk):
        assert state_of(raised) == PublicState.READ
        assert kinds(raised) == []


def test_acknowledging_twice_tells_the_second_person(college: College, raised: Concern) -> None:
    with naming.named(college.rahman.pk):
        with pytest.raises(NotOpened):
            triage.acknowledge(college.rahman, raised)
        triage.open_record(college.rahman, raised)
        triage.acknowledge(college.rahman, raised)
    with naming.named(college.bell.pk):
        with pytest.raises(NotOpened):
            triage.acknowledge(college.bell, raised)
        triage.open_record(college.bell, raised)
        with pytest.raises(AlreadyAcknowledged):
            triage.acknowledge(college.bell, raised)
        case = ConcernCase.objects.get(pk=raised.pk)
        assert (case.acknowledged_by, kinds(raised)) == (college.rahman, ["acknowledged"])
        assert verbs(college, raised)[1:] == [choices.CONCERN_READ, choices.ACKNOWLEDGED, choices.CONCERN_READ]


def works(wall: Wall, person: User) -> tuple[Callable[[], object], ...]:
    """Everything that somebody might try on concern A."""
    a, college = wall["A"], wall.college
    return (
        lambda: triage.open_record(person, a),
        lambda: triage.acknowledge(person, a),
        lambda: triage.assess(person, a, triage.Assessment(1, "neglect", "x"), version=2),
        lambda: triage.assign(person, a, college.rahman),
        lambda: triage.match_student(person, a, college.student("Ben")),
        lambda: triage.move_concern(person, a, college.student("Ben"), "x"),
        lambda: casework.add_entry(person, a, EntryKind.NOTE, "x"),
        lambda: casework.correct_entry(person, wall["A note"], "x"),
        lambda: casework.add_action(person, a, "x", college.rahman, date(2026, 12, 1)),
        lambda: casework.settle_action(person, wall["A action"], done=True, outcome="x"),
        lambda: casework.close_concern(person, a, "no_action", "x"),
        lambda: casework.reopen_concern(person, a, "x"),
        lambda: sharing.share_concern(person, a, college.sam, date(2026, 12, 1), note="x", reason="x"),
        lambda: sharing.end_share(person, wall["A share"]),
        lambda: sharing.exclude_person(person, a, college.sam, "x"),
        lambda: sharing.lift_exclusion(person, wall["A exclusion"], "x"),
    )


def test_nobody_but_the_team_works_on_a_concern(wall: Wall) -> None:
    for who in OUTSIDERS:
        person = wall.college.staff[who]
        with naming.named(person.pk):
            for work in works(wall, person):
                with pytest.raises(PermissionDenied):
                    work()
    with naming.named(wall.college.rahman.pk):
        assert Entry.objects.filter(concern=wall["A"]).count() == 7


def test_assessing_is_an_entry_and_tells_the_reporter_it_is_handled(college: College, raised: Concern) -> None:
    assessment = triage.Assessment(4, "physical", "a hand mark", ["online", "physical"], threshold="protection")
    with naming.named(college.bell.pk):
        triage.assess(college.bell, raised, assessment, version=1)
        case = ConcernCase.objects.get(pk=raised.pk)
        assert (case.severity, case.category, case.categories_also, case.rationale) == (
            4,
            "physical",
            ["online"],
            "a hand mark",
        )
        assert (case.acknowledged_by, case.version) == (college.bell, 2)
        assert verbs(college, raised)[1:] == [choices.ASSESSED]
    with naming.named(college.okafor.pk):
        assert state_of(raised) == PublicState.HANDLED


def test_two_assessments_at_once_do_not_undo_each_other(college: College, raised: Concern) -> None:
    with naming.named(college.bell.pk):
        triage.assess(college.bell, raised, triage.Assessment(4, "physical", "first"), version=1)
    with naming.named(college.rahman.pk):
        with pytest.raises(ChangedMeanwhile):
            triage.assess(college.rahman, raised, triage.Assessment(1, "neglect", "second"), version=1)
        assert ConcernCase.objects.get(pk=raised.pk).rationale == "first"
        assert kinds(raised) == ["assessed"]


def test_a_concern_is_given_to_the_team_only(college: College, raised: Concern) -> None:
    with naming.named(college.rahman.pk):
        triage.assign(college.rahman, raised, college.bell)
        assert ConcernCase.objects.get(pk=raised.pk).assigned_to == college.bell
        sharing.exclude_person(college.rahman, raised, college.bell, "his cousin", lead=college.rahman)
        for person in (college.bell, college.okafor, college.achebe):
            with pytest.raises(NotInTeam):
                triage.assign(college.rahman, raised, person)
            with pytest.raises(NotInTeam):
                casework.add_action(college.rahman, raised, "x", person, date(2026, 12, 1))


def test_a_correction_is_a_new_entry_linked_to_the_old(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        new = casework.correct_entry(wall.college.rahman, wall["A note"], "it was the aunt")
        assert (new.corrects, new.kind, new.happened_at) == (wall["A note"], "correction", wall["A note"].happened_at)
        assert Entry.objects.get(pk=wall["A note"].pk).words["text"].startswith("rang home")


def test_an_action_is_settled_once(wall: Wall) -> None:
    dsl = wall.college.rahman
    with naming.named(dsl.pk):
        casework.settle_action(dsl, wall["A action"], done=True, outcome="went well")
        with pytest.raises(AlreadySettled):
            casework.settle_action(dsl, wall["A action"], done=False, outcome="no")
        action = Action.objects.get()
        assert (action.state, action.outcome, action.settled_by) == ("done", "went well", dsl)


def test_closing_tells_the_reporter_cancels_actions_and_is_done_once(wall: Wall) -> None:
    college, a = wall.college, wall["A"]
    with naming.named(college.rahman.pk):
        with later(minutes=1):
            casework.close_concern(college.rahman, a, "supported", "settled at home", review_on=date(2027, 1, 8))
        with pytest.raises(AlreadyClosed):
            casework.close_concern(college.rahman, a, "no_action", "again")
        case = ConcernCase.objects.get(pk=a.pk)
        assert (case.outcome, case.closed_by, case.review_on) == ("supported", college.rahman, date(2027, 1, 8))
        assert Action.objects.get().state == "cancelled"
        assert kinds(a)[-2:] == ["action_cancelled", "closed"]
        assert verbs(college, a)[-1] == choices.CLOSED
        for work in (
            lambda: triage.acknowledge(college.rahman, Concern.objects.get(pk=a.pk)),
            lambda: casework.add_entry(college.rahman, a, EntryKind.NOTE, "x"),
            lambda: casework.add_action(college.rahman, a, "x", college.rahman, date(2026, 12, 1)),
        ):
            with pytest.raises(AlreadyClosed):
                work()
    with naming.named(college.okafor.pk):
        assert state_of(a) == PublicState.CLOSED


def test_reopening_is_told_and_done_once(wall: Wall) -> None:
    college, a = wall.college, wall["A"]
    with naming.named(college.rahman.pk):
        with pytest.raises(NotClosed):
            casework.reopen_concern(college.rahman, a, "x")
        with later(minutes=1):
            casework.close_concern(college.rahman, a, "supported", "settled")
        with later(minutes=2):
            casework.reopen_concern(college.rahman, a, "it began again")
        assert ConcernCase.objects.get(pk=a.pk).closed_at is None
        assert kinds(a)[-1] == "reopened"
    with naming.named(college.okafor.pk):
        assert state_of(a) == PublicState.HANDLED


def test_a_share_ends_once_and_shows_nothing_afterwards(wall: Wall) -> None:
    college = wall.college
    with naming.named(college.lind.pk):
        assert Share.objects.count() == 1
    with naming.named(college.rahman.pk):
        sharing.end_share(college.rahman, wall["A share"])
        with pytest.raises(AlreadyEnded):
            sharing.end_share(college.rahman, wall["A share"])
    with naming.named(college.lind.pk):
        assert (Share.objects.count(), Concern.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_share_of_an_entry_alone_does_not_show_the_report(wall: Wall) -> None:
    college = wall.college
    with naming.named(college.rahman.pk):
        sharing.share_concern(
            college.rahman,
            wall["A"],
            college.vance,
            date(2026, 11, 20),
            note="n",
            reason="r",
            covers_report=False,
            entries=[wall["A note"]],
        )
    with naming.named(college.vance.pk):
        assert (Concern.objects.count(), list(Entry.objects.all())) == (0, [wall["A note"]])


def test_excluding_beats_a_share_and_ones_own_report(wall: Wall) -> None:
    college, a = wall.college, wall["A"]
    with naming.named(college.rahman.pk):
        sharing.exclude_person(college.rahman, a, college.lind, "he is in it")
        sharing.exclude_person(college.rahman, a, college.okafor, "so is she")
        with pytest.raises(AlreadyEnded):
            sharing.exclude_person(college.rahman, a, college.okafor, "twice")
    for person in (college.lind, college.okafor):
        with naming.named(person.pk):
            assert (Concern.objects.count(), Share.objects.count(), Entry.objects.count()) == (0, 0, 0)
    with naming.named(college.rahman.pk):
        lifted = Exclusion.objects.get(person=college.okafor, lifted_at=None)
        sharing.lift_exclusion(college.rahman, lifted, "it was her sister")
    with naming.named(college.okafor.pk):
        assert Concern.objects.count() == 1


def test_the_team_leaves_somebody_to_read_it(wall: Wall) -> None:
    college = wall.college
    with naming.named(college.rahman.pk):
        with pytest.raises(PermissionDenied):
            sharing.exclude_person(college.rahman, wall["A"], college.rahman, "herself")
        college.leaves(college.bell)
    college.grant(college.novak, "deputy_dsl", "college")
    with naming.named(college.novak.pk):
        college.leaves(college.rahman)
        last = Exclusion(concern=wall["B"], person=college.novak, excluded_by=college.novak)
        last.seal_words(reason="x")
        with pytest.raises(IntegrityError, match="nobody of the team"), transaction.atomic():
            Exclusion.objects.bulk_create([last])


def test_drafts_are_their_authors_alone(college: College) -> None:
    token = uuid4()
    with naming.named(college.okafor.pk):
        save_draft(college.okafor, token, {"what": "first"})
        save_draft(college.okafor, token, {"what": "second"})
        assert Draft.objects.get().words == {"what": "second"}
    with naming.named(college.rahman.pk):
        assert not Draft.objects.exists()
        discard_draft(college.rahman, token)
    with naming.named(college.okafor.pk):
        raise_concern(college.okafor, Report(what="second", safe_now="yes", student_name="X"), token=token)
        assert not Draft.objects.exists()


def test_a_concern_about_an_adult_is_for_the_head_alone(college: College) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_adult_concern(college.okafor, AdultReport(what="shouted", subject=college.lind), token=uuid4())
    assert told() == ["achebe@waymark.example"]
    with naming.named(college.rahman.pk), pytest.raises(PermissionDenied):
        note_adult_concern(college.rahman, concern, "x")
    with naming.named(college.achebe.pk):
        note_adult_concern(college.achebe, concern, "spoke to him", "low_level", closes=True)
        with pytest.raises(AlreadyClosed):
            note_adult_concern(college.achebe, concern, "more")
    with naming.named(college.okafor.pk):
        assert AdultConcern.objects.get().state == "closed"


def test_a_concern_about_the_head_goes_to_the_chair_of_governors(college: College) -> None:
    with naming.named(college.okafor.pk):
        raise_adult_concern(college.okafor, AdultReport(what="x", subject=college.achebe), token=uuid4())
    assert told() == ["foster@waymark.example"]
    with naming.named(college.achebe.pk):
        assert not AdultConcern.objects.exists()
    with naming.named(college.foster.pk):
        assert AdultConcern.objects.get().about_head


def test_a_concern_that_nobody_could_read_is_not_taken(college: College) -> None:
    college.leaves(college.foster)
    with naming.named(college.okafor.pk):
        with pytest.raises(NobodyToTell):
            raise_adult_concern(college.okafor, AdultReport(what="x", about_head=True), token=uuid4())
        assert not AdultConcern.objects.exists()
