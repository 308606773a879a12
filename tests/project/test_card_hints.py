"""What is asked before a student's cards and timeline are loaded never hides what they would show."""

from typing import Any

from accounts.models import User
from caseload.models import Reach, Student
from core import naming
from core.pages import cards
from core.pages.once import one_reading


def test_no_card_and_no_entry_is_hidden_by_its_hint(college_db: str, monkeypatch: Any) -> None:
    parts = [*cards._cards.values(), *cards._sources.values()]
    hinted = {model for part in parts for model in part.shows}
    about = {row.student_id for model in hinted for row in model._default_manager.order_by("pk")[:1]}
    students = Student.objects.filter(pk__in=about).order_by("pk")
    shown: set[str] = set()
    reached = Reach.objects.filter(kind="college", role__name__in=("senior_leader", "dsl"))
    for person in User.objects.filter(is_active=True, pk__in=reached.values("user")).order_by("pk"):
        for student in students:
            with naming.named(person.pk), one_reading():
                hints = seen(person, student)
                with monkeypatch.context() as patched:
                    patched.setattr(cards, "_there", lambda *about: None)
                    assert hints == seen(person, student), (person, student)
            shown |= set(hints[0]) | {entry["kind"] for entry in hints[1]}
    assert shown >= {"targets", "meetings", "notes", "plans", "support", "interventions", "alerts", "contact", "grades"}


def seen(person: User, student: Student) -> tuple[list[str], list[dict[str, Any]]]:
    """The cards and the entries that somebody sees of a student."""
    shown = [card.key for card in cards.cards_for("student", person, student)]
    return shown, cards.timeline(person, student, limit=200)
