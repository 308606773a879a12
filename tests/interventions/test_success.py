"""Success is said only where something changed: the same button pressed again, or pressed too late, says so."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from caseload.models import HomeConsent
from core import clock
from interventions.actions import letters
from interventions.models import Letter, LetterBatch, LetterTemplate, MeetingType, Slot, StudentWords
from tests.college import College

SignIn = Any


def said(client: Any, address: str, values: dict[str, Any] | None = None) -> str:
    answer = client.post(address, values or {}, follow=True)
    assert answer.status_code == 200
    return " ".join(str(message) for message in answer.context["messages"])


def test_withdrawing_a_time_twice(college: College, sign_in: SignIn) -> None:
    start = clock.now() + timedelta(days=1)
    slot = Slot.objects.create(
        tutor=college.okafor, time=(start, start + timedelta(minutes=20)), type=MeetingType.objects.order_by("pk")[0]
    )
    client, address = sign_in(college.okafor), reverse("interventions:slot_withdraw", args=[slot.public_id])
    assert said(client, address) == "The time is withdrawn."
    assert said(client, address) == "The time was withdrawn already."


def test_ending_a_calendar_address_that_is_not_there(college: College, sign_in: SignIn) -> None:
    client, address = sign_in(college.okafor), reverse("interventions:feed_end")
    assert said(client, address) == "You had no calendar address, so nothing has changed."
    client.post(reverse("interventions:feed_detail"))
    assert said(client, address) == "Your calendar address no longer opens."


def test_withdrawing_an_agreement_that_was_never_given(college: College, sign_in: SignIn) -> None:
    ada = college.student("Ada")
    client, address = sign_in(college.okafor), reverse("caseload:home_consent", args=[ada.public_id])
    words = said(client, address, {"withdraw": "yes"})
    assert words == "No agreement of Ada Ábel was on record, so nothing has changed."
    HomeConsent.objects.create(student=ada, words="yes", recorded_by=college.okafor)
    words = said(client, address, {"withdraw": "yes"})
    assert words == "Ada Ábel no longer agrees. From 18 on nothing goes home about them."


def test_taking_back_a_link_twice(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.okafor)
    client.post(reverse("interventions:student_ask"), {"student": [str(college.student("Ada").public_id)]})
    words = StudentWords.objects.get()
    address = reverse("interventions:student_link_end", args=[words.public_id])
    assert said(client, address) == "The link no longer opens."
    assert said(client, address) == "The link had been used, or had ended already."


@pytest.fixture
def batch(college: College) -> LetterBatch:
    template = LetterTemplate.objects.order_by("pk")[0]
    made = LetterBatch.objects.create(template=template, made_by=college.price, form_token=uuid4())
    Letter.objects.create(
        student=college.student("Ada"), template=template, batch=made, subject="Hello", body="Words",
        drafted_by=college.price,
    )  # fmt: skip
    return made


def test_throwing_away_letters_that_are_not_there_changes_nothing(
    college: College, batch: LetterBatch, sign_in: SignIn
) -> None:
    client, address = sign_in(college.price), reverse("interventions:letter_send", args=[batch.public_id])
    assert said(client, address, {"drop": "yes"}) == "Tick the letters that are to be thrown away."
    assert said(client, address, {"drop_all": "yes"}) == "Thrown away. Nothing went out."
    assert said(client, address, {"drop_all": "yes"}) == "These letters were sent or thrown away already."


def test_a_letter_that_went_out_is_not_changed(college: College, batch: LetterBatch) -> None:
    letter = Letter.objects.get()
    Letter.objects.update(version=letter.version + 1)
    with pytest.raises(letters.LetterChanged):
        letters.change_letter(college.price, letter, subject="New", body="New", version=letter.version)
    assert Letter.objects.get().subject == "Hello"
