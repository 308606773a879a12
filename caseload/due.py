"""What caseload puts on My work: home visits, and for data managers what is to be set up for the next academic year."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from caseload.choices import VisitState
from caseload.models import Visit
from caseload.queries.set_up import to_set_up
from caseload.queries.visits import on_it, to_write_down
from caseload.querysets import reached
from caseload.rules.structure import MANAGE_STRUCTURE
from caseload.rules.students import LOG_CONTACT
from core import clock
from core.pages import due
from core.pages.due import Harm, Item, Source
from core.wording import moment, time_of_day


def not_back(user: Any) -> QuerySet[Visit]:
    """Visits whose alert is running, for those who were told."""
    told = Visit.told.through.objects.filter(user_id=user.pk).values("visit_id")
    return Visit.objects.watched().filter(alert_level__gt=0, pk__in=told).exclude(goes=user)


def load_not_back(user: Any, limit: int) -> list[Item]:
    """The first of them, without the student: whoever was told may not reach them. One query."""
    return [
        Item(
            f"{visit.goes.formal_name} is not back from a home visit",
            clock.local(visit.back_by).date(),
            reverse("caseload:visit_detail", args=[visit.public_id]),
            "Say what you found",
            note=f"expected {moment(visit.back_by)}, to be rung on {visit.phone}",
            at_once=True,
        )
        for visit in not_back(user).select_related("goes").order_by("back_by", "pk")[:limit]
    ]


def visits_today(user: Any) -> QuerySet[Visit]:
    """One's own visits that are going on, or planned for today or before."""
    tomorrow = clock.at(clock.today(), 23, 59)
    return Visit.objects.watched().filter(on_it(user), Q(state=VisitState.OUT) | Q(planned_for__lte=tomorrow))


def load_visits_today(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    return [
        Item(
            f"Home visit {moment(visit.planned_for)} to {time_of_day(visit.back_by)}",
            clock.local(visit.planned_for).date(),
            reverse("caseload:visit_detail", args=[visit.public_id]),
            "Check in" if visit.state == VisitState.PLANNED else "Check out",
            about=visit.student_id,
        )
        for visit in visits_today(user).order_by("planned_for", "pk")[:limit]
    ]


def visits_to_write(user: Any) -> QuerySet[Visit]:
    """One's own visits that are over and not in the contact log yet, of students whom one still reaches."""
    return to_write_down(Visit.objects.all()).filter(on_it(user), student__in=reached(user, LOG_CONTACT))


def load_visits_to_write(user: Any, limit: int) -> list[Item]:
    """The first of them. One query."""
    return [
        Item(
            f"Home visit: {visit.purpose}",
            clock.local(visit.planned_for).date(),
            reverse("caseload:visit_write", args=[visit.public_id]),
            "Write it down",
            about=visit.student_id,
        )
        for visit in visits_to_write(user).order_by("planned_for", "pk")[:limit]
    ]


TOLD = "SELECT FROM caseload_visit_told WHERE user_id = %(me)s"
ON_ONE = """SELECT FROM caseload_visit WHERE goes_id = %(me)s AND log_entry_id IS NULL
    UNION ALL SELECT FROM caseload_visit_companions WHERE user_id = %(me)s"""


def register() -> None:
    """Offer all of it."""
    for source in (
        # Without `rows`, so that it stands on the list and does not count in the top bar all summer.
        Source("set_up", "Set up for the next year", Harm.TODAY, MANAGE_STRUCTURE, to_set_up, order=90),
        Source("not_back", "Not back from a visit", Harm.SAFETY, LOG_CONTACT, load_not_back, not_back, 1, TOLD),
        Source("visit", "Home visits", Harm.TODAY, LOG_CONTACT, load_visits_today, visits_today, 20, ON_ONE),
        Source(
            "visit_write",
            "Visits to write down",
            Harm.ANSWER,
            LOG_CONTACT,
            load_visits_to_write,
            visits_to_write,
            20,
            ON_ONE,
        ),
    ):
        due.register(source)
