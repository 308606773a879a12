"""Who is on a register with their marks, read at once for its page and for saving it; and codes looked up once in a recount.

Who made a mark is no longer read along: it is asked only where two people changed the same one.
"""

from importlib import import_module

from django.db import migrations

earlier = import_module("attendance.migrations.0010_registers_in_fewer_calls")

# In the group and on the site's roll that day, by family name, with the marks as they stand.
READING = "\n".join(
    f"""
DROP FUNCTION attendance_read_{series}, attendance_members_{series};

CREATE FUNCTION attendance_read_{series}(grp bigint, site bigint, on_date date, at_slot bigint)
RETURNS TABLE (id bigint, public_id text, given_name text, family_name text, born date, code smallint, minutes smallint,
    said text, version integer)
LANGUAGE plpgsql STABLE ROWS 30 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT s.id, s.public_id::text, s.given_name::text, s.family_name::text, s.date_of_birth,
            m.code_id, m.minutes_late, m.note::text, m.version
        FROM {earlier.GROUPS[series]} AS g
        JOIN caseload_student AS s ON s.id = g.student_id AND s.merged_into_id IS NULL AND s.erased_at IS NULL
        LEFT JOIN {table} AS m ON m.student_id = s.id AND m.date = on_date AND m.slot = at_slot
        WHERE g.group_id = grp AND g.period @> on_date
            AND EXISTS (SELECT 1 FROM caseload_sitemembership AS r
                WHERE r.student_id = s.id AND r.site_id = site AND r.period @> on_date)
        ORDER BY s.sort_key, s.id;
END $$;
"""
    for series, table in earlier.SERIES.items()
)

# A mark's code is one of some fifty, looked up in a list made once and not in the table for each mark.
RECOUNT = earlier.RECOUNT.replace(
    "    UPDATE attendance_weeksummary AS s SET",
    "    WITH codes AS MATERIALIZED (SELECT id, stat_class, is_late FROM attendance_attendancecode)\n"
    "    UPDATE attendance_weeksummary AS s SET",
).replace("LEFT JOIN attendance_attendancecode AS c", "LEFT JOIN codes AS c")

TAKEN_BACK = (
    "DROP FUNCTION attendance_read_session, attendance_read_lesson;"
    + "\n".join(
        f"CREATE FUNCTION attendance_{part.split('END $$;')[0]}END $$;"
        for part in earlier.WRITING.split("CREATE FUNCTION attendance_")
        if part.startswith(("members_", "read_"))
    )
    + earlier.RECOUNT
)


class Migration(migrations.Migration):
    dependencies = [("attendance", "0012_rule_previews")]

    operations = [migrations.RunSQL(READING + RECOUNT, TAKEN_BACK)]
