"""What the tests of alerts read with."""

from collections.abc import Callable
from typing import Any

from attendance.models import Alert

Absent = Callable[..., None]


def states(**wanted: Any) -> list[tuple[str, str]]:
    """First name and state of every alert."""
    rows = Alert.objects.filter(**wanted).order_by("student__sort_key", "pk")
    return list(rows.values_list("student__given_name", "state"))
