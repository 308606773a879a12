"""A set of alert rules to begin from, all switched off: each college looks at the preview before it switches one on."""

from decimal import Decimal
from uuid import UUID, uuid5

from django.db import migrations

FIRST_RULES = UUID("7d7a6b0e-5f7c-4c53-8f4e-2f6c1c0a9b11")
# Persistent absence is 10 % or more missed (facts 1.5); 10 unauthorised sessions in 10 school weeks is the national
# threshold at which a penalty notice must be considered (facts 1.7). The other figures are places to begin from.
RULES = (
    ("Below 90 % this year", "below", {"percent": Decimal(90), "least_possible": 40}),
    ("Below 85 % in six weeks", "below", {"percent": Decimal(85), "weeks": 6, "least_possible": 30}),
    ("Down 8 points in four weeks", "drop", {"points": Decimal(8), "weeks": 4, "least_possible": 20}),
    ("Absent three days in a row", "consecutive", {"count": 3}),
    ("National threshold of unauthorised absence", "unauthorised", {"count": 10, "series": "session"}),
    ("Late six times in four weeks", "late", {"count": 6, "weeks": 4}),
    ("A pattern of absence", "pattern", {"weeks": 12}),
)


def load(apps, schema_editor):
    """Add what is missing; what is there already stays as it is."""
    rules = apps.get_model("attendance", "AlertRule").objects
    for name, kind, fields in RULES:
        rules.get_or_create(public_id=uuid5(FIRST_RULES, name), defaults={"name": name, "kind": kind, **fields})


class Migration(migrations.Migration):
    dependencies = [("attendance", "0006_who_sees_alert_rules")]
    # Going back leaves the rows: alerts may have been raised by them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
