"""How a name sounds, kept beside the student so that a search can find it by ear."""

from django.db import migrations

# Names are folded before they come here, so that what is left in Latin letters is a to z; other scripts have no sound
# in this sense and are found by their letters. The function names its schema, or a restored dump could not call it.
SOUNDS = """
CREATE FUNCTION caseload_sounds(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT sound ORDER BY sound), '{}')
    FROM regexp_split_to_table(words, E'[\\\\s\\\\x01]+') AS word,
         LATERAL (VALUES (public.dmetaphone(word)), (public.dmetaphone_alt(word))) AS heard (sound)
    WHERE word ~ '^[a-z]{3,}$' AND length(sound) >= 2
$$
"""
COLUMN = """
ALTER TABLE caseload_student
    ADD COLUMN search_sounds text[] GENERATED ALWAYS AS (caseload_sounds(search_text)) STORED
"""
INDEX = "CREATE INDEX caseload_student_sounds ON caseload_student USING gin (search_sounds)"


class Migration(migrations.Migration):
    dependencies = [("caseload", "0002_reach_view_and_college")]

    operations = [
        migrations.RunSQL(SOUNDS, "DROP FUNCTION caseload_sounds(text)"),
        migrations.RunSQL(COLUMN, "ALTER TABLE caseload_student DROP COLUMN search_sounds"),
        migrations.RunSQL(INDEX, "DROP INDEX caseload_student_sounds"),
    ]
