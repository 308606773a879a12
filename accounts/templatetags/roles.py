"""Roles in words. `{% load roles %}`."""

from django import template

from accounts.roles import BY_CODE

register = template.Library()


@register.filter
def role_label(code: str) -> str:
    """“Designated safeguarding lead” for “dsl”."""
    return BY_CODE[code].label if code in BY_CODE else code
