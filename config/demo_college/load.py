"""Rows into tables by COPY, with keys chosen beforehand so that the same seed gives the same keys."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from config.demo_college.chance import Chance


class Loader:
    """Hands out keys and copies rows. Runs as the database's owner, whom row security does not bind."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.last: dict[type[models.Model], int] = {}

    def new(self, model: type[models.Model], **fields: Any) -> Any:
        """An unsaved row with its key and its random public id."""
        self.last[model] = self.last.get(model, 0) + 1
        row = model(pk=self.last[model], **fields)
        if any(field.name == "public_id" for field in model._meta.concrete_fields):
            row.public_id = self.chance.uuid()  # type: ignore[attr-defined]  # it has the field
        return row

    def copy(self, rows: Iterable[models.Model]) -> None:
        """Copy rows of one model."""
        rows = list(rows)
        if not rows:
            return
        model = type(rows[0])
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        values = ([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows)
        self.copy_values(model._meta.db_table, [field.column for field in fields], values)
        self.advance(model)

    def copy_values(self, table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
        """Copy plain values."""
        names = ", ".join(connection.ops.quote_name(column) for column in columns)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN") as out,
        ):
            for row in values:
                out.write_row(row)

    def copy_text(self, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
        """Copy lines that are already in COPY's own text form: the quickest way for millions of marks."""
        names = ", ".join(connection.ops.quote_name(column) for column in columns)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN") as out,
        ):
            for chunk in lines:
                out.write(chunk)

    def analyse(self, *tables: str) -> None:
        """Tell the planner what was copied: within one transaction nothing else does."""
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")

    def advance(self, model: type[models.Model]) -> None:
        """Let the table hand out the keys after those given here."""
        column = model._meta.pk.column if model._meta.pk else ""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(sequence, (SELECT max(highest) FROM (SELECT %s::bigint AS highest) AS given))"
                " FROM pg_get_serial_sequence(%s, %s) AS sequence WHERE sequence IS NOT NULL",
                [self.last.get(model, 1), model._meta.db_table, column],
            )
