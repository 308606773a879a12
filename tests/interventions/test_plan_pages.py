"""The pages of action plans: from making to the end, on paper, from the bank, set up."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from caseload.models import StudentContact
from interventions import choices_plans
from interventions.actions import plans as actions
from interventions.actions.plan_settings import save_barrier
from interventions.models import ActionPlan, BankItem, Barrier, PlanCopy, PlanStage
from interventions.queries.bank import standings
from tests.college import College


def typed(college: College, stage: PlanStage, **more: Any) -> dict[str, Any]:
    today = college.today
    form = {
        "title": "Back to full days", "aims": "In every day", "stage": stage.pk, "starts_on": today, "review_on": "",
        "form_token": uuid4(), "action-TOTAL_FORMS": 2, "action-INITIAL_FORMS": 0, "action-0-what": "Ring home",
        "action-0-owner": college.okafor.pk, "action-0-due_on": today + timedelta(days=7),
    }  # fmt: skip
    return form | more


LONG = "🎯 הַיּוֹם " * 2_000


def test_the_pages_from_making_to_the_end(college, plan_stages, sign_in) -> None:
    client, ada, today = sign_in(college.okafor), college.student("Ada"), college.today
    new = reverse("interventions:plan_new", args=[ada.public_id])
    wrong = {
        "review_on": today - timedelta(days=1), "action-0-due_on": today - timedelta(days=2), "action-1-owner_words": "Mum",
        "aims": LONG,
    }  # fmt: skip
    faulty = client.post(new, typed(college, plan_stages[1], **wrong))
    page = faulty.content.decode()
    assert faulty.status_code == 422
    for words in ("Choose a day after today", "before the plan starts", "Say what is to be done", "Ring home", "Mum"):
        assert words in page
    assert "הַיּוֹם" in page
    empty = client.post(
        new, typed(college, plan_stages[1], **{"action-0-what": "", "action-0-owner": "", "action-0-due_on": ""})
    )
    assert "Say at least one thing" in empty.content.decode()
    good = typed(college, plan_stages[1], barriers=[Barrier.objects.first().pk], agreed_with=["student", "parent"])
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
    stale = {**typed(college, plan_stages[1], title="My title"), "version": "{}", "review_on": plan.review_on}
    both = client.post(change, stale)
    assert both.status_code == 422
    assert "My title" in both.content.decode()
    assert "Back to full days: In every day" in both.content.decode()
    review = reverse("interventions:plan_review", args=[plan.public_id])
    bad = client.post(review, {"note": "Better", "stage": plan_stages[2].pk, "review_on": today, "version": 1})
    assert bad.status_code == 422
    assert "Better" in bad.content.decode()
    client.post(review, {"note": "Better", "stage": plan_stages[2].pk, "review_on": "", "version": 1})
    old = client.post(review, {"note": "Words of the second", "stage": plan_stages[1].pk, "version": 1})
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
    college, plan_said, sign_in
) -> None:
    ada = college.student("Ada")
    type(ada).objects.filter(pk=ada.pk).update(home_given_name="Adrienn")
    plan = actions.make_plan(college.okafor, ada, plan_said(4, agreed_with=("student", "parent")), token=uuid4())
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


def test_barriers_and_stages_are_set_up_by_those_who_may(college, plan_stages, sign_in) -> None:
    client = sign_in(college.lowe)
    add = reverse("interventions:barrier_add")
    assert client.post(add, {"name": "travel", "position": 5}).status_code == 422
    assert client.post(add, {"name": "No bus", "position": 5, "active": "on"}).status_code == 302
    stage = reverse("interventions:plan_stage_edit", args=[plan_stages[2].public_id])
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
    college, plan_said, sign_in
) -> None:
    client, ada = sign_in(college.okafor), college.student("Ada")
    plan = actions.make_plan(college.okafor, ada, plan_said(title="Ada back in"), token=uuid4())
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
