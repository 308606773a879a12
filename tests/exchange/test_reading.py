"""What a file may be like: separators, encodings, headers, years and names, and formats that are named and not read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from caseload.models import Site, Student
from core import clock
from exchange.bundle import Problem
from exchange.formats import read_bundle
from exchange.marks import read_marks
from exchange.tables import read_table
from tests.exchange.conftest import SMALL
from tests.exchange.rosters import DATA, run, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
Roster = Callable[..., Path]
HEAD = SMALL["Student"].splitlines()[0]
ONE = {
    "manifest": "propertyName,value\noneroster.version,1.1\nfile.users,bulk\n",
    "orgs": "sourcedId,name,type\no1,Marsh Lane School,school\n",
    "users": "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
    "u1,true,o1,student,ora,Ora,Klein\nu2,true,o1,teacher,ida@lane.example,Ida,Stone\n",
    "academicSessions": "sourcedId,title,type,startDate,endDate,schoolYear\nt1,Autumn,term,2026-09-01,2026-12-18,2027\n",
    "classes": "sourcedId,title,classType,schoolSourcedId,termSourcedIds\nc1,10x/Hi1,scheduled,o1,t1\n",
    "enrollments": "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\ne1,c1,o1,u1,student\n",
    "demographics": "sourcedId,birthDate,sex\nu1,2011-10-04,female\n",
}
TWO = {
    "orgs": "sourcedId,name,type,parentSourcedId\no1,Marsh Lane School,school,\n",
    "users": "sourcedId,username,givenName,familyName\nu1,ora@lane.example,Ora,Klein\n",
    "roles": "userSourcedId,orgSourcedId,role,grade\nu1,o1,student,10\n",
    "academicSessions": "sourcedId,title,type,startDate\nt1,Autumn,term,2026-09-01\n",
    "classes": "sourcedId,orgSourcedId,title,sessionSourcedIds\nc1,o1,10x/Hi1,t1\n",
    "enrollments": "classSourcedId,userSourcedId,role\nc1,u1,student\n",
    "demographics": "userSourcedId,birthDate\nu1,2011-10-04\n",
}


def said(path: Path, dates: str = "") -> list[tuple[str, int, str, str]]:
    return [(p.file, p.line, p.column, p.message) for p in read_bundle(path, dates).problems]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_read(roster: Roster, separator: str) -> None:
    found, status = run(roster(**{name: text.replace(",", separator) for name, text in SMALL.items()}))
    assert (status, found["problems"], found["created"]["student"]) == (0, [], 2)


def test_the_line_that_excel_writes_first_is_skipped(roster: Roster) -> None:
    student = "sep=;\r\n" + SMALL["Student"].replace(",", ";").replace("10\n", "tenth\n")
    found, _ = run(roster(Student=student))
    assert [(p["file"], p["line"], p["value"]) for p in found["problems"]] == [("Student.csv", 3, "tenth")]


def test_columns_are_found_however_their_names_are_written(roster: Roster) -> None:
    found, status = run(roster(Student=SMALL["Student"].replace("First Name", "first_name").replace("Grade", "GRADE ")))
    assert (status, found["problems"]) == (0, [])
    assert sorted(Student.objects.values_list("given_name", flat=True)) == ["Ora", "Zoë"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf", "Student.csv is empty: not even a line of column names."),
        (b"\xff\xfe", "Student.csv is empty: not even a line of column names."),
        (SMALL["Student"].encode("utf-16")[:-1], "Student.csv is cut off or damaged: its text (UTF-16) can’t be read to the end. Export it again."),
        ((HEAD + "\ns1,8239999,a,Zoë").encode()[:-1], "Student.csv is cut off in the middle of a letter. Export it again."),
        ((HEAD + "\ns1,8239999,a,Zoë,").encode() + "O’Hara é,9\n".encode("cp1252"), "Student.csv is partly in UTF-8 and partly not, so names with accents would be spoilt. Export it as UTF-8."),
        (HEAD.encode() + b"\ns1,8239999,a,Zo\x81,O,9\n", "Student.csv is in an encoding that Waymark does not know. Export it as UTF-8."),
        (b"PK\x03\x04rest", "This is a zip or an Excel workbook, not a CSV file. In Excel, save each sheet as “CSV UTF-8”."),
        (b"<?xml version='1.0'?><CTfile/>", "This is an XML file, not a CSV file. Export the data as CSV."),
        (HEAD.replace("Last Name", "First Name").encode() + b"\n", "The column First Name stands in the first line 2 times. Keep the right one."),
        (b",".join(b"c%d" % each for each in range(501)), "501 columns; a file has at most 500. Is its first line the column names?"),
    ],
    ids=["mark alone", "utf-16 alone", "utf-16 cut", "utf-8 cut", "mixed", "no encoding", "workbook", "xml", "doubled", "wide"],
)  # fmt: skip
def test_what_can_not_be_read_is_said_in_a_sentence(roster: Roster, content: bytes, words: str) -> None:
    found, status = run(roster(Student=content))
    fatal = [p["message"] for p in found["problems"] if p["file"] == "Student.csv"]
    assert (status, fatal) == (1, [words])
    assert (Site.objects.count(), Student.objects.count(), User.objects.count()) == (0, 0, 0)
    marks = read_marks("Student.csv", content)  # the other reader says the same
    assert (marks.is_fatal, words in [problem.message for problem in marks.problems]) == (True, True)


def test_births_that_no_student_can_have_are_left_out_and_named(roster: Roster) -> None:
    born = ["0001-03-02", "7001-07-02", "2024-01-01", "1926-08-31", "2023-09-01", "1927-09-01"]
    rows = "".join(f"s{at},8239999,u{at},F{at},Klein,10,{day}\n" for at, day in enumerate(born))
    bundle = read_bundle(roster(Student=f"{HEAD},Birthdate\n{rows}", StudentEnrollment="Section ID,ID\n"))
    assert [(p.line, p.column, p.value) for p in bundle.problems] == [
        (at + 2, "Birthdate", day) for at, day in enumerate(born[:4])
    ]
    assert [str(student.date_of_birth) for student in bundle.students.values()] == [*["None"] * 4, *born[4:]]
    assert bundle.problems[0].message == (
        "Someone born in 1 would be 2025 years old. Check the date of birth. The date was left out."
    )


@pytest.mark.parametrize(("files", "file"), [(ONE, "demographics"), (TWO, "demographics")], ids=["OneRoster", "v2.1"])
def test_every_format_asks_about_dates_and_refuses_impossible_births(
    tmp_path: Path, files: dict[str, str], file: str
) -> None:
    assert said(write(tmp_path, **files)) == []
    slashes = files | {file: files[file].replace("2011-10-04", "4/10/2011")}
    bundle = read_bundle(write(tmp_path, **slashes))
    assert [(p.file, p.asks_dates) for p in bundle.problems] == [(f"{file}.csv", True)]
    assert [str(s.date_of_birth) for s in read_bundle(tmp_path, "dmy").students.values()] == ["2011-10-04"]
    assert [str(s.date_of_birth) for s in read_bundle(tmp_path, "mdy").students.values()] == ["2011-04-10"]
    bundle = read_bundle(write(tmp_path, **files | {file: files[file].replace("2011", "7011")}))
    assert ([p.column for p in bundle.problems], bundle.students["u1"].date_of_birth) == (["birthDate"], None)


@pytest.mark.parametrize(("files", "column"), [(ONE, "termSourcedIds"), (TWO, "sessionSourcedIds")], ids=["OneRoster", "v2.1"])  # fmt: skip
def test_a_class_that_names_a_missing_term_is_reported(tmp_path: Path, files: dict[str, str], column: str) -> None:
    path = write(tmp_path, **files | {"classes": files["classes"].replace("t1", "t9")})
    words = "No term in academicSessions.csv has this id. Without one the class counts for this school year."
    assert said(path) == [("classes.csv", 2, column, words)]


def test_unknown_columns_and_files_are_listed(tmp_path: Path, roster: Roster) -> None:
    users = (
        ONE["users"]
        .replace("familyName", "familyName,metadata.house")
        .replace("Klein", "Klein,Kestrel")
        .replace("Stone", "Stone,")
    )
    path = write(tmp_path, **ONE | {"users": users, "pets": "a,b\n1,2\n", "results": "sourcedId\n"})
    assert said(path) == [
        ("pets.csv", 0, "", "Waymark does not know this file, so it was not read."),
        ("users.csv", 1, "metadata.house", "Columns that Waymark does not know were not read: metadata.house."),
    ]
    student = (
        SMALL["Student"]
        .replace("Grade", "Grade,Favourite,Shoe")
        .replace(",10\n", ",10,a,b\n")
        .replace(",9\n", ",9,a,b\n")
    )
    assert said(roster(Student=student)) == [
        ("Student.csv", 1, "", "Columns that Waymark does not know were not read: Favourite, Shoe.")
    ]


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"manifest": ONE["manifest"].replace("1.1", "1.2")}, "OneRoster 1.2"),
        (
            {
                "manifest": None,
                "users": ONE["users"].replace(",role,", ",roles,"),
                "roles": "sourcedId,userSourcedId,roleType,role,orgSourcedId\n",
            },
            "OneRoster 1.2",
        ),
        (
            {"manifest": None, "classes": ONE["classes"].replace("schoolSourcedId", "orgSourcedId")},
            "School Data Sync v2",
        ),
    ],
    ids=["1.2 by its manifest", "1.2 by its roles", "v2"],
)
def test_formats_that_are_not_read_are_named(tmp_path: Path, changed: dict[str, str | None], name: str) -> None:
    files = {file: text for file, text in (ONE | changed).items() if text is not None}
    found, status = run(write(tmp_path, **files))
    words = f"This is {name}. Waymark reads Microsoft School Data Sync (v1 UK and v2.1) and OneRoster 1.1: choose one of these where you export."
    assert (status, [p["message"] for p in found["problems"]]) == (1, [words])
    assert not Site.objects.exists()


def test_a_person_needs_a_name(roster: Roster) -> None:
    nameless = SMALL["Student"].replace("Ora,Klein", ",").replace("Zoë", " ")
    found, status = run(roster(Student=nameless))
    assert (status, [(p["line"], p["value"], p["message"]) for p in found["problems"]]) == (
        0,
        [(2, "s1", "A person needs a name. The row was left out.")],
    )
    assert [(s.given_name, s.family_name) for s in Student.objects.all()] == [("", "O’Hara")]
    assert (found["created"]["student"], found["left_out"]["student"], found["left_out"]["membership"]) == (1, 1, 1)


def test_a_file_without_a_column_of_names_brings_nobody_new_and_renames_nobody(roster: Roster) -> None:
    without = "\n".join(
        ",".join(c for at, c in enumerate(line.split(",")) if at != 4) for line in SMALL["Student"].splitlines()
    )
    found, _ = run(roster(Student=without + "\n"))
    assert Student.objects.count() == 0
    assert found["problems"][0]["message"] == (
        "The column Last Name is missing from Student.csv, so names were not read. Add it to the export."
    )
    run(roster())
    found, _ = run(roster("later", Student=without + "\n"))
    assert sorted(Student.objects.values_list("given_name", "family_name")) == [("Ora", "Klein"), ("Zoë", "O’Hara")]
    assert found["updated"]["student"] == 0


# --- hostile files: a sentence, bounded time, nothing half done ---------------------------------------------------------

MESSY = DATA / "dfe-bulk-upload-messy"
needs_messy = pytest.mark.skipif(not MESSY.is_dir(), reason="the messy files are not beside this checkout")


def texts() -> list[str]:
    """Every hostile string there is, of those beside this checkout."""
    found = []
    for folder, file, key in (
        ("naughty-strings", "blns.json", None),
        ("csv-injection", "csv_injection_payloads.json", "payloads"),
    ):
        path = DATA / folder / file
        if path.is_file():
            read = json.loads(path.read_text(encoding="utf-8"))
            found += read[key] if key else read
    return found


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@needs_messy
@pytest.mark.parametrize("name", ["Student", "School", "users", "roles", "orgs", "marks"])
def test_messy_files_are_refused_by_every_reader(tmp_path: Path, roster: Roster, name: str) -> None:
    for path in sorted(MESSY.glob("*.csv")):
        if name == "marks":
            assert read_marks(path.name, path.read_bytes()).is_fatal, path.name
            continue
        base = SMALL if name in SMALL else (TWO if name == "roles" else ONE)
        folder = write(tmp_path / path.stem, **base) if (tmp_path / path.stem).mkdir() is None else tmp_path
        (folder / f"{name}.csv").write_bytes(path.read_bytes())
        bundle = read_bundle(folder)
        fatal = [problem.message for problem in bundle.problems if problem.fatal]
        assert fatal, (path.name, name)
        assert {message[-1] for message in fatal} == {"."}


@needs_messy
@pytest.mark.parametrize("files", [ONE, TWO], ids=["OneRoster", "v2.1"])
def test_hostile_text_is_stored_as_it_came_by_every_reader(tmp_path: Path, files: dict[str, str]) -> None:
    """Names, ids, classes: everything is text, and the same bundle again changes nothing."""
    from core.names import clean

    strings = [text for text in texts() if clean(text)]
    role = "true,o1,student," if files is ONE else ""
    users = [f"h{at},{role}h{at}@lane.example,{quoted(text)},F{at:03d}" for at, text in enumerate(strings)]
    changed = {"users": files["users"] + "\n".join(users) + "\n"}
    if files is TWO:
        changed["roles"] = files["roles"] + "".join(f"h{at},o1,student,10\n" for at in range(len(strings)))
    head = files["classes"].splitlines()[0]
    changed["classes"] = files["classes"] + "".join(
        f"k{at},{quoted(text)},scheduled,o1,t1\n" if files is ONE else f"k{at},o1,{quoted(text)},t1\n"
        for at, text in enumerate(strings)
    )
    assert head in changed["classes"]
    found, status = run(write(tmp_path, **files | changed))
    assert (status, found["problems"], found["created"]["student"]) == (0, [], len(strings) + 1)
    stored = dict(Student.objects.values_list("family_name", "given_name"))
    assert {name: stored[name] for name in stored if name[0] == "F"} == {
        f"F{at:03d}": clean(text)[:100] for at, text in enumerate(strings)
    }
    again, _ = run(tmp_path)
    assert (sum(again["created"].values()), sum(again["updated"].values())) == (0, 0)


@needs_messy
def test_hostile_text_in_marks_refuses_its_row_alone() -> None:
    strings = [text for text in texts() if text.strip() and "\n" not in text]
    rows = [
        ",".join(quoted(text) if at == column else cell for at, cell in enumerate(("A000", "2026-11-20", "AM", "/")))
        for text in strings
        for column in (1, 2)
    ]
    found = read_marks("marks.csv", ("upn,date,session,code\n" + "\n".join(rows) + "\nA000,2026-11-20,AM,/\n").encode())
    refused = {problem.line for problem in found.problems if problem.left_out}
    read_as_session = sum(text.strip().lower() in {"1", "2", "am", "pm"} for text in strings)
    assert (found.is_fatal, len(found.rows), len(refused)) == (False, 1 + read_as_session, len(rows) - read_as_session)


def test_a_very_long_line_takes_no_time() -> None:
    problems: list[Problem] = []
    begun = clock.now()
    assert read_table("long.csv", b"a,b\n" + b'"' + b"x" * 5_000_000, problems) is None
    assert (len(problems), (clock.now() - begun).total_seconds() < 5) == (1, True)
