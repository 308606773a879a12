"""What must not start: a demonstration, in which anybody signs in as anybody, with settings meant for real students."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def demonstration_is_not_production(**kwargs: Any) -> list[CheckMessage]:
    """The mode is one word, so both at once means that somebody changed a setting by hand."""
    if settings.DEMO and settings.PRODUCTION:
        return [
            Error(
                "Demo mode and production are both on. Anybody could sign in as anybody.",
                hint="Set WAYMARK_MODE to one word and change neither DEMO nor PRODUCTION.",
                id="accounts.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def demonstration_is_not_deployed(**kwargs: Any) -> list[CheckMessage]:
    """`check --deploy` never passes a demonstration."""
    if settings.DEMO:
        return [Error("WAYMARK_MODE is demo: anybody could sign in as anybody.", id="accounts.E002")]
    return []
