"""Passing a disclosure on: the words become a concern and stay nowhere else, whatever was typed, kept or saved before."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import Entry
from core import naming
from core.pages import keeping
from interventions import actions
from interventions.models import MeetingDraft, Note
from safeguarding.models import Concern
from tests.college import College
from tests.interventions.test_pages import talk_to, typed

SECRET = "zebra crossing at midnight"  # what must be found nowhere afterwards


def rows_with(text: str, by: Any) -> list[str]:
    """Every table in which any row that this person could get holds the text in the clear, by raw SQL."""
    found = []
    with naming.named(by.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT') ORDER BY relname"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{text}%"])
            found += [table] if cursor.fetchone()[0] else []
    return found


def concern_words(by: Any) -> list[tuple[str, str, int | None]]:
    """What the safeguarding team reads."""
    with naming.named(by.pk):
        return [(row.words["what"], row.safe_now, row.student_id) for row in Concern.objects.order_by("recorded_at")]


def test_words_of_a_one_to_one_are_passed_on_and_stay_nowhere(college: College, sign_in: Any, target_of: Any) -> None:
    target = target_of("Ada")
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    sent = typed(client.get(address), notes=SECRET, wellbeing="1", safe_now="no")
    sent |= {f"t{target.public_id.hex}-outcome": "met", f"t{target.public_id.hex}-line": f"She said {SECRET}"}
    client.post(address + "draft/", sent)
    with naming.named(college.okafor.pk):
        keeping.keep(college.okafor.pk, address, address, [("notes", [SECRET])])
        assert keeping.something_waits(college.okafor.pk)
    assert rows_with(SECRET, college.rahman) == ["interventions_meetingdraft"]
    answer = client.post(address, sent | {"pass_on": "1"})
    assert answer.status_code == 302
    assert answer.url.startswith("/safeguarding/")
    assert rows_with(SECRET, college.rahman) == []
    assert not keeping.something_waits(college.okafor.pk)
    words = f"What we talked about: {SECRET}\n\nA line about it: She said {SECRET}"
    assert concern_words(college.rahman) == [(words, "no", college.student("Ada").pk)]
    note = Note.objects.get()
    assert (note.text, note.audience, note.readers.count()) == ("Passed on.", "named", 0)
    # What was tapped may go on; what the page sent just before leaving is not kept after all.
    draft = MeetingDraft.objects.get()
    assert (draft.data["wellbeing"], draft.data[f"t{target.public_id.hex}-outcome"]) == (["1"], ["met"])
    client.post(address + "draft/", sent)
    assert rows_with(SECRET, college.rahman) == []
    client.post(address, sent | {"pass_on": "1"})
    assert len(concern_words(college.rahman)) == 1


def test_drafts_of_other_tabs_go_when_they_hold_the_words_and_stay_when_not(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    for words in (f"Longer here. {SECRET}. And on", "zebra crossing", "About maths and homework"):
        client.post(address + "draft/", typed(client.get(address + "?draft=none"), notes=words))
    sent = typed(client.get(address + "?draft=none"), notes=f"She said this.\n{SECRET}", pass_on="1")
    assert client.post(address, sent).status_code == 302
    kept = sorted(draft.data.get("notes", [""])[0] for draft in MeetingDraft.objects.all())
    assert kept == ["", "About maths and homework"]


def test_the_note_says_only_passed_on_and_nobody_else_reads_that(college: College, sign_in: Any) -> None:
    student = college.student("Ada")
    address = reverse("interventions:note_new", args=[student.public_id])
    answer = sign_in(college.okafor).post(
        address, {"text": SECRET, "kind": "worry", "audience": "teachers", "form_token": str(uuid4()), "pass_on": "1"}
    )
    assert answer.status_code == 302
    note = Note.objects.get()
    assert list(Note.objects.visible_to(college.okafor)) == [note]
    for colleague in (college.mendes, college.lind, college.rahman, college.achebe):
        assert list(Note.objects.visible_to(colleague)) == []
    assert concern_words(college.rahman) == [(f"Note: {SECRET}", "unsure", student.pk)]


def test_passing_on_nothing_says_so(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    answer = client.post(address, typed(client.get(address), pass_on="1"))
    assert answer.status_code == 422
    assert "Write what you want to pass on" in answer.content.decode()


@pytest.mark.parametrize("table", ["meeting", "note"])
def test_sealing_takes_the_words_with_every_earlier_version(
    college: College, sign_in: Any, meeting_of: Any, note_of: Any, target_of: Any, table: str
) -> None:
    if table == "meeting":
        written = meeting_of("Ada", notes=f"First {SECRET}")
        target = target_of("Ada")
        said = actions.ReviewSaid(target, "dropped", f"Because {SECRET}")
        actions.review_target(said, by=college.okafor, meeting=written)
        written.notes = f"Second {SECRET}"
    else:
        written = note_of("Ada", text=f"First {SECRET}")
        written.text = f"Second {SECRET}"
    written.save()
    assert f"interventions_{table}event" in rows_with(SECRET, college.rahman)
    address = reverse(f"interventions:{table}_seal", args=[written.public_id])
    client = sign_in(college.rahman)
    assert client.get(address).status_code == 200
    answer = client.post(address)
    assert answer.url.startswith("/safeguarding/")
    assert rows_with(SECRET, college.rahman) == []
    ((words, _, student_id),) = concern_words(college.rahman)
    assert f"Second {SECRET}" in words
    assert f"First {SECRET}" in words
    assert student_id == college.student("Ada").pk
    written.refresh_from_db()
    assert written.sealed_at is not None
    assert client.post(address).status_code == 404
    for colleague in (college.lind, college.rahman, college.mendes):
        assert list(type(written).objects.visible_to(colleague)) == []
    with naming.named(college.rahman.pk):
        sealed = Entry.objects.filter(verb="sealed_note", object_kind=table, object_id=str(written.pk))
        assert [(entry.actor_id, entry.walled) for entry in sealed] == [(college.rahman.pk, True)]


@pytest.mark.parametrize("who", ["okafor", "lind", "achebe", "novak"])
def test_nobody_but_a_safeguarding_lead_seals(college: College, sign_in: Any, note_of: Any, who: str) -> None:
    note = note_of("Ada", text=SECRET)
    answer = sign_in(getattr(college, who)).post(reverse("interventions:note_seal", args=[note.public_id]))
    assert answer.status_code == 403
    note.refresh_from_db()
    assert (note.text, note.sealed_at) == (SECRET, None)


def test_a_quick_note_for_many_is_one_for_each(college: College, sign_in: Any) -> None:
    students = [college.student(given) for given in ("Ada", "Ben", "Chloe")]
    address = reverse("interventions:note_new_many")
    client = sign_in(college.okafor)
    keys = [str(student.public_id) for student in students]
    assert client.get(address, {"student": keys}).status_code == 200
    sent = {"student": keys, "text": "Helped at the open evening", "kind": "praise", "audience": "teachers"}
    sent["form_token"] = str(uuid4())
    for _ in range(2):
        assert client.post(address, sent).status_code == 302
    assert sorted(Note.objects.values_list("student_id", "text")) == sorted(
        (student.pk, "Helped at the open evening") for student in students
    )
    other = str(college.student("Imran").public_id)
    assert client.post(address, sent | {"student": [*keys, other]}).status_code == 404
