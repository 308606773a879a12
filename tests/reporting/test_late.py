"""Late is one figure: the same times, of the same denominator, wherever anybody reads it."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from attendance.actions import rebuild_summary
from attendance.models import AttendanceCode, SessionMark
from attendance.queries.students.page import student_attendance
from core import clock
from interventions.queries.panel_pack import pack_facts
from reporting.queries.term import term_facts
from tests.college import College
from tests.interventions.test_panels import call

YEAR_10 = "241 sessions they came to, 1 of them after the register closed"  # 240 attended, Ben once after it closed


@pytest.fixture
def twice_late(full: College) -> College:
    """Ben was late once before the register closed, and on another day once after."""
    ben, day = full.student("Ben"), date(2026, 11, 10)
    SessionMark.objects.create(
        student=ben,
        date=day,
        slot=2,
        code=AttendanceCode.objects.get(series="session", code="U", site=None),
        marked_at=clock.now(),
    )
    rebuild_summary()
    return full


def page(client: Any, name: str, **asked: str) -> str:
    return " ".join(unescape(strip_tags(b"".join(client.get(reverse(name), asked)).decode())).split())


def test_a_group_is_late_as_often_on_every_page_and_in_print(twice_late: College, sign_in: Any) -> None:
    client = sign_in(twice_late.lind)
    assert f"Late, six weeks 0.8 % 2 of {YEAR_10}" in page(client, "reporting:dashboard")
    assert f"late: 0.8 %, 2 of {YEAR_10}" in page(client, "attendance:punctuality")
    assert "2 of 241" in page(client, "attendance:comparison")
    facts = term_facts(("year_group", twice_late.years[10].pk), twice_late.terms[0], "staff")
    total = facts["sections"][0]["total"]
    assert (total["late_share"], total["late_of"]) == ("0.8\u202f%", f"2 of {YEAR_10}")


def test_a_student_is_late_as_often_on_every_page_and_in_print(twice_late: College, sign_in: Any) -> None:
    ben, client = twice_late.student("Ben"), sign_in(twice_late.lind)
    said = "2 of 21 sessions they came to, 1 of them after the register closed"
    tile = next(each for each in student_attendance(ben.pk).stats if each["label"] == "Late")
    assert (tile["value"], tile["of"]) == ("2", said)
    assert f"late {said}" in page(client, "reporting:dashboard_students", figure="late")
    assert "2 of 21" in page(client, "attendance:comparison_students")
    panel = call(twice_late, names=("Ben",))
    (pack,) = pack_facts(twice_late.lind, panel)["pages"]
    assert pack["attendance"]["late"] == {"value": 2, "of": said}
    row = page(client, "attendance:punctuality", **{"as": "csv"})
    assert 'Carter, Ben",10A,Year 10,2,1,21,0,90.5 %' in row
