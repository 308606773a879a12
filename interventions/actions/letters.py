"""Letters home: templates, drafts, and sending them, which only a person does."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from accounts.models import User
from attendance.queries.registers.feeds import words_by_student
from audit import record
from caseload.actions.contacts import log_contact
from caseload.models import Student
from caseload.queries.home import Recipient, recipients
from caseload.queries.rolls import NOT_ON_ROLL, on_roll_today
from caseload.rules.telling_apart import tell_apart
from core import clock, naming
from core.documents.pdf import facts_hash, pdf_from_html, render_print_html
from core.jobs import WorkState, after_commit
from core.outbox import mail_words, queue_mail
from core.private.files import save_file
from interventions import choices
from interventions.choices import LetterState, SentHow
from interventions.letters import fill, has_figures
from interventions.models import Case, CaseStep, Letter, LetterBatch, LetterTemplate
from interventions.queries.case_triggers import triggers_of
from interventions.queries.letters import college_names, held_out, letter_values, letters_in

# Whoever writes home sends the letters offered to tutors; SEND is for every letter there is.
WRITE, SEND, MANAGE = "interventions.write_home", "interventions.send_letter", "interventions.manage_processes"
UNWRITTEN = "[write here"  # what a template leaves to be written
Stage = LetterBatch.Stage


class LetterChanged(Exception):
    """Somebody changed the letter or template meanwhile, or it went out."""


class NothingToSend(Exception):
    """No letter of these can go out this way; the words say why."""


@transaction.atomic
def save_template(by: User, template: LetterTemplate | None, *, version: int = 0, **values: Any) -> LetterTemplate:
    """Add a letter template or change one. Letters drafted from it before stay as they are. Raises LetterChanged."""
    if not by.has_perm(MANAGE):
        raise PermissionDenied
    values |= {"changed_by": by, "changed_at": clock.now()}
    if template is None:
        template = LetterTemplate.objects.create(**values)
    else:
        rows = LetterTemplate.objects.filter(pk=template.pk, version=version)
        if not rows.update(**values, version=F("version") + 1):
            raise LetterChanged
        template.refresh_from_db()
    record.record(by, choices.LETTER_TEMPLATE_SAVED, "letter_template", template.pk)
    return template


def templates_for(by: User, students: Sequence[Student]) -> QuerySet[LetterTemplate]:
    """The letters that this person may draft about these students: every one that is offered for students over whom their
    role sends letters, else those that tutors may send."""
    ids = {student.pk for student in students}
    everything = Student.objects.visible_to(by, SEND).filter(pk__in=ids).count() == len(ids)
    return LetterTemplate.objects.filter(active=True, **({} if everything else {"for_tutors": True}))


@transaction.atomic
def draft_letters(
    by: User, template: LetterTemplate, students: Sequence[Student], *, token: UUID, case: Case | None = None
) -> LetterBatch:
    """Draft this letter for everybody at home who may be written to about these students. Nothing goes out.

    From 18 on, without consent, the letter is to the student. Students held out of chasing, those for whom nobody may be
    written to, and of several those who are not on the roll, are left out and named. The same form twice makes one batch.
    """
    ids = {student.pk for student in students}
    reached = {one.pk: one for one in tell_apart(Student.objects.visible_to(by, WRITE).filter(pk__in=ids))}
    if len(reached) != len(ids) or not templates_for(by, students).filter(pk=template.pk).exists():
        raise PermissionDenied
    try:
        with transaction.atomic():
            batch = LetterBatch.objects.create(template=template, made_by=by, form_token=token, state=WorkState.DONE)
    except IntegrityError:
        return LetterBatch.objects.get(form_token=token, made_by=by)
    trigger = triggers_of([case]).get(case.pk) if case else None
    held, allowed, values = held_out(list(reached)), recipients(reached), letter_values(list(reached), trigger)
    feeds = words_by_student(list(reached)) if has_figures(template.subject + template.body) else {}
    here = on_roll_today(ids) if len(ids) > 1 else ids
    letters, left_out = [], []
    for pk, student in reached.items():
        if pk not in here:
            left_out.append([student.named, NOT_ON_ROLL])
            continue
        if pk in held:
            left_out.append([student.named, f"not chased until {held[pk].until:%-d %B}: {held[pk].reason}"])
            continue
        to = _whom(student, allowed[pk])
        if not to:
            why = "; ".join(f"{found.name}: {found.why}" for found in allowed[pk]) or "no contacts recorded"
            left_out.append([student.named, why])
        letters += [
            _draft(by, batch, template, student, contact, values[pk], case, feeds.get(pk, "")) for contact in to
        ]
    Letter.objects.bulk_create(letters)
    LetterBatch.objects.filter(pk=batch.pk).update(left_out=left_out)
    batch.left_out = left_out
    record.record(by, choices.LETTERS_DRAFTED, "letter_batch", batch.pk, details={"letters": len(letters)})
    return batch


def _whom(student: Student, found: Sequence[Recipient]) -> list[Recipient | None]:
    """Everybody who may be written to, or the student from 18 on; None stands for the student."""
    to: list[Recipient | None] = [contact for contact in found if contact.allowed]
    grown = student.date_of_birth is not None and any("18" in contact.why for contact in found)
    return to or ([None] if grown else [])


def _draft(
    by: User, batch: LetterBatch, template: LetterTemplate, student: Student, contact: Recipient | None,
    values: dict[str, str], case: Case | None, marks: str,
) -> Letter:  # fmt: skip
    """One letter; where the marks come from a MIS, it ends with how far they go."""
    whole = values | {"recipient": contact.addressed if contact else values["first_name"], "sender": by.formal_name}
    return Letter(
        student=student, template=template, batch=batch, case=case, contact_id=contact.contact_id if contact else None,
        language=template.language, subject=fill(template.subject, whole), drafted_by=by,
        body=fill(template.body, whole) + (f"\n\nThe figures are from {marks}." if marks else ""),
    )  # fmt: skip


@transaction.atomic
def change_letter(by: User, letter: Letter, *, subject: str, body: str, version: int) -> None:
    """Change the words of one draft. Raises LetterChanged when it went out or was changed meanwhile."""
    rows = Letter.objects.visible_to(by, WRITE).filter(pk=letter.pk, state=LetterState.DRAFT, version=version)
    if not rows.filter(batch__stage=Stage.DRAFT).update(subject=subject, body=body, version=F("version") + 1):
        raise LetterChanged


@transaction.atomic
def drop_letters(by: User, batch: LetterBatch, letters: Iterable[UUID] | None = None) -> None:
    """Throw drafts away: some of a batch, or all of it. Raises LetterChanged once it is being sent."""
    if not LetterBatch.objects.visible_to(by, WRITE).filter(pk=batch.pk, stage=Stage.DRAFT).exists():
        raise LetterChanged
    rows = Letter.objects.filter(batch=batch, state=LetterState.DRAFT)
    rows = rows if letters is None else rows.filter(public_id__in=letters)
    if not rows.update(state=LetterState.DROPPED):
        raise LetterChanged
    if not Letter.objects.filter(batch=batch, state=LetterState.DRAFT).exists():
        LetterBatch.objects.filter(pk=batch.pk).update(stage=Stage.DROPPED)


@transaction.atomic
def send_letters(
    by: User, batch: LetterBatch, how: str, chosen: Collection[UUID] = (), *, confirmed: Collection[UUID] = ()
) -> LetterBatch | None:
    """Send the drafts of a batch: by email to those with an address, or as one document to print. Pressed twice it goes out once.

    A letter about attendance to somebody who has attended everything goes only when its writer has `confirmed` it.
    Of those chosen only these go; the others stay drafts in a batch of their own, which is given back. Raises LetterChanged
    when it was sent or thrown away while somebody looked at it, NothingToSend when nobody can be reached this way.
    """
    everything = letters_in(batch.pk)
    rows = [row for row in everything if not chosen or row["letter"].public_id in chosen]
    if len(rows) < len(chosen):
        raise LetterChanged
    if how == SentHow.EMAIL and (without := [row["to"] for row in rows if not row["email"]]):
        raise NothingToSend(
            f"{', '.join(without[:5])}{' and others' if len(without) > 5 else ''} have no email address. Tick only the other letters, or print them. Nothing was sent."
        )
    if not rows:
        raise NothingToSend("There is no letter left in this batch.")
    if unwritten := [row["to"] for row in rows if UNWRITTEN in row["letter"].body]:
        raise NothingToSend(f"Open the letter to {unwritten[0]} and write what stands in brackets. Nothing was sent.")
    asked = [row for row in rows if row["now"] and row["now"].asks]
    if unsure := [row for row in asked if row["letter"].public_id not in confirmed]:
        raise NothingToSend(_should_it_go(unsure))
    waiting = LetterBatch.objects.visible_to(by, WRITE).filter(pk=batch.pk, stage=Stage.DRAFT)
    if not waiting.update(
        stage=Stage.SENDING, how=how, state=WorkState.WAITING, attempts=0, finished_at=None, total_count=len(rows)
    ):
        raise LetterChanged
    record.record(by, choices.LETTERS_SENT, "letter_batch", batch.pk, details={"letters": len(rows), "how": how})
    details = {row["letter"].pk: {"student": row["letter"].student_id, "now": row["now"].asks} for row in asked}
    record.record_each(by, choices.LETTER_CONFIRMED, "letter", details)
    rest = {row["letter"].pk for row in everything} - {row["letter"].pk for row in rows}
    kept = _kept_as_drafts(by, batch, rest) if rest else None
    after_commit("interventions.send_letters", batch_id=batch.pk)
    return kept


def _should_it_go(rows: Sequence[dict[str, Any]]) -> str:
    """Ask whether letters about attendance should go at all to those who have attended everything."""
    first, more = rows[0], len({row["letter"].student_id for row in rows}) - 1
    others = f" The same is true of {more} more {'student' if more == 1 else 'students'}." if more else ""
    return (
        f"{first['letter'].student.named}: {first['now'].asks}{others} Should the letter go at all? Tick “Send it all the"
        " same” beside it, or leave it out. Nothing was sent."
    )


def _kept_as_drafts(by: User, batch: LetterBatch, letters: Collection[int]) -> LetterBatch:
    """The letters that were not chosen, as they are, in a batch of their own."""
    kept = LetterBatch.objects.create(
        template_id=batch.template_id, made_by_id=batch.made_by_id, form_token=uuid4(), state=WorkState.DONE
    )
    Letter.objects.filter(pk__in=letters).update(batch=kept)
    record.record(by, choices.LETTERS_DRAFTED, "letter_batch", kept.pk, details={"letters": len(letters)})
    return kept


def work_on_letters(batch_id: int) -> None:
    """Make and hand over every letter of a batch, each in its own transaction, so that a worker that dies sends none twice."""
    batch = LetterBatch.objects.select_related("made_by").claim(batch_id)
    if batch is None:
        return
    by, number = batch.made_by, 0
    while True:
        with naming.named(by.pk, purpose="interventions.send_letters"):
            waiting = Letter.objects.filter(batch=batch, state=LetterState.DRAFT).select_related("student", "contact")
            letter = waiting.order_by("pk").first()
            if letter is None:
                break
            _send_one(by, batch, letter)
        number += 1
        batch.heartbeat(done=number)
    _finish(by, batch)


def _send_one(by: User, batch: LetterBatch, letter: Letter) -> None:
    """One letter: allowed still, drawn, kept, logged, mailed. What must not go any more is thrown away and named."""
    if (why := _no_longer(letter)) is not None:
        Letter.objects.filter(pk=letter.pk).update(state=LetterState.DROPPED)
        batch.left_out = [*batch.left_out, [letter.student.full_name, why]]
        LetterBatch.objects.filter(pk=batch.pk).update(left_out=batch.left_out)
        return
    page = _page(letter, college_names([letter.student_id])[letter.student_id])
    # Known by its number and text alone: drawn again after a dead worker it is the same document.
    file = save_file(_drawn([page]), f"Letter {letter.public_id.hex[:8]}.pdf", "application/pdf")
    entry = log_contact(
        by, letter.student, contact=letter.contact, key=uuid5(letter.public_id, "log"), direction="out",
        channel="email" if batch.how == SentHow.EMAIL else "letter", at=clock.now(), summary=letter.subject[:200],
        outcome="",
    ) if letter.contact else None  # fmt: skip
    if batch.how == SentHow.EMAIL:
        to = letter.contact.email if letter.contact else letter.student.email
        text = {
            "subject": letter.subject,
            "words": letter.body,
            "to_student": letter.contact is None,
            "college": page["college"],
        }
        words = mail_words("interventions/mail/letter", text)
        queue_mail(key=f"letter-{letter.public_id}", to=to, subject=letter.subject, by=by, attachments=[file], **words)
    Letter.objects.filter(pk=letter.pk).update(
        state=LetterState.SENT, sent_by=by, sent_at=clock.now(), sent_how=batch.how, file=file, log_entry=entry
    )
    if letter.case_id is not None:
        case = Case.objects.get(pk=letter.case_id)
        CaseStep.objects.create(case=case, kind="letter", stage_id=case.stage_id, by=by, letter=letter)


def _no_longer(letter: Letter) -> str | None:
    """Why a letter may not go out after all: the rule may have changed since it was drafted."""
    found = recipients([letter.student_id])[letter.student_id]
    if letter.contact_id is None:
        return None
    match = next((contact for contact in found if contact.contact_id == letter.contact_id), None)
    if match is None:
        return "is no longer a contact"
    return None if match.allowed else f"{match.name}: {match.why}"


def _page(letter: Letter, college: str) -> dict[str, Any]:
    address = letter.contact.address.splitlines() if letter.contact else []
    postcode = letter.contact.postcode if letter.contact else ""
    return {
        "college": college,
        "to": letter.contact.titled if letter.contact else letter.student.home_name,
        "address": [*address, *([postcode] if postcode else [])],
        "date": f"{clock.local(letter.drafted_at):%-d %B %Y}",
        "subject": letter.subject,
        "paragraphs": [part for part in letter.body.split("\n\n") if part.strip()],
        "language": letter.language,
    }


def _drawn(pages: list[dict[str, Any]]) -> bytes:
    """Letters behind each other, each a document of its own: its pages are counted from 1, as it goes to one family."""
    moment = clock.now()
    letters = [
        render_print_html(
            "interventions/print/letter.html", {"page": page}, title=page["subject"], facts_hash=facts_hash(page),
            snapshot_at=moment, size="home", lang=page["language"],
        )
        for page in pages
    ]  # fmt: skip
    return pdf_from_html(*letters, title="Letters" if len(letters) > 1 else "")


def _finish(by: User, batch: LetterBatch) -> None:
    with naming.named(by.pk, purpose="interventions.send_letters"):
        sent = Letter.objects.filter(batch=batch, state=LetterState.SENT).select_related("student", "contact")
        letters = list(sent.order_by("student__sort_key", "pk"))
        colleges = college_names([letter.student_id for letter in letters])
        pages = [_page(letter, colleges[letter.student_id]) for letter in letters]
    document = _drawn(pages) if pages and batch.how == SentHow.PAPER else None
    with naming.named(by.pk, purpose="interventions.send_letters"):
        file = save_file(document, "Letters to print.pdf", "application/pdf") if document else None
        batch.finish(stage=Stage.SENT, file=file)
