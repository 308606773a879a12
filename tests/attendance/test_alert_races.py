"""Two workers at once raise each alert once, and somebody who acts meanwhile is not undone."""

import threading
import time
from datetime import date
from typing import Any

from attendance.actions import raising
from attendance.actions.summary import rebuild_summary
from attendance.codes import all_codes
from attendance.models import Alert, AlertRule, SessionMark
from caseload.queries.calendar import school_days
from core import clock, naming
from core.jobs import run_now
from tests.attendance.test_races import at_once, committed  # noqa: F401  (a fixture)
from tests.college import College


def test_two_workers_at_once_raise_each_once(committed: College) -> None:  # noqa: F811  (the fixture)
    ill = next(code.id for code in all_codes().values() if code.code == "I" and code.series == "session")
    SessionMark.objects.bulk_create(
        SessionMark(
            student=student, date=day, slot=slot, code_id=ill, marked_by=committed.okafor, marked_at=clock.now()
        )
        for student in committed.students[:8]
        for day in school_days(committed.school, date(2026, 11, 2), committed.today)
        for slot in (1, 2)
    )
    rebuild_summary()
    AlertRule.objects.filter(kind__in=("below", "consecutive")).update(switched_on_at=clock.now(), least_possible=10)
    done: list[Any] = []
    raised, let_go = threading.Event(), threading.Event()

    def first() -> None:
        with naming.named_system(raising.SYSTEM_ALERTS.name, purpose="test"):
            done.append(raising.raise_alerts())
            raised.set()
            let_go.wait(20)

    def second() -> None:
        raised.wait(20)
        with naming.named_system(raising.SYSTEM_ALERTS.name, purpose="test"):
            done.append(raising.raise_alerts())

    def opener() -> None:
        raised.wait(20)
        time.sleep(0.5)  # by then the second one waits for the first
        let_go.set()

    assert at_once(first, second, opener) == []
    run_now("attendance.raise_alerts")
    assert [each.raised for each in done] == [24, 0]
    per_rule = {rule.name: rule.alerts.filter(state="open").count() for rule in AlertRule.objects.switched_on()}
    assert per_rule == {
        "Below 90 % this year": 8, "Below 85 % in six weeks": 8, "Absent three days in a row": 8,
    }  # fmt: skip
    assert Alert.objects.count() == 24
