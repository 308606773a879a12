"""A rule tests what it prints: where a college counts absence with leave as attended, alert, list and file agree and say so."""

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from attendance.actions.summary import rebuild_summary
from attendance.alert_kinds import dropped_sentence, in_words
from attendance.arithmetic import Totals
from attendance.codes import all_codes
from attendance.models import AlertRule, LessonMark, SiteSettings
from attendance.queries.alerts.kinds import students_by_day
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


@pytest.mark.parametrize(
    ("site", "series", "words"),
    [
        ("sixth", "", "Attendance below 90\u202f% attended or authorised this year, of 20 possible or more"),
        ("", "lesson", "Attendance below 90\u202f% attended or authorised this year, of 20 possible or more"),
        ("school", "", "Attendance below 90\u202f% this year, of 20 possible or more"),
        ("", "session", "Attendance below 90\u202f% this year, of 20 possible or more"),
        ("", "", "Attendance below 90\u202f% this year (in lessons attended or authorised), of 20 possible or more"),
    ],
)
def test_a_rules_own_page_names_the_measure_that_its_alerts_print(
    college: College, wren: Any, sign_in: Any, site: str, series: str, words: str
) -> None:
    where = getattr(college, site) if site else None
    rule = AlertRule.objects.create(name="Any", kind="below", percent=90, site=where, series=series)
    client, address = sign_in(college.price), reverse("attendance:alert_rule_detail", args=[rule.public_id])
    assert client.get(address).context["words"] == words
    assert {row["rule"].pk: row["words"] for row in client.get(reverse("attendance:alert_rule_list")).context["off"]}[
        rule.pk
    ] == words
    SiteSettings.objects.update(headline="attended")
    plain = "Attendance below 90\u202f% this year, of 20 possible or more"
    assert client.get(address).context["words"] == plain


def test_a_fall_names_the_measure_that_fell() -> None:
    rule = AlertRule(name="Any", kind="drop", points=8, weeks=4)
    then, now = Totals(present=94, authorised=4, unauthorised=2), Totals(present=60, authorised=25, unauthorised=15)
    assert dropped_sentence(rule, then, now) == "Down 34 points in four weeks: 94\u202f% to 60\u202f%"
    shown = [each._replace(headline="authorised") for each in (then, now)]
    assert (
        dropped_sentence(rule, *shown) == "Down 13 points attended or authorised in four weeks: 98\u202f% to 85\u202f%"
    )
    assert in_words(rule, {"authorised"}).startswith(
        "Attendance down 8 points or more attended or authorised in four weeks,"
    )


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
