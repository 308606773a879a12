"""Celery, which rings for jobs; the jobs' own tables are the queue."""

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("waymark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_pages_do(**kwargs: object) -> None:
    """Worker and beat log by the settings. Celery's own way puts a logger in place of standard error, which swallows every line
    of a handler that is made afterwards and writes to it."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
def keys_must_be_there(**kwargs: object) -> None:
    """Stop a worker at its start rather than at the first thing it can't open."""
    from django.core.exceptions import ImproperlyConfigured

    from core.private import keys

    try:
        keys.require_all()
    except ImproperlyConfigured as missing:
        raise SystemExit(str(missing)) from None  # anything less is only logged
