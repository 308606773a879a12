"""Handover to the next tutor: a draft, handed over, and read as far as each reader may know."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.models import Entry
from interventions.actions.handovers import AlreadyHanded, NoteChanged, hand_over, take_back, write_note
from interventions.models import HandoverNote
from interventions.queries.handovers import handed_to, handover_page, to_write
from tests.college import College

WORDS = "Works best in the morning; ask about football."


def page_of(college: College, caseload: str = "10A") -> str:
    """The address of a caseload's handover."""
    return reverse("interventions:handover_detail", args=[college.caseloads[caseload].public_id])


def written(college: College, by: Any = None) -> HandoverNote:
    """A line about Ada, in the draft of 10A."""
    note = write_note(college.caseloads["10A"], college.student("Ada").pk, WORDS, 0, by=by or college.okafor)
    assert note is not None
    return note


def next_tutor(college: College) -> Any:
    """Sam, who looks after 10A from today on."""
    college.grant(college.sam, "tutor", "caseload", college.caseloads["10A"])
    return college.sam


def test_a_draft_is_its_writers_until_it_is_handed_over(college: College, sign_in: Any) -> None:
    written(college)
    handover = page_of(college)
    student = reverse("caseload:student_detail", args=[college.student("Ada").public_id])
    assert WORDS in sign_in(college.okafor).get(handover).content.decode()
    assert WORDS in sign_in(college.lind).get(handover).content.decode()
    assert sign_in(college.brandt).get(handover).status_code == 404
    assert WORDS not in sign_in(college.okafor).get(student).content.decode()
    sign_in(college.okafor).post(reverse("interventions:handover_send", args=[college.caseloads["10A"].public_id]))
    sam = next_tutor(college)
    assert [line.caseload.name for line in handed_to(sam)] == ["10A"]
    assert WORDS in sign_in(sam).get(handover).content.decode()
    assert WORDS in sign_in(sam).get(student).content.decode()
    assert WORDS not in sign_in(college.mendes).get(student).content.decode()
    # Whoever reaches none of its students finds nothing, and who reaches some reads of those alone.
    assert sign_in(college.brandt).get(handover).status_code == 404
    house = handover_page(college.hollis, college.caseloads["10A"].public_id)
    assert house is not None
    assert [row.student["given_name"] for row in house.summaries] == ["Ada", "Ben", "Gita", "Esra"]
    assert Entry.objects.filter(verb="caseload_handed_over").count() == 1
    take_back(college.caseloads["10A"], by=college.okafor)
    assert handed_to(sam) == []


def test_a_summary_says_only_what_the_reader_may_know(college: College, meeting_of: Any, target_of: Any) -> None:
    met = target_of("Ada", what="Read a book", state="met", closed_on=college.today - timedelta(days=3))
    meeting = meeting_of("Ada", tutor_actions="Ask about the club", next_on="2026-12-01")
    target_of("Ada", what="Hand in the essay", set_at=meeting)
    meeting_of("Ada", days_ago=1, audience="named", notes="Between us")
    written(college)
    hand_over(college.caseloads["10A"], by=college.okafor)
    sam = next_tutor(college)

    def ada(user: Any) -> Any:
        found = handover_page(user, college.caseloads["10A"].public_id)
        assert found is not None
        return found.summaries[0]

    assert (met.state, ada(sam).met, [target.what for target in ada(sam).open]) == ("met", 1, ["Hand in the essay"])
    assert (ada(sam).last, [target.what for target in ada(sam).agreed]) == (meeting, ["Hand in the essay"])
    assert ada(college.okafor).last.notes == "Between us"
    assert ada(sam).note.text == WORDS


def test_two_who_write_at_once_both_see_both(college: College, sign_in: Any) -> None:
    note = written(college)
    ada = str(college.student("Ada").public_id)
    write_note(
        college.caseloads["10A"], college.student("Ada").pk, "From the head of year", note.version, by=college.lind
    )
    with pytest.raises(NoteChanged):
        write_note(college.caseloads["10A"], college.student("Ada").pk, "Mine", note.version, by=college.okafor)
    tutor = sign_in(college.okafor)
    answer = tutor.post(page_of(college), {f"note-{ada}": "Mine 🌧", f"version-{ada}": str(note.version)})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert [words in text for words in ("Mine 🌧", "From the head of year", "Mr Lind wrote this meanwhile")] == [
        True
    ] * 3
    assert HandoverNote.objects.get().text == "From the head of year"
    again = tutor.post(page_of(college), {f"note-{ada}": "Mine 🌧", f"version-{ada}": "2"})
    assert (again.status_code, HandoverNote.objects.get().text) == (302, "Mine 🌧")


def test_what_is_typed_is_kept_and_too_much_is_refused_in_words(college: College, sign_in: Any) -> None:
    tutor, ada = sign_in(college.okafor), college.student("Ada")
    box = reverse("interventions:handover_note", args=[college.caseloads["10A"].public_id, ada.public_id])
    kept = tutor.post(box, {f"note-{ada.public_id}": "a\x00b", f"version-{ada.public_id}": "0"})
    assert "Kept as a draft at" in kept.content.decode()
    assert HandoverNote.objects.get().text == "ab"
    long = tutor.post(box, {f"note-{ada.public_id}": "x" * 20_001, f"version-{ada.public_id}": "1"})
    assert "This has 20,001 letters; at most 20,000 are kept" in long.content.decode()
    imran = college.student("Imran")
    away = reverse("interventions:handover_note", args=[college.caseloads["10A"].public_id, imran.public_id])
    assert tutor.post(away, {f"note-{imran.public_id}": "x"}).status_code == 404
    with pytest.raises(PermissionDenied):
        write_note(college.caseloads["10A"], imran.pk, "x", 0, by=college.okafor)
    hand_over(college.caseloads["10A"], by=college.okafor)
    with pytest.raises(AlreadyHanded):
        written(college)
    assert [line.caseload.name for line in to_write(college.lind)] == ["10A", "10B"]


def test_the_page_costs_the_same_however_many_students_and_prints(
    college: College, sign_in: Any, meeting_of: Any, target_of: Any, django_assert_max_num_queries: Any
) -> None:
    tutor = sign_in(college.okafor)

    def count() -> int:
        tutor.get(page_of(college))
        with django_assert_max_num_queries(100) as seen:
            tutor.get(page_of(college))
        return len(seen)

    meeting = meeting_of("Ada")
    target_of("Ada", set_at=meeting)
    written(college)
    few = count()
    for given in ("Ben", "Chloe", "Dmytro", "Esra", "Finn", "Gita", "Hugo"):
        target_of(given, set_at=meeting_of(given))
        write_note(college.caseloads["10A"], college.student(given).pk, WORDS, 0, by=college.okafor)
    assert count() == few
    printed = tutor.get(reverse("interventions:handover_print", args=[college.caseloads["10A"].public_id]))
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
    assert Entry.objects.get(verb="handover_printed").details == {"students": 8}
