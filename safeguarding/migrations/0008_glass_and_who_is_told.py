"""The policies of emergency access: the head reads while glass is broken, by the database's own clock, and changes next to nothing.

Also who may write down that somebody was told, what the reminder sees, and who reads the telephone numbers.
"""

from django.conf import settings
from django.db import migrations

APP = f'"{settings.DATABASE_APP_USER}"'
PERSON = "(SELECT waymark_person())"
TEAM = "(SELECT safeguarding_in_team())"
GLASS_OPEN = "(SELECT safeguarding_glass_open())"
KEYS = "(SELECT waymark_system()) = 'safeguarding-keys'"
REMINDER = "(SELECT waymark_system()) = 'safeguarding-escalation'"


def among(column: str, function: str) -> str:
    """The column's value is one of those that the function gives."""
    return f"{column} = ANY ((SELECT {function}())::uuid[])"


def team(column: str, who: str = TEAM) -> str:
    """The person is of the team, or has broken glass, and is not excluded from the concern."""
    return f"(({who}) AND {column} <> ALL ((SELECT safeguarding_excluded())::uuid[]))"


READERS = f"{TEAM} OR {GLASS_OPEN}"
CASE, CONCERN, ENTRY = "safeguarding_concerncase", "safeguarding_concern", "safeguarding_entry"
ACTION, EXCLUSION = "safeguarding_action", "safeguarding_exclusion"
TOLD, GLASS, MOVED, NUMBERS = "safeguarding_told", "safeguarding_glass", "safeguarding_moved", "safeguarding_emergencysettings"

FUNCTIONS = """
-- Whether the head has broken glass and the four hours last. By the database's own clock: no page and no job can stretch it.
CREATE FUNCTION safeguarding_glass_open() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person bigint := waymark_person();
BEGIN
    IF person IS NULL THEN RETURN false; END IF;
    RETURN safeguarding_holds('{head}') AND EXISTS (
        SELECT FROM safeguarding_glass WHERE person_id = person AND ended_at IS NULL AND until_at > now());
END $$;

CREATE FUNCTION safeguarding_glass_times() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.started_at := now();
    NEW.until_at := now() + interval '4 hours';
    NEW.ended_at := NULL; NEW.ended_by_id := NULL;
    RETURN NEW;
END $$;

-- Only the columns named may change. The rotation of keys may seal the same words anew, and nothing else; whoever has
-- broken glass acknowledges, and nothing else.
CREATE OR REPLACE FUNCTION safeguarding_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    may text[] := TG_ARGV::text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF waymark_system() = 'safeguarding-keys' THEN
        may := '{sealed,key_id,outcome_sealed,outcome_key_id}';
    ELSIF waymark_system() = 'safeguarding-escalation' THEN
        may := '{reminded_at,reminded_times}';
    ELSIF TG_TABLE_NAME IN ('safeguarding_concern', 'safeguarding_concerncase')
            AND safeguarding_glass_open() AND NOT safeguarding_in_team() THEN
        may := '{state,state_at,acknowledged_at,acknowledged_by_id}';
    END IF;
    IF (to_jsonb(OLD) - may) IS DISTINCT FROM (to_jsonb(NEW) - may) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- What the reminder needs to know of the concerns that nobody took up: whether the student is safe and whether anybody opened it.
CREATE FUNCTION safeguarding_waiting()
RETURNS TABLE (concern_id uuid, received_at timestamptz, reminded_at timestamptz, reminded_times integer, unsafe boolean, opened boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF waymark_system() IS DISTINCT FROM 'safeguarding-escalation' THEN RETURN; END IF;
    RETURN QUERY
        SELECT waiting.concern_id, waiting.received_at, waiting.reminded_at, waiting.reminded_times::integer,
               raised.safe_now = 'no', raised.state <> 'received'
        FROM safeguarding_concerncase waiting JOIN safeguarding_concern raised ON raised.public_id = waiting.concern_id
        WHERE waiting.acknowledged_at IS NULL AND raised.state <> 'closed'
        ORDER BY waiting.received_at;
END $$;

-- The concerns about adults that nobody has opened, and who could: the head or the chair, never the adult.
CREATE FUNCTION safeguarding_adults_waiting()
RETURNS TABLE (concern_id uuid, recorded_at timestamptz, reminded_at timestamptz, reminded_times integer, handlers bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    today date := safeguarding_today();
BEGIN
    IF waymark_system() IS DISTINCT FROM 'safeguarding-escalation' THEN RETURN; END IF;
    RETURN QUERY
        SELECT waiting.public_id, waiting.recorded_at, waiting.reminded_at, waiting.reminded_times::integer,
            ARRAY(SELECT reach.user_id FROM caseload_reach reach JOIN auth_group held ON held.id = reach.role_id
                  WHERE reach.kind = 'college' AND reach.period @> today AND caseload_works_here(reach.user_id, today)
                    AND held.name = CASE WHEN waiting.about_head THEN 'chair_of_governors' ELSE 'head' END
                    AND reach.user_id IS DISTINCT FROM waiting.subject_id ORDER BY reach.user_id)
        FROM safeguarding_adultconcern waiting WHERE waiting.state = 'received' ORDER BY waiting.recorded_at;
END $$;

-- Claim one reminder of a concern about an adult; true for whoever claimed it.
CREATE FUNCTION safeguarding_adult_reminded(concern uuid, times integer, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF waymark_system() IS DISTINCT FROM 'safeguarding-escalation' THEN RETURN false; END IF;
    UPDATE safeguarding_adultconcern SET reminded_at = at, reminded_times = times + 1
    WHERE public_id = concern AND reminded_times = times AND state = 'received';
    RETURN FOUND;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION safeguarding_adult_reminded(uuid, integer, timestamptz), safeguarding_adults_waiting(), safeguarding_waiting(),
    safeguarding_glass_times();
"""

# table, command, who: these stand in place of those of 0003.
INSTEAD = (
    (
        CONCERN,
        "SELECT",
        f"{team('public_id', READERS)} OR (reporter_id = {PERSON} AND public_id <> ALL ((SELECT safeguarding_excluded())::uuid[]))"
        f" OR {among('public_id', 'safeguarding_shared_reports')} OR {KEYS}",
    ),
    (CONCERN, "UPDATE", f"{team('public_id', READERS)} OR {KEYS}"),
    (CASE, "SELECT", f"{team('concern_id', READERS)} OR ({REMINDER} AND acknowledged_at IS NULL) OR {KEYS}"),
    (CASE, "UPDATE", f"{team('concern_id', READERS)} OR ({REMINDER} AND acknowledged_at IS NULL) OR {KEYS}"),
    (
        ENTRY,
        "SELECT",
        f"{team('concern_id', READERS)}"
        f" OR (by_id = {PERSON} AND kind = 'addendum' AND {among('concern_id', 'safeguarding_reported')})"
        f" OR {among('public_id', 'safeguarding_shared_entries')} OR {KEYS}",
    ),
    (
        ENTRY,
        "INSERT",
        f"(by_id = {PERSON} AND kind NOT IN ('addendum', 'glass') AND {team('concern_id')})"
        f" OR (by_id = {PERSON} AND kind IN ('glass', 'acknowledged', 'note', 'conversation', 'contact_home', 'agency', 'decision')"
        f" AND {team('concern_id', GLASS_OPEN)})"
        f" OR (by_id = {PERSON} AND kind = 'addendum' AND {among('concern_id', 'safeguarding_reported')})"
        f" OR ({REMINDER} AND kind = 'reminded' AND by_id IS NULL AND by_system = 'safeguarding-escalation')",
    ),
    (ACTION, "SELECT", f"{team('concern_id', READERS)} OR {KEYS}"),
    (EXCLUSION, "SELECT", f"{team('concern_id', READERS)} OR {KEYS}"),
)
NEW = (
    # Who was told: its reporter, the team, the head by glass. Written by the reporter's own request and by the reminder.
    (TOLD, "SELECT", f"{team('concern_id', READERS)} OR {among('concern_id', 'safeguarding_reported')}"),
    (TOLD, "INSERT", f"{among('concern_id', 'safeguarding_reported')} OR {REMINDER}"),
    # Emergency access: the head makes it for themselves; the team sees it and may end it.
    (GLASS, "SELECT", f"person_id = {PERSON} OR {TEAM} OR {KEYS}"),
    (GLASS, "INSERT", f"person_id = {PERSON} AND (SELECT safeguarding_holds('{{head}}'))"),
    (GLASS, "UPDATE", f"person_id = {PERSON} OR {TEAM} OR {KEYS}"),
    (MOVED, "SELECT", f"{team('concern_id')} OR {KEYS}"),
    (MOVED, "INSERT", f"moved_by_id = {PERSON} AND {team('concern_id')}"),
    (MOVED, "UPDATE", KEYS),
    # The numbers are for everybody who is named; the team and the head write them.
    (NUMBERS, "SELECT", "(SELECT waymark_name()) IS NOT NULL"),
    (NUMBERS, "INSERT", f"{TEAM} OR (SELECT safeguarding_holds('{{head}}'))"),
    (NUMBERS, "UPDATE", f"{TEAM} OR (SELECT safeguarding_holds('{{head}}'))"),
)
GRANTS = (
    (TOLD, "SELECT, INSERT", ()),
    (GLASS, "SELECT, INSERT", ("ended_at", "ended_by_id", "sealed", "key_id")),
    (MOVED, "SELECT, INSERT", ("sealed", "key_id")),
    (
        NUMBERS,
        "SELECT, INSERT",
        ("team_phone", "head_phone", "authority_phone", "night_phone", "urgent_minutes", "changed_by_id", "changed_at"),
    ),
)


def policy(table: str, command: str, who: str) -> str:
    """One policy; an UPDATE may neither touch nor leave behind a row that is not the person's."""
    parts = {"INSERT": f"WITH CHECK ({who})", "UPDATE": f"USING ({who}) WITH CHECK ({who})"}
    return f"CREATE POLICY wall_{command.lower()} ON {table} FOR {command} TO {APP} {parts.get(command, f'USING ({who})')};"


def grant(table: str, commands: str, columns: tuple[str, ...]) -> str:
    """Take everything, then give only this."""
    given = f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; REVOKE ALL ON {table} FROM {APP}; GRANT {commands} ON {table} TO {APP};"
    return given + (f" GRANT UPDATE ({', '.join(columns)}) ON {table} TO {APP};" if columns else "")


def trigger(table: str, when: str, function: str, *arguments: str) -> str:
    """One trigger for each row."""
    told = ", ".join(f"'{argument}'" for argument in arguments)
    return (
        f"CREATE TRIGGER safeguarding_{function} {when} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION safeguarding_{function}({told});"
    )


TRIGGERS = "\n".join(
    (
        trigger(TOLD, "BEFORE UPDATE OR DELETE", "guard"),
        trigger(GLASS, "BEFORE UPDATE OR DELETE", "guard", "ended_at", "ended_by_id"),
        trigger(MOVED, "BEFORE UPDATE OR DELETE", "guard"),
        trigger(GLASS, "BEFORE INSERT", "glass_times"),
        trigger(GLASS, "BEFORE UPDATE", "once", "ended_at"),
        trigger(GLASS, "BEFORE INSERT OR UPDATE", "names_exist", "person_id", "ended_by_id"),
        trigger(MOVED, "BEFORE INSERT OR UPDATE", "names_exist", "moved_by_id"),
    )
)


class Migration(migrations.Migration):
    """It can't be undone: the policies of 0003 would have to be written again word for word."""

    dependencies = [("safeguarding", "0007_emergency_access_and_moves")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(
            "\n".join(f"DROP POLICY wall_{command.lower()} ON {table};" for table, command, _ in INSTEAD)
            + "\n".join(grant(*row) for row in GRANTS)
            + "\n".join(policy(*row) for row in (*INSTEAD, *NEW))
        ),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
