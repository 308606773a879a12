"""Who signs in, with what, in which role: changed only under the signed name of somebody with the right to.

The application's own rules say the same. These hold when SQL gets past them: it can sign no name, so it can change only
what the person in whose request it runs may change anyway. The owner of the database may do all of it.
"""

from django.conf import settings
from django.db import migrations

APP = settings.DATABASE_APP_USER
KINDS = ("caseload", "teaching_group", "year_group", "house", "team", "course", "area", "site", "college")
TABLES = {kind: f"caseload_{kind.replace('_', '')}grant" for kind in KINDS}

RIGHTS = """
-- Whether a role that somebody holds today carries this permission, and they still work here.
CREATE FUNCTION caseload_may(person bigint, permission text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM caseload_reach held
        JOIN auth_group_permissions carried ON carried.group_id = held.role_id
        JOIN auth_permission may ON may.id = carried.permission_id
        JOIN django_content_type app ON app.id = may.content_type_id
        WHERE held.user_id = person AND app.app_label || '.' || may.codename = permission
          AND held.period @> caseload_today() AND caseload_works_here(person, caseload_today()))
$$;

-- Whether somebody gives reach over this container: any for the whole college, otherwise those of their sites.
CREATE FUNCTION caseload_gives(person bigint, over_kind text, container bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT caseload_may(person, 'accounts.manage_grants') AND EXISTS (
        SELECT FROM caseload_reach held
        JOIN auth_group_permissions carried ON carried.group_id = held.role_id
        JOIN auth_permission may ON may.id = carried.permission_id AND may.codename = 'manage_grants'
        WHERE held.user_id = person AND held.period @> caseload_today()
          AND (held.kind = 'college' OR (held.kind = 'site' AND held.container_id = CASE over_kind
                WHEN 'site' THEN container
                WHEN 'caseload' THEN (SELECT site_id FROM caseload_caseload WHERE id = container)
                WHEN 'teaching_group' THEN (SELECT site_id FROM caseload_teachinggroup WHERE id = container)
                WHEN 'year_group' THEN (SELECT site_id FROM caseload_yeargroup WHERE id = container)
                WHEN 'house' THEN (SELECT site_id FROM caseload_house WHERE id = container)
                WHEN 'team' THEN (SELECT site_id FROM caseload_team WHERE id = container) END)))
$$;

-- Whether somebody hands this caseload to a colleague for a while: whoever leads it or students of it, or its own tutor
-- where the college lets tutors.
CREATE FUNCTION caseload_hands_over(person bigint, caseload bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT (caseload_may(person, 'caseload.arrange_cover') AND EXISTS (
        SELECT FROM caseload_reach held
        JOIN auth_group_permissions carried ON carried.group_id = held.role_id
        JOIN auth_permission may ON may.id = carried.permission_id AND may.codename = 'arrange_cover'
        JOIN caseload_caseload led ON led.id = caseload
        WHERE held.user_id = person AND held.period @> caseload_today() AND CASE held.kind
            WHEN 'college' THEN true
            WHEN 'caseload' THEN held.container_id = led.id
            WHEN 'team' THEN held.container_id = led.team_id
            WHEN 'house' THEN held.container_id = led.house_id
            WHEN 'site' THEN held.container_id = led.site_id
            WHEN 'year_group' THEN EXISTS (
                SELECT FROM caseload_caseloadmembership member
                JOIN caseload_yeargroupmembership pupil ON pupil.student_id = member.student_id
                WHERE member.group_id = led.id AND member.period @> caseload_today()
                  AND pupil.group_id = held.container_id AND pupil.period @> caseload_today())
            ELSE false END)) OR (
        EXISTS (SELECT FROM caseload_coverpolicy WHERE tutors_arrange)
        AND EXISTS (SELECT FROM caseload_caseloadgrant own
                    WHERE own.user_id = person AND own.content_object_id = caseload AND own.capacity <> 'cover'
                      AND own.period @> caseload_today()))
$$;

-- Whether this person is the second one who approved today that somebody leaves: what they held otherwise ends with it.
CREATE FUNCTION caseload_approved_leaving(person bigint, leaver bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM caseload_endingrequest
                   WHERE user_id = leaver AND role_id IS NULL AND consented AND decided_by_id = person
                     AND (decided_at AT TIME ZONE 'Europe/London')::date = caseload_today())
$$;

-- Whether a roster is being loaded: by a command, or in the browser by somebody who may.
CREATE FUNCTION caseload_loads_roster() RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(waymark_system() = 'roster-import' OR caseload_may(waymark_person(), 'exchange.import_roster'), false)
$$;
"""
NO_RIGHTS = """
DROP FUNCTION caseload_loads_roster(), caseload_approved_leaving(bigint, bigint), caseload_hands_over(bigint, bigint),
    caseload_gives(bigint, text, bigint), caseload_may(bigint, text);
"""

REACH = """
CREATE FUNCTION caseload_reach_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    kind text := TG_ARGV[0];
    person bigint;
    role text;
    cover boolean;
    roster boolean;
BEGIN
    IF waymark_owns(TG_RELID) THEN RETURN NEW; END IF;
    person := waymark_person();
    SELECT name INTO role FROM auth_group WHERE id = NEW.role_id;
    IF TG_OP = 'UPDATE' AND NOT NEW.period <@ OLD.period THEN
        PERFORM caseload_refuse('a grant can only be ended; for longer it is given again');
    END IF;

    -- The guard of protected roles has let it pass by now: it refuses every change, and a grant without a consent.
    IF caseload_protected(NEW.role_id) THEN
        IF TG_OP = 'INSERT' AND (
                NOT EXISTS (SELECT FROM caseload_roleproposal WHERE id = NEW.proposal_id AND decided_by_id = person)
                OR EXISTS (SELECT FROM caseload_collegegrant WHERE proposal_id = NEW.proposal_id)) THEN
            PERFORM caseload_refuse('a protected role needs a proposal and is given once, by the second person who consents');
        END IF;
        RETURN NEW;
    END IF;

    roster := kind IN ('caseload', 'teaching_group') AND role IN ('tutor', 'teacher') AND caseload_loads_roster();
    cover := kind = 'caseload' AND to_jsonb(NEW) ->> 'capacity' = 'cover' AND role = 'tutor'
        AND person IS DISTINCT FROM NEW.user_id AND coalesce(caseload_hands_over(person, NEW.content_object_id), false);
    IF TG_OP = 'INSERT' THEN
        IF roster OR cover OR (person <> NEW.user_id AND caseload_gives(person, kind, NEW.content_object_id)) THEN
            NEW.given_by_id := person;
            RETURN NEW;
        END IF;
        -- Whoever installs Waymark names the first of each, and only the first.
        IF waymark_system() = 'first-administrator' AND kind = 'college' AND role IN ('data_manager', 'system_administrator')
                AND NOT EXISTS (SELECT FROM caseload_collegegrant WHERE role_id = NEW.role_id AND period @> caseload_today()) THEN
            NEW.given_by_id := NULL;
            RETURN NEW;
        END IF;
        PERFORM caseload_refuse('this reach may not be given by whoever asks');
    END IF;
    IF roster OR cover OR (person <> NEW.user_id AND (
            caseload_gives(person, kind, NEW.content_object_id) OR caseload_may(person, 'accounts.manage_staff')
            OR caseload_approved_leaving(person, NEW.user_id))) THEN
        NEW.ended_by_id := CASE WHEN NEW.ended_by_id IS DISTINCT FROM OLD.ended_by_id THEN person ELSE OLD.ended_by_id END;
        RETURN NEW;
    END IF;
    PERFORM caseload_refuse('this reach may not be changed by whoever asks');
END $$;
""" + "\n".join(
    f"CREATE TRIGGER c_reach_guard BEFORE INSERT OR UPDATE ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION caseload_reach_guard('{kind}');"
    for kind, table in TABLES.items()
)
NO_REACH = "\n".join(f"DROP TRIGGER c_reach_guard ON {table};" for table in TABLES.values())
NO_REACH += "\nDROP FUNCTION caseload_reach_guard();"

STAFF = """
CREATE FUNCTION caseload_staff_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person bigint;
    manages boolean;
BEGIN
    IF waymark_owns(TG_RELID) THEN RETURN NEW; END IF;
    person := waymark_person();
    manages := coalesce(person IS DISTINCT FROM NEW.id AND caseload_may(person, 'accounts.manage_staff'), false);

    IF TG_OP = 'INSERT' THEN
        IF NOT (manages OR caseload_loads_roster() OR coalesce(waymark_system() = 'first-administrator', false)) THEN
            PERFORM caseload_refuse('staff may not be added by whoever asks');
        END IF;
        -- Nobody sets a password for somebody else: who is added sets their own through the link in their mail.
        IF NEW.password NOT LIKE '!%' OR NEW.last_login IS NOT NULL THEN
            PERFORM caseload_refuse('who is added has no password yet');
        END IF;
        RETURN NEW;
    END IF;

    IF (NEW.id, NEW.public_id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.created_at) THEN
        PERFORM caseload_refuse('a member of staff stays the one that they are');
    END IF;
    IF NEW.password IS DISTINCT FROM OLD.password
            AND NOT (coalesce(person = OLD.id, false) OR waymark_acts('sign-in', OLD.id) OR waymark_acts('reset-link', OLD.id)) THEN
        PERFORM caseload_refuse('a password may be changed by its owner only');
    END IF;
    IF NEW.last_login IS DISTINCT FROM OLD.last_login
            AND NOT (coalesce(person = OLD.id, false) OR waymark_acts('sign-in', OLD.id)) THEN
        PERFORM caseload_refuse('only signing in notes when somebody signed in');
    END IF;
    IF NEW.email IS DISTINCT FROM OLD.email
            AND NOT (manages AND NOT caseload_is_protected_person(OLD.id))
            AND NOT (OLD.email LIKE '%@{no_address}' AND caseload_loads_roster()) THEN
        PERFORM caseload_refuse('this sign-in address may not be changed by whoever asks');
    END IF;
    IF (NEW.title, NEW.given_name, NEW.family_name, NEW.sort_key)
            IS DISTINCT FROM (OLD.title, OLD.given_name, OLD.family_name, OLD.sort_key)
            AND NOT (manages OR caseload_loads_roster()) THEN
        PERFORM caseload_refuse('this member of staff may not be changed by whoever asks');
    END IF;
    -- Whatever else a later version adds to the table belongs to those who look after staff.
    IF NOT manages AND to_jsonb(NEW) - '{ruled}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{ruled}'::text[] THEN
        PERFORM caseload_refuse('this member of staff may not be changed by whoever asks');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_staff_guard BEFORE INSERT OR UPDATE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION caseload_staff_guard();
""".replace("{ruled}", "{password,last_login,email,title,given_name,family_name,sort_key}").replace(
    "{no_address}", "no-address.invalid"
)
NO_STAFF = "DROP TRIGGER a_staff_guard ON accounts_user; DROP FUNCTION caseload_staff_guard();"

FACTORS = """
CREATE FUNCTION caseload_factor_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person bigint;
BEGIN
    IF waymark_owns(TG_RELID) THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    person := waymark_person();
    IF TG_OP = 'INSERT' THEN
        IF person IS DISTINCT FROM NEW.user_id THEN
            PERFORM caseload_refuse('a second factor may be set up by its owner only');
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.user_id, NEW.type, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.type, OLD.created_at) THEN
            PERFORM caseload_refuse('a second factor stays the one that it is');
        END IF;
        -- Signing in notes when it was used and which recovery codes are used up; a code never becomes unused.
        IF coalesce(person = OLD.user_id, false) OR (waymark_acts('sign-in', OLD.user_id)
                AND NEW.data - '{used_mask,migrated_codes}'::text[] = OLD.data - '{used_mask,migrated_codes}'::text[]
                AND coalesce((OLD.data ->> 'used_mask')::bigint, 0) & ~coalesce((NEW.data ->> 'used_mask')::bigint, 0) = 0
                AND coalesce(NEW.data -> 'migrated_codes' <@ (OLD.data -> 'migrated_codes'),
                             NEW.data -> 'migrated_codes' IS NOT DISTINCT FROM OLD.data -> 'migrated_codes')) THEN
            RETURN NEW;
        END IF;
        PERFORM caseload_refuse('a second factor may be changed by its owner only');
    END IF;
    IF coalesce(person = OLD.user_id, false) THEN RETURN OLD; END IF;
    IF caseload_is_protected_person(OLD.user_id) THEN
        IF EXISTS (SELECT FROM accounts_secondsteprequest WHERE user_id = OLD.user_id AND consented
                   AND decided_by_id = person AND (decided_at AT TIME ZONE 'Europe/London')::date = caseload_today()) THEN
            RETURN OLD;
        END IF;
    ELSIF coalesce(caseload_may(person, 'accounts.manage_staff'), false) THEN
        RETURN OLD;
    END IF;
    PERFORM caseload_refuse('a second factor may be taken away by its owner, or by those who let somebody in again');
END $$;
CREATE TRIGGER a_factor_guard BEFORE INSERT OR UPDATE OR DELETE ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION caseload_factor_guard();

CREATE FUNCTION caseload_second_step_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person bigint;
BEGIN
    IF waymark_owns(TG_RELID) THEN RETURN NEW; END IF;
    person := waymark_person();
    IF TG_OP = 'INSERT' THEN
        IF person IS NULL OR person = NEW.user_id OR NOT caseload_may(person, 'accounts.manage_staff') THEN
            PERFORM caseload_refuse('this may not be asked by whoever asks');
        END IF;
        NEW.asked_by_id := person;
        NEW.decided_by_id := NULL; NEW.decided_at := NULL; NEW.consented := NULL;
        RETURN NEW;
    END IF;
    IF OLD.decided_by_id IS NOT NULL OR (NEW.id, NEW.public_id, NEW.user_id, NEW.reason, NEW.asked_by_id, NEW.asked_at)
            IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.user_id, OLD.reason, OLD.asked_by_id, OLD.asked_at) THEN
        PERFORM caseload_refuse('what is asked is decided once, as it was asked; another change is refused');
    END IF;
    IF NEW.consented IS NULL OR NOT coalesce(caseload_second_person(person, OLD.asked_by_id, OLD.user_id), false) THEN
        PERFORM caseload_refuse('a second person of the safeguarding team, or the head, decides; this one may not');
    END IF;
    NEW.decided_by_id := person;
    RETURN NEW;
END $$;
CREATE TRIGGER a_second_step_guard BEFORE INSERT OR UPDATE ON accounts_secondsteprequest
    FOR EACH ROW EXECUTE FUNCTION caseload_second_step_guard();
"""
NO_FACTORS = """
DROP TRIGGER a_second_step_guard ON accounts_secondsteprequest;
DROP TRIGGER a_factor_guard ON mfa_authenticator;
DROP FUNCTION caseload_second_step_guard();
DROP FUNCTION caseload_factor_guard();
"""

LINKS = """
-- A link stays what it was given out for. The one that lets somebody set up their first second step is made by the part of
-- Waymark that hands emails over, and nobody else.
CREATE FUNCTION caseload_link_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF waymark_owns(TG_RELID) THEN RETURN NEW; END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.purpose = 'first_step' AND waymark_system() IS DISTINCT FROM 'mail-links' THEN
            PERFORM caseload_refuse('this link may not be made by whoever asks');
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - '{used_count,last_used_at,revoked_at}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{used_count,last_used_at,revoked_at}'::text[]
            OR NEW.used_count < OLD.used_count OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL) THEN
        PERFORM caseload_refuse('a link is used up or taken back, and not changed in any other way; this is refused');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_link_guard BEFORE INSERT OR UPDATE ON core_signedlink
    FOR EACH ROW EXECUTE FUNCTION caseload_link_guard();

-- An email with a link that opens an account goes to the address of that account.
CREATE FUNCTION caseload_link_mail_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT waymark_owns(TG_RELID) AND NOT EXISTS (
            SELECT FROM accounts_user WHERE id = (NEW.link_about ->> 'user')::bigint AND email = NEW.to_address) THEN
        PERFORM caseload_refuse('this link may be sent to the address of its own account only');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_link_mail_guard BEFORE INSERT OR UPDATE OF link_kind, link_about, to_address ON core_mail
    FOR EACH ROW WHEN (NEW.link_kind LIKE 'accounts.%') EXECUTE FUNCTION caseload_link_mail_guard();
"""
NO_LINKS = """
DROP TRIGGER a_link_mail_guard ON core_mail;
DROP TRIGGER a_link_guard ON core_signedlink;
DROP FUNCTION caseload_link_mail_guard();
DROP FUNCTION caseload_link_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("caseload", "0016_answered_reasons"),
        ("accounts", "0004_suspended_until"),
        ("core", "0007_names_bound_to_their_transaction"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        migrations.RunSQL(REACH, NO_REACH),
        migrations.RunSQL(STAFF, NO_STAFF),
        migrations.RunSQL(FACTORS, NO_FACTORS),
        migrations.RunSQL(LINKS, NO_LINKS),
        migrations.RunSQL(
            f'REVOKE DELETE, TRUNCATE ON accounts_secondsteprequest FROM "{APP}"',
            f'GRANT DELETE ON accounts_secondsteprequest TO "{APP}"',
        ),
        migrations.RunSQL(f'REVOKE TRUNCATE ON mfa_authenticator FROM "{APP}"', migrations.RunSQL.noop),
    ]
