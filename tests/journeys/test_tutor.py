"""A tutor's morning: who needs me, the register, a student, a one-to-one, a concern."""

import pytest

from accounts.models import User
from attendance.models import Register
from core import naming
from interventions.models import Meeting, Target
from safeguarding.models import Concern
from tests.journeys.conftest import LAPTOP, PHONE, TODAY


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_tutor_takes_a_register_holds_a_one_to_one_and_raises_a_concern(story, size):
    tutor = story(size)
    page = tutor.page
    tutor.sign_in("tutor")
    assert page.get_by_role("heading", level=1).inner_text() == "My caseload"
    tutor.check()

    _take_the_register(tutor)
    student = _open_the_first_student(tutor)
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
    page.locator("[data-save]").click()
    page.wait_for_load_state("load")
    register = Register.objects.get(date=TODAY)
    assert register.taken_by.email == "tutor@waymark.example"


def _open_the_first_student(tutor):
    page = tutor.page
    tutor.go("/caseload/")
    page.locator("tbody a.wm-row-link").first.click()
    page.wait_for_url("**/students/**")
    tutor.check()
    return page.get_by_role("heading", level=1).inner_text()


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
    me = User.objects.get(email="tutor@waymark.example")
    with naming.named(me.pk):
        assert Concern.objects.filter(reporter=me, recorded_at__date=TODAY).count() == 1
