"""Saving a register in two calls, each with plans that the connection keeps: read it; lock, write, note and audit it.

A register is read before anything is locked; then the weeks of the students whose marks change are locked, and it goes
on only if these marks are still as they were read. So the order stays that of 0003 (lock, write, recount). Only what was
really written is counted anew, and the dates of a roll are read once for each student and week, not once for each mark.
"""

from importlib import import_module

from django.db import migrations

SERIES = {"session": "attendance_sessionmark", "lesson": "attendance_lessonmark"}
GROUPS = {"session": "caseload_caseloadmembership", "lesson": "caseload_teachinggroupmembership"}

# Only days on which the student was on the roll of some site count.
RECOUNT = "\n".join(
    f"""
CREATE OR REPLACE FUNCTION attendance_recount_{series}(students bigint[], weeks date[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    UPDATE attendance_weeksummary AS s SET
        present = n.present, approved = n.approved, authorised = n.authorised, unauthorised = n.unauthorised,
        not_possible = n.not_possible, not_collected = n.not_collected, unmarked = n.unmarked, late = n.late,
        late_after_close = n.late_after_close, minutes_late = n.minutes_late
    FROM (
        SELECT w.student_id, w.week,
            count(*) FILTER (WHERE c.stat_class = 'P') AS present,
            count(*) FILTER (WHERE c.stat_class = 'AEA') AS approved,
            count(*) FILTER (WHERE c.stat_class = 'AA') AS authorised,
            count(*) FILTER (WHERE c.stat_class = 'UA') AS unauthorised,
            count(*) FILTER (WHERE c.stat_class = 'NP') AS not_possible,
            count(*) FILTER (WHERE c.stat_class = 'ADM') AS not_collected,
            count(m.student_id) FILTER (WHERE m.code_id IS NULL) AS unmarked,
            count(*) FILTER (WHERE c.is_late AND c.stat_class IN ('P', 'AEA')) AS late,
            count(*) FILTER (WHERE c.is_late AND c.stat_class IN ('AA', 'UA')) AS late_after_close,
            coalesce(sum(m.minutes_late) FILTER (WHERE c.is_late), 0) AS minutes_late
        FROM (
            SELECT DISTINCT u.student_id, u.week,
                (SELECT range_agg(r.period) FROM caseload_sitemembership AS r WHERE r.student_id = u.student_id) AS on_roll
            FROM unnest(students, weeks) AS u (student_id, week)
        ) AS w
        LEFT JOIN {table} AS m ON m.student_id = w.student_id AND m.date BETWEEN w.week AND w.week + 6 AND w.on_roll @> m.date
        LEFT JOIN attendance_attendancecode AS c ON c.id = m.code_id
        GROUP BY w.student_id, w.week
    ) AS n
    WHERE s.student_id = n.student_id AND s.series = '{series}' AND s.week = n.week
        AND (s.present, s.approved, s.authorised, s.unauthorised, s.not_possible, s.not_collected, s.unmarked, s.late,
            s.late_after_close, s.minutes_late)
        IS DISTINCT FROM (n.present, n.approved, n.authorised, n.unauthorised, n.not_possible, n.not_collected,
            n.unmarked, n.late, n.late_after_close, n.minutes_late);
END $$;
"""
    for series, table in SERIES.items()
)

# What the record of a register says is found by another key in each series.
FOUND_BY = {
    "session": ("caseload_id, slot", "grp, at_slot", "date, caseload_id, slot) WHERE series = 'session'"),
    "lesson": ("lesson_id", "at_slot", "date, lesson_id) WHERE series = 'lesson'"),
}

WRITING = "\n".join(
    f"""
DROP FUNCTION attendance_write_{series};

CREATE FUNCTION attendance_write_{series}(who bigint[], days date[], slots bigint[], codes smallint[], minutes smallint[],
    notes text[], person bigint, system text, moment timestamptz, role text, why text)
RETURNS integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    students bigint[];
    weeks date[];
BEGIN
    WITH written AS (
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
            IS DISTINCT FROM (EXCLUDED.code_id, EXCLUDED.minutes_late, EXCLUDED.note)
        RETURNING m.student_id, m.date
    )
    SELECT array_agg(w.student_id), array_agg(date_trunc('week', w.date)::date) INTO students, weeks FROM written AS w;
    IF students IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM attendance_recount_{series}(students, weeks);
    RETURN cardinality(students);
END $$;

-- A register saved: its marks, and that it was taken by whom and when. `seen` are the versions of the marks as they were
-- read before the weeks were locked; when one of them is no longer so, nothing is done or locked and no row is given.
-- Otherwise gives how many marks were written, the register's number and whether this was the first time; saving again
-- what stands already leaves the record as it is, and no trace. Otherwise it is audited as `verbs` say: the first when it
-- is taken for the first time, the second later.
CREATE FUNCTION attendance_save_{series}(who bigint[], codes smallint[], minutes smallint[], notes text[], seen integer[],
    person bigint, system text, moment timestamptz, role text, why text,
    grp bigint, on_date date, at_slot bigint, closes_at timestamptz, verbs text[], details jsonb, address inet)
RETURNS TABLE (written integer, number bigint, is_first boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    many integer := cardinality(who);
BEGIN
    written := 0;
    IF many > 0 THEN
        BEGIN
            PERFORM attendance_lock_weeks('{series}', who, array_fill(date_trunc('week', on_date)::date, ARRAY[many]));
            IF EXISTS (
                SELECT FROM unnest(who, seen) AS u (student_id, version)
                LEFT JOIN {table} AS m ON m.student_id = u.student_id AND m.date = on_date AND m.slot = at_slot
                WHERE coalesce(m.version, 0) <> u.version
            ) THEN
                RAISE SQLSTATE 'WM001';
            END IF;
        EXCEPTION WHEN SQLSTATE 'WM001' THEN
            RETURN;
        END;
        written := attendance_write_{series}(who, array_fill(on_date, ARRAY[many]), array_fill(at_slot, ARRAY[many]),
            codes, minutes, notes, person, system, moment, role, why);
    END IF;
    INSERT INTO attendance_register AS r (series, {FOUND_BY[series][0]}, date, taken_by_id, taken_at, saved_by_id, saved_at, closed_at)
    VALUES ('{series}', {FOUND_BY[series][1]}, on_date, person, moment, person, moment, closes_at)
    ON CONFLICT ({FOUND_BY[series][2]} DO UPDATE SET
        saved_by_id = CASE WHEN many > 0 THEN EXCLUDED.saved_by_id ELSE r.saved_by_id END,
        saved_at = CASE WHEN many > 0 THEN EXCLUDED.saved_at ELSE r.saved_at END
    RETURNING r.id, r.xmax = 0 INTO number, is_first;
    IF written > 0 OR is_first THEN
        PERFORM audit_record(moment, person, system, role, verbs[CASE WHEN is_first THEN 1 ELSE 2 END], 'register',
            number::text, details || jsonb_build_object('marks', written), false, false, address);
    END IF;
    RETURN NEXT;
END $$;

-- Who is on a register: in the group and on the site's roll that day, by family name.
CREATE FUNCTION attendance_members_{series}(grp bigint, site bigint, day date)
RETURNS TABLE (id bigint, public_id uuid, given_name text, family_name text, born date)
LANGUAGE plpgsql STABLE ROWS 30 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT s.id, s.public_id, s.given_name::text, s.family_name::text, s.date_of_birth
        FROM {GROUPS[series]} AS m JOIN caseload_student AS s ON s.id = m.student_id
        WHERE m.group_id = grp AND m.period @> day AND s.merged_into_id IS NULL AND s.erased_at IS NULL
            AND EXISTS (SELECT 1 FROM caseload_sitemembership AS r
                WHERE r.student_id = s.id AND r.site_id = site AND r.period @> day)
        ORDER BY s.sort_key, s.id;
END $$;

-- The same students in the order of their ids, with their marks as they stand.
CREATE FUNCTION attendance_read_{series}(grp bigint, site bigint, on_date date, at_slot bigint)
RETURNS TABLE (id bigint, public_id uuid, born date, code smallint, minutes smallint, said text, version integer, maker bigint, made_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 30 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT s.id, s.public_id, s.born, m.code_id, m.minutes_late, m.note::text, m.version, m.marked_by_id, m.marked_at
        FROM attendance_members_{series}(grp, site, on_date) AS s
        LEFT JOIN {table} AS m ON m.student_id = s.id AND m.date = on_date AND m.slot = at_slot
        ORDER BY s.id;
END $$;
"""
    for series, table in SERIES.items()
)

# Undone, writing is as 0004 made it. The recount stays as it is here, since it gives the same figures.
TAKEN_BACK = (
    "DROP FUNCTION "
    + ", ".join(f"attendance_{what}_{series}" for what in ("read", "members", "save", "write", "lock") for series in SERIES)
    + ";"
    + import_module("attendance.migrations.0004_writing_in_two_calls").FUNCTIONS
)


class Migration(migrations.Migration):
    dependencies = [("attendance", "0009_who_brings_in_marks"), ("audit", "0003_record_in_one_place")]

    operations = [migrations.RunSQL(RECOUNT + WRITING, TAKEN_BACK)]
