"""What the student page shows from this side: neutral sentences for the person they were set for, and nothing else."""

from typing import Any

from core import naming
from core.pages.cards import Card, register
from safeguarding.models import Flag
from safeguarding.querysets import OWN


def flags_for(user: Any, student: Any) -> dict[str, Any] | None:
    """The neutral flags about this student that were set for this very person."""
    if naming.current() is None:
        return None
    flags = Flag.objects.visible_to(user, OWN).filter(student_id=student.pk, person_id=user.pk).order_by("until_on")
    words = [flag.get_wording_display() for flag in flags]
    return {"words": words} if words else None


def register_cards() -> None:
    """Offer the card. It needs reach to the student, as every other one."""
    register(
        Card("student", "flags", "Before you act", 5, "caseload.view_student", "safeguarding/_flags.html", flags_for)
    )
