"""What lists say: open and overdue, last seen, what is next, and why somebody needs attention."""

from datetime import date
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.pages.due import due_count
from interventions import queries
from interventions.panels import load_last_meeting
from interventions.queries.students import next_meetings, weeks_unseen
from tests.college import College


def test_open_and_overdue(college: College, target_of: Any) -> None:
    target_of("Ada", days=-1)
    target_of("Ada", days=0)
    target_of("Ada", state="met", closed_on=college.today)
    target_of("Ben", audience="pastoral")
    ada, ben = college.student("Ada").pk, college.student("Ben").pk
    assert queries.targets_open_overdue([ada, ben]) == {ada: (2, 1), ben: (1, 0)}
    assert queries.targets_open_overdue([ada, ben], college.mendes) == {ada: (2, 1)}


def test_last_seen_and_next(college: College, meeting_of: Any, target_of: Any) -> None:
    meeting_of("Ada", days_ago=30, next_on="2026-11-01")
    latest = meeting_of("Ada", days_ago=7, next_on="2026-12-01")
    target_of("Ada", days=5)
    target_of("Ben", days=9)
    ada, ben = college.student("Ada").pk, college.student("Ben").pk
    assert queries.last_seen([ada, ben]) == {ada: latest.held_at}
    assert queries.next_due([ada, ben]) == {ada: (date(2026, 11, 25), "Target"), ben: (date(2026, 11, 29), "Target")}


def test_a_later_meeting_without_a_date_settles_the_earlier_one(college: College, meeting_of: Any) -> None:
    meeting_of("Ada", days_ago=30, next_on="2026-11-01")
    meeting_of("Ada", days_ago=7)
    assert queries.next_due([college.student("Ada").pk]) == {}


def test_reasons_in_words(college: College, meeting_of: Any, target_of: Any) -> None:
    meeting_of("Ada", days_ago=14, next_on="2026-11-08")
    target_of("Ada", days=-3)
    meeting_of("Ben", days_ago=49)
    target_of("Chloe", days=3, state="at_risk")
    meeting_of("Chloe", days_ago=1)
    ids = [college.student(name).pk for name in ("Ada", "Ben", "Chloe", "Dmytro")]
    found = queries.reasons(ids, college.okafor)
    assert {student: [reason.words for reason in reasons] for student, reasons in found.items()} == {
        ids[0]: ["1 target overdue", "Review 12 days overdue"],
        ids[1]: ["Not seen for 7 weeks"],
        ids[2]: ["1 target at risk"],
        ids[3]: ["Not seen for 11 weeks"],
    }


def test_that_a_meeting_happened_counts_for_whoever_holds_them_with_the_student(college: College, meeting_of: Any):
    private = meeting_of("Ada", audience="named", days_ago=1)
    ada = college.student("Ada").pk
    assert queries.last_seen([ada], college.okafor) == {ada: private.held_at}
    assert queries.last_seen([ada], college.lind) == {ada: private.held_at}
    assert weeks_unseen([ada], college.lind) == {}
    # A teacher, who logs none, learns nothing of it and is told nothing wrong: neither seen nor unseen.
    assert queries.last_seen([ada], college.mendes) == {}
    assert weeks_unseen([ada], college.mendes) == {}


def test_a_review_is_not_overdue_when_a_meeting_followed_that_one_may_not_read(college: College, meeting_of: Any):
    meeting_of("Ada", days_ago=14, next_on="2026-11-08")
    ada = college.student("Ada").pk
    assert list(next_meetings([ada], college.lind)) == [ada]
    meeting_of("Ada", audience="named", days_ago=1, next_on="2026-11-30")
    assert next_meetings([ada], college.lind) == {}
    assert next_meetings([ada], college.okafor) == {ada: date(2026, 11, 30)}


def test_the_panel_gives_the_date_of_a_meeting_for_others_and_none_of_its_words(college: College, meeting_of: Any):
    older = meeting_of("Ada", days_ago=14)
    private = meeting_of("Ada", audience="named", days_ago=1)
    shown = load_last_meeting(college.lind, college.student("Ada"))
    assert (shown["last"].pk, shown["unread"]) == (older.pk, private.held_at)
    assert shown["figures"] == [
        {"label": "Last one-to-one", "value": "yesterday", "of": "Thu 19 Nov, for others to read"}
    ]
    assert load_last_meeting(college.mendes, college.student("Ada"))["unread"] is None


def test_the_work_count_is_what_can_be_due_of_every_kind(college: College, meeting_of: Any, target_of: Any) -> None:
    meeting_of("Ada", days_ago=14, next_on="2026-11-08")
    target_of("Ada", days=-3)
    target_of("Imran", days=-3)
    college.okafor.has_perm("interventions.log_meeting")
    with CaptureQueriesContext(connection) as seen:
        assert due_count(college.okafor) == 3  # the one-to-one, Ada's target, and this morning's register
    counted = [each["sql"] for each in seen if "due (kind)" in each["sql"]]
    assert len(counted) == 1  # whatever can be counted in SQL, together


def test_lists_cost_the_same_for_three_and_for_thirty(college: College, meeting_of: Any, target_of: Any) -> None:
    for student in college.students:
        meeting_of(student.given_name, next_on="2026-11-18")
        target_of(student.given_name, days=-2)
    ids = [student.pk for student in college.students]
    calls = (queries.targets_open_overdue, queries.last_seen, queries.next_due, queries.reasons)
    college.novak.has_perm("interventions.log_meeting")

    def count(some: list[int]) -> list[int]:
        numbers = []
        for call in calls:
            with CaptureQueriesContext(connection) as seen:
                assert len(call(some, college.novak)) == len(some)
            numbers.append(len(seen))
        return numbers

    assert count(ids[:3]) == count(ids) == [1, 1, 2, 4]
