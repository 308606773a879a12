"""A whole review cycle on a phone: times opened, a student writes and books by link, the one-to-one, what was agreed is sent."""

from core.models import Mail
from interventions.models import Booking, Meeting, StudentWords, Target
from interventions.queries.due import my_students
from tests.journeys.conftest import PHONE


def test_a_review_from_the_link_to_what_was_agreed(story):
    tutor = story(PHONE)
    tutor.sign_in("tutor")
    student, target = _somebody_with_a_target()
    _open_times(tutor)
    link = _ask(tutor, student)
    _write_and_book(story(PHONE), link)
    _assert_it_is_written_and_booked(student)
    _hold_it(tutor, student)
    _send_it(tutor)
    _assert_it_is_kept_and_sent(student, target)


def _somebody_with_a_target():
    from accounts.models import User

    mine = my_students(User.objects.get(email="tutor@waymark.example"))
    target = Target.objects.open().filter(student__in=mine.values("pk")).select_related("student").order_by("pk")[0]
    type(target.student).objects.filter(pk=target.student_id).update(email="student@waymark.example")
    return target.student, target


def _open_times(tutor):
    page = tutor.page
    tutor.go("/times/new/")
    tutor.check()
    page.get_by_label("Day").fill("2026-11-23")
    page.get_by_label("To", exact=True).fill("10:00")
    page.get_by_label("To", exact=True).press("Tab")
    page.get_by_text("4 slots on Mon 23 Nov").wait_for()  # shown before they are opened
    tutor.check()
    page.get_by_role("button", name="Open these slots").click()
    page.get_by_text("4 slots are open on").wait_for()
    tutor.check()


def _ask(tutor, student):
    page = tutor.page
    tutor.go(f"/beforehand/ask/?student={student.public_id}")
    tutor.check()
    page.get_by_role("button", name="Make links to copy").click()
    page.get_by_text("Copy these now").wait_for()
    return page.get_by_label(student.full_name).input_value()


def _write_and_book(phone, link):
    page = phone.page
    page.goto(link)
    phone.check()
    page.get_by_role("radio", name="Good", exact=True).check()
    page.get_by_label("What is going well?").fill("Maths makes sense now. 🙂")
    page.locator("select[name=slot]").select_option(index=2)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/sent/")
    phone.check()


def _assert_it_is_written_and_booked(student):
    words = StudentWords.objects.get(student=student, well="Maths makes sense now. 🙂")
    booking = Booking.objects.taking_room().get(student=student, slot__tutor=words.asked_by)
    assert f"{booking.time.lower:%H:%M}" == "09:15"


def _hold_it(tutor, student):
    page = tutor.page
    tutor.go("/my-work/")
    tutor.check()
    tutor.go(f"/students/{student.public_id}/one-to-one/")
    page.get_by_text("Maths makes sense now.").first.wait_for()
    tutor.check()
    for review in page.locator("fieldset.wm-review").all():
        review.get_by_role("radio", name="Met", exact=True).check()
    form = page.locator("form[data-draft-url]")
    form.get_by_label("What we talked about").fill("Only the two of us know this.")
    form.locator("textarea[name$='-what']").first.fill("Two past papers, marked, by Friday")
    page.get_by_text("Draft saved").wait_for()
    page.locator("[data-save]").click()
    page.wait_for_function("() => !document.querySelector('form[data-draft-url]')")


def _send_it(tutor):
    page = tutor.page
    tutor.go(f"/one-to-ones/{_newest().public_id}/")
    tutor.check()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Send what we agreed").click()
    page.get_by_text("were sent to the student").wait_for()


def _newest():
    return Meeting.objects.order_by("-pk")[0]


def _assert_it_is_kept_and_sent(student, target):
    meeting = _newest()
    target.refresh_from_db()
    assert (meeting.student_id, target.state) == (student.pk, "met")
    assert StudentWords.objects.get(student=student, well__startswith="Maths").meeting == meeting
    mail = Mail.objects.get(to_address="student@waymark.example")
    assert "Two past papers, marked, by Friday" in mail.text
    assert "Only the two of us" not in mail.text + mail.html
