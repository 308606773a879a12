"""A form is handled once, however often it is pressed."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core import clock, naming
from core.forms.numbers import TWICE, forget_old
from core.models import FormNumber
from safeguarding.models import Entry
from tests.accounts.forms_on_pages import forms_of
from tests.college import College
from tests.safeguarding.conftest import raise_about
from tests.safeguarding.test_at_once import at_once

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def form_on(browser: Client, page: str, target: str) -> dict[str, Any]:
    """The form of a page that is sent there, as a browser has it."""
    found = [form for form in forms_of(browser.get(page), page) if form.target == target]
    return dict(found[0].fields())


def test_every_form_of_every_page_carries_its_number() -> None:
    for path in TEMPLATES.rglob("*.html"):
        words = path.read_text(encoding="utf-8")
        forms = re.findall(
            r"<form[^>]*method=\"post\".*?</form>|<form[^>]*method=\"post\"(?:(?!</form>).)*$", words, re.DOTALL
        )
        assert [form[:80] for form in forms if "csrf_token" not in form] == [], path


@pytest.mark.django_db(transaction=True)
def test_six_quick_presses_of_add_entry_add_one(college: College, sign_in: Any) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada")
    browser = sign_in(college.rahman, stepped_up=True)
    page, target = (reverse(f"safeguarding:{name}", args=[concern.pk]) for name in ("concern_detail", "entry_add"))
    typed = form_on(browser, page, target) | {"entry-text": "Rang home"}

    def press() -> Any:
        client = Client()
        client.cookies = browser.cookies
        return client.post(target, typed)

    answers = at_once(*[press] * 6)
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, page)] * 6
    with naming.named(college.rahman.pk):
        assert [entry.words["text"] for entry in Entry.objects.filter(kind="note")] == ["Rang home"]


def test_the_second_press_goes_where_the_first_one_led_and_says_so(college: College, sign_in: Any) -> None:
    browser = sign_in(college.okafor)
    page = reverse("safeguarding:concern_raise")
    ada = college.student("Ada").public_id
    typed = form_on(browser, page, page) | {"what": "x", "safe_now": "yes", "student": str(ada), "token": str(uuid4())}
    first = browser.post(page, typed)
    second = browser.post(page, typed)
    assert (first.status_code, second.url) == (302, first.url)
    assert TWICE in browser.get(second.url).content.decode()
    # Where it led is an address behind the wall: it is sealed.
    with naming.named(college.okafor.pk):
        kept = FormNumber.objects.get()
    assert first.url.encode() not in bytes(kept.sealed or b"")


def test_what_was_changed_or_had_faults_is_handled(college: College, sign_in: Any) -> None:
    with naming.named(college.okafor.pk):
        concern = raise_about(college, college.okafor, "Ada")
    browser = sign_in(college.rahman, stepped_up=True)
    page, target = (reverse(f"safeguarding:{name}", args=[concern.pk]) for name in ("concern_detail", "entry_add"))
    typed = form_on(browser, page, target)
    for words, status in (("", 422), ("", 422), ("a", 302), ("a", 302), ("b", 302)):
        assert browser.post(target, typed | {"entry-text": words}).status_code == status
    # Without a number, as a program sends it, everything is handled.
    typed.pop("form_number")
    for _ in range(2):
        assert browser.post(target, typed | {"entry-text": "c"}).status_code == 302
    with naming.named(college.rahman.pk):
        texts = [entry.words["text"] for entry in Entry.objects.filter(kind="note").order_by("recorded_at")]
    assert texts == ["a", "b", "c", "c"]


def test_nobody_reads_who_sent_forms_and_old_numbers_go(college: College, sign_in: Any) -> None:
    browser = sign_in(college.okafor)
    page = reverse("safeguarding:concern_raise")
    typed = form_on(browser, page, page) | {"what": "x", "safe_now": "yes", "student_name": "Y", "student": ""}
    browser.post(page, typed)
    for who in (college.ward, college.rahman, college.okafor):
        with naming.named(who.pk):
            assert FormNumber.objects.count() == (1 if who == college.okafor else 0)
    with naming.named_system("core.forget_form_numbers"):
        assert forget_old() == 0
        with clock.set_to(clock.now() + timedelta(days=2)):
            assert forget_old() == 1
