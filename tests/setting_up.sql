-- Only in databases of tests: give a protected role as the database's owner would, inside a test's own transaction.
CREATE FUNCTION give_protected_role(person bigint, role bigint, permission bigint, period daterange) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO caseload_collegegrant
        (public_id, user_id, role_id, permission_id, content_object_id, period, given_at, reason, end_reason)
    VALUES (gen_random_uuid(), person, role, permission, 1, period, now(), '', '')
    RETURNING id
$$;

-- End one as two people would, where a test is not about how.
CREATE FUNCTION end_protected_role(grant_id bigint, first_day_without date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE caseload_collegegrant SET period = daterange(lower(period), first_day_without) WHERE id = grant_id
$$;

CREATE FUNCTION end_protected_person(person bigint, last_day date, today date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE accounts_user SET ended_on = last_day, is_active = last_day >= today WHERE id = person
$$;

-- Let the four hours of emergency access run out: its times are the database's own, which no clock of a test moves.
CREATE FUNCTION let_glass_run_out() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ALTER TABLE safeguarding_glass DISABLE TRIGGER USER;
    UPDATE safeguarding_glass SET until_at = now() - interval '1 second';
    ALTER TABLE safeguarding_glass ENABLE TRIGGER USER;
END $$;

-- The same for whatever else only somebody with the right to may write: as long as the set-up of a test is named.
CREATE OR REPLACE FUNCTION waymark_owns(relation oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT current_user = pg_get_userbyid(relowner) OR coalesce(waymark_name() = 's:test-set-up', false)
    FROM pg_class WHERE oid = relation
$$;
