"""Somebody who is suspended is nobody to the wall, and somebody's last day is one on which they still work here."""

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION safeguarding_holds(roles text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
    today date;
BEGIN
    IF person IS NULL THEN RETURN false; END IF;
    today := safeguarding_today();
    RETURN caseload_works_here(person, today) AND EXISTS (
        SELECT FROM caseload_reach reach
        JOIN auth_group role ON role.id = reach.role_id
        WHERE reach.user_id = person AND reach.kind = 'college' AND role.name = ANY (roles) AND reach.period @> today);
END $$;

-- Who holds one of these roles today and may be told of a concern: without whoever is excluded from it. Only its reporter,
-- the team itself and the reminder may ask, or the answer would tell an excluded person that they are.
CREATE FUNCTION safeguarding_holders_for(concern uuid, roles text[]) RETURNS TABLE (user_id bigint, role text)
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
        WHERE reach.kind = 'college' AND held.name = ANY (roles) AND reach.period @> today
          AND caseload_works_here(reach.user_id, today)
          AND NOT EXISTS (SELECT FROM safeguarding_exclusion gone
                          WHERE gone.concern_id = concern AND gone.person_id = reach.user_id AND gone.lifted_at IS NULL)
        GROUP BY reach.user_id ORDER BY reach.user_id;
END $$;

CREATE OR REPLACE FUNCTION safeguarding_team_for(concern uuid) RETURNS TABLE (user_id bigint, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM safeguarding_holders_for(concern, '{dsl,deputy_dsl}')
$$;
"""


class Migration(migrations.Migration):
    """Undone, the functions of 0002 keep their newer words: they ask for more, never for less."""

    dependencies = [
        ("safeguarding", "0005_audit_for_the_team"),
        ("caseload", "0014_nobody_ends_a_protected_person_alone"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
