"""The databases that tests are given keep what they promise."""

import os

import psycopg
import pytest
from django.db import connection, transaction

pytestmark = pytest.mark.django_db


def role() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, pg_get_userbyid(datdba)"
            " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
        )
        return cursor.fetchone()


def test_tests_sign_in_as_the_application_and_never_as_owner() -> None:
    assert role() == ("waymark_app", False, False, False, False, "waymark_owner")


def test_locale_and_encoding_are_the_same_everywhere() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
        )
        assert cursor.fetchone() == ("UTF8", "C.UTF-8")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committing_test_has_a_database_to_itself(turn: int) -> None:
    from django.utils import timezone

    from accounts.models import Session

    with transaction.atomic():
        Session.objects.create(session_key="only", session_data="", expire_date=timezone.now())
    assert list(Session.objects.values_list("session_key", flat=True)) == ["only"]


def test_programs_that_a_test_starts_find_the_same_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        here = cursor.fetchone()
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        assert other.execute("SELECT current_database()").fetchone() == here


def test_the_owner_is_somebody_else(owner_connection: psycopg.Connection[tuple[object, ...]]) -> None:
    found = owner_connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
    assert found.fetchone() == ("waymark_owner", False)


def test_the_application_may_not_make_a_table() -> None:
    with pytest.raises(Exception, match="permission denied for schema public"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")
