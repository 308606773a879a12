"""What `check --deploy` asks of the surroundings: who may read along, and under which names the pages answer."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection

OFF = 'As a superuser of the database: ALTER ROLE "{role}" SET track_activities = off; then restart Waymark.'


@register(Tags.security, deploy=True)
def nobody_reads_along(**kwargs: Any) -> list[CheckMessage]:
    """Every connection of the application's role can read what its other connections are asking just now, unless that is off."""
    if settings.DATABASE_ROLE != "app":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW track_activities")
            (state,) = cursor.fetchone()
    except DatabaseError as problem:
        return [Warning(f"The database can't be asked how it is set up: {problem}", id="core.W020")]
    if state == "off":
        return []
    role = settings.DATABASE_APP_USER
    return [
        Error(
            f"track_activities is on for {role}: SQL that gets into one page could read the statements of all others.",
            hint=OFF.format(role=role),
            id="core.E020",
        )
    ]


@register(Tags.security, deploy=True)
def hosts_are_named(**kwargs: Any) -> list[CheckMessage]:
    """A star lets anybody choose the name under which the pages answer."""
    if not any(host.strip(".") in {"*", ""} for host in settings.ALLOWED_HOSTS):
        return []
    hint = "Write the host names that people use, as WAYMARK_HOSTS=waymark.example.ac.uk."
    return [Error("WAYMARK_HOSTS answers to every host name.", hint=hint, id="core.E021")]
