"""What students write beforehand, what they are sent, who is told, kinds of one-to-one, and coverage."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from psycopg.types.range import Range
from pytest_django import DjangoAssertNumQueries

from caseload.models import SiteMembership
from core import clock
from core.models import Mail
from interventions import actions, queries
from interventions.actions.bookings import TimesSaid
from interventions.models import Booking, Meeting, MeetingType, StudentWords
from interventions.queries.coverage import coverage_by_tutor
from interventions.queries.students import weeks_unseen
from safeguarding.models import Concern
from tests.college import College
from tests.interventions.test_pages import talk_to, typed
from tests.interventions.test_passing_on import rows_with


def link_of(college: College, given: str = "Ada", mail: bool = False) -> str:
    """The address on this server that a student is given."""
    asked = actions.ask_student(college.student(given), by=college.okafor, mail=mail)
    return asked.address.removeprefix("http://localhost:8000")


def test_a_student_writes_books_and_the_link_is_used_up(
    college: College, kind: MeetingType, target_of: Any, sign_in: Any
) -> None:
    target_of("Ada", what="Hand in the essay")
    target_of("Ben", what="Somebody else's")
    (slot, _) = actions.open_times(TimesSaid(date(2026, 11, 23), time(9), time(9, 30), 15, kind), by=college.okafor)
    address, nobody = link_of(college), Client()
    page = nobody.get(address).content.decode()
    assert "Hello Ada" in page
    assert "Hand in the essay" in page
    for hidden in ("Ábel", "Somebody else", "10A"):
        assert hidden not in page
    sent = {"well": "Maths", "hard": "Mornings", "wellbeing": "2", "slot": str(slot.public_id)}
    assert nobody.post(address, {}).status_code == 422
    assert nobody.post(address, sent).url == reverse("interventions:beforehand_thanks")
    words = StudentWords.objects.get()
    assert (words.well, words.hard, words.wellbeing, words.link.used_count) == ("Maths", "Mornings", 2, 1)
    assert Booking.objects.get().booked_by is None
    assert nobody.post(address, sent | {"well": "Again"}).status_code == 404
    assert nobody.get(address).status_code == 404
    # It stands beside the form, and belongs to the one-to-one that follows.
    tutor = sign_in(college.okafor)
    form = tutor.get(talk_to(college, "Ada"))
    assert "Mornings" in form.content.decode()
    assert "Mornings" not in sign_in(college.lind).get(talk_to(college, "Ada")).content.decode()
    tutor.post(talk_to(college, "Ada"), typed(form, notes="Talked"))
    words.refresh_from_db()
    assert words.meeting == Meeting.objects.get()


def test_a_time_taken_meanwhile_keeps_the_words_and_the_link(college: College, kind: MeetingType) -> None:
    said = TimesSaid(date(2026, 11, 23), time(9), time(9, 45), 15, kind)
    first, second, _ = actions.open_times(said, by=college.okafor)
    actions.book_time(first, college.student("Ada"), by=college.okafor)
    address, nobody = link_of(college), Client()
    actions.book_time(second, college.student("Ben"), by=college.okafor)
    answer = nobody.post(address, {"well": "Kept words", "slot": str(second.public_id)})
    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()
    assert StudentWords.objects.get().written_at is None
    assert nobody.get(address).status_code == 200


@pytest.mark.parametrize("how", ["expired", "taken back", "asked anew", "unknown"])
def test_a_link_that_opens_no_more_tells_nobody_why(college: College, how: str) -> None:
    address, nobody = link_of(college), Client()
    if how == "taken back":
        actions.take_back(StudentWords.objects.get(), by=college.okafor)
    elif how == "asked anew":
        link_of(college)
    elif how == "unknown":
        address = address[:-6] + "xxxxx/"
    moment = clock.now() + timedelta(days=15 if how == "expired" else 0)
    with clock.set_to(moment):
        answer = nobody.get(address)
    assert answer.status_code == 404
    assert "does not open any more" in answer.content.decode()


def test_guessing_links_is_stopped(college: College) -> None:
    nobody = Client()
    answers = [nobody.get(reverse("interventions:beforehand", args=[f"guess{n}"])).status_code for n in range(22)]
    assert answers == [404] * 20 + [429] * 2


def test_the_link_goes_to_the_students_own_address_or_is_shown(college: College, sign_in: Any) -> None:
    ada = college.student("Ada")
    ada.email = "ada@waymark.example"
    ada.save()
    client, address = sign_in(college.okafor), reverse("interventions:student_ask")
    keys = [str(college.student(given).public_id) for given in ("Ada", "Ben")]
    page = client.post(address, {"student": keys, "how": "mail"}).content.decode()
    mail = Mail.objects.get()
    assert mail.to_address == "ada@waymark.example"
    assert "Hello Ada" in mail.text
    assert "/with-you/" not in mail.text + mail.html  # it is made when the email is handed over
    assert "Ábel" not in mail.text + mail.subject
    assert page.count("/with-you/") == 1  # Ben has no address, so his is shown to pass on
    other = str(college.student("Imran").public_id)
    assert client.post(address, {"student": [other]}).status_code == 404


def test_what_a_student_wrote_can_be_passed_on_whole(college: College, sign_in: Any) -> None:
    Client().post(link_of(college), {"hard": "zebra at home", "talk": "zebra"})
    words = StudentWords.objects.get()
    address = reverse("interventions:student_words_pass_on", args=[words.public_id])
    assert sign_in(college.lind).post(address).status_code == 404
    answer = sign_in(college.okafor).post(address, {"safe_now": "no"})
    assert answer.url.startswith("/safeguarding/")
    assert rows_with("zebra", college.rahman) == []
    from core import naming

    with naming.named(college.rahman.pk):
        assert "Hard: zebra at home" in Concern.objects.get().words["what"]


def test_what_we_agreed_is_targets_and_the_next_date_alone(college: College, sign_in: Any, target_of: Any) -> None:
    ada = college.student("Ada")
    ada.email = "ada@waymark.example"
    ada.save()
    target_of("Ada", what="An older one, not spoken of")
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    sent = typed(client.get(address), notes="Private words", tutor_actions="Ring home", next_in="4")
    client.post(address, sent | {"new1-what": "Hand in the essay", "new1-due_on": "2026-12-04"})
    meeting = Meeting.objects.get()
    send = reverse("interventions:meeting_send", args=[meeting.public_id])
    assert sign_in(college.lind).post(send).status_code == 404
    for _ in range(2):
        assert client.post(send).status_code == 302
    mail = Mail.objects.get()
    assert "Hand in the essay" in mail.text
    assert "18 Dec" in mail.text
    for hidden in ("Private words", "Ring home", "not spoken of", "Ábel"):
        assert hidden not in mail.text + mail.html


def test_those_who_are_told_can_read_it(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    answer = client.post(address, typed(client.get(address), notes="Words", told=[str(college.mendes.pk)]))
    assert answer.status_code == 422
    assert "Ms Mendes can’t read it as it is" in answer.content.decode()
    client.post(address, typed(client.get(address), notes="Words", told=[str(college.lind.pk)]))
    meeting = Meeting.objects.get()
    assert list(meeting.told.all()) == [college.lind]
    mail = Mail.objects.get()
    assert mail.to_address == college.lind.email
    for hidden in ("Words", "Ada", "Ábel"):
        assert hidden not in mail.text + mail.html + mail.subject
    # Told of what is for named people, they are named.
    sent = typed(client.get(address), notes="Other", audience="named", told=[str(college.mendes.pk)])
    client.post(address, sent)
    assert list(Meeting.objects.latest("pk").readers.all()) == [college.mendes]


def test_a_kind_is_added_with_its_questions(college: College, sign_in: Any) -> None:
    client = sign_in(college.achebe)
    sent = {"name": "Careers talk", "prompts": "What next?\n\nWho could help?", "position": "9", "active": "on"}
    assert client.post(reverse("interventions:meeting_type_add"), sent).status_code == 302
    kind = MeetingType.objects.get(name="Careers talk")
    assert (kind.code, kind.prompts) == ("careers-talk", ["What next?", "Who could help?"])
    assert client.post(reverse("interventions:meeting_type_add"), sent).status_code == 422
    edit = reverse("interventions:meeting_type_edit", args=[kind.code])
    client.post(edit, {"name": "Careers", "prompts": "x" * 201, "position": "9"})
    kind.refresh_from_db()
    assert kind.name == "Careers talk"


def test_coverage_counts_that_one_was_held_and_names_tutors(
    college: College, meeting_of: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    meeting_of("Ada", days_ago=3, next_on=college.today - timedelta(days=1))
    meeting_of("Ben", days_ago=3, audience="named")
    meeting_of("Chloe", days_ago=100)
    rows = {row.name: row for row in coverage_by_tutor(college.lind, 6)}
    assert sorted(rows) == ["10A", "10B"]
    found = rows["10A"]
    assert (found.tutors, found.students, found.seen, found.unseen, found.overdue, found.held) == (
        "Ms Okafor", 8, 2, 6, 1, 2,
    )  # fmt: skip
    assert queries.coverage_by_tutor(college.okafor, 6) == []
    with django_assert_num_queries(5):
        coverage_by_tutor(college.lind, 6)


@pytest.mark.parametrize(("days_ago", "unseen"), [(41, 0), (42, 1), (43, 1)])
def test_not_seen_for_six_weeks_is_one_rule_for_coverage_and_lists(
    college: College, meeting_of: Any, days_ago: int, unseen: int
) -> None:
    """Six weeks ago to the day is six weeks ago, on the dashboard and in coverage."""
    for student in college.students:
        meeting_of(student.given_name, days_ago=days_ago if student.given_name == "Ada" else 3)
    rows = {row.name: row for row in coverage_by_tutor(college.lind, 6)}
    ada = college.student("Ada").pk
    assert (rows["10A"].unseen, len(weeks_unseen([ada], college.lind))) == (unseen, unseen)


@pytest.mark.parametrize(
    ("weeks_here", "weeks", "shown"), [(1, 0, (0, 1)), (5, 0, (0, 1)), (6, 6, (1, 0)), (7, 7, (1, 0))]
)
def test_nobody_is_unseen_for_longer_than_they_have_been_here(
    college: College, meeting_of: Any, sign_in: Any, weeks_here: int, weeks: int, shown: tuple[int, int]
) -> None:
    """Ada joined so many weeks ago, and nobody has met her yet; the year began eleven weeks ago. Everybody else was met."""
    for student in college.students:
        if student.given_name != "Ada":
            meeting_of(student.given_name, days_ago=3)
    ada, came = college.student("Ada"), college.today - timedelta(weeks=weeks_here)
    SiteMembership.objects.filter(student=ada).update(period=Range(came, None))
    assert weeks_unseen([ada.pk], college.lind) == ({ada.pk: weeks} if weeks else {})
    row = {row.name: row for row in coverage_by_tutor(college.lind, 6)}["10A"]
    assert (row.unseen, row.new) == shown
    page = sign_in(college.lind).get(reverse("interventions:coverage_list")).content.decode()
    assert ("1 new since" in page) is bool(row.new)


def test_the_page_to_print_says_everything_once(college: College, sign_in: Any, target_of: Any, note_of: Any) -> None:
    target_of("Ada", what="Hand in the essay")
    note_of("Ada", by=college.mendes, text="Helped a friend", kind="praise")
    note_of("Ada", by=college.mendes, text="For others", audience="named")
    address = reverse("interventions:meeting_page", args=[college.student("Ada").public_id])
    page = sign_in(college.okafor).get(address).content.decode()
    for shown in ("Hand in the essay", "Helped a friend", "Questions worth asking", "Attendance"):
        assert shown in page
    assert "For others" not in page
