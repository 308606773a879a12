"""The commands, and loading past the registers."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from attendance import actions, loading
from attendance.dfe import COLUMNS, HEADLINES, REASONS
from attendance.models import AttendanceCode, LessonMark
from attendance.queries.figures.verification import differences
from core import clock
from tests.attendance.conftest import marks_for, session_of


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def calc(*arguments):
    """What `attendance_calc` prints, what it says beside that, and its exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command("attendance_calc", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return out.getvalue(), err.getvalue(), ended.code
    return out.getvalue(), err.getvalue(), 0


def test_calc_prints_students_and_total_and_names_rows_left_out(db, tmp_path):
    file = tmp_path / "marks.csv"
    file.write_text(
        "\ufeffStudent,Date,Session,Code\nana,2026-09-09,AM,/\nana,2026-09-09,PM,I\nben,2026-09-09,AM,QQ\n",
        encoding="utf-8",
    )
    out, err, status = calc(str(file))
    assert (err, status) == ("line 4, code “QQ”: there is no such code\n1 row is not counted.\n", 1)
    assert out.splitlines()[1].split("\t") == [
        "ana",
        "2",
        "1",
        "0",
        "1",
        "0",
        "1",
        "1",
        "0",
        "50.0000",
        "yes",
        "yes",
        "0",
    ]
    printed, _, status = calc(str(file), "--json")
    found = json.loads(printed)
    assert status == 1
    assert found["total"]["attendance"] == 50.0
    assert found["problems"] == [{"line": 4, "column": "code", "value": "QQ", "message": "there is no such code"}]


def test_calc_counts_nothing_that_can_not_be_so_and_ends_with_one(db, tmp_path):
    """A present of the other half, a weekend, a day to come, a year before the codes, a second mark: each named, none counted."""
    file = tmp_path / "marks.csv"
    rows = (
        "ana,2026-11-20,AM,/", "ana,2026-11-20,PM,/", "ana,2026-11-19,AM,\\", "ana,2026-11-21,AM,/", "ana,2099-11-20,AM,/",
        "ana,1926-11-24,AM,/", "ana,2026-11-20,AM,N", "ana,2026-02-31,AM,/", "ana,2026-11-19,noon,/", ",2026-11-19,PM,\\",
        "ana,2026-11-19,PM,\\", "ana,2026-11-18,AM,-",
    )  # fmt: skip
    file.write_text("student,date,session,code\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with clock.set_to(clock.at(date(2026, 11, 30), 9)):
        out, err, status = calc(str(file))
    assert err.splitlines() == [
        "line 3, code “/”: / is present in the morning; in the afternoon use \\.",
        "line 4, code “\\”: \\ is present in the afternoon; in the morning use /.",
        "line 5, date “2026-11-21”: a Saturday; there are no sessions at weekends",
        "line 6, date “2099-11-20”: this day is still to come",
        "line 7, date “1926-11-24”: too long ago; marks are read from 2006 on",
        "line 8, session “2026-11-20 AM”: a second mark for this student and session",
        "line 9, date “2026-02-31”: no date; write 2026-11-20",
        "line 10, session “noon”: no session; write AM or PM",
        "line 11, student “”: no student",
        "9 rows are not counted.",
    ]
    total = out.splitlines()[-1].split("\t")
    assert (total[:2], total[-1], status) == (["TOTAL", "2"], "1", 1)


def test_calc_of_a_file_that_is_right_ends_with_nought(db, tmp_path):
    file = tmp_path / "marks.csv"
    file.write_text("student,date,session,code\nana,2026-09-09,AM,/\nana,2026-09-09,PM,\\\n", encoding="utf-8")
    _, err, status = calc(str(file))
    assert (err, status) == ("", 0)


def test_calc_names_the_line_that_stands_in_the_file_and_keeps_the_rest(db, tmp_path):
    file = tmp_path / "marks.csv"
    file.write_bytes(
        b'student,date,session,code\n\n"ana\nmaria",2026-09-09,AM,/\nZo\xeb,2026-09-09,AM,/\nben,2026-09-09,AM\n'
    )
    out, err, _ = calc(str(file))
    assert err.splitlines() == [
        "line 5: marks.csv is not in UTF-8; it was read as Windows-1252. Check names with accents, and save it as UTF-8.",
        "line 6: 3 cells where the first line names 4. The row was left out.",
        "1 row is not counted.",
    ]
    assert [line.split("\t")[0] for line in out.splitlines()] == ["student", "ana", "maria", "Zoë", "TOTAL"]
    assert out.splitlines()[-1].split("\t")[:2] == ["TOTAL", "2"]


SEPTEMBER = "student{0}date{0}session{0}code\nana{0}9/3/2026{0}AM{0}/\nana{0}10/3/2026{0}AM{0}N\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_calc_asks_how_dates_with_slashes_are_read(db, tmp_path, separator):
    """9/3/2026 is 9 March, or 3 September: nothing is guessed, whatever parts the cells."""
    file = tmp_path / "marks.csv"
    file.write_text(SEPTEMBER.format(separator), encoding="utf-8")
    with pytest.raises(CommandError) as asked:
        calc(str(file))
    assert str(asked.value) == (
        "marks.csv, line 1, date: “9/3/2026” 2 dates are written with slashes, and nothing says whether the day or the month"
        " comes first. Every one of them could be day/month/year or month/day/year. Nothing was taken until somebody says it."
        " Say it with --dates dmy or --dates mdy."
    )
    with clock.set_to(clock.at(date(2026, 11, 30), 9)):
        out, err, status = calc(str(file), "--dates", "dmy")
        assert (out.splitlines()[-1].split("\t")[:3], err, status) == (["TOTAL", "2", "1"], "", 0)
        _, err, status = calc(str(file), "--dates", "mdy")
    assert (err.splitlines(), status) == (
        ["line 3, date “10/3/2026”: a Saturday; there are no sessions at weekends", "1 row is not counted."], 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xef\xbb\xbf", "marks.csv, line 1: marks.csv is empty: not even a line of column names."),
        (b"", "marks.csv, line 1: marks.csv is empty: not even a line of column names."),
        (
            SEPTEMBER.format(",").encode("utf-16")[:-1],
            "marks.csv, line 1: marks.csv is cut off or damaged: its text (UTF-16) can’t be read to the end. Export it again.",
        ),
    ],
)
def test_calc_says_what_is_wrong_with_a_file_that_can_not_be_read(db, tmp_path, content, sentence):
    file = tmp_path / "marks.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        calc(str(file))
    assert str(refused.value) == sentence


def test_calc_says_what_a_file_lacks(db, tmp_path):
    file = tmp_path / "marks.csv"
    file.write_text("student,date\nana,2026-09-09\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"marks\.csv has no column code, session\."):
        run("attendance_calc", str(file))
    with pytest.raises(CommandError, match="can't be read"):
        run("attendance_calc", str(tmp_path / "none.csv"))


FIGURES = (*HEADLINES, *REASONS.values())


def row_of_dfe(**changed):
    """A row of the DfE's file: a hundred sessions, one absence for each reason, and what each comes to in per cent."""
    counts = dict.fromkeys(COLUMNS.values(), 0) | {COLUMNS[code]: 1 for code in REASONS} | {"reason_present_am": 86}
    shares = dict.fromkeys(REASONS.values(), "1") | {"attendance_perc": "86", "overall_absence_perc": "14"}
    shares |= {"authorised_absence_perc": "10", "unauthorised_absence_perc": "4"}
    place = {"la_name": "Leeds", "region_name": "", "country_name": "England", "education_phase": "Secondary"}
    classes = {"present_sessions": 86, "approved_educational_activity": 0, "authorised_absence": 10, "unauthorised_absence": 4}  # fmt: skip
    return place | counts | classes | {"possible_sessions": 100} | shares | changed


def check_dfe(tmp_path, row):
    """What the command prints of a file with this one row, and its exit status."""
    file, out = tmp_path / "dfe.csv", StringIO()
    file.write_text(f"{','.join(row)}\n{','.join(map(str, row.values()))}\n", encoding="utf-8")
    try:
        call_command("attendance_check_dfe", str(file), stdout=out)
    except SystemExit as ended:
        return out.getvalue().splitlines(), ended.code
    return out.getvalue().splitlines(), 0


def test_check_dfe_sets_every_percentage_of_the_file_beside_ours(db, tmp_path):
    row = row_of_dfe()
    lines, status = check_dfe(tmp_path, row)
    shown = [f"Leeds, Secondary: {name} ours {row[name]}.000000 theirs {row[name]}.000000" for name in FIGURES]
    assert lines[: len(FIGURES)] == shown
    assert (lines[len(FIGURES) :], status) == (
        [
            "0 rows left out: suppressed, or of another phase",
            "0 sessions are authorised in the file under no code, in 0 rows; nothing is added for them",
            "18 percentages compared",
            "largest difference beside what the file leaves unexplained 0.00000000",
            "largest difference 0.00000000 in 1 rows",
        ],
        0,
    )


def test_check_dfe_leaves_a_few_sessions_unexplained_and_no_more(db, tmp_path):
    """Sixty thousand sessions, of which the file shows a few authorised ones under no code."""
    counts = {COLUMNS[code]: 600 for code in REASONS} | {"reason_present_am": 51_600, "present_sessions": 51_600}
    classes = {"authorised_absence": 6_006, "unauthorised_absence": 2_400, "possible_sessions": 60_006}
    shares = {name: f"{100 * number / 60_006:.8f}" for name, number in (
        ("attendance_perc", 51_600), ("overall_absence_perc", 8_406), ("authorised_absence_perc", 6_006),
        ("unauthorised_absence_perc", 2_400), *((column, 600) for column in REASONS.values()))}  # fmt: skip
    lines, status = check_dfe(tmp_path, row_of_dfe(**counts, **classes, **shares))
    told = "Leeds, Secondary: Authorised absence ours 6,000 theirs 6,006"
    assert f"within what is allowed: {told}" in lines
    assert "6 sessions are authorised in the file under no code, in 1 rows; nothing is added for them" in lines
    assert status == 0
    lines, status = check_dfe(tmp_path, row_of_dfe(**counts, **(classes | {"authorised_absence": 6_007}), **shares))
    assert (f"CLASSES DIFFER: {told[:-1]}7" in lines, status) == (True, 1)


def test_check_dfe_compares_each_class_with_the_departments_own_count(db, tmp_path):
    for column in ("present_sessions", "approved_educational_activity", "unauthorised_absence"):
        row = row_of_dfe()
        lines, status = check_dfe(tmp_path, row | {column: row[column] + 1})
        assert (sum(line.startswith("CLASSES DIFFER: Leeds, Secondary: ") for line in lines), status) == (1, 1)


def test_check_dfe_fails_on_one_reason_that_differs_and_names_one_that_is_no_number(db, tmp_path):
    lines, status = check_dfe(tmp_path, row_of_dfe(illness_perc="1.00005", auth_study_perc="z"))
    assert "Leeds, Secondary: illness_perc ours 1.000000 theirs 1.000050" in lines
    assert "Leeds, Secondary: auth_study_perc ours 1.000000 theirs “z”, not compared" in lines
    assert (lines[-3], lines[-1], status) == ("17 percentages compared", "largest difference 0.00005000 in 1 rows", 1)


def test_check_dfe_does_not_end_well_with_a_figure_that_it_could_not_compare(db, tmp_path):
    lines, status = check_dfe(tmp_path, row_of_dfe(auth_study_perc="z"))
    assert (lines[-3], status) == ("17 percentages compared", 1)


def test_verify_names_the_difference_ends_with_one_and_repairs(college):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college))
    assert run("attendance_verify")[0] == "0 differences in 8 weeks of students\n"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE attendance_weeksummary SET late = 3 WHERE student_id = %s", [college.student("Ada").pk])
    with pytest.raises(SystemExit) as ended:
        run("attendance_verify")
    assert ended.value.code == 1
    assert "late is 3 in the summary, 0 by the marks" in run("attendance_verify", "--repair")[0]
    assert run("attendance_verify")[0] == "0 differences in 8 weeks of students\n"


def test_marks_loaded_by_copy_are_counted_by_one_rebuild(college):
    code = AttendanceCode.objects.get(series="lesson", site=None, code="/")
    lesson = college.lessons["12 Biology B", 0, 1]
    with connection.cursor() as cursor, cursor.copy(loading.copy_statement("lesson")) as out:
        for name in ("Wren", "Xia"):
            out.write_row(
                (
                    college.student(name).pk,
                    date(2026, 11, 16),
                    lesson.pk,
                    code.pk,
                    None,
                    college.quill.pk,
                    "2026-11-16 09:00+00",
                )
            )
    assert LessonMark.objects.count() == 2
    assert len([*differences("lesson")]) == 2
    assert actions.rebuild_summary() == 2
    assert [*differences("lesson")] == []


def test_keys_and_indexes_stand_again_after_a_fast_load(committing_db, owner_connection):
    shape = (
        "SELECT indexname || indexdef FROM pg_indexes WHERE tablename LIKE 'attendance\\_%mark' UNION ALL"
        " SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text LIKE 'attendance\\_%mark'"
        " ORDER BY 1"
    )
    before = owner_connection.execute(shape).fetchall()
    with owner_connection.transaction():
        statements = [
            line for table in loading.TABLE.values() for line in loading.set_aside(owner_connection.cursor(), table)
        ]
        bare = owner_connection.execute(shape).fetchall()
        for statement in statements:
            owner_connection.execute(statement)
    assert len(bare) < len(before)
    assert owner_connection.execute(shape).fetchall() == before
