"""Passing words on from a form, and sealing the words of what is saved already, with every copy of them here."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from audit import record
from caseload.models import Student
from caseload.registries import passing_on
from core import clock, wording
from core.actors import SystemActor
from core.pages import keeping
from interventions import choices, rules
from interventions.actions.notes import NoteSaid, quick_note
from interventions.choices import PASSED_ON_WORDS, SEALED_WORDS, Audience, TargetState
from interventions.models import Meeting, MeetingDraft, Note, StudentWords, Target, TargetReview, Written

if TYPE_CHECKING:
    from accounts.models import User

    By = User | SystemActor

TAPS = UUID("0d2f5c0e-7d0f-4f5e-9a44-5a3c4e1b7d11")
# What a draft may go on with after its words were passed on: what was chosen, never what was written.
CHOSEN = {"type", "held_on", "wellbeing", "audience", "next_in", "next_on", "answers", "answers_offered"}
MEETING_WORDS = {"notes": "Notes", "student_words": "The student's words", "tutor_actions": "What I will do"}
WRITTEN = {*MEETING_WORDS, "line", "what", "new_what", "measure", "achievable", "relevant", "steps", "supported_by"}
NOTE_WORDS = {"text": "Note"}
STUDENT_WORDS = {"well": "Going well", "hard": "Hard", "talk": "Wants to talk about"}


@transaction.atomic
def pass_on_form(
    student: Student,
    written: Sequence[tuple[str, str]],
    *,
    key: UUID,
    safe_now: str,
    by: "By",
    page: str,
    typed: Mapping[str, Any] | None = None,
    drafts: Collection[UUID] = (),
) -> str:
    """Pass on what is typed in a form that is not saved: a note that says “Passed on.”, for its author alone, is left.

    The form's draft, those it took up (`drafts`), every other draft that holds any of the words, and kept copies of the
    form's page are erased; of a one-to-one (`typed`) the choices without the words stay as a draft. Pressed twice it passes on once. Gives the address to go on to.
    """
    if not rules.may_log_meeting(by, student) or isinstance(by, SystemActor):
        raise PermissionDenied
    words = "\n\n".join(f"{label}: {text}" for label, text in written)
    address = passing_on.pass_on(student, words, token=key, safe_now=safe_now, by=by)
    quick_note(student, NoteSaid(PASSED_ON_WORDS, audience=Audience.NAMED), token=key, by=by)
    _forget_drafts(student, by, [text for _, text in written], {key, *drafts})
    _forget_kept(by, page)
    chosen = {name: value for name, value in (typed or {}).items() if _chosen(name)}
    if chosen:
        MeetingDraft.objects.get_or_create(
            key=uuid5(TAPS, str(key)), defaults={"author": by, "student": student, "data": chosen}
        )
    return address


def _forget_drafts(student: Student, by: "User", texts: Sequence[str], keys: Collection[UUID]) -> None:
    """Erase the author's drafts about the student that hold any sentence of these, from whatever tab or device."""
    sentences = {sentence for text in texts for sentence in _sentences(text)}
    for draft in MeetingDraft.objects.filter(author=by, student=student):
        kept = [value for name, values in draft.data.items() if _written(name) for value in values]
        whole = " ".join(texts)
        shared = any(one in value for one in sentences for value in kept)
        if draft.key in keys or shared or any(value.strip() and value.strip() in whole for value in kept):
            draft.delete()


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[.!?\n]", text) if part.strip()]


def _written(name: str) -> bool:
    """Whether a field of a draft is something written."""
    return name.rsplit("-", 1)[-1] in WRITTEN


def _chosen(name: str) -> bool:
    """Whether a field is something tapped, never something written."""
    return name in CHOSEN or name.endswith("-outcome")


def _forget_kept(by: "User", page: str) -> None:
    """Erase what was kept of this page's forms when a session ended."""
    path = page.split("?")[0]
    waiting = keeping.waiting_for(by.pk)
    keeping.let_go(by.pk, [kept.public_id for kept in waiting if path in (kept.page.split("?")[0], kept.target)])


@transaction.atomic
def seal_note(written: Meeting | Note, *, by: "By") -> str:
    """Seal the words of a saved note or one-to-one with every earlier version of them.

    They are carried into a record of their own, which only its readers open; here nothing is left of them, and what is
    left is for its author alone. Whoever may read a note and seal notes can. Gives the address of the record.
    """
    if not rules.may_seal(by, written) or isinstance(by, SystemActor):
        raise PermissionDenied
    row = type(written)._default_manager.select_for_update().select_related("student", "written_by").get(pk=written.pk)
    names = MEETING_WORDS if isinstance(row, Meeting) else NOTE_WORDS
    address = passing_on.pass_on(row.student, _told(row, names), token=row.public_id, safe_now="unsure", by=by)
    if isinstance(row, Meeting):
        _seal_reviews(row)
    _empty(row, names)
    record.record(
        by, choices.SEALED_NOTE, row._meta.model_name or "", row.pk, details={"student": row.student_id}, walled=True
    )
    return address


def _told(row: Written, names: Mapping[str, str]) -> str:
    """Everything that was ever written in it, the present words first, each version with its day."""
    who, kind = row.written_by.formal_name, row._meta.verbose_name
    parts = [f"Sealed from a {kind} by {who} of {wording.moment(row.written_at)}.", *_lines(row, names)]
    if isinstance(row, Meeting):
        parts += [f"About a target: {line}" for line in row.reviews.exclude(line="").values_list("line", flat=True)]
    for event in row.events.order_by("-pgh_created_at", "-pgh_id"):  # type: ignore[attr-defined]  # added by pghistory
        parts += [f"Until {wording.moment(event.pgh_created_at)} it read:", *_lines(event, names)]
    return "\n\n".join(parts)


def _lines(row: Any, names: Mapping[str, str]) -> list[str]:
    return [f"{label}: {getattr(row, name)}" for name, label in names.items() if getattr(row, name)]


def _empty(row: Any, names: Mapping[str, str]) -> None:
    """Leave “Sealed.” in place of the words, for the author alone, here and in every state that the database recorded."""
    first, *others = names
    blank = {first: SEALED_WORDS} | dict.fromkeys(others, "")
    now = {**blank, "sealed_at": clock.now(), "audience": Audience.NAMED}
    if isinstance(row, Meeting):
        now |= {"version": row.version + 1, "wellbeing": None}
    off = {"visible_to_student": False, "visible_to_home": False}
    rows: models.QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    rows.update(**now, **off)
    row.readers.clear()
    row.events.all().update(**blank)  # the update above added what stood before it


def _seal_reviews(meeting: Meeting) -> None:
    """The lines said about targets in the one-to-one, and their copies as reasons for dropping."""
    reviews = TargetReview.objects.filter(meeting=meeting).exclude(line="")
    targets = list(reviews.values_list("target_id", flat=True))
    reviews.update(line=SEALED_WORDS)
    dropped = Target.objects.filter(pk__in=targets, state=TargetState.DROPPED)
    for target in dropped:
        Target.objects.filter(pk=target.pk).update(drop_reason=SEALED_WORDS)
        target.events.exclude(drop_reason="").update(drop_reason=SEALED_WORDS)  # type: ignore[attr-defined]  # by pghistory


@transaction.atomic
def pass_on_student_words(words: StudentWords, *, safe_now: str, by: "By") -> str:
    """Pass on what a student wrote beforehand. Nothing of it stays here. Gives the address to go on to."""
    if not rules.may_log_meeting(by, words.student) or isinstance(by, SystemActor):
        raise PermissionDenied
    row = StudentWords.objects.select_for_update().get(pk=words.pk)
    told = "\n\n".join(["The student wrote before a one-to-one:", *_lines(row, STUDENT_WORDS)])
    address = passing_on.pass_on(row.student, told, token=row.public_id, safe_now=safe_now, by=by)
    if row.sealed_at is None:
        row.well = row.hard = row.talk = ""
        row.sealed_at, row.wellbeing = clock.now(), None
        row.save(update_fields=["well", "hard", "talk", "sealed_at", "wellbeing"])
    return address
