"""The team reads the audit record of safeguarding: not of concerns that exclude them, and not of concerns about adults."""

from django.db import migrations

POLICIES = """
CREATE POLICY safeguarding_team_reads ON audit_entry FOR SELECT USING (
    walled AND (SELECT safeguarding_in_team())
    AND object_kind <> 'safeguarding.adult_concern'
    AND details ->> 'page' IS DISTINCT FROM 'safeguarding:adult_detail'
    AND object_id <> ALL ((SELECT safeguarding_excluded())::text[])
    AND coalesce(details ->> 'public_id', '') <> ALL ((SELECT safeguarding_excluded())::text[])
    AND NOT coalesce(details -> 'concerns', '[]'::jsonb) ?| (SELECT safeguarding_excluded())::text[]
);
CREATE POLICY safeguarding_adults_read ON audit_entry FOR SELECT USING (
    walled AND object_kind = 'safeguarding.adult_concern' AND object_id = ANY ((SELECT safeguarding_handled())::text[])
);
"""
REMOVAL = "DROP POLICY safeguarding_adults_read ON audit_entry; DROP POLICY safeguarding_team_reads ON audit_entry;"


class Migration(migrations.Migration):
    dependencies = [("safeguarding", "0004_append_only"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(POLICIES, REMOVAL)]
