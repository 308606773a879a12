"""Writing marks in two calls: lock and read what stands; write and recount.

Each statement inside such a function sees everything committed before it began, so the order of locking, writing and
recounting is the same as in three statements, without the journeys between. The plans are kept for the connection.
"""

from django.db import migrations

SERIES = {"session": "attendance_sessionmark", "lesson": "attendance_lessonmark"}

FUNCTIONS = "\n".join(
    f"""
CREATE FUNCTION attendance_lock_{series}(students bigint[], weeks date[], who bigint[], days date[], slots bigint[])
RETURNS TABLE (of_student bigint, on_date date, at_slot bigint, code smallint, minutes smallint, said text, seen integer,
    maker bigint, made_at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM attendance_lock_weeks('{series}', students, weeks);
    RETURN QUERY
        SELECT m.student_id, m.date, m.slot::bigint, m.code_id, m.minutes_late, m.note::text, m.version, m.marked_by_id, m.marked_at
        FROM unnest(who, days, slots) AS u (student_id, date, slot)
        JOIN {table} AS m ON m.student_id = u.student_id AND m.date = u.date AND m.slot = u.slot;
END $$;

CREATE FUNCTION attendance_write_{series}(students bigint[], weeks date[], who bigint[], days date[], slots bigint[],
    codes smallint[], minutes smallint[], notes text[], person bigint, system text, moment timestamptz, role text, why text)
RETURNS integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    written integer;
BEGIN
    INSERT INTO {table} AS m
        (student_id, date, slot, code_id, minutes_late, note, marked_by_id, marked_by_system, marked_at)
    SELECT u.student_id, u.date, u.slot, u.code_id, u.minutes_late, u.note, person, system, moment
    FROM unnest(who, days, slots, codes, minutes, notes) AS u (student_id, date, slot, code_id, minutes_late, note)
    ORDER BY u.student_id, u.date, u.slot
    ON CONFLICT (student_id, date, slot) DO UPDATE SET
        code_id = EXCLUDED.code_id, minutes_late = EXCLUDED.minutes_late, note = EXCLUDED.note, version = m.version + 1,
        marked_by_id = EXCLUDED.marked_by_id, marked_by_system = EXCLUDED.marked_by_system,
        marked_at = EXCLUDED.marked_at, marked_as = role, reason = why
    WHERE (m.code_id, m.minutes_late, m.note)
        IS DISTINCT FROM (EXCLUDED.code_id, EXCLUDED.minutes_late, EXCLUDED.note);
    GET DIAGNOSTICS written = ROW_COUNT;
    PERFORM attendance_recount_{series}(students, weeks);
    RETURN written;
END $$;
"""
    for series, table in SERIES.items()
)

NO_FUNCTIONS = "DROP FUNCTION " + ", ".join(
    f"attendance_{what}_{series}" for series in SERIES for what in ("lock", "write")
)


class Migration(migrations.Migration):
    dependencies = [("attendance", "0003_changes_and_summaries")]

    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
