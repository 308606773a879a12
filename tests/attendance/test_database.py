"""What the database itself refuses, whoever asks."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from attendance import actions
from attendance.models import AttendanceCode, SessionMark, SessionMarkChange
from tests.attendance.conftest import marks_for, session_of


@pytest.fixture
def taken(college):
    actions.mark_register(by=college.okafor, register=session_of(college), marks=marks_for(college, Ada="N"))
    return college.student("Ada").pk


def refused(statement, *params):
    with pytest.raises(DatabaseError) as stopped, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return str(stopped.value).splitlines()[0]


def test_a_change_without_a_new_version_is_refused(taken):
    sentence = refused("UPDATE attendance_sessionmark SET code_id = NULL, reason = 'x' WHERE student_id = %s", taken)
    assert sentence == "A change of a mark needs somebody who made it."


def test_a_change_by_nobody_is_refused(taken):
    sentence = refused(
        "UPDATE attendance_sessionmark SET minutes_late = 3, version = 2, marked_by_id = NULL WHERE student_id = %s",
        taken,
    )
    assert sentence == "A change of a mark needs somebody who made it."


def test_taking_a_mark_away_without_a_reason_is_refused(taken):
    sentence = refused("UPDATE attendance_sessionmark SET code_id = NULL, version = 2 WHERE student_id = %s", taken)
    assert sentence == "Taking a mark away needs a reason."


def test_a_mark_does_not_move_to_another_student(taken):
    sentence = refused("UPDATE attendance_sessionmark SET slot = 2, version = 2 WHERE student_id = %s", taken)
    assert sentence == "A mark stays with its student, day and place."


def test_the_application_deletes_no_mark(taken):
    assert refused("DELETE FROM attendance_sessionmark") == "permission denied for table attendance_sessionmark"
    assert refused("TRUNCATE attendance_lessonmark") == "permission denied for table attendance_lessonmark"


@pytest.mark.parametrize(
    "verb", ["UPDATE attendance_sessionmarkchange SET reason = 'x'", "DELETE FROM attendance_sessionmarkchange"]
)
def test_the_record_of_changes_is_append_only(taken, verb):
    assert refused(verb) == "permission denied for table attendance_sessionmarkchange"


def test_the_application_writes_no_change_by_hand(taken):
    statement = (
        "INSERT INTO attendance_lessonmarkchange (student_id, date, slot, previous_note, new_note, previous_at, reason,"
        " changed_by_system, role_at_time, changed_at) VALUES (%s, '2026-11-20', 1, '', '', now(), '', 'x', '', now())"
    )
    assert refused(statement, taken) == "permission denied for table attendance_lessonmarkchange"


def test_first_entry_leaves_no_change(taken):
    assert not SessionMarkChange.objects.exists()
    assert SessionMark.objects.get(student_id=taken).version == 1


def test_a_code_is_in_force_once_at_a_time(college):
    with pytest.raises(IntegrityError), transaction.atomic():
        AttendanceCode.objects.create(series="session", code="I", short="Ill", meaning="Ill", stat_class="AA")


def test_the_guards_are_triggers_that_fire_for_the_owner_too(college, owner_connection):
    rows = owner_connection.execute(
        "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgname IN ('attendance_note_change', 'attendance_changes_stay') ORDER BY 1, 2"
    ).fetchall()
    assert rows == [
        ("attendance_lessonmark", "attendance_note_change", "O"),
        ("attendance_lessonmarkchange", "attendance_changes_stay", "O"),
        ("attendance_sessionmark", "attendance_note_change", "O"),
        ("attendance_sessionmarkchange", "attendance_changes_stay", "O"),
    ]
