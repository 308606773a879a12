"""The words of a mail from a pair of templates, so that every mail has text and HTML that say the same."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse


class MailWords(TypedDict):
    """What a mail says, twice."""

    text: str
    html: str


def mail_words(template: str, context: Mapping[str, Any]) -> MailWords:
    """`text` and `html` for queue_mail from `<template>.txt` and `<template>.html`, which extend core/mail/base.*.

    A context's `url` becomes the button, `unsubscribe_url` the line at the end.
    """
    whole = {"college": settings.COLLEGE_NAME, **context}
    text = render_to_string(f"{template}.txt", whole).strip() + "\n"
    return {"text": text, "html": render_to_string(f"{template}.html", whole)}


def plain_html(subject: str, text: str) -> str:
    """The HTML of a mail of which only the text was written."""
    context = {"subject": subject, "words": text.strip(), "college": settings.COLLEGE_NAME}
    return render_to_string("core/mail/plain.html", context)


def to_colleague(name: str, words: str, link: str) -> str:
    """The text of an email to a member of staff that is not made from a template: by name, with the page and who sends it."""
    return f"{name},\n\n{words}\n\n{link}\n\n{settings.COLLEGE_NAME}\n"


def address_of(name: str, **arguments: Any) -> str:
    """The whole address of a page, for a link in a mail."""
    return settings.BASE_URL + reverse(name, kwargs=arguments or None)
