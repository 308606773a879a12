"""Say that somebody has not come back from a home visit, and go on saying so until somebody says what they found."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F

from accounts.models import User
from audit import record
from caseload import verbs
from caseload.choices import VisitState, VisitStepKind
from caseload.models import Reach, Visit, VisitPolicy, VisitStep
from caseload.queries.visits import visit_policy
from core import clock
from core.actors import Actor, SystemActor
from core.outbox import address_of, queue_mail
from core.wording import moment, time_of_day

log = logging.getLogger("waymark.visits")
SYSTEM_VISITS = SystemActor("visit-alerts", "says that somebody has not checked out of a home visit")
LEADERS = ("senior_leader", "head")  # hear it when the college has named nobody
LONGEST_WAIT = timedelta(hours=1)
AT_ONCE = 200


def first_alert_at(back_by: datetime) -> datetime:
    """When the watcher is told, for a visit expected back at that moment."""
    return back_by + timedelta(minutes=visit_policy().alert_after_minutes)


def watch_visits(by: SystemActor = SYSTEM_VISITS) -> int:
    """Say each missed check-out whose time has come. Gives how many.

    The watcher and those on the visit hear it first, at the next step the people named too, and then all of them again
    after ever longer waits, up to an hour. Each step is claimed, noted and mailed in one savepoint: a worker that dies
    leaves it to the next minute, and two at once say it once. One visit that fails does not hold up the others.
    """
    due = Visit.objects.watched().filter(next_alert_at__lte=clock.now()).order_by("next_alert_at", "pk")
    said = 0
    for pk, level in list(due.values_list("pk", "alert_level")[:AT_ONCE]):
        try:
            with transaction.atomic():
                said += _alert(pk, level, by)
        except DatabaseError:
            log.exception("visit %s could not be said", pk)
    return said


def _alert(pk: int, level: int, by: SystemActor) -> int:
    now, policy = clock.now(), visit_policy()
    claimed = Visit.objects.watched().filter(pk=pk, alert_level=level, next_alert_at__lte=now)
    if not claimed.update(alert_level=level + 1, next_alert_at=now + _wait(policy, level), version=F("version") + 1):
        return 0
    visit = Visit.objects.select_related("goes", "watcher").get(pk=pk)
    step = VisitStep.objects.create(visit=visit, kind=VisitStepKind.ALERTED, back_by=visit.back_by)
    people = _who_hears(visit, policy, level + 1)
    visit.told.add(*people)
    details = {"student": visit.student_id, "level": level + 1, "people": [person.pk for person in people]}
    record.record(by, verbs.VISIT_ALERTED, "visit", visit.pk, details=details)
    for person in people:
        _mail(person, visit, step, by)
    return 1


def _wait(policy: VisitPolicy, level: int) -> timedelta:
    """Until it is said again: as the college says, and from the third time on twice as long each time."""
    wait = timedelta(minutes=policy.escalate_after_minutes)
    return wait if level < 2 else max(wait, min(wait * 2 ** min(level - 1, 8), LONGEST_WAIT))


def _who_hears(visit: Visit, policy: VisitPolicy, level: int) -> list[User]:
    ids = {visit.goes_id, visit.watcher_id, *visit.companions.values_list("pk", flat=True)}
    if level > 1:
        ids |= _named(policy)
    return [person for person in User.objects.filter(pk__in=ids, is_active=True).order_by("pk") if person.works_here]


def _named(policy: VisitPolicy) -> set[int]:
    """The people named who still work here, or the leaders when nobody is: it is never said to nobody."""
    people = policy.people.filter(is_active=True) if policy.pk else User.objects.none()
    here = {person.pk for person in people if person.works_here}
    if here:
        return here
    held = Reach.objects.filter(role__name__in=LEADERS, period__contains=clock.today())
    return set(held.values_list("user_id", flat=True))


def _mail(person: User, visit: Visit, step: VisitStep, by: Actor) -> None:
    who = visit.goes.formal_name
    out = visit.state == VisitState.OUT
    if person.pk == visit.goes_id:
        missed = "You have not checked out of your home visit" if out else "You have not checked in to your home visit"
        todo = "Press Check out if you are back, or say that you need longer."
    else:
        missed = f"{who} has not checked {'out of' if out else 'in to'} a home visit"
        todo = f"Ring {who} on {visit.phone}. Then say on the page what you found; until somebody does, this is said again."
    text = (
        f"{person.formal_name},\n\n{missed} that was to end {moment(visit.back_by)}.\n\n{todo}\n{_link(visit)}\n\n"
        "Where the visit is stands on that page.\n"
    )
    _queue(person, visit, step, missed, text, by)


def tell_watcher(visit: Visit, by: Actor) -> None:
    """Tell whoever watches that they do: from when, until when, and where to look."""
    step = visit.steps.get(kind=VisitStepKind.PLANNED)
    text = (
        f"{visit.watcher.formal_name},\n\n{visit.goes.formal_name} goes on a home visit, {moment(visit.planned_for)} to "
        f"{time_of_day(visit.back_by)}, and you watch over it. When the check-out is missed you get a mail.\n{_link(visit)}\n"
    )
    if visit.watcher_id != by.pk:
        _queue(visit.watcher, visit, step, "You watch over a home visit", text, by)


def tell_all_is_well(before: Visit, step: VisitStep, by: Actor) -> None:
    """Tell those who heard an alert that it is over, and how; nobody when there was none."""
    if not before.alert_level:
        return
    visit = step.visit
    ways = {
        VisitStepKind.IN: f"has checked in and is expected back at {time_of_day(step.back_by)}",
        VisitStepKind.EXTENDED: f"needs longer and is expected back at {time_of_day(step.back_by)}",
        VisitStepKind.OUT: "has checked out",
        VisitStepKind.CANCELLED: "is not going: the visit is called off",
        VisitStepKind.FOUND: "has been looked after; what was found stands on the page",
    }
    words = f"{visit.goes.formal_name} {ways[VisitStepKind(step.kind)]}."
    for person in _others(visit.told.filter(is_active=True).order_by("pk"), by):
        text = f"{person.formal_name},\n\n{words}\n{_link(visit)}\n"
        _queue(person, visit, step, "Home visit: the alert is over", text, by)


def _others(people: Iterable[User], by: Actor) -> list[User]:
    return [person for person in people if person.pk != by.pk]


def _queue(person: User, visit: Visit, step: VisitStep, subject: str, text: str, by: Actor) -> None:
    key = f"caseload.visit.{visit.public_id}.{step.pk}.{person.pk}"
    queue_mail(key=key, to=person.email, to_person_id=person.pk, subject=subject, text=text, by=by)


def _link(visit: Visit) -> str:
    return address_of("caseload:visit_detail", public_id=visit.public_id)
