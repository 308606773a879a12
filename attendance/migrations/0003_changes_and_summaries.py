"""What the database itself sees to: covering keys, the record of changes, the weekly summary.

The functions are written here once and used by the actions and by the trigger on the dates of a roll alike.
"""

from django.conf import settings
from django.db import migrations

APP = settings.DATABASE_APP_USER
SERIES = {"session": "attendance_sessionmark", "lesson": "attendance_lessonmark"}

# Totals are answered from the key alone: which code, how many minutes late.
COVERING = (
    "\n".join(
        f"""
ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;
ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (student_id, date, slot) INCLUDE (code_id, minutes_late);
"""
        for table in SERIES.values()
    )
    + """
-- Summaries are changed in place all day; room on the page keeps that cheap.
ALTER TABLE attendance_weeksummary SET (fillfactor = 70);
"""
)

NOT_COVERING = "\n".join(
    f"""
ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;
ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (student_id, date, slot);
"""
    for table in SERIES.values()
)

# Facts 1.9: the original entry, the amended entry, the reason, the date, and the name and position of who changed it.
# The function runs as the owner, so that the application can write a change in no other way.
CHANGES = """
CREATE FUNCTION attendance_note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A mark is never deleted; change it to no mark, with a reason.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.student_id, NEW.date, NEW.slot) IS DISTINCT FROM (OLD.student_id, OLD.date, OLD.slot) THEN
        RAISE EXCEPTION 'A mark stays with its student, day and place.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.code_id, NEW.minutes_late, NEW.note) IS NOT DISTINCT FROM (OLD.code_id, OLD.minutes_late, OLD.note) THEN
        RETURN NULL;
    END IF;
    IF NEW.version IS DISTINCT FROM OLD.version + 1 OR (NEW.marked_by_id IS NULL AND NEW.marked_by_system = '') THEN
        RAISE EXCEPTION 'A change of a mark needs somebody who made it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.code_id IS NULL AND OLD.code_id IS NOT NULL AND NEW.reason = '' THEN
        RAISE EXCEPTION 'Taking a mark away needs a reason.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_TABLE_NAME = 'attendance_sessionmark' THEN
        INSERT INTO attendance_sessionmarkchange (student_id, date, slot, previous_code_id, new_code_id, previous_minutes,
            new_minutes, previous_note, new_note, previous_by_id, previous_at, reason, changed_by_id, changed_by_system,
            role_at_time, changed_at)
        VALUES (OLD.student_id, OLD.date, OLD.slot, OLD.code_id, NEW.code_id, OLD.minutes_late, NEW.minutes_late,
            OLD.note, NEW.note, OLD.marked_by_id, OLD.marked_at, NEW.reason, NEW.marked_by_id, NEW.marked_by_system,
            NEW.marked_as, NEW.marked_at);
    ELSE
        INSERT INTO attendance_lessonmarkchange (student_id, date, slot, previous_code_id, new_code_id, previous_minutes,
            new_minutes, previous_note, new_note, previous_by_id, previous_at, reason, changed_by_id, changed_by_system,
            role_at_time, changed_at)
        VALUES (OLD.student_id, OLD.date, OLD.slot, OLD.code_id, NEW.code_id, OLD.minutes_late, NEW.minutes_late,
            OLD.note, NEW.note, OLD.marked_by_id, OLD.marked_at, NEW.reason, NEW.marked_by_id, NEW.marked_by_system,
            NEW.marked_as, NEW.marked_at);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION attendance_changes_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The record of changed marks is append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
""" + "\n".join(
    f"""
CREATE TRIGGER attendance_note_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION attendance_note_change();
CREATE TRIGGER attendance_changes_stay BEFORE UPDATE OR DELETE ON {table}change
    FOR EACH ROW EXECUTE FUNCTION attendance_changes_stay();
REVOKE DELETE, TRUNCATE ON {table} FROM "{APP}";
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table}change FROM "{APP}";
"""
    for table in SERIES.values()
)

NO_CHANGES = (
    "\n".join(
        f"""
DROP TRIGGER attendance_note_change ON {table};
DROP TRIGGER attendance_changes_stay ON {table}change;
"""
        for table in SERIES.values()
    )
    + "DROP FUNCTION attendance_note_change, attendance_changes_stay;"
)

# 1. Lock the summary rows in the order of (student, series, week), inserting what is missing: `WHERE false` locks and
# changes nothing. 2. The marks are written. 3. Recount in a statement that comes later, so that it sees everything
# committed before the lock was had. Only days on which the student was on the roll of some site count.
SUMMARIES = """
CREATE FUNCTION attendance_lock_weeks(which text, students bigint[], weeks date[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO attendance_weeksummary AS s (student_id, series, week)
    SELECT DISTINCT u.student_id, which, u.week FROM unnest(students, weeks) AS u (student_id, week)
    ORDER BY u.student_id, u.week
    ON CONFLICT (student_id, series, week) DO UPDATE SET week = EXCLUDED.week WHERE false;
END $$;
""" + "\n".join(
    f"""
CREATE FUNCTION attendance_recount_{series}(students bigint[], weeks date[]) RETURNS void LANGUAGE plpgsql AS $$
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
        FROM (SELECT DISTINCT u.student_id, u.week FROM unnest(students, weeks) AS u (student_id, week)) AS w
        LEFT JOIN {table} AS m ON m.student_id = w.student_id AND m.date BETWEEN w.week AND w.week + 6
            AND EXISTS (SELECT 1 FROM caseload_sitemembership AS r WHERE r.student_id = m.student_id AND r.period @> m.date)
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

# When the dates of a roll are corrected, marks begin or cease to count: recount the student's weeks at once.
ROLLS = """
CREATE FUNCTION attendance_roll_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    weeks date[];
    which text;
BEGIN
    FOREACH which IN ARRAY ARRAY['lesson', 'session'] LOOP
        SELECT array_agg(s.student_id ORDER BY s.student_id, s.week), array_agg(s.week ORDER BY s.student_id, s.week)
        INTO ids, weeks FROM attendance_weeksummary AS s
        WHERE s.series = which AND s.student_id IN (SELECT student_id FROM changed);
        IF ids IS NOT NULL THEN
            PERFORM attendance_lock_weeks(which, ids, weeks);
            IF which = 'session' THEN PERFORM attendance_recount_session(ids, weeks);
            ELSE PERFORM attendance_recount_lesson(ids, weeks); END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
""" + "\n".join(
    f"""
CREATE TRIGGER attendance_roll_{event.lower()} AFTER {event} ON caseload_sitemembership
    REFERENCING {image} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION attendance_roll_changed();
"""
    for event, image in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)

NO_SUMMARIES = """
DROP TRIGGER attendance_roll_insert ON caseload_sitemembership;
DROP TRIGGER attendance_roll_update ON caseload_sitemembership;
DROP TRIGGER attendance_roll_delete ON caseload_sitemembership;
DROP FUNCTION attendance_roll_changed, attendance_lock_weeks, attendance_recount_session, attendance_recount_lesson;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0002_codes"),
        ("core", "0001_roles_and_naming"),
    ]

    operations = [
        migrations.RunSQL(COVERING, NOT_COVERING),
        migrations.RunSQL(CHANGES, NO_CHANGES),
        migrations.RunSQL(SUMMARIES + ROLLS, NO_SUMMARIES),
    ]
