"""The cast of the demonstration, and that it is nowhere else."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.urls import reverse

from accounts.checks import demonstration_is_not_deployed, demonstration_is_not_production
from accounts.demo_cast import CAST
from accounts.models import User
from tests.setting_up import setting_up

WORDS = (
    "tutor",
    "progress tutor",
    "head of year",
    "head of house",
    "head",
    "DSL",
    "senior leader",
    "attendance officer",
    "learning support",
    "teacher",
    "data manager",
    "system administrator",
)


@pytest.fixture
def cast(college):
    for member in CAST:
        with setting_up():
            User.objects.create_user(member.email, given_name="A", family_name=member.words)


def test_a_button_for_each_of_the_cast(cast, client, settings):
    settings.DEMO = True
    page = client.get(reverse("demo")).content.decode()
    assert [member.words for member in CAST] == [
        word for word in WORDS if f">Sign in as {word}</button>" in page
    ] or set(WORDS) == {member.words for member in CAST}
    assert all(f">Sign in as {word}</button>" in page for word in WORDS)


def test_one_button_signs_in_with_an_app_for_the_second_step(cast, client, settings):
    settings.DEMO = True
    client.post(reverse("demo_sign_in", args=["dsl"]))
    user = get_user(client)
    assert user.email == "dsl@waymark.example"
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1
    client.post(reverse("demo_sign_in", args=["head_of_year"]))
    assert get_user(client).email == "head-of-year@waymark.example"


def test_nothing_of_it_outside_the_demonstration(cast, client):
    assert client.get(reverse("demo")).status_code == 404
    assert client.post(reverse("demo_sign_in", args=["dsl"])).status_code == 404
    assert not get_user(client).is_authenticated


def test_only_the_cast_can_be_signed_in_as(cast, client, settings):
    settings.DEMO = True
    assert client.post(reverse("demo_sign_in", args=["deputy_dsl"])).status_code == 404
    assert client.get(reverse("demo_sign_in", args=["dsl"])).status_code == 405


def test_demonstration_and_production_cannot_both_be_on(settings):
    assert demonstration_is_not_production() == []
    assert demonstration_is_not_deployed() == []
    settings.DEMO = settings.PRODUCTION = True
    assert [fault.id for fault in demonstration_is_not_production()] == ["accounts.E001"]
    assert [fault.id for fault in demonstration_is_not_deployed()] == ["accounts.E002"]
