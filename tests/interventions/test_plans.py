"""Action plans: made, changed, moved, approved by another, ticked off, signed, ended; two people at once lose nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload import reasons
from caseload.models import StudentContact
from core.due import due_count, waiting
from core.models import Mail
from core.panels import panels_for, timeline
from interventions import choices_plans
from interventions.actions import plans as actions
from interventions.actions.plan_settings import save_barrier
from interventions.actions.plans import ActionSaid, PlanSaid, ReviewSaid
from interventions.models import ActionPlan, BankItem, Barrier, PlanAction, PlanCopy, PlanStage
from interventions.queries import plans as read
from interventions.queries.bank import standings
from interventions.queries.impact import unhelped
from tests.college import College


@pytest.fixture
def stages(college: College) -> dict[int, PlanStage]:
    return {stage.number: stage for stage in PlanStage.objects.all()}


@pytest.fixture
def said(college: College, stages: dict[int, PlanStage]) -> Any:
    """What is typed: `said(stage=4, actions=(…))`."""

    def make(stage: int = 1, **more: Any) -> PlanSaid:
        today = college.today
        values: dict[str, Any] = {
            "title": "Back to full days", "aims": "In every day for four weeks", "owner": college.okafor,
            "starts_on": today, "review_on": today + timedelta(days=28),
            "actions": (
                ActionSaid("Ring home", today + timedelta(days=7), college.okafor),
                ActionSaid("List missed work", today + timedelta(days=3), college.mendes),
                ActionSaid("Bag packed", today + timedelta(days=7), None, "Ada"),
            ),
        }  # fmt: skip
        return PlanSaid(stage=stages[stage], **(values | more))

    return make


@pytest.fixture
def plan(college: College, said: Any) -> ActionPlan:
    return actions.make_plan(college.okafor, college.student("Ada"), said(), token=uuid4())


def test_made_once_with_its_audit_line_and_whoever_has_something_to_do_is_told_without_a_name(college, said) -> None:
    token, ada = uuid4(), college.student("Ada")
    plan = actions.make_plan(college.okafor, ada, said(), token=token)
    assert actions.make_plan(college.okafor, ada, said(title="Again"), token=token) == plan
    assert [(one.position, one.who) for one in read.actions_of(plan)] == [
        (1, "Ms Okafor"), (2, "Ms Mendes"), (3, "Ada"),
    ]  # fmt: skip
    mail = Mail.objects.get()
    assert (mail.to_person_id, str(plan.public_id) in mail.text) == (college.mendes.pk, True)
    assert not {"Ada", "Ábel", "missed"} & set(mail.text.split()) | {mail.subject} & {"Ada"}
    assert Entry.objects.filter(verb=choices_plans.PLAN_MADE, object_id=str(plan.pk)).count() == 1


def test_nobody_makes_one_out_of_reach_or_gives_work_to_whoever_does_not_know_the_student(college, said) -> None:
    for by, given in ((college.brandt, "Ada"), (college.mendes, "Ada"), (college.okafor, "Imran")):
        with pytest.raises(PermissionDenied):
            actions.make_plan(by, college.student(given), said(owner=by, actions=()), token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.make_plan(college.okafor, college.student("Ada"), said(owner=college.brandt), token=uuid4())
    assert not ActionPlan.objects.exists()


def test_seen_by_pastoral_staff_and_by_a_teacher_who_has_something_to_do_in_it(college, said, plan) -> None:
    other = actions.make_plan(college.okafor, college.student("Ben"), said(actions=()), token=uuid4())
    seen = {key: set(ActionPlan.objects.all().visible_to(user)) for key, user in college.staff.items()}
    both = {"okafor", "lind", "hollis", "marsh", "doyle", "rahman", "bell", "achebe", "novak", "lowe"}
    assert {key for key, found in seen.items() if found == {plan, other}} == both
    assert {key: found for key, found in seen.items() if found and key not in both} == {"mendes": {plan}}


def test_changed_keeps_what_is_done_and_tells_only_who_is_new(college, said, plan) -> None:
    first, second, third = read.actions_of(plan)
    actions.tick_action(college.mendes, second, True)
    today = college.today
    rows = (
        ActionSaid("Ring home daily", today + timedelta(days=9), college.lind, key=first.public_id),
        ActionSaid("Never mind", today, college.okafor, key=second.public_id),
        ActionSaid("See the nurse", today, None, "Ada"),
    )
    changed = actions.change_plan(college.okafor, plan, 1, said(aims="In every lesson", actions=rows))
    words = [(one.what, one.who, one.done_on) for one in read.actions_of(changed)]
    assert sorted(words, key=str) == [
        ("List missed work", "Ms Mendes", today), ("Ring home daily", "Mr Lind", None), ("See the nurse", "Ada", None),
    ]  # fmt: skip
    assert [mail.to_person_id for mail in Mail.objects.order_by("pk")] == [college.mendes.pk, college.lind.pk]
    assert [row.aims for row in read.wordings_of(changed)] == ["In every day for four weeks"]
    assert third.events.model.objects.filter(pgh_obj_id=third.pk, pgh_label="removed").exists()


def test_goes_up_steps_down_stays_and_ends_and_every_step_is_kept(college, plan, stages) -> None:
    by, day = college.okafor, college.today + timedelta(days=21)
    up = actions.review_plan(by, plan, 1, ReviewSaid(stages[3], college.lind, day, "No better"))
    assert (up.stage.number, up.owner, up.review_on, up.approval) == (3, college.lind, day, "")
    down = actions.review_plan(by, up, 2, ReviewSaid(stages[2], by, day, "Better"))
    actions.review_plan(by, down, 3, ReviewSaid(stages[2], by, day, "Good still"))
    ended = actions.close_plan(by, plan, 4, "met", "Full weeks")
    kinds = [step.kind for step in read.steps_of(plan)]
    assert kinds == ["closed", "reviewed", "stepped_down", "moved_up", "made"]
    assert (ended.outcome, ended.closed_on) == ("met", college.today)
    with pytest.raises(actions.PlanChanged):
        actions.review_plan(by, plan, 5, ReviewSaid(stages[1], by, day))
    with pytest.raises(actions.PlanChanged):
        actions.tick_action(by, plan.actions.first(), True)


def test_a_stage_that_asks_for_approval_waits_for_somebody_else_in_that_role(college, said) -> None:
    plan = actions.make_plan(college.achebe, college.student("Ada"), said(4, owner=college.lind), token=uuid4())
    assert (plan.waits, list(read.for_approval(college.novak))) == (True, [plan])
    for by in (college.achebe, college.lind, college.okafor):
        assert list(read.for_approval(by)) == []
        with pytest.raises(actions.NotYours, match="senior leader"):
            actions.approve_plan(by, plan, 1)
    back = actions.send_back(college.novak, plan, 1, "Say who pays the bus")
    assert (back.waits, list(read.for_approval(college.novak))) == (False, [])
    again = actions.change_plan(college.achebe, back, 2, said(4, reasons="The college pays"))
    given = actions.approve_plan(college.novak, again, 3)
    assert (given.approval, given.approved_by) == ("given", college.novak)
    changed = actions.change_plan(college.lind, given, 4, said(4, aims="Something else"))
    assert (changed.waits, changed.approved_by) == (True, None)


def test_whoever_moved_it_to_the_stage_does_not_approve_it(college, plan, stages) -> None:
    day = college.today + timedelta(days=7)
    moved = actions.review_plan(college.novak, plan, 1, ReviewSaid(stages[4], college.lind, day))
    with pytest.raises(actions.NotYours):
        actions.approve_plan(college.novak, moved, 2)
    assert list(read.for_approval(college.novak)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionPlan.objects.filter(pk=plan.pk).update(approved_by=college.novak)


def test_the_second_of_two_people_is_told_and_saves_nothing(college, plan, said, stages) -> None:
    actions.change_plan(college.lind, plan, 1, said(aims="Mine", actions=()))
    day = college.today + timedelta(days=7)
    for second in (
        lambda: actions.change_plan(college.okafor, plan, 1, said(aims="Theirs")),
        lambda: actions.review_plan(college.okafor, plan, 1, ReviewSaid(stages[2], college.okafor, day)),
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


def test_open_reasons_that_are_ticked_are_cleared_by_the_plan(college, said) -> None:
    rule, ada = AlertRule.objects.get(name="Below 85 % in six weeks"), college.student("Ada")
    alert = Alert.objects.create(student=ada, rule=rule, reason="84 %", raised_on=college.today, true_on=college.today)
    keys = [one.key for one in reasons.open_reasons([ada.pk], college.okafor)]
    assert ada.pk in {one.person["id"] for one in unhelped(college.lind)}
    actions.make_plan(college.okafor, ada, said(), token=uuid4(), answers=keys)
    alert.refresh_from_db()
    assert (alert.state, alert.ended_through) == ("cleared", "Action plan")
    Alert.objects.create(student=ada, rule=rule, reason="83 %", raised_on=college.today, true_on=college.today)
    assert ada.pk not in {one.person["id"] for one in unhelped(college.lind)}


def test_a_due_review_is_a_reason_on_lists_for_whoever_may_review_it(college, plan) -> None:
    ids = [plan.student_id]
    assert read.reviews_due(ids, college.okafor) == {}
    ActionPlan.objects.update(starts_on=college.today, review_on=college.today)
    assert [one.filter for one in read.reviews_due(ids, college.okafor)[plan.student_id]] == ["plan_review"]
    assert read.reviews_due(ids, college.brandt) == {}


def test_the_student_page_shows_plans_to_their_readers_only(college, said, plan) -> None:
    ada, mendes = college.student("Ada"), college.mendes
    hidden = actions.make_plan(college.okafor, ada, said(title="Hidden from her", actions=()), token=uuid4())
    for user, wanted in ((college.okafor, {plan, hidden}), (mendes, {plan}), (college.singh, set())):
        shown = next((one.context["plans"] for one in panels_for("student", user, ada) if one.key == "plans"), [])
        assert set(shown) == wanted
        assert len(timeline(user, ada, kinds=["plans"])) == len(wanted)


def test_lists_cost_the_same_for_few_as_for_many(college, said) -> None:
    made = []
    college.okafor.has_perm(choices_plans.MANAGE_PLAN)
    for number in (3, 30):
        while ActionPlan.objects.count() < number:
            student = college.student(("Ada", "Ben", "Chloe")[ActionPlan.objects.count() % 3])
            plan = ActionPlan.objects.create(
                student=student, title="x", aims="y", stage=said().stage, owner=college.okafor, made_by=college.okafor,
                stage_by=college.okafor, review_on=college.today,
            )  # fmt: skip
            PlanAction.objects.create(plan=plan, position=1, what="z", owner=college.okafor, due_on=college.today)
        with CaptureQueriesContext(connection) as queries:
            read.counts(college.okafor)
            read.list_rows(list(read.listed(college.okafor, "mine")))
            read.reviews_due([student.pk], college.okafor)
        made.append(len(queries))
    assert made == [5, 5]


def test_what_is_due_stands_on_my_work_of_whose_it_is_with_one_click(college, said, sign_in) -> None:
    today, past = college.today, college.today - timedelta(days=3)
    plan = actions.make_plan(college.achebe, college.student("Ada"), said(4), token=uuid4())
    PlanAction.objects.filter(owner=college.mendes).update(due_on=past)
    ActionPlan.objects.update(starts_on=past, review_on=past)

    def found(key: str) -> dict[str, int]:
        user = type(college.staff[key]).objects.get(pk=college.staff[key].pk)
        counts = waiting(user).counts
        assert due_count(user) == sum(number for kind, number in counts.items() if kind != "register")
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


def typed(college: College, stage: PlanStage, **more: Any) -> dict[str, Any]:
    today = college.today
    form = {
        "title": "Back to full days", "aims": "In every day", "stage": stage.pk, "starts_on": today, "review_on": "",
        "form_token": uuid4(), "action-TOTAL_FORMS": 2, "action-INITIAL_FORMS": 0, "action-0-what": "Ring home",
        "action-0-owner": college.okafor.pk, "action-0-due_on": today + timedelta(days=7),
    }  # fmt: skip
    return form | more


LONG = "🎯 הַיּוֹם " * 2_000


def test_the_pages_from_making_to_the_end(college, stages, sign_in) -> None:
    client, ada, today = sign_in(college.okafor), college.student("Ada"), college.today
    new = reverse("interventions:plan_new", args=[ada.public_id])
    wrong = {
        "review_on": today - timedelta(days=1), "action-0-due_on": today - timedelta(days=2), "action-1-owner_words": "Mum",
        "aims": LONG,
    }  # fmt: skip
    faulty = client.post(new, typed(college, stages[1], **wrong))
    page = faulty.content.decode()
    assert faulty.status_code == 422
    for words in ("Choose a day after today", "before the plan starts", "Say what is to be done", "Ring home", "Mum"):
        assert words in page
    assert "הַיּוֹם" in page
    empty = client.post(
        new, typed(college, stages[1], **{"action-0-what": "", "action-0-owner": "", "action-0-due_on": ""})
    )
    assert "Say at least one thing" in empty.content.decode()
    good = typed(college, stages[1], barriers=[Barrier.objects.first().pk], agreed_with=["student", "parent"])
    sent = [client.post(new, good) for _ in range(2)]
    plan = ActionPlan.objects.get(student=ada)
    assert {answer["Location"] for answer in sent} == {reverse("interventions:plan_detail", args=[plan.public_id])}
    assert (plan.review_on, plan.owner) == (today + timedelta(days=28), college.okafor)
    tick = reverse("interventions:plan_action_tick", args=[plan.public_id, plan.actions.get().public_id])
    part = client.post(tick, headers={"HX-Request": "true"}).content.decode()
    assert "1 of 1 done" in part
    assert "<html" not in part
    change = reverse("interventions:plan_change", args=[plan.public_id])
    assert client.get(change).status_code == 200
    stale = {**typed(college, stages[1], title="My title"), "version": 9, "review_on": plan.review_on}
    both = client.post(change, stale)
    assert both.status_code == 422
    assert "My title" in both.content.decode()
    assert "Back to full days: In every day" in both.content.decode()
    review = reverse("interventions:plan_review", args=[plan.public_id])
    bad = client.post(review, {"note": "Better", "stage": stages[2].pk, "review_on": today, "version": 1})
    assert bad.status_code == 422
    assert "Better" in bad.content.decode()
    client.post(review, {"note": "Better", "stage": stages[2].pk, "review_on": "", "version": 1})
    old = client.post(review, {"note": "Words of the second", "stage": stages[1].pk, "version": 1})
    assert old.status_code == 422
    assert "Words of the second" in old.content.decode()
    end = reverse("interventions:plan_end", args=[plan.public_id])
    assert client.post(end, {"end-version": 2}).status_code == 422
    client.post(end, {"end-version": 2, "end-outcome": "met", "end-note": "Full weeks"})
    assert "Full weeks" in client.get(reverse("interventions:plan_detail", args=[plan.public_id])).content.decode()
    ended = client.get(reverse("interventions:plan_list") + "?show=closed").content.decode()
    assert "Aim met" in ended
    assert "Back to full days" not in client.get(reverse("interventions:plan_list")).content.decode()


def text_of(answer: Any) -> str:
    pages = pypdfium2.PdfDocument(answer.content)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


def test_the_copy_for_home_names_the_student_as_at_home_and_says_when_it_is_not_approved(
    college, said, sign_in
) -> None:
    ada = college.student("Ada")
    type(ada).objects.filter(pk=ada.pk).update(home_given_name="Adrienn")
    plan = actions.make_plan(college.okafor, ada, said(4, agreed_with=("student", "parent")), token=uuid4())
    client, address = sign_in(college.okafor), reverse("interventions:plan_print", args=[plan.public_id])
    home, here = text_of(client.get(address)), text_of(client.get(address + "?for=college"))
    assert "Adrienn Ábel" in home
    assert "Copy for home. Not approved yet" in home
    assert "Parent or carer" in home
    assert "Ada Ábel" in here
    assert "Adrienn" not in here
    assert "Copy for the student and the college" in here
    assert Entry.objects.filter(verb=choices_plans.PLAN_PRINTED).count() == 2
    StudentContact.objects.filter(student=ada).update(no_contact=True)
    assert client.get(address).status_code == 302


def test_a_signed_copy_is_checked_kept_once_and_opened_by_readers_only(college, plan, sign_in) -> None:
    client, address = sign_in(college.okafor), reverse("interventions:plan_sign", args=[plan.public_id])
    pdf = b"%PDF-1.7 signed"

    def attach(content: bytes, name: str = "scan.pdf", **more: Any) -> Any:
        return client.post(address, {"file": SimpleUploadedFile(name, content), "signed_on": college.today} | more)

    assert "no PDF, JPEG or PNG" in attach(b"MZ not a document").content.decode()
    assert "still to come" in attach(pdf, signed_on=college.today + timedelta(days=1)).content.decode()
    assert attach(b"").status_code == 422
    token = uuid4()
    for _ in range(2):
        assert attach(pdf, form_token=token).status_code == 302
    copy = PlanCopy.objects.get()
    file = reverse("interventions:plan_copy", args=[plan.public_id, copy.public_id])
    answer = client.get(file)
    assert (answer.content, answer["Content-Type"]) == (pdf, "application/pdf")
    assert sign_in(college.brandt).get(file).status_code == 404
    assert Entry.objects.filter(verb=choices_plans.PLAN_SIGNED_READ).count() == 1


def test_barriers_and_stages_are_set_up_by_those_who_may(college, stages, sign_in) -> None:
    client = sign_in(college.lowe)
    add = reverse("interventions:barrier_add")
    assert client.post(add, {"name": "travel", "position": 5}).status_code == 422
    assert client.post(add, {"name": "No bus", "position": 5, "active": "on"}).status_code == 302
    stage = reverse("interventions:plan_stage_edit", args=[stages[2].public_id])
    form = {
        "name": "Both",
        "owner_role": "tutor",
        "approver_role": "head_of_year",
        "review_after_days": 10,
        "active": "on",
    }
    assert client.post(stage, form).status_code == 302
    page = client.get(reverse("interventions:plan_settings")).content.decode()
    assert "No bus" in page
    assert "approved by: Head of year" in page
    with pytest.raises(PermissionDenied):
        save_barrier(college.okafor, None, name="Mine", position=1, active=True)


def test_a_model_plan_is_saved_without_names_used_and_shows_how_often_its_plans_met_their_aim(
    college, said, sign_in
) -> None:
    client, ada = sign_in(college.okafor), college.student("Ada")
    plan = actions.make_plan(college.okafor, ada, said(title="Ada back in"), token=uuid4())
    new = f"{reverse('interventions:bank_plan_new')}?plan={plan.public_id}"
    page = client.get(new).content.decode()
    for words in ("Ring home", "Tutor", "Teacher", "In every day for four weeks"):
        assert words in page
    rows = {
        "action-TOTAL_FORMS": 1, "action-INITIAL_FORMS": 0, "action-0-what": "Ring home", "action-0-who": "Tutor",
        "action-0-weeks": 2, "form_token": uuid4(), "plan": plan.public_id, "aims": "In every day", "weeks": 3,
    }  # fmt: skip
    named = client.post(new, rows | {"title": "Ada back in"})
    assert "is this student’s name" in named.content.decode()
    for _ in range(2):
        client.post(new, rows | {"title": "Back in"})
    item = BankItem.objects.get(title="Back in")
    use = f"{reverse('interventions:plan_new', args=[ada.public_id])}?bank={item.public_id}"
    form = client.get(use).context
    assert (form["form"].initial["aims"], form["lines"].initial[0]["owner"]) == ("In every day", college.okafor.pk)
    client.post(use, typed(college, PlanStage.objects.get(number=1), bank=item.public_id))
    made = ActionPlan.objects.get(bank_item=item)
    actions.close_plan(college.okafor, made, 1, "met")
    assert standings([item], college.okafor)[item.pk].words == "used once, met 1 of the 1 that ended"
    listed = client.get(reverse("interventions:bank_list") + "?kind=plan&q=every").content.decode()
    assert "Back in" in listed
    assert "Essay" not in listed
    change = reverse("interventions:bank_plan_change", args=[item.public_id])
    stale = client.post(change, rows | {"action-INITIAL_FORMS": 1, "title": "Mine", "version": 7})
    assert (stale.status_code, "Back in: In every day" in stale.content.decode()) == (422, True)
    assert client.post(change, rows | {"action-INITIAL_FORMS": 1, "title": "Mine", "version": 1}).status_code == 302
    assert (
        sign_in(college.mendes).get(reverse("interventions:plan_start") + f"?bank={item.public_id}").status_code == 403
    )
