"""The holder of a protected role is ended by two people and suspended by one for three school days, whatever the application does.

The application's own role can neither end such a person nor shorten such a grant. It writes a request, a second person
approves it under their own signed name, and the database then ends what was asked. While nobody of the team and no head
is there who could be that second person, the chair of governors is.
"""

from django.conf import settings
from django.db import migrations

APP = settings.DATABASE_APP_USER

FUNCTIONS = """
CREATE OR REPLACE FUNCTION caseload_works_here(person bigint, day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM accounts_user WHERE id = person AND is_active
        AND (ended_on IS NULL OR ended_on >= day) AND (suspended_until IS NULL OR suspended_until < day))
$$;

CREATE OR REPLACE FUNCTION caseload_holds(person bigint, roles text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM caseload_collegegrant held
        JOIN auth_group role ON role.id = held.role_id
        WHERE held.user_id = person AND role.name = ANY (roles) AND held.period @> caseload_today()
          AND caseload_works_here(person, caseload_today()))
$$;

-- Whether anybody but these holds one of the roles today.
CREATE OR REPLACE FUNCTION caseload_somebody_holds(roles text[], others bigint[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM caseload_collegegrant held
        JOIN auth_group role ON role.id = held.role_id
        WHERE role.name = ANY (roles) AND held.period @> caseload_today() AND held.user_id <> ALL (others)
          AND caseload_works_here(held.user_id, caseload_today()))
$$;

-- Whether somebody may be the second person beside these: of the team or the head; the chair only when none of those is left.
CREATE OR REPLACE FUNCTION caseload_second_person(person bigint, VARIADIC others bigint[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT person IS NOT NULL AND person <> ALL (others) AND (
        caseload_holds(person, '{dsl,deputy_dsl,head}')
        OR (caseload_holds(person, '{chair_of_governors}')
            AND NOT caseload_somebody_holds('{dsl,deputy_dsl,head}', others)))
$$;

-- Whether somebody proposes: a safeguarding lead or the head; the chair only while there is neither.
CREATE OR REPLACE FUNCTION caseload_proposes(person bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT caseload_holds(person, '{dsl,head}')
        OR (caseload_holds(person, '{chair_of_governors}') AND NOT caseload_somebody_holds('{dsl,head}', '{}'))
$$;

-- Whether somebody holds a protected role, today or from a later day.
CREATE FUNCTION caseload_is_protected_person(person bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM caseload_collegegrant held
        WHERE held.user_id = person AND caseload_protected(held.role_id) AND NOT isempty(held.period)
          AND (upper(held.period) IS NULL OR upper(held.period) > caseload_today()))
$$;

CREATE OR REPLACE FUNCTION caseload_protected_role_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    agreed caseload_roleproposal;
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            OR NOT caseload_protected(NEW.role_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM caseload_refuse('a protected role ends only when a second person approves; for longer it is proposed again');
    END IF;
    SELECT * INTO agreed FROM caseload_roleproposal WHERE id = NEW.proposal_id;
    IF agreed.id IS NULL OR agreed.consented IS NOT TRUE OR agreed.user_id <> NEW.user_id
            OR agreed.role_id <> NEW.role_id OR NOT NEW.period <@ agreed.period
            OR agreed.decided_by_id IN (agreed.proposed_by_id, agreed.user_id) THEN
        PERFORM caseload_refuse('a protected role needs a proposal and the consent of a second person');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION caseload_proposal_guard() RETURNS trigger
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
        IF NOT caseload_proposes(person) THEN
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
        IF NOT caseload_second_person(person, OLD.proposed_by_id, OLD.user_id) THEN
            PERFORM caseload_refuse('only the safeguarding team or the head consents');
        END IF;
    ELSIF person NOT IN (OLD.proposed_by_id, OLD.user_id)
            AND NOT caseload_second_person(person, OLD.proposed_by_id, OLD.user_id) THEN
        PERFORM caseload_refuse('only the safeguarding team or the head declines');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION caseload_ending_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person bigint;
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
    person := waymark_person();
    IF person IS NULL THEN PERFORM caseload_refuse('this needs the signed name of whoever asks or answers'); END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.asked_by_id := person;
        NEW.decided_by_id := NULL; NEW.decided_at := NULL; NEW.consented := NULL;
        RETURN NEW;
    END IF;
    IF OLD.decided_by_id IS NOT NULL THEN PERFORM caseload_refuse('this request is decided'); END IF;
    IF (NEW.id, NEW.public_id, NEW.user_id, NEW.role_id, NEW.last_day, NEW.reason, NEW.asked_by_id, NEW.asked_at)
            IS DISTINCT FROM
       (OLD.id, OLD.public_id, OLD.user_id, OLD.role_id, OLD.last_day, OLD.reason, OLD.asked_by_id, OLD.asked_at) THEN
        PERFORM caseload_refuse('a request is decided as it was made');
    END IF;
    NEW.decided_by_id := person;
    IF NEW.consented IS NULL THEN PERFORM caseload_refuse('a decision is yes or no'); END IF;
    IF NOT caseload_second_person(person, OLD.asked_by_id, OLD.user_id)
            AND (NEW.consented OR person IS DISTINCT FROM OLD.asked_by_id) THEN
        PERFORM caseload_refuse('a second person decides, who is neither the one who asked nor the one it is about');
    END IF;
    RETURN NEW;
END $$;

-- As the owner: what a second person approved is done here and nowhere else.
CREATE FUNCTION caseload_carry_out_ending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE caseload_collegegrant SET
        period = daterange(lower(period), greatest(NEW.last_day + 1, lower(period))),
        ended_by_id = NEW.decided_by_id, ended_at = NEW.decided_at,
        end_reason = CASE WHEN NEW.role_id IS NULL THEN 'Left' ELSE NEW.reason END
    WHERE user_id = NEW.user_id AND caseload_protected(role_id) AND (NEW.role_id IS NULL OR role_id = NEW.role_id)
      AND NOT isempty(period) AND (upper(period) IS NULL OR upper(period) > NEW.last_day + 1);
    IF NEW.role_id IS NULL THEN
        UPDATE accounts_user SET ended_on = NEW.last_day, is_active = NEW.last_day >= caseload_today()
        WHERE id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;

-- School days of the whole college between two days, both included; weekdays as long as no term is on record.
CREATE FUNCTION caseload_school_days(first date, last date) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM generate_series(first, last, interval '1 day') AS each(at)
    WHERE extract(isodow FROM at) < 6
      AND (NOT EXISTS (SELECT FROM caseload_term WHERE ends_on >= first AND starts_on <= last)
           OR EXISTS (SELECT FROM caseload_term WHERE at BETWEEN starts_on AND ends_on))
      AND NOT EXISTS (SELECT FROM caseload_closure WHERE site_id IS NULL AND at BETWEEN starts_on AND ends_on)
$$;

CREATE FUNCTION caseload_suspension_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person bigint;
    today date := caseload_today();
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
    person := waymark_person();
    IF NOT coalesce(caseload_second_person(person, NEW.user_id), false) THEN
        PERFORM caseload_refuse('only somebody who could approve that this person leaves suspends them');
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.by_id := person; NEW.lifted_by_id := NULL; NEW.lifted_at := NULL;
        IF NOT caseload_is_protected_person(NEW.user_id) THEN
            PERFORM caseload_refuse('only the holder of a protected role is suspended in this way');
        END IF;
        IF NEW.last_day < today OR caseload_school_days(today, NEW.last_day) > 3 OR NEW.last_day > today + 60 THEN
            PERFORM caseload_refuse('one person suspends for three school days and no longer');
        END IF;
        IF EXISTS (SELECT FROM caseload_suspension WHERE user_id = NEW.user_id AND last_day > today - 30) THEN
            PERFORM caseload_refuse('they were suspended within the last 30 days; for longer a second person approves that they leave');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.lifted_at IS NOT NULL OR (to_jsonb(OLD) - '{lifted_by_id,lifted_at}'::text[])
            IS DISTINCT FROM (to_jsonb(NEW) - '{lifted_by_id,lifted_at}'::text[]) THEN
        PERFORM caseload_refuse('a suspension is only lifted');
    END IF;
    NEW.lifted_by_id := person;
    RETURN NEW;
END $$;

CREATE FUNCTION caseload_carry_out_suspension() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE accounts_user SET suspended_until = CASE WHEN NEW.lifted_at IS NULL THEN NEW.last_day END
    WHERE id = NEW.user_id;
    RETURN NULL;
END $$;

CREATE FUNCTION caseload_protected_person_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
    IF NEW.suspended_until IS DISTINCT FROM OLD.suspended_until THEN
        PERFORM caseload_refuse('somebody is suspended, and let in again, through the table of suspensions');
    END IF;
    IF ((OLD.is_active AND NOT NEW.is_active)
            OR (NEW.ended_on IS DISTINCT FROM OLD.ended_on AND NEW.ended_on < coalesce(OLD.ended_on, 'infinity'::date)))
            AND caseload_is_protected_person(NEW.id) THEN
        PERFORM caseload_refuse('the holder of a protected role leaves only when a second person approves');
    END IF;
    RETURN NEW;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION caseload_protected_person_guard(), caseload_carry_out_suspension(), caseload_suspension_guard(),
    caseload_school_days(date, date), caseload_carry_out_ending(), caseload_ending_guard(), caseload_is_protected_person(bigint);
"""

TRIGGERS = """
CREATE TRIGGER a_ending_guard BEFORE INSERT OR UPDATE ON caseload_endingrequest
    FOR EACH ROW EXECUTE FUNCTION caseload_ending_guard();
CREATE TRIGGER b_carry_out AFTER UPDATE ON caseload_endingrequest
    FOR EACH ROW WHEN (NEW.consented AND OLD.consented IS NULL) EXECUTE FUNCTION caseload_carry_out_ending();
CREATE TRIGGER a_suspension_guard BEFORE INSERT OR UPDATE ON caseload_suspension
    FOR EACH ROW EXECUTE FUNCTION caseload_suspension_guard();
CREATE TRIGGER b_carry_out AFTER INSERT OR UPDATE ON caseload_suspension
    FOR EACH ROW EXECUTE FUNCTION caseload_carry_out_suspension();
CREATE TRIGGER a_protected_person_guard BEFORE UPDATE ON accounts_user
    FOR EACH ROW WHEN ((OLD.is_active, OLD.ended_on, OLD.suspended_until) IS DISTINCT FROM (NEW.is_active, NEW.ended_on, NEW.suspended_until))
    EXECUTE FUNCTION caseload_protected_person_guard();
"""
NO_TRIGGERS = """
DROP TRIGGER a_protected_person_guard ON accounts_user;
DROP TRIGGER b_carry_out ON caseload_suspension;
DROP TRIGGER a_suspension_guard ON caseload_suspension;
DROP TRIGGER b_carry_out ON caseload_endingrequest;
DROP TRIGGER a_ending_guard ON caseload_endingrequest;
"""
TABLES = "caseload_endingrequest, caseload_suspension"


class Migration(migrations.Migration):
    """Undone, the two guards of 0006 keep their newer words: they ask for more, never for less."""

    dependencies = [("caseload", "0013_endings_and_suspensions"), ("accounts", "0004_suspended_until")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(f'REVOKE DELETE, TRUNCATE ON {TABLES} FROM "{APP}"', f'GRANT DELETE ON {TABLES} TO "{APP}"'),
    ]
