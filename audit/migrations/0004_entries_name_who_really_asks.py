"""An entry names the person or system actor whose signed name the transaction carries; only the sealing job seals."""

from django.db import migrations

GUARD = """
CREATE FUNCTION audit_entry_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    IF waymark_owns(TG_RELID) THEN RETURN NEW; END IF;
    name := waymark_name();
    IF (NEW.actor_id IS NOT NULL AND NEW.system = '' AND name = 'u:' || NEW.actor_id)
            OR (NEW.actor_id IS NULL AND NEW.system <> '' AND name = 's:' || NEW.system) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an audit entry names whoever asks, by the signed name of its transaction'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_named BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_guard();

-- Once for each statement: thousands of seals are added in one.
CREATE FUNCTION audit_seal_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT waymark_owns(TG_RELID) AND waymark_system() IS DISTINCT FROM 'audit' THEN
        RAISE EXCEPTION 'only the job that seals the record adds seals' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_seal_named BEFORE INSERT ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_seal_guard();
"""
NO_GUARD = """
DROP TRIGGER audit_seal_named ON audit_seal;
DROP TRIGGER audit_entry_named ON audit_entry;
DROP FUNCTION audit_seal_guard();
DROP FUNCTION audit_entry_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_record_in_one_place"), ("core", "0007_names_bound_to_their_transaction")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
