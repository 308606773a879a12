"""Two people at the same moment, on real connections that really commit."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from core import naming
from core.models import Mail
from safeguarding.actions.casework import close_concern
from safeguarding.actions.faults import AlreadyAcknowledged, AlreadyClosed
from safeguarding.actions.raising import Report, raise_concern
from safeguarding.actions.triage import acknowledge, open_record
from safeguarding.models import Concern, Entry
from tests.college import College
from tests.safeguarding.conftest import raise_about

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start everything at the same moment; gives what each came to, a result or an error."""
    start, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int) -> None:
        try:
            start.wait(20)
            found[place] = works[place]()
        except Exception as problem:  # noqa: BLE001  (the test looks at it)
            found[place] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=(run, place)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    connection.ensure_connection()
    return found


def by(user: Any, act: Callable[[Any], Any]) -> Callable[[], Any]:
    def work() -> Any:
        with naming.named(user.pk):
            return act(user)

    return work


def test_a_double_click_raises_one_concern_and_tells_once(college: College) -> None:
    token, ada = uuid4(), college.student("Ada")
    report = Report(what="once", safe_now="yes", student=ada)
    click = by(college.okafor, lambda who: raise_concern(who, report, token=token))
    first, second = at_once(click, click)
    assert first == second
    with naming.named(college.rahman.pk):
        assert Concern.objects.count() == 1
    assert Mail.objects.count() == 2


def test_two_of_the_team_acknowledge_and_close_at_once(college: College) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada")
    team = (college.rahman, college.bell)
    for who in team:
        with naming.named(who.pk):
            open_record(who, concern)
    taken = at_once(*(by(who, lambda who: acknowledge(who, Concern.objects.get(pk=concern.pk))) for who in team))
    assert sorted(map(type, taken), key=str) == sorted([type(None), AlreadyAcknowledged], key=str)
    closed = at_once(*(by(who, lambda who: close_concern(who, concern, "supported", "settled")) for who in team))
    assert sorted(map(type, closed), key=str) == sorted([type(None), AlreadyClosed], key=str)
    with naming.named(college.rahman.pk):
        kinds = list(Entry.objects.order_by("recorded_at").values_list("kind", flat=True))
    assert kinds == ["acknowledged", "closed"]
