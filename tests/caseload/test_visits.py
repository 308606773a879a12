"""Home visits: planned, checked in and out, longer, and the alert that must come, once each, until somebody has looked."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.models import Entry
from caseload.actions import visit_alerts
from caseload.actions import visits as actions
from caseload.actions.contacts import NotToBeContacted
from caseload.actions.visits import VisitMoved, VisitSaid
from caseload.models import Contact, ContactLogEntry, StudentContact, Visit, VisitPolicy, VisitStep
from caseload.queries.visits import bars_for
from core import clock
from core.jobs import run_now, schedules
from core.models import Mail
from core.pages import due

ALERT = "caseload.visit_alerted"


def said(college, **changes):
    now = clock.now()
    values = {
        "place": "1 High Street", "purpose": "Talk about mornings", "goes": college.okafor, "phone": "07700 900001",
        "watcher": college.price, "planned_for": now, "back_by": now + timedelta(hours=1),
    }  # fmt: skip
    return VisitSaid(**values | changes)


@pytest.fixture
def visit(college):
    """Ms Okafor is out at Ada's home until eleven; Ms Price watches."""
    planned = actions.plan_visit(college.okafor, college.student("Ada"), said(college), token=uuid4())
    Mail.objects.all().delete()
    return actions.check_in(college.okafor, planned)


def after(minutes):
    return clock.set_to(clock.now() + timedelta(minutes=minutes))


def mailed(subject=""):
    rows = Mail.objects.filter(subject__contains=subject).order_by("to_address")
    return [address.split("@")[0] for address in rows.values_list("to_address", flat=True)]


def fresh(user):
    vars(user).pop("_reach", None)
    return user


def test_a_visit_is_planned_once_and_its_watcher_told_without_a_students_name(college):
    token = uuid4()
    for _ in range(2):
        actions.plan_visit(college.okafor, college.student("Ada"), said(college), token=token)
    assert Visit.objects.count() == 1
    mail = Mail.objects.get()
    assert mail.to_address == "price@waymark.example"
    assert not [word for word in ("Ada", "Ábel", "High Street", "mornings") if word in mail.text + mail.subject]


def test_a_visit_is_planned_by_those_who_work_with_the_student_for_those_who_do(college):
    ada = college.student("Ada")
    with pytest.raises(PermissionDenied):
        actions.plan_visit(college.brandt, ada, said(college), token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.plan_visit(college.okafor, ada, said(college, goes=college.brandt), token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.plan_visit(college.okafor, ada, said(college, watcher=college.okafor), token=uuid4())


def test_nobody_is_visited_who_must_not_be_contacted(college):
    StudentContact.objects.update(no_contact=True)
    with pytest.raises(NotToBeContacted):
        actions.plan_visit(
            college.okafor, college.student("Ada"), said(college, contact=Contact.objects.get()), token=uuid4()
        )
    assert not Visit.objects.exists()


def test_a_missed_check_out_is_said_to_the_watcher_then_to_those_named_once_each(college, visit):
    VisitPolicy.objects.create(pk=1).people.set([college.novak])
    with after(74):
        assert visit_alerts.watch_visits() == 0
    with after(75):
        assert [visit_alerts.watch_visits(), visit_alerts.watch_visits()] == [1, 0]
        assert mailed() == ["okafor", "price"]
        mail = Mail.objects.get(to_address="price@waymark.example")
        assert "07700 900001" in mail.text
        assert not [word for word in ("Ada", "Ábel", "High Street") if word in mail.text + mail.subject]
    with after(90):
        assert [visit_alerts.watch_visits(), visit_alerts.watch_visits()] == [1, 0]
        assert mailed() == ["novak", "okafor", "okafor", "price", "price"]
    with after(24 * 60):
        assert [visit_alerts.watch_visits(), visit_alerts.watch_visits()] == [1, 0]
    assert Entry.objects.filter(verb=ALERT).count() == 3


def test_with_nobody_named_the_leaders_are_told(college, visit):
    with after(75):
        visit_alerts.watch_visits()
    with after(90):
        visit_alerts.watch_visits()
    assert {"achebe", "novak"} <= set(mailed())


def test_a_visit_to_which_nobody_checked_in_is_said_too(college):
    actions.plan_visit(college.okafor, college.student("Ada"), said(college), token=uuid4())
    with after(75):
        assert visit_alerts.watch_visits() == 1
    assert mailed("has not checked in to") == ["price"]


def test_a_worker_that_dies_in_the_middle_leaves_the_alert_to_the_next_minute(college, visit, monkeypatch):
    queue, calls = visit_alerts.queue_mail, []

    def dies(**mail):
        calls.append(mail)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return queue(**mail)

    monkeypatch.setattr(visit_alerts, "queue_mail", dies)
    with after(80):
        with pytest.raises(KeyboardInterrupt):
            run_now("caseload.watch_visits")
        assert mailed() == []
        monkeypatch.setattr(visit_alerts, "queue_mail", queue)
        for _ in range(2):
            run_now("caseload.watch_visits")
    assert mailed() == ["okafor", "price"]
    assert VisitStep.objects.filter(kind="alerted").count() == 1


def test_it_is_looked_at_each_minute():
    ours = next(schedule for schedule in schedules() if schedule.task == "caseload.watch_visits")
    assert ours.every == timedelta(minutes=1)


def test_one_press_gives_more_time_and_two_presses_of_one_page_give_it_once(college, visit):
    with after(70):
        longer = actions.extend_visit(college.okafor, visit, visit.version)
        with pytest.raises(VisitMoved):
            actions.extend_visit(college.okafor, visit, visit.version)
        assert longer.back_by == clock.now() + timedelta(minutes=30)
    with after(114):
        assert visit_alerts.watch_visits() == 0
    with after(115):
        assert visit_alerts.watch_visits() == 1


def test_checking_out_ends_the_alert_and_says_so(college, visit):
    with after(80):
        visit_alerts.watch_visits()
        back = actions.check_out(college.okafor, Visit.objects.get(pk=visit.pk))
        assert (back.state, back.alert_level) == ("back", 0)
        assert mailed("the alert is over") == ["price"]
        with pytest.raises(VisitMoved):
            actions.check_out(college.okafor, visit)
    with after(500):
        assert visit_alerts.watch_visits() == 0


def test_what_somebody_found_ends_the_alerts(college, visit):
    with after(80):
        visit_alerts.watch_visits()
        now = Visit.objects.get(pk=visit.pk)
        with pytest.raises(PermissionDenied):
            actions.settle_visit(college.brandt, now, "safe", "Rang her")
        actions.settle_visit(college.price, now, "safe", "Rang her: on the bus")
        with pytest.raises(VisitMoved):
            actions.settle_visit(college.lind, now, "safe", "Met her")
    with after(500):
        assert visit_alerts.watch_visits() == 0
    assert VisitStep.objects.get(kind="found").words == "They are safe. Rang her: on the bus"


def test_only_those_on_the_visit_check_in_and_out(college, visit):
    for press in (actions.check_out, actions.check_in, lambda by, row: actions.extend_visit(by, row, row.version)):
        with pytest.raises(PermissionDenied):
            press(college.lind, visit)


def test_a_visit_becomes_one_entry_of_the_contact_log_with_what_to_follow_up(college, visit):
    with after(30):
        actions.check_out(college.okafor, visit)
        due = clock.today() + timedelta(days=7)
        entries = [
            actions.write_down_visit(
                college.okafor, visit, contact=Contact.objects.get(), summary="Mornings", outcome="A bus pass", follow_up_on=due
            )
            for _ in range(2)
        ]  # fmt: skip
    assert entries[0] == entries[1] == ContactLogEntry.objects.get()
    assert (entries[0].channel, entries[0].direction, entries[0].at) == ("visit", "out", visit.checked_in_at)
    verbs = Entry.objects.filter(object_kind="visit").order_by("id").values_list("verb", flat=True)
    assert [verb.removeprefix("caseload.visit_") for verb in verbs] == [
        "planned",
        "checked_in",
        "checked_out",
        "logged",
    ]


def test_the_line_on_top_costs_nothing_while_nobody_is_out(college, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert bars_for(college.okafor) == []


def test_who_sees_the_line_on_top(college, visit, django_assert_num_queries):
    assert [(bar.mine, bar.late) for bar in bars_for(fresh(college.okafor))] == [(True, False)]
    assert bars_for(fresh(college.price)) == []
    with after(80):
        visit_alerts.watch_visits()
        with django_assert_num_queries(2):
            assert [(bar.mine, bar.late) for bar in bars_for(fresh(college.price))] == [(False, True)]
        assert bars_for(fresh(college.lind)) == []


def test_the_line_stands_on_every_page_and_one_tap_checks_out(college, sign_in, visit):
    client = sign_in(college.okafor)
    page = client.get("/caseload/").content.decode()
    assert "You are on a home visit until 11:00" in page
    address = reverse("caseload:visit_act", args=[visit.public_id])
    answer = client.post(address, {"do": "longer", "version": visit.version, "next": "/caseload/"})
    assert answer["Location"] == "/caseload/"
    answer = client.post(address, {"do": "out"})
    assert answer["Location"] == reverse("caseload:visit_write", args=[visit.public_id])
    form = {"summary": "Mornings", "outcome": "A bus pass", "contact": "", "follow_up_on": ""}
    assert client.post(answer["Location"], form).status_code == 302
    assert "Write it down" not in client.get(reverse("caseload:visit_list")).content.decode()


def test_whoever_is_told_sees_where_and_not_whose_home_it_is(college, sign_in):
    planned = actions.plan_visit(
        college.okafor, college.student("Ada"), said(college, watcher=college.brandt), token=uuid4()
    )
    page = sign_in(college.brandt).get(reverse("caseload:visit_detail", args=[planned.public_id])).content.decode()
    assert "1 High Street" in page
    assert not [word for word in ("Ada", "Ábel", "mornings") if word in page]
    assert sign_in(college.vance).get(reverse("caseload:visit_detail", args=[planned.public_id])).status_code == 404


def test_the_plan_says_what_is_wrong_and_keeps_what_was_typed(college, sign_in):
    client, address = sign_in(college.okafor), reverse("caseload:visit_plan", args=[college.student("Ada").public_id])
    form = {
        "form_token": uuid4(), "contact": "", "place": "1 High Street", "purpose": "🙂 صباح", "phone": "07700 900001",
        "goes": college.brandt.pk, "watcher": college.brandt.pk,
        "planned_for": "2026-11-20T15:00", "back_by": "2026-11-20T14:00",
    }  # fmt: skip
    answer = client.post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("This is before it begins", "does not work with this student", "stays behind", "🙂 صباح"):
        assert words in page
    right = form | {"goes": college.okafor.pk, "watcher": college.price.pk, "back_by": "2026-11-20T16:00"}
    assert client.post(address, right).status_code == 302
    assert Visit.objects.get().watcher == college.price


def test_a_data_manager_sets_who_is_told(college, sign_in):
    client, address = sign_in(college.tran), reverse("caseload:visit_policy")
    form = {"alert_after_minutes": 5, "escalate_after_minutes": 10, "extend_minutes": 20, "people": [college.rahman.pk]}
    assert client.post(address, form | {"alert_after_minutes": 0}).status_code == 422
    assert client.post(address, form).status_code == 302
    assert [person.pk for person in VisitPolicy.objects.get().people.all()] == [college.rahman.pk]
    assert str(college.rahman.formal_name) in client.get(address).content.decode()


def test_my_work_says_who_is_not_back_and_what_is_to_be_written_down(college, visit):
    def waits(user):
        return [(line.source.key, line.item.click) for line in due.waiting(user).lines if line.source.key != "register"]

    assert waits(college.okafor) == [("visit", "Check out")]
    with after(80):
        visit_alerts.watch_visits()
        assert waits(college.price) == [("not_back", "Say what you found")]
        assert waits(college.lind) == []
        actions.check_out(college.okafor, visit)
        assert waits(college.price) == []
        assert waits(college.okafor) == [("visit_write", "Write it down")]


@pytest.mark.parametrize(
    ("now", "proposed"),
    [
        (clock.at(date(2026, 11, 20), 10, 20), clock.at(date(2026, 11, 20), 11)),
        (clock.at(date(2026, 11, 20), 5), clock.at(date(2026, 11, 20), 9)),
        (clock.at(date(2026, 11, 20), 19, 30), clock.at(date(2026, 11, 23), 9)),
        (clock.at(date(2026, 11, 21), 10), clock.at(date(2026, 11, 23), 9)),
    ],
)
def test_a_visit_is_proposed_in_the_daytime_of_a_school_day(college, sign_in, now, proposed):
    client = sign_in(college.okafor)
    with clock.set_to(now):
        form = client.get(reverse("caseload:visit_plan", args=[college.student("Ada").public_id])).context["form"]
    assert form["planned_for"].initial == proposed
