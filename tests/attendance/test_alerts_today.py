"""A sentence with a figure never goes stale: it says its day and stands beside today's, and what is no longer so can be ended."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.actions import alerts as actions
from attendance.actions.raising import raise_alerts
from attendance.choices import ALERT_NO_LONGER_SO
from attendance.errors import NotAllowed
from attendance.models import Alert, AlertRule
from attendance.queries.alerts.lists import reasons as alert_reasons
from attendance.queries.alerts.today import standing, words_of
from audit.models import Entry
from caseload.queries.lists import in_most_need, in_order_of_need
from caseload.registries import answering
from core import clock
from core.pages import due
from tests.attendance.alerting import Absent, states
from tests.attendance.conftest import members
from tests.college import College

FELL = "Below 90\u202f% this year: 60.0\u202f% on 16 Nov, now 73.3\u202f%"
OVER = "Below 90\u202f% this year: 50.0\u202f% on 16 Nov, now 92.3\u202f%"
PAGE = "attendance:alert_list"


def text(response: Any) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def plain(words: str) -> str:
    """The same with ordinary spaces, as `text` gives them."""
    return words.replace("\u202f", " ")


@pytest.fixture
def ada(college: College, rule: AlertRule, absent: Absent) -> Alert:
    """Ada's alert of Mon 16 Nov at 60 %, of Fri 20 Nov 73.3 %: it still holds."""
    absent("Ada", start=date(2026, 11, 2), end=date(2026, 11, 9), codes="/\\")
    absent("Ada", start=date(2026, 11, 10), end=date(2026, 11, 13))
    with clock.set_to(clock.at(date(2026, 11, 16), 7, 15)):
        raise_alerts()
    absent("Ada", start=date(2026, 11, 16), end=date(2026, 11, 20), codes="/\\")
    return Alert.objects.get(student=college.student("Ada"))


@pytest.fixture
def ben(college: College, rule: AlertRule, absent: Absent) -> Alert:
    """Ben's alert of Mon 16 Nov at 50 %, whose marks have been put right since: 92 % now."""
    AlertRule.objects.filter(pk=rule.pk).update(least_possible=4)
    absent("Ben", start=date(2026, 11, 12), end=date(2026, 11, 12))
    absent("Ben", start=date(2026, 11, 13), end=date(2026, 11, 13), codes="/\\")
    with clock.set_to(clock.at(date(2026, 11, 16), 7, 15)):
        raise_alerts()
    absent("Ben", start=date(2026, 10, 19), end=date(2026, 11, 6), codes="/\\")
    absent("Ben", start=date(2026, 11, 16), end=date(2026, 11, 16), codes="/\\")
    return Alert.objects.get(student=college.student("Ben"))


def test_every_kind_of_place_says_the_day_of_a_figure_and_todays(college: College, ada: Alert, sign_in: Any) -> None:
    number = college.student("Ada").pk
    assert words_of([ada.pk]) == {ada.pk: FELL}
    assert [
        row["why"][0].words for row in in_order_of_need(college.okafor, [number], permission="caseload.view_student")
    ] == [FELL]
    assert [
        row["first_why"][0].words
        for row in in_most_need(college.okafor, [number], permission="caseload.view_student", limit=5)
    ] == [FELL]
    assert [one.words for one in answering.open_reasons([number], college.okafor)] == [FELL]
    assert FELL in [line.item.words for line in due.waiting(college.okafor, "attendance_alerts").lines]
    client = sign_in(college.okafor)
    for page in (
        reverse(PAGE),
        reverse("caseload:student_detail", args=[college.student("Ada").public_id]),
        reverse("attendance:hold_new", args=[college.student("Ada").public_id]),
        reverse("caseload:caseload_list"),
        reverse("caseload:my_work"),
    ):
        assert plain(FELL) in text(client.get(page)), page
    file = client.get(reverse(PAGE) + "?as=csv")
    assert FELL in b"".join(file.streaming_content).decode("utf-8-sig")


def test_a_figure_of_this_morning_is_todays(college: College, ada: Alert) -> None:
    with clock.set_to(clock.at(college.today, 7, 15)):
        raise_alerts()
        assert words_of([ada.pk]) == {ada.pk: "Below 90\u202f% this year: 73.3\u202f%"}


def test_what_is_no_longer_so_says_so_and_ends_with_one_press(college: College, ben: Alert, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    page = text(client.get(reverse(PAGE)))
    assert plain(OVER) in page
    assert "1 alert on this page is no longer so. End this alert" in page
    page = client.post(
        reverse("attendance:alert_end"), {"alert": str(ben.public_id), "next": reverse(PAGE)}, follow=True
    )
    assert "1 alert ended: no longer so." in text(page)
    ben.refresh_from_db()
    assert (ben.state, ben.ended_by, ben.ended_note) == ("lapsed", college.okafor, "Now 92.3\u202f%")
    kept = Entry.objects.filter(verb=ALERT_NO_LONGER_SO).values_list("object_id", "details")
    assert [(number, details["student"]) for number, details in kept] == [(str(ben.pk), ben.student_id)]
    assert plain(OVER) not in text(client.get(reverse(PAGE)))
    assert "50.0 % on 16 Nov" in text(client.get(reverse(PAGE) + "?show=ended"))


def test_what_is_no_longer_so_is_no_reason_why_somebody_needs_attention(
    college: College, ada: Alert, ben: Alert, sign_in: Any
) -> None:
    ids = [college.student("Ada").pk, college.student("Ben").pk]
    assert {pk: [one.words for one in why] for pk, why in alert_reasons(ids, college.okafor).items()} == {
        ids[0]: [words_of([ada.pk])[ada.pk]]
    }
    page = sign_in(college.okafor).get(reverse("caseload:caseload_list") + "?show=alert")
    assert [row["id"] for row in page.context["page"].object_list] == [ids[0]]


def test_my_work_puts_what_is_no_longer_so_last_and_ends_it_with_one_press(
    college: College, ada: Alert, ben: Alert, sign_in: Any
) -> None:
    Alert.objects.filter(pk=ben.pk).update(raised_on=date(2026, 11, 2))  # the older one, and still it comes last
    client, my_work = sign_in(college.okafor), reverse("caseload:my_work")
    found, fell = due.waiting(college.okafor, "alert"), words_of([ada.pk])[ada.pk]
    assert [(line.item.words, line.item.note, line.item.done) for line in found.lines] == [
        (fell, "", ""), (OVER, "no longer so", "End alert"),
    ]  # fmt: skip
    assert len(found.lines) == found.total == due.due_count(college.okafor) - _others(college)
    assert [line.item.words for line in due.waiting(college.okafor, "alert", limit=1).lines] == [fell]
    for page in (my_work, reverse("caseload:caseload_list")):
        assert f"{plain(OVER)} Attendance alerts · 10A · no longer so" in text(client.get(page))
    waited = due.due_count(college.okafor)
    part = client.post(
        found.lines[1].item.done_url, {"next": my_work}, follow=True, headers={"HX-Request": "true"}
    ).content.decode()
    assert "1 alert ended: no longer so." in part
    # The part brings every count of My work with it: its tab, and the link at the top and under More.
    counts = re.findall(r'id="(work-[a-z-]+)"[^>]*hx-swap-oob.*?wm-count">(\d+)<', part, re.DOTALL)
    assert counts == [(place, str(waited - 1)) for place in ("work-tabs", "work-link", "work-link-more")]
    assert states() == [("Ada", "open"), ("Ben", "lapsed")]
    assert due.waiting(college.okafor, "alert").total == 1


def _others(college: College) -> int:
    """What waits for Ms Okafor besides alerts."""
    return sum(number for kind, number in due.waiting(college.okafor).counts.items() if kind != "alert")


def test_many_are_ended_at_once_and_what_still_holds_stays_open(college: College, ada: Alert, ben: Alert) -> None:
    assert actions.end_alerts_no_longer_so([ada.pk, ben.pk], by=college.okafor) == 1
    assert states() == [("Ada", "open"), ("Ben", "lapsed")]
    assert actions.end_alerts_no_longer_so([ada.pk, ben.pk], by=college.okafor) == 0


def test_the_tutor_of_the_next_group_ends_nothing(college: College, ben: Alert, sign_in: Any) -> None:
    with pytest.raises(NotAllowed):
        actions.end_alerts_no_longer_so([ben.pk], by=college.brandt)
    page = sign_in(college.brandt).post(reverse("attendance:alert_end"), {"alert": str(ben.public_id)}, follow=True)
    assert "These alerts had ended already." in text(page)
    assert states() == [("Ben", "open")]


def test_every_kind_gives_todays_figure_where_it_holds_no_longer(college: College, absent: Absent) -> None:
    absent("Ada", start=date(2026, 10, 5), end=date(2026, 11, 17), codes="/\\")
    absent("Ada", start=date(2026, 11, 18), end=date(2026, 11, 18), codes="UL")
    absent("Ada", start=date(2026, 11, 19), end=date(2026, 11, 20), codes="II")
    figures = {
        "below": ({"percent": 50}, "91.7\u202f%"),
        "consecutive": ({"count": 5}, "two days"),
        "unauthorised": ({"count": 10}, "1"),
        "late": ({"count": 5, "weeks": 4}, "twice"),
        "pattern": ({"weeks": 12}, "no pattern"),
    }
    student = college.student("Ada").pk
    for kind, (asked, figure) in figures.items():
        rule = AlertRule.objects.create(name=f"Any {kind}", kind=kind, least_possible=1, **asked)
        now = standing([(rule.pk, student)])[rule.pk, student]
        assert (kind, now.holds, now.figure) == (kind, False, figure)


def test_someone_no_longer_on_the_roll_is_said_to_be(college: College, ada: Alert) -> None:
    from caseload.models import SiteMembership

    SiteMembership.objects.filter(student=ada.student_id).delete()
    now = standing([(ada.rule_id, ada.student_id)])[ada.rule_id, ada.student_id]
    assert (now.holds, now.figure) == (False, "not on the roll")


def test_as_many_statements_for_one_alert_as_for_many(
    college: College, ada: Alert, absent: Absent, sign_in: Any
) -> None:
    def cost(ask: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as asked:
            ask()
        return len(asked)

    rule = ada.rule_id
    some = [(rule, ada.student_id)]
    many = [(rule, student.pk) for student in members(college)]
    assert cost(lambda: standing(some)) == cost(lambda: standing(many)) <= 9
    client = sign_in(college.lind)
    client.get(reverse(PAGE))
    few = cost(lambda: client.get(reverse(PAGE)))
    with clock.set_to(clock.at(college.today, 7, 15)):
        absent("Chloe", "Dmytro", "Esra", "Imran", start=date(2026, 11, 2), end=date(2026, 11, 13))
        raise_alerts()
    assert len(states()) == 5
    assert cost(lambda: client.get(reverse(PAGE))) == few
