"""The pages of reports and schedules: for whoever may, and not for the nearest person who may not."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from reporting.models import ReportRun, Subscription
from tests.college import College
from tests.reporting.conftest import build


def address(name: str, row: Any = None) -> str:
    return reverse(f"reporting:{name}", args=[row.public_id] if row else [])


def asked(college: College, **more: Any) -> dict[str, Any]:
    """What a browser sends to have Year 10's report built."""
    return {
        "scope": f"year_group:{college.years[10].public_id}",
        "term": str(college.terms[0].pk),
        "edition": "staff",
        "recipients": [str(college.lind.pk)],
        "form_token": str(uuid4()),
    } | more


def planned(college: College, **more: Any) -> dict[str, Any]:
    """What a browser sends to save a schedule."""
    return {
        "name": "Year 10 each week", "scope": f"year_group:{college.years[10].public_id}", "edition": "staff",
        "frequency": "week", "weekday": "4", "at": "06:30", "starts_on": "2026-11-20",
        "recipients": [str(college.lind.pk)],
    } | more  # fmt: skip


def test_a_head_of_year_asks_and_watches(college: College, sign_in: Any) -> None:
    client = sign_in(college.lind)
    assert client.get(address("report_new")).status_code == 200
    sent = asked(college)
    first, second = client.post(address("report_new"), sent), client.post(address("report_new"), sent)
    run = ReportRun.objects.get()
    assert first["Location"] == second["Location"] == address("report_detail", run)
    page = client.get(address("report_detail", run)).content.decode()
    assert "Attendance and progress: Year 10, Waymark School" in page
    assert "hx-trigger" in page
    part = client.get(address("report_detail", run), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="state"')
    assert "Attendance and progress: Year 10" in client.get(address("report_list")).content.decode()


def test_he_is_offered_his_own_students_and_terms_that_have_begun(college: College, sign_in: Any) -> None:
    form = sign_in(college.lind).get(address("report_new")).context["form"]
    assert [label for _, label in form.fields["scope"].choices] == ["Year 10 (year group)"]
    assert list(form.fields["term"].queryset) == [college.terms[0]]
    leader = sign_in(college.novak).get(address("report_new")).context["form"]
    assert leader.fields["scope"].choices[0] == ("college:1", "Whole college")


@pytest.mark.parametrize(
    ("field", "value"),
    [("scope", "college:1"), ("scope", "year_group:x"), ("term", "spring"), ("edition", "press"), ("form_token", "x")],
)
def test_what_was_not_offered_is_refused(college: College, sign_in: Any, field: str, value: str) -> None:
    answer = sign_in(college.lind).post(address("report_new"), asked(college, **{field: value}))
    assert (answer.status_code, ReportRun.objects.count()) == (422, 0)


def test_a_recipient_who_cannot_see_these_students_is_named(college: College, sign_in: Any) -> None:
    answer = sign_in(college.lind).post(address("report_new"), asked(college, recipients=[str(college.vance.pk)]))
    assert answer.status_code == 422
    assert "Ruth Vance can’t see" in answer.content.decode().replace("&#x27;", "’")


def test_whose_report_it_is(full: College, ask: Any, sign_in: Any) -> None:
    run = build(ask())
    whose = {"lind": 200, "doyle": 200, "novak": 200, "vance": 404, "hollis": 404, "okafor": 403}
    for who, status in whose.items():
        client = sign_in(full.staff[who])
        assert client.get(address("report_detail", run)).status_code == status, who
        answer = client.get(address("report_download", run))
        assert answer.status_code == status, who
        downloads = Entry.objects.filter(verb="reporting.report_downloaded", object_id=str(run.pk), refused=False)
        assert downloads.filter(actor_id=full.staff[who].pk).count() == (status == 200), who
        if status == 200:
            body = answer.getvalue() if hasattr(answer, "getvalue") else b"".join(answer.streaming_content)
            assert body.startswith(b"%PDF"), who
            assert "attachment" in answer["Content-Disposition"], who


def test_a_list_holds_only_what_the_viewer_reaches(college: College, ask: Any, sign_in: Any) -> None:
    ask()
    assert list(sign_in(college.vance).get(address("report_list")).context["page"]) == []
    assert len(sign_in(college.novak).get(address("report_list")).context["page"]) == 1


def test_no_file_yet_says_so(college: College, ask: Any, sign_in: Any) -> None:
    run = ask()
    answer = sign_in(college.lind).get(address("report_download", run), follow=True)
    assert "There is no file yet" in answer.content.decode()


def test_stop_and_try_again(college: College, ask: Any, sign_in: Any) -> None:
    run = ask()
    client = sign_in(college.lind)
    assert sign_in(college.doyle).post(address("report_cancel", run)).status_code == 403
    for name, words in (
        ("report_again", "It is not one that failed"), ("report_cancel", "Stopped."), ("report_cancel", "over already"),
        ("report_again", "It waits to be built again"),
    ):  # fmt: skip
        assert words in client.post(address(name, run), follow=True).content.decode()
    assert client.get(address("report_cancel", run)).status_code == 405


def test_a_leader_makes_changes_and_stops_a_schedule(college: College, sign_in: Any) -> None:
    client = sign_in(college.novak)
    assert client.post(address("schedule_new"), planned(college)).status_code == 302
    schedule = Subscription.objects.get()
    assert (schedule.scope_name, schedule.owner) == ("Year 10, Waymark School", college.novak)
    form = client.get(address("schedule_edit", schedule)).context["form"]
    assert form.initial["scope"] == f"year_group:{college.years[10].public_id}"
    saved = planned(college, scope="college:1", recipients=[str(college.achebe.pk)], version="1")
    assert client.post(address("schedule_edit", schedule), saved).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.scope_name, schedule.version) == ("Whole college", 2)
    for words in ("is stopped", "stopped it before"):
        assert words in client.post(address("schedule_stop", schedule), follow=True).content.decode()


def test_the_second_of_two_savers_sees_both_and_can_go_on(college: College, sign_in: Any) -> None:
    mine, theirs = sign_in(college.novak), sign_in(college.achebe)
    mine.post(address("schedule_new"), planned(college))
    schedule = Subscription.objects.get()
    theirs.post(address("schedule_edit", schedule), planned(college, name="Hers", version="1"))
    answer = mine.post(address("schedule_edit", schedule), planned(college, name="His", version="1"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Hers" in page
    assert 'value="His"' in page
    assert 'value="2"' in page
    assert mine.post(address("schedule_edit", schedule), planned(college, name="His", version="2")).status_code == 302
    schedule.refresh_from_db()
    assert schedule.name == "His"


def test_a_schedule_without_recipients_is_refused(college: College, sign_in: Any) -> None:
    answer = sign_in(college.novak).post(address("schedule_new"), planned(college, recipients=[]))
    assert (answer.status_code, Subscription.objects.count()) == (422, 0)


@pytest.mark.parametrize("who", ["lind", "doyle", "tran", "okafor", "ward", "sam"])
def test_schedules_are_not_for_everybody(college: College, sign_in: Any, who: str) -> None:
    schedule = Subscription.objects.create(name="x", owner=college.novak, year_group=college.years[10])
    client = sign_in(college.staff[who])
    for page in (address("schedule_list"), address("schedule_new"), address("schedule_edit", schedule)):
        assert client.get(page).status_code == 403
    assert client.post(address("schedule_stop", schedule)).status_code == 403
    schedule.refresh_from_db()
    assert schedule.stopped_at is None


def test_lists_cost_the_same_for_three_and_for_thirty(
    college: College, ask: Any, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(college.novak)

    def make(number: int) -> None:
        for at in range(number):
            ask(college.novak)
            plan = Subscription.objects.create(name=f"Plan {at}", owner=college.novak, year_group=college.years[10])
            plan.recipients.set([college.lind, college.novak])

    def count(page: str) -> int:
        client.get(page)
        with django_assert_max_num_queries(100) as seen:
            client.get(page)
        return len(seen)

    make(3)
    pages = (address("report_list"), address("schedule_list"))
    few = [count(page) for page in pages]
    make(27)
    assert [count(page) for page in pages] == few
