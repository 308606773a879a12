"""A page that must leave for the sign-in page by itself sends ahead what is typed on it."""

import pytest

from accounts.models import Session, User
from core import naming
from core.pages import keeping


@pytest.fixture
def typing(story):
    """A tutor at the form for a concern, whose session has ended since they began; time moves as the test says."""
    tutor = story()
    tutor.page.clock.install()
    tutor.sign_in("tutor")
    tutor.go("/safeguarding/raise/")
    tutor.page.get_by_label("What happened").fill("Came in without a coat.")
    Session.objects.all().delete()
    return tutor.page


def kept():
    """What waits for the tutor."""
    me = User.objects.get(email="tutor@waymark.example")
    with naming.named(me.pk):
        return [form.first("what") for form in keeping.waiting_for(me.pk)]


def test_what_is_typed_goes_ahead_when_nothing_happens_for_too_long(typing):
    typing.clock.fast_forward(45 * 60 * 1000)
    typing.wait_for_url("**/accounts/login/**")
    assert kept() == ["Came in without a coat."]


def test_what_is_typed_goes_ahead_when_a_part_of_the_page_is_asked_for(typing):
    typing.get_by_label("Which student?").fill("Abc")
    typing.clock.run_for(1000)
    typing.wait_for_url("**/accounts/login/**")
    assert kept() == ["Came in without a coat."]
