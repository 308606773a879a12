"""A session ends while somebody types: nothing typed is lost, and nobody else sees it."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.gates import STEPPED_UP
from accounts.kept_forms import KEEP
from accounts.middleware import LAST_SEEN
from attendance.models import SessionMark
from audit.models import Entry
from audit.verbs import REFUSED
from caseload.models import ContactLogEntry
from core import clock, naming
from core.models import KeptForm
from core.pages import keeping, page_token
from tests.accounts.forms_on_pages import WORDS, forms_of, without_tokens
from tests.project import things as t

LOG = "caseload:contact_log"
BACK = "You were signed out before this was saved"

# Who, and each page on which they type: its address and, where a page has several forms, where the form goes.
PAGES = (
    ("okafor", "attendance:register_detail", t.register, ""),
    ("okafor", LOG, t.ada, ""),
    ("okafor", "caseload:contact_entry_add", t.contact_entry, ""),
    ("okafor", "interventions:meeting_new", t.ada, ""),
    ("okafor", "interventions:meeting_amend", t.meeting, ""),
    ("okafor", "interventions:target_new", t.ada, ""),
    ("okafor", "interventions:target_change", t.target, ""),
    ("okafor", "interventions:target_detail", t.target, "interventions:target_review"),
    ("okafor", "interventions:note_new", t.ada, ""),
    ("okafor", "interventions:plan_new", t.ada, ""),
    ("okafor", "interventions:plan_change", t.plan, ""),
    ("okafor", "interventions:plan_detail", t.plan, "interventions:plan_review"),
    ("okafor", "safeguarding:concern_raise", None, ""),
    ("okafor", "safeguarding:adult_raise", None, ""),
    ("okafor", "safeguarding:concern_own_detail", t.concern, ""),
    ("mendes", "progress:grade_grid", t.grades, ""),
    ("lind", "reporting:report_new", None, ""),
    ("novak", "reporting:schedule_edit", t.schedule, ""),
    ("tran", "caseload:student_edit", t.ada, ""),
    ("tran", "caseload:contact_edit", t.adas_mother, ""),
    ("tran", "caseload:member_change", t.ada_in_ten_a, ""),
    ("tran", "caseload:closure_edit", t.closure, ""),
    ("tran", "caseload:term_edit", t.term, ""),
    ("tran", "caseload:grant_detail", t.grant, "caseload:grant_end"),
    ("tran", "progress:point_edit", t.point, ""),
    ("tran", "exchange:import_list", None, ""),
    ("ward", "accounts:staff_add", None, ""),
    ("ward", "accounts:staff_edit", t.staff, ""),
    ("ward", "accounts:staff_detail", t.staff, "accounts:staff_end"),
    ("rahman", "safeguarding:concern_detail", t.concern, "safeguarding:concern_assess"),
    ("rahman", "safeguarding:concern_detail", t.concern, "safeguarding:concern_close"),
    ("rahman", "caseload:team_propose", None, ""),
)
PEOPLE = sorted({row[0] for row in PAGES})


def address_of(name, about):
    if about is None:
        return reverse(name)
    return reverse(name, kwargs=about) if isinstance(about, dict) else reverse(name, args=[about])


def form_on(browser, url, target=""):
    """The form of a page: the only one, or the one that goes to `target`."""
    forms = forms_of(browser.get(url), url)
    return next(form for form in forms if form.target == (target or url))


def sign_out(browser):
    """As when nothing happened for a while: the session is there and counts no more."""
    session = browser.session
    session[LAST_SEEN] = int(time.time()) - 24 * 3600
    session.save()


def sign_in_again(browser, user):
    browser.force_login(user, backend="accounts.backends.StaffBackend")
    session = browser.session
    session[STEPPED_UP] = time.time()
    session.save()


@pytest.mark.parametrize("key", PEOPLE)
def test_every_form_comes_back_as_it_was_typed(key, college, sign_in):
    """Sent after the session ended, from every page on which this person types."""
    user = getattr(college, key)
    browser = sign_in(user, stepped_up=True)
    for _, name, thing, to in (row for row in PAGES if row[0] == key):
        about = thing(college) if thing else None
        url = address_of(name, about)
        form = form_on(browser, url, address_of(to, about) if to else "")
        sent = form.typed()
        sign_out(browser)
        answer = browser.post(form.target, sent)
        assert answer.url == f"{reverse('account_login')}?next={url}", name
        sign_in_again(browser, user)
        page = browser.get(url)
        assert BACK in page.content.decode(), name
        again = form_on(browser, url, address_of(to, about) if to else "")
        assert without_tokens(again.fields()) == without_tokens(sent), name
        keeping.let_go(user.pk, [kept.public_id for kept in waiting(user)])


def waiting(user):
    with naming.named(user.pk):
        return keeping.waiting_for(user.pk)


@pytest.fixture
def typed(college, sign_in):
    """Ms Okafor's words about a call home, sent after she was signed out. Gives the browser, the page and the form."""
    browser, url = sign_in(college.okafor), address_of(LOG, t.ada(college))
    form = form_on(browser, url)
    sign_out(browser)
    answer = browser.post(form.target, form.typed())
    assert "kept for a day" in browser.get(answer.url).content.decode()
    return browser, url, form


def test_nothing_is_saved_by_itself(typed, college):
    browser, url, _ = typed
    sign_in_again(browser, college.okafor)
    browser.get(url)
    assert ContactLogEntry.objects.count() == 0


def test_saved_at_last_it_is_forgotten(typed, college):
    browser, url, _ = typed
    sign_in_again(browser, college.okafor)
    again = form_on(browser, url)
    wrong = again.fields() | {"at": ["never"], "at_0": ["never"]}
    assert browser.post(url, wrong).status_code == 422
    assert len(waiting(college.okafor)) == 1
    page = forms_of(browser.post(url, wrong), url)[0]
    right = page.fields() | {"summary": [WORDS], "at_0": ["2026-11-19"], "at_1": ["10:00"], "at": ["2026-11-19T10:00"]}
    right |= {"channel": ["call"], "outcome": ["spoke"]}
    answer = browser.post(url, {name: right[name] for name in right})
    assert answer.status_code == 302, answer.context["form"].errors
    assert waiting(college.okafor) == []
    assert BACK not in browser.get(url).content.decode()


def test_whoever_signs_in_next_on_the_browser_does_not_see_it(typed, college):
    browser, url, _ = typed
    college.grant(college.brandt, "tutor", "caseload", college.caseloads["10A"])
    sign_in_again(browser, college.brandt)
    page = browser.get(url).content.decode()
    assert "Only I typed" not in page
    assert BACK not in page
    with naming.named(college.brandt.pk):
        assert KeptForm.objects.count() == 0
    sign_in_again(browser, college.okafor)
    assert BACK in browser.get(url).content.decode()


def test_the_page_of_somebody_else_is_not_saved_in_ones_own_name(college, sign_in):
    browser, url = sign_in(college.okafor), address_of(LOG, t.ada(college))
    form = form_on(browser, url)
    college.grant(college.brandt, "tutor", "caseload", college.caseloads["10A"])
    sign_in_again(browser, college.brandt)
    assert browser.post(url, form.typed()).url == "/"
    assert "opened by somebody else" in browser.get("/", follow=True).content.decode()
    assert ContactLogEntry.objects.count() == 0
    refusal = Entry.objects.get(verb=REFUSED, actor_id=college.brandt.pk)
    assert refusal.details == {"page": LOG, "drawn_for": college.okafor.pk}
    assert [kept.first("summary") for kept in waiting(college.okafor)] == [WORDS]


def test_a_part_for_htmx_is_sent_to_the_sign_in_page_whole(college, sign_in):
    browser, url = sign_in(college.mendes), address_of("progress:grade_grid", t.grades(college))
    form = form_on(browser, url)
    sign_out(browser)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}"}
    answer = browser.post(url, form.typed(), headers=headers)
    assert answer.headers["HX-Redirect"] == f"{reverse('account_login')}?next={url}"
    assert len(waiting(college.mendes)) == 1


def test_a_token_that_no_longer_counts_loses_nothing(college):
    """Signed in again in another tab: the session is good, the form's token is not."""
    browser, url = Client(enforce_csrf_checks=True), address_of(LOG, t.ada(college))
    browser.force_login(college.okafor, backend="accounts.backends.StaffBackend")
    form = form_on(browser, url)
    browser.cookies["csrftoken"] = "x" * 32
    answer = browser.post(url, form.typed())
    assert (answer.status_code, answer.url) == (302, url)
    page = browser.get(url).content.decode()
    assert "You signed in again before this was saved" in page
    browser.logout()
    answer = browser.post(url, form.typed())
    assert answer.url.startswith(reverse("account_login"))
    assert ContactLogEntry.objects.count() == 0


def test_a_register_that_a_script_saved_is_kept_no_longer(college):
    """What its script sent with a token that no longer counts is filled in again, and forgotten once that is saved."""
    browser, url = Client(enforce_csrf_checks=True), address_of("attendance:register_detail", t.register(college))
    browser.force_login(college.okafor, backend="accounts.backends.StaffBackend")
    sent = form_on(browser, url)
    browser.cookies["csrftoken"] = "x" * 32
    script = {"HTTP_WAYMARK_REGISTER": "1"}
    assert browser.post(url, sent.typed(), **script).status_code == 302
    assert len(waiting(college.okafor)) == 1
    assert browser.post(url, form_on(browser, url).fields(), **script).status_code == 204
    assert waiting(college.okafor) == []


def test_a_form_without_our_word_is_refused_as_ever(college):
    browser, url = Client(enforce_csrf_checks=True), address_of(LOG, t.ada(college))
    browser.force_login(college.okafor, backend="accounts.backends.StaffBackend")
    assert browser.post(url, {"summary": WORDS}).status_code == 403
    assert browser.post(url, {"summary": WORDS, "page_for": "forged"}).status_code == 403
    assert waiting(college.okafor) == []


def test_a_step_up_that_ran_out_loses_nothing(college, sign_in):
    browser, concern = sign_in(college.rahman, stepped_up=True), t.concern(college)
    url, target = (address_of(f"safeguarding:{name}", concern) for name in ("concern_detail", "concern_close"))
    sent = form_on(browser, url, target).typed()
    session = browser.session
    session[STEPPED_UP] = 0
    session.save()
    assert browser.post(target, sent).url == f"{reverse('accounts:step_up')}?next={url}"
    session = browser.session
    session[STEPPED_UP] = time.time()
    session.save()
    page = browser.get(url)
    assert "You were asked to prove that it is you before this was saved" in page.content.decode()
    assert without_tokens(form_on(browser, url, target).fields()) == without_tokens(sent)


def test_a_page_that_leaves_sends_its_forms_ahead(college, sign_in):
    browser, url = sign_in(college.okafor), address_of(LOG, t.ada(college))
    form = form_on(browser, url)
    assert browser.post(url, form.typed(), headers={KEEP: "1"}).status_code == 204
    assert ContactLogEntry.objects.count() == 0
    assert [kept.first("summary") for kept in waiting(college.okafor)] == [WORDS]


def test_a_draft_of_a_concern_is_never_stored_under_another_name(college, sign_in):
    from safeguarding.models import Draft

    browser, url = sign_in(college.okafor), reverse("safeguarding:concern_raise")
    sent = form_on(browser, url).typed()
    sign_in_again(browser, college.brandt)
    answer = browser.post(reverse("safeguarding:concern_draft"), sent, headers={"Waymark-Draft": "1"})
    assert answer.status_code == 401
    with naming.named(college.brandt.pk):
        assert Draft.objects.count() == 0


def test_a_search_or_a_draft_on_the_way_does_not_forget_it(college, sign_in):
    browser, url = sign_in(college.okafor), reverse("safeguarding:concern_raise")
    form = form_on(browser, url)
    sign_out(browser)
    browser.post(url, form.typed())
    sign_in_again(browser, college.okafor)
    again = form_on(browser, url)
    draft = browser.post(reverse("safeguarding:concern_draft"), again.fields(), headers={"Waymark-Draft": "1"})
    found = browser.post(url, again.fields() | {"find": ["1"]})
    assert (draft.status_code, found.status_code, len(waiting(college.okafor))) == (200, 200, 1)


def test_a_press_with_nothing_typed_leads_back_and_keeps_nothing(college, sign_in):
    browser, url = sign_in(college.okafor), address_of("interventions:target_detail", t.target(college))
    target = address_of("interventions:step_tick", t.step(college))
    word = form_on(browser, url, target).fields()["page_for"]
    sign_out(browser)
    assert browser.post(target, {"page_for": word}).url == f"{reverse('account_login')}?next={url}"
    assert waiting(college.okafor) == []


def test_on_another_page_a_line_leads_back_to_it(typed, college):
    browser, url, _ = typed
    sign_in_again(browser, college.okafor)
    page = browser.get(reverse("attendance:register_list")).content.decode()
    assert "Something you typed" in page
    assert f'href="{url}"' in page
    assert "Only I typed" not in page


def test_thrown_away_it_is_gone_and_nobody_elses_can_be(typed, college):
    browser, url, _ = typed
    (kept,) = waiting(college.okafor)
    discard = reverse("accounts:kept_discard", args=[kept.public_id])
    sign_in_again(browser, college.brandt)
    browser.post(discard)
    assert len(waiting(college.okafor)) == 1
    sign_in_again(browser, college.okafor)
    assert browser.post(discard, {"next": url}).url == url
    assert waiting(college.okafor) == []


def test_a_form_that_is_not_there_any_more_shows_its_words(typed, college, sign_in):
    browser, url, form = typed
    with naming.named_system(keeping.KEEPER):
        KeptForm.objects.all().delete()
    keeping.keep(college.okafor.pk, url, "/gone/", [("what_happened", [WORDS])])
    sign_in_again(browser, college.okafor)
    page = browser.get(url).content.decode()
    assert "is not on this page now" in page
    assert "<dt>What happened</dt><dd>Only I typed" in page


def test_a_mark_typed_before_stands_beside_what_a_colleague_saved_since(college, sign_in):
    """The register keeps what it was opened with, so that the second of two people still sees both."""
    browser, url = sign_in(college.okafor), address_of("attendance:register_detail", t.register(college))
    form = form_on(browser, url)
    sent = form.typed()
    sign_out(browser)
    browser.post(url, sent)
    assert SessionMark.objects.count() == 0
    sign_in_again(browser, college.okafor)
    hidden = {name: value for name, value in form_on(browser, url).fields().items() if name in form.fields()}
    assert without_tokens(hidden).items() <= without_tokens(sent).items()


# --- What is stored ---------------------------------------------------------------------------------------------------


def test_it_is_sealed_and_goes_after_a_day(typed, college):
    row_of = "SELECT sealed::bytea, kept_at, expires_at FROM core_keptform"
    with naming.named(college.okafor.pk), connection.cursor() as cursor:
        cursor.execute(row_of)
        sealed, kept_at, expires_at = cursor.fetchone()
    assert b"typed" not in bytes(sealed)
    assert b"contact" not in bytes(sealed)
    assert expires_at - kept_at == timedelta(hours=24)
    with clock.set_to(expires_at + timedelta(seconds=1)):
        assert waiting(college.okafor) == []
        with naming.named_system(keeping.KEEPER):
            assert keeping.forget_old() == 1


def test_without_a_name_the_database_shows_no_row(typed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_keptform")
        assert cursor.fetchone() == (0,)


def test_passwords_and_codes_are_never_kept(college, sign_in):
    browser = sign_in(college.rahman)
    url = reverse("accounts:step_up")
    word = page_token.sign(page_token.Drawn(college.rahman.pk, url))
    sign_out(browser)
    browser.post(url, {"code": "123456", "page_for": word})
    assert waiting(college.rahman) == []


@pytest.mark.parametrize(("size", "kept"), [(1000, 1), (keeping.LARGEST, 0)])
def test_a_form_too_large_is_not_kept(college, size, kept):
    assert keeping.keep(college.sam.pk, "/", "/", [("text", ["x" * size])]) == bool(kept)
    assert len(waiting(college.sam)) == kept


def test_the_same_form_is_kept_once_and_twenty_forms_at_most(college):
    for number in range(keeping.MOST + 2):
        for _ in range(2):
            keeping.keep(college.sam.pk, "/", "/", [("text", [f"words {number}"])])
    mine = waiting(college.sam)
    assert [kept.first("text") for kept in mine] == [f"words {number}" for number in range(21, 1, -1)]


def test_nobody_fills_the_disk(college, monkeypatch):
    monkeypatch.setattr(keeping, "TRIES", 3)
    tried = [keeping.keep(college.sam.pk, "/", "/", [("text", [str(number)])]) for number in range(5)]
    assert tried == [True, True, True, False, False]
