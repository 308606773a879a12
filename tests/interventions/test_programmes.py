"""Interventions: started for chosen students, sessions in one screen, joining and leaving, reviews, and who sees what."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import escape

from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload.registries import answering
from core import clock
from core.jobs import run_now
from interventions import due_sources
from interventions.actions import impact as impact_actions
from interventions.actions import programmes as actions
from interventions.choices_programmes import IMPACT, RUN
from interventions.models import (
    BankItem,
    ChoiceExplained,
    ChoiceTakenBack,
    ImpactRun,
    Intervention,
    InterventionMember,
    InterventionReview,
    InterventionSession,
    InterventionType,
    SessionAttendance,
)
from interventions.queries import explained as impact_explained
from interventions.queries import impact as impact_queries
from interventions.queries import programmes as queries

SET_UP = {"intended": "Attendance of 95 %", "figure": "attendance"}


@pytest.fixture
def kind(db):
    return InterventionType.objects.get(name="Attendance mentoring")


@pytest.fixture
def said(college, kind):
    def make(**more):
        values = {
            "type": kind, "title": "Mentoring", "area": "attendance", "led_by": college.okafor,
            "starts_on": college.today - timedelta(days=21), "review_on": college.today + timedelta(days=21), **SET_UP,
        }  # fmt: skip
        return actions.InterventionSaid(**(values | more))

    return make


@pytest.fixture
def started(college, said):
    """Mentoring of Ada and Ben, whom Mr Lind reaches, led by Ms Okafor."""
    students = [college.student("Ada"), college.student("Ben")]
    return actions.start_intervention(college.lind, said(), students, token=uuid4())


def outsider(college):
    """A student whom Mr Lind does not reach."""
    from caseload.models import Student

    reached = Student.objects.visible_to(college.lind, RUN).values("pk")
    return Student.objects.exclude(pk__in=reached).order_by("pk").first()


def form(college, kind, **more):
    today = college.today
    return {
        "type": kind.pk, "led_by": college.lind.pk, "starts_on": today, "review_on": today + timedelta(days=30),
        "form_token": uuid4(), "chosen_for": "none", **SET_UP,
    } | more  # fmt: skip


def test_starting_clears_the_ticked_reasons_and_is_recorded(college, said):
    ada = college.student("Ada")
    rule = AlertRule.objects.create(name="Below", kind="below", percent=85)
    Alert.objects.create(
        student=ada, rule=rule, reason="82 % in six weeks", raised_on=college.today, true_on=college.today
    )
    keys = [reason.key for reason in answering.open_reasons([ada.pk], college.lind)]
    row = actions.start_intervention(college.lind, said(), [ada], token=uuid4(), answers=keys)
    alert = Alert.objects.get(student=ada)
    assert (alert.state == "open", alert.ended_through) == (False, "Intervention")
    entry = Entry.objects.filter(verb="intervention_started").get()
    assert (entry.object_id, entry.details) == (str(row.pk), {"students": [ada.pk]})


def test_the_same_form_twice_starts_one(college, said):
    token, ada = uuid4(), [college.student("Ada")]
    first = actions.start_intervention(college.lind, said(), ada, token=token)
    assert actions.start_intervention(college.lind, said(), ada, token=token) == first
    assert Intervention.objects.count() == InterventionMember.objects.count() == 1


def test_nobody_out_of_reach_is_put_in(college, said, started):
    with pytest.raises(PermissionDenied):
        actions.start_intervention(college.lind, said(), [college.student("Ada"), outsider(college)], token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.add_students(college.lind, started, [outsider(college)], college.today)
    assert Intervention.objects.count() == 1


def test_who_sees_an_intervention_and_its_impact(college, started):
    def seen(who, permission):
        return Intervention.objects.all().visible_to(who, permission).exists()

    everybody = (
        college.okafor,
        college.brandt,
        college.lind,
        college.vance,
        college.lowe,
        college.mendes,
        college.ward,
    )
    assert [seen(who, RUN) for who in everybody] == [True, False, True, False, True, False, False]
    assert [seen(who, IMPACT) for who in everybody] == [True, False, True, False, True, False, False]
    # A tutor of one of the students runs it with the others, but what it changed is for leaders and whoever leads it.
    Intervention.objects.update(led_by=college.lind, made_by=college.lind)
    assert (seen(college.okafor, RUN), seen(college.okafor, IMPACT)) == (True, False)


def test_whoever_leads_sees_the_names_and_others_only_whom_they_reach(college, said):
    far, ada = outsider(college), college.student("Ada")
    row = actions.start_intervention(college.lowe, said(led_by=college.okafor), [ada, far], token=uuid4())
    names = [one["person"]["id"] for one in queries.detail(college.okafor, row).members]
    assert sorted(names) == sorted([ada.pk, far.pk])
    shown = queries.detail(college.lind, row)
    assert ([one["person"]["id"] for one in shown.members], shown.hidden) == ([ada.pk], 1)


def test_a_session_in_one_screen(college, started):
    said = actions.SessionSaid(
        clock.at(college.today, 10),
        40,
        (college.okafor.pk,),
        frozenset({college.student("Ada").pk}),
        "Planned the week",
    )
    session = actions.log_session(college.okafor, started, said)
    came = dict(SessionAttendance.objects.filter(session=session).values_list("student__given_name", "came"))
    assert came == {"Ada": True, "Ben": False}
    with pytest.raises(actions.SessionHeldThen):
        actions.log_session(college.okafor, started, said)
    effort = queries.efforts_of([started])[started.pk]
    assert (effort.sessions, effort.minutes, effort.staff_minutes, effort.cost) == (1, 40, 40, None)


def test_hours_and_cost_count_every_member_of_staff(college, said):
    row = actions.start_intervention(
        college.lind, said(cost_per_hour=30, other_cost=5), [college.student("Ada")], token=uuid4()
    )
    both = (college.okafor.pk, college.lind.pk)
    actions.log_session(college.lind, row, actions.SessionSaid(clock.at(college.today, 10), 30, both, frozenset()))
    effort = queries.efforts_of([row])[row.pk]
    assert (effort.hours, effort.cost) == (1.0, 35)


def test_leaving_keeps_the_days_and_a_mistake_is_taken_out(college, started):
    ada, ben = started.members.order_by("student__given_name")
    actions.remove_student(college.lind, ada, college.today - timedelta(days=1), "Moved group")
    ada.refresh_from_db()
    assert (ada.period.upper, ada.left_because) == (college.today, "Moved group")
    actions.remove_student(college.lind, ben, started.starts_on - timedelta(days=1), "")
    assert list(started.members.values_list("student__given_name", flat=True)) == ["Ada"]
    assert actions.add_students(college.lind, started, [college.student("Ada")], college.today) == 1
    assert actions.add_students(college.lind, started, [college.student("Ada")], college.today) == 0


def test_a_review_goes_on_or_ends_it(college, started):
    actions.review_intervention(college.lind, started, 1, "Better", next_on=college.today + timedelta(days=7))
    with pytest.raises(actions.InterventionChanged):
        actions.review_intervention(
            college.okafor, started, 1, "Also better", next_on=college.today + timedelta(days=9)
        )
    row = actions.review_intervention(college.okafor, started, 2, "Done", next_on=None, ended_on=college.today)
    assert (row.ended_on, row.outcome, InterventionReview.objects.count()) == (college.today, "Done", 2)
    ends = set(started.members.values_list("period__endswith", flat=True))
    assert ends == {college.today + timedelta(days=1)}
    with pytest.raises(actions.InterventionChanged):
        actions.add_students(college.lind, started, [college.student("Ada")], college.today)


def test_a_review_that_is_due_is_a_reason(college, started):
    ids = [college.student("Ada").pk, college.student("Ben").pk]
    assert queries.reviews_due(ids, college.lind) == {}
    Intervention.objects.update(review_on=college.today - timedelta(days=3))
    found = queries.reviews_due(ids, college.okafor)
    assert [reason.words for reason in found[ids[0]]] == ["Intervention review due: Mentoring"]
    assert queries.reviews_due(ids, college.mendes) == {}


# --- pages -----------------------------------------------------------------------------------------------------------


def test_started_from_a_list_by_ticking(college, sign_in, kind):
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_new")
    ada, ben = college.student("Ada"), college.student("Ben")
    page = client.get(address, {"student": [ada.public_id, ben.public_id]})
    assert [row["ticked"] for row in page.context["chosen"].rows] == [True, True]
    answer = client.post(address, form(college, kind, student=[ada.public_id], offered=[ada.public_id, ben.public_id]))
    row = Intervention.objects.get()
    assert answer.headers["Location"] == reverse("interventions:intervention_detail", args=[row.public_id])
    assert (row.title, row.area) == ("Attendance mentoring", "attendance")
    assert list(row.members.values_list("student__given_name", flat=True)) == ["Ada"]
    assert client.get(answer.headers["Location"]).status_code == 200


def test_an_address_with_somebody_out_of_reach_is_not_there(college, sign_in):
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_new")
    assert client.get(address, {"student": outsider(college).public_id}).status_code == 404


def test_pasted_names_are_shown_before_anything_is_saved(college, sign_in, kind):
    client = sign_in(college.lind)
    ada, far = college.student("Ada"), outsider(college)
    names = f"{ada.full_name}\n{far.full_name}\nNobody Atall"
    sent = form(college, kind, names=names, look="1", intended="Keep this text")
    page = client.post(reverse("interventions:intervention_new"), sent)
    found = page.context["chosen"]
    assert page.status_code == 200
    assert [row["person"]["id"] for row in found.rows if row["ticked"]] == [ada.pk]
    assert far.pk not in [row["person"]["id"] for row in found.rows]
    assert "Nobody Atall" in found.nobody
    assert "Keep this text" in page.content.decode()
    assert Intervention.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"review_on": "2026-01-01"}, "review_on"),
        ({"ends_on": "2026-01-01"}, "ends_on"),
        ({"intended": " "}, "intended"),
        ({"starts_on": "30th of never"}, "starts_on"),
        ({"figure": "other", "figure_goal": "95"}, "figure_goal"),
        ({"student": []}, "__all__"),
    ],
)
def test_wrong_input_loses_nothing(college, sign_in, kind, wrong, field):
    client = sign_in(college.lind)
    sent = form(college, kind, student=[college.student("Ada").public_id], title="Kept 🙂 عنوان") | wrong
    page = client.post(reverse("interventions:intervention_new"), sent)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert "Kept 🙂 عنوان" in page.content.decode()
    assert Intervention.objects.count() == 0


def test_a_session_is_logged_on_its_page(college, sign_in, started):
    client = sign_in(college.okafor)
    address = reverse("interventions:session_new", args=[started.public_id])
    assert client.get(address).status_code == 200
    sent = {
        "came": [college.student("Ada").pk], "held_on": college.today, "held_time": "08:20", "minutes": "30",
        "staff": [college.okafor.pk], "note": "Went well",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert InterventionSession.objects.get().minutes == 30
    again = client.post(address, sent)
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["held_time"])
    future = client.post(address, sent | {"held_on": college.today + timedelta(days=1)})
    assert list(future.context["form"].errors) == ["held_on"]
    later = client.post(address, sent | {"held_time": "23:50"})
    said = {"held_time": ["This time is still to come. Give the time at which it happened."]}
    assert (later.status_code, later.context["form"].errors) == (422, said)
    detail = client.get(reverse("interventions:intervention_detail", args=[started.public_id]))
    assert "1 of 2 came" in detail.content.decode()


def test_two_people_changing_one_see_both(college, sign_in, started, kind):
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_change", args=[started.public_id])
    sent = form(college, kind, intended="My words", version=1, led_by=college.okafor.pk, starts_on=started.starts_on)
    Intervention.objects.update(version=2, intended="Their words")
    page = client.post(address, sent)
    text = page.content.decode()
    assert (page.status_code, "My words" in text, "Their words" in text) == (422, True, True)
    assert client.post(address, sent | {"version": 2}).status_code == 302
    assert Intervention.objects.get().intended == "My words"


def test_the_list_costs_the_same_for_three_as_for_thirty(college, sign_in, said):
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_list")

    def cost():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            assert client.get(address, {"show": "all"}).status_code == 200
        return len(caught)

    for _ in range(3):
        actions.start_intervention(college.lind, said(), [college.student("Ada")], token=uuid4())
    client.get(address)
    three = cost()
    for _ in range(27):
        actions.start_intervention(college.lind, said(), [college.student("Ben")], token=uuid4())
    assert cost() == three


# --- impact ----------------------------------------------------------------------------------------------------------


def test_impact_is_asked_for_worked_out_and_shown(college, sign_in, started):
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_impact", args=[started.public_id])
    assert "Not worked out yet" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302
    run = ImpactRun.objects.get()
    assert "Being worked out" in client.get(address).content.decode()
    run_now("interventions.work_out_impact", run_id=run.pk)
    run_now("interventions.work_out_impact", run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.method_version, run.result["students"]) == ("done", "many-dates-2", 2)
    page = client.get(address)
    assert [(one["verdict"], one["sentence"]) for one in page.context["figures"][:2]] == [
        ("No verdict", "First say whether there was a reason for choosing them that their figures don’t show.")
    ] * 2
    assert "What this can’t see" in page.content.decode()


def test_the_chooser_is_asked_first_and_the_answer_stays_with_a_name(college, sign_in, started):
    client = sign_in(college.okafor)
    address = reverse("interventions:intervention_impact", args=[started.public_id])
    assert "First: why these students?" in client.get(address).content.decode()
    wrong = client.post(address, {"chosen_for": "perhaps"})
    assert (wrong.status_code, ChoiceExplained.objects.count()) == (422, 0)
    for reason in ("passing", "none"):
        assert client.post(address, {"chosen_for": reason}).status_code == 302
    said = ChoiceExplained.objects.order_by("pk").values_list("intervention", "reason", "said_by")
    assert list(said) == [(started.pk, "passing", college.okafor.pk), (started.pk, "none", college.okafor.pk)]
    text = client.get(address).content.decode()
    assert ("First: why these students?" in text, college.okafor.formal_name in text) == (False, True)
    before = ChoiceExplained.objects.get(reason="passing")
    assert f"“{escape(before.get_reason_display())}”, changed since" in text
    assert impact_explained.explained() == {started.pk: "none"}
    assert Entry.objects.filter(verb="choice_explained").count() == 2
    with pytest.raises(PermissionDenied):
        impact_actions.explain_choice(college.mendes, "none", intervention=started)
    with pytest.raises(PermissionDenied):
        impact_actions.explain_choice(college.okafor, "none", item=BankItem.objects.plans().first())


@pytest.mark.parametrize("reason", ["lasting", "passing"])
def test_a_yes_stands_until_the_person_who_said_it_takes_it_back(college, sign_in, started, reason):
    impact_actions.explain_choice(college.okafor, reason, intervention=started)
    impact_actions.explain_choice(college.lind, "none", intervention=started)
    assert impact_explained.explained() == {started.pk: reason}
    answers = impact_explained.answers_of(intervention=started)
    assert [(row.said_by, row.reason) for row in answers] == [(college.lind, "none"), (college.okafor, reason)]
    text = (
        sign_in(college.lind)
        .get(reverse("interventions:intervention_impact", args=[started.public_id]))
        .content.decode()
    )
    assert all(f"<li>{row.said_by.formal_name}, " in text and row.get_reason_display() in text for row in answers)
    impact_actions.explain_choice(college.okafor, "none", intervention=started)
    assert impact_explained.explained() == {started.pk: "none"}


def test_only_who_chose_them_says_no_and_anybody_takes_their_own_yes_back(college, sign_in, started):
    started.led_by = started.made_by = college.okafor
    started.save()
    client = sign_in(college.lind)
    address = reverse("interventions:intervention_impact", args=[started.public_id])
    page = client.post(address, {"chosen_for": "none"})
    assert (page.status_code, ChoiceExplained.objects.count()) == (422, 0)
    assert f"Only {college.okafor.formal_name} can answer no, because they chose the students." in page.content.decode()
    assert client.post(address, {"chosen_for": "passing"}).status_code == 302
    assert impact_explained.explained() == {started.pk: "passing"}
    assert client.post(address, {"chosen_for": "none"}).status_code == 302
    assert (impact_explained.explained(), ChoiceExplained.objects.count()) == ({}, 1)
    assert client.post(address, {"chosen_for": "none"}).status_code == 422
    college.leaves(college.okafor, college.today - timedelta(days=1))
    assert client.post(address, {"chosen_for": "none"}).status_code == 302
    assert impact_explained.explained() == {started.pk: "none"}


def test_the_form_that_starts_one_asks_why(college, sign_in, kind):
    client, address = sign_in(college.lind), reverse("interventions:intervention_new")
    sent = form(college, kind, student=[college.student("Ada").public_id])
    page = client.post(address, sent | {"chosen_for": ""})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["chosen_for"])
    assert client.post(address, sent | {"chosen_for": "lasting"}).status_code == 302
    row = ChoiceExplained.objects.get()
    assert (row.intervention, row.reason, row.said_by) == (Intervention.objects.get(), "lasting", college.lind)


def test_impact_is_for_leaders_and_whoever_leads(college, sign_in, started):
    address = reverse("interventions:intervention_impact", args=[started.public_id])
    Intervention.objects.update(led_by=college.lind, made_by=college.lind)
    client = sign_in(college.okafor)
    assert client.get(address).status_code == 404
    with pytest.raises(PermissionDenied):
        impact_actions.ask_for_impact(college.okafor, intervention=started)
    with pytest.raises(PermissionDenied):
        impact_actions.ask_for_impact(college.okafor, kind=started.type)


def test_everything_is_worked_out_once_and_again_only_where_something_changed(college, started):
    assert impact_actions.work_out_all() == 2
    assert set(ImpactRun.objects.values_list("scope", "state")) == {("intervention", "done"), ("type", "done")}
    (row,) = impact_queries.kinds()
    assert (row.kind, row.students, row.interventions, row.run.scope) == (started.type, 2, 1, "type")
    assert (row.run.result["compared"], row.run.result["waiting"]) == ([], 1)
    assert impact_actions.work_out_all() == 0
    # An answer changes what is compared of the kind, though not the intervention's own result.
    impact_actions.explain_choice(college.okafor, "none", intervention=started)
    assert impact_actions.work_out_all() == 1
    assert ImpactRun.objects.filter(scope="type").order_by("-pk").first().result["compared"] == [started.pk]
    impact_actions.explain_choice(college.okafor, "lasting", intervention=started)
    newest = ImpactRun.objects.filter(scope="type").order_by("-pk").first().result
    answers = impact_explained.by_answer([started.pk], impact_explained.explained())
    assert impact_explained.hidden_of_many(newest, answers) == "all_yes"


def test_who_got_nothing_though_flagged(college, started, sign_in, alert_of):
    cara = college.student("Cai") if any(one.given_name == "Cai" for one in college.students) else None
    ada = college.student("Ada")
    others = [one for one in college.students if one.pk not in (ada.pk, outsider(college).pk)]
    lone = cara or next(one for one in others if Intervention.objects.filter(members__student=one).count() == 0)
    for student in (ada, lone):
        alert_of(student.given_name, (college.today - date(2026, 11, 2)).days, holds=True)
    found = impact_queries.unhelped(college.achebe)
    assert [one.person["id"] for one in found if "alert" in one.words] == [lone.pk]
    client = sign_in(college.lind)
    assert client.get(reverse("interventions:unhelped_list")).status_code == 200


def test_more_students_than_a_list_offers_are_refused_whole(college, sign_in):
    keys = [str(uuid4()) for _ in range(301)]
    answer = sign_in(college.okafor).get(reverse("interventions:note_new_many"), {"student": keys})
    assert answer.status_code == 400
    assert "At most 300 students at once." in answer.content.decode()


def test_what_begins_later_does_not_go_on_yet(college, sign_in, started):
    Intervention.objects.filter(pk=started.pk).update(starts_on=date(2026, 12, 10), review_on=date(2027, 1, 10))
    page = sign_in(college.okafor).get(reverse("interventions:intervention_detail", args=[started.public_id]))
    assert "begins Thu 10 Dec" in page.content.decode()
    assert "Going on" not in page.content.decode()


def test_a_yes_of_somebody_who_has_left_is_taken_back_by_a_leader_with_a_reason(college, sign_in, started):
    impact_actions.explain_choice(college.okafor, "none", intervention=started)
    impact_actions.explain_choice(college.okafor, "lasting", intervention=started)
    answer = ChoiceExplained.objects.get(reason="lasting")
    address = reverse("interventions:intervention_impact", args=[started.public_id])
    client = sign_in(college.lind)
    sent = {"taken_back": answer.pk, "because": "She meant another group."}
    # While she is here, only she can change it.
    assert "take this answer back" not in client.get(address).content.decode()
    client.post(address, sent)
    assert (ChoiceTakenBack.objects.count(), impact_explained.explained()) == (0, {started.pk: "lasting"})
    college.leaves(college.okafor, college.today - timedelta(days=1))
    assert "has left: take this answer back" in client.get(address).content.decode()
    without = client.post(address, sent | {"because": ""})
    assert (without.status_code, ChoiceTakenBack.objects.count()) == (422, 0)
    assert client.post(address, sent).status_code == 302
    row = ChoiceTakenBack.objects.get(answer=answer)
    assert (row.taken_back_by, row.because, impact_explained.explained()) == (
        college.lind,
        "She meant another group.",
        {},
    )
    assert list(Entry.objects.filter(verb="choice_taken_back").values_list("details", flat=True)) == [
        {"because": "She meant another group."}
    ]
    text = client.get(address).content.decode()
    assert ("First: why these students?" in text, "taken back by Mr Lind" in text) == (True, True)
    with pytest.raises(impact_actions.NotTakenBack):
        impact_actions.take_back_answer(college.lind, answer, "again")
    impact_actions.explain_choice(college.lind, "none", intervention=started)
    assert impact_explained.explained() == {started.pk: "none"}


def test_only_who_sees_all_impact_takes_an_answer_back(college, sign_in, started):
    """Ms Okafor leads it and sees its impact; the head of another year sees neither."""
    answer = impact_actions.explain_choice(college.lind, "lasting", intervention=started)
    college.leaves(college.lind, college.today - timedelta(days=1))
    for user in (college.okafor, college.mendes, college.brandt):
        with pytest.raises(PermissionDenied):
            impact_actions.take_back_answer(user, answer, "no")
    page = sign_in(college.okafor).get(reverse("interventions:intervention_impact", args=[started.public_id]))
    assert "take this answer back" not in page.content.decode()
    other = impact_actions.explain_choice(college.novak, "lasting", item=BankItem.objects.plans().first())
    # An answer about something else is not found on this page.
    address = reverse("interventions:intervention_impact", args=[started.public_id])
    assert sign_in(college.novak).post(address, {"taken_back": other.pk, "because": "x"}).status_code == 404


def test_who_leads_is_reminded_on_my_work_until_it_is_answered(college, sign_in, started):
    def asked(user):
        return [(item.words, item.click, item.url) for item in due_sources.load_choices(user, 9)]

    address = reverse("interventions:intervention_impact", args=[started.public_id])
    assert asked(college.okafor) == [(f"Why these students? {started.title}", "Answer", address)]
    assert asked(college.lind) == []
    client = sign_in(college.okafor)
    assert started.title in client.get(reverse("caseload:my_work") + "?kind=choice").content.decode()
    detail = reverse("interventions:intervention_detail", args=[started.public_id])
    assert "Nobody has said yet whether these students were chosen" in client.get(detail).content.decode()
    impact_actions.explain_choice(college.okafor, "lasting", intervention=started)
    assert asked(college.okafor) == []
    assert "Nobody has said yet" not in client.get(detail).content.decode()


def test_an_intervention_to_come_or_long_over_is_not_asked_about(college, started):
    for dates in (
        {"starts_on": college.today + timedelta(days=1), "review_on": college.today + timedelta(days=30)},
        {"starts_on": college.today - timedelta(weeks=80), "ended_on": college.today - timedelta(weeks=61)},
    ):
        Intervention.objects.filter(pk=started.pk).update(**dates)
        assert due_sources.load_choices(college.okafor, 9) == []
