"""Signing in and out, lock-out, idle time, and what is recorded of it."""

import time
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.middleware import LAST_SEEN
from accounts.models import Session, User
from accounts.sessions import stored_key
from audit.models import Entry
from core import clock, naming
from core.jobs import run_now
from core.models import Mail
from tests.setting_up import setting_up

PASSWORD = "correct horse battery"


@pytest.fixture
def okafor(college):
    college.okafor.set_password(PASSWORD)
    with naming.named(college.okafor.pk):
        college.okafor.save()
    return college.okafor


def try_to_sign_in(client, email, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def verbs_recorded():
    return list(Entry.objects.order_by("id").values_list("verb", flat=True))


def test_the_right_password_signs_in_and_is_recorded(okafor, client):
    answer = try_to_sign_in(client, okafor.email)
    assert answer.status_code == 302
    assert get_user(client) == okafor
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor_id, entry.object_id) == ("accounts.signed_in", okafor.pk, str(okafor.pk))


def test_capitals_in_the_address_do_not_matter(okafor, client):
    assert try_to_sign_in(client, okafor.email.upper()).status_code == 302


def test_a_wrong_password_says_the_same_as_an_unknown_address(okafor, client):
    known = try_to_sign_in(client, okafor.email, "wrong password")
    unknown = try_to_sign_in(client, "nobody@waymark.example", "wrong password")
    assert known.context["form"].errors == unknown.context["form"].errors
    entries = list(Entry.objects.order_by("id").values_list("verb", "details", "refused"))
    assert entries[0] == ("accounts.sign_in_failed", {"account": okafor.pk}, True)
    assert entries[1][1].keys() == {"typed"}
    assert "nobody" not in str(entries)


@pytest.mark.parametrize("email", ["okafor@waymark.example", "nobody@waymark.example"])
def test_lock_out_is_kind_and_the_same_for_an_unknown_address(okafor, client, settings, email):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert try_to_sign_in(client, email, "wrong").status_code == 200
    answer = try_to_sign_in(client, email, "wrong")
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert "accounts.locked_out" in verbs_recorded()


def test_locked_out_means_also_with_the_right_password_and_whatever_the_capitals(okafor, client, settings):
    for number in range(settings.AXES_FAILURE_LIMIT):
        try_to_sign_in(client, okafor.email.upper() if number % 2 else okafor.email, "wrong")
    assert try_to_sign_in(client, okafor.email).status_code == 429
    assert not get_user(client).is_authenticated


def test_lock_out_is_by_account_and_address_together(okafor, college, client, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_to_sign_in(client, okafor.email, "wrong")
    college.brandt.set_password(PASSWORD)
    with naming.named(college.brandt.pk):
        college.brandt.save()
    assert try_to_sign_in(client, college.brandt.email).status_code == 302
    assert try_to_sign_in(Client(), okafor.email, REMOTE_ADDR="10.1.2.3").status_code == 302


def test_whoever_has_ended_does_not_get_in(okafor, client):
    okafor.ended_on = clock.today() - timedelta(days=1)
    with setting_up():
        okafor.save()
    try_to_sign_in(client, okafor.email)
    assert not get_user(client).is_authenticated


def test_on_the_last_day_they_still_get_in(okafor, client):
    okafor.ended_on = clock.today()
    with setting_up():
        okafor.save()
    try_to_sign_in(client, okafor.email)
    assert get_user(client) == okafor


def test_an_open_session_ends_with_the_person(okafor, sign_in):
    browser = sign_in(okafor)
    assert browser.get(reverse("home")).status_code in {200, 302}
    okafor.is_active = False
    with setting_up():
        okafor.save()
    answer = browser.get(reverse("accounts:step_up"))
    assert answer.url.startswith(reverse("account_login"))


def test_signing_in_changes_the_session_key(okafor, client):
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    try_to_sign_in(client, okafor.email)
    assert client.session.session_key != before


def test_signing_out_needs_a_post_and_is_recorded(okafor, sign_in):
    browser = sign_in(okafor)
    browser.get(reverse("account_logout"))
    assert get_user(browser) == okafor
    browser.post(reverse("account_logout"))
    assert not get_user(browser).is_authenticated
    assert verbs_recorded()[-1] == "accounts.signed_out"


def idle_for(browser, minutes):
    session = browser.session
    session[LAST_SEEN] = int(time.time()) - minutes * 60
    session.save()


def test_doing_nothing_for_long_signs_out(okafor, sign_in, settings):
    browser = sign_in(okafor)
    idle_for(browser, settings.IDLE_MINUTES + 1)
    answer = browser.get(reverse("accounts:step_up"), follow=True)
    assert "You were signed out because nothing happened" in answer.content.decode()
    assert not get_user(browser).is_authenticated
    assert verbs_recorded()[-1] == "accounts.signed_out_after_idling"


def test_doing_something_starts_the_time_again(okafor, sign_in, settings):
    browser = sign_in(okafor)
    idle_for(browser, settings.IDLE_MINUTES - 1)
    assert browser.post(reverse("accounts:stay_signed_in")).status_code == 204
    assert time.time() - browser.session[LAST_SEEN] < 10


def test_a_part_that_refreshes_itself_is_nobody_doing_something(okafor, sign_in, settings):
    browser = sign_in(okafor)
    idle_for(browser, settings.IDLE_MINUTES - 1)
    browser.get(reverse("accounts:step_up"), headers={"Waymark-Poll": "1"})
    assert time.time() - browser.session[LAST_SEEN] > 60


def test_a_part_of_a_page_is_sent_to_sign_in_whole(okafor, sign_in, settings):
    browser = sign_in(okafor)
    idle_for(browser, settings.IDLE_MINUTES + 1)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/staff/?q=a"}
    answer = browser.get(reverse("accounts:staff_list"), headers=headers)
    assert answer.headers["HX-Redirect"] == f"{reverse('account_login')}?next=/staff/%3Fq%3Da"


def test_sign_up_is_closed(db, client):
    client.post(reverse("account_signup"), {"email": "new@waymark.example", "password1": PASSWORD})
    assert not User.objects.filter(email="new@waymark.example").exists()
    assert not get_user(client).is_authenticated


def test_nobody_changes_their_own_sign_in_address(okafor, sign_in):
    assert sign_in(okafor).get("/accounts/email/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_password_is_reset_by_email_and_no_stored_text_holds_the_link(okafor, client, settings, postbox):
    client.post(reverse("account_reset_password"), {"email": okafor.email})
    mail = Mail.objects.get()
    run_now("core.send_mail", mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.to_person_id, "/password/reset/key/" in mail.text + mail.html) == (
        "sent",
        okafor.pk,
        False,
    )
    link = postbox.link(f"{settings.BASE_URL}/accounts/password/reset/key/")
    page = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    answer = client.post(
        page.request["PATH_INFO"], {"password1": "a new long password", "password2": "a new long password"}
    )
    assert answer.status_code == 302
    assert try_to_sign_in(client, okafor.email, "a new long password").status_code == 302
    assert verbs_recorded() == ["accounts.password_reset", "accounts.signed_in"]
    assert Mail.objects.order_by("pk").last().subject == "Your password has been reset"
    assert client.get(link.removeprefix(settings.BASE_URL), follow=True).context["token_fail"]


def test_an_unknown_address_gets_the_same_answer(okafor, client):
    known = client.post(reverse("account_reset_password"), {"email": okafor.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@waymark.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert list(Mail.objects.order_by("pk").values_list("to_address", "subject")) == [
        (okafor.email, "Set your password for Waymark"),
        ("nobody@waymark.example", "No account with this email address"),
    ]


def test_permissions_come_from_grants_alone(college, owner_connection):
    assert not college.sam.has_perm("caseload.view_student")
    assert not college.sam.has_perms(["accounts.manage_staff"])
    assert college.sam.has_perm("safeguarding.raise_concern")


def test_signed_in_pages_are_kept_by_nobody(okafor, sign_in):
    answer = sign_in(okafor).get(reverse("accounts:step_up"))
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_started_on_is_a_day(college):
    assert college.okafor.works_here
    assert not type(college.okafor)(is_active=True, ended_on=date(2026, 11, 19)).works_here


def test_signing_in_notes_when_and_hashes_an_old_password_again(okafor, client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert okafor.password.startswith("md5$")
    try_to_sign_in(client, okafor.email, "wrong")
    okafor.refresh_from_db()
    assert (okafor.password[:4], okafor.last_login) == ("md5$", None)
    try_to_sign_in(client, okafor.email)
    okafor.refresh_from_db()
    assert okafor.password.startswith("pbkdf2_sha256$")
    assert okafor.last_login is not None


def test_sessions_that_have_run_out_are_deleted_and_others_stay(okafor, sign_in):
    browser = sign_in(okafor)
    Session.objects.create(session_key="0" * 64, session_data="x", expire_date=timezone.now() - timedelta(minutes=1))
    run_now("accounts.forget_sessions")
    assert [row.session_key for row in Session.objects.all()] == [stored_key(browser.session.session_key)]
    assert browser.get("/caseload/").status_code == 200
