"""Panels: the list, calling and changing one, its page with the order of need and the pack, and the actions to do."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import fetch, page
from audit import record
from caseload.models import Student
from caseload.queries.school_days import sites_of, this_school_day
from caseload.views.contacts import back_to
from core import clock
from core.pages.http import form_token, posted
from core.private.files import file_response
from interventions.actions import panel_packs
from interventions.actions import panels as actions
from interventions.choices_panels import HOLD, PACK_READ
from interventions.forms_panels import PanelForm
from interventions.models import PanelAction, PanelMeeting, PanelPack
from interventions.queries import panels as queries
from interventions.querysets_panels import VIEW
from interventions.views.choosing import Chosen, chosen, say_left_out

NAMES = ("title", "held_on", "chair", "attendees", "others")


@page(HOLD)
def panel_list(request: HttpRequest) -> HttpResponse:
    """The panels that somebody leads, called or attends."""
    return render(request, "interventions/panel_list.html", {"panels": queries.panels_of(request.user)})


@page(HOLD)
def panel_new(request: HttpRequest) -> HttpResponse:
    """Call a panel about students ticked in a list, or found by pasted names."""
    user: Any = request.user
    found, looking = chosen(request, HOLD), "look" in request.POST
    sites = sites_of([one.pk for one in found.students])
    form = PanelForm(posted(request), initial={"chair": user.pk, "held_on": this_school_day(sites)})
    if _ready(request, form, found, looking):
        panel = actions.call_panel(user, form.said(), found.students, token=form_token(request))
        messages.success(request, "The panel is called, with the students in the order of their need.")
        say_left_out(request, found.left_out)
        return redirect("interventions:panel_detail", panel.public_id)
    return _form(request, form, found, looking, {"token": form_token(request)})


@page(HOLD)
def panel_change(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Change a panel: title, day, who attends, and whom it is about."""
    panel = _panel(request, panel_id)
    if not _leads(request, panel):
        raise Http404
    found, looking = _chosen_again(request, panel), "look" in request.POST
    initial: dict[str, Any] = {name: getattr(panel, name) for name in NAMES if name != "attendees"}
    initial["attendees"] = panel.attendees.all()
    form = PanelForm(posted(request), panel=panel, initial=initial)
    version, theirs = panel.version, None
    if _ready(request, form, found, looking):
        sent = request.POST.get("version", "")
        try:
            actions.change_panel(request.user, panel, int(sent) if sent.isdigit() else 0, form.said(), found.students)
        except actions.PanelChanged as changed:
            theirs, version = changed.panel, changed.panel.version
        else:
            messages.success(request, "The panel is changed.")
            say_left_out(request, found.left_out)
            return redirect("interventions:panel_detail", panel.public_id)
    more = {"panel": panel, "version": version, "theirs": theirs, "trail": _trail(panel, "Change")}
    return _form(request, form, found, looking, more)


def _chosen_again(request: HttpRequest, panel: PanelMeeting) -> Chosen:
    """Who was sent; on a fresh form the students of the panel, all ticked, and those that an address adds."""
    there = Student.objects.visible_to(request.user, HOLD).filter(pk__in=panel.places.values("student_id"))
    return chosen(request, HOLD, [str(key) for key in there.values_list("public_id", flat=True)])


def _ready(request: HttpRequest, form: PanelForm, found: Chosen, looking: bool) -> bool:
    if request.method != "POST" or looking:
        return False
    if not found.students:
        form.add_error(None, "Choose at least one student: tick one below, or add names and press Find these names.")
    return form.is_valid()


def _form(request: HttpRequest, form: PanelForm, found: Chosen, looking: bool, more: dict[str, Any]) -> HttpResponse:
    if looking:
        form.errors.clear()
    failed = request.method == "POST" and not looking
    context = {"form": form, "chosen": found} | more
    return render(request, "interventions/panel_new.html", context, status=422 if failed else 200)


@page(HOLD)
def panel_detail(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """One panel: its students in order with why, what was agreed, and the pack."""
    panel = _panel(request, panel_id)
    students = queries.students_of(request.user, panel)
    pack = queries.latest_pack(request.user, panel)
    context = {
        "panel": panel,
        "students": students,
        "attendees": panel.attendees.order_by("sort_key", "pk"),
        "leads": _leads(request, panel),
        "pack": pack,
        "pack_ready": pack is not None and pack.file_id is not None and not _expired(pack),
        "agreed": sum(len(place.actions) for place in students.places),
        "trail": _trail(panel),
    }
    return render(request, "interventions/panel_detail.html", context)


@require_POST
@page(HOLD)
def panel_order(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Move a student one place up or down, or put all into the order of their need again."""
    panel = _panel(request, panel_id)
    if not _leads(request, panel):
        raise Http404
    sent = request.POST.get("version", "")
    version = int(sent) if sent.isdigit() else 0
    place, _, way = request.POST.get("move", "").partition(":")
    try:
        if "need" in request.POST:
            actions.order_by_need(request.user, panel, version)
            messages.success(request, "The students stand in the order of their need now.")
        elif place.isdigit() and way in ("up", "down"):
            actions.move_student(request.user, panel, version, int(place), up=way == "up")
    except actions.PanelChanged:
        messages.info(request, "Somebody changed the panel meanwhile. This is how it stands now; move them once more.")
    return redirect(f"{reverse('interventions:panel_detail', args=[panel.public_id])}#students")


@require_POST
@page(HOLD)
def pack_ask(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Have the pack made."""
    panel = _panel(request, panel_id)
    panel_packs.ask_for_pack(request.user, panel)
    messages.success(request, "The pack is being made. It stands on this page in a moment.")
    return redirect("interventions:panel_detail", panel.public_id)


@page(HOLD)
def pack_file(request: HttpRequest, pack_id: UUID) -> HttpResponse:
    """The pack as PDF, for whoever asked for it, while they are in the panel."""
    rows = PanelPack.objects.select_related("file")
    pack = fetch(rows, request.user, HOLD, public_id=pack_id)
    if pack.file is None or _expired(pack):
        raise Http404
    record.record(request.user, PACK_READ, "panel_pack", pack.pk)
    return file_response(pack.file)


@page(VIEW)
def panel_action_list(request: HttpRequest) -> HttpResponse:
    """What panels agreed and this person has to do."""
    return render(request, "interventions/panel_action_list.html", {"actions": queries.actions_of(request.user)})


@require_POST
@page(VIEW)
def panel_action_settle(request: HttpRequest, action_id: UUID) -> HttpResponse:
    """Say that an agreed action is done, not wanted any more, or open after all."""
    rows = PanelAction.objects.select_related("panel", "student")
    action = fetch(rows, request.user, VIEW, public_id=action_id)
    how = request.POST.get("how") or request.GET.get("how", "done")
    if how not in ("done", "dropped", "open"):
        raise Http404
    if actions.settle_action(request.user, action, how):
        words = {"done": "Marked as done", "dropped": "No longer wanted", "open": "Open again"}[how]
        undo = f"undo:{reverse('interventions:panel_action_settle', args=[action.public_id])}?how=open"
        messages.success(request, f"{words}: {_said(action)}.", extra_tags=undo if how != "open" else "")
    else:
        messages.info(request, _settled_already(request, action))
    return redirect(back_to(request, reverse("interventions:panel_action_list")))


def _said(action: PanelAction) -> str:
    return f"{action.what.rstrip('.')} ({action.student.full_name})"


def _settled_already(request: HttpRequest, action: PanelAction) -> str:
    """What was said of an action before this press, and who said it."""
    now = PanelAction.objects.select_related("done_by", "student").get(pk=action.pk)
    if now.done_by is None:
        return f"Nothing has changed. This action is open: {_said(now)}."
    who = "You have" if now.done_by_id == request.user.pk else f"{now.done_by.full_name} has"
    return f"Nothing has changed. {who} already marked this action as {'no longer wanted' if now.dropped else 'done'}: {_said(now)}."


def _panel(request: HttpRequest, panel_id: UUID) -> PanelMeeting:
    rows = PanelMeeting.objects.select_related("chair", "made_by")
    return fetch(rows, request.user, HOLD, public_id=panel_id)


def _leads(request: HttpRequest, panel: PanelMeeting) -> bool:
    return request.user.pk in (panel.chair_id, panel.made_by_id)


def _expired(pack: PanelPack) -> bool:
    return pack.expires_at is not None and pack.expires_at <= clock.now()


def _trail(panel: PanelMeeting, *here: str) -> list[tuple[str, str]]:
    steps = [("Panels", reverse("interventions:panel_list"))]
    if here:
        steps.append((panel.title, reverse("interventions:panel_detail", args=[panel.public_id])))
    return [*steps, (here[0] if here else panel.title, "")]
