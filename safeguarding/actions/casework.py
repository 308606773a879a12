"""Entries and actions, closing and reopening."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit import record
from core import clock
from safeguarding import choices, rules
from safeguarding.actions.faults import AlreadyClosed, AlreadySettled, NotClosed, NotInTeam
from safeguarding.actions.telling import team_for
from safeguarding.actions.writing import note_handled, require_open, write_entry
from safeguarding.choices import OPEN_STATES, ActionState, EntryKind, PublicState
from safeguarding.models import Action, Concern, ConcernCase, Entry

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def add_entry(
    by: "User",
    concern: Concern,
    kind: EntryKind,
    text: str,
    *,
    happened_at: datetime | None = None,
    time_said: bool = True,
) -> Entry:
    """Add a dated note, contact, conversation or decision to the chronology. The reporter is told it is being handled.

    With `time_said=False` only the day of `happened_at` counts; no time is ever shown for it.
    """
    rules.require_reader(by, concern)
    if kind not in choices.WRITTEN_BY_HAND:
        raise PermissionDenied(kind)
    note_handled(concern)
    entry = write_entry(concern, kind, by, happened_at=happened_at, text=text, day_alone=not time_said or None)
    record.record(by, choices.ENTRY_ADDED, choices.CONCERN, concern.pk, details={"entry": entry.pk}, walled=True)
    return entry


@transaction.atomic
def correct_entry(by: "User", entry: Entry, text: str) -> Entry:
    """Correct an entry by a new one linked to it; the old one stays to be read."""
    concern = entry.concern
    rules.require(by, rules.TRIAGE, concern)
    new = write_entry(
        concern,
        EntryKind.CORRECTION,
        by,
        happened_at=entry.happened_at,
        corrects=entry,
        text=text,
        day_alone=entry.words.get("day_alone"),
    )
    details = {"entry": new.pk, "corrects": entry.pk}
    record.record(by, choices.ENTRY_CORRECTED, choices.CONCERN, concern.pk, details=details, walled=True)
    return new


@transaction.atomic
def add_action(by: "User", concern: Concern, what: str, owner: "User", due_on: date) -> Action:
    """Add something that a member of the team will do by a date. The chronology gains an entry."""
    rules.require(by, rules.TRIAGE, concern)
    if owner not in team_for(concern):
        raise NotInTeam
    note_handled(concern)
    action = Action(concern=concern, owner=owner, due_on=due_on, added_by=by)
    action.seal_words(what=what)
    Action.objects.bulk_create([action])
    write_entry(concern, EntryKind.ACTION_ADDED, by, text=what, action=str(action.pk), person=owner.pk, due=str(due_on))
    record.record(by, choices.ACTION_ADDED, choices.CONCERN, concern.pk, details={"action": action.pk}, walled=True)
    return action


@transaction.atomic
def settle_action(by: "User", action: Action, *, done: bool, outcome: str) -> None:
    """Mark an action as done or cancelled, with what came of it. The chronology gains an entry."""
    concern = action.concern
    rules.require(by, rules.TRIAGE, concern)
    require_open(concern)
    if not _settle([action.pk], by, done, action.sealed_outcome(outcome)):
        raise AlreadySettled
    kind = EntryKind.ACTION_DONE if done else EntryKind.ACTION_CANCELLED
    write_entry(concern, kind, by, text=outcome, action=str(action.pk), what=action.words.get("what", ""))
    details = {"action": action.pk, "done": done}
    record.record(by, choices.ACTION_SETTLED, choices.CONCERN, concern.pk, details=details, walled=True)


def hand_actions(by: "User", concern: Concern, actions: list[Action], lead: "User") -> None:
    """Give open actions to another member of the team: each is cancelled and added again, since an owner is written once."""
    for action in actions:
        settle_action(by, action, done=False, outcome=f"Handed to {lead.full_name}.")
        add_action(by, concern, str(action.words.get("what", "")), lead, action.due_on)


def _settle(ids: list[UUID], by: "User", done: bool, sealed: dict[str, object]) -> int:
    return Action.objects.filter(pk__in=ids, state=ActionState.OPEN).update(
        state=ActionState.DONE if done else ActionState.CANCELLED, settled_by=by, settled_at=clock.now(), **sealed
    )


@transaction.atomic
def close_concern(by: "User", concern: Concern, outcome: str, reason: str, *, review_on: date | None = None) -> None:
    """Close a concern with a reason. The person who raised it is told; the chronology gains an entry; open actions are cancelled."""
    rules.require(by, rules.CLOSE, concern)
    moment = clock.now()
    if not Concern.objects.filter(pk=concern.pk, state__in=OPEN_STATES).update(
        state=PublicState.CLOSED, state_at=moment
    ):
        raise AlreadyClosed
    concern.state = PublicState.CLOSED
    for action in Action.objects.filter(concern=concern).open():
        if _settle([action.pk], by, False, action.sealed_outcome("The concern was closed.")):
            what = action.words.get("what", "")
            write_entry(
                concern,
                EntryKind.ACTION_CANCELLED,
                by,
                action=str(action.pk),
                what=what,
                text="The concern was closed.",
            )
    ConcernCase.objects.filter(pk=concern.pk, acknowledged_at=None).update(acknowledged_at=moment, acknowledged_by=by)
    ConcernCase.objects.filter(pk=concern.pk).update(
        outcome=outcome, closed_at=moment, closed_by=by, review_on=review_on
    )
    write_entry(concern, EntryKind.CLOSED, by, text=reason, outcome=outcome, review=str(review_on or ""))
    record.record(by, choices.CLOSED, choices.CONCERN, concern.pk, details={"outcome": outcome}, walled=True)


@transaction.atomic
def reopen_concern(by: "User", concern: Concern, reason: str) -> None:
    """Reopen a closed concern. Its reporter is told that it is being handled; the chronology gains an entry."""
    rules.require(by, rules.CLOSE, concern)
    if not Concern.objects.filter(pk=concern.pk, state=PublicState.CLOSED).update(
        state=PublicState.HANDLED, state_at=clock.now()
    ):
        raise NotClosed
    concern.state = PublicState.HANDLED
    ConcernCase.objects.filter(pk=concern.pk).update(outcome="", closed_at=None, closed_by=None, review_on=None)
    write_entry(concern, EntryKind.REOPENED, by, text=reason)
    record.record(by, choices.REOPENED, choices.CONCERN, concern.pk, walled=True)
