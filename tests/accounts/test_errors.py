"""What somebody sees when what they sent can't be taken."""

import logging
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from accounts.models import User
from core.pages.http import NotPossible
from tests.college import College


@pytest.fixture
def browser(college: College, sign_in: Any) -> Any:
    client = sign_in(college.tran)
    client.raise_request_exception = False
    return client


def test_a_form_with_too_many_fields_says_what_to_do(browser: Any) -> None:
    answer = browser.post(reverse("accounts:staff_add"), {f"field{number}": "x" for number in range(2001)})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "takes 2,000 fields at a time" in page
    assert "Nothing was saved" in page
    assert "Bad Request" not in page


def test_a_form_that_is_too_long_says_so(browser: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
    answer = browser.post(
        reverse("accounts:staff_add"), f"given_name={'x' * (3 * 1024 * 1024)}", "application/x-www-form-urlencoded"
    )
    assert (answer.status_code, "takes 2 MB" in answer.content.decode()) == (400, True)


def test_an_unknown_host_gets_a_page_of_ours(browser: Any) -> None:
    answer = browser.get("/", headers={"host": "elsewhere.example"})
    assert (answer.status_code, "could not be read" in answer.content.decode()) == (400, True)


STAFF = {"given_name": "Nia", "email": "nia@waymark.example"}


def break_after_saving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding staff saves them, and something else goes wrong afterwards."""

    def add(user: User, by: Any) -> User:
        user.set_unusable_password()
        user.save()
        raise RuntimeError("the rest of it")

    monkeypatch.setattr("accounts.actions.add_staff", add)


def test_a_broken_page_that_saves_nothing_says_so(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.staff.staff_found", lambda *asked: 1 / 0)
    answer = browser.get(reverse("accounts:staff_list"))
    assert (answer.status_code, "Nothing was being saved" in answer.content.decode()) == (500, True)


def test_a_broken_form_says_that_it_was_not_saved_and_it_was_not(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_after_saving(monkeypatch)
    answer = browser.post(reverse("accounts:staff_add"), STAFF)
    assert (answer.status_code, "What you sent was not saved" in answer.content.decode()) == (500, True)
    assert answer["Waymark-Saved"] == "taken_back"
    assert not User.objects.filter(email="nia@waymark.example").exists()


def test_a_fault_after_the_saving_does_not_say_that_nothing_was_saved(
    college: College, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(college.tran)
    browser.raise_request_exception = False
    monkeypatch.setattr("accounts.middleware.due.count_again", lambda user: 1 / 0)
    answer = browser.post(reverse("accounts:staff_add"), STAFF)
    assert (answer.status_code, "can’t tell whether what you sent was saved" in answer.content.decode()) == (500, True)
    assert User.objects.filter(email="nia@waymark.example").exists()


def test_a_broken_form_without_sign_in_can_not_be_told(client: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("allauth.account.forms.ResetPasswordForm.save", lambda *asked: 1 / 0)
    answer = client.post(reverse("account_reset_password"), {"email": "nia@waymark.example"})
    assert (answer.status_code, "can’t tell whether" in answer.content.decode()) == (500, True)


def test_what_can_not_be_done_is_taken_back_too(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(user: User, by: Any) -> User:
        user.set_unusable_password()
        user.save()
        raise NotPossible("That can't be done.")

    monkeypatch.setattr("accounts.actions.add_staff", add)
    answer = browser.post(reverse("accounts:staff_add"), STAFF)
    assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (400, True)
    assert not User.objects.filter(email="nia@waymark.example").exists()


@pytest.fixture
def log_lines(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the log says from here on, as the settings write it."""
    written = StringIO()
    line = dict(settings.LOGGING["formatters"]["line"])
    handler = logging.StreamHandler(written)
    handler.setFormatter(import_string(line["()"])(line["format"], style=line["style"]))
    monkeypatch.setattr(logging.getLogger("django"), "handlers", [handler])
    return written


def test_a_refused_page_is_one_line_in_the_log(college: College, sign_in: Any, log_lines: StringIO) -> None:
    assert sign_in(college.sam).get(reverse("accounts:staff_list")).status_code == 403
    (line,) = log_lines.getvalue().splitlines()
    assert line.endswith("WARNING django.request Forbidden (Permission denied): /staff/")


def test_what_is_not_understood_is_one_line_too(browser: Any, log_lines: StringIO) -> None:
    browser.post(reverse("accounts:staff_add"), {f"field{number}": "x" for number in range(2001)})
    assert len(log_lines.getvalue().splitlines()) == 1


def test_a_fault_of_ours_keeps_its_traceback(
    browser: Any, log_lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.views.staff.staff_found", lambda *asked: 1 / 0)
    browser.get(reverse("accounts:staff_list"))
    assert log_lines.getvalue().splitlines()[-1] == "ZeroDivisionError: division by zero"
