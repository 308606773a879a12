"""The pages: what they show, what they keep, and who gets 404."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from interventions import queries
from interventions.models import Meeting, MeetingDraft, Note, Target, TargetReview
from tests.college import College


def typed(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of an open one-to-one form, with some of it typed."""
    talk = page.context["talk"]
    sent: dict[str, Any] = {
        "draft_key": str(talk.key),
        "continues": talk.continues,
        "seen": str(talk.seen),
        "form_token": str(talk.token),
        "type": str(talk.form["type"].field.queryset.first().pk),
        "held_on": "2026-11-20",
        "audience": "pastoral",
        "next_in": "",
    }
    return sent | changes


def talk_to(college: College, given: str) -> str:
    return reverse("interventions:meeting_new", args=[college.student(given).public_id])


def test_a_one_to_one_is_logged_with_one_tap_and_one_sentence(college: College, sign_in: Any, target_of: Any) -> None:
    target = target_of("Ada")
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    page = client.get(address, headers={"referer": "http://testserver/caseload/?show=overdue"})
    sent = typed(page, notes="All well.", next="/caseload/?show=overdue")
    sent[f"t{target.public_id.hex}-outcome"] = "met"
    sent |= {"new1-what": "Hand in the coursework", "new1-due_on": "2026-12-04", "next_in": "4"}
    answer = client.post(address, sent)
    assert answer.status_code == 302
    assert answer.url == "/caseload/?show=overdue"
    meeting = Meeting.objects.get()
    assert (meeting.notes, meeting.audience, meeting.led_by) == ("All well.", "pastoral", college.okafor)
    assert str(meeting.next_on) == "2026-12-18"
    target.refresh_from_db()
    assert (target.state, str(target.closed_on)) == ("met", "2026-11-20")
    assert Target.objects.get(set_at=meeting).what == "Hand in the coursework"


def test_saving_gathers_nothing_of_what_the_page_shows_beside_the_form(
    college: College, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    sent = typed(client.get(address), notes="All well.")
    gathered: list[Any] = []
    monkeypatch.setattr(
        queries, "prepare", lambda *about: gathered.append(about) or queries.preparation.prepare(*about)
    )
    assert client.post(address, sent | {"held_on": "2026-11-21"}).status_code == 422
    assert len(gathered) == 1, "and a form that comes back has all of it"
    assert client.post(address, sent).status_code == 302
    assert len(gathered) == 1


def test_the_next_student_of_the_caseload_is_offered(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    answer = client.post(address, typed(client.get(address), notes="All well."), follow=True)
    words = " ".join(str(message) for message in answer.context["messages"])
    assert f'Next in 10A: <a href="{talk_to(college, "Ben")}">Ben Carter</a>' in words


def test_faults_keep_what_was_typed_and_nothing_is_saved(college: College, sign_in: Any, target_of: Any) -> None:
    target = target_of("Ada")
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    sent = typed(client.get(address), notes="Kept words", next_in="on", next_on="2026-11-01")
    sent[f"t{target.public_id.hex}-outcome"] = "dropped"
    answer = client.post(address, sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Kept words" in page
    assert "The next one-to-one must come after this one" in page
    assert "Say in a few words why it is dropped" in page
    assert not Meeting.objects.exists()


def test_an_empty_form_is_not_saved(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    answer = client.post(address, typed(client.get(address)))
    assert answer.status_code == 422
    assert "Write a sentence, or tap something" in answer.content.decode()


def test_two_tabs_make_one_meeting_and_the_second_sees_both_versions(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    one, other = client.get(address), client.get(address)
    client.post(address, typed(one, notes="First words"))
    answer = client.post(address, typed(other, notes="Second words"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "First words" in page
    assert "Second words" in page
    assert Meeting.objects.count() == 1
    client.post(address, typed(other, notes="Second words", another="1"))
    assert Meeting.objects.count() == 2


def test_a_double_submit_makes_one_meeting(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    sent = typed(client.get(address), notes="Once")
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert Meeting.objects.count() == 1


def test_a_draft_is_kept_and_taken_up_on_another_device(college: College, sign_in: Any) -> None:
    laptop, phone, address = sign_in(college.okafor), sign_in(college.okafor), talk_to(college, "Ada")
    sent = typed(laptop.get(address), notes="Half a thou", wellbeing="2")
    kept = laptop.post(address + "draft/", sent)
    assert kept.json() == {"saved_at": "10:00", "version": 1, "others": 0}
    page = phone.get(address)
    assert "Half a thou" in page.content.decode()
    assert page.context["form"]["wellbeing"].value() == "2"
    phone.post(address, typed(page, notes="Half a thought, finished"))
    assert Meeting.objects.get().notes == "Half a thought, finished"
    assert not MeetingDraft.objects.exists()


def test_a_draft_from_two_devices_loses_nothing(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    client.post(address + "draft/", typed(client.get(address), notes="Begun"))
    laptop, phone = client.get(address), client.get(address)
    client.post(address + "draft/", typed(laptop, notes="On the laptop"))
    kept = client.post(address + "draft/", typed(phone, notes="On the phone"))
    assert kept.json()["others"] == 1
    page = client.get(address).content.decode()
    assert "On the laptop" in page
    assert "On the phone" in page
    assert MeetingDraft.objects.count() == 2


def test_nobody_else_sees_a_draft(college: College, sign_in: Any) -> None:
    tutor, head, address = sign_in(college.okafor), sign_in(college.lind), talk_to(college, "Ada")
    tutor.post(address + "draft/", typed(tutor.get(address), notes="Only mine"))
    assert "Only mine" not in head.get(address).content.decode()
    key = MeetingDraft.objects.get().key
    head.post(f"{address}draft/{key}/discard/")
    assert MeetingDraft.objects.count() == 1
    tutor.post(f"{address}draft/{key}/discard/")
    assert not MeetingDraft.objects.exists()


def test_a_draft_can_be_kept_with_scripts_off(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    answer = client.post(address, typed(client.get(address), notes="By hand", save_draft="1"))
    assert (answer.status_code, answer.url) == (302, address)
    assert "By hand" in client.get(address).content.decode()


def test_a_target_closed_meanwhile_is_told_and_the_words_are_kept(
    college: College, sign_in: Any, target_of: Any
) -> None:
    target = target_of("Ada")
    tutor, address = sign_in(college.okafor), talk_to(college, "Ada")
    page = tutor.get(address)
    head = sign_in(college.lind)
    head.post(reverse("interventions:target_review", args=[target.public_id]), {"outcome": "met"})
    sent = typed(page, notes="My words")
    sent |= {f"t{target.public_id.hex}-outcome": "not_met", f"t{target.public_id.hex}-line": "my line"}
    answer = tutor.post(address, sent)
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "Mr Lind closed this target on Fri 20 Nov: met." in words
    assert "my line" in words
    assert not Meeting.objects.exists()


def test_who_can_read_is_said_in_names_before_saving(college: College, sign_in: Any) -> None:
    page = sign_in(college.okafor).get(talk_to(college, "Ada"))
    people = page.context["people"]
    assert people.teachers.startswith("You, Mr Hollis, Mr Lind, Mrs Marsh, Ms Mendes; and by role: ")
    assert "Mendes" not in people.pastoral
    assert college.mendes in people.nameable
    assert college.farah not in people.nameable
    assert college.ward not in people.nameable


def test_class_teacher_and_the_next_tutor_cannot_log(college: College, sign_in: Any) -> None:
    address = talk_to(college, "Ada")
    assert sign_in(college.mendes).get(address).status_code == 403
    assert sign_in(college.brandt).get(address).status_code == 404
    assert sign_in(college.brandt).post(address + "draft/", {"notes": "x"}).status_code == 404


def test_a_one_to_one_written_down_later_shows_its_day_and_no_time(college: College, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    sent = typed(client.get(talk_to(college, "Ada")), held_on="2026-11-18", notes="Talked on Wednesday")
    assert client.post(talk_to(college, "Ada"), sent).status_code == 302
    for address in (
        reverse("interventions:due_list") + "?show=recent",
        reverse("caseload:student_detail", args=[college.student("Ada").public_id]),
        reverse("interventions:meeting_detail", args=[Meeting.objects.get().public_id]),
    ):
        page = client.get(address).content.decode()
        assert "Wed 18 Nov" in page
        assert "Wed 18 Nov 1" not in page
        assert "T12:00" not in page
        assert "T23:59" not in page


def test_amending_asks_the_author_and_tells_the_second_person(college: College, sign_in: Any, meeting_of: Any) -> None:
    meeting = meeting_of("Ada", notes="As it was")
    address = reverse("interventions:meeting_amend", args=[meeting.public_id])
    assert sign_in(college.lind).get(address).status_code == 404
    client = sign_in(college.okafor)
    sent = {
        "type": str(meeting.type_id),
        "held_on": "2026-11-13",
        "audience": "pastoral",
        "next_in": "",
        "version": "1",
    }
    assert client.post(address, sent | {"notes": "Amended"}).status_code == 302
    late = client.post(address, sent | {"notes": "From the other tab"})
    assert late.status_code == 422
    assert "Amended" in late.content.decode()
    assert "From the other tab" in late.content.decode()
    meeting.refresh_from_db()
    assert (meeting.notes, meeting.version, meeting.held_at.hour) == ("Amended", 2, 11)
    detail = client.get(reverse("interventions:meeting_detail", args=[meeting.public_id])).content.decode()
    assert "As it was" in detail


@pytest.mark.parametrize(
    ("who", "status"), [("okafor", 200), ("lind", 200), ("mendes", 404), ("brandt", 404), ("ward", 403)]
)
def test_a_pastoral_meeting_is_read_by_pastoral_staff(
    college: College, sign_in: Any, meeting_of: Any, who: str, status: int
) -> None:
    meeting = meeting_of("Ada")
    client = sign_in(getattr(college, who))
    assert client.get(reverse("interventions:meeting_detail", args=[meeting.public_id])).status_code == status


def test_a_quick_note_once(college: College, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    address = reverse("interventions:note_new", args=[college.student("Ada").public_id])
    sent = {"text": "Sang in assembly", "kind": "praise", "audience": "teachers", "form_token": str(uuid4())}
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    note = Note.objects.get()
    page = sign_in(college.mendes).get(reverse("interventions:note_detail", args=[note.public_id]))
    assert "Sang in assembly" in page.content.decode()


def test_a_target_from_the_page_to_its_history(college: College, sign_in: Any) -> None:
    client, ada = sign_in(college.okafor), college.student("Ada")
    address = reverse("interventions:target_new", args=[ada.public_id])
    sent = {"what": "Read a book", "due_on": "2026-12-04", "steps": "Choose one\nRead it", "audience": "teachers"}
    assert client.post(address, sent | {"due_on": "2026-11-01"}).status_code == 422
    assert client.post(address, sent).status_code == 302
    target = Target.objects.get()
    assert [step.text for step in target.steps.all()] == ["Choose one", "Read it"]
    change = reverse("interventions:target_change", args=[target.public_id])
    changed = sent | {"what": "Read two books", "version": "1"}
    assert client.post(change, changed).status_code == 302
    late = client.post(change, changed | {"what": "Read three books"})
    assert late.status_code == 422
    assert "Read two books" in late.content.decode()
    client.post(reverse("interventions:step_tick", args=[target.public_id, 1]), {"done": "1"})
    review = reverse("interventions:target_review", args=[target.public_id])
    assert client.post(review, {"outcome": "not_met", "new_due_on": "2026-12-18", "line": "Ill"}).status_code == 302
    target.refresh_from_db()
    assert (target.state, target.is_open, str(target.due_on)) == ("at_risk", True, "2026-12-18")
    page = client.get(reverse("interventions:target_detail", args=[target.public_id])).content.decode()
    assert "Read a book" in page
    assert "Ill" in page
    assert TargetReview.objects.get().reviewed_by == college.okafor


def test_the_student_page_shows_targets_and_meetings(
    college: College, sign_in: Any, meeting_of: Any, target_of: Any, note_of: Any
) -> None:
    meeting_of("Ada", notes="Pastoral words")
    meeting_of("Ada", notes="Named words", audience="named")
    note_of("Ada", text="Teacher words")
    target_of("Ada", days=-3)
    address = reverse("caseload:student_detail", args=[college.student("Ada").public_id])
    tutor = sign_in(college.okafor).get(address).content.decode()
    head = sign_in(college.lind).get(address).content.decode()
    teacher = sign_in(college.mendes).get(address).content.decode()
    words = ("Pastoral words", "Named words", "Teacher words", "Target of Ada")
    assert [one in tutor for one in words] == [True, True, True, True]
    assert [one in head for one in words] == [True, False, True, True]
    assert [one in teacher for one in words] == [False, False, True, True]


def test_the_lists_beside_what_is_due(college: College, sign_in: Any, meeting_of: Any) -> None:
    meeting_of("Ada", next_on="2026-11-18")
    meeting_of("Ben", days_ago=50)
    meeting_of("Chloe", next_on="2026-11-24")
    tutor = sign_in(college.okafor)
    page = tutor.get(reverse("interventions:due_list"), {"show": "unseen"})
    due = page.context["due"]
    assert [row["student"]["given_name"] for row in due.coming] == ["Chloe"]
    assert [row["student"]["given_name"] for row in due.unseen] == ["Dmytro", "Finn", "Gita", "Esra", "Hugo", "Ben"]
    assert [tab["label"] for tab in page.context["tabs"]] == [
        "Due",
        "Coming one-to-ones",
        "Not seen lately",
        "Unsent drafts",
        "My latest",
    ]
    assert [tab["current"] for tab in page.context["tabs"]] == [False, False, True, False, False]


def test_pages_cost_the_same_with_few_and_with_many(
    college: College,
    sign_in: Any,
    meeting_of: Callable[..., Meeting],
    target_of: Callable[..., Target],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = sign_in(college.okafor)
    addresses = [
        talk_to(college, "Ada"),
        reverse("interventions:due_list") + "?show=coming",
        reverse("interventions:target_list", args=[college.student("Ada").public_id]),
    ]

    def count() -> list[int]:
        numbers = []
        for address in addresses:
            client.get(address)
            with django_assert_max_num_queries(200) as seen:
                client.get(address)
            numbers.append(len(seen))
        return numbers

    for _ in range(3):
        meeting_of("Ada", next_on="2026-11-18")
        target_of("Ada", days=-2)
    few = count()
    for _ in range(27):
        meeting_of("Ada", next_on="2026-11-18")
        target_of("Ada", days=-2)
    assert count() == few


def test_after_a_session_ended_nobody_else_saves_or_keeps_the_words(college: College, sign_in: Any) -> None:
    page = sign_in(college.okafor).get(talk_to(college, "Ada"))
    sent = typed(page, notes="Of Ms Okafor", writer=str(college.okafor.public_id))
    head, address = sign_in(college.lind), talk_to(college, "Ada")
    assert head.post(address + "draft/", sent).status_code == 403
    answer = head.post(address, sent)
    assert answer.status_code == 422
    assert "Somebody else opened this form" in answer.content.decode()
    assert not Meeting.objects.exists()
    assert not MeetingDraft.objects.exists()
