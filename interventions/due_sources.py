"""What one-to-ones, targets, staged processes, interventions and letters put on My work, and the lists beside it."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from caseload.querysets import looked_after, reach_of, reached
from core import clock, wording
from core.pages import due
from core.pages.due import Harm, Item, Source, Tab
from interventions.choices import OPEN_STATES
from interventions.choices_programmes import LATELY, RUN
from interventions.models import (
    Case,
    CaseStep,
    ChoiceExplained,
    Intervention,
    LetterBatch,
    Meeting,
    MeetingDraft,
    Target,
)
from interventions.queries.figures import with_progress

LOG = "interventions.log_meeting"
SET = "interventions.set_target"
MANAGE = "interventions.manage_case"
WRITE = "interventions.write_home"


def meetings_of(user: Any) -> QuerySet[Meeting]:
    """One-to-ones whose day has come, by what the last one with the student named: of those whom somebody looks after, and
    those that they led themselves."""
    later = Meeting.objects.filter(student=OuterRef("student"), held_at__gt=OuterRef("held_at"))
    mine = Q(student__in=looked_after(user, LOG)) | Q(led_by=user, student__in=reached(user, LOG))
    rows = Meeting.objects.visible_to(user).filter(mine, next_on__lte=clock.today())
    return rows.exclude(Exists(later))


def load_meetings(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    rows = meetings_of(user).order_by("next_on", "pk")
    return [
        Item(
            f"{kind} due",
            due_on,
            f"{reverse('interventions:meeting_new', args=[public_id])}?next={reverse('caseload:my_work')}",
            "Hold it",
            about=student,
            note=f"last seen {wording.day(held_at)}",
        )
        for student, public_id, kind, due_on, held_at in rows.values_list(
            "student_id", "student__public_id", "type__name", "next_on", "held_at"
        )[:limit]
    ]


def targets_of(user: Any) -> QuerySet[Target]:
    """Open targets past their date: of the students whom somebody looks after, and those that they set themselves."""
    mine = Q(student__in=looked_after(user, SET)) | Q(set_by=user)
    return Target.objects.visible_to(user, SET).overdue().filter(mine)  # type: ignore[no-any-return]  # its queryset is untyped


def load_targets(user: Any, limit: int) -> list[Item]:
    """The first of them, with how far each has got. One query, and those of the figures."""
    rows = targets_of(user).select_related("student", "course", "figure_grade").order_by("due_on", "pk")[:limit]
    return [
        Item(
            target.what,
            target.due_on,
            reverse("interventions:target_review", args=[target.public_id]),
            "Review",
            about=target.student_id,
            note=target.progress.sentence if target.progress else "",
        )
        for target in with_progress(user, rows)
    ]


def cases_of(user: Any) -> QuerySet[Case]:
    """Cases that are this person's turn: their own whose review is due, and those that wait for approval in their role, but
    for those that they moved to the stage themselves."""
    moved = CaseStep.objects.filter(case=OuterRef("pk"), stage=OuterRef("stage")).order_by("-at", "-pk")
    roles = {role for role, _, _ in reach_of(user)}
    approve = Q(awaits_approval=True, stage__approver_role__in=roles) & ~Q(moved_by=user.pk)
    mine = Q(owner=user, awaits_approval=False, review_on__lte=clock.today())
    rows = Case.objects.visible_to(user, MANAGE).open().annotate(moved_by=Subquery(moved.values("by")[:1]))
    return rows.filter(mine | approve)  # type: ignore[no-any-return]  # its queryset is untyped


def load_cases(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    rows = cases_of(user).select_related("process", "stage").order_by("review_on", "pk")[:limit]
    return [
        Item(
            f"{case.process.name}, stage {case.stage.number}",
            min(case.review_on, clock.today()),
            reverse("interventions:case_detail", args=[case.public_id]),
            "Approve" if case.awaits_approval else "Review",
            about=case.student_id,
            note="waits for approval" if case.awaits_approval else "",
        )
        for case in rows
    ]


def interventions_of(user: Any) -> QuerySet[Intervention]:
    """Interventions that this person leads and whose review is due."""
    return Intervention.objects.all().visible_to(user, RUN).open().filter(led_by=user, review_on__lte=clock.today())


def load_interventions(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    rows = interventions_of(user).annotate(students=Count("members__student", distinct=True))
    return [
        Item(
            f"Intervention: {row.title}",
            row.review_on,
            reverse("interventions:intervention_review", args=[row.public_id]),
            "Review",
            note=f"{row.students} {'student' if row.students == 1 else 'students'}",
        )
        for row in rows.order_by("review_on", "pk")[:limit]
    ]


def choices_of(user: Any) -> QuerySet[Intervention]:
    """Interventions that this person leads, that began and for which nobody has said why their students were chosen."""
    said = ChoiceExplained.objects.filter(intervention=OuterRef("pk"), taken_back=None)
    rows = Intervention.objects.all().visible_to(user, RUN).filter(led_by=user, starts_on__lte=clock.today())
    return rows.filter(Q(ended_on=None) | Q(ended_on__gte=clock.today() - LATELY)).exclude(Exists(said))


def load_choices(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    return [
        Item(
            f"Why these students? {row.title}",
            row.starts_on,
            reverse("interventions:intervention_impact", args=[row.public_id]),
            "Answer",
            note="asked before any verdict on impact",
        )
        for row in choices_of(user).order_by("starts_on", "pk")[:limit]
    ]


def letters_of(user: Any) -> QuerySet[LetterBatch]:
    """Letters that this person drafted and nobody has looked at and sent."""
    return LetterBatch.objects.visible_to(user, WRITE).filter(stage=LetterBatch.Stage.DRAFT)  # type: ignore[no-any-return]  # its queryset is untyped


def load_letters(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    rows = letters_of(user).select_related("template").annotate(number=Count("letters")).order_by("made_at", "pk")
    return [
        Item(
            f"Letters to look at and send: {batch.template.name}",
            clock.local(batch.made_at).date(),
            reverse("interventions:letter_batch", args=[batch.public_id]),
            "Look at them",
            note=f"{batch.number} {'letter' if batch.number == 1 else 'letters'}",
        )
        for batch in rows[:limit]
    ]


def _list(show: str) -> str:
    return f"{reverse('interventions:due_list')}?show={show}"


def _drafts(user: Any) -> int:
    return int(MeetingDraft.objects.visible_to(user).count())


LATE = f"SELECT FROM interventions_target WHERE state IN {tuple(map(str, OPEN_STATES))} AND due_on < %(today)s"
NAMED_DAY = "SELECT FROM interventions_meeting WHERE next_on <= %(today)s"
MY_TURN = """SELECT FROM interventions_case WHERE closed_on IS NULL
    AND (awaits_approval OR owner_id = %(me)s AND review_on <= %(today)s)"""
LEADS = """SELECT FROM interventions_intervention WHERE led_by_id = %(me)s AND ended_on IS NULL
    AND review_on <= %(today)s"""
UNANSWERED = """SELECT FROM interventions_intervention AS i WHERE led_by_id = %(me)s AND starts_on <= %(today)s AND NOT EXISTS (
    SELECT FROM interventions_choiceexplained AS c LEFT JOIN interventions_choicetakenback AS b ON b.answer_id = c.id
    WHERE c.intervention_id = i.id AND b.id IS NULL)"""
DRAFTED = f"SELECT FROM interventions_letterbatch WHERE made_by_id = %(me)s AND stage = '{LetterBatch.Stage.DRAFT}'"


def register() -> None:
    """Offer all of it."""
    for source in (
        Source("target", "Targets overdue", Harm.PROMISE, SET, load_targets, targets_of, 50, LATE),
        Source("meeting", "One-to-ones", Harm.REVIEW, LOG, load_meetings, meetings_of, 10, NAMED_DAY),
        Source("case", "Staged processes", Harm.REVIEW, MANAGE, load_cases, cases_of, 20, MY_TURN),
        Source("intervention", "Interventions", Harm.REVIEW, RUN, load_interventions, interventions_of, 40, LEADS),
        Source("choice", "Why these students", Harm.ANSWER, RUN, load_choices, choices_of, 60, UNANSWERED),
        Source("letter", "Letters to send", Harm.ANSWER, WRITE, load_letters, letters_of, 50, DRAFTED),
    ):
        due.register(source)
    due.register_tab(Tab("coming", "Coming one-to-ones", lambda: _list("coming"), LOG, 10))
    due.register_tab(Tab("unseen", "Not seen lately", lambda: _list("unseen"), LOG, 20))
    due.register_tab(Tab("drafts", "Unsent drafts", lambda: _list("drafts"), LOG, 30, _drafts))
    due.register_tab(Tab("recent", "My latest", lambda: _list("recent"), LOG, 40))
