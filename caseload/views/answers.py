"""Undo what saving something cleared."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from caseload.actions.answers import (
    UNDO_DAYS,
    NothingToUndo,
    TooLateToUndo,
    Undone,
    UndoneAlready,
    undo_answers,
)
from caseload.rules.students import VIEW
from caseload.views.cleared import in_words
from caseload.views.contacts import back_to


@require_POST
@page(VIEW)
def answers_undo(request: HttpRequest, save_key: UUID) -> HttpResponse:
    """Undo what one save of one's own cleared; says what is open again, and what somebody has acted on since."""
    try:
        undone = undo_answers(request.user, save_key)  # type: ignore[arg-type]  # signed in
    except NothingToUndo as nothing:
        raise Http404 from nothing
    except UndoneAlready:
        messages.info(request, "This was undone already.")
    except TooLateToUndo:
        messages.error(request, f"This was cleared more than {UNDO_DAYS} days ago and stays as it is.")
    else:
        _say_undone(request, undone)
    return redirect(back_to(request, reverse("caseload:my_work")))


def _say_undone(request: HttpRequest, undone: Undone) -> None:
    if undone.open_again:
        messages.success(request, f"Open again: {in_words(undone.open_again)}")
    if undone.left:
        words = "1 reason stays cleared" if undone.left == 1 else f"{undone.left} reasons stay cleared"
        messages.info(request, f"{words}: somebody has acted on it since, or it is no longer raised.")
