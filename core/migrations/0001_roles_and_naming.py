"""Extensions, what the application's role may do by default, and the functions that tell who is asking."""

from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

# The first byte pattern of a PKCS#1 v1.5 signature over SHA-256 with a 2048-bit key, before the digest itself.
PADDING = int("0001" + "ff" * 202 + "00" + "3031300d060960864801650304020105000420" + "00" * 32, 16)

FUNCTIONS = f"""
CREATE TABLE core_namingkey (key_id text PRIMARY KEY, modulus numeric NOT NULL, added_at timestamptz NOT NULL DEFAULT now());

-- Who signed the present transaction's name, or NULL. RSA with exponent 65537 done in numeric arithmetic, so that the
-- database can check a name without holding anything that could make one.
CREATE FUNCTION waymark_name() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    token text := current_setting('waymark.person', true);
    parts text[];
    n numeric;
    power numeric;
    digest text;
    expected numeric := 0;
BEGIN
    IF token IS NULL OR token = '' THEN RETURN NULL; END IF;
    parts := string_to_array(token, '|');
    IF array_length(parts, 1) IS DISTINCT FROM 5 OR parts[3] !~ '^[0-9]{{1,12}}$' OR parts[5] !~ '^[0-9]+$'
        OR length(parts[5]) > 620 THEN RETURN NULL; END IF;
    IF to_timestamp(parts[3]::bigint) < clock_timestamp() THEN RETURN NULL; END IF;
    SELECT modulus INTO n FROM core_namingkey WHERE key_id = parts[4];
    IF n IS NULL THEN RETURN NULL; END IF;
    power := parts[5]::numeric % n;
    FOR i IN 1..16 LOOP power := (power * power) % n; END LOOP;
    power := (power * (parts[5]::numeric % n)) % n;
    digest := encode(sha256(convert_to(array_to_string(parts[1:4], '|'), 'UTF8')), 'hex');
    FOR i IN 0..7 LOOP
        expected := expected * 4294967296 + ('x' || lpad(substr(digest, i * 8 + 1, 8), 16, '0'))::bit(64)::bigint;
    END LOOP;
    IF power <> expected + {PADDING}::numeric THEN RETURN NULL; END IF;
    RETURN parts[1];
END $$;

CREATE FUNCTION waymark_person() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN name ~ '^u:[0-9]+$' THEN substr(name, 3)::bigint END FROM waymark_name() AS name
$$;

CREATE FUNCTION waymark_system() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN name LIKE 's:%' THEN substr(name, 3) END FROM waymark_name() AS name
$$;
"""

DEFAULTS = f"""
GRANT USAGE ON SCHEMA public TO "{settings.DATABASE_APP_USER}";
REVOKE CREATE ON SCHEMA public FROM "{settings.DATABASE_APP_USER}";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{settings.DATABASE_APP_USER}";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{settings.DATABASE_APP_USER}";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{settings.DATABASE_APP_USER}";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "{settings.DATABASE_APP_USER}";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO "{settings.DATABASE_APP_USER}";
REVOKE ALL ON core_namingkey FROM "{settings.DATABASE_APP_USER}";
REVOKE ALL ON django_migrations FROM "{settings.DATABASE_APP_USER}";
GRANT SELECT ON django_migrations TO "{settings.DATABASE_APP_USER}";
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [("contenttypes", "0001_initial")]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION waymark_system, waymark_person, waymark_name; DROP TABLE core_namingkey"),
        migrations.RunSQL(DEFAULTS, migrations.RunSQL.noop),
    ]
