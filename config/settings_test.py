"""The settings that tests change, and nothing else."""

import os

os.environ.setdefault("WAYMARK_MODE", "development")
os.environ.setdefault("WAYMARK_SECRET_KEY", "only-for-tests-" + "x" * 40)

from config.settings import *  # noqa: F403  (the environment above must be set first)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = True
# One folder beside many short-lived databases would fit none of them; a test that wants one names it.
AUDIT_HEADS = AUDIT_HEADS if "WAYMARK_AUDIT_HEADS" in os.environ else None  # noqa: F405

# Every process of a run has a corner of its own in the broker and the cache; programs that a test starts inherit it.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
_corner = f"{os.environ.setdefault('WAYMARK_TEST_RUN', str(os.getpid()))}-{_worker}:"
CELERY_BROKER_TRANSPORT_OPTIONS = dict(CELERY_BROKER_TRANSPORT_OPTIONS, global_keyprefix=_corner)  # noqa: F405
CACHES = {"default": CACHES["default"] | {"KEY_PREFIX": _corner}}  # noqa: F405
