"""A rule tests what it prints: where a college counts absence with leave as attended, alert, list and file agree and say so."""

import re
from datetime import date
from typing import Any

import pytest

from attendance.actions.summary import rebuild_summary
from attendance.codes import all_codes
from attendance.models import AlertRule, LessonMark, SiteSettings
from attendance.queries.alert_rules import students_by_day
from caseload.models import TimetabledLesson
from caseload.needs import Need
from caseload.queries.calendar import school_days
from caseload.queries.lists import in_order_of_need
from core import clock
from tests.college import College

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def wren(college: College) -> Any:
    """Wren of S1 attended 12 of 40 lessons, was away with leave for 26 and without for two; the college shows 95.0 %."""
    SiteSettings.objects.update_or_create(site=college.sixth, defaults={"headline": "authorised"})
    ids = {
        kind: next(code.id for code in all_codes().values() if code.series == "lesson" and code.stat_class == kind)
        for kind in ("P", "AA", "UA")
    }
    student, lesson = college.student("Wren"), TimetabledLesson.objects.order_by("pk").first()
    assert lesson is not None
    days = school_days(college.sixth, date(2026, 9, 2), FRIDAY)[-40:]
    LessonMark.objects.bulk_create(
        LessonMark(
            student=student, date=day, lesson=lesson, code_id=ids["P" if n < 12 else "AA" if n < 38 else "UA"],
            marked_by=college.farah, marked_at=clock.now(),
        )
        for n, day in enumerate(days)
    )  # fmt: skip
    rebuild_summary()
    return student


def reasons_of(percent: int) -> list[str]:
    rule = AlertRule(name="Any", kind="below", percent=percent, least_possible=1)
    return [hit.reason for hit in students_by_day(rule, [FRIDAY])[FRIDAY].values()]


def test_a_rule_tests_the_figure_that_it_prints_and_names_it(college: College, wren: Any) -> None:
    assert reasons_of(90) == []
    assert reasons_of(96) == ["Below 96\u202f% attended or authorised this year: 95.0\u202f%"]
    SiteSettings.objects.update(headline="attended")
    assert reasons_of(90) == ["Below 90\u202f% this year: 30.0\u202f%"]


def test_severe_absence_is_about_what_was_attended_and_both_are_said(college: College, wren: Any, sign_in: Any) -> None:
    both = "30.0\u202f% attended, 95.0\u202f% attended or authorised"
    why = in_order_of_need(college.farah, [wren.pk], permission="caseload.view_student")[0]["why"]
    assert [one.words for one in why if one.need == Need.SEVERE_ABSENCE] == [f"Severe absence, {both}"]
    client = sign_in(college.farah)

    def page(address: str) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))

    assert "95.0 % attended or authorised 30.0 % attended" in page("/attendance/persistent/")
    assert "Severe absence 30.0 % attended" in page(f"/students/{wren.public_id}/")
    file = client.get("/attendance/persistent/?as=csv")
    assert "12,40,26,2,95.0,70.0," in b"".join(file.streaming_content).decode("utf-8-sig")
