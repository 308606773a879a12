"""The evacuation list: who is in, who is not known, who sees whom, and the copy that is kept ready."""

from datetime import date, timedelta

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.actions.evacuation import make_evacuation_copy, sites_in_session
from attendance.actions.registers import NewMark
from attendance.models import EvacuationCopy
from attendance.queries.registers.evacuation import evacuation_of, sites_reached
from attendance.queries.registers.registers import members_of
from audit.models import Entry
from caseload.models import Site
from core import clock
from core.jobs import run_now
from core.private.files import open_file
from tests.attendance.conftest import lesson_of, marks_for, session_of
from tests.attendance.test_pages import more_students, words

TODAY = date(2026, 11, 20)
URL = reverse("attendance:evacuation_list")


def names(people):
    return [one.list_name.partition(",")[0] for one in people]


@pytest.fixture
def morning(college):
    """10A's morning: Ada absent, Ben late, Chloe on a trip, Dmytro came after it closed, Esra not marked; 10B not taken."""
    marks = marks_for(college, Ada="N", Ben="L", Chloe="V", Dmytro="U")
    college.school.refresh_from_db()
    esra = college.student("Esra").pk
    actions.mark_register(
        by=college.price, register=session_of(college), marks=[mark for mark in marks if mark.student_id != esra]
    )
    return college


def test_who_is_in_follows_from_the_last_mark_of_today(morning):
    found = evacuation_of(morning.school)
    in_10a = next(part for part in found.parts() if part.name.startswith("10A"))
    assert names(in_10a.people) == ["Carter", "Kovalenko", "O'Neill", "Patel", "Zulu"]
    assert names(in_10a.unknown) == ["Şahin"]
    assert (found.absent, found.elsewhere) == (1, 1)
    assert {one.mark for one in in_10a.people} == {"AM present", "AM late"}
    in_10b = next(part for part in found.parts() if part.name.startswith("10B"))
    assert (len(in_10b.people), len(in_10b.unknown)) == (0, 6)


def test_a_later_lesson_says_otherwise_and_where_they_should_be(morning):
    college = morning
    lesson = lesson_of(college, "10x/Ma1", "0900")
    marks = [NewMark(m.id, {"Ada": "/", "Ben": "N"}.get(m.given_name, "/")) for m in members_of(lesson)]
    actions.mark_register(by=college.mendes, register=lesson, marks=marks)
    found = evacuation_of(college.school)
    in_10a = next(part for part in found.parts() if part.name.startswith("10A"))
    assert names(in_10a.people) == ["Ábel", "d’Souza", "Kovalenko", "O'Neill", "Patel", "Şahin", "Zulu"]
    assert (in_10a.people[0].mark, in_10a.people[0].where) == ("P1 present", "R1 · 10x/Ma1")
    by_room = {part.name: len(part.people) + len(part.unknown) for part in found.parts("room")}
    assert by_room["R1 · 10x/Ma1"] == 7
    assert list(by_room)[-1] == "No lesson now"


def test_what_is_planned_for_the_afternoon_empties_nothing_in_the_morning(morning):
    college = morning
    actions.amend_mark(
        by=college.price, series="session", student_id=college.student("Ben").pk, date=TODAY, slot=2, code="M"
    )
    assert "Carter" in names(evacuation_of(college.school).inside)
    with clock.set_to(clock.at(TODAY, 14)):
        assert "Carter" not in names(evacuation_of(college.school).inside)


def test_in_a_college_only_those_whose_lesson_has_begun_are_not_known(college):
    with clock.set_to(clock.at(TODAY, 8, 30)):
        assert evacuation_of(college.sixth).unknown == []
    lesson = lesson_of(college)
    someone = members_of(lesson)[0]
    actions.mark_register(by=college.quill, register=lesson, marks=[NewMark(someone.id, "/")])
    found = evacuation_of(college.sixth)
    assert [one.id for one in found.inside] == [someone.id]
    assert len(found.unknown) == len(members_of(lesson)) - 1


def test_a_closed_day_has_no_list(college):
    with clock.set_to(clock.at(date(2026, 10, 27), 10)):
        assert not evacuation_of(college.school).is_open


def test_who_sees_which_site_and_how_much_of_it(college):
    seen = {
        who: [(each.site.name, each.whole) for each in sites_reached(getattr(college, who))]
        for who in ("price", "lind", "hollis", "doyle", "okafor", "mendes", "quill", "singh", "foster", "ward", "sam")
    }
    school, sixth = "Waymark School", "Waymark Sixth"
    assert seen == {
        "price": [(school, True), (sixth, True)],
        "lind": [(school, True)],
        "hollis": [(school, True)],
        "doyle": [(school, True)],
        "okafor": [(school, False)],
        "mendes": [(school, False)],
        "quill": [(sixth, False)],
        "singh": [(sixth, False)],
        "foster": [],
        "ward": [],
        "sam": [],
    }


def test_a_tutor_counts_their_own_and_nobody_elses(morning, sign_in):
    college = morning
    response = sign_in(college.okafor).get(URL)
    found = response.context["list"]
    assert len(found.inside) + len(found.unknown) + found.absent + found.elsewhere == 8
    assert "These are the students whom you look after or teach." in words(response)
    assert sign_in(college.okafor).get(f"{URL}?site={college.sixth.public_id}").status_code == 404
    assert sign_in(college.lind).get(f"{URL}?site={college.sixth.public_id}").status_code == 404
    assert len(sign_in(college.lind).get(URL).context["list"].unknown) == 22 - 7


def test_the_copy_is_made_once_and_again_only_when_the_list_changes(morning):
    college = morning
    first = make_evacuation_copy(college.school.pk)
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(open_file(first.file)))
    assert "5 marked in" in text
    assert "Zulu, Hugo" in text
    assert "Ábel" not in text  # marked absent
    with clock.set_to(clock.at(TODAY, 10, 5)):
        assert make_evacuation_copy(college.school.pk).made_at == first.made_at
    actions.amend_mark(
        by=college.price, series="session", student_id=college.student("Ada").pk, date=TODAY, slot=1, code="L",
        reason="Came in",
    )  # fmt: skip
    with clock.set_to(clock.at(TODAY, 10, 10)):
        second = make_evacuation_copy(college.school.pk)
    assert (second.marked_in, second.made_at - first.made_at) == (6, timedelta(minutes=10))
    assert EvacuationCopy.objects.count() == 1
    assert make_evacuation_copy(10**6) is None


def test_copies_are_kept_ready_in_school_hours_of_open_days_only(college, django_capture_on_commit_callbacks):
    assert sites_in_session(clock.at(TODAY, 8, 29)) == []
    assert sites_in_session(clock.at(TODAY, 8, 31)) == [college.school.pk]
    assert sites_in_session(clock.at(TODAY, 10)) == [college.school.pk, college.sixth.pk]
    assert sites_in_session(clock.at(TODAY, 19)) == []
    assert sites_in_session(clock.at(date(2026, 10, 27), 10)) == []
    with django_capture_on_commit_callbacks() as rung:
        run_now("attendance.keep_evacuation_ready")
    assert len(rung) == 2
    run_now("attendance.evacuation_copy", site_id=college.school.pk)
    assert EvacuationCopy.objects.get().site == college.school


def test_taking_the_copy_is_recorded_and_for_those_who_see_the_whole_site(morning, sign_in):
    college = morning
    make_evacuation_copy(college.school.pk)
    url = reverse("attendance:evacuation_copy", args=[college.school.public_id])
    officer = sign_in(college.price)
    assert "PDF of 10:00, 5 in" in words(officer.get(URL))
    response = officer.get(url)
    assert response["Content-Type"] == "application/pdf"
    assert Entry.objects.filter(verb="attendance.evacuation_copy_taken", actor_id=college.price.pk).count() == 1
    assert sign_in(college.okafor).get(url).status_code == 404
    assert "PDF of" not in words(sign_in(college.okafor).get(URL))
    other = reverse("attendance:evacuation_copy", args=[college.sixth.public_id])
    assert officer.get(other).status_code == 404  # none made yet
    with clock.set_to(clock.at(TODAY + timedelta(days=3), 9)):
        assert officer.get(url).status_code in (302, 404)  # yesterday's is no list of today


def test_the_list_costs_the_same_for_few_and_for_many(morning):
    site = Site.objects.get(pk=morning.school.pk)

    def cost():
        with CaptureQueriesContext(connection) as found:
            evacuation_of(site)
        return len(found)

    cost()
    few = cost()
    more_students(morning, 30)
    assert cost() == few
