"""Undo what saving something cleared: the reasons are open again, as far as nobody has acted on them since."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from caseload.models import AnsweredReason
from caseload.registries import answering
from caseload.registries.answering import OpenReason
from caseload.rules.students import VIEW
from core import clock

if TYPE_CHECKING:
    from accounts.models import User

UNDO_DAYS = 7  # as long as an alert that ended stays on the list


class NothingToUndo(Exception):
    """This person cleared nothing by that save."""


class UndoneAlready(Exception):
    """It was undone before."""


class TooLateToUndo(Exception):
    """It was cleared more than `UNDO_DAYS` days ago."""


@dataclass
class Undone:
    """What is open again, and how many stay cleared because somebody acted on them since or is out of reach."""

    open_again: list[OpenReason] = field(default_factory=list)
    left: int = 0


@transaction.atomic
def undo_answers(by: "User", save_key: UUID) -> Undone:
    """Open again what one save of this person cleared, and nothing else. It can be done once, for `UNDO_DAYS` days.

    Raises NothingToUndo, UndoneAlready, TooLateToUndo.
    """
    rows = list(AnsweredReason.objects.all().visible_to(by, VIEW).filter(save_key=save_key).select_for_update())
    _check(rows)
    AnsweredReason.objects.filter(pk__in=[row.pk for row in rows]).update(undone_at=clock.now())
    reached = answering.sources_reaching([row.student_id for row in rows], by)
    keys = {key for name in reached for key in _reopened(rows, name, reached, by)}
    open_now = answering.open_reasons([row.student_id for row in rows], by) if keys else []
    return Undone([reason for reason in open_now if reason.key in keys], len(rows) - len(keys))


def _check(rows: list[AnsweredReason]) -> None:
    if not rows:
        raise NothingToUndo
    if any(row.undone_at for row in rows):
        raise UndoneAlready
    if min(row.at for row in rows) < clock.now() - timedelta(days=UNDO_DAYS):
        raise TooLateToUndo


def _reopened(
    rows: list[AnsweredReason], name: str, reached: dict[str, tuple[answering.Source, set[int]]], by: "User"
) -> list[str]:
    """The keys of what one source opened again. A save for many students may have cleared at several moments."""
    source, ids = reached[name]
    mine = [row for row in rows if row.source == name and row.student_id in ids]
    found: list[int] = []
    for at in sorted({row.at for row in mine}):
        found += source.reopen([row.number for row in mine if row.at == at], by, at)
    return [f"{name}:{number}" for number in found]
