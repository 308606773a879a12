"""`{% csrf_token %}` of every form, with the word that says for whom the page was drawn and the form's number. Built in, so nothing loads it."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.forms import numbers
from core.pages import page_token

register = template.Library()


class FormTokensNode(CsrfTokenNode):
    """The hidden fields."""

    def render(self, context: Any) -> SafeString:
        """Django's own, and our two when somebody is signed in."""
        own = SafeString(super().render(context))
        word = page_token.drawn_for(context.get("request"))
        if not word:
            return own
        number = numbers.number_for(context.get("request"))
        hidden = '{}<input type="hidden" name="{}" value="{}"><input type="hidden" name="{}" value="{}">'
        return format_html(hidden, own, page_token.FIELD, word, numbers.FIELD, number)


@register.tag("csrf_token")
def form_tokens(parser: Parser, token: Token) -> FormTokensNode:
    """In place of Django's tag of the same name."""
    return FormTokensNode()


@register.simple_tag(takes_context=True)
def page_word(context: Any) -> str:
    """The word alone, for the headers that HTMX sends."""
    return page_token.drawn_for(context.get("request"))
