"""The national session codes (34 in force since 19 August 2024, and those that went away) and a college's usual lesson codes.

Undone by taking the codes out; a mark that carries one keeps it from being undone.
"""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).with_suffix(".csv")


def load(apps, schema_editor):
    Code = apps.get_model("attendance", "AttendanceCode")
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row |= {"is_late": row["is_late"] == "1", "order": int(row["order"])}
            row |= {key: date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")}
            key = {name: row.pop(name) for name in ("series", "code", "valid_from")}
            Code.objects.update_or_create(**key, site=None, defaults=row)


def unload(apps, schema_editor):
    apps.get_model("attendance", "AttendanceCode").objects.filter(site=None).delete()


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_codes_marks_and_registers")]

    operations = [migrations.RunPython(load, unload)]
