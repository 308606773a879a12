"""The one statement that adds to the record, as a function whose plan the connection keeps.

Statements that do something and record it in the same call (attendance's registers) call it too.
"""

from django.db import migrations

RECORD = """
CREATE FUNCTION audit_record(at timestamptz, actor bigint, system text, role text, verb text, kind text, object text,
    details jsonb, walled boolean, refused boolean, address inet) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_entry (at, actor_id, system, role_at_time, verb, object_kind, object_id, details, walled, refused, address)
    VALUES (at, actor, system, role, verb, kind, object, details, walled, refused, address);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [migrations.RunSQL(RECORD, "DROP FUNCTION audit_record")]
