"""My work: everything due in one list, each with its one next click, and only what is this person's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from caseload.models import ContactLogEntry
from core import clock
from interventions.models import Meeting, Target
from tests.college import College

PAGE = "/my-work/"


@pytest.fixture
def call_of(college: College) -> Callable[..., ContactLogEntry]:
    """Makes a contact to follow up, due so many days ago."""

    def make(given: str, by: Any = None, days_ago: int = 3) -> ContactLogEntry:
        return ContactLogEntry.objects.create(
            student=college.student(given), channel="call", at=clock.now(), summary="Left a message",
            follow_up_on=college.today - timedelta(days=days_ago), logged_by=by or college.okafor,
        )  # fmt: skip

    return make


def lines(page: Any) -> list[tuple[str, str, str]]:
    """Whom each line is about (nobody: a register), what kind it is, and its next click."""
    return [
        (line.student["given_name"] if line.student else line.item.words, line.kind, line.item.click)
        for line in page.context["found"].lines
        if line.kind != "Registers not taken"
    ]


def test_one_list_of_what_is_due_oldest_harm_first(
    college: College, sign_in: Any, meeting_of: Any, target_of: Any, alert_of: Any, call_of: Any
) -> None:
    call_of("Gita", days_ago=30)
    meeting_of("Ada", next_on="2026-11-18")
    target_of("Chloe", days=-5)
    target_of("Ben", days=-9)
    alert_of("Esra", holds=True)
    alert_of("Finn", days_ago=30)  # no longer so: it waits only to be ended
    # Not hers: of the next group, and not due yet.
    target_of("Imran", days=-5, by=college.brandt)
    alert_of("Imran")
    meeting_of("Hugo", next_on="2026-11-25")
    page = sign_in(college.okafor).get(PAGE)
    assert lines(page) == [
        ("Esra", "Attendance alerts", "One-to-one"),
        ("Gita", "Contacts to follow up", "Log a contact"),
        ("Ben", "Targets overdue", "Review"),
        ("Chloe", "Targets overdue", "Review"),
        ("Ada", "One-to-ones", "Hold it"),
        ("Finn", "Attendance alerts", "Student"),
    ]
    only = sign_in(college.okafor).get(PAGE, {"kind": "target"})
    assert [line[0] for line in lines(only)] == ["Ben", "Chloe"]
    assert [chip["count"] for chip in only.context["chips"]] == [7, 2, 1, 2, 1, 1]


def test_a_leader_sees_what_nobody_acted_on_and_what_is_theirs_only(
    college: College, sign_in: Any, meeting_of: Any, target_of: Any, alert_of: Any
) -> None:
    meeting_of("Ada", next_on="2026-11-18")
    meeting_of("Jade", next_on="2026-11-17", by=college.lind)
    target_of("Ada", days=-5)
    alert_of("Ben")
    alert_of("Imran", holds=True, escalated_at=clock.now())
    assert lines(sign_in(college.lind).get(PAGE)) == [
        ("Imran", "Attendance alerts", "One-to-one"),
        ("Jade", "One-to-ones", "Hold it"),
    ]
    assert lines(sign_in(college.mendes).get(PAGE)) == []
    assert lines(sign_in(college.vance).get(PAGE)) == []


def test_what_is_for_named_people_is_nobody_elses_duty(college: College, sign_in: Any, meeting_of: Any) -> None:
    meeting_of("Ada", by=college.lind, audience="named", next_on="2026-11-18")
    assert lines(sign_in(college.okafor).get(PAGE)) == []
    assert [line[0] for line in lines(sign_in(college.lind).get(PAGE))] == ["Ada"]


def test_followed_up_with_one_click_and_back_on_the_list(college: College, sign_in: Any, call_of: Any) -> None:
    entry = call_of("Gita")
    tutor = sign_in(college.okafor)
    done = lines_of(tutor.get(PAGE))[0].done_url
    answer = tutor.post(done, {"next": PAGE}, headers={"HX-Request": "true"}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Left a message" not in answer.content.decode()
    assert "<html" not in answer.content.decode()
    entry.refresh_from_db()
    assert entry.followed_up_at is not None
    away = tutor.post(done, {"next": "https://elsewhere.example/"})
    assert away.headers["Location"] == reverse("caseload:student_detail", args=[college.student("Gita").public_id])


def lines_of(page: Any) -> list[Any]:
    """The items of the page about students."""
    return [line.item for line in page.context["found"].lines if line.student]


def test_the_register_of_this_morning_is_whose_turn_it_is(college: College, sign_in: Any) -> None:
    found = sign_in(college.okafor).get(PAGE).context["found"].lines
    assert [(line.item.words, line.item.click, line.student) for line in found] == [
        ("Register of 10A · AM", "Take it", None)
    ]
    # Whoever leads the year reaches that register, and it is not theirs to take.
    assert sign_in(college.lind).get(PAGE).context["found"].lines == []
    register = sign_in(college.okafor).get(found[0].item.url)
    assert register.status_code == 200


def test_a_one_to_one_clears_its_line_and_the_old_address_leads_here(
    college: College, sign_in: Any, meeting_of: Any, kind: Any
) -> None:
    meeting_of("Ada", next_on="2026-11-18")
    tutor = sign_in(college.okafor)
    assert len(lines_of(tutor.get(PAGE))) == 1
    meeting_of("Ada", days_ago=0)
    assert lines_of(tutor.get(PAGE)) == []
    assert tutor.get("/due/").headers["Location"] == PAGE
    assert tutor.get("/due/?show=targets").headers["Location"] == f"{PAGE}?kind=target"


def test_the_list_costs_the_same_for_three_and_for_thirty(
    college: College, sign_in: Any, alert_of: Any, call_of: Any, django_assert_max_num_queries: Any
) -> None:
    group = ("Ada", "Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo")
    tutor = sign_in(college.okafor)

    def fill(names: tuple[str, ...]) -> None:
        for given in names:
            kind = Meeting.objects.model._meta.get_field("type").related_model.objects.first()
            student, by = college.student(given), college.okafor
            held_at = clock.at(college.today - timedelta(days=9), 11)
            Meeting.objects.create(
                student=student, type=kind, held_at=held_at, written_by=by, led_by=by, form_token=uuid4(),
                next_on=college.today - timedelta(days=2),
            )  # fmt: skip
            for _ in range(4):
                Target.objects.create(
                    student=student, what="To be on time", due_on=college.today - timedelta(days=1), set_by=by, changed_by=by
                )  # fmt: skip
            alert_of(given)
            call_of(given)

    def count() -> int:
        tutor.get(PAGE)
        with django_assert_max_num_queries(100) as seen:
            tutor.get(PAGE)
        return len(seen)

    fill(group[:1])
    few = count()
    fill(group[1:])
    assert count() == few
    assert len(lines_of(tutor.get(PAGE))) == 56


def test_the_tutors_home_shows_the_first_handful_and_the_count(college: College, sign_in: Any, target_of: Any) -> None:
    for days in range(1, 8):
        target_of("Ada", days=-days, what=f"Target {days} days late")
    page = sign_in(college.okafor).get("/caseload/")
    assert [line.item.words for line in page.context["work"].lines] == [
        "Register of 10A · AM",
        "Target 7 days late",
        "Target 6 days late",
        "Target 5 days late",
        "Target 4 days late",
    ]
    assert "All 8 on My work" in page.content.decode()
    assert sign_in(college.okafor).get("/caseload/?show=attention").context["work"] is None


def test_a_target_shows_how_far_it_has_got(college: College, sign_in: Any, target_of: Any) -> None:
    target_of("Ada", days=-2, figure="count", figure_goal=3)
    tutor = sign_in(college.okafor)
    assert [item.note for item in lines_of(tutor.get(PAGE))] == ["0 so far, 3 wanted"]
    printed = tutor.get(reverse("interventions:meeting_page", args=[college.student("Ada").public_id]))
    assert "0 so far, 3 wanted" in printed.content.decode()


def test_at_most_a_hundred_are_shown_with_the_count_of_all(college: College, sign_in: Any) -> None:
    by = college.okafor
    Target.objects.bulk_create(
        Target(
            student=college.student("Ada"), what=f"Target {n}", due_on=college.today - timedelta(days=n + 1),
            set_by=by, changed_by=by,
        )
        for n in range(120)
    )  # fmt: skip
    page = sign_in(by).get(PAGE)
    assert (len(page.context["found"].lines), page.context["total"]) == (100, 121)
    assert lines_of(page)[0].words == "Target 119"
    assert "The first 100 of 121." in page.content.decode()


def test_the_next_click_of_every_line_opens(
    college: College, sign_in: Any, meeting_of: Any, target_of: Any, alert_of: Any, call_of: Any
) -> None:
    call_of("Gita")
    meeting_of("Ada", next_on="2026-11-18")
    target_of("Chloe", days=-5)
    alert_of("Esra")
    browser = sign_in(college.okafor)
    clicks = {line.kind: line.item.url for line in browser.get(PAGE).context["found"].lines}
    assert len(clicks) == 5
    assert {kind: browser.get(url).status_code for kind, url in clicks.items()} == dict.fromkeys(clicks, 200)


def test_an_overdue_target_is_reviewed_from_my_work_and_leads_back(
    college: College, sign_in: Any, target_of: Any
) -> None:
    target = target_of("Chloe", days=-5)
    browser = sign_in(college.okafor)
    url = reverse("interventions:target_review", args=[target.public_id])
    page = browser.get(url, headers={"Referer": f"http://testserver{PAGE}"})
    assert (page.status_code, page.context["back"]) == (200, PAGE)
    assert "alert-danger" not in page.content.decode()
    sent = browser.post(url, {"next": PAGE, "outcome": "met"})
    assert (sent.status_code, sent.url) == (302, PAGE)
    assert (lines(browser.get(PAGE)), browser.get(url).status_code) == ([], 302)
