"""A tutor's morning: who needs me, the register, a student, a one-to-one, a concern. On a phone, and by keyboard alone."""

import re

from accounts.models import Session, User
from attendance.models import Register
from caseload.models import ContactLogEntry
from core import naming
from interventions.models import Meeting, Target
from safeguarding.models import Concern
from tests.journeys.conftest import PHONE, TODAY
from tests.journeys.keyboard import Keyboard


def test_a_tutor_takes_a_register_holds_a_one_to_one_and_raises_a_concern(story):
    tutor = story(PHONE)
    page = tutor.page
    tutor.sign_in("tutor")
    assert page.get_by_role("heading", level=1).inner_text() == "My caseload"
    tutor.check()

    _take_the_register(tutor)
    student = _open_the_first_student(tutor)
    _is_signed_out_while_typing(tutor)
    _hold_a_one_to_one(tutor)
    _raise_a_concern(tutor, student)


def _take_the_register(tutor):
    page = tutor.page
    tutor.go("/registers/")
    tutor.check()
    page.locator("a.wm-row-link").first.click()
    page.locator("[data-register]").wait_for()
    tutor.check()
    rows = page.locator("[data-row]")
    students = rows.count()
    rows.nth(0).locator("input[type=radio][value=N]").check()
    page.locator("[data-mark-rest]").click()
    assert f"{students - 1} present" in page.locator("[data-tally]").inner_text()
    assert "1 absent" in page.locator("[data-tally]").inner_text()
    with page.expect_navigation():
        page.locator("[data-save]").click()
    _assert_it_is_taken()


def _assert_it_is_taken():
    assert Register.objects.get(date=TODAY).taken_by.email == "tutor@waymark.example"


def _open_the_first_student(tutor):
    page = tutor.page
    tutor.go("/caseload/")
    page.locator("tbody a.wm-row-link").first.click()
    page.wait_for_url("**/students/**")
    tutor.check()
    return page.get_by_role("heading", level=1).inner_text()


def _is_signed_out_while_typing(tutor):
    page, student_page = tutor.page, tutor.page.url
    page.goto(f"{student_page}contacts/log/")
    page.get_by_label("What about").fill("Rang home about the bus.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("it is kept for a day").wait_for()
    tutor.sign_in("tutor")
    page.get_by_role("link", name="Go back to it").click()
    page.get_by_text("You were signed out before this was saved").wait_for()
    assert page.get_by_label("What about").input_value() == "Rang home about the bus."
    assert page.evaluate("document.activeElement.hasAttribute('data-kept')")
    tutor.check()
    assert not ContactLogEntry.objects.filter(summary="Rang home about the bus.").exists()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Throw it away").click()
    page.get_by_text("What you typed was thrown away.").wait_for()
    page.goto(student_page)


def _hold_a_one_to_one(tutor):
    page = tutor.page
    meetings, targets = Meeting.objects.count(), Target.objects.count()
    page.get_by_role("link", name="One-to-one", exact=True).first.click()
    page.locator("form[data-draft-url]").wait_for()
    tutor.check()
    page.get_by_role("radio", name="Good", exact=True).check()
    for review in page.locator("fieldset.wm-review").all():
        review.get_by_role("radio", name="Met", exact=True).check()
    form = page.locator("form[data-draft-url]")
    form.get_by_label("What we talked about").fill("Talked about the week. Everything is moving.")
    page.get_by_text("Draft saved").wait_for()
    form.locator("textarea[name$='-what']").first.fill("Read for twenty minutes on four evenings")
    form.locator("input[name$='-due_on']").first.fill("2026-12-11")
    page.locator("[data-save]").click()
    page.wait_for_load_state("load")
    page.wait_for_function("() => !document.querySelector('form[data-draft-url]')")
    _assert_one_more(meetings, targets)


def _assert_one_more(meetings, targets):
    assert Meeting.objects.count() == meetings + 1
    newest = Target.objects.order_by("pk").last()
    assert (Target.objects.count(), newest.what) == (targets + 1, "Read for twenty minutes on four evenings")


def _raise_a_concern(tutor, student):
    page = tutor.page
    page.get_by_role("link", name="Raise a concern").first.click()
    page.get_by_role("heading", level=1, name="Raise a concern").wait_for()
    tutor.check()
    page.get_by_label("Which student?").fill(student.split(" ")[-1])
    page.get_by_role("radio", name=student).first.check()
    page.get_by_label("What happened").fill("Came in without a coat for the third day.")
    page.get_by_role("radio", name="Yes", exact=True).first.check()
    page.get_by_role("button", name="Raise this concern").click()
    page.wait_for_load_state("load")
    page.wait_for_function("() => document.title.indexOf('Raise') < 0")
    tutor.check()
    _assert_it_is_raised()


def _assert_it_is_raised():
    me = User.objects.get(email="tutor@waymark.example")
    with naming.named(me.pk):
        assert Concern.objects.filter(reporter=me, recorded_at__date=TODAY).count() == 1


# --- The same by keyboard alone, on a laptop ---------------------------------------------------------------------------


def test_a_tutor_does_it_all_by_keyboard(story):
    tutor = story()
    keys, places = Keyboard(tutor.page), tutor.page.get_by_role("navigation", name="Places")
    tutor.go("/demo/")
    keys.follow("button", "Sign in as tutor")
    tutor.check()
    keys.follow("link", re.compile("registers$"), places)
    tutor.check()
    _take_the_register_by_keys(tutor, keys)
    keys.follow("link", "My caseload", places)
    keys.skip()
    keys.tab_to(tutor.page.locator("tbody a.wm-row-link").first)
    keys.and_wait()
    tutor.check()
    student = tutor.page.get_by_role("heading", level=1).inner_text()
    _hold_a_one_to_one_by_keys(tutor, keys)
    _raise_a_concern_by_keys(tutor, keys, student)


def _take_the_register_by_keys(tutor, keys):
    page = tutor.page
    keys.skip()
    keys.tab_to(page.locator("a.wm-row-link").first)
    keys.and_wait()
    page.locator("[data-register]").wait_for()
    tutor.check()
    keys.skip()
    # A letter marks the first student without a mark, wherever the focus is, and goes to the next; the arrows go there too.
    keys.press("n")
    second = page.locator("[data-row]").nth(1)
    assert second.evaluate("row => row.contains(document.activeElement)")
    keys.press("ArrowUp", "ArrowDown")
    assert second.evaluate("row => row.contains(document.activeElement)")
    # Either slash is present, whichever the code of this session is; a code that is not theirs says whose it is.
    keys.press("\\")
    assert second.locator("input:checked").input_value() == "/"
    keys.press("/", "ArrowUp", "ArrowUp", "i")
    page.get_by_text("I is set by the attendance officer.").wait_for()
    assert second.evaluate("row => row.contains(document.activeElement)")
    # Minutes late are typed; an arrow goes on to the next student and leaves them as they are.
    keys.press("l", "5", "ArrowDown")
    assert page.locator("[data-row]").nth(2).evaluate("row => row.contains(document.activeElement)")
    assert second.locator("input[name^=minutes]").input_value() == "5"
    keys.tab_to(page.locator("[data-mark-rest]"), most=6 * page.locator("[data-row]").count())
    keys.press("Enter")
    assert "1 absent" in page.locator("[data-tally]").inner_text()
    assert page.evaluate("document.activeElement.hasAttribute('data-save')")
    keys.and_wait()
    _assert_it_is_taken()


def _hold_a_one_to_one_by_keys(tutor, keys):
    page = tutor.page
    meetings, targets = Meeting.objects.count(), Target.objects.count()
    keys.skip()
    keys.follow("link", "One-to-one")
    form = page.locator("form[data-draft-url]")
    form.wait_for()
    tutor.check()
    keys.skip()
    keys.pick(page.get_by_role("radio", name="Good", exact=True))
    for review in page.locator("fieldset.wm-review").all():
        keys.pick(review.get_by_role("radio", name="Met", exact=True))
    keys.write("What we talked about", "Talked about the week. Everything is moving.", form)
    page.get_by_text("Draft saved").wait_for()
    keys.tab_to(form.locator("textarea[name$='-what']").first)
    keys.type("Read for twenty minutes on four evenings")
    keys.tab_to(form.locator("input[name$='-due_on']").first)
    keys.type("12122026")
    keys.tab_to(page.locator("[data-save]"))
    keys.and_wait()
    _assert_one_more(meetings, targets)


def _raise_a_concern_by_keys(tutor, keys, student):
    page = tutor.page
    # Two keys from wherever one is, since a student's record is long.
    with page.expect_navigation():
        keys.press("n", "c")
    tutor.check()
    keys.skip()
    keys.write("Which student?", student.split(" ")[-1])
    found = page.get_by_role("radio", name=student).first
    found.wait_for()
    keys.pick(found)
    keys.write("What happened", "Came in without a coat for the third day.")
    keys.pick(page.get_by_role("radio", name="Yes", exact=True).first)
    keys.follow("button", "Raise this concern")
    tutor.check()
    _assert_it_is_raised()
