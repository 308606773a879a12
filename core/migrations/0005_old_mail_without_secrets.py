from django.db import migrations

# Until now a link with a secret stood in the stored text. What went out keeps its words without it; what did not arrive
# could only be sent again with a hole in it, so it ends and its link is asked for again.
LINK = r"https?://[^\s\"<>]+/(accounts/password/reset/key|with-you)/[^\s\"<>]+"
GONE = "(this link was taken out)"

SQL = f"""
UPDATE core_mail SET state = 'cancelled', lease_until = NULL, finished_at = now(),
    error_text = 'It held a link that is no longer kept. Send a new link.'
WHERE state IN ('waiting', 'failed', 'uncertain') AND text ~ '{LINK}';
UPDATE core_mail SET text = regexp_replace(text, '{LINK}', '{GONE}', 'g'), html = regexp_replace(html, '{LINK}', '{GONE}', 'g')
WHERE text ~ '{LINK}' OR html ~ '{LINK}';
UPDATE core_mail SET seen_by = CASE WHEN subject = 'A confidential matter is waiting for you' THEN 'recipient' ELSE 'team' END
WHERE queued_by_system = 'safeguarding-notices';
"""


class Migration(migrations.Migration):
    """Stored emails hold no links with a secret, and those about safeguarding leave the log. Can't be undone: what is taken out is gone."""

    dependencies = [("core", "0004_secret_links_and_who_sees_mail")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
