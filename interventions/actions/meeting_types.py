"""Setting up kinds of one-to-one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify

from audit import record
from interventions import choices
from interventions.models import MeetingType

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def save_meeting_type(
    kind: MeetingType | None, *, name: str, prompts: Sequence[str], position: int, active: bool, by: "User"
) -> MeetingType:
    """Add a kind of one-to-one, or change its name, questions and place. What was logged keeps its kind."""
    if not by.has_perm("interventions.manage_meeting_types"):
        raise PermissionDenied
    saved = kind or MeetingType(code=_free_code(name))
    saved.name, saved.prompts, saved.position, saved.active = name, list(prompts), position, active
    saved.save()
    record.record(by, choices.CHANGED_MEETING_TYPE, "meeting_type", saved.pk)
    return saved


def _free_code(name: str) -> str:
    code = slugify(name)[:32] or "kind"
    return f"{code}-{uuid4().hex[:6]}" if MeetingType.objects.filter(code=code).exists() else code
