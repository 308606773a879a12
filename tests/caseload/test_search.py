"""Search: any name order, accents, sound-alikes, numbers, and only those whom somebody reaches."""

import json
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from caseload.models import Student
from caseload.queries.search import find_students, search, words_of
from tests.college import College
from tests.setting_up import setting_up

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
NAMES = DATA / "names" / "names_a.json"
NAUGHTY = DATA / "naughty-strings" / "blns.json"


def named(user: User, text: str) -> list[str]:
    return [row["full_name"] for row in find_students(user, text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("jose garcia", "José García"),
        ("García José", "José García"),
        ("JOSE\u0301", "José García"),
        ("capek lukasz", "Łukasz Čapek"),
        ("lukash", "Łukasz Čapek"),  # by ear
        ("oneill", "Finn O'Neill"),
        ("o'neill", "Finn O'Neill"),
        ("o neal", "Finn O'Neill"),  # by ear, and in two words
        ("d souza", "Chloe d’Souza"),
        ("dsouza", "Chloe d’Souza"),
        ("nguyen", "Mei Nguyễn"),
        ("hussein", "Noor Hussain"),  # by ear
        ("kovalneko", "Dmytro Kovalenko"),  # two letters changed places
        ("abel", "Ada Ábel"),
    ],
)
def test_names_are_found_however_they_are_typed(college: College, text: str, first: str) -> None:
    assert named(college.tran, text)[0] == first


def test_every_word_must_match(college: College) -> None:
    assert named(college.tran, "ada zulu") == []


def test_a_whole_name_comes_before_a_part_of_one(college: College) -> None:
    Student.objects.create(given_name="Adamaris", family_name="Quint")
    assert named(college.tran, "ada")[:3] == ["Ada Ábel", "Olivia Adams", "Adamaris Quint"]


def test_a_tutor_finds_nobody_of_the_next_group(college: College) -> None:
    assert named(college.okafor, "imran ali") == []
    assert named(college.brandt, "imran ali") == ["Imran Ali"]


def test_groups_follow_reach(college: College) -> None:
    assert [group.name for group in search(college.okafor, "10").groups] == ["10A", "Year 10", "10x/Ma1"]
    assert [group.name for group in search(college.brandt, "10a").groups] == []
    assert search(college.sam, "10").groups == []
    assert search(college.ward, "year").groups == []


def test_colleagues_are_found_by_anybody_and_those_who_left_by_nobody(college: College) -> None:
    assert [row["name"] for row in search(college.sam, "okafor").staff] == ["Ms Ngozi Okafor"]
    with setting_up():
        User.objects.filter(pk=college.okafor.pk).update(ended_on=college.today)
    assert len(search(college.sam, "okafor").staff) == 1
    with setting_up():
        User.objects.filter(pk=college.okafor.pk).update(ended_on=college.today - timedelta(days=1))
    assert search(college.sam, "okafor").staff == []


def test_numbers_by_their_beginning_and_the_blind_ones_only_for_record_keepers(college: College) -> None:
    ada = college.student("Ada")
    ada.admission_number, ada.upn, ada.uln = "004711", "H801200001001", "1234567899"
    ada.save()
    assert named(college.okafor, "0047") == ["Ada Ábel"]
    assert named(college.brandt, "0047") == []
    assert named(college.okafor, "h8012") == []
    assert named(college.tran, "h801 200") == ["Ada Ábel"]
    assert named(college.tran, "12345") == ["Ada Ábel"]


def test_a_joined_name_is_found_apart_and_the_other_way_round(college: College) -> None:
    Student.objects.create(given_name="Mary Jane", family_name="de la Cruz")
    assert named(college.tran, "delacruz") == ["Mary Jane de la Cruz"]
    assert named(college.tran, "maryjane") == ["Mary Jane de la Cruz"]


@pytest.mark.skipif(not NAMES.is_file(), reason="the list of names is not beside this checkout")
def test_every_listed_name_finds_its_bearer_in_both_orders(college: College) -> None:
    found = json.loads(NAMES.read_text(encoding="utf-8"))
    people = [person for some in found["generated"].values() for person in some[:6]] + found["hand"]
    rows = [
        Student(given_name=person.get("forename") or "", family_name=person.get("surname") or "").prepare()
        for person in people
    ]
    Student.objects.bulk_create(rows)
    for row in rows:
        for text in (f"{row.given_name} {row.family_name}", f"{row.family_name} {row.given_name}"):
            ids = [found["id"] for found in find_students(college.tran, unicodedata.normalize("NFD", text))]
            same = {other.pk for other in rows if other.sort_key == row.sort_key}
            assert same & set(ids), text


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the list of naughty strings is not beside this checkout")
def test_nothing_that_is_typed_breaks_the_search(college: College, sign_in: Any) -> None:
    client = sign_in(college.okafor)
    naughty = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    for text in [*naughty, "\x00", "a\x00b", "%", "_", "\\", "\ud800", "﷽" * 100, "a " * 100]:
        assert len(words_of(text)) <= 6
    for text in [*naughty[::12], "\x00", "a\x00b", "%", "_", "\\", "﷽" * 100, "a " * 100]:
        assert client.get("/search/", {"q": text}).status_code == 200, text


def test_wild_cards_are_letters_like_any_other(college: College) -> None:
    assert named(college.tran, "%") == []
    assert named(college.tran, "_") == []


def test_as_many_queries_for_three_as_for_thirty(college: College) -> None:
    def count(text: str) -> int:
        search(college.tran, "warm up")
        with CaptureQueriesContext(connection) as captured:
            search(college.tran, text)
        return len(captured)

    assert count("garcia") == count("a")


def test_words_are_kept_nowhere(college: College, sign_in: Any, caplog: pytest.LogCaptureFixture) -> None:
    client = sign_in(college.okafor)
    client.get("/search/", {"q": "zanzibar"})
    assert "zanzibar" not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE details::text LIKE '%%zanzibar%%'")
        assert cursor.fetchone() == (0,)


def test_suggestions_are_a_part_with_the_few_best(college: College, sign_in: Any) -> None:
    client = sign_in(college.tran)
    headers = {"HX-Request": "true", "HX-Target": "wm-suggestions"}
    answer = client.get("/search/", {"q": "a"}, headers=headers)
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert answer.content.count(b"data-suggestion") <= 18
