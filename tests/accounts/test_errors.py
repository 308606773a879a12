"""What somebody sees when what they sent can't be taken."""

from typing import Any

import pytest
from django.urls import reverse

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
