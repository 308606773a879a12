"""Protected roles are given only by proposal and a second person's consent, whatever the application does.

The names of those two are written here from the signed name of their own requests, so neither injected SQL nor an
administrator can put somebody else's in. The owner of the database may give the first ones.
"""

from django.conf import settings
from django.db import migrations

APP = settings.DATABASE_APP_USER
ORDINARY = ("caseload", "teachinggroup", "yeargroup", "house", "team", "course", "area", "site")
TABLES = ", ".join([*(f"caseload_{kind}grant" for kind in ORDINARY), "caseload_collegegrant", "caseload_roleproposal"])

FUNCTIONS = """
CREATE FUNCTION caseload_protected(role bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM auth_group
                   WHERE id = role AND name IN ('dsl', 'deputy_dsl', 'head', 'chair_of_governors'))
$$;

-- The day by the one clock, as it was signed together with the name.
CREATE FUNCTION caseload_today() RETURNS date
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN day::date
                ELSE (now() AT TIME ZONE 'Europe/London')::date END
    FROM split_part(split_part(current_setting('waymark.person', true), '|', 2), '@', 2) AS day
$$;

-- Whether somebody holds one of these roles for the whole college today and still works here.
CREATE FUNCTION caseload_holds(person bigint, roles text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM caseload_collegegrant held
        JOIN auth_group role ON role.id = held.role_id
        JOIN accounts_user staff ON staff.id = held.user_id
        WHERE held.user_id = person AND role.name = ANY (roles) AND held.period @> caseload_today()
          AND staff.is_active AND (staff.ended_on IS NULL OR staff.ended_on >= caseload_today()))
$$;

CREATE FUNCTION caseload_refuse(words text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'insufficient_privilege';
END $$;

-- A grant stays the grant that it was: the same person, role and container. A protected role is over the whole college.
CREATE FUNCTION caseload_grant_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME <> 'caseload_collegegrant' AND caseload_protected(NEW.role_id) THEN
        PERFORM caseload_refuse('a protected role is held over the whole college only');
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.role_id, NEW.content_object_id)
            IS DISTINCT FROM (OLD.user_id, OLD.role_id, OLD.content_object_id) THEN
        PERFORM caseload_refuse('a grant keeps its person, role and container; end it and give another');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION caseload_protected_role_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    agreed caseload_roleproposal;
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            OR NOT caseload_protected(NEW.role_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.proposal_id IS DISTINCT FROM OLD.proposal_id OR NOT NEW.period <@ OLD.period THEN
            PERFORM caseload_refuse('a protected role can only be ended; for longer it is proposed again');
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO agreed FROM caseload_roleproposal WHERE id = NEW.proposal_id;
    IF agreed.id IS NULL OR agreed.consented IS NOT TRUE OR agreed.user_id <> NEW.user_id
            OR agreed.role_id <> NEW.role_id OR NOT NEW.period <@ agreed.period
            OR agreed.decided_by_id IN (agreed.proposed_by_id, agreed.user_id) THEN
        PERFORM caseload_refuse('a protected role needs a proposal and the consent of a second person');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION caseload_proposal_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person bigint;
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
    person := waymark_person();
    IF person IS NULL THEN PERFORM caseload_refuse('a proposal needs the signed name of whoever makes or answers it'); END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.proposed_by_id := person;
        NEW.decided_by_id := NULL; NEW.decided_at := NULL; NEW.consented := NULL;
        IF NOT caseload_protected(NEW.role_id) THEN PERFORM caseload_refuse('only protected roles are proposed'); END IF;
        IF NEW.user_id = person THEN PERFORM caseload_refuse('nobody proposes themselves'); END IF;
        IF NOT caseload_holds(person, '{dsl,head}') THEN
            PERFORM caseload_refuse('only a safeguarding lead or the head proposes');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.decided_by_id IS NOT NULL THEN PERFORM caseload_refuse('this proposal is decided'); END IF;
    IF (NEW.id, NEW.public_id, NEW.user_id, NEW.role_id, NEW.period, NEW.reason, NEW.proposed_by_id, NEW.proposed_at)
            IS DISTINCT FROM
       (OLD.id, OLD.public_id, OLD.user_id, OLD.role_id, OLD.period, OLD.reason, OLD.proposed_by_id, OLD.proposed_at) THEN
        PERFORM caseload_refuse('a proposal is decided as it was made');
    END IF;
    NEW.decided_by_id := person;
    IF NEW.consented IS NULL THEN PERFORM caseload_refuse('a decision is yes or no'); END IF;
    IF NEW.consented THEN
        IF person IN (OLD.proposed_by_id, OLD.user_id) THEN
            PERFORM caseload_refuse('a second person consents, who is neither the proposer nor the subject');
        END IF;
        IF NOT caseload_holds(person, '{dsl,deputy_dsl,head}') THEN
            PERFORM caseload_refuse('only the safeguarding team or the head consents');
        END IF;
    ELSIF person NOT IN (OLD.proposed_by_id, OLD.user_id) AND NOT caseload_holds(person, '{dsl,deputy_dsl,head}') THEN
        PERFORM caseload_refuse('only the safeguarding team or the head declines');
    END IF;
    RETURN NEW;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION caseload_proposal_guard(), caseload_protected_role_guard(), caseload_grant_guard(), caseload_refuse(text),
    caseload_holds(bigint, text[]), caseload_today(), caseload_protected(bigint);
"""
# Guards are named to run before the triggers of history, which fire afterwards anyway.
TRIGGERS = "\n".join(
    f"CREATE TRIGGER a_grant_guard BEFORE INSERT OR UPDATE ON caseload_{kind}grant"
    " FOR EACH ROW EXECUTE FUNCTION caseload_grant_guard();"
    for kind in (*ORDINARY, "college")
)
TRIGGERS += """
CREATE TRIGGER b_protected_role_guard BEFORE INSERT OR UPDATE ON caseload_collegegrant
    FOR EACH ROW EXECUTE FUNCTION caseload_protected_role_guard();
CREATE TRIGGER a_proposal_guard BEFORE INSERT OR UPDATE ON caseload_roleproposal
    FOR EACH ROW EXECUTE FUNCTION caseload_proposal_guard();
"""
NO_TRIGGERS = "\n".join(f"DROP TRIGGER a_grant_guard ON caseload_{kind}grant;" for kind in (*ORDINARY, "college"))
NO_TRIGGERS += """
DROP TRIGGER b_protected_role_guard ON caseload_collegegrant;
DROP TRIGGER a_proposal_guard ON caseload_roleproposal;
"""


class Migration(migrations.Migration):
    dependencies = [("caseload", "0005_proposals_can_be_withdrawn"), ("accounts", "0002_roles_and_no_superusers")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        # Ended, never deleted.
        migrations.RunSQL(f'REVOKE DELETE, TRUNCATE ON {TABLES} FROM "{APP}"', f'GRANT DELETE ON {TABLES} TO "{APP}"'),
    ]
