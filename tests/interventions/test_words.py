"""Text in any script, and every naughty string, is stored as it was typed and escaped wherever it is shown."""

import json
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from interventions import actions
from interventions.choices import TEXT_LIMIT
from interventions.fields import Words, cleaned
from interventions.forms import NoteForm
from interventions.models import Meeting, Target
from tests.college import College
from tests.interventions.test_pages import talk_to, typed

ROOT = Path(__file__).parents[2]
STRINGS = ROOT.parent / "shared" / "data" / "naughty-strings" / "blns.json"


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    """The Big List of Naughty Strings, where it is to hand."""
    if not STRINGS.exists():
        pytest.skip("the list of naughty strings lies outside the project and is not on this machine")
    return [text for text in json.loads(STRINGS.read_text(encoding="utf-8")) if cleaned(text).strip()]


def bundles(naughty: list[str], letters: int) -> Iterator[list[str]]:
    """All of them, as many at a time as fit into a text of so many letters."""
    some: list[str] = []
    for text in naughty:
        if some and len("\n".join([*some, text])) > letters:
            yield some
            some = []
        some.append(text)
    yield some


def test_every_naughty_string_in_a_one_to_one_and_its_targets(
    college: College, sign_in: Any, naughty: list[str]
) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    for some in bundles(naughty, TEXT_LIMIT // 2):
        sent = typed(client.get(address), notes="\n".join(some), tutor_actions=some[0])
        sent |= {"new1-what": some[-1], "new1-due_on": "2026-12-04"}
        assert client.post(address, sent).status_code == 302
        meeting = Meeting.objects.latest("pk")
        assert meeting.notes == cleaned("\n".join(some)).strip()
        assert meeting.targets_set.get().what == cleaned(some[-1]).strip()
        page = client.get(reverse("interventions:meeting_detail", args=[meeting.public_id])).content.decode()
        assert escape(meeting.notes) in page
        Target.objects.update(state="met", closed_on=college.today)


def test_every_naughty_string_as_a_note_and_on_the_student_page(
    college: College, sign_in: Any, naughty: list[str]
) -> None:
    ada = college.student("Ada")

    def said(text: str) -> Any:
        form = NoteForm({"text": text, "kind": "general", "audience": "teachers"})
        assert form.is_valid(), text
        return form.said()

    assert [said(text).text for text in naughty] == [cleaned(text).strip() for text in naughty]
    client = sign_in(college.okafor)
    for some in bundles(naughty, 2000):
        note = actions.quick_note(ada, said("\n".join(some)), token=uuid4(), by=college.okafor)
        note.refresh_from_db()
        assert note.text == cleaned("\n".join(some)).strip()
        page = client.get(reverse("interventions:note_detail", args=[note.public_id])).content.decode()
        assert escape(note.text) in page
        assert escape(note.text) == note.text or note.text not in page
    assert client.get(reverse("caseload:student_detail", args=[ada.public_id])).status_code == 200


@pytest.mark.parametrize("letter", ["👩🏽‍🎓", "שָׁלוֹם ", "한글", "a"])
def test_twenty_thousand_characters_of_any_script(college: College, sign_in: Any, letter: str) -> None:
    text = (letter * TEXT_LIMIT)[:TEXT_LIMIT].strip()
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    assert client.post(address + "draft/", typed(client.get(address), notes=text)).status_code == 200
    assert client.post(address, typed(client.get(address), notes=text)).status_code == 302
    assert Meeting.objects.get().notes == text


def test_one_character_too_many_is_told_and_kept(college: College, sign_in: Any) -> None:
    client, address = sign_in(college.okafor), talk_to(college, "Ada")
    answer = client.post(address, typed(client.get(address), notes="x" * (TEXT_LIMIT + 1)))
    assert answer.status_code == 422
    assert "x" * TEXT_LIMIT in answer.content.decode()


def test_line_ends_and_the_letter_nul() -> None:
    assert Words().clean("  one\r\ntwo\x00\rthree ") == "one\ntwo\nthree"


def test_no_box_for_words_lets_the_browser_cut_what_is_pasted(college: College, sign_in: Any) -> None:
    page = sign_in(college.okafor).get(talk_to(college, "Ada")).content.decode()
    boxes = page.split("<textarea")[1:]
    assert len(boxes) > 5
    assert [box for box in boxes if "maxlength" in box.split(">")[0]] == []


def text_fields() -> list[tuple[str, forms.CharField]]:
    """Every field for words of every form of support: its form with its name, and the field."""
    modules = [f"interventions.{one.stem}" for one in (ROOT / "interventions").glob("forms*.py")]
    modules += [
        f"caseload.forms.{one.stem}" for one in (ROOT / "caseload" / "forms").glob("*.py") if one.stem != "__init__"
    ]
    found = {}
    for module in map(import_module, modules):
        for name, form in vars(module).items():
            for field_name, field in getattr(form, "base_fields", {}).items():
                if type(field) in (forms.CharField, Words):
                    found[f"{form.__module__}.{name}.{field_name}"] = field
    return sorted(found.items())


def taken(field: forms.CharField, text: str) -> str | None:
    """What a field makes of a text; nothing when it says that it is wrong."""
    try:
        return str(field.clean(text))
    except ValidationError:
        return None


def test_every_naughty_string_in_every_field_of_support(naughty: list[str]) -> None:
    """A field takes it as it is, or refuses it for its length alone; it never breaks and never changes it without a word."""
    fields = text_fields()
    assert len(fields) > 40
    for name, field in fields:
        for text in naughty:
            whole = cleaned(text).strip()
            fits = field.max_length is None or len(whole) <= field.max_length
            assert taken(field, text) == (whole if fits else None), (name, text)
