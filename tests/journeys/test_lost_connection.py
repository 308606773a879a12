"""A register outlives a lost connection: kept as ids and codes, sent when it is back, erased at sign-out."""

import json

from attendance.models import Register, SessionMark
from caseload.models import Student
from tests.journeys.conftest import TODAY

KEPT = "localStorage.getItem('waymark-unsent')"


def test_a_register_outlives_a_lost_connection(story):
    tutor = story()
    page = tutor.page
    tutor.sign_in("tutor")

    register = _open_the_next(tutor)
    _mark(page, "N")
    page.locator("[data-row] textarea").first.evaluate("area => { area.value = 'Rang in sick'; }")
    page.context.set_offline(True)
    page.locator("[data-save]").click()
    page.get_by_text("Not saved: no connection.").wait_for()
    marks = page.locator("[data-row]").count()
    said = page.locator("[data-kept-here]").inner_text()
    assert f"{marks} marks kept here, will be sent when the connection is back." in said
    _holds_no_name_and_no_note(page.evaluate(KEPT), register)
    assert not Register.objects.filter(date=TODAY).exists()
    page.context.set_offline(False)
    page.wait_for_url("**/registers/?day=*")
    assert Register.objects.filter(date=TODAY).count() == 1
    assert sorted(SessionMark.objects.exclude(note="").filter(date=TODAY).values_list("code__code", "note")) == [
        ("N", "Rang in sick")
    ]
    assert page.evaluate(KEPT) is None

    _open_the_next(tutor)
    _mark(page, "L")
    page.context.set_offline(True)
    page.locator("[data-save]").click()
    page.get_by_text("Not saved: no connection.").wait_for()
    page.goto("about:blank")  # the page is gone, and with it all that was typed but what is kept
    page.context.set_offline(False)
    tutor.go("/caseload/")
    page.get_by_text("the register that was kept here is saved").wait_for()
    assert Register.objects.filter(date=TODAY).count() == 2
    assert SessionMark.objects.filter(date=TODAY, slot=2, code__code="L").count() == 1

    tutor.go(register)
    page.context.set_offline(True)
    page.locator("[data-row]").nth(1).locator("input[value=L]").check()
    page.get_by_text("press Save and they are sent").wait_for()
    assert page.evaluate(KEPT) is not None
    page.context.set_offline(False)
    page.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(KEPT) is None


def test_a_part_of_a_page_that_breaks_says_what_is_known(story):
    manager = story()
    page = manager.page
    manager.sign_in("data manager")
    manager.go("/staff/")
    search = page.get_by_label("Name, address or staff code")
    said = {"Waymark-Saved": "taken_back", "Waymark-Reference": "1a2b3c4d"}
    page.route("**/staff/?q=*", lambda route: route.fulfill(status=500, headers=said))
    search.fill("a")
    page.get_by_text("Something went wrong. It was not saved. Try again in a minute. Reference 1a2b3c4d.").wait_for()
    page.unroute_all()
    page.context.set_offline(True)
    search.fill("ab")
    page.get_by_text("There is no connection. Nothing was being saved.").wait_for()


def _open_the_next(story):
    """The first register of the list that is not taken yet; gives its address."""
    story.go("/registers/")
    story.page.locator("a.wm-row-link").first.click()
    story.page.locator("[data-register]").wait_for()
    return story.page.evaluate("location.pathname")


def _mark(page, code):
    """One exception, then the rest present."""
    page.locator("[data-row]").first.locator(f"input[value='{code}']").check(force=True)
    page.locator("[data-mark-rest]").click()


def _holds_no_name_and_no_note(kept, register):
    told = json.loads(kept)
    assert set(told) == {"person", "registers"}
    assert set(told["registers"]) == {register}
    assert set(told["registers"][register]) == {"pressed", "rows"}
    assert "Rang in sick" not in kept
    names = set(Student.objects.values_list("given_name", flat=True)) | set(
        Student.objects.values_list("family_name", flat=True)
    )
    assert not [name for name in names if len(name) > 2 and name in kept]
