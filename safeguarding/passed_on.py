"""Takes words that were passed on from a note: they become a concern, in the name of whoever passed them on."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from caseload.models import Student
from caseload.registries import passing_on
from caseload.registries.passing_on import Taker
from safeguarding import rules
from safeguarding.actions.raising import Report, raise_concern

if TYPE_CHECKING:
    from accounts.models import User


def take_words(by: "User", student: Student, words: str, token: UUID, safe_now: str) -> str:
    """Raise a concern with these words about the student; the team is told. Gives the page that thanks and says what next."""
    report = Report(what=words, safe_now=safe_now, student=student, time_said=False)
    concern = raise_concern(by, report, token=token)
    return reverse("safeguarding:concern_raised", args=[concern.pk])


def register() -> None:
    """Offer it to the apps below, which know nothing of this one."""
    passing_on.register(Taker("Pass to the safeguarding team", rules.RAISE, take_words))
