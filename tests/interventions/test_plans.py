"""Action plans: made, changed, moved, approved by another, ticked off, signed, ended; two people at once lose nothing."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import Alert
from audit.models import Entry
from caseload.registries import answering
from core.forms import merging
from core.models import Mail
from core.pages.cards import cards_for, timeline
from core.pages.due import due_count, waiting
from interventions import choices_plans
from interventions.actions import plans as actions
from interventions.actions.plans import ActionSaid, ReviewSaid
from interventions.models import ActionPlan, PlanAction, PlanStage
from interventions.queries import plans as read
from interventions.queries.impact import unhelped


def test_made_once_with_its_audit_line_and_whoever_has_something_to_do_is_told_without_a_name(
    college, plan_said
) -> None:
    token, ada = uuid4(), college.student("Ada")
    plan = actions.make_plan(college.okafor, ada, plan_said(), token=token)
    assert actions.make_plan(college.okafor, ada, plan_said(title="Again"), token=token) == plan
    assert [(one.position, one.who) for one in read.actions_of(plan)] == [
        (1, "Ms Okafor"), (2, "Ms Mendes"), (3, "Ada"),
    ]  # fmt: skip
    mail = Mail.objects.get()
    assert (mail.to_person_id, str(plan.public_id) in mail.text) == (college.mendes.pk, True)
    assert not {"Ada", "Ábel", "missed"} & set(mail.text.split()) | {mail.subject} & {"Ada"}
    assert Entry.objects.filter(verb=choices_plans.PLAN_MADE, object_id=str(plan.pk)).count() == 1


def test_nobody_makes_one_out_of_reach_or_gives_work_to_whoever_does_not_know_the_student(college, plan_said) -> None:
    for by, given in ((college.brandt, "Ada"), (college.mendes, "Ada"), (college.okafor, "Imran")):
        with pytest.raises(PermissionDenied):
            actions.make_plan(by, college.student(given), plan_said(owner=by, actions=()), token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.make_plan(college.okafor, college.student("Ada"), plan_said(owner=college.brandt), token=uuid4())
    assert not ActionPlan.objects.exists()


def test_seen_by_pastoral_staff_and_by_a_teacher_who_has_something_to_do_in_it(college, plan_said, plan) -> None:
    other = actions.make_plan(college.okafor, college.student("Ben"), plan_said(actions=()), token=uuid4())
    seen = {key: set(ActionPlan.objects.all().visible_to(user)) for key, user in college.staff.items()}
    both = {"okafor", "lind", "hollis", "marsh", "doyle", "rahman", "bell", "achebe", "novak", "lowe"}
    assert {key for key, found in seen.items() if found == {plan, other}} == both
    assert {key: found for key, found in seen.items() if found and key not in both} == {"mendes": {plan}}


def test_changed_keeps_what_is_done_and_tells_only_who_is_new(college, plan_said, plan) -> None:
    first, second, third = read.actions_of(plan)
    seen = actions.seen_of(plan)
    actions.tick_action(college.mendes, second, True)
    today = college.today
    rows = (
        ActionSaid("Ring home daily", today + timedelta(days=9), college.lind, key=first.public_id),
        ActionSaid("Never mind", today, college.okafor, key=second.public_id),
        ActionSaid("See the nurse", today, None, "Ada"),
    )
    mine = plan_said(title=plan.title, aims="In every lesson", actions=rows)
    with pytest.raises(actions.PlanChanged) as clash:  # it was changed by one and ticked off by another
        actions.change_plan(college.okafor, plan, seen, mine)
    assert clash.value.fields == [str(second.public_id)]
    again = merging.seen(merging.shown_after(seen, actions.seen_of(clash.value.plan), clash.value.fields))
    assert actions.change_plan(college.okafor, plan, again, mine)
    words = [(one.what, one.who, one.done_on) for one in read.actions_of(plan)]
    assert sorted(words, key=str) == [
        ("List missed work", "Ms Mendes", today), ("Ring home daily", "Mr Lind", None), ("See the nurse", "Ada", None),
    ]  # fmt: skip
    assert [mail.to_person_id for mail in Mail.objects.order_by("pk")] == [college.mendes.pk, college.lind.pk]
    assert [row.aims for row in read.wordings_of(ActionPlan.objects.get(pk=plan.pk))] == ["In every day for four weeks"]
    assert third.events.model.objects.filter(pgh_obj_id=third.pk, pgh_label="removed").exists()


def test_goes_up_steps_down_stays_and_ends_and_every_step_is_kept(college, plan, plan_stages) -> None:
    by, day = college.okafor, college.today + timedelta(days=21)
    up = actions.review_plan(by, plan, 1, ReviewSaid(plan_stages[3], college.lind, day, "No better"))
    assert (up.stage.number, up.owner, up.review_on, up.approval) == (3, college.lind, day, "")
    down = actions.review_plan(by, up, 2, ReviewSaid(plan_stages[2], by, day, "Better"))
    actions.review_plan(by, down, 3, ReviewSaid(plan_stages[2], by, day, "Good still"))
    ended = actions.close_plan(by, plan, 4, "met", "Full weeks")
    kinds = [step.kind for step in read.steps_of(plan)]
    assert kinds == ["closed", "reviewed", "stepped_down", "moved_up", "made"]
    assert (ended.outcome, ended.closed_on) == ("met", college.today)
    with pytest.raises(actions.PlanChanged):
        actions.review_plan(by, plan, 5, ReviewSaid(plan_stages[1], by, day))
    with pytest.raises(actions.PlanChanged):
        actions.tick_action(by, plan.actions.first(), True)


def test_a_stage_that_asks_for_approval_waits_for_somebody_else_in_that_role(college, plan_said) -> None:
    plan = actions.make_plan(college.achebe, college.student("Ada"), plan_said(4, owner=college.lind), token=uuid4())
    assert (plan.waits, list(read.for_approval(college.novak))) == (True, [plan])
    for by in (college.achebe, college.lind, college.okafor):
        assert list(read.for_approval(by)) == []
        with pytest.raises(actions.NotYours, match="senior leader"):
            actions.approve_plan(by, plan, 1)
    back = actions.send_back(college.novak, plan, 1, "Say who pays the bus")
    assert (back.waits, list(read.for_approval(college.novak))) == (False, [])
    assert actions.change_plan(college.achebe, back, actions.seen_of(back), plan_said(4, reasons="The college pays"))
    given = actions.approve_plan(college.novak, back, 3)
    assert (given.approval, given.approved_by) == ("given", college.novak)
    actions.change_plan(college.lind, given, actions.seen_of(given), plan_said(4, aims="Something else"))
    changed = ActionPlan.objects.get(pk=plan.pk)
    assert (changed.waits, changed.approved_by) == (True, None)


def test_whoever_moved_it_to_the_stage_does_not_approve_it(college, plan, plan_stages) -> None:
    day = college.today + timedelta(days=7)
    moved = actions.review_plan(college.novak, plan, 1, ReviewSaid(plan_stages[4], college.lind, day))
    with pytest.raises(actions.NotYours):
        actions.approve_plan(college.novak, moved, 2)
    assert list(read.for_approval(college.novak)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionPlan.objects.filter(pk=plan.pk).update(approved_by=college.novak)


def test_the_second_of_two_people_is_told_and_saves_nothing(college, plan, plan_said, plan_stages) -> None:
    seen = actions.seen_of(plan)
    actions.change_plan(college.lind, plan, seen, plan_said(aims="Mine", actions=()))
    day = college.today + timedelta(days=7)
    for second in (
        lambda: actions.change_plan(college.okafor, plan, seen, plan_said(aims="Theirs")),
        lambda: actions.review_plan(college.okafor, plan, 1, ReviewSaid(plan_stages[2], college.okafor, day)),
        lambda: actions.close_plan(college.okafor, plan, 1, "met"),
    ):
        with pytest.raises(actions.PlanChanged) as changed:
            second()
        assert changed.value.plan.aims == "Mine"


def test_ticked_by_whoever_has_to_do_it_or_looks_after_it_once(college, plan) -> None:
    mine = plan.actions.get(owner=college.mendes)
    for _ in range(2):
        actions.tick_action(college.mendes, mine, True)
    mine.refresh_from_db()
    assert (mine.done_on, mine.done_by) == (college.today, college.mendes)
    assert Entry.objects.filter(verb=choices_plans.PLAN_ACTION_TICKED).count() == 1
    with pytest.raises(PermissionDenied):
        actions.tick_action(college.mendes, plan.actions.get(owner=college.okafor), True)
    actions.tick_action(college.okafor, mine, False)
    mine.refresh_from_db()
    assert mine.done_on is None


def test_open_reasons_that_are_ticked_are_cleared_by_the_plan(college, plan_said, alert_of) -> None:
    ada, alert = college.student("Ada"), alert_of("Ada", 0, holds=True)
    keys = [one.key for one in answering.open_reasons([ada.pk], college.okafor)]
    assert ada.pk in {one.person["id"] for one in unhelped(college.lind)}
    actions.make_plan(college.okafor, ada, plan_said(), token=uuid4(), answers=keys)
    alert.refresh_from_db()
    assert (alert.state, alert.ended_through) == ("cleared", "Action plan")
    Alert.objects.create(student=ada, rule=alert.rule, reason="83 %", raised_on=college.today, true_on=college.today)
    assert ada.pk not in {one.person["id"] for one in unhelped(college.lind)}


def test_a_due_review_is_a_reason_on_lists_for_whoever_may_review_it(college, plan) -> None:
    ids = [plan.student_id]
    assert read.reviews_due(ids, college.okafor) == {}
    ActionPlan.objects.update(starts_on=college.today, review_on=college.today)
    assert [one.filter for one in read.reviews_due(ids, college.okafor)[plan.student_id]] == ["plan_review"]
    assert read.reviews_due(ids, college.brandt) == {}


def test_the_student_page_shows_plans_to_their_readers_only(college, plan_said, plan) -> None:
    ada, mendes = college.student("Ada"), college.mendes
    hidden = actions.make_plan(college.okafor, ada, plan_said(title="Hidden from her", actions=()), token=uuid4())
    for user, wanted in ((college.okafor, {plan, hidden}), (mendes, {plan}), (college.singh, set())):
        shown = next((one.context["plans"] for one in cards_for("student", user, ada) if one.key == "plans"), [])
        assert set(shown) == wanted
        assert len(timeline(user, ada, kinds=["plans"])) == len(wanted)


def test_lists_cost_the_same_for_few_as_for_many(college, plan_said) -> None:
    made = []
    college.okafor.has_perm(choices_plans.MANAGE_PLAN)
    for number in (3, 30):
        while ActionPlan.objects.count() < number:
            student = college.student(("Ada", "Ben", "Chloe")[ActionPlan.objects.count() % 3])
            plan = ActionPlan.objects.create(
                student=student, title="x", aims="y", stage=plan_said().stage, owner=college.okafor, made_by=college.okafor,
                stage_by=college.okafor, review_on=college.today,
            )  # fmt: skip
            PlanAction.objects.create(plan=plan, position=1, what="z", owner=college.okafor, due_on=college.today)
        with CaptureQueriesContext(connection) as queries:
            read.counts(college.okafor)
            read.list_rows(list(read.listed(college.okafor, "mine")))
            read.reviews_due([student.pk], college.okafor)
        made.append(len(queries))
    assert made == [5, 5]


def test_what_is_due_stands_on_my_work_of_whose_it_is_with_one_click(college, plan_said, sign_in) -> None:
    today, past = college.today, college.today - timedelta(days=3)
    plan = actions.make_plan(college.achebe, college.student("Ada"), plan_said(4), token=uuid4())
    PlanAction.objects.filter(owner=college.mendes).update(due_on=past)
    ActionPlan.objects.update(starts_on=past, review_on=past)

    def found(key: str) -> dict[str, int]:
        user = type(college.staff[key]).objects.get(pk=college.staff[key].pk)
        counts = waiting(user).counts
        assert due_count(user) == sum(counts.values())
        return {kind: number for kind, number in counts.items() if kind.startswith("plan")}

    assert found("mendes") == {"plan_action": 1}
    assert found("okafor") == {"plan": 1}
    assert found("novak") == {"plan_approval": 1}
    assert found("lind") == {} == found("brandt")
    ActionPlan.objects.update(owner=college.lind)
    assert (found("okafor"), found("lind")) == ({}, {"plan": 1})
    ActionPlan.objects.update(stage=PlanStage.objects.get(number=1))
    assert (found("okafor"), found("brandt")) == ({"plan": 1}, {})
    line = waiting(college.mendes, "plan_action").lines[0].item
    assert (line.words, line.since, line.about) == ("List missed work", past, plan.student_id)
    work = reverse("caseload:my_work")
    client = sign_in(college.mendes)
    assert client.post(line.done_url, {"next": work}, headers={"HX-Request": "true"})["Location"] == work
    assert plan.actions.get(owner=college.mendes).done_on == today


def kept_rows(plan: ActionPlan) -> list[ActionSaid]:
    """The actions as somebody leaves them alone in the form."""
    return [
        ActionSaid(row.what, row.due_on, row.owner, row.owner_words, key=row.public_id) for row in read.actions_of(plan)
    ]


def test_two_people_who_change_different_things_both_keep_theirs(college, plan, plan_said) -> None:
    seen, rows = actions.seen_of(plan), kept_rows(plan)
    mine = [replace(rows[0], what="Ring home daily"), *rows[1:]]
    assert actions.change_plan(college.okafor, plan, seen, plan_said(title="Back by May", actions=tuple(rows[:2])))
    added = ActionSaid("See the nurse", college.today, None, "Ada")
    assert actions.change_plan(college.lind, plan, seen, plan_said(aims="Three days", actions=(*mine, added)))
    stands = ActionPlan.objects.get(pk=plan.pk)
    assert (stands.title, stands.aims) == ("Back by May", "Three days")
    assert [row.what for row in read.actions_of(stands)] == ["Ring home daily", "List missed work", "See the nurse"]


def test_only_what_both_changed_is_a_clash_and_saved_again_leaves_the_rest(college, plan, plan_said) -> None:
    seen, rows = actions.seen_of(plan), tuple(kept_rows(plan))
    actions.change_plan(college.okafor, plan, seen, plan_said(title="Back by May", aims="Every day", actions=rows))
    theirs = plan_said(aims="Three days", actions=rows)
    with pytest.raises(actions.PlanChanged) as clash:
        actions.change_plan(college.lind, plan, seen, theirs)
    assert clash.value.fields == ["aims"]
    again = merging.seen(merging.shown_after(seen, actions.seen_of(clash.value.plan), clash.value.fields))
    assert actions.change_plan(college.lind, plan, again, theirs)
    stands = ActionPlan.objects.get(pk=plan.pk)
    assert (stands.title, stands.aims) == ("Back by May", "Three days")


def test_saving_what_is_there_already_changes_nothing(college, plan, plan_said) -> None:
    seen, rows = actions.seen_of(plan), tuple(kept_rows(plan))
    assert not actions.change_plan(college.okafor, plan, seen, plan_said(actions=rows))
    assert ActionPlan.objects.get(pk=plan.pk).version == plan.version
    assert [step.kind for step in read.steps_of(plan)] == ["made"]


def test_of_a_form_that_lost_what_it_showed_everything_is_asked_about(college, plan, plan_said) -> None:
    rows = tuple(kept_rows(plan))
    with pytest.raises(actions.PlanChanged) as clash:
        actions.change_plan(college.okafor, plan, {}, plan_said(title="Mine", actions=rows))
    assert clash.value.fields == ["title"]
    assert not actions.change_plan(college.okafor, plan, {}, plan_said(actions=rows))
