"""Somebody who lost their phone, or typed a wrong password too often, is let in again; a protected role needs two people."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import SecondStepRequest, Session, User
from accounts.rules import NotAllowed
from accounts.second_factor import make_sure_of_app
from accounts.second_step import (
    AlreadyAsked,
    AlreadyDecided,
    consent_to_second_step,
    decline_second_step,
    let_in_again,
    take_away_second_step,
)
from audit.models import Entry
from core import naming
from core.models import Mail
from tests.college import College
from tests.setting_up import setting_up


def steps(user: User) -> int:
    return Authenticator.objects.filter(user=user).count()


def told() -> set[tuple[str, str]]:
    return set(Mail.objects.values_list("to_address", "subject"))


def lock_out(user: User) -> None:
    AccessAttempt.objects.create(
        username=user.email, ip_address="192.0.2.7", failures_since_start=settings.AXES_FAILURE_LIMIT
    )


@pytest.fixture
def asked(college: College) -> SecondStepRequest:
    with naming.named(college.rahman.pk):
        make_sure_of_app(college.rahman)
    with naming.named(college.tran.pk):
        made = take_away_second_step(college.rahman, "Lost the phone", college.tran)
    assert made is not None
    return made


def test_a_tutors_second_step_goes_at_once_and_they_are_told_and_signed_out(college: College, sign_in: Any) -> None:
    with naming.named(college.okafor.pk):
        make_sure_of_app(college.okafor)
    sign_in(college.okafor)
    mine = sign_in(college.tran, stepped_up=True)
    before = Session.objects.count()
    page = mine.get(reverse("accounts:second_step", args=[college.okafor.public_id])).content.decode()
    assert "authenticator app" in page
    assert "second person" not in page
    answer = mine.post(
        reverse("accounts:second_step", args=[college.okafor.public_id]), {"reason": "Showed me her badge"}
    )
    assert answer.url == reverse("accounts:staff_detail", args=[college.okafor.public_id])
    assert (steps(college.okafor), Session.objects.count()) == (0, before - 1)
    assert told() == {(college.okafor.email, "Your second step was taken away")}
    mail = Mail.objects.get()
    assert "Showed me her badge" in mail.text
    assert college.tran.full_name in mail.text
    entry = Entry.objects.get(verb="accounts.second_step_taken_away")
    assert (entry.actor_id, entry.object_id, entry.details["kinds"]) == (
        college.tran.pk,
        str(college.okafor.pk),
        ["totp"],
    )


def test_it_says_why_or_nothing_happens(college: College, sign_in: Any) -> None:
    with naming.named(college.okafor.pk):
        make_sure_of_app(college.okafor)
    address = reverse("accounts:second_step", args=[college.okafor.public_id])
    assert sign_in(college.tran, stepped_up=True).post(address, {"reason": " "}).status_code == 422
    assert steps(college.okafor) == 1


@pytest.mark.parametrize("key", ["tran", "lind", "rahman", "achebe"])
def test_nobody_does_it_for_themselves_and_nobody_else_may(college: College, key: str) -> None:
    by, whose = college.staff[key], college.tran if key == "tran" else college.okafor
    with naming.named(whose.pk):
        make_sure_of_app(whose)
    with naming.named(by.pk), pytest.raises(NotAllowed):
        take_away_second_step(whose, "x", by)
    assert steps(whose) == 1


def test_a_safeguarding_leads_waits_and_those_who_could_consent_are_told(college: College, asked: Any) -> None:
    assert steps(college.rahman) == 1
    waits = "A second step waits for a second person"
    assert told() == {
        (college.rahman.email, "Somebody asked to take away your second step"),
        (college.bell.email, waits),
        (college.achebe.email, waits),
    }
    with naming.named(college.tran.pk), pytest.raises(AlreadyAsked):
        take_away_second_step(college.rahman, "Again", college.tran)


@pytest.mark.parametrize("key", ["tran", "ward", "rahman", "lind", "okafor"])
def test_who_asked_whose_it_is_and_administrators_do_not_consent(college: College, asked: Any, key: str) -> None:
    by = college.staff[key]
    with naming.named(by.pk), pytest.raises(NotAllowed):
        consent_to_second_step(asked, by)
    assert steps(college.rahman) == 1


def test_the_database_too_wants_a_second_person(college: College, asked: SecondStepRequest) -> None:
    rows = SecondStepRequest.objects.filter(pk=asked.pk)
    for one in (college.tran, college.rahman):
        with setting_up(), pytest.raises(IntegrityError), transaction.atomic():
            rows.update(decided_by=one, consented=True)


def test_a_deputy_consents_on_the_page_of_the_team(college: College, asked: SecondStepRequest, sign_in: Any) -> None:
    deputy = sign_in(college.bell, stepped_up=True)
    assert "Lost the phone" in deputy.get(reverse("caseload:team_list")).content.decode()
    decide = reverse("accounts:second_step_decide", args=[asked.public_id])
    assert deputy.post(decide, {"decision": "consent"}).url == reverse("caseload:team_list")
    assert steps(college.rahman) == 0
    entry = Entry.objects.get(verb="accounts.second_step_taken_away")
    assert (entry.actor_id, entry.details["asked_by"]) == (college.bell.pk, college.tran.pk)
    with naming.named(college.achebe.pk), pytest.raises(AlreadyDecided):
        consent_to_second_step(asked, college.achebe)


def test_declining_leaves_it_and_it_can_be_asked_again(college: College, asked: SecondStepRequest) -> None:
    with naming.named(college.achebe.pk):
        decline_second_step(asked, college.achebe)
    assert steps(college.rahman) == 1
    with naming.named(college.tran.pk):
        assert take_away_second_step(college.rahman, "Really", college.tran) is not None


def test_who_is_locked_out_is_let_in_from_their_page(college: College, sign_in: Any) -> None:
    lock_out(college.okafor)
    lock_out(college.lind)
    mine, page = sign_in(college.ward), reverse("accounts:staff_detail", args=[college.okafor.public_id])
    assert "Let them try again now" in mine.get(page).content.decode()
    mine.post(reverse("accounts:staff_let_in", args=[college.okafor.public_id]))
    assert "Let them try again now" not in mine.get(page).content.decode()
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == [college.lind.email]
    assert Entry.objects.get(verb="accounts.lock_out_lifted").object_id == str(college.okafor.pk)


def test_nobody_lets_themselves_in(college: College, rf: Any) -> None:
    lock_out(college.tran)
    with naming.named(college.tran.pk), pytest.raises(NotAllowed):
        let_in_again(college.tran, rf.post("/"), college.tran)
    assert AccessAttempt.objects.count() == 1
