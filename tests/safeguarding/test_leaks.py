"""What somebody would do who wants to learn of a concern and has found a way to send SQL of their own. Each is tried."""

import time
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from core import naming
from core.models import Mail
from core.private.keys import keyring
from safeguarding.models import AdultConcern, Concern
from tests.safeguarding.conftest import LATER, SECRET, Wall, ask, say, sign
from tests.safeguarding.test_wall import TABLES

REFUSED = "row-level security|permission denied|must be owner|append-only|needs a proposal|may not|refused"


def refused(sql: str, *values: Any, match: str = REFUSED) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        ask(sql, *values)


def test_naming_oneself_somebody_else_does_nothing(wall: Wall) -> None:
    with naming.named(wall.college.sam.pk):
        ask("SELECT set_config('waymark.person', %s, true)", str(wall.college.rahman.pk))
        ask("SELECT set_config('waymark.person', %s, false)", f"u:{wall.college.rahman.pk}")
        assert ask("SELECT public_id FROM safeguarding_concern") == []


def test_a_word_of_sql_in_the_middle_names_nobody(wall: Wall) -> None:
    with naming.named(wall.college.okafor.pk):
        sql = f"SELECT public_id FROM safeguarding_concern WHERE set_config('waymark.person', 'u:{wall.college.rahman.pk}', true) <> ''"
        assert ask(sql) in ([], [(wall["A"].pk,)])
        say(naming.token_for(naming.Name(wall.college.okafor.pk, None, "page"), naming.this_transaction()))
        assert ask("SELECT public_id FROM safeguarding_concern") == [(wall["A"].pk,)]


ATTACKS = (
    "ALTER TABLE safeguarding_concern DISABLE ROW LEVEL SECURITY",
    "DROP POLICY wall_select ON safeguarding_concern",
    "CREATE POLICY mine ON safeguarding_concern USING (true)",
    "ALTER TABLE safeguarding_entry DISABLE TRIGGER ALL",
    "TRUNCATE safeguarding_entry",
    "CREATE OR REPLACE FUNCTION safeguarding_in_team() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE OR REPLACE FUNCTION waymark_person() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "INSERT INTO core_namingkey (key_id, modulus) VALUES ('mine', 35)",
    "SELECT * FROM core_namingkey",
    "SET ROLE waymark_owner",
    "SET session_replication_role = replica",
    "COPY safeguarding_concern TO PROGRAM 'cat'",
    "CREATE TRIGGER mine BEFORE INSERT ON safeguarding_concern FOR EACH ROW EXECUTE FUNCTION safeguarding_guard()",
    "SELECT pg_read_file('PG_VERSION')",
)


def test_the_wall_is_not_taken_down(wall: Wall) -> None:
    with naming.named(wall.college.okafor.pk):
        for sql in ATTACKS:
            refused(sql, match="must be owner|permission denied|policy")


def test_turning_row_security_off_gives_an_error_and_no_row(wall: Wall) -> None:
    with naming.named(wall.college.sam.pk):
        ask("SET LOCAL row_security = off")
        refused("SELECT * FROM safeguarding_concern", match="would be affected by row-level security")


def test_a_table_of_ones_own_does_not_stand_in_for_the_real_one(wall: Wall) -> None:
    me = wall.college.sam.pk
    with naming.named(me):
        ask("CREATE TEMP TABLE auth_group AS SELECT 1 AS id, 'dsl'::text AS name")
        ask(
            "CREATE TEMP TABLE caseload_reach AS SELECT %s::bigint AS user_id, 1 AS role_id, 'college'::text AS kind,"
            " 1 AS container_id, 1 AS grant_id, daterange(NULL, NULL) AS period",
            me,
        )
        ask("SET LOCAL search_path = pg_temp, public")
        assert ask("SELECT safeguarding_in_team()") == [(False,)]
        assert ask("SELECT * FROM public.safeguarding_concern") == []


def test_nobody_makes_themselves_safeguarding_lead(wall: Wall) -> None:
    ward = wall.college.ward
    with naming.named(ward.pk):
        role = ask("SELECT id FROM auth_group WHERE name = 'dsl'")[0][0]
        refused("UPDATE auth_group SET name = 'dsl2' WHERE name = 'dsl'")
        refused("UPDATE auth_group SET name = 'dsl' WHERE name = 'tutor'")
        refused(
            "INSERT INTO caseload_collegegrant (public_id, user_id, permission_id, role_id, content_object_id, period, given_at,"
            " reason) SELECT gen_random_uuid(), %s, permission_id, %s, 1, daterange(NULL, NULL), now(), '' FROM caseload_collegegrant LIMIT 1",
            ward.pk,
            role,
            match=".",
        )
        refused("UPDATE caseload_collegegrant SET role_id = %s WHERE user_id = %s", role, ward.pk, match=".")
        refused("UPDATE caseload_collegegrant SET user_id = %s WHERE role_id = %s", ward.pk, role, match=".")
        assert ask("SELECT safeguarding_in_team()") == [(False,)]


def test_an_error_message_tells_nothing_of_a_row(wall: Wall) -> None:
    with naming.named(wall.college.sam.pk):
        for sql in (
            "SELECT count(*) FROM safeguarding_concern WHERE 1 / (length(key_id) - length(key_id)) = 1",
            "SELECT count(*) FROM safeguarding_concerncase WHERE received_at::text::int = 1",
            "SELECT count(*) FROM safeguarding_entry WHERE kind::uuid IS NULL",
        ):
            assert ask(sql) == [(0,)]


def test_a_student_is_deleted_or_renumbered_without_hearing_of_a_concern(wall: Wall) -> None:
    ada, hugo = wall.college.student("Ada"), wall.college.student("Hugo")
    told = []
    with naming.named(wall.college.sam.pk):
        for student in (ada, hugo):
            try:
                with transaction.atomic():
                    ask("SET CONSTRAINTS ALL IMMEDIATE")
                    ask("UPDATE caseload_student SET id = id + 100000 WHERE id = %s", student.pk)
                told.append("")
            except DatabaseError as problem:
                told.append(str(problem))
    assert not any("safeguarding" in words for words in told)
    names = ask(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confrelid IN ('caseload_student'::regclass,"
        " 'accounts_user'::regclass) AND conrelid::regclass::text LIKE 'safeguarding%%'"
    )
    assert names == []


def test_a_guess_at_a_concern_looks_the_same_whether_it_exists(wall: Wall) -> None:
    sql = (
        "INSERT INTO safeguarding_entry (public_id, sealed, key_id, concern_id, kind, happened_at, recorded_at, by_id,"
        " by_system) VALUES (gen_random_uuid(), '', '', %s, 'note', now(), now(), %s, '')"
    )
    answers = []
    for concern in (wall["B"].pk, "00000000-0000-4000-8000-000000000000"):
        with naming.named(wall.college.sam.pk), pytest.raises(DatabaseError) as problem, transaction.atomic():
            ask(sql, concern, wall.college.sam.pk)
        answers.append(str(problem.value).splitlines()[0])
    assert answers[0] == answers[1]


def test_no_number_counts_concerns() -> None:
    from django.apps import apps

    for model in apps.get_app_config("safeguarding").get_models():
        key = model._meta.pk
        kinds = {
            field.get_internal_type()
            for field in model._meta.concrete_fields
            if field.primary_key or field.name == "id"
        }
        assert kinds <= {"UUIDField", "OneToOneField"}, (model, key)


def test_there_is_no_sequence_to_ask(wall: Wall) -> None:
    with naming.named(wall.college.sam.pk):
        assert ask("SELECT relname FROM pg_class WHERE relkind = 'S' AND relname LIKE 'safeguarding%%'") == []


def test_an_excluded_deputy_reaches_in_by_no_side_door(wall: Wall) -> None:
    bell, a, b = wall.college.bell, wall["A"], wall["B"]
    share = (
        "INSERT INTO safeguarding_share (public_id, sealed, key_id, concern_id, person_id, covers_report, until_on,"
        " shared_by_id, shared_at) VALUES (%s, '', '', %s, %s, true, '2027-01-01', %s, now())"
    )
    own_share = "11111111-1111-4111-8111-111111111111"
    with naming.named(bell.pk):
        refused(share, "22222222-2222-4222-8222-222222222222", a.pk, bell.pk, bell.pk)
        ask(share, own_share, b.pk, bell.pk, bell.pk)
        # An entry of A under a share of B: the share is his, the entry is not.
        refused(
            "INSERT INTO safeguarding_shareentry (public_id, concern_id, share_id, entry_id) VALUES (gen_random_uuid(), %s, %s, %s)",
            b.pk,
            own_share,
            wall["A note"].pk,
            match="another concern",
        )
        # A correction in B of an entry of A.
        refused(
            "INSERT INTO safeguarding_entry (public_id, sealed, key_id, concern_id, kind, happened_at, recorded_at, by_id,"
            " by_system, corrects_id) VALUES (gen_random_uuid(), '', '', %s, 'correction', now(), now(), %s, '', %s)",
            b.pk,
            bell.pk,
            wall["A note"].pk,
            match="another concern",
        )
        assert ask("SELECT * FROM safeguarding_team_for(%s)", a.pk) == []
        assert ask("SELECT public_id FROM safeguarding_exclusion") == []
        assert ask("UPDATE safeguarding_exclusion SET lifted_at = now() RETURNING public_id") == []


def test_the_audit_record_tells_an_excluded_deputy_nothing(wall: Wall) -> None:
    about = "SELECT count(*) FROM audit_entry WHERE walled AND (object_id = %s OR details::text LIKE %s)"
    a, adult = str(wall["A"].pk), str(wall["adult lind"].pk)
    counts = {}
    for who in ("rahman", "bell", "okafor", "ward", "achebe", "foster", "sam"):
        with naming.named(wall.college.staff[who].pk):
            counts[who] = tuple(ask(about, pk, f"%{pk}%")[0][0] > 0 for pk in (a, adult))
    nothing = (False, False)
    assert counts == {
        "rahman": (True, False),
        "bell": nothing,
        "okafor": nothing,
        "ward": nothing,
        "achebe": (False, True),
        "foster": nothing,
        "sam": nothing,
    }


def test_the_audit_record_holds_no_word(wall: Wall) -> None:
    with naming.named_system("audit"):
        everything = " ".join(str(row) for row in ask("SELECT details, object_id, verb FROM audit_entry"))
    for word in (SECRET, LATER, "Ada", "Ábel", "Okafor", "Keep an eye"):
        assert word not in everything


def test_the_database_holds_no_word_in_the_clear(wall: Wall) -> None:
    for who in ("rahman", "okafor", "achebe", "foster", "brandt"):
        with naming.named(wall.college.staff[who].pk):
            for table in TABLES:
                for row in ask(f"SELECT to_jsonb({table})::text FROM {table}"):
                    for word in (SECRET, LATER, "Ada", "Keep an eye"):
                        assert word not in row[0], table
                        assert word.encode().hex() not in row[0], table


def test_sealed_words_open_in_their_own_place_only(wall: Wall) -> None:
    from core.private.keys import Tampered

    with naming.named(wall.college.rahman.pk):
        a, b = Concern.objects.get(pk=wall["A"].pk), Concern.objects.get(pk=wall["B"].pk)
    assert SECRET in a.words["what"]
    b.sealed, b.key_id = a.sealed, a.key_id
    with pytest.raises(Tampered):
        b.words  # noqa: B018  (reading it is what opens it)


def test_mails_and_the_outbox_tell_nothing(wall: Wall) -> None:
    mails = list(Mail.objects.all())
    assert sorted({mail.to_address for mail in mails}) == [
        "achebe@waymark.example",
        "bell@waymark.example",
        "foster@waymark.example",
        "lind@waymark.example",
        "rahman@waymark.example",
    ]
    ids = [str(pk) for pk in wall.labels]
    for mail in mails:
        everything = " ".join(
            str(getattr(mail, field.name)) for field in mail._meta.concrete_fields if field.name != "public_id"
        )
        for word in (SECRET, LATER, "Ada", "Ábel", "Imran", "Okafor", "Brandt", "okafor", "concern", *ids):
            assert word not in everything
        assert mail.queued_by_id is None
        assert mail.queued_by_system == "safeguarding-notices"


def test_students_and_people_have_no_way_to_a_concern(wall: Wall) -> None:
    from accounts.models import User
    from caseload.models import Student

    for model in (Student, User):
        back = [
            field for field in model._meta.get_fields(include_hidden=False) if field.auto_created and not field.concrete
        ]
        assert not [field for field in back if field.related_model._meta.app_label == "safeguarding"]
        accessors = [name for name in dir(model) if any(word in name for word in ("concern", "safeguarding", "flag"))]
        assert accessors == []


def test_yesterdays_deputy_reads_nothing(wall: Wall) -> None:
    from django.db.backends.postgresql.psycopg_any import DateRange

    college = wall.college
    college.grant(college.novak, "deputy_dsl", "college", period=DateRange(date(2026, 11, 1), date(2026, 11, 20)))
    college.grant(college.price, "deputy_dsl", "college", period=DateRange(date(2026, 11, 20), date(2026, 11, 21)))
    with naming.named(college.novak.pk):
        assert ask("SELECT public_id FROM safeguarding_concern") == []
    with naming.named(college.price.pk):
        assert len(ask("SELECT public_id FROM safeguarding_concern")) == 2


def test_a_dsl_who_left_reads_nothing(wall: Wall) -> None:
    college = wall.college
    # On the last day they still work here; the day after they do not.
    for last_day, read in ((date(2026, 11, 20), 2), (date(2026, 11, 19), 0)):
        college.leaves(college.rahman, last_day)
        with naming.named(college.rahman.pk):
            assert len(ask("SELECT public_id FROM safeguarding_concern")) == read


def test_an_old_backup_needs_the_keys_too(wall: Wall) -> None:
    ring = keyring("safeguarding")
    with naming.named(wall.college.rahman.pk):
        key_id, sealed = ask("SELECT key_id, sealed FROM safeguarding_concern WHERE public_id = %s", wall["A"].pk)[0]
    assert key_id in ring.ids
    assert SECRET.encode() not in bytes(sealed)


def test_the_application_signs_in_without_any_way_round(owner_connection: psycopg.Connection[Any]) -> None:
    role = owner_connection.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolinherit AND EXISTS (SELECT FROM pg_auth_members WHERE member = oid)"
        " FROM pg_roles WHERE rolname = 'waymark_app'"
    ).fetchone()
    assert role == (False, False, False, False)
    tables = owner_connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'safeguarding\\_%' AND NOT relrowsecurity"
    ).fetchall()
    assert tables == []


def test_a_name_ends_with_the_request(wall: Wall) -> None:
    with naming.named(wall.college.rahman.pk):
        assert connection.in_atomic_block
    say("")
    with naming.named(wall.college.sam.pk):
        assert ask("SELECT count(*) FROM safeguarding_concern") == [(0,)]


def test_a_share_that_ran_out_shows_nothing(wall: Wall) -> None:
    soon = int(time.time()) + 600
    with naming.named(wall.college.sam.pk):
        say(sign(f"u:{wall.college.lind.pk}", soon, purpose="page@2026-11-27"))
        assert len(ask("SELECT public_id FROM safeguarding_concern")) == 1
        say(sign(f"u:{wall.college.lind.pk}", soon, purpose="page@2026-11-28"))
        assert ask("SELECT public_id FROM safeguarding_concern") == []
        assert ask("SELECT public_id FROM safeguarding_share") == []
        assert ask("SELECT public_id FROM safeguarding_entry") == []


def test_a_concern_about_whoever_is_head_goes_round_the_head_whatever_the_form_said(wall: Wall) -> None:
    college = wall.college
    with naming.named(college.mendes.pk):
        sneaky = AdultConcern(token=wall["A"].token, reporter=college.mendes, subject=college.achebe, about_head=False)
        sneaky.seal_words(what="x")
        AdultConcern.objects.bulk_create([sneaky])
    with naming.named(college.achebe.pk):
        assert ask("SELECT count(*) FROM safeguarding_adultconcern") == [(1,)]
    with naming.named(college.foster.pk):
        assert ask("SELECT count(*) FROM safeguarding_adultconcern") == [(2,)]
