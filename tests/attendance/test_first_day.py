"""First-day absence: who is to ring whom, what that leaves behind, and absences that nobody ever explained."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.actions.explaining import record_call, set_reason
from attendance.errors import BadMarks, NotAllowed, TakenElsewhere
from attendance.models import ChaseHold, LessonMark, SessionMark, SessionMarkChange, SiteSettings
from attendance.queries.absence.first_day import MarkAt, absent_without_reason, old_unexplained
from attendance.queries.figures.verification import differences
from caseload.actions.contacts import NotToBeContacted
from caseload.models import Contact, ContactLogEntry, Site, StudentContact
from core import clock
from tests.attendance.conftest import code_of, lesson_of, marks_for, session_of

LIST = reverse("attendance:first_day_list")
OLD = reverse("attendance:unexplained_list")
SET = reverse("attendance:unexplained_set")


def call_page(student):
    return reverse("attendance:first_day_call", args=[student.public_id])


def take(college, day=None, slug="am", group="10A", **codes):
    present = "/" if slug == "am" else "\\"
    actions.mark_register(
        by=college.price, register=session_of(college, slug, day, group), marks=marks_for(college, group, present, **codes)
    )  # fmt: skip


def names(rows):
    return [row.student["given_name"] for row in rows]


def at_ada(college, day=None, slot=1):
    return MarkAt("session", college.student("Ada").pk, day or college.today, slot)


@pytest.fixture
def morning(college):
    """Ada, Ben and Chloe are absent without a reason this morning, Dmytro is ill."""
    take(college, Ada="N", Ben="N", Chloe="N", Dmytro="I")


def test_absent_without_reason_stand_by_whether_somebody_rang(college, morning):
    student = college.student
    ChaseHold.objects.create(student=student("Chloe"), until=college.today, reason="Funeral", set_by=college.price)
    record_call(by=college.okafor, student=student("Ben"), contact=None, outcome="No answer")
    found = absent_without_reason(college.okafor)
    assert (names(found.to_ring), names(found.tried), names(found.held)) == (["Ada"], ["Ben"], ["Chloe"])
    record_call(by=college.okafor, student=student("Ben"), contact=None, outcome="Reached", said="On the bus")
    assert names(absent_without_reason(college.okafor).reached) == ["Ben"]
    assert absent_without_reason(college.brandt).total == 0
    assert absent_without_reason(college.lind).total == 3


def test_somebody_marked_present_later_has_come_in(college, morning):
    with clock.set_to(clock.at(college.today, 13, 30)):
        take(college, slug="pm", Ben="N")
        found = absent_without_reason(college.okafor)
    assert (names(found.came_in), names(found.to_ring)) == (["Ada", "Chloe"], ["Ben"])
    assert [each.label for each in found.to_ring[0].missed] == ["AM", "PM"]


def test_colleges_have_their_own_absent_code(college):
    """Of the lesson codes the unauthorised one on everybody's button: N in the default set."""
    actions.mark_register(
        by=college.quill, register=lesson_of(college), marks=marks_for(college, "S1", **{_first_of(college): "N"})
    )
    assert names(absent_without_reason(college.farah).to_ring) == [_first_of(college)]


def _first_of(college):
    from tests.people import STUDENTS

    return next(given for given, _, _, tutor, _, _ in STUDENTS if tutor == "S1")


def test_page_shows_numbers_in_order_and_never_that_of_a_barred_contact(college, morning, sign_in):
    ada = college.student("Ada")
    barred = Contact.objects.create(given_name="Ivo", family_name="Ábel", phone="020 7946 0666", address="9 Far Road")
    StudentContact.objects.create(
        student=ada, contact=barred, relationship="father", priority=2, no_contact=True, no_contact_reason="Court order"
    )
    aunt = Contact.objects.create(given_name="Zsa", family_name="Ábel", phone="020 7946 0777", postcode="AB1 2CD")
    StudentContact.objects.create(student=ada, contact=aunt, relationship="relative", priority=3)
    page = sign_in(college.okafor).get(call_page(ada)).content.decode()
    assert 'href="tel:02079460018"' in page
    assert 'href="tel:02079460777"' in page
    assert page.index("02079460018") < page.index("02079460777")
    assert "0666" not in page
    assert "Far Road" not in page
    assert "Must not be contacted" in page
    assert "Court order" in page
    assert "At another address" in page


def test_saving_a_call_logs_it_and_brings_up_the_next(college, morning, sign_in):
    ada, ben = college.student("Ada"), college.student("Ben")
    mother = Contact.objects.get(family_name="Ábel")
    data = {
        "key": "0f8fad5b-d9cb-469f-a165-70867728950e", "contact": str(mother.public_id), "outcome": "Reached",
        "said": "Has a fever", "code_session": "I",
    }  # fmt: skip
    answer = sign_in(college.price).post(call_page(ada), data)
    assert (answer.status_code, answer.url) == (302, call_page(ben))
    entry = ContactLogEntry.objects.get()
    assert (entry.student, entry.contact, entry.outcome, entry.note, entry.channel) == (ada, mother, "Reached", "Has a fever", "call")  # fmt: skip
    assert (code_of(ada, college.today), code_of(ben, college.today)) == ("I", "N")
    change = SessionMarkChange.objects.get()
    assert (change.reason, change.changed_by) == (
        "First-day call: reached",
        college.price,
    )  # what was said stays in the contact log
    assert list(differences("session")) == []
    sign_in(college.price).post(call_page(ada), data)  # pressed twice
    assert (ContactLogEntry.objects.count(), SessionMarkChange.objects.count()) == (1, 1)


def test_tutor_logs_the_call_and_is_offered_no_reason(college, morning, sign_in):
    ada = college.student("Ada")
    data = {
        "key": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "contact": "",
        "outcome": "Left a message",
        "code_session": "I",
    }
    browser = sign_in(college.okafor)
    assert browser.get(call_page(ada)).context["form"].reason_fields == []
    offered = sign_in(college.price).get(call_page(ada)).context["form"].fields["code_session"].choices
    assert offered[1][0] == "Often"
    assert [code for code, _ in offered[1][1]] == ["I", "M", "O", "G"]
    browser = sign_in(college.okafor)
    browser.post(call_page(ada), data)
    assert (ContactLogEntry.objects.get().outcome, code_of(ada, college.today)) == ("Left a message", "N")
    with pytest.raises(NotAllowed):
        set_reason(by=college.okafor, marks=[at_ada(college)], codes={"session": "I"}, reason="rang")


def test_bad_call_changes_nothing_and_loses_nothing_typed(college, morning, sign_in):
    answer = sign_in(college.price).post(
        call_page(college.student("Ada")), {"said": "typed words", "code_session": "ZZ"}
    )
    assert (answer.status_code, ContactLogEntry.objects.exists()) == (422, False)
    assert "typed words" in answer.content.decode()
    assert code_of(college.student("Ada"), college.today) == "N"


def test_a_barred_contact_cannot_be_logged_as_rung(college, morning, sign_in):
    ada = college.student("Ada")
    link = StudentContact.objects.get(student=ada)
    StudentContact.objects.filter(pk=link.pk).update(no_contact=True, no_contact_reason="Court order")
    data = {"key": "0f8fad5b-d9cb-469f-a165-70867728950e", "contact": str(link.contact.public_id), "outcome": "Reached"}
    assert sign_in(college.okafor).post(call_page(ada), data).status_code == 422
    with pytest.raises(NotToBeContacted):
        record_call(
            by=college.price, student=ada, contact=link.contact, outcome="Reached", codes={"session": "I"}, marks=[at_ada(college)]
        )  # fmt: skip
    assert (ContactLogEntry.objects.exists(), code_of(ada, college.today)) == (False, "N")


def test_out_of_reach_is_not_there(college, morning, sign_in):
    assert sign_in(college.brandt).get(call_page(college.student("Ada"))).status_code == 404
    assert sign_in(college.mendes).get(LIST).status_code == 403


def test_reason_is_left_alone_where_somebody_was_quicker(college, morning):
    set_reason(by=college.price, marks=[at_ada(college)], codes={"session": "I"}, reason="rang")
    assert set_reason(by=college.price, marks=[at_ada(college)], codes={"session": "M"}, reason="rang too") == 0
    assert code_of(college.student("Ada"), college.today) == "I"


@pytest.mark.parametrize(
    ("code", "reason", "sentence"),
    [
        ("", "rang", "Choose the reason for the sessions."),
        ("N", "rang", "N says that no reason is known. Choose a reason."),
        ("QQ", "rang", "There is no code “QQ” in force on Fri 20 Nov."),
        ("X", "rang", "X is only for students who are not of compulsory school age; for a part-time timetable use C2."),
        ("I", " ", "Say how the reason is known, or what was tried. It is kept with the mark."),
    ],
)
def test_bad_reason_changes_nothing(college, morning, code, reason, sentence):
    with pytest.raises(BadMarks) as stopped:
        set_reason(by=college.price, marks=[at_ada(college)], codes={"session": code}, reason=reason)
    assert list(stopped.value.problems.values()) == [sentence]
    assert code_of(college.student("Ada"), college.today) == "N"


def test_old_marks_are_chased_once_the_school_days_are_over(college):
    """Friday 13 is five school days before Friday 20; Thursday 22 October is further over half-term than days suggest."""
    for day in (13, 16):
        take(college, date(2026, 11, day), Ada="N")
    take(college, date(2026, 10, 22), Ben="N")
    found = old_unexplained(college.okafor)
    assert [(mark.at.date, mark.label, mark.days_ago) for mark in found] == [
        (date(2026, 10, 22), "AM", 16), (date(2026, 11, 13), "AM", 5),
    ]  # fmt: skip
    SiteSettings.objects.create(site=college.school, chase_after_days=4)
    assert len(old_unexplained(college.okafor)) == 3
    assert old_unexplained(college.brandt) == []


def test_many_are_set_at_once_or_never_found(college, sign_in):
    for day in (9, 10, 11):
        take(college, date(2026, 11, day), Ada="N", Ben="N")
    browser = sign_in(college.price)
    page = browser.get(OLD)
    values = [row["value"] for row in page.context["rows"]]
    assert (len(values), page.context["may_set"]) == (6, True)
    browser.post(SET, {"series": "session", "mark": values[:2], "code": "I", "reason": "Note from home"})
    answer = browser.post(SET, {"series": "session", "mark": values[2:4], "never": "1", "reason": "Three letters, no answer"}, follow=True)  # fmt: skip
    assert "2 absences set to O." in answer.content.decode()
    codes = SessionMark.objects.exclude(code__code="/").values_list("code__code", flat=True)
    assert sorted(codes) == ["I", "I", "N", "N", "O", "O"]
    assert set(SessionMarkChange.objects.values_list("reason", flat=True)) == {"Note from home", "Three letters, no answer"}  # fmt: skip
    assert list(differences("session")) == []


def test_fault_keeps_what_was_ticked_and_typed(college, sign_in):
    take(college, date(2026, 11, 9), Ada="N")
    browser = sign_in(college.price)
    value = browser.get(OLD).context["rows"][0]["value"]
    answer = browser.post(SET, {"series": "session", "mark": [value], "code": "", "reason": "my words"})
    page = answer.content.decode()
    assert (answer.status_code, answer.context["ticked"], "my words" in page) == (422, {value}, True)
    forged = {"series": "nonsense", "mark": ["x", "a_b_c"], "code": "I", "reason": "r"}
    assert browser.post(SET, forged).status_code == 422
    browser.post(SET, forged | {"mark": [value + "9" * 30]})
    assert code_of(college.student("Ada"), date(2026, 11, 9)) == "N"


def test_tutor_sees_old_marks_and_sets_none(college, sign_in):
    take(college, date(2026, 11, 9), Ada="N")
    page = sign_in(college.okafor).get(OLD)
    assert (len(page.context["rows"]), page.context["may_set"]) == (1, False)
    assert sign_in(college.okafor).post(SET, {}).status_code == 403


def test_marks_of_a_site_in_the_mis_are_set_there(college, morning, sign_in):
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    page = sign_in(college.price).get(call_page(college.student("Ada")))
    assert (page.context["form"].reason_fields, page.context["in_mis"]) == ([], True)
    with pytest.raises(TakenElsewhere):
        set_reason(by=college.price, marks=[at_ada(college)], codes={"session": "I"}, reason="rang")


def test_lessons_are_explained_with_codes_of_lessons(college):
    given = _first_of(college)
    actions.mark_register(by=college.quill, register=lesson_of(college), marks=marks_for(college, "S1", **{given: "N"}))
    lesson = college.lessons["12 Biology B", 4, 1].pk
    mark = MarkAt("lesson", college.student(given).pk, college.today, lesson)
    assert set_reason(by=college.price, marks=[mark], codes={"lesson": "S"}, reason="Rang in ill") == 1
    assert LessonMark.objects.get(student=college.student(given)).code.short == "Ill"


@pytest.mark.parametrize("url", [LIST, OLD])
def test_pages_cost_the_same_for_few_and_many(college, sign_in, url):
    browser = sign_in(college.price)
    counts = []
    day = college.today if url == LIST else college.today - timedelta(days=11)
    for wrong in ({"Ada": "N"}, {"Ada": "N", "Ben": "N", "Chloe": "N", "Esra": "N", "Finn": "N"}):
        actions.mark_register(
            by=college.price, register=session_of(college, "am", day), marks=marks_for(college, **wrong), reason="again"
        )  # fmt: skip
        browser.get(url)
        with CaptureQueriesContext(connection) as seen:
            browser.get(url)
        counts.append(len(seen))
    assert counts[0] == counts[1]
