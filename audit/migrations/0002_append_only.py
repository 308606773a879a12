"""The record can be added to and nothing else; entries about safeguarding are read only by those who may."""

from django.conf import settings
from django.db import migrations

APP = settings.DATABASE_APP_USER

GUARD = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_seal FROM "{APP}";

CREATE FUNCTION audit_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the audit record is only ever added to: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_entry_whole BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_rows BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_whole BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"""
UNGUARD = f"""
DROP TRIGGER audit_entry_rows ON audit_entry;
DROP TRIGGER audit_entry_whole ON audit_entry;
DROP TRIGGER audit_seal_rows ON audit_seal;
DROP TRIGGER audit_seal_whole ON audit_seal;
DROP FUNCTION audit_append_only();
GRANT UPDATE, DELETE ON audit_entry, audit_seal TO "{APP}";
"""

# Whoever reads: what is about safeguarding only when the name in this transaction is the sealing job's.
# The safeguarding app adds a policy of its own for its team.
POLICIES = """
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_entry_add ON audit_entry FOR INSERT WITH CHECK (true);
CREATE POLICY audit_entry_open ON audit_entry FOR SELECT USING (NOT walled);
CREATE POLICY audit_entry_sealing ON audit_entry FOR SELECT USING ((SELECT waymark_system()) = 'audit');
"""
NO_POLICIES = """
DROP POLICY audit_entry_sealing ON audit_entry;
DROP POLICY audit_entry_open ON audit_entry;
DROP POLICY audit_entry_add ON audit_entry;
ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY;
"""
# The page of the record reads newest first by id, for one person or one verb at a time.
INDEXES = """
CREATE INDEX audit_entry_by_actor ON audit_entry (actor_id, id DESC);
CREATE INDEX audit_entry_by_verb ON audit_entry (verb, id DESC);
"""
NO_INDEXES = "DROP INDEX audit_entry_by_actor; DROP INDEX audit_entry_by_verb;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entries_and_seals"), ("core", "0001_roles_and_naming")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(POLICIES, NO_POLICIES),
        migrations.RunSQL(INDEXES, NO_INDEXES),
    ]
