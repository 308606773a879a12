"""Leavers to check: people whom their source no longer names are ended together, kept, or taken off as never here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.gates import page
from core import clock, wording
from exchange.actions import leavers
from exchange.forms.rosters import LeaversForm
from exchange.models import SourceLink
from exchange.queries import leavers_to_check
from exchange.rules import IMPORT, check_may_import

SHOWN_SENTENCES = 10


@page(IMPORT)
def leaver_list(request: HttpRequest) -> HttpResponse:
    """Everybody to decide about, with ticks."""
    check_may_import(request.user)
    rows = leavers_to_check()
    return render(request, "exchange/leaver_list.html", {"rows": rows, "today": clock.today()})


@page(IMPORT)
@require_POST
def leaver_decide(request: HttpRequest) -> HttpResponse:
    """Decide about those ticked: they have left, are still here, or never were."""
    check_may_import(request.user)
    numbers = [number for number in request.POST.getlist("link") if number.isascii() and number.isdigit()]
    # Numbers beyond what the column holds name nobody.
    chosen = list(SourceLink.objects.filter(pk__in=[int(number) for number in numbers if len(number) < 19]))
    if not chosen:
        messages.error(request, "Tick at least one person first.")
        return redirect("exchange:leaver_list")
    act = {"left": _left, "here": _here, "never": _never}.get(request.POST.get("action", ""))
    if act is None:
        messages.error(request, "Choose what is true of those ticked.")
    else:
        act(request, chosen)
    return redirect("exchange:leaver_list")


def _left(request: HttpRequest, chosen: list[SourceLink]) -> None:
    form = LeaversForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(fault) for faults in form.errors.values() for fault in faults))
        return
    day = form.cleaned_data["last_day"]
    decided = leavers.end_leavers(request.user, chosen, day, form.cleaned_data["reason"])
    words = f"left. Their last day was {wording.day(day)}. Everything recorded about them stays."
    _say(request, decided, f"has {words}", f"have {words}")


def _never(request: HttpRequest, chosen: list[SourceLink]) -> None:
    decided = leavers.never_here(request.user, chosen)
    words = "taken off the roll as never here."
    _say(request, decided, f"was {words}", f"were {words}")


def _here(request: HttpRequest, chosen: list[SourceLink]) -> None:
    words = "still here, and no longer on this list."
    _say(request, leavers.keep_leavers(request.user, chosen), f"is {words}", f"are {words}")


def _say(request: HttpRequest, decided: leavers.Decided, one: str, many: str) -> None:
    """What happened to how many, and everybody who was left out by name, with the reason."""
    count = len(decided.people)
    if count:
        messages.success(request, f"1 person {one}" if count == 1 else f"{count} people {many}")
    if decided.left_out:
        sentences = [problem.sentence for problem in decided.left_out[:SHOWN_SENTENCES]]
        rest = ", ".join(problem.student.full_name for problem in decided.left_out[SHOWN_SENTENCES:])
        more = [f"For reasons of the same kind: {rest}."] if rest else []
        messages.error(request, " ".join(["Not ended:", *sentences, *more]))
    if decided.too_late:
        messages.info(request, f"Someone else has already decided about {decided.too_late} of them.")
