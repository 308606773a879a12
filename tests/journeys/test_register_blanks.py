"""Enter after minutes late goes on to the next student; a register with blanks is asked about once, also offline."""

from attendance.models import Register, SessionMark
from tests.journeys.conftest import PHONE, TODAY

ROW_OF_FOCUS = "document.activeElement.closest('[data-row]')?.dataset.name"


def _open_the_next(story):
    story.go("/registers/")
    story.page.locator("a.wm-row-link").first.click()
    story.page.locator("[data-register]").wait_for()
    return story.page.locator("[data-row]").evaluate_all("rows => rows.map((row) => row.dataset.name)")


def test_enter_after_minutes_goes_on_and_blanks_are_asked_about_once(story):
    tutor = story()
    page = tutor.page
    tutor.sign_in("tutor")
    names = _open_the_next(tutor)
    register = page.url

    for key in ("l", "7", "Enter"):
        page.keyboard.press(key)
    assert page.url == register
    assert page.evaluate(ROW_OF_FOCUS) == names[1]
    assert not Register.objects.filter(date=TODAY).exists()

    page.keyboard.press("Enter")
    left = names[1:]
    said = f"{len(left)} students are not marked: {', '.join(left)}."
    assert page.locator("[data-blanks-words]").inner_text() == said
    tutor.check()
    assert not Register.objects.filter(date=TODAY).exists()
    page.get_by_role("link", name="Go back").click()
    assert page.locator("[data-blanks]").is_hidden()
    assert page.evaluate(ROW_OF_FOCUS) == names[1]

    page.locator("[data-save]").click()  # asked once already
    page.get_by_text(f"is saved, but {len(left)} students are not marked yet.").wait_for()
    late = SessionMark.objects.exclude(code=None).values_list("code__code", "minutes_late")
    assert list(late.filter(date=TODAY)) == [("L", 7)]

    page.locator("[data-row]").nth(1).locator("input[value=N]").check()  # blanks that were saved before are known
    with page.expect_navigation():
        page.locator("[data-save]").click()
    page.get_by_text(f"is saved, but {len(left) - 1} students are not marked yet.").wait_for()


def test_what_was_asked_about_offline_is_sent_without_asking_again(story):
    tutor = story(PHONE)
    page = tutor.page
    tutor.sign_in("tutor")
    names = _open_the_next(tutor)
    for row in range(2, len(names)):
        page.locator("[data-row]").nth(row).locator("input[value='/'], input[value='\\\\']").first.check(force=True)
    page.context.set_offline(True)
    page.locator("[data-save]").click()
    assert page.locator("[data-blanks-words]").inner_text() == f"2 students are not marked: {names[0]}, {names[1]}."
    page.get_by_role("button", name="Save anyway").click()
    page.get_by_text("Not saved: no connection.").wait_for()
    page.goto("about:blank")
    page.context.set_offline(False)
    tutor.go("/caseload/")
    page.get_by_text("the register that was kept here is saved").wait_for()
    marks = SessionMark.objects.filter(date=TODAY, student__public_id__isnull=False)
    assert (Register.objects.filter(date=TODAY).count(), marks.filter(code=None).count()) == (1, 2)
