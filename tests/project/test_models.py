"""What every model keeps to, so that an app can be added or taken away without touching those below it."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

ORDER = (
    "core",
    "audit",
    "accounts",
    "caseload",
    "attendance",
    "progress",
    "interventions",
    "exchange",
    "reporting",
    "safeguarding",
)
NEITHER_USES_THE_OTHER = {"attendance", "progress"}


# A mark is kept by student, date and slot, its summary by student, week and series, and a code by its letter; the
# last beat by who gave it; reach is a view; a session by the hash of its key.
KEYED_OTHERWISE = {
    "accounts.Session",
    "attendance.AttendanceCode",
    "attendance.LessonMark",
    "attendance.SessionMark",
    "attendance.WeekSummary",
    "caseload.Reach",
    "core.Beat",
}


def our_models() -> list[type[models.Model]]:
    """Models of our apps, history tables included."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ORDER]


def links() -> list[tuple[str, str, str]]:
    """Every foreign key between our apps: the app and field it stands in, and the app it points to."""
    return [
        (model._meta.app_label, f"{model._meta.label}.{field.name}", field.related_model._meta.app_label)
        for model in our_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
    ]


def test_the_order_names_every_app_of_ours() -> None:
    ours = {name for name in settings.INSTALLED_APPS if (Path(settings.BASE_DIR) / name).is_dir()}
    assert ours == {*ORDER, "config"}


def test_foreign_keys_point_down() -> None:
    rank = {name: place for place, name in enumerate(ORDER)}
    up = [field for app, field, target in links() if target in rank and rank[target] > rank[app]]
    across = [field for app, field, target in links() if {app, target} == NEITHER_USES_THE_OTHER]
    assert (up, across) == ([], [])


def test_nothing_leads_back_to_a_concern() -> None:
    ways_back = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        if model._meta.app_label != "safeguarding"
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model and field.related_model._meta.app_label == "safeguarding"
    ]
    assert ways_back == []


def test_keys_are_bigints_or_random_ids() -> None:
    allowed = (models.BigAutoField, models.BigIntegerField, models.UUIDField, models.ForeignKey)
    odd = {model._meta.label for model in our_models() if not isinstance(model._meta.pk, allowed)}
    assert odd == KEYED_OTHERWISE


@pytest.mark.django_db
def test_no_model_differs_from_its_migrations() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
