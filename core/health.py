"""Whether the parts that Waymark runs on are alive."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from core import clock

BEAT_LATE = timedelta(minutes=3)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _broker() -> bool:
    cache.set("health", 1, 5)
    return cache.get("health") == 1


def _workers() -> bool:
    from celery import current_app

    return bool(current_app.control.ping(timeout=1.0, limit=1))


def _beat() -> bool:
    from core.models import Beat

    last = Beat.objects.order_by("-at").values_list("at", flat=True).first()
    return last is not None and clock.now() - last < BEAT_LATE


CHECKS = {"database": _database, "broker": _broker, "workers": _workers, "beat": _beat}


def health() -> dict[str, Any]:
    """Each part with “up” or “down”, and `ok` when all are up. A part that cannot be asked is down."""
    found: dict[str, Any] = {}
    for name, check in CHECKS.items():
        try:
            found[name] = "up" if check() else "down"
        except Exception:  # noqa: BLE001  (whatever stops the answer, the part is down)
            found[name] = "down"
    found["ok"] = all(state == "up" for state in found.values())
    return found
