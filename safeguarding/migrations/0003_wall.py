"""Row security on every table of the app, and what the application's role may do to each.

A policy asks functions only, each inside (SELECT …) so that it is asked once for a query and not once for a row.
"""

from django.conf import settings
from django.db import migrations

APP = f'"{settings.DATABASE_APP_USER}"'
PERSON = "(SELECT waymark_person())"
TEAM = "(SELECT safeguarding_in_team())"
KEYS = "(SELECT waymark_system()) = 'safeguarding-keys'"
REMINDER = "(SELECT waymark_system()) = 'safeguarding-escalation'"
TIDIER = "(SELECT waymark_system()) = 'safeguarding-drafts'"


def among(column: str, function: str) -> str:
    """The column's value is one of those that the function gives."""
    return f"{column} = ANY ((SELECT {function}())::uuid[])"


def open_to(column: str) -> str:
    """The person is not excluded from the concern."""
    return f"{column} <> ALL ((SELECT safeguarding_excluded())::uuid[])"


def team(column: str) -> str:
    """The person is of the team and not excluded from the concern."""
    return f"({TEAM} AND {open_to(column)})"


CASE, CONCERN, ENTRY = "safeguarding_concerncase", "safeguarding_concern", "safeguarding_entry"
ACTION, SHARE, COVERED = "safeguarding_action", "safeguarding_share", "safeguarding_shareentry"
EXCLUSION, FLAG, DRAFT = "safeguarding_exclusion", "safeguarding_flag", "safeguarding_draft"
ADULT, ADULT_ENTRY = "safeguarding_adultconcern", "safeguarding_adultentry"

# table, command, who
POLICIES = (
    # The report as written: the team, its reporter, whom it was shared with.
    (
        CONCERN,
        "SELECT",
        f"{team('public_id')} OR (reporter_id = {PERSON} AND {open_to('public_id')})"
        f" OR {among('public_id', 'safeguarding_shared_reports')} OR {KEYS}",
    ),
    (CONCERN, "INSERT", f"reporter_id = {PERSON} AND state = 'received'"),
    (CONCERN, "UPDATE", f"{team('public_id')} OR {KEYS}"),
    # The casework: the team. The reminder sees the cases that nobody took up, before anything is written in them.
    (CASE, "SELECT", f"{team('concern_id')} OR ({REMINDER} AND acknowledged_at IS NULL) OR {KEYS}"),
    (CASE, "UPDATE", f"{team('concern_id')} OR ({REMINDER} AND acknowledged_at IS NULL) OR {KEYS}"),
    # Entries: the team; a reporter what they added themselves; whoever a chosen entry was shared with.
    (
        ENTRY,
        "SELECT",
        f"{team('concern_id')}"
        f" OR (by_id = {PERSON} AND kind = 'addendum' AND {among('concern_id', 'safeguarding_reported')})"
        f" OR {among('public_id', 'safeguarding_shared_entries')} OR {KEYS}",
    ),
    (
        ENTRY,
        "INSERT",
        f"(by_id = {PERSON} AND kind <> 'addendum' AND {team('concern_id')})"
        f" OR (by_id = {PERSON} AND kind = 'addendum' AND {among('concern_id', 'safeguarding_reported')})"
        f" OR ({REMINDER} AND kind = 'reminded' AND by_id IS NULL AND by_system = 'safeguarding-escalation')",
    ),
    (ENTRY, "UPDATE", KEYS),
    (ACTION, "SELECT", f"{team('concern_id')} OR {KEYS}"),
    (ACTION, "INSERT", f"added_by_id = {PERSON} AND state = 'open' AND {team('concern_id')}"),
    (ACTION, "UPDATE", f"{team('concern_id')} OR {KEYS}"),
    # Shares: the team; the person named, while the share lasts.
    (SHARE, "SELECT", f"{team('concern_id')} OR {among('public_id', 'safeguarding_shares')} OR {KEYS}"),
    (SHARE, "INSERT", f"shared_by_id = {PERSON} AND ended_at IS NULL AND {team('concern_id')}"),
    (SHARE, "UPDATE", f"{team('concern_id')} OR {KEYS}"),
    (COVERED, "SELECT", f"{team('concern_id')} OR {among('share_id', 'safeguarding_shares')}"),
    (COVERED, "INSERT", team("concern_id")),
    # Exclusions: the rest of the team. A reporter names somebody when raising, and does not see it afterwards.
    (EXCLUSION, "SELECT", f"{team('concern_id')} OR {KEYS}"),
    (
        EXCLUSION,
        "INSERT",
        f"excluded_by_id = {PERSON} AND lifted_at IS NULL"
        f" AND ({team('concern_id')} OR {among('concern_id', 'safeguarding_just_raised')})",
    ),
    (EXCLUSION, "UPDATE", f"{team('concern_id')} OR {KEYS}"),
    # Flags: the team; the person named, while the flag lasts.
    (
        FLAG,
        "SELECT",
        f"{TEAM} OR (person_id = {PERSON} AND ended_at IS NULL AND until_on >= (SELECT safeguarding_today()))",
    ),
    (FLAG, "INSERT", f"set_by_id = {PERSON} AND ended_at IS NULL AND {TEAM}"),
    (FLAG, "UPDATE", TEAM),
    # Drafts: their author. Those left lying for a month may be removed.
    (DRAFT, "SELECT", f"author_id = {PERSON} OR {KEYS} OR ({TIDIER} AND updated_at < now() - interval '30 days')"),
    (DRAFT, "INSERT", f"author_id = {PERSON}"),
    (DRAFT, "UPDATE", f"author_id = {PERSON} OR {KEYS}"),
    (DRAFT, "DELETE", f"author_id = {PERSON} OR ({TIDIER} AND updated_at < now() - interval '30 days')"),
    # Concerns about adults: whoever handles them, and their reporter; never the adult.
    (
        ADULT,
        "SELECT",
        f"{among('public_id', 'safeguarding_handled')}"
        f" OR (reporter_id = {PERSON} AND subject_id IS DISTINCT FROM {PERSON}) OR {KEYS}",
    ),
    (ADULT, "INSERT", f"reporter_id = {PERSON} AND state = 'received'"),
    (ADULT, "UPDATE", f"{among('public_id', 'safeguarding_handled')} OR {KEYS}"),
    (ADULT_ENTRY, "SELECT", f"{among('concern_id', 'safeguarding_handled')} OR {KEYS}"),
    (ADULT_ENTRY, "INSERT", f"by_id = {PERSON} AND {among('concern_id', 'safeguarding_handled')}"),
    (ADULT_ENTRY, "UPDATE", KEYS),
)

# table, what the application may do: whole commands, and the only columns that may ever change
GRANTS = (
    (CONCERN, "SELECT, INSERT", ("state", "state_at", "sealed", "key_id")),
    (
        CASE,
        "SELECT",
        (
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
            "reminded_at",
            "reminded_times",
            "version",
        ),
    ),
    (ENTRY, "SELECT, INSERT", ("sealed", "key_id")),
    (
        ACTION,
        "SELECT, INSERT",
        ("state", "settled_by_id", "settled_at", "outcome_sealed", "outcome_key_id", "sealed", "key_id"),
    ),
    (SHARE, "SELECT, INSERT", ("ended_at", "ended_by_id", "sealed", "key_id")),
    (COVERED, "SELECT, INSERT", ()),
    (EXCLUSION, "SELECT, INSERT", ("lifted_at", "lifted_by_id", "sealed", "key_id")),
    (FLAG, "SELECT, INSERT", ("ended_at", "ended_by_id")),
    (DRAFT, "SELECT, INSERT, DELETE", ("updated_at", "sealed", "key_id")),
    (ADULT, "SELECT, INSERT", ("state", "state_at", "sealed", "key_id")),
    (ADULT_ENTRY, "SELECT, INSERT", ("sealed", "key_id")),
)


def policy(table: str, command: str, who: str) -> str:
    """One policy; an UPDATE may neither touch nor leave behind a row that is not the person's."""
    parts = {"INSERT": f"WITH CHECK ({who})", "UPDATE": f"USING ({who}) WITH CHECK ({who})"}
    return f"CREATE POLICY wall_{command.lower()} ON {table} FOR {command} TO {APP} {parts.get(command, f'USING ({who})')};"


def grant(table: str, commands: str, columns: tuple[str, ...]) -> str:
    """Take everything, then give only this."""
    given = f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; REVOKE ALL ON {table} FROM {APP}; GRANT {commands} ON {table} TO {APP};"
    return given + (f" GRANT UPDATE ({', '.join(columns)}) ON {table} TO {APP};" if columns else "")


class Migration(migrations.Migration):
    dependencies = [("safeguarding", "0002_who_asks")]

    operations = [
        migrations.RunSQL(
            "\n".join(grant(*row) for row in GRANTS) + "\n".join(policy(*row) for row in POLICIES),
            "\n".join(f"DROP POLICY wall_{command.lower()} ON {table};" for table, command, _ in POLICIES)
            + "\n".join(
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP};"
                for table, _, _ in GRANTS
            ),
        )
    ]
