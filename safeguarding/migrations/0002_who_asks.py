"""The functions that the policies ask. Each answers only about whoever signed the present transaction's name.

They run as the database's owner, so they may look behind the wall where a policy that looked would recurse. No name, a
forged name or an expired one is nobody: every answer is then false or empty.
"""

from django.db import migrations

FUNCTIONS = """
-- The day by the one clock, as it was signed together with the name.
CREATE FUNCTION safeguarding_today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN waymark_name() IS NULL THEN NULL
        WHEN day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN day::date
        ELSE (now() AT TIME ZONE 'Europe/London')::date END
    FROM split_part(split_part(current_setting('waymark.person', true), '|', 2), '@', 2) AS day
$$;

-- Whether the person holds this role for the whole college today.
CREATE FUNCTION safeguarding_holds(roles text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
    today date;
BEGIN
    IF person IS NULL THEN RETURN false; END IF;
    today := safeguarding_today();
    RETURN EXISTS (
        SELECT FROM caseload_reach reach
        JOIN auth_group role ON role.id = reach.role_id
        JOIN accounts_user staff ON staff.id = reach.user_id
        WHERE reach.user_id = person AND reach.kind = 'college' AND role.name = ANY (roles) AND reach.period @> today
          AND staff.is_active AND (staff.ended_on IS NULL OR staff.ended_on > today));
END $$;

CREATE FUNCTION safeguarding_in_team() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT safeguarding_holds('{dsl,deputy_dsl}')
$$;

-- The concerns that the person must not see, whatever else they are.
CREATE FUNCTION safeguarding_excluded() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
BEGIN
    RETURN (SELECT coalesce(array_agg(concern_id), '{}') FROM safeguarding_exclusion
            WHERE person_id = person AND lifted_at IS NULL);
END $$;

CREATE FUNCTION safeguarding_reported() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
    hidden uuid[] := safeguarding_excluded();
BEGIN
    RETURN (SELECT coalesce(array_agg(public_id), '{}') FROM safeguarding_concern
            WHERE reporter_id = person AND public_id <> ALL (hidden));
END $$;

-- What the person reported and nobody of the team has opened: until then they may still say who must not see it.
CREATE FUNCTION safeguarding_just_raised() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine uuid[] := safeguarding_reported();
BEGIN
    RETURN (SELECT coalesce(array_agg(public_id), '{}') FROM safeguarding_concern
            WHERE public_id = ANY (mine) AND state = 'received');
END $$;

-- The shares that name the person and last.
CREATE FUNCTION safeguarding_shares() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
    today date;
    hidden uuid[];
BEGIN
    IF person IS NULL THEN RETURN '{}'; END IF;
    today := safeguarding_today();
    hidden := safeguarding_excluded();
    RETURN (SELECT coalesce(array_agg(public_id), '{}') FROM safeguarding_share
            WHERE person_id = person AND ended_at IS NULL AND until_on >= today AND concern_id <> ALL (hidden));
END $$;

CREATE FUNCTION safeguarding_shared_reports() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    shares uuid[] := safeguarding_shares();
BEGIN
    RETURN (SELECT coalesce(array_agg(concern_id), '{}') FROM safeguarding_share
            WHERE public_id = ANY (shares) AND covers_report);
END $$;

CREATE FUNCTION safeguarding_shared_entries() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    shares uuid[] := safeguarding_shares();
BEGIN
    RETURN (SELECT coalesce(array_agg(entry_id), '{}') FROM safeguarding_shareentry WHERE share_id = ANY (shares));
END $$;

-- The concerns about adults that the person handles: the head those about anybody else, the chair those about the head.
CREATE FUNCTION safeguarding_handled() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
    head boolean := safeguarding_holds('{head}');
    chair boolean := safeguarding_holds('{chair_of_governors}');
BEGIN
    IF NOT (head OR chair) THEN RETURN '{}'; END IF;
    RETURN (SELECT coalesce(array_agg(public_id), '{}') FROM safeguarding_adultconcern
            WHERE subject_id IS DISTINCT FROM person AND ((head AND NOT about_head) OR (chair AND about_head)));
END $$;

-- Who is to be told of a concern: the team without whoever is excluded from it. Only its reporter, the team itself and
-- the reminder may ask, or the answer would tell an excluded person that they are.
CREATE FUNCTION safeguarding_team_for(concern uuid) RETURNS TABLE (user_id bigint, role text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    today date := safeguarding_today();
BEGIN
    IF NOT (concern = ANY (safeguarding_reported())
            OR (safeguarding_in_team() AND concern <> ALL (safeguarding_excluded()))
            OR coalesce(waymark_system() = 'safeguarding-escalation', false)) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT reach.user_id, min(held.name::text) FROM caseload_reach reach
        JOIN auth_group held ON held.id = reach.role_id
        JOIN accounts_user staff ON staff.id = reach.user_id
        WHERE reach.kind = 'college' AND held.name IN ('dsl', 'deputy_dsl') AND reach.period @> today
          AND staff.is_active AND (staff.ended_on IS NULL OR staff.ended_on > today)
          AND NOT EXISTS (SELECT FROM safeguarding_exclusion gone
                          WHERE gone.concern_id = concern AND gone.person_id = reach.user_id AND gone.lifted_at IS NULL)
        GROUP BY reach.user_id ORDER BY reach.user_id;
END $$;
"""

REMOVAL = """
DROP FUNCTION safeguarding_team_for(uuid), safeguarding_handled(), safeguarding_shared_entries(),
    safeguarding_shared_reports(), safeguarding_shares(), safeguarding_just_raised(), safeguarding_reported(), safeguarding_excluded(),
    safeguarding_in_team(), safeguarding_holds(text[]), safeguarding_today();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0001_tables"),
        ("caseload", "0002_reach_view_and_college"),
        ("accounts", "0001_staff"),
        ("core", "0001_roles_and_naming"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, REMOVAL)]
