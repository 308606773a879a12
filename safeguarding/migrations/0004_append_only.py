"""Triggers: nothing written is changed or removed, states move only forwards, and every concern has its case.

They bind the owner too; no setting turns them off.
"""

from django.db import migrations

FUNCTIONS = """
-- Only the columns named may change. The rotation of keys may seal the same words anew, and nothing else.
CREATE FUNCTION safeguarding_guard() RETURNS trigger
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
    END IF;
    IF (to_jsonb(OLD) - may) IS DISTINCT FROM (to_jsonb(NEW) - may) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- States move along the ways named as from>to, and along no other.
CREATE FUNCTION safeguarding_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (TG_ARGV::text[]) THEN
        RAISE EXCEPTION '% does not go from % to %', TG_TABLE_NAME, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- What was set once, such as the end of a share, stays as it was set.
CREATE FUNCTION safeguarding_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF to_jsonb(OLD) ->> TG_ARGV[0] IS NOT NULL
       AND to_jsonb(OLD) -> TG_ARGV[0] IS DISTINCT FROM to_jsonb(NEW) -> TG_ARGV[0] THEN
        RAISE EXCEPTION '% was settled before', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Stands in for the foreign keys to students and staff, whose own error messages would tell of a concern.
CREATE FUNCTION safeguarding_names_exist() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    field text;
    named bigint;
BEGIN
    FOREACH field IN ARRAY TG_ARGV::text[] LOOP
        named := (to_jsonb(NEW) ->> field)::bigint;
        IF named IS NULL THEN CONTINUE; END IF;
        IF field = 'student_id' THEN
            PERFORM FROM caseload_student WHERE id = named;
        ELSE
            PERFORM FROM accounts_user WHERE id = named;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION '% names nobody', field USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

-- The reporter has no right to the casework, so the database opens the case.
CREATE FUNCTION safeguarding_open_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO safeguarding_concerncase
        (concern_id, student_id, received_at, severity, category, categories_also, is_online, between_children, threshold,
         consent_considered, key_id, outcome, reminded_times, version)
    VALUES (NEW.public_id, NEW.student_id, NEW.recorded_at, 0, '', '{}', false, false, '', '', '', '', 0, 1);
    RETURN NULL;
END $$;

-- An entry that corrects another, and one that is shared, belongs to the same concern: nobody reaches into a concern
-- that excludes them by way of one that doesn't.
CREATE FUNCTION safeguarding_same_concern() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    linked uuid := CASE TG_TABLE_NAME
        WHEN 'safeguarding_entry' THEN (to_jsonb(NEW) ->> 'corrects_id')::uuid ELSE (to_jsonb(NEW) ->> 'entry_id')::uuid END;
    shared uuid := (to_jsonb(NEW) ->> 'share_id')::uuid;
BEGIN
    IF linked IS NOT NULL THEN
        PERFORM FROM safeguarding_entry WHERE public_id = linked AND concern_id = NEW.concern_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the entry belongs to another concern' USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;
    IF shared IS NOT NULL THEN
        PERFORM FROM safeguarding_share WHERE public_id = shared AND concern_id = NEW.concern_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the share belongs to another concern' USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- Whoever is excluded, somebody of the team must be left who can read the concern.
CREATE FUNCTION safeguarding_somebody_left() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- One exclusion at a time for a concern, or two at once could leave nobody.
    PERFORM FROM safeguarding_concern WHERE public_id = NEW.concern_id FOR UPDATE;
    IF NOT EXISTS (SELECT FROM safeguarding_team_for(NEW.concern_id)) THEN
        RAISE EXCEPTION 'nobody of the team would be left' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A concern about whoever is the head now is about the head, whatever the form said.
CREATE FUNCTION safeguarding_about_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    today date := coalesce(safeguarding_today(), (now() AT TIME ZONE 'Europe/London')::date);
BEGIN
    NEW.about_head := NEW.about_head OR EXISTS (
        SELECT FROM caseload_reach reach JOIN auth_group role ON role.id = reach.role_id
        WHERE reach.user_id = NEW.subject_id AND role.name = 'head' AND reach.period @> today);
    RETURN NEW;
END $$;
"""

GUARDS = {
    "concern": ("state", "state_at"),
    "concerncase": (
        "student_id",
        "acknowledged_at",
        "acknowledged_by_id",
        "assigned_to_id",
        "severity",
        "category",
        "categories_also",
        "is_online",
        "between_children",
        "threshold",
        "consent_considered",
        "sealed",
        "key_id",
        "outcome",
        "closed_at",
        "closed_by_id",
        "review_on",
        "version",
    ),
    "entry": (),
    "action": ("state", "settled_by_id", "settled_at", "outcome_sealed", "outcome_key_id"),
    "share": ("ended_at", "ended_by_id"),
    "shareentry": (),
    "exclusion": ("lifted_at", "lifted_by_id"),
    "flag": ("ended_at", "ended_by_id"),
    "adultconcern": ("state", "state_at"),
    "adultentry": (),
}
MOVES = {
    "concern": ("received>read", "received>handled", "received>closed", "read>handled", "read>closed", "handled>closed", "closed>handled"),
    "action": ("open>done", "open>cancelled"),
    "adultconcern": ("received>read", "received>closed", "read>closed"),
}
ONCE = {
    "concerncase": "acknowledged_at",
    "action": "settled_at",
    "share": "ended_at",
    "exclusion": "lifted_at",
    "flag": "ended_at",
}
NAMES = {
    "concern": ("student_id", "reporter_id"),
    "concerncase": ("student_id", "acknowledged_by_id", "assigned_to_id", "closed_by_id"),
    "entry": ("by_id",),
    "action": ("owner_id", "added_by_id", "settled_by_id"),
    "share": ("person_id", "shared_by_id", "ended_by_id"),
    "exclusion": ("person_id", "excluded_by_id", "lifted_by_id"),
    "flag": ("student_id", "person_id", "set_by_id", "ended_by_id"),
    "draft": ("author_id",),
    "adultconcern": ("reporter_id", "subject_id"),
    "adultentry": ("by_id",),
}
SINGLE = (
    ("concern", "AFTER INSERT", "open_case"),
    # After, so that the policy has had its say and these tell nothing to whoever may not write at all.
    ("entry", "AFTER INSERT", "same_concern"),
    ("shareentry", "AFTER INSERT", "same_concern"),
    ("exclusion", "AFTER INSERT", "somebody_left"),
    ("adultconcern", "BEFORE INSERT", "about_head"),
)


def trigger(table: str, when: str, function: str, arguments: tuple[str, ...] = ()) -> str:
    """One trigger for each row."""
    told = ", ".join(f"'{argument}'" for argument in arguments)
    return (
        f"CREATE TRIGGER safeguarding_{function} {when} ON safeguarding_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION safeguarding_{function}({told});"
    )


TRIGGERS = "\n".join(
    [trigger(table, "BEFORE UPDATE OR DELETE", "guard", columns) for table, columns in GUARDS.items()]
    + [trigger(table, "BEFORE UPDATE", "moves", ways) for table, ways in MOVES.items()]
    + [trigger(table, "BEFORE UPDATE", "once", (column,)) for table, column in ONCE.items()]
    + [trigger(table, "BEFORE INSERT OR UPDATE", "names_exist", columns) for table, columns in NAMES.items()]
    + [trigger(table, when, function) for table, when, function in SINGLE]
)
REMOVAL = "".join(
    f"DROP FUNCTION safeguarding_{name}() CASCADE;"
    for name in ("guard", "moves", "once", "names_exist", "open_case", "same_concern", "somebody_left", "about_head")
)


class Migration(migrations.Migration):
    dependencies = [("safeguarding", "0003_wall")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, REMOVAL)]
