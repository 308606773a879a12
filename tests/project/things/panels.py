"""Panels that addresses point at."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.college import College
from tests.project.things.making import once


@once
def panel_row(college: College) -> Any:
    """A panel that Ms Okafor called about Ada, which Mr Lind attends."""
    from interventions.models import PanelMeeting

    panel = PanelMeeting.objects.create(
        title="Panel", held_on=college.today, chair=college.okafor, made_by=college.okafor, form_token=uuid4()
    )
    panel.attendees.set([college.lind])
    panel.places.create(student=college.student("Ada"), position=1)
    return panel


def panel(college: College) -> Any:
    """That panel."""
    return panel_row(college).public_id


@once
def panel_action(college: College) -> Any:
    """What Ms Mendes has to do after it."""
    return panel_row(college).actions.create(
        student=college.student("Ada"), what="Ring home", owner=college.mendes, agreed_by=college.okafor, batch=uuid4(),
        due_on=college.today + timedelta(days=7), line=1,
    ).public_id  # fmt: skip


@once
def panel_pack(college: College) -> Any:
    """Its pack, made for Mr Lind."""
    from core.private.files import save_file
    from interventions.models import PanelPack

    file = save_file(b"%PDF-1.7", "pack.pdf", "application/pdf")
    return PanelPack.objects.create(panel=panel_row(college), asked_by=college.lind, file=file, state="done").public_id
