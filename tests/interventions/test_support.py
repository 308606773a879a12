"""Support plans: made, changed, reviewed into the next round, ended; who reads how much; learning support's list."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import Alert, AlertRule
from audit.models import Entry
from caseload.models import Characteristic
from caseload.registries import answering
from core.pages import cards
from interventions.actions import support as actions
from interventions.choices_support import PROVISION, READ
from interventions.due_support import load_plans, plans_of
from interventions.models import SupportPlan, SupportReview
from interventions.queries import support as queries

WORDS = "Reads at half the pace of the class"
EMOJI = "🧑🏽‍🎓 قراءة " * 1_400  # right to left, and long


@pytest.fixture
def said(college):
    def make(**more):
        values = {
            "need": "SPLD", "need_words": WORDS, "provision": "Texts a day before", "owner": college.lowe,
            "assessed_on": college.today - timedelta(days=20), "review_on": college.today + timedelta(days=40),
        }  # fmt: skip
        return actions.SupportSaid(**(values | more))

    return make


@pytest.fixture
def plan(college, said):
    return actions.make_plan(college.lowe, college.student("Ada"), said(exam_access=("time25",)), token=uuid4())


def typed(college, **more):
    return {
        "need": "SPLD", "need_words": WORDS, "provision": "Texts a day before", "owner": college.lowe.pk,
        "assessed_on": college.today, "review_on": college.today + timedelta(days=40), "form_token": uuid4(),
    } | more  # fmt: skip


def review(college, **more):
    values = {
        "worked": "partly", "found": "Faster, but tires", "reviewed_on": college.today, "provision": "Rest breaks too",
        "started_on": college.today + timedelta(days=3), "review_on": college.today + timedelta(days=60),
    }  # fmt: skip
    return values | more


def test_making_a_plan_clears_the_ticked_reasons_and_is_recorded(college, said):
    ada = college.student("Ada")
    rule = AlertRule.objects.create(name="Below", kind="below", percent=85)
    Alert.objects.create(student=ada, rule=rule, reason="82 %", raised_on=college.today, true_on=college.today)
    keys = [reason.key for reason in answering.open_reasons([ada.pk], college.lowe)]
    plan = actions.make_plan(college.lowe, ada, said(), token=uuid4(), answers=keys)
    assert Alert.objects.get(student=ada).ended_through == "Support plan"
    entry = Entry.objects.get(verb="support_plan_made")
    assert (entry.object_id, entry.details) == (str(plan.pk), {"student": ada.pk})


def test_the_same_form_twice_makes_one_and_a_second_plan_is_refused(college, said):
    token, ada = uuid4(), college.student("Ada")
    first = actions.make_plan(college.lowe, ada, said(), token=token)
    assert actions.make_plan(college.lowe, ada, said(), token=token) == first
    with pytest.raises(actions.PlanThere) as there:
        actions.make_plan(college.lowe, ada, said(), token=uuid4())
    assert (there.value.plan, SupportPlan.objects.count()) == (first, 1)


def test_only_learning_support_writes(college, said, plan):
    with pytest.raises(PermissionDenied):
        actions.make_plan(college.okafor, college.student("Ben"), said(), token=uuid4())
    with pytest.raises(PermissionDenied):
        actions.change_plan(college.lind, plan, actions.seen_of(plan), said())
    with pytest.raises(PermissionDenied):
        actions.end_plan(college.mendes, plan, 1, because="No", ended_on=college.today)
    assert SupportPlan.objects.get().version == 1


def test_a_review_ends_a_round_and_its_day_is_the_next_assessment(college, plan):
    after = actions.review_plan(college.lowe, plan, 1, actions.ReviewSaid(**review(college)))
    kept = SupportReview.objects.get()
    assert (kept.round, kept.assessed_on, kept.due_on) == (1, plan.assessed_on, plan.review_on)
    assert (after.round, after.assessed_on, after.started_on) == (2, college.today, college.today + timedelta(days=3))
    assert (after.provision, after.stage) == ("Rest breaks too", "Assess")
    assert [row["provision"] for row in queries.whole(after).earlier] == ["Texts a day before"]


def test_the_second_of_two_people_is_told(college, said, plan):
    actions.change_plan(college.lowe, plan, actions.seen_of(plan), said(provision="First"))
    with pytest.raises(actions.SupportPlanChanged) as changed:
        actions.review_plan(college.lowe, plan, 1, actions.ReviewSaid(**review(college)))
    assert changed.value.plan.provision == "First"
    assert SupportReview.objects.count() == 0


def test_two_people_who_change_different_things_both_keep_theirs(college, said, plan):
    seen = actions.seen_of(plan)
    assert actions.change_plan(college.lowe, plan, seen, said(provision="First"))
    assert actions.change_plan(college.lowe, plan, seen, said(wanted="To read aloud"))
    stands = SupportPlan.objects.get()
    assert (stands.provision, stands.wanted) == ("First", "To read aloud")
    with pytest.raises(actions.SupportPlanChanged) as clash:
        actions.change_plan(college.lowe, plan, seen, said(provision="Second"))
    assert clash.value.fields == ["provision"]
    assert not actions.change_plan(
        college.lowe, plan, actions.seen_of(stands), said(provision="First", wanted="To read aloud")
    )


def test_an_ended_plan_stays_as_it_is_and_makes_room_for_another(college, said, plan):
    actions.end_plan(college.lowe, plan, 1, because="No longer needed", ended_on=college.today)
    with pytest.raises(actions.SupportPlanChanged):
        actions.change_plan(college.lowe, plan, actions.seen_of(plan), said())
    assert actions.make_plan(college.lowe, college.student("Ada"), said(), token=uuid4()).pk != plan.pk


@pytest.mark.parametrize(
    "wrong", [{"planned_on": -30}, {"started_on": -30}, {"review_on": -30}, {"planned_on": 1, "started_on": 0}]
)
def test_the_database_refuses_a_round_that_runs_backwards(college, plan, wrong):
    days = {name: college.today + timedelta(days=number) for name, number in wrong.items()}
    with pytest.raises(IntegrityError, match="round_forwards"), transaction.atomic():
        SupportPlan.objects.filter(pk=plan.pk).update(**days)


@pytest.mark.parametrize(
    ("person", "reads", "sees"),
    [
        ("lowe", True, True), ("okafor", True, True), ("lind", True, True), ("rahman", True, True),
        ("mendes", False, True), ("brandt", False, False), ("vance", False, False), ("quill", False, False),
        ("price", False, False), ("ward", False, False), ("sam", False, False),
    ],
)  # fmt: skip
def test_pastoral_staff_read_all_of_it_teachers_what_they_do(college, plan, person, reads, sees):
    user = getattr(college, person)
    seen = {SupportPlan.objects.visible_to(user, permission).exists() for permission in (READ,)}
    assert seen == {reads}
    assert SupportPlan.objects.visible_to(user, PROVISION).exists() is sees


def test_the_panel_of_a_teacher_holds_no_word_of_the_need(college, plan):
    ada = college.student("Ada")
    shown = {
        person: next(one.context for one in cards.cards_for("student", getattr(college, person), ada) if one.key == "support")
        for person in ("mendes", "okafor")
    }  # fmt: skip
    assert shown["mendes"]["whole"] is None
    assert shown["mendes"]["access"] == ["25 % extra time"]
    assert shown["okafor"]["whole"] == plan
    assert "need" not in str(sorted(shown["mendes"]["found"]))
    assert [queries.in_class(user, ada.pk) for user in (college.brandt, college.price, college.sam)] == [None] * 3


def test_a_teacher_opens_what_helps_in_class_and_nothing_else(college, plan, sign_in):
    address = reverse("interventions:support_detail", args=[plan.public_id])
    whole = sign_in(college.okafor).get(address).content.decode()
    part = sign_in(college.mendes).get(address).content.decode()
    assert WORDS in whole
    assert "Specific learning" in whole
    for text in ("Texts a day before", "25 % extra time"):
        assert text in part
    for text in (WORDS, "Specific learning", "Lowe"):
        assert text not in part
    actions.end_plan(college.lowe, plan, 1, because="No longer needed", ended_on=college.today)
    assert sign_in(college.mendes).get(address).status_code == 404
    assert sign_in(college.okafor).get(address).status_code == 200


def test_a_plan_is_begun_from_what_the_record_says(college, sign_in):
    ada, since = college.student("Ada"), DateRange(college.today, None)
    for kind, code, rank in (("sen_need", "ASD", 2), ("sen_need", "SLCN", 1), ("english_proficiency", "C", None)):
        Characteristic.objects.create(student=ada, kind=kind, code=code, rank=rank, period=since)
    assert queries.known_of(ada) == {"need": "SLCN", "second_need": "ASD", "eal_stage": "C"}
    page = sign_in(college.lowe).get(reverse("interventions:support_new", args=[ada.public_id])).content.decode()
    assert '<option value="SLCN" selected>' in page


def test_making_one_in_the_browser_keeps_every_word(college, sign_in):
    browser, ada = sign_in(college.lowe), college.student("Ada")
    address = reverse("interventions:support_new", args=[ada.public_id])
    wrong = browser.post(address, typed(college, need_words=EMOJI, started_on=college.today - timedelta(days=9)))
    assert (wrong.status_code, EMOJI.strip() in wrong.content.decode()) == (422, True)
    assert "The provision begins before the need was assessed" in wrong.content.decode()
    assert browser.post(address, typed(college, need_words=EMOJI)).status_code == 302
    plan = SupportPlan.objects.get()
    assert plan.need_words == EMOJI.strip()
    late = browser.post(address, typed(college, need_words="Second"))
    assert (late.status_code, "Second" in late.content.decode()) == (422, True)
    assert browser.get(address).url == reverse("interventions:support_detail", args=[plan.public_id])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"planned_on": -1}, "The plan was agreed before the need was assessed"),
        ({"planned_on": 5, "started_on": 2}, "The provision begins before it was planned"),
        ({"started_on": 50}, "The review is before the provision begins"),
        ({"review_on": 0}, "The review is still to come"),
        ({"assessed_on": 1}, "This day is still to come"),
        ({"assessed_on": -20_000}, "The year 1972 can’t be meant here."),
        ({"second_need": "SPLD"}, "This is the first need already"),
        ({"provision": " "}, "Say what staff do"),
    ],
)
def test_what_can_not_be_says_what_to_do(college, sign_in, more, words):
    days = {name: college.today + timedelta(days=value) if isinstance(value, int) else value for name, value in more.items()}  # fmt: skip
    address = reverse("interventions:support_new", args=[college.student("Ada").public_id])
    answer = sign_in(college.lowe).post(address, typed(college, **days))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_review_in_the_browser_with_somebody_else_in_between(college, said, plan, sign_in):
    browser = sign_in(college.lowe)
    address = reverse("interventions:support_review", args=[plan.public_id])
    actions.change_plan(college.lowe, plan, actions.seen_of(plan), said(provision="Changed meanwhile"))
    sent = review(college, version=1)
    answer = browser.post(address, sent)
    page = answer.content.decode()
    assert (answer.status_code, "Changed meanwhile" in page, "Faster, but tires" in page) == (422, True, True)
    assert browser.post(address, sent | {"version": 2}).status_code == 302
    assert browser.post(address, sent | {"version": 2}).status_code == 422
    assert SupportReview.objects.count() == 1


def test_the_list_by_need_and_review(college, said, plan, sign_in):
    ben = actions.make_plan(
        college.lowe, college.student("Ben"), said(need="EAL", eal_stage="B", second_need="SPLD"), token=uuid4()
    )
    SupportPlan.objects.filter(pk=ben.pk).update(review_on=college.today)
    found = {
        name: [one.student_id for one in queries.plans(college.lowe, queries.Wanted(**asked))]
        for name, asked in {
            "all": {}, "need": {"need": "EAL"}, "both": {"need": "SPLD"}, "stage": {"stage": "B"},
            "access": {"access": "time25"}, "due": {"show": "overdue"}, "words": {"words": "abel"},
            "ended": {"show": "ended"},
        }.items()
    }  # fmt: skip
    a, b = plan.student_id, ben.student_id
    assert found == {
        "all": [b, a], "need": [b], "both": [b, a], "stage": [b], "access": [a], "due": [b], "words": [a], "ended": [],
    }  # fmt: skip
    assert queries.needs_held(college.lowe)[0] == ("SPLD", "Specific learning difficulty", 2)
    assert list(queries.plans(college.brandt, queries.Wanted())) == []
    assert list(queries.reviews_due([a, b], college.lowe)) == [b]


def test_who_has_a_need_on_record_and_no_plan(college, plan):
    since = DateRange(college.today, None)
    for given, code in (("Ada", "K"), ("Ben", "E"), ("Esra", "N")):
        Characteristic.objects.create(student=college.student(given), kind="sen_status", code=code, period=since)
    assert list(queries.without_plan(college.lowe)) == [college.student("Ben")]
    assert list(queries.without_plan(college.okafor)) == []
    assert "without" not in queries.counts(college.okafor)


def test_the_list_as_a_sheet_disarms_formulas_and_costs_the_same_for_many(college, said, plan, sign_in):
    browser, address = sign_in(college.lowe), reverse("interventions:support_list")
    browser.get(address)
    with CaptureQueriesContext(connection) as for_one:
        browser.get(address)
    for given in ("Ben", "Chloe", "Esra", "Finn", "Gita"):
        actions.make_plan(college.lowe, college.student(given), said(exam_access_words="=1+1"), token=uuid4())
    with CaptureQueriesContext(connection) as for_six:
        assert browser.get(address).content.decode().count("wm-row-link") == 6
    assert len(for_six) == len(for_one)
    sheet = b"".join(browser.get(address, {"as": "csv"}).streaming_content).decode()
    assert (sheet.count("\r\n"), ",=1+1" in sheet) == (7, False)


def test_the_review_is_on_my_work_of_whoever_looks_after_the_plan(college, plan):
    assert list(plans_of(college.lowe)) == []
    SupportPlan.objects.filter(pk=plan.pk).update(review_on=college.today)
    assert list(plans_of(college.lowe)) == [plan]
    (item,) = load_plans(college.lowe, 10)
    assert (item.about, item.url) == (plan.student_id, reverse("interventions:support_review", args=[plan.public_id]))
    SupportPlan.objects.filter(pk=plan.pk).update(owner=college.okafor)
    assert [list(plans_of(user)) for user in (college.lowe, college.okafor)] == [[], []]


def test_a_teacher_sees_support_by_class_and_no_word_of_the_need(college, said, plan, sign_in):
    actions.make_plan(college.lowe, college.student("Imran"), said(), token=uuid4())
    browser, address = sign_in(college.mendes), reverse("interventions:support_classes")
    page = browser.get(address).content.decode()
    assert (page.count("wm-row-link"), "Texts a day before" in page, "25 % extra time" in page) == (1, True, True)
    assert [text for text in (WORDS, "Specific learning", "Imran") if text in page] == []
    group = college.groups["10x/Ma1"]
    assert browser.get(address, {"group": group.public_id}).content.decode().count("wm-row-link") == 1
    assert browser.get(address, {"group": "no number"}).status_code == 200
    assert sign_in(college.quill).get(address).content.decode().count("wm-row-link") == 0
