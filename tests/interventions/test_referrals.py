"""Referrals: asked, accepted or declined, ended; who is told, who reads what, and services that a college sets up."""

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
from caseload.models import CaseloadMembership
from caseload.registries import answering
from core import clock
from core.models import Mail
from core.pages import cards
from interventions.actions import referrals as actions
from interventions.due_support import load_news, load_others, waiting_others, waiting_urgent
from interventions.models import Referral, Service
from interventions.queries import referrals as queries

WHY = "Falls asleep in lessons, says nothing at home"
SECRET = "Three talks about the divorce"


@pytest.fixture
def support(db):
    """Learning support, whose referrals are taken up by role."""
    return Service.objects.get(name="Learning support")


@pytest.fixture
def counselling(college):
    """Counselling, confidential, which Mr Brandt takes up by name though he does not reach 10A."""
    service = Service.objects.get(name="Counselling")
    return actions.save_service(
        college.lowe, service, people=[college.brandt], name="Counselling", inside=True, role="", confidential=True
    )


@pytest.fixture
def refer(college):
    def make(service, given="Ada", by=None, **more):
        said = actions.ReferralSaid(service, WHY, **more)
        return actions.refer(by or college.okafor, said, [college.student(given)], token=uuid4())[0]

    return make


def typed(to, *students, **more):
    sent = {"service": to.pk, "reason": WHY, "form_token": uuid4(), "student": [one.public_id for one in students]}
    return sent | more


def mails(subject):
    return sorted(Mail.objects.filter(subject=subject).values_list("to_address", flat=True))


def test_referring_clears_the_ticked_reasons_tells_the_takers_and_is_recorded(college, support):
    ada = college.student("Ada")
    rule = AlertRule.objects.create(name="Below", kind="below", percent=85)
    Alert.objects.create(student=ada, rule=rule, reason="82 %", raised_on=college.today, true_on=college.today)
    keys = [reason.key for reason in answering.open_reasons([ada.pk], college.okafor)]
    said = actions.ReferralSaid(support, WHY)
    (row,) = actions.refer(college.okafor, said, [ada], token=uuid4(), answers=keys)
    assert Alert.objects.get(student=ada).ended_through == "Referral to Learning support"
    assert mails("A referral waits for you") == [college.lowe.email]
    mail = Mail.objects.get(subject="A referral waits for you")
    assert [word for word in ("Ada", "Ábel", WHY) if word in mail.text + mail.html] == []
    entry = Entry.objects.get(verb="referred")
    assert (entry.object_id, entry.details) == (str(row.pk), {"student": ada.pk})


def test_a_reason_cleared_by_a_confidential_referral_does_not_say_to_whom(college, counselling):
    ada = college.student("Ada")
    rule = AlertRule.objects.create(name="Below", kind="below", percent=85)
    Alert.objects.create(student=ada, rule=rule, reason="82 %", raised_on=college.today, true_on=college.today)
    keys = [reason.key for reason in answering.open_reasons([ada.pk], college.okafor)]
    actions.refer(college.okafor, actions.ReferralSaid(counselling, WHY), [ada], token=uuid4(), answers=keys)
    assert Alert.objects.get(student=ada).ended_through == "Referral"


def test_the_same_form_twice_refers_once_and_one_person_refers_once_at_a_time(college, support, refer):
    token, said, ada = uuid4(), actions.ReferralSaid(support, WHY), [college.student("Ada")]
    first = actions.refer(college.okafor, said, ada, token=token)
    assert actions.refer(college.okafor, said, ada, token=token) == first
    with pytest.raises(actions.AlreadyReferred):
        refer(support)
    assert refer(support, by=college.mendes).pk != first[0].pk
    assert Referral.objects.count() == 2


def test_nobody_refers_a_student_out_of_reach(college, support):
    with pytest.raises(PermissionDenied):
        actions.refer(college.brandt, actions.ReferralSaid(support, WHY), [college.student("Ada")], token=uuid4())


def test_accepted_then_ended_and_the_referrer_is_told_each_time(college, support, refer):
    row = refer(support, urgent=True)
    assert mails("An urgent referral waits for you") == [college.lowe.email]
    row = actions.accept_referral(college.lowe, row, 1, "Tuesday at nine")
    row = actions.close_referral(college.lowe, row, 2, actions.EndSaid("helped", "Sleeps better", SECRET))
    assert (row.state, row.result, row.closed_by) == ("closed", "helped", college.lowe)
    assert mails("News of a referral of yours") == [college.okafor.email] * 2
    words = "".join(Mail.objects.values_list("text", flat=True))
    assert [word for word in ("Ada", SECRET, "Sleeps", "Learning support") if word in words] == []


def test_only_who_takes_it_up_answers_and_only_who_referred_takes_it_back(college, support, refer):
    row = refer(support)
    for person in (college.okafor, college.lind, college.rahman):
        with pytest.raises(PermissionDenied):
            actions.accept_referral(person, row, 1)
    with pytest.raises(PermissionDenied):
        actions.take_back(college.lowe, row, 1)
    assert actions.take_back(college.okafor, row, 1).state == "withdrawn"
    with pytest.raises(actions.ReferralChanged):
        actions.accept_referral(college.lowe, row, 1)


def test_the_second_of_two_people_is_told(college, support, refer):
    row = refer(support)
    actions.accept_referral(college.lowe, row, 1, "Mine")
    with pytest.raises(actions.ReferralChanged):
        actions.decline_referral(college.lowe, row, 1, "No")
    assert Referral.objects.get().answer == "Mine"


@pytest.mark.parametrize("state", ["accepted", "declined", "closed"])
def test_the_database_refuses_an_answer_by_nobody(college, support, refer, state):
    row = refer(support)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=row.pk).update(state=state)


@pytest.mark.parametrize(
    ("person", "of_support", "of_counselling", "known"),
    [
        ("okafor", True, True, True), ("lowe", True, False, True), ("brandt", False, True, False),
        ("lind", False, False, True), ("rahman", False, False, True), ("mendes", False, False, False),
        ("price", False, False, False), ("tran", False, False, False), ("ward", False, False, False),
        ("sam", False, False, False),
    ],
)  # fmt: skip
def test_who_reads_a_referral_and_who_knows_of_it(
    college, support, counselling, refer, person, of_support, of_counselling, known
):
    open_one, confidential = refer(support), refer(counselling)
    user = getattr(college, person)
    seen = set(Referral.objects.visible_to(user))
    assert seen == {row for row, sees in ((open_one, of_support), (confidential, of_counselling)) if sees}
    assert set(Referral.objects.known_to(user)) == ({open_one} if known else set())


def test_a_role_takes_up_only_for_students_over_whom_it_is_held(college, refer):
    service = Service.objects.create(name="Year office", role="head_of_year")
    row = refer(service)
    assert list(Referral.objects.taken_up_by(college.lind)) == [row]
    assert list(Referral.objects.taken_up_by(college.vance)) == []
    assert actions.takers_of(row) == [college.lind]


def test_an_agency_outside_is_looked_after_by_whoever_referred(college, refer):
    camhs = Service.objects.get(name="Child and adolescent mental health service")
    row = refer(camhs)
    assert Mail.objects.count() == 0
    assert list(Referral.objects.taken_up_by(college.okafor)) == [row]
    assert actions.decline_referral(college.okafor, row, 1, "Waiting list closed").noted_at is not None


def test_whoever_referred_loses_it_with_the_student(college, support, refer):
    row = refer(support)
    assert list(Referral.objects.of(college.okafor)) == [row]
    CaseloadMembership.objects.filter(student=row.student, group=college.caseloads["10A"]).update(
        period=DateRange(college.today - timedelta(days=9), college.today)
    )
    assert list(Referral.objects.of(college.okafor)) == []


def test_words_for_the_service_are_shown_to_it_alone(college, counselling, refer, sign_in):
    row = actions.accept_referral(college.brandt, refer(counselling), 1, "Friday")
    actions.close_referral(college.brandt, row, 2, actions.EndSaid("helped", "Comes to lessons again", SECRET))
    address = reverse("interventions:referral_detail", args=[row.public_id])
    taker, referrer = sign_in(college.brandt).get(address), sign_in(college.okafor).get(address)
    for text in (WHY, "Friday", "Comes to lessons again"):
        assert text in taker.content.decode()
        assert text in referrer.content.decode()
    assert SECRET in taker.content.decode()
    assert SECRET not in referrer.content.decode()
    # Named, though he does not reach the student: the referral opens, the student's page is not offered.
    assert reverse("caseload:student_detail", args=[row.student.public_id]) not in taker.content.decode()
    assert sign_in(college.lind).get(address).status_code == 404


def test_the_panel_names_what_may_be_known_and_no_word_of_it(college, support, counselling, refer):
    refer(support)
    refer(counselling)
    ada = college.student("Ada")
    found = {
        person: [
            [(row["referral"].service.name, row["opens"]) for row in one.context["rows"]]
            for one in cards.cards_for("student", getattr(college, person), ada)
            if one.key == "referrals"
        ]
        for person in ("okafor", "lind", "mendes")
    }
    assert found == {
        "okafor": [[("Counselling", True), ("Learning support", True)]],
        "lind": [[("Learning support", False)]],
        "mendes": [],
    }


def test_what_waits_is_on_my_work(college, support, refer):
    row = refer(support)
    urgent = refer(support, "Ben", urgent=True)
    assert (list(waiting_others(college.lowe)), list(waiting_urgent(college.lowe))) == ([row], [urgent])
    assert load_others(college.lowe, 9)[0].about == row.student_id
    assert list(queries.news_for(college.okafor)) == []
    Referral.objects.update(referred_at=clock.now() - timedelta(days=2))
    assert list(queries.news_for(college.okafor)) == [urgent]
    Referral.objects.update(referred_at=clock.now() - timedelta(days=5))
    assert set(queries.news_for(college.okafor)) == {row, urgent}
    actions.decline_referral(college.lowe, row, 1, "Ask the tutor for maths first")
    actions.accept_referral(college.lowe, urgent, 1)
    (item,) = load_news(college.okafor, 9)
    assert (item.words, item.done) == ("Declined by Learning support", "Noted")
    actions.note_decline(college.okafor, row)
    assert load_news(college.okafor, 9) == []
    assert list(queries.waiting_for(college.lowe)) == []


def test_referring_in_the_browser_from_a_student_and_from_a_list(college, support, sign_in):
    browser, ada, ben = sign_in(college.okafor), college.student("Ada"), college.student("Ben")
    start = browser.get(reverse("interventions:referral_for", args=[ada.public_id]), follow=True)
    assert f'value="{ada.public_id}" checked' in start.content.decode()
    address = reverse("interventions:referral_new")
    emoji = "🧑🏽‍🎓 قراءة " * 1_400
    wrong = browser.post(address, typed(support, ada, reason=emoji, service=""))
    assert (wrong.status_code, emoji.strip() in wrong.content.decode()) == (422, True)
    sent = typed(support, ada, ben, reason=emoji)
    assert [browser.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert sorted(Referral.objects.values_list("student", "reason")) == sorted(
        [(ada.pk, emoji.strip()), (ben.pk, emoji.strip())]
    )
    again = browser.post(address, typed(support, ada, reason="Once more"))
    assert (again.status_code, "You have an open referral of Ada" in again.content.decode()) == (422, True)
    assert browser.post(address, typed(support, college.student("Imran"))).status_code == 404
    assert browser.post(address, typed(support)).status_code == 422
    assert Referral.objects.count() == 2


def test_a_disclosure_in_the_form_goes_to_the_safeguarding_team_and_stays_nowhere(college, support, sign_in):
    from interventions.models import Note

    ada = college.student("Ada")
    page = reverse("interventions:referral_new")
    answer = sign_in(college.okafor).post(page, typed(support, ada, pass_on="1", safe_now="no"))
    assert (answer.status_code, Referral.objects.count()) == (302, 0)
    assert Note.objects.get().text == "Passed on."


def test_answering_in_the_browser_keeps_what_was_typed(college, support, refer, sign_in):
    row = refer(support)
    address, browser = reverse("interventions:referral_detail", args=[row.public_id]), sign_in(college.lowe)
    silent = browser.post(address, {"version": 1, "decline": "1", "answer": " "})
    assert (silent.status_code, "Say why, and what would help instead" in silent.content.decode()) == (422, True)
    actions.accept_referral(college.lowe, row, 1, "Accepted in another tab")
    late = browser.post(address, {"version": 1, "decline": "1", "answer": "Not for us: ask careers"})
    page = late.content.decode()
    assert (late.status_code, "ask careers" in page, "Accepted in another tab" in page) == (422, True, True)
    assert browser.post(address, {"version": 2, "end": "1", "result": "helped", "outcome": SECRET}).status_code == 302
    # Whoever referred can press nothing that is the service's.
    assert sign_in(college.okafor).post(address, {"version": 3, "accept": "1"}).status_code == 200
    assert Referral.objects.get().state == "closed"


def test_declined_is_noted_by_whoever_referred(college, support, refer, sign_in):
    row = actions.decline_referral(college.lowe, refer(support), 1, "Ask the tutor first")
    address = reverse("interventions:referral_noted", args=[row.public_id])
    assert sign_in(college.lowe).post(address).status_code == 404
    assert sign_in(college.okafor).post(address).status_code == 302
    assert Referral.objects.get().noted_at is not None
    again = sign_in(college.okafor).post(address, follow=True).content.decode()
    assert "You had taken note of it already" in again


def test_the_lists_are_each_persons_own_and_cost_the_same_for_many(college, support, refer, sign_in):
    refer(support)
    found = {person: queries.counts(getattr(college, person)) for person in ("okafor", "lowe", "lind", "mendes")}
    none = {"take": 0, "going": 0, "mine": 0, "ended": 0}
    assert found == {"okafor": none | {"mine": 1}, "lowe": none | {"take": 1}, "lind": none, "mendes": none}
    browser, address = sign_in(college.lowe), reverse("interventions:referral_list")
    browser.get(address)
    with CaptureQueriesContext(connection) as for_one:
        browser.get(address)
    for given in ("Ben", "Chloe", "Esra", "Finn"):
        refer(support, given)
    with CaptureQueriesContext(connection) as for_five:
        assert browser.get(address).content.decode().count("wm-row-link") == 5
    assert len(for_five) == len(for_one)


def test_a_service_needs_somebody_and_a_name_of_its_own(college, sign_in):
    browser, address = sign_in(college.lowe), reverse("interventions:service_add")
    nobody = browser.post(address, {"name": "Mentoring", "inside": "yes", "active": "on"})
    assert (nobody.status_code, "Say who takes its referrals up" in nobody.content.decode()) == (422, True)
    twice = browser.post(address, {"name": "careers", "inside": "no", "active": "on"})
    assert "There is a service of this name already" in twice.content.decode()
    sent = {"name": "Mentoring", "inside": "yes", "active": "on", "people": [college.farah.pk]}
    assert browser.post(address, sent).status_code == 302
    made = Service.objects.get(name="Mentoring")
    assert (made.inside, list(made.people.all())) == (True, [college.farah])
    edit = reverse("interventions:service_edit", args=[made.public_id])
    assert browser.post(edit, sent | {"inside": "no", "people": []}).status_code == 302
    assert (Service.objects.get(name="Mentoring").inside, made.people.count()) == (False, 0)
