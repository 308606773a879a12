"""The one-to-one: what to know beside it, the form in the order of the conversation, its draft, and saving it."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.models import Student
from caseload.registries import answering, passing_on
from caseload.views.cleared import say_cleared
from caseload.views.one_student import the_student
from core import wording
from core.pages.cards import any_about
from core.pages.http import form_token, sent_key
from interventions import actions, queries
from interventions.choices import AUDIENCE_WORDS, Audience
from interventions.forms import NEW_TARGETS, MeetingForm, draft_data, from_draft
from interventions.forms_targets import Offered, ReviewForm, TargetForm
from interventions.models import Meeting, MeetingDraft, MeetingType, Target
from interventions.queries.preparation import Preparation
from interventions.queries.readers import People
from interventions.queries.students import active_kinds
from interventions.subjects import ONE_TO_ONE
from interventions.views.passing_on import pass_on_typed
from interventions.views.returning import came_from

LOG = "interventions.log_meeting"
SAME_FORM = UUID("6f1b9c52-6f0f-4f6d-9a53-0c7ad2c6c1e1")
REVIEWED = re.compile(r"^t([0-9a-f]{32})-")


@dataclass
class OneToOne:
    """An open form: its parts, and what it needs to keep a draft and to be saved once."""

    form: MeetingForm
    reviews: list[ReviewForm]
    new_targets: list[TargetForm]
    key: UUID
    token: UUID
    continues: str = ""
    seen: int = 0

    @property
    def folds(self) -> list[tuple[TargetForm, bool]]:
        """Each new target with whether its fold is open: when it, or one folded into it, holds something."""
        filled = [bool(form.errors or form["what"].value()) for form in self.new_targets]
        return [(form, any(filled[place:])) for place, form in enumerate(self.new_targets)]

    @property
    def parts(self) -> list[Any]:
        """Every form of the page, in order."""
        return [self.form, *self.reviews, *self.new_targets]

    def is_valid(self) -> bool:
        """All parts are judged, so that every fault is shown at once."""
        valid = not [part for part in self.parts if not part.is_valid()]
        if valid and not any(part.says_something for part in self.parts):
            self.form.add_error("notes", "Write a sentence, or tap something, so that there is something to save.")
            return False
        return valid


@page(LOG)
def meeting_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Log a one-to-one with a student."""
    student = the_student(request, LOG, public_id=student_id)
    back = came_from(request, reverse("caseload:student_detail", args=[student.public_id]))
    people = queries.people_around(student, request.user)
    saved_before, talk = None, None
    if request.method == "POST":
        talk = _typed(request, student, people)
        answer, saved_before = _sent(request, student, talk, back)
        if answer is not None:
            return answer
    known = queries.prepare(request.user, student)
    drafts = _drafts(request.user, student)
    talk = talk or _opened(request, student, known, people, drafts)
    context = _page(request, student, talk, known, people, drafts, back, saved_before)
    status = 422 if request.method == "POST" else 200
    return render(request, "interventions/meeting_new.html", context, status=status)


def _drafts(user: Any, student: Student) -> list[MeetingDraft]:
    """One's own drafts of a one-to-one with the student, the latest first."""
    return (
        list(MeetingDraft.objects.visible_to(user).filter(student=student)) if any_about(student, MeetingDraft) else []
    )


def _sent(
    request: HttpRequest, student: Student, talk: OneToOne, back: str
) -> tuple[HttpResponse | None, Meeting | None]:
    """Save what was sent, as a draft or for good. No answer means that the form comes back with what is wrong."""
    if not _own(request):
        talk.form.add_error(None, "Somebody else opened this form. Sign in as them to save it; nothing is saved yet.")
        return None, None
    if "pass_on" in request.POST:
        passed = pass_on_typed(
            request, student, talk.parts, talk.key, draft_data(request.POST), [sent_key(talk.continues) or uuid4()]
        )
        if passed is None:
            talk.form.add_error("notes", "Write what you want to pass on.")
        return passed, None
    if "save_draft" in request.POST:
        _keep(request, student)
        messages.info(request, "Your draft is kept. Only you can see it.")
        return redirect(request.path), None
    if not talk.is_valid():
        return None, None
    answers = answering.sent(request.POST)
    try:
        meeting = _log(request, student, talk, answers)
    except actions.AlreadyLogged as logged:
        return None, logged.meeting
    except actions.TargetClosed as closed:
        _say_closed(talk, closed.target)
        return None, None
    say_cleared(request, answers)
    return _done(request, student, meeting, back), None


def _page(
    request: HttpRequest,
    student: Student,
    talk: OneToOne,
    known: Preparation,
    people: People,
    drafts: list[MeetingDraft],
    back: str,
    saved_before: Meeting | None,
) -> dict[str, Any]:
    chosen = talk.form["type"].value()
    taken_up = next((draft for draft in drafts if str(draft.key) == talk.continues), None)
    ticked = request.POST or (taken_up.data if taken_up else None)
    types = active_kinds()
    return {
        "student": student,
        "talk": talk,
        "form": talk.form,
        "forms": talk.parts,
        "known": known,
        "people": people,
        "audiences": audiences_of(talk.form, people),
        "prompts": next((kind.prompts for kind in types if str(kind.pk) == str(getattr(chosen, "pk", chosen))), []),
        "others": [draft for draft in drafts if draft.key != talk.key and str(draft.key) != talk.continues],
        "taken_up": taken_up,
        "answers": answering.offered(
            [student.pk], request.user, ticked, about=ONE_TO_ONE, named=answering.named(request.GET)
        ),
        "saved_before": saved_before,
        "taker": passing_on.offered(request.user),
        "back": back,
    }


def audiences_of(form: Any, people: People) -> list[dict[str, Any]]:
    """Each audience with the names and roles that it means for this student."""
    words = {Audience.TEACHERS: people.teachers, Audience.PASTORAL: people.pastoral}
    return [
        {"choice": choice, "words": words.get(Audience(choice.data["value"]), AUDIENCE_WORDS[Audience.NAMED])}
        for choice in form["audience"]
    ]


def _parts(data: Any, student: Student, targets: list[Target], people: People) -> tuple[Any, ...]:
    offered = Offered(student)
    form = MeetingForm(data, student=student)
    form.offer_readers(people.nameable)
    form.offer_told(people)
    reviews = [ReviewForm(data, target=target, prefix=f"t{target.public_id.hex}") for target in targets]
    new_targets = [TargetForm(data, offered=offered, prefix=f"new{place}") for place in range(1, NEW_TARGETS + 1)]
    return form, reviews, new_targets


def _typed(request: HttpRequest, student: Student, people: People) -> OneToOne:
    """The form as it was sent. A target that somebody closed meanwhile stays, with the words typed about it."""
    still_open = queries.open_targets_of(request.user, student)
    open_ids = {target.public_id.hex for target in still_open}
    named = {found[1] for found in map(REVIEWED.match, request.POST) if found} - open_ids
    gone = Target.objects.visible_to(request.user).filter(
        student=student, public_id__in=[UUID(hex=one) for one in named]
    )
    targets = [*still_open, *gone.select_related("course", "set_by").order_by("due_on", "pk")]
    form, reviews, new_targets = _parts(request.POST, student, targets, people)
    post = request.POST
    token = uuid4() if "another" in post else form_token(request)
    seen = post.get("seen", "")
    return OneToOne(
        form,
        reviews,
        new_targets,
        sent_key(post.get("draft_key")) or uuid4(),
        token,
        post.get("continues", ""),
        int(seen) if seen.isdigit() else 0,
    )


def _opened(
    request: HttpRequest, student: Student, known: Preparation, people: People, drafts: list[MeetingDraft]
) -> OneToOne:
    """A fresh form, or one that takes up a draft: the one named, else the latest."""
    wanted = request.GET.get("draft", "")
    draft = next((one for one in drafts if str(one.key) == wanted), drafts[0] if drafts else None)
    if wanted == "none":
        draft = None
    form, reviews, new_targets = _parts(None, student, known.targets, people)
    talk = OneToOne(form, reviews, new_targets, uuid4(), _token(request.user, student))
    if draft is not None:
        talk.continues, talk.seen = str(draft.key), draft.version
        for part in talk.parts:
            part.initial |= from_draft(draft.data, part)
    return talk


def _token(user: Any, student: Student) -> UUID:
    """The same for every tab and device until the next one-to-one is saved, so that two tabs make one."""
    last = Meeting.objects.filter(student=student, written_by=user).order_by("-pk").values_list("pk", flat=True).first()
    return uuid5(SAME_FORM, f"{user.pk}:{student.pk}:{last or 0}")


def _own(request: HttpRequest) -> bool:
    """Whether the person signed in now is the one who opened the form: a session can end while it stands open."""
    return request.POST.get("writer", str(request.user.public_id)) == str(request.user.public_id)  # type: ignore[union-attr]  # signed in


def _keep(request: HttpRequest, student: Student) -> Any:
    post = request.POST
    seen = post.get("seen", "")
    return actions.save_draft(
        student,
        sent_key(post.get("draft_key")) or uuid4(),
        draft_data(post),
        by=request.user,
        continues=sent_key(post.get("continues")),
        seen=int(seen) if seen.isdigit() else 0,
    )


def _log(request: HttpRequest, student: Student, talk: OneToOne, answers: answering.Sent) -> Meeting:
    said = talk.form.said()
    audience = Audience.TEACHERS if said.audience == Audience.TEACHERS else Audience.PASTORAL
    meeting = actions.log_meeting(
        student,
        said,
        [review.said() for review in talk.reviews if review.says_something],
        [target.said(audience) for target in talk.new_targets if target.says_something],
        token=talk.token,
        by=request.user,
        draft_key=talk.key,
        answers=answers,
    )
    if talk.continues:
        MeetingDraft.objects.filter(author=request.user, key=sent_key(talk.continues), version=talk.seen).delete()
    return meeting


def _say_closed(talk: OneToOne, target: Target) -> None:
    """Tell the second of two people that the first has closed a target already."""
    for review in talk.reviews:
        if review.target.pk == target.pk:
            who = target.changed_by.formal_name
            words = (
                f"{who} closed this target on {wording.day(target.closed_on)}: {target.get_state_display().lower()}."
            )
            review.target = target
            review.add_error("outcome", f"{words} Your words are kept here. Choose “Leave it” to save the rest.")


def _done(request: HttpRequest, student: Student, meeting: Meeting, back: str) -> HttpResponse:
    """Back to where they came from, with the next student of the caseload offered."""
    following = queries.next_student(request.user, student)
    saved = format_html(
        'One-to-one with {} saved. <a href="{}">Read it</a>',
        student.full_name,
        reverse("interventions:meeting_detail", args=[meeting.public_id]),
    )
    if following:
        caseload, other = following
        address = reverse("interventions:meeting_new", args=[other.public_id])
        saved = format_html('{}. Next in {}: <a href="{}">{}</a>', saved, caseload.name, address, other.full_name)
    messages.success(request, saved)
    return redirect(back)


@page(LOG)
def meeting_prompts(request: HttpRequest) -> HttpResponse:
    """The questions worth asking in a kind of one-to-one, for the form."""
    number = request.GET.get("type", "")
    kind = MeetingType.objects.filter(active=True, pk=int(number)).first() if number.isdigit() else None
    return render(request, "interventions/meeting_new.html#prompts", {"prompts": kind.prompts if kind else []})


@page(LOG)
@require_POST
def meeting_draft(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Keep what is typed, for its author alone, on any device."""
    student = fetch(Student, request.user, LOG, public_id=student_id)
    if not _own(request):
        raise PermissionDenied
    kept = _keep(request, student)
    answer = {
        "saved_at": wording.time_of_day(kept.draft.saved_at),
        "version": kept.draft.version,
        "others": kept.others,
    }
    return JsonResponse(answer)


@page(LOG)
@require_POST
def draft_discard(request: HttpRequest, student_id: UUID, key: UUID) -> HttpResponse:
    """Throw a draft away."""
    student = fetch(Student, request.user, LOG, public_id=student_id)
    actions.discard_draft(student, key, by=request.user)
    messages.info(request, "The draft is thrown away.")
    return redirect("interventions:meeting_new", student_id=student.public_id)
