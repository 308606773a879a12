"""Rosters that are broken or hostile: every problem is placed, nothing is half done, and nothing is guessed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from accounts.models import User
from caseload.models import Site, Student, StudentContact, TeachingGroupMembership
from core.names import clean
from exchange.reading import MOST_FILES
from exchange.tables import LONGEST_CELL
from tests.exchange.conftest import SMALL, zipped
from tests.exchange.rosters import DATA, run

pytestmark = pytest.mark.django_db
Roster = Callable[..., Path]
HEAD = SMALL["Student"].splitlines()[0]


def students(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


def nothing_is_there() -> bool:
    return not (Site.objects.exists() or Student.objects.exists() or User.objects.exists())


def one_problem(found: dict[str, Any]) -> tuple[str, int, str, str]:
    (problem,) = found["problems"]
    return problem["file"], problem["line"], problem["column"], problem["value"]


def test_the_small_roster_itself_is_in_order(roster: Roster) -> None:
    found, status = run(roster())
    assert (status, found["problems"]) == (0, [])
    assert found["created"] == {"site": 1, "staff": 1, "student": 2, "contact": 0, "group": 1, "membership": 3}


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"Student": SMALL["Student"].replace("Username", "User")}, ("Student.csv", 1, "Username", "")),
        ({"Teacher": None}, ("Teacher.csv", 0, "", "")),
        ({"School": ""}, ("School.csv", 1, "", "")),
        ({"School": " \r\n\r\n"}, ("School.csv", 1, "", "")),
        ({"Student": students("s1,8239999,a,Ora,Klein,10", "s1,8239999,b,Zoe,Hay,9")}, ("Student.csv", 3, "ID", "s1")),
        ({"School": SMALL["School"] + "8239999,Other\n"}, ("School.csv", 3, "DfE Number", "8239999")),
        ({"Section": SMALL["Section"] + "g1,8239999,Again\n"}, ("Section.csv", 3, "ID", "g1")),
        ({"Student": students("s1,8239999,a,Or\x00a,Klein,10")}, ("Student.csv", 2, "", "")),
        ({"Student": students('s1,8239999,a,"Ora,Klein,10')}, ("Student.csv", 2, "", "")),
    ],
    ids=["column", "file", "empty", "blank", "student twice", "school twice", "section twice", "zero byte", "quote"],
)
def test_a_fatal_problem_changes_nothing(
    roster: Roster, changed: dict[str, str | None], place: tuple[str, int, str, str]
) -> None:
    found, status = run(roster(**changed))
    assert status == 1
    assert place in {(p["file"], p["line"], p["column"], p["value"]) for p in found["problems"]}
    assert (found["created"], nothing_is_there()) == ({}, True)


def test_a_fatal_problem_changes_nothing_of_what_is_there(roster: Roster) -> None:
    run(roster())
    later = students("s1,8239999,a,Changed,Klein,10", "s3,8239999,c,New,One,9", "s3,8239999,c,New,One,9")
    assert run(roster("later", Student=later))[1] == 1
    assert sorted(Student.objects.values_list("given_name", flat=True)) == ["Ora", "Zoë"]


def test_files_of_no_format_and_no_files_at_all(tmp_path: Path) -> None:
    (tmp_path / "pets.csv").write_text("a,b\n1,2\n")
    found, status = run(tmp_path)
    assert (status, "pets.csv" in found["problems"][0]["message"]) == (1, True)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no CSV file" in run(empty)[0]["problems"][0]["message"]
    assert "There is nothing at" in run(tmp_path / "absent")[0]["problems"][0]["message"]
    assert "neither a folder nor a zip" in run(tmp_path / "pets.csv")[0]["problems"][0]["message"]


@pytest.mark.parametrize("row", ["s1,8239999,a,Ora,Klein", "s1,8239999,a,Ora,Klein,10,extra"])
def test_a_ragged_row_is_left_out_and_named(roster: Roster, row: str) -> None:
    enrolled = "Section ID,ID\n"
    found, status = run(roster(Student=students(row, "s2,8239999,b,Zoe,Hay,9"), StudentEnrollment=enrolled))
    assert (status, one_problem(found)) == (0, ("Student.csv", 2, "", ""))
    assert [s.given_name for s in Student.objects.all()] == ["Zoe"]


def test_a_cell_may_have_four_thousand_characters_and_no_more(roster: Roster) -> None:
    rows = students(f"s1,8239999,a,{'x' * LONGEST_CELL},Klein,10", f"s2,8239999,b,{'y' * (LONGEST_CELL + 1)},Hay,9")
    found, status = run(roster(Student=rows, StudentEnrollment="Section ID,ID\n"))
    assert (status, one_problem(found)) == (0, ("Student.csv", 3, "First Name", ""))
    assert Student.objects.get().given_name == "x" * 100


def test_lines_are_counted_as_an_editor_counts_them(roster: Roster) -> None:
    rows = students('s1,8239999,a,"Ora\nMay",Klein,10', "", "s2,8239999,b,Zoe,Hay,ninth")
    found, _ = run(roster(Student=rows))
    assert one_problem(found) == ("Student.csv", 5, "Grade", "ninth")
    assert Student.objects.filter(given_name="Ora May").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_other_encodings_are_read_or_named_and_never_garbled(roster: Roster, encoding: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    found, status = run(roster(Student=mark + students("s1,8239999,a,Zoë,O’Hara,10").encode(encoding)))
    names = [(s.given_name, s.family_name) for s in Student.objects.all()]
    assert names in ([("Zoë", "O’Hara")], [])
    if not names:
        assert (status, found["problems"][0]["file"]) == (1, "Student.csv")


def test_formulas_are_text_and_stay_as_they_are(roster: Roster) -> None:
    cells = ["=1+1", "+44", "-2", "@SUM(A1)", '=HYPERLINK(""http://x"")']
    rows = [f's{at},8239999,u{at},"{cell}",Klein,10' for at, cell in enumerate(cells)]
    run(roster(Student=students(*rows), StudentEnrollment="Section ID,ID\n"))
    stored = set(Student.objects.values_list("given_name", flat=True))
    assert stored == {"=1+1", "+44", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'}


def test_references_that_lead_nowhere_are_left_out(roster: Roster) -> None:
    found, status = run(
        roster(
            StudentEnrollment=SMALL["StudentEnrollment"] + "g9,s1\ng1,s9\n",
            Student=SMALL["Student"] + "s3,1,c@lane.example,Far,Away,9\n",
        )
    )
    assert status == 0
    assert {(p["file"], p["line"], p["column"], p["value"]) for p in found["problems"]} == {
        ("StudentEnrollment.csv", 4, "Section ID", "g9"),
        ("StudentEnrollment.csv", 5, "ID", "s9"),
        ("Student.csv", 4, "School DfE Number", "1"),
    }
    assert TeachingGroupMembership.objects.count() == 2


# --- zips -------------------------------------------------------------------------------------------------------------


def said(path: Path) -> str:
    found, status = run(path)
    assert (status, nothing_is_there()) == (1, True)
    return str(found["problems"][0]["message"])


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with ZipFile(bomb, "w", ZIP_DEFLATED) as bundle:
        bundle.writestr("Student.csv", b"a" * 20_000_000)
    assert "unpacks to more than a roster can hold" in said(bomb)


def test_a_zip_in_a_zip_and_too_many_files_are_refused(tmp_path: Path) -> None:
    nested = tmp_path / "nested.zip"
    nested.write_bytes(zipped({"inner.zip": zipped({f"{name}.csv": text for name, text in SMALL.items()})}))
    assert "holds no CSV file" in said(nested)
    many = tmp_path / "many.zip"
    many.write_bytes(zipped({f"{number}.csv": "a\n1\n" for number in range(MOST_FILES + 1)}))
    assert "at most" in said(many)


def test_a_broken_zip_is_refused(tmp_path: Path) -> None:
    whole = zipped({f"{name}.csv": text for name, text in SMALL.items()})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole[:60] + b"\xff" * 40 + whole[100:])
    assert said(broken)


def test_paths_in_a_zip_are_names_and_nothing_is_written(tmp_path: Path) -> None:
    sly = tmp_path / "deep" / "sly.zip"
    sly.parent.mkdir()
    prefixes = ["../../", "/", "a/b/", "..\\", "C:\\", "./"]
    sly.write_bytes(
        zipped({f"{way}{name}.csv": text for way, (name, text) in zip(prefixes, SMALL.items(), strict=True)})
    )
    found, status = run(sly)
    assert (status, found["created"]["student"]) == (0, 2)
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "sly.zip"]


def test_the_same_file_in_two_folders_is_for_a_person_to_decide(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{name}.csv": text for name, text in SMALL.items()}
    both = tmp_path / "both.zip"
    both.write_bytes(zipped(files | {"old/student.csv": SMALL["Student"]}))
    assert "Two files" in said(both)


# --- names ------------------------------------------------------------------------------------------------------------


def naughty() -> list[str]:
    path = DATA / "naughty-strings" / "blns.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


@pytest.mark.skipif(not naughty(), reason="the naughty strings are not beside this checkout")
def test_every_naughty_string_is_stored_as_it_came(tmp_path: Path) -> None:
    import csv

    names = [name for name in naughty() if clean(name)]
    for file, text in SMALL.items():
        (tmp_path / f"{file}.csv").write_text(text)
    with (tmp_path / "Student.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD.split(","))
        for at, name in enumerate(names):
            writer.writerow([f"n{at}", "8239999", f"n{at}@lane.example", name, f"F{at:03d} {name}", "10"])
    (tmp_path / "StudentEnrollment.csv").write_text("Section ID,ID\n")
    found, status = run(tmp_path)
    assert (status, found["problems"], found["created"]["student"]) == (0, [], len(names))
    stored = {student.family_name[:4]: student for student in Student.objects.all()}
    for at, name in enumerate(names):
        student = stored[f"F{at:03d}"]
        assert student.given_name == clean(name)[:100]
        assert student.family_name == clean(f"F{at:03d} {name}")[:100]
    again, _ = run(tmp_path)
    assert (again["created"]["student"], again["updated"]["student"]) == (0, 0)


def test_nobody_is_given_parental_responsibility_by_a_roster() -> None:
    if not (DATA / "sds-v2.1").is_dir():
        pytest.skip("the real rosters are not beside this checkout")
    run(DATA / "sds-v2.1")
    assert set(StudentContact.objects.values_list("parental_responsibility", flat=True)) <= {False, None}
