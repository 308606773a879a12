"""Remind the team of what nobody has acknowledged."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from audit import record
from core import clock
from core.actors import SystemActor
from safeguarding import choices
from safeguarding.actions.telling import remind_team, team_for
from safeguarding.actions.writing import write_entry
from safeguarding.choices import EntryKind
from safeguarding.models import Concern, ConcernCase

SYSTEM_ESCALATION = SystemActor("safeguarding-escalation", "reminds the team of concerns that nobody has acknowledged")
MOST_REMINDERS = 8


def remind_of_unacknowledged(by: SystemActor = SYSTEM_ESCALATION) -> int:
    """Remind the whole team, deputies too, of each concern that waits too long; each time after twice as long.

    Counted from the last reminder, so that one which was old already when first seen (the worker had stopped) brings
    one reminder and not eight at once. Gives the number of concerns. The chronology of each gains an entry.
    """
    moment = clock.now()
    wait = timedelta(minutes=settings.SAFEGUARDING_REMIND_MINUTES)
    waiting = ConcernCase.objects.unacknowledged().filter(
        received_at__lte=moment - wait, reminded_times__lt=MOST_REMINDERS
    )
    reminded = 0
    for row in waiting.values("pk", "reminded_at", "reminded_times").order_by("received_at"):
        if row["reminded_at"] and row["reminded_at"] + wait * 2 ** (row["reminded_times"] - 1) > moment:
            continue
        claimed = ConcernCase.objects.unacknowledged().filter(pk=row["pk"], reminded_times=row["reminded_times"])
        if claimed.update(reminded_at=moment, reminded_times=F("reminded_times") + 1):
            _remind(row["pk"], row["reminded_times"] + 1, by)
            reminded += 1
    return reminded


def _remind(concern_id: UUID, times: int, by: SystemActor) -> None:
    concern = Concern(pk=concern_id)
    remind_team(concern_id, team_for(concern), times)
    write_entry(concern, EntryKind.REMINDED, by, times=times)
    record.record(by, choices.TEAM_REMINDED, choices.CONCERN, concern_id, details={"times": times}, walled=True)
