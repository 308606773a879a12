"""Two people take one register: a colleague's blanks are no clash, and nobody marked absent is marked present unseen."""

from accounts.models import User
from attendance import actions
from attendance.actions.registers import NewMark
from attendance.models import SessionMark
from attendance.queries.registers.sittings import find_sitting
from caseload.models import Student
from core import clock
from tests.journeys.conftest import TODAY


def test_a_register_half_taken_by_a_colleague_is_finished_in_the_browser(story):
    tutor = story()
    page = tutor.page
    tutor.sign_in("tutor")
    tutor.go("/registers/")
    page.locator("a.wm-row-link").first.click()
    page.locator("[data-register]").wait_for()
    first = Student.objects.get(public_id=page.locator("[data-row]").first.get_attribute("id").removeprefix("row-"))
    students = page.locator("[data-row]").count()
    _a_colleague_marks(page.evaluate("location.pathname"), first, "N")

    page.locator("[data-mark-rest]").click()
    page.locator("[data-save]").click()
    page.get_by_text("A colleague marked 1 student differently while you were editing.").wait_for()
    assert page.locator("[data-error-summary] li").all_inner_texts()[0].startswith(f"{first.given_name} ")
    assert page.locator("[data-error-summary] li").count() == 1
    assert page.locator("[data-row]").first.locator("input:checked").get_attribute("value") == "N"
    page.locator("[data-save]").click()
    page.wait_for_url("**/registers/?day=*")
    codes = list(SessionMark.objects.filter(date=TODAY).order_by("code__code").values_list("code__code", flat=True))
    assert codes == ["/"] * (students - 1) + ["N"]


def _a_colleague_marks(path, student, code):
    """The attendance officer, who has the register open too, marks one student and saves: everybody else stays blank."""
    _, _, group, day, slug, _ = path.split("/")
    officer = User.objects.get(email__startswith="attendance-officer@")
    sitting = find_sitting(officer, "attendance.take_register", group, TODAY, slug)
    assert (str(TODAY), sitting is not None) == (day, True)
    with clock.set_to(clock.at(TODAY, 8, 50)):
        actions.mark_register(by=officer, register=sitting, marks=[NewMark(student.pk, code)])
