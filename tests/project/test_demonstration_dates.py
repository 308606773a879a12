"""What somebody planned in the demonstration falls on school days, as what the pages propose does."""

from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql

from attendance.models import ChaseHold
from caseload.models import ContactLogEntry
from caseload.queries.calendar import calendar_for
from core import clock
from interventions.models import ActionPlan, Case, Intervention, Meeting, PanelAction, PlanAction, SupportPlan, Target

PLANNED = (
    (Meeting, "next_on"), (Target, "due_on"), (ActionPlan, "review_on"), (PlanAction, "due_on"), (Case, "review_on"),
    (SupportPlan, "review_on"), (PanelAction, "due_on"), (Intervention, "review_on"), (ChaseHold, "until"),
    (ContactLogEntry, "follow_up_on"),
)  # fmt: skip


def test_nothing_in_the_demonstration_is_planned_for_a_weekend_or_the_holidays(college_db: str) -> None:
    calendar = calendar_for(None, date(2025, 9, 1), date(2027, 8, 31))
    planned = {
        f"{model.__name__}.{field}": {
            day
            for day in model.objects.exclude(**{field: None}).values_list(field, flat=True)
            if day < calendar.days[-1]
        }
        for model, field in PLANNED
    }
    assert all(planned.values())
    assert {
        name: days for name, found in planned.items() if (days := {day for day in found if not calendar.is_open(day)})
    } == {}


MADE_AT = clock.at(date(2026, 11, 20), 8)  # the college of the tests, see `COLLEGE` in conftest
PLANNED_AT = {
    "back_by",
    "planned_for",
    "next_alert_at",
    "starts_at",
    "ends_at",
    "next_at",
    "due_at",
    "not_before",
    "expires_at",
}


def test_nothing_in_the_demonstration_happened_after_it_was_made(
    college_db: str, owner_connection: psycopg.Connection[Any]
) -> None:
    """Whoever tries it at five in the morning reads of no answer given at eight. What the database itself stamps is of the
    day on which the test runs, which is later by more than nine days."""
    columns = owner_connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND data_type = 'timestamp with time zone' ORDER BY 1, 2"
    ).fetchall()
    late = {}
    for table, column in columns:
        if column not in PLANNED_AT:
            query = sql.SQL("SELECT count(*) FROM {table} WHERE {column} > %s AND {column} < %s").format(
                table=sql.Identifier(table), column=sql.Identifier(column)
            )
            (number,) = owner_connection.execute(query, (MADE_AT, MADE_AT + timedelta(days=9))).fetchone() or (0,)
            if number:
                late[f"{table}.{column}"] = number
    assert late == {}
