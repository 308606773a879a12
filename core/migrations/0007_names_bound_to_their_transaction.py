"""A signed name is good in one transaction of one connection; system actors may be named for one row only."""

from django.db import migrations

# The first byte pattern of a PKCS#1 v1.5 signature over SHA-256 with a 2048-bit key, before the digest itself.
PADDING = int("0001" + "ff" * 202 + "00" + "3031300d060960864801650304020105000420" + "00" * 32, 16)

CHECK = """
CREATE OR REPLACE FUNCTION waymark_name() RETURNS text
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
    {cheap}
    IF to_timestamp(parts[3]::bigint) < clock_timestamp() THEN RETURN NULL; END IF;
    SELECT modulus INTO n FROM core_namingkey WHERE key_id = parts[4];
    IF n IS NULL THEN RETURN NULL; END IF;
    power := parts[{last}]::numeric % n;
    FOR i IN 1..16 LOOP power := (power * power) % n; END LOOP;
    power := (power * (parts[{last}]::numeric % n)) % n;
    digest := encode(sha256(convert_to(array_to_string(parts[1:{signed}], '|'), 'UTF8')), 'hex');
    FOR i IN 0..7 LOOP
        expected := expected * 4294967296 + ('x' || lpad(substr(digest, i * 8 + 1, 8), 16, '0'))::bit(64)::bigint;
    END LOOP;
    IF power <> expected + {padding}::numeric THEN RETURN NULL; END IF;
    RETURN parts[1];
END $$;
"""
BEFORE = CHECK.format(
    last=5,
    signed=4,
    padding=PADDING,
    cheap="""IF array_length(parts, 1) IS DISTINCT FROM 5 OR parts[3] !~ '^[0-9]{1,12}$' OR parts[5] !~ '^[0-9]+$'
        OR length(parts[5]) > 620 THEN RETURN NULL; END IF;""",
)
BOUND = CHECK.format(
    last=6,
    signed=5,
    padding=PADDING,
    cheap="""IF array_length(parts, 1) IS DISTINCT FROM 6 OR parts[3] !~ '^[0-9]{1,12}$' OR parts[6] !~ '^[0-9]+$'
        OR length(parts[6]) > 620 OR parts[5] <> waymark_transaction() THEN RETURN NULL; END IF;""",
)

FUNCTIONS = f"""
-- Which transaction of which connection this is. Both stay the same through savepoints and behind a pooler that lends a
-- connection for one transaction, and no two transactions share both.
CREATE FUNCTION waymark_transaction() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_backend_pid() || '.' || (extract(epoch FROM transaction_timestamp()) * 1000000)::bigint
$$;

-- Who signed the present transaction's name for this very transaction, or NULL.
{BOUND}

-- Whether this system actor is named for this one row: what it was named for is signed too.
CREATE FUNCTION waymark_acts(actor text, row_id bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(waymark_name() = 's:' || actor AND starts_with(
        split_part(current_setting('waymark.person', true), '|', 2), actor || ':' || row_id || '@'), false)
$$;

-- Whether whoever asks owns this table: the commands that change the shape of the database, and nobody else.
CREATE FUNCTION waymark_owns(relation oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT current_user = pg_get_userbyid(relowner) FROM pg_class WHERE oid = relation
$$;
"""
REMOVAL = f"""
DROP FUNCTION waymark_owns(oid), waymark_acts(text, bigint);
{BEFORE}
DROP FUNCTION waymark_transaction();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0006_form_numbers")]

    operations = [migrations.RunSQL(FUNCTIONS, REMOVAL)]
