"""Raising a concern: the form, the picker, the draft, and what whoever raised it sees."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from caseload.models import Student
from core import naming
from safeguarding.models import Concern, Draft
from tests.college import College
from tests.safeguarding.conftest import LATER, SECRET, Wall
from tests.safeguarding.pages import SignIn, form_for, text, url


def test_raising_needs_only_sign_in_and_ends_in_thanks(college: College, sign_in: SignIn) -> None:
    browser = sign_in(college.okafor)
    answer = browser.post(url("concern_raise"), form_for(college), follow=True)
    assert "Thank you" in text(answer)
    assert "What happens next" in text(answer)
    with naming.named(college.okafor.pk):
        concern = Concern.objects.get()
    assert answer.redirect_chain == [(url("concern_raised", concern), 302)]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"happened_time": "23:50"}, "happened_time", "This time is still to come. Give the time at which it happened."),
        (
            {"happened_on": "2026-03-29", "happened_time": "01:30"}, "happened_time",
            "There was no 01:30 on 29 March 2026: the clocks go forward from 01:00 to 02:00. Give the time that the clock"
            " showed.",
        ),
        (
            {"happened_on": "1926-11-24"}, "happened_on",
            "The year 1926 can’t be meant here. Choose a day from 20 Nov 2001 to 20 Nov 2026.",
        ),
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_is_refused_and_not_put_right(
    college: College, sign_in: SignIn, typed: dict[str, str], field: str, words: str
) -> None:
    answer = sign_in(college.okafor).post(url("concern_raise"), form_for(college, **typed))
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [words]})
    assert typed.get("happened_time", "1926-11-24") in answer.content.decode()
    with naming.named(college.okafor.pk):
        assert not Concern.objects.exists()


def test_a_time_that_is_there_twice_stands_as_it_was_typed(college: College, sign_in: SignIn) -> None:
    sent = form_for(college, happened_on="2026-10-25", happened_time="01:30")
    sign_in(college.okafor).post(url("concern_raise"), sent)
    with naming.named(college.okafor.pk):
        assert [concern.happened for concern in Concern.objects.all()] == ["Sun 25 Oct, 01:30"]


def test_a_time_that_nobody_gave_is_not_made_up(college: College, sign_in: SignIn) -> None:
    browser = sign_in(college.okafor)
    for more in ({}, {"happened_time": "09:15"}):
        browser.post(url("concern_raise"), form_for(college, happened_on="2026-11-19", **more))
    with naming.named(college.okafor.pk):
        concerns = {concern.happened: concern for concern in Concern.objects.all()}
        assert concerns.keys() == {"Thu 19 Nov, no time given", "yesterday 09:15"}
    page = text(browser.get(url("concern_own_detail", concerns["Thu 19 Nov, no time given"])))
    assert "Thu 19 Nov, no time given" in page
    assert "12:00" not in page
    sent = {"token": uuid4(), "subject": college.lind.public_id, "what": "x", "happened_on": "2026-11-19"}
    browser.post(url("adult_raise"), sent)
    assert "Thu 19 Nov, no time given" in text(browser.get(url("adult_own_list")))


def test_the_form_sent_twice_ends_on_the_same_page(college: College, sign_in: SignIn) -> None:
    browser, typed = sign_in(college.okafor), form_for(college)
    assert browser.post(url("concern_raise"), typed).url == browser.post(url("concern_raise"), typed).url


def test_what_was_typed_comes_back_with_faults(college: College, sign_in: SignIn) -> None:
    answer = sign_in(college.okafor).post(url("concern_raise"), form_for(college, safe_now="", context=SECRET))
    assert answer.status_code == 422
    assert SECRET in text(answer)
    assert "There is one thing to put right" in text(answer)


def test_a_concern_that_nobody_could_read_is_not_saved(college: College, sign_in: SignIn) -> None:
    college.leaves(college.bell)
    answer = sign_in(college.okafor).post(url("concern_raise"), form_for(college, hide_from=college.rahman.public_id))
    assert answer.status_code == 422
    with naming.named(college.rahman.pk):
        assert not Concern.objects.exists()


def test_the_picker_offers_only_students_whom_the_person_reaches(college: College, sign_in: SignIn) -> None:
    tutor = sign_in(college.okafor)
    assert "Ada" in text(tutor.post(url("concern_students"), {"student_name": "abel"}))
    for name in ("Imran", "Wren"):
        assert name not in text(tutor.post(url("concern_students"), {"student_name": name}))
    assert "Ada" not in text(sign_in(college.sam).post(url("concern_students"), {"student_name": "Abel"}))
    imran = form_for(college, student=college.student("Imran").public_id)
    assert tutor.post(url("concern_raise"), imran).status_code == 422


@pytest.mark.parametrize("typed", ["Ábel, Ada", "ada abel", "Abell", "Ada"])
def test_the_picker_finds_a_name_as_lists_write_it_and_nearly_written(
    college: College, sign_in: SignIn, typed: str
) -> None:
    assert "Ada Ábel" in text(sign_in(college.okafor).post(url("concern_students"), {"student_name": typed}))


def test_the_picker_tells_students_of_one_name_apart(college: College, sign_in: SignIn) -> None:
    ben = college.student("Ben")
    Student.objects.filter(pk=ben.pk).update(given_name="Ada", family_name="Ábel")
    Student.objects.get(pk=ben.pk).save()
    shown = text(sign_in(college.okafor).post(url("concern_students"), {"student_name": "abel"}))
    for student in (college.student("Ada"), ben):
        assert f"born {student.date_of_birth.day} {student.date_of_birth:%b %Y}" in shown
    assert shown.count("10A, Year 10") == 2


def test_without_scripts_the_find_button_does_the_same(college: College, sign_in: SignIn) -> None:
    typed = form_for(college, student="", student_name="abel", find="1")
    answer = sign_in(college.okafor).post(url("concern_raise"), typed)
    assert "Ada Ábel" in text(answer)
    assert "A bruise" in text(answer)


def test_the_student_page_s_link_chooses_the_student(college: College, sign_in: SignIn) -> None:
    ada, browser = college.student("Ada"), sign_in(college.okafor)
    assert "Ada Ábel" in text(browser.get(f"{url('concern_raise')}?student={ada.public_id}"))
    for odd in (college.student("Imran").public_id, "x", ""):
        assert browser.get(f"{url('concern_raise')}?student={odd}").status_code == 200


def test_a_draft_is_kept_and_offered_and_gone_when_raised(college: College, sign_in: SignIn) -> None:
    browser, typed = sign_in(college.okafor), form_for(college, what=SECRET)
    assert "saved_at" in browser.post(url("concern_draft"), typed).json()
    page = text(browser.get(url("concern_raise")))
    link = re.search(r"\?draft=[0-9a-f-]{36}", page)
    assert link
    assert SECRET not in page
    assert SECRET in text(browser.get(url("concern_raise") + link[0]))
    assert SECRET not in text(sign_in(college.brandt).get(url("concern_raise") + link[0]))
    browser.post(url("concern_raise"), typed)
    browser.post(url("concern_draft"), typed)  # a saving that was under way
    with naming.named(college.okafor.pk):
        assert not Draft.objects.exists()


def test_a_draft_is_discarded_by_its_author_alone(college: College, sign_in: SignIn) -> None:
    typed = form_for(college)
    sign_in(college.okafor).post(url("concern_draft"), typed)
    address = reverse("safeguarding:concern_discard", args=[typed["token"]])
    assert sign_in(college.brandt).post(address).status_code == 404
    assert sign_in(college.okafor).post(address).status_code == 302
    with naming.named(college.okafor.pk):
        assert not Draft.objects.exists()


def test_a_reporter_sees_their_words_and_the_state_and_nothing_added_later(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.okafor)
    for page in (url("concern_own_list"), url("concern_own_detail", wall["A"]), url("concern_raised", wall["A"])):
        shown = text(browser.get(page))
        assert "Being handled" in shown
        for word in (LATER, "Neglect", "Rahman", "Lind", "Bell"):
            assert word not in shown, (page, word)
    assert SECRET in text(browser.get(url("concern_own_detail", wall["A"])))
    assert sign_in(wall.college.brandt).get(url("concern_own_detail", wall["A"])).status_code == 404
    assert sign_in(wall.college.rahman).get(url("concern_own_detail", wall["A"])).status_code == 404


def test_a_reporter_adds_to_their_own(wall: Wall, sign_in: SignIn) -> None:
    browser = sign_in(wall.college.brandt)
    assert browser.post(url("concern_own_detail", wall["B"]), {"text": ""}).status_code == 422
    assert "he also said" in text(
        browser.post(url("concern_own_detail", wall["B"]), {"text": "he also said"}, follow=True)
    )
