"""What the team does on a record. Each is one form, one action, and back to the record."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page, step_up
from caseload.queries.search import find_students
from safeguarding.actions import casework, sharing, triage
from safeguarding.actions.faults import ChangedMeanwhile, Situation
from safeguarding.actions.telling import team_for
from safeguarding.choices import STUDENTS_OFFERED, EntryKind
from safeguarding.forms.casework import (
    ActionForm,
    AssessForm,
    AssignForm,
    CloseForm,
    CorrectionForm,
    EntryForm,
    ExcludeForm,
    FlagForm,
    MatchForm,
    MoveForm,
    ReasonForm,
    SettleForm,
    ShareForm,
)
from safeguarding.models import Action, Concern, ConcernCase, Entry, Exclusion, Flag, Share
from safeguarding.queries.record import shown_entries
from safeguarding.views.triage import draw_record
from safeguarding.views.wall import TEAM_SEES, show, walled

TRIAGE = "safeguarding.triage_concern"
SHARE = "safeguarding.share_concern"
CLOSE = "safeguarding.close_concern"


def _back(concern_id: object) -> HttpResponse:
    return redirect("safeguarding:concern_detail", public_id=concern_id)


def _do(
    request: HttpRequest,
    concern: Concern,
    name: str,
    form: Form,
    act: Callable[[dict[str, Any]], object],
    done: str,
    row_id: object = None,
) -> HttpResponse:
    """Check the form, act, and go back to the record; a form with faults comes back with what was typed."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, done)
            return _back(concern.pk)
        except Situation as fault:
            form.add_error(None, str(fault))
            if isinstance(fault, ChangedMeanwhile):
                _take_new_version(form, concern)
    return draw_record(request, concern, 422, opened=name, form=form, row_id=row_id)


def _take_new_version(form: Form, concern: Concern) -> None:
    """Saving once more, with both versions on the page, is a decision; so it goes through."""
    data = form.data.copy()
    data[form.add_prefix("version")] = ConcernCase.objects.values_list("version", flat=True).get(pk=concern.pk)
    form.data = data


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def concern_assess(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say how severe, of which kind, at which level of need, and why."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    form = AssessForm(request.POST, prefix="assess")
    return _do(
        request,
        concern,
        "assess",
        form,
        lambda typed: triage.assess(request.user, concern, form.assessment(), version=typed["version"]),
        "The assessment is saved.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def concern_assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a concern to a member of the team."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    form = AssignForm(request.POST, team=team_for(concern), prefix="assign")
    return _do(
        request,
        concern,
        "assign",
        form,
        lambda typed: triage.assign(request.user, concern, typed["person"]),
        "The concern is assigned.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def concern_match(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say which student a typed name means."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    if "find" in request.POST:
        return draw_record(request, concern, typed_name=request.POST.get("match-student_name", ""))
    form = MatchForm(request.POST, user=request.user, prefix="match")
    return _do(
        request,
        concern,
        "match",
        form,
        lambda typed: triage.match_student(request.user, concern, typed["student"]),
        "The concern is now about this student.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def concern_move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Move a concern out of the wrong student's file into the right one."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    form = MoveForm(request.POST, user=request.user, prefix="move")
    if "find" in request.POST:
        begun = MoveForm(initial={"reason": request.POST.get("move-reason", "")}, user=request.user, prefix="move")
        typed = request.POST.get("move-student_name", "")
        return draw_record(request, concern, opened="move", form=begun, typed_name=typed)
    return _do(
        request,
        concern,
        "move",
        form,
        lambda typed: triage.move_concern(request.user, concern, typed["student"], typed["reason"]),
        "Moved. Both students’ files show a notice of it.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def match_students(request: HttpRequest) -> HttpResponse:
    """The students whose name fits what is typed, to match a typed name or to move a concern."""
    prefix = "move" if "move-student_name" in request.POST else "match"
    found = find_students(request.user, request.POST.get(f"{prefix}-student_name", ""), STUDENTS_OFFERED)
    return show(request, "_matches.html", TEAM_SEES, {"found": found, "looked": True, "prefix": prefix})


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def entry_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add a dated entry."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    form = EntryForm(request.POST, prefix="entry")
    return _do(
        request,
        concern,
        "entry",
        form,
        lambda typed: casework.add_entry(
            request.user,
            concern,
            EntryKind(typed["kind"]),
            typed["text"],
            happened_at=form.moment(),
            time_said=form.time_said(),
        ),
        "Entry added.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def entry_correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct an entry by a new one linked to it."""
    entry = fetch(Entry.objects.select_related("concern"), request.user, TRIAGE, public_id=public_id)
    form = CorrectionForm(request.POST, prefix="correct")
    return _do(
        request,
        entry.concern,
        "correct",
        form,
        lambda typed: casework.correct_entry(request.user, entry, typed["text"]),
        "Corrected. The old entry stays to be read.",
        row_id=entry.pk,
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def action_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add something that a member of the team will do."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    form = ActionForm(request.POST, team=team_for(concern), prefix="action")
    return _do(
        request,
        concern,
        "action",
        form,
        lambda typed: casework.add_action(request.user, concern, typed["what"], typed["owner"], typed["due_on"]),
        "Action added.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def action_settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark an action as done or cancelled."""
    action = fetch(Action.objects.select_related("concern"), request.user, TRIAGE, public_id=public_id)
    form = SettleForm(request.POST, prefix="settle")
    return _do(
        request,
        action.concern,
        "settle",
        form,
        lambda typed: casework.settle_action(
            request.user, action, done=typed["done"] == "yes", outcome=typed["outcome"]
        ),
        "The action is updated.",
        row_id=action.pk,
    )


@page("safeguarding.close_concern")
@step_up
@walled
@require_POST
def concern_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close a concern with a reason."""
    concern = fetch(Concern, request.user, CLOSE, public_id=public_id)
    form = CloseForm(request.POST, prefix="close")
    return _do(
        request,
        concern,
        "close",
        form,
        lambda typed: casework.close_concern(
            request.user, concern, typed["outcome"], typed["reason"], review_on=typed["review_on"]
        ),
        "Closed. The person who raised it sees that it is closed.",
    )


@page("safeguarding.close_concern")
@step_up
@walled
@require_POST
def concern_reopen(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Reopen a closed concern."""
    concern = fetch(Concern, request.user, CLOSE, public_id=public_id)
    form = ReasonForm(request.POST, prefix="reopen")
    return _do(
        request,
        concern,
        "reopen",
        form,
        lambda typed: casework.reopen_concern(request.user, concern, typed["reason"]),
        "The concern is open again.",
    )


@page("safeguarding.share_concern")
@step_up
@walled
@require_POST
def concern_share(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show part of a concern to one person until a day."""
    concern = fetch(Concern, request.user, SHARE, public_id=public_id)
    entries = shown_entries(Entry.objects.visible_to(request.user, TRIAGE).filter(concern=concern))
    form = ShareForm(request.POST, user=request.user, entries=entries, prefix="share")
    return _do(
        request,
        concern,
        "share",
        form,
        lambda typed: sharing.share_concern(
            request.user,
            concern,
            typed["person"],
            typed["until_on"],
            note=typed["note"],
            reason=typed["reason"],
            covers_report=typed["covers_report"],
            entries=form.chosen(concern),
        ),
        "Shared. They have been told by mail, without any name.",
    )


@page("safeguarding.share_concern")
@step_up
@walled
@require_POST
def share_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a share back."""
    share = fetch(Share.objects.select_related("concern"), request.user, SHARE, public_id=public_id)
    return _without_form(
        request, share.concern_id, lambda: sharing.end_share(request.user, share), "It is no longer shared."
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def concern_exclude(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep a concern from a named person."""
    concern = fetch(Concern, request.user, TRIAGE, public_id=public_id)
    needed = sharing.needed_on(concern)
    form = ExcludeForm(request.POST, user=request.user, team=team_for(concern), needed=needed, prefix="exclude")
    return _do(
        request,
        concern,
        "exclude",
        form,
        lambda typed: sharing.exclude_person(
            request.user, concern, typed["person"], typed["reason"], lead=typed.get("lead")
        ),
        "They can no longer see this.",
    )


@page("safeguarding.triage_concern")
@step_up
@walled
@require_POST
def exclusion_lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let an excluded person see the concern again."""
    exclusion = fetch(Exclusion.objects.select_related("concern"), request.user, TRIAGE, public_id=public_id)
    form = ReasonForm(request.POST, prefix="lift")
    return _do(
        request,
        exclusion.concern,
        "lift",
        form,
        lambda typed: sharing.lift_exclusion(request.user, exclusion, typed["reason"]),
        "The exclusion is lifted.",
        row_id=exclusion.pk,
    )


@page("safeguarding.share_concern")
@step_up
@walled
@require_POST
def flag_set(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one person a neutral sentence on the student's page."""
    concern = fetch(Concern, request.user, SHARE, public_id=public_id)
    form = FlagForm(request.POST, user=request.user, prefix="flag")
    student = ConcernCase.objects.select_related("student").get(pk=concern.pk).student
    if student is None:
        messages.warning(request, "Match the student first.")
        return _back(concern.pk)
    return _do(
        request,
        concern,
        "flag",
        form,
        lambda typed: sharing.set_flag(request.user, student, typed["person"], typed["wording"], typed["until_on"]),
        "They see it on the student’s page.",
    )


@page("safeguarding.share_concern")
@step_up
@walled
@require_POST
def flag_end(request: HttpRequest, public_id: UUID, concern_id: UUID) -> HttpResponse:
    """Take a flag away."""
    flag = fetch(Flag, request.user, SHARE, public_id=public_id)
    return _without_form(request, concern_id, lambda: sharing.end_flag(request.user, flag), "The flag is gone.")


def _without_form(request: HttpRequest, concern_id: object, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except Situation as fault:
        messages.warning(request, str(fault))
    return _back(concern_id)
