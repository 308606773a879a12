"""The recap of a panel: what is agreed about each student, typed while the panel talks and kept as it is typed."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from caseload.queries.staff import staff_with
from caseload.registries import answering
from caseload.views.cleared import say_cleared
from core import wording
from core.pages.http import sent_key
from interventions.actions import panels as actions
from interventions.choices_panels import HOLD
from interventions.forms_panels import RecapForm, recap_words
from interventions.models import PanelDraft, PanelMeeting
from interventions.queries import panels as queries
from interventions.querysets_panels import VIEW


@page(HOLD)
def panel_recap(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """What is agreed about each student: action, owner, date. What was typed and not saved comes back, on any device."""
    user: Any = request.user
    panel = fetch(PanelMeeting.objects.select_related("chair"), user, HOLD, public_id=panel_id)
    students = queries.students_of(user, panel)
    owners = queries.owners_by_label(staff_with(VIEW))
    draft, others = _drafts(request, panel)
    post = request.POST if request.method == "POST" else None
    form = RecapForm(
        post, places=students.places, owners=owners, since=panel.held_on, initial=draft.data if draft else None
    )
    if post is not None and form.is_valid():
        return _saved(request, panel, form)
    key = sent_key(post.get("draft_key")) if post is not None else None
    if key is not None:
        _keep(request, panel, key)
    context = {
        "panel": panel,
        "students": students,
        "form": form,
        "rows": [(place, form.lines[place.number]) for place in students.places],
        "owners": owners,
        "key": key or uuid4(),
        "continues": post.get("continues", "") if post is not None else draft.key if draft else "",
        "seen": post.get("seen", "") if post is not None else draft.version if draft else 0,
        "draft": draft if post is None else None,
        "others": others,
        "answers": answering.offered(students.ids, user, post),
        "trail": [
            ("Panels", reverse("interventions:panel_list")),
            (panel.title, reverse("interventions:panel_detail", args=[panel.public_id])), ("Recap", ""),
        ],
    }  # fmt: skip
    return render(request, "interventions/panel_recap.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, panel: PanelMeeting, form: RecapForm) -> HttpResponse:
    key = sent_key(request.POST.get("draft_key")) or uuid4()
    if not form.found:
        messages.info(request, "Nothing was filled in, so nothing is saved.")
        return redirect("interventions:panel_recap", panel.public_id)
    answers = answering.sent(request.POST)
    rows = actions.save_recap(request.user, panel, form.found, key=key, answers=answers)
    PanelDraft.objects.filter(author=request.user.pk, panel=panel, key=sent_key(request.POST.get("continues"))).delete()
    people = len({row.owner_id for row in rows})
    words = f"{len(rows)} {'action is' if len(rows) == 1 else 'actions are'} saved"
    messages.success(request, f"{words}, and {people} {'owner gets' if people == 1 else 'owners get'} a mail.")
    say_cleared(request, answers)
    return redirect("interventions:panel_detail", panel.public_id)


def _keep(request: HttpRequest, panel: PanelMeeting, key: UUID) -> PanelDraft:
    post, user = request.POST, request.user
    seen = post.get("seen", "")
    words, before = recap_words(post), sent_key(post.get("continues"))
    return actions.save_recap_draft(user, panel, key, words, before, int(seen) if seen.isdigit() else 0)


def _drafts(request: HttpRequest, panel: PanelMeeting) -> tuple[PanelDraft | None, list[PanelDraft]]:
    """The draft that a fresh form takes up, the one named or the latest, and the others of this person."""
    mine = list(PanelDraft.objects.filter(author=request.user.pk, panel=panel))
    wanted = request.GET.get("draft", "")
    draft = next((one for one in mine if str(one.key) == wanted), mine[0] if mine else None)
    return draft, [one for one in mine if one is not draft]


@require_POST
@page(HOLD)
def panel_recap_draft(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Keep what is typed."""
    panel = fetch(PanelMeeting, request.user, HOLD, public_id=panel_id)
    draft = _keep(request, panel, sent_key(request.POST.get("draft_key")) or uuid4())
    return JsonResponse({"saved_at": wording.time_of_day(draft.saved_at), "version": draft.version})
