"""Celery, which rings for jobs; the jobs' own tables are the queue."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("waymark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def keys_must_be_there(**kwargs: object) -> None:
    """Stop a worker at its start rather than at the first thing it can't open."""
    from django.core.exceptions import ImproperlyConfigured

    from core import keys

    try:
        keys.require_all()
    except ImproperlyConfigured as missing:
        raise SystemExit(str(missing)) from None  # anything less is only logged
