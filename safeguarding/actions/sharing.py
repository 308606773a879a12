"""Share by name, exclude by name, and ask somebody to speak to the team first."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit import record
from core import clock
from safeguarding import choices, rules
from safeguarding.actions.casework import hand_actions
from safeguarding.actions.faults import AlreadyEnded, NobodyLeft, NotInTeam, NotThisConcern, WhoLeadsNow
from safeguarding.actions.telling import team_for, tell_sharee
from safeguarding.actions.writing import write_entry
from safeguarding.choices import EntryKind
from safeguarding.models import Action, Concern, ConcernCase, Entry, Exclusion, Flag, Share, ShareEntry

if TYPE_CHECKING:
    from accounts.models import User
    from caseload.models import Student


@transaction.atomic
def share_concern(
    by: "User",
    concern: Concern,
    person: "User",
    until_on: date,
    *,
    note: str,
    reason: str,
    covers_report: bool = True,
    entries: list[Entry] | None = None,
) -> Share:
    """Show the report, chosen entries, or both to one person until a day. They are told by mail; the reason is an entry.

    The person reads the note; the reason for sharing, its basis and the decision stay with the team.
    """
    rules.require(by, rules.SHARE, concern)
    chosen = list(entries or [])
    if any(entry.concern_id != concern.pk for entry in chosen) or not (covers_report or chosen):
        raise NotThisConcern
    share = Share(concern=concern, person=person, until_on=until_on, covers_report=covers_report, shared_by=by)
    share.seal_words(note=note)
    Share.objects.bulk_create([share])
    ShareEntry.objects.bulk_create([ShareEntry(concern=concern, share=share, entry=entry) for entry in chosen])
    write_entry(
        concern,
        EntryKind.SHARED,
        by,
        text=reason,
        person=person.pk,
        note=note,
        until=str(until_on),
        covers_report=covers_report,
        entries=[str(entry.pk) for entry in chosen],
    )
    details = {"share": share.pk, "person": person.pk, "report": covers_report, "entries": len(chosen)}
    record.record(by, choices.SHARED, choices.CONCERN, concern.pk, details=details, walled=True)
    tell_sharee(share.pk, person)
    return share


@transaction.atomic
def end_share(by: "User", share: Share) -> None:
    """Take a share back before its time. The chronology gains an entry."""
    rules.require(by, rules.SHARE, share.concern)
    if not Share.objects.filter(pk=share.pk, ended_at=None).update(ended_at=clock.now(), ended_by=by):
        raise AlreadyEnded
    write_entry(share.concern, EntryKind.SHARE_ENDED, by, person=share.person_id)
    details = {"share": share.pk, "person": share.person_id}
    record.record(by, choices.SHARE_ENDED, choices.CONCERN, share.concern_id, details=details, walled=True)


@transaction.atomic
def exclude_person(
    by: "User", concern: Concern, person: "User", reason: str, *, lead: "User | None" = None
) -> Exclusion:
    """Keep a concern from a named person, a DSL included. They see nothing of it any more, nor that they are excluded.

    When they lead it or have actions to do on it, `lead` takes both over.
    """
    rules.require(by, rules.TRIAGE, concern)
    if person.pk == by.pk:
        raise PermissionDenied("Nobody excludes themselves; another member of the team does it.")
    left = [member for member in team_for(concern) if member.pk != person.pk]
    if not left:
        raise NobodyLeft
    if person.pk in needed_on(concern):
        if lead is None or lead == person:
            raise WhoLeadsNow
        if lead not in left:
            raise NotInTeam
        _hand_over(by, concern, person, lead)
    exclusion = Exclusion(concern=concern, person=person, excluded_by=by)
    exclusion.seal_words(reason=reason)
    try:
        with transaction.atomic():
            Exclusion.objects.bulk_create([exclusion])
    except IntegrityError as problem:
        raise AlreadyEnded("This person is excluded already. Nothing was changed.") from problem
    write_entry(concern, EntryKind.EXCLUDED, by, text=reason, person=person.pk)
    record.record(by, choices.EXCLUDED, choices.CONCERN, concern.pk, details={"person": person.pk}, walled=True)
    return exclusion


def needed_on(concern: Concern) -> set[int]:
    """Who leads an open concern or has actions to do on it."""
    leads = ConcernCase.objects.filter(pk=concern.pk, closed_at=None).exclude(assigned_to=None)
    owners = Action.objects.filter(concern=concern).open().values_list("owner_id", flat=True)
    return {*leads.values_list("assigned_to_id", flat=True), *owners}


def _hand_over(by: "User", concern: Concern, person: "User", lead: "User") -> None:
    """Give a concern and what is still to do on it to another member of the team."""
    if ConcernCase.objects.filter(pk=concern.pk, assigned_to=person).update(assigned_to=lead):
        write_entry(concern, EntryKind.ASSIGNED, by, person=lead.pk, text=lead.full_name)
        record.record(by, choices.ASSIGNED, choices.CONCERN, concern.pk, details={"person": lead.pk}, walled=True)
    hand_actions(by, concern, list(Action.objects.filter(concern=concern, owner=person).open()), lead)


@transaction.atomic
def lift_exclusion(by: "User", exclusion: Exclusion, reason: str) -> None:
    """Let a person who was excluded see the concern again, as far as their role goes."""
    rules.require(by, rules.TRIAGE, exclusion.concern)
    if not Exclusion.objects.filter(pk=exclusion.pk, lifted_at=None).update(lifted_at=clock.now(), lifted_by=by):
        raise AlreadyEnded
    write_entry(exclusion.concern, EntryKind.EXCLUSION_LIFTED, by, text=reason, person=exclusion.person_id)
    details = {"person": exclusion.person_id}
    record.record(by, choices.EXCLUSION_LIFTED, choices.CONCERN, exclusion.concern_id, details=details, walled=True)


@transaction.atomic
def set_flag(by: "User", student: "Student", person: "User", wording: str, until_on: date) -> Flag:
    """Show one person a neutral sentence on a student's page. It points at no concern."""
    rules.require_permission(by, rules.SHARE)
    flag = Flag(student=student, person=person, wording=wording, until_on=until_on, set_by=by)
    Flag.objects.bulk_create([flag])
    details = {"person": person.pk, "wording": wording}
    record.record(by, choices.FLAG_SET, choices.STUDENT_FILE, student.pk, details=details, walled=True)
    return flag


@transaction.atomic
def end_flag(by: "User", flag: Flag) -> None:
    """Take a flag away before its time."""
    rules.require_permission(by, rules.SHARE)
    if not Flag.objects.filter(pk=flag.pk, ended_at=None).update(ended_at=clock.now(), ended_by=by):
        raise AlreadyEnded
    details = {"person": flag.person_id}
    record.record(by, choices.FLAG_ENDED, choices.STUDENT_FILE, flag.student_id, details=details, walled=True)
