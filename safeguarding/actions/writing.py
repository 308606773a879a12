"""Write an entry into a chronology, and move the state that the reporter is told."""

from datetime import datetime, timedelta
from threading import local
from typing import TYPE_CHECKING, Any

from core import clock
from core.actors import SystemActor
from safeguarding.actions.faults import AlreadyClosed
from safeguarding.choices import OPEN_STATES, EntryKind, PublicState
from safeguarding.models import Concern, Entry

if TYPE_CHECKING:
    from accounts.models import User


_last = local()


def _moment() -> datetime:
    """The present moment, a little after that of the entry written just before, so that entries keep their order.

    There is no running number to order them by: a reporter would read from it how many entries there are.
    """
    moment, before = clock.now(), getattr(_last, "moment", None)
    if before is not None and timedelta(0) <= before - moment < timedelta(seconds=1):
        moment = before + timedelta(microseconds=1)
    _last.moment = moment
    return moment


def write_entry(
    concern: Concern,
    kind: EntryKind,
    by: "User | SystemActor",
    *,
    happened_at: datetime | None = None,
    corrects: Entry | None = None,
    **words: Any,
) -> Entry:
    """Add one dated entry to a concern's chronology."""
    system = isinstance(by, SystemActor)
    moment = _moment()
    entry = Entry(
        concern=concern,
        kind=kind,
        happened_at=happened_at or moment,
        recorded_at=moment,
        by_id=None if system else by.pk,
        by_system=by.name if isinstance(by, SystemActor) else "",
        corrects=corrects,
    )
    entry.seal_words(**words)
    # No row is given back: whoever may add is not always somebody who may read.
    Entry.objects.bulk_create([entry])
    return entry


def note_read(concern: Concern) -> None:
    """Tell the reporter that it has been read, if they were not told more already."""
    moved = Concern.objects.filter(pk=concern.pk, state=PublicState.RECEIVED).update(
        state=PublicState.READ, state_at=clock.now()
    )
    if moved:
        concern.state = PublicState.READ


def note_handled(concern: Concern) -> None:
    """Tell the reporter that it is being handled. A closed concern has to be reopened first."""
    if (
        not Concern.objects.filter(pk=concern.pk, state__in=OPEN_STATES)
        .exclude(state=PublicState.HANDLED)
        .update(state=PublicState.HANDLED, state_at=clock.now())
    ):
        require_open(concern)
    concern.state = PublicState.HANDLED


def require_open(concern: Concern) -> None:
    """Refuse to work on a closed concern; the row is held until the work is saved, so that nobody closes it meanwhile."""
    found = (
        Concern.objects.select_for_update().filter(pk=concern.pk, state__in=OPEN_STATES).values_list("state", flat=True)
    )
    if not list(found):
        raise AlreadyClosed
