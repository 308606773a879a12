"""Workload by tutor: the numbers, the lists behind them, and who sees neither."""

from datetime import timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from caseload.models import ContactLogEntry
from core import clock
from interventions.queries.workload import listed_behind, workload_by_tutor, workload_of
from tests.college import College


def numbers(user: Any) -> dict[str, tuple[Any, ...]]:
    """What each tutor has, by family name."""
    return {
        row.tutor.family_name: (
            row.groups, row.students, row.held, row.held_per_100, row.due, row.overdue, row.targets, row.alerts,
            row.waited, row.follow_ups,
        )
        for row in workload_by_tutor(user)
    }  # fmt: skip


def fill(college: College, meeting_of: Any, target_of: Any, alert_of: Any) -> None:
    """Some work of 10A's tutor, and some that others did with the same students."""
    meeting_of("Ada", days_ago=20, next_on="2026-11-18")
    meeting_of("Ben", days_ago=10, next_on="2026-11-24")
    meeting_of("Chloe", days_ago=5, next_on="2026-12-24")
    meeting_of("Chloe", days_ago=3, by=college.lind)
    meeting_of("Hugo", days_ago=100, audience="named", notes="Nobody else's")
    target_of("Ada", days=-3, what="Hand in the essay")
    target_of("Ada", days=3)
    alert_of("Esra")
    alert_of("Finn", escalated_at=clock.now())
    ContactLogEntry.objects.create(
        student=college.student("Gita"), channel="call", at=clock.now(), summary="Left a message",
        follow_up_on=college.today - timedelta(days=1), logged_by=college.okafor,
    )  # fmt: skip


def test_each_tutor_with_what_they_have_have_done_and_have_waiting(
    college: College, meeting_of: Any, target_of: Any, alert_of: Any, django_assert_num_queries: Any
) -> None:
    fill(college, meeting_of, target_of, alert_of)
    assert numbers(college.lind) == {
        "Okafor": ("10A", 8, 3, None, 1, 1, 1, 2, 1, 1),
        "Brandt": ("10B", 6, 0, None, 0, 0, 0, 0, 0, 0),
    }
    with django_assert_num_queries(5):
        workload_by_tutor(college.lind)
    with django_assert_num_queries(6):
        assert len(workload_by_tutor(college.novak)) == 3


def test_a_figure_per_hundred_is_given_from_ten_students_on(college: College, meeting_of: Any) -> None:
    college.grant(college.okafor, "tutor", "caseload", college.caseloads["10B"], capacity="co_tutor")
    for given in ("Ada", "Ben", "Imran"):
        meeting_of(given)
    (okafor, brandt) = sorted(workload_by_tutor(college.lind), key=lambda row: -row.students)
    assert (okafor.groups, okafor.students, okafor.held, okafor.held_per_100) == ("10A, 10B", 14, 3, 21)
    assert (brandt.students, brandt.held_per_100) == (6, None)
    week = DateRange(college.today, college.today + timedelta(days=7))
    college.grant(college.brandt, "tutor", "caseload", college.caseloads["10A"], capacity="cover", period=week)
    brandt = next(row for row in workload_by_tutor(college.lind) if row.tutor == college.brandt)
    assert (brandt.groups, brandt.students, brandt.held_per_100) == ("10A (cover), 10B", 14, None)


def test_every_number_is_as_long_as_the_list_behind_it(
    college: College, meeting_of: Any, target_of: Any, alert_of: Any
) -> None:
    fill(college, meeting_of, target_of, alert_of)
    row = workload_of(college.lind, college.okafor.public_id)
    assert row is not None
    found = {
        show: [(line.student["given_name"], line.words) for line in listed_behind(college.lind, row, show)]
        for show in ("held", "due", "overdue", "targets", "alerts", "follow_ups")
    }
    over = "Missed three mornings, as at 18 Nov, now no pattern · raised Wed 18 Nov"
    assert found == {
        "held": [("Chloe", "Sun 15 Nov"), ("Ben", "Tue 10 Nov"), ("Ada", "Sat 31 Oct")],
        "due": [("Ben", "due Tue 24 Nov")],
        "overdue": [("Ada", "due Wed 18 Nov")],
        "targets": [("Ada", "Hand in the essay · by Tue 17 Nov")],
        "alerts": [
            ("Esra", f"{over}, no longer so"),
            ("Finn", f"{over}, not acted on in time, no longer so"),
        ],
        "follow_ups": [("Gita", "Left a message · due Thu 19 Nov")],
    }
    assert {show: len(lines) for show, lines in found.items()} == {show: getattr(row, show) for show in found}
    assert len(listed_behind(college.lind, row, "students")) == row.students == 8


def test_tutors_and_leaders_of_others_see_none_of_it(college: College, sign_in: Any) -> None:
    page = reverse("interventions:workload_detail", args=[college.okafor.public_id])
    assert workload_by_tutor(college.okafor) == []
    assert sign_in(college.okafor).get(page).status_code == 403
    assert sign_in(college.vance).get(page).status_code == 404
    assert workload_by_tutor(college.vance) == []
    leader = sign_in(college.lind)
    assert leader.get(page, {"show": "no such list"}).context["show"] == "students"
    rows = leader.get(reverse("interventions:workload_list"), {"sort": "-students"}).context["rows"]
    assert [row.tutor for row in rows] == [college.okafor, college.brandt]
