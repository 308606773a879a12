"""The first data manager of a new installation comes from the command line; after that nobody does."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import Entry


def call(*words: str) -> str:
    out = StringIO()
    call_command("first_data_manager", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_first_data_manager_is_added_and_recorded(today):
    assert call("Pat@college.example", "--given-name", "Pat") == "pat@college.example is now data manager.\n"
    pat = User.objects.get(email="pat@college.example")
    assert pat.has_perm("exchange.import_roster")
    assert not pat.has_usable_password()
    assert Entry.objects.filter(system="first-administrator").count() == 1


@pytest.mark.django_db
def test_a_second_one_is_refused(today):
    call("pat@college.example")
    with pytest.raises(CommandError, match="already"):
        call("alex@college.example")
    assert not User.objects.filter(email="alex@college.example").exists()


def test_where_there_is_one_somebody_else_gives_the_role(college):
    with pytest.raises(CommandError):
        call("alex@college.example")
