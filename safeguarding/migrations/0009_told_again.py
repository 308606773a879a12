"""Each time that somebody was told is a row; the reminder knows who was never told; a suspension ends emergency access.

Also how many unopened concerns the head or the chair were told of: a number, and nothing else of what they cannot read.
"""

from django.db import migrations

FUNCTIONS = """
DROP FUNCTION safeguarding_waiting();

-- What the reminder needs to know of the concerns that nobody took up: whether the student is safe, whether anybody opened
-- it, and whether those who should know of an unopened one today (the team, else the head, else the chair) were never told.
CREATE FUNCTION safeguarding_waiting()
RETURNS TABLE (concern_id uuid, received_at timestamptz, reminded_at timestamptz, reminded_times integer, unsafe boolean,
               opened boolean, untold boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF waymark_system() IS DISTINCT FROM 'safeguarding-escalation' THEN RETURN; END IF;
    RETURN QUERY
        SELECT waiting.concern_id, waiting.received_at, waiting.reminded_at, waiting.reminded_times::integer,
               raised.safe_now = 'no', raised.state <> 'received',
               raised.state = 'received' AND wanted.audience IS NOT NULL AND NOT EXISTS (
                   SELECT FROM safeguarding_told told
                   WHERE told.concern_id = waiting.concern_id AND told.audience = wanted.audience)
        FROM safeguarding_concerncase waiting
        JOIN safeguarding_concern raised ON raised.public_id = waiting.concern_id
        CROSS JOIN LATERAL (SELECT CASE
            WHEN EXISTS (SELECT FROM safeguarding_holders_for(waiting.concern_id, '{dsl,deputy_dsl}')) THEN 'team'
            WHEN EXISTS (SELECT FROM safeguarding_holders_for(waiting.concern_id, '{head}')) THEN 'head'
            WHEN EXISTS (SELECT FROM safeguarding_holders_for(waiting.concern_id, '{chair_of_governors}')) THEN 'chair'
        END AS audience) wanted
        WHERE waiting.acknowledged_at IS NULL AND raised.state <> 'closed'
        ORDER BY waiting.received_at;
END $$;

-- Whether a reminder of their own concern is still to come, for its reporter: not once somebody took it up, and not after
-- the last one. Who took it up, and how often anybody was reminded, stays with the team.
CREATE FUNCTION safeguarding_told_again(concern uuid, most integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN concern = ANY (safeguarding_reported()) AND EXISTS (
        SELECT FROM safeguarding_concerncase waiting
        JOIN safeguarding_concern raised ON raised.public_id = waiting.concern_id
        WHERE waiting.concern_id = concern AND waiting.acknowledged_at IS NULL AND raised.state <> 'closed'
          AND (raised.safe_now = 'no' OR waiting.reminded_times < most));
END $$;

-- How many concerns that nobody has opened the head or the chair were told of. A number; row security keeps the rest.
CREATE FUNCTION safeguarding_told_count() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    audiences text[] := array_remove(ARRAY[
        CASE WHEN safeguarding_holds('{head}') THEN 'head' END,
        CASE WHEN safeguarding_holds('{chair_of_governors}') THEN 'chair' END], NULL);
    hidden uuid[];
BEGIN
    IF audiences = '{}' THEN RETURN 0; END IF;
    hidden := safeguarding_excluded();
    RETURN (SELECT count(*) FROM safeguarding_concern raised
            WHERE raised.state = 'received' AND raised.public_id <> ALL (hidden) AND EXISTS (
                SELECT FROM safeguarding_told told
                WHERE told.concern_id = raised.public_id AND told.audience = ANY (audiences)));
END $$;

-- Which of their own concerns stand in another student's file than that of the student they named, for their reporter: that
-- they were moved, and not to whom.
CREATE FUNCTION safeguarding_moved_away() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine uuid[] := safeguarding_reported();
BEGIN
    RETURN (SELECT coalesce(array_agg(raised.public_id), '{}') FROM safeguarding_concern raised
            JOIN safeguarding_concerncase filed ON filed.concern_id = raised.public_id
            WHERE raised.public_id = ANY (mine) AND raised.student_id IS NOT NULL
              AND filed.student_id IS DISTINCT FROM raised.student_id);
END $$;

-- Whoever is suspended loses emergency access for good: it does not come back when the suspension is lifted.
CREATE FUNCTION safeguarding_glass_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE safeguarding_glass SET ended_at = now(), ended_by_id = NEW.by_id
    WHERE person_id = NEW.user_id AND ended_at IS NULL AND until_at > now();
    RETURN NULL;
END $$;

CREATE TRIGGER safeguarding_glass_ends AFTER INSERT ON caseload_suspension
    FOR EACH ROW EXECUTE FUNCTION safeguarding_glass_ends();
"""


class Migration(migrations.Migration):
    """It can't be undone: whoever was told several times would have to be told once again."""

    dependencies = [
        ("safeguarding", "0008_glass_and_who_is_told"),
        ("caseload", "0017_rights_by_signed_name"),
    ]

    operations = [
        migrations.RemoveConstraint("told", "safeguarding_told_once"),
        migrations.RunSQL(FUNCTIONS),
    ]
