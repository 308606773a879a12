"""Who at home may be written to, by age, policy and consent."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from caseload.actions import home as actions
from caseload.models import HomeConsent, Student, StudentContact
from caseload.queries.home import coming_of_age_reasons, recipients
from caseload.rules.writing_home import Standing, age_on, birthday, may_write_home

PARENT = Standing(no_contact=False, parental_responsibility=True, lives_with=True, is_emergency=False)
NEIGHBOUR = Standing(no_contact=False, parental_responsibility=False, lives_with=False, is_emergency=True)
DAY = date(2026, 11, 20)


def born(age, *, days=0):
    return DAY.replace(year=DAY.year - age) - timedelta(days=days)


@pytest.mark.parametrize(
    ("contact", "birth", "policy", "consent", "emergency", "allowed"),
    [
        (PARENT, born(15), False, False, False, True),
        (NEIGHBOUR, born(15), True, False, False, False),
        (PARENT, born(16), True, False, False, True),
        (PARENT, born(16), False, False, False, False),
        (PARENT, born(18, days=-1), True, False, False, True),  # 18 tomorrow
        (PARENT, born(18), True, False, False, False),  # 18 today
        (PARENT, born(18), True, True, False, True),
        (NEIGHBOUR, born(18), True, True, False, False),
        (NEIGHBOUR, born(18), True, False, True, True),
        (NEIGHBOUR, None, True, False, True, True),
        (PARENT, None, True, True, False, False),
    ],
)
def test_who_may_be_written_to(contact, birth, policy, consent, emergency, allowed):
    found, why = may_write_home(contact, birth, DAY, at_16_and_17=policy, consent=consent, emergency=emergency)
    assert found is allowed
    assert why


@given(st.booleans(), st.booleans(), st.booleans(), st.one_of(st.none(), st.dates(date(1990, 1, 1), DAY)))
def test_whoever_must_not_be_contacted_never_is(policy, consent, emergency, birth):
    barred = Standing(no_contact=True, parental_responsibility=True, lives_with=True, is_emergency=True)
    allowed, _ = may_write_home(barred, birth, DAY, at_16_and_17=policy, consent=consent, emergency=emergency)
    assert not allowed


@given(st.dates(date(1990, 1, 1), date(2020, 12, 31)), st.integers(0, 30))
def test_an_age_is_reached_on_the_birthday(birth, age):
    day = birthday(birth, age)
    assert age_on(birth, day) == age
    assert age_on(birth, day - timedelta(days=1)) == age - 1


@pytest.fixture
def ada(college):
    """Ada, who is 18 today, with her mother, who has parental responsibility."""
    student = college.student("Ada")
    Student.objects.filter(pk=student.pk).update(date_of_birth=born(18))
    student.refresh_from_db()
    return student


def test_at_18_the_student_decides_and_may_change_their_mind(college, ada):
    assert [found.allowed for found in recipients([ada.pk])[ada.pk]] == [False]
    actions.give_home_consent(college.okafor, ada, "in our one-to-one")
    actions.give_home_consent(college.okafor, ada, "again")
    assert HomeConsent.objects.count() == 1
    assert [found.allowed for found in recipients([ada.pk])[ada.pk]] == [True]
    assert actions.withdraw_home_consent(college.okafor, ada)
    assert not actions.withdraw_home_consent(college.okafor, ada)
    assert [found.allowed for found in recipients([ada.pk])[ada.pk]] == [False]


def test_the_college_may_decide_not_to_write_home_at_16(college):
    ada = college.student("Ada")
    Student.objects.filter(pk=ada.pk).update(date_of_birth=born(16))
    assert recipients([ada.pk])[ada.pk][0].allowed
    actions.set_home_policy(college.tran, write_at_16_and_17=False, announce_days=30)
    assert not recipients([ada.pk])[ada.pk][0].allowed


def test_the_tutor_is_told_a_month_before(college, ada):
    Student.objects.filter(pk=ada.pk).update(date_of_birth=born(18, days=-30))
    assert "18 on" in coming_of_age_reasons([ada.pk], college.okafor)[ada.pk][0].words
    Student.objects.filter(pk=ada.pk).update(date_of_birth=born(18, days=-31))
    assert coming_of_age_reasons([ada.pk], college.okafor) == {}
    Student.objects.filter(pk=ada.pk).update(date_of_birth=born(18, days=-30))
    actions.give_home_consent(college.okafor, ada, "by email")
    assert coming_of_age_reasons([ada.pk], college.okafor) == {}


def test_recipients_cost_the_same_for_few_as_for_many(college, django_assert_num_queries):
    for students in (college.students[:3], college.students):
        with django_assert_num_queries(3):
            recipients([student.pk for student in students])


def test_consent_stands_once_in_the_database_too(college, ada):
    actions.give_home_consent(college.okafor, ada, "by email")
    with pytest.raises(IntegrityError), transaction.atomic():
        HomeConsent.objects.create(student=ada, words="twice", recorded_by=college.okafor)


def test_the_contacts_page_says_who_gets_letters_and_takes_consent(college, ada, sign_in):
    client = sign_in(college.okafor)
    page = reverse("caseload:contact_list", args=[ada.public_id])
    assert "Gets no letters: the student is 18" in client.get(page).content.decode()
    address = reverse("caseload:home_consent", args=[ada.public_id])
    client.post(address, {"words": ""})
    assert not HomeConsent.objects.exists()
    client.post(address, {"words": "in our one-to-one"})
    assert "Gets letters: the student is 18 and agreed" in client.get(page).content.decode()
    client.post(address, {"withdraw": "yes"})
    assert "Gets no letters" in client.get(page).content.decode()


def test_a_child_cant_be_made_to_agree(college, sign_in):
    ada = college.student("Ada")
    Student.objects.filter(pk=ada.pk).update(date_of_birth=born(14))
    sign_in(college.okafor).post(reverse("caseload:home_consent", args=[ada.public_id]), {"words": "she said so"})
    assert not HomeConsent.objects.exists()


def test_a_contact_that_must_not_be_contacted_gets_nothing(college, ada):
    actions.give_home_consent(college.okafor, ada, "by email")
    StudentContact.objects.filter(student=ada).update(no_contact=True)
    assert not recipients([ada.pk])[ada.pk][0].allowed


def test_only_who_manages_the_college_decides(college, sign_in):
    address = reverse("caseload:home_policy")
    assert sign_in(college.okafor).get(address).status_code == 403
    answer = sign_in(college.tran).post(address, {"announce_days": "999"})
    assert answer.status_code == 422
    assert sign_in(college.tran).post(address, {"announce_days": "14"}).status_code == 302
