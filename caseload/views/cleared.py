"""What saving something cleared: said on the next page, with a button that undoes it (`views/answering.py`)."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from caseload.registries import answering
from caseload.registries.answering import OpenReason, Sent

NAMED = 3  # so many reasons are written out; the rest are counted


def say_cleared(request: HttpRequest, sent: Sent) -> None:
    """Show on the next page which open reasons were cleared by what was just saved, with Undo."""
    if sent.cleared:
        words = f"Cleared by this: {in_words(sent.cleared)}"
        messages.info(request, words, extra_tags=f"undo:{reverse('caseload:answers_undo', args=[sent.save])}")


def in_words(cleared: list[OpenReason]) -> str:
    """The reasons, each with whose it is: of several students that something was saved for, only one may have had any."""
    names = answering.names_of(cleared)
    shown = [f"{names[one.student_id]}: {one.words}" for one in cleared[:NAMED]]
    more = len(cleared) - NAMED
    return " · ".join([*shown, *([f"{more} more"] if more > 0 else [])])
