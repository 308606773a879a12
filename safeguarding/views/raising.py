"""Raise a concern, see one's own, add to them."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gates import fetch, page
from accounts.kept_forms import typed_here
from audit import record
from caseload.models import Student
from caseload.queries.search import find_students
from core import clock
from core.pages.http import posted, sent_key
from core.wording import time_of_day
from safeguarding import choices
from safeguarding.actions.faults import NobodyLeft
from safeguarding.actions.raising import add_addendum, discard_draft, raise_concern, save_draft
from safeguarding.forms.raising import AddendumForm, ConcernForm
from safeguarding.models import Concern, Draft
from safeguarding.queries.emergency import here_now
from safeguarding.queries.own import own_concern, own_concerns, unfinished
from safeguarding.views.wall import YOU_ALONE, YOU_SEE, show, walled

OWN = "safeguarding.view_own_concern"


@page("safeguarding.raise_concern")
@walled
@require_http_methods(["GET", "POST"])
def concern_raise(request: HttpRequest) -> HttpResponse:
    """Raise a concern about a student, from the corner of every page."""
    if request.method == "GET":
        return _form(request, ConcernForm(initial=_begun(request), user=request.user))
    form = ConcernForm(request.POST, user=request.user)
    if "find" in request.POST:
        begun = ConcernForm(initial=request.POST.dict(), user=request.user)
        return _form(
            request,
            begun,
            found=find_students(request.user, request.POST.get("student_name", ""), choices.STUDENTS_OFFERED),
            looked=True,
        )
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        concern = raise_concern(
            request.user, form.report(), token=form.cleaned_data["token"], hide_from=form.cleaned_data["hide_from"]
        )
    except NobodyLeft:
        form.add_error(
            "hide_from",
            "Nobody of the safeguarding team would be left to read it. If it is about an adult who works here, use the"
            " form for that: the head reads it.",
        )
        return _form(request, form, status=422)
    return redirect("safeguarding:concern_raised", public_id=concern.pk)


def _begun(request: HttpRequest) -> dict[str, Any]:
    """What the form starts with: an unfinished concern, or the student whose page somebody came from."""
    today = {"happened_on": clock.today(), "token": uuid4()}
    typed = typed_here(request)
    if typed.get("token"):
        return today | typed
    wanted = request.GET.get("draft", "")
    draft = next((row for row in unfinished(request.user) if str(row["token"]) == wanted), None)
    if draft:
        return today | draft["typed"] | {"token": draft["token"]}
    return today | {"student": request.GET.get("student", "")}


def _form(
    request: HttpRequest,
    form: ConcernForm,
    *,
    found: list[Student] | None = None,
    looked: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The form with the student chosen so far, and what else this person has not finished."""
    chosen = _student(request, form["student"].value())
    token = str(form["token"].value())
    others = [row for row in unfinished(request.user) if str(row["token"]) != token] if not form.is_bound else []
    folded = ("child_words", "location", "injury", "parents_told", "context", "category_hint", "hide_from")
    context = {
        "form": form,
        "chosen": chosen,
        "found": found or [],
        "looked": looked,
        "unfinished": others,
        "more_open": any(form[name].value() or form[name].errors for name in folded),
    }
    return show(request, "concern_raise.html", YOU_SEE, context, status)


def _student(request: HttpRequest, chosen: Any) -> Student | None:
    public_id = sent_key(str(chosen or ""))
    if public_id is None:
        return None
    reached = Student.objects.visible_to(request.user, "caseload.view_student")
    return reached.filter(public_id=public_id).first()


@page("safeguarding.raise_concern")
@walled
@require_POST
def concern_students(request: HttpRequest) -> HttpResponse:
    """The students whose name fits what is typed, among those whom the person reaches. Sent, so that no log holds a name."""
    found = find_students(request.user, request.POST.get("student_name", ""), choices.STUDENTS_OFFERED)
    return show(request, "concern_raise.html#students", YOU_SEE, {"found": found, "looked": True})


@page("safeguarding.raise_concern")
@walled
@require_POST
def concern_draft(request: HttpRequest) -> HttpResponse:
    """Keep what was typed so far, for its author alone."""
    token = sent_key(request.POST.get("token"))
    if token is None:
        return HttpResponse(status=400)
    names = ConcernForm.base_fields.keys() - {"token"}
    typed = {name: request.POST[name][:20_000] for name in names if request.POST.get(name)}
    if not typed.keys() & {"what", "student_name", "child_words", "context"}:
        return JsonResponse({})
    if Concern.objects.filter(reporter=request.user, token=token).exists():
        # A draft that arrives after its concern was raised.
        return JsonResponse({})
    draft = save_draft(request.user, token, typed)
    return JsonResponse({"saved_at": time_of_day(draft.updated_at)})


@page("safeguarding.raise_concern")
@walled
@require_POST
def concern_discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forget an unfinished concern."""
    draft = fetch(Draft, request.user, OWN, public_id=public_id)
    discard_draft(request.user, draft.pk)
    messages.info(request, "The unfinished concern was discarded.")
    return redirect("safeguarding:concern_own_list")


@page("safeguarding.view_own_concern")
@walled
@require_GET
def concern_raised(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Thank somebody for raising a concern and say what happens next."""
    concern = fetch(Concern, request.user, OWN, public_id=public_id)
    record.record(request.user, choices.OWN_CONCERN_READ, choices.CONCERN, concern.pk, walled=True)
    return show(request, "concern_raised.html", YOU_ALONE, {"own": own_concern(request.user, concern)})


@page("safeguarding.view_own_concern")
@walled
@require_GET
def concern_own_list(request: HttpRequest) -> HttpResponse:
    """The concerns somebody raised, how far each has got, and what they have not finished."""
    mine = own_concerns(request.user)
    details = {"concerns": [str(own.concern.pk) for own in mine]}
    record.record(request.user, choices.OWN_CONCERN_READ, details=details, walled=True)
    return show(request, "concern_own_list.html", YOU_ALONE, {"mine": mine, "unfinished": unfinished(request.user)})


def _who_was_told(concern: Concern) -> str:
    """Who gets the email about what was added: those who are here now."""
    here = here_now(concern)
    if here.team:
        return "The safeguarding team has been told by email."
    if here.nobody:
        return "No one is here who could be told. Call if it cannot wait."
    return f"No one of the safeguarding team is here. {'The head' if here.head else 'The chair of governors'} has been told by email."


@page("safeguarding.view_own_concern")
@walled
@require_http_methods(["GET", "POST"])
def concern_own_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One's own concern as it was written, its state, and a box to add to it."""
    concern = fetch(Concern, request.user, OWN, public_id=public_id)
    form = AddendumForm(posted(request))
    if request.method == "POST" and form.is_valid():
        add_addendum(request.user, concern, form.cleaned_data["text"])
        messages.success(request, f"Added. {_who_was_told(concern)}")
        return redirect("safeguarding:concern_own_detail", public_id=concern.pk)
    record.record(request.user, choices.OWN_CONCERN_READ, choices.CONCERN, concern.pk, walled=True)
    context = {"own": own_concern(request.user, concern), "form": form}
    return show(request, "concern_own_detail.html", YOU_ALONE, context, 422 if request.method == "POST" else 200)
