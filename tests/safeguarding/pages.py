"""What the tests of the pages behind the wall ask and read with."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from tests.college import College

SignIn = Callable[..., Client]


def url(name: str, row: Any = None) -> str:
    return reverse(f"safeguarding:{name}", args=[row.pk] if row is not None else [])


def text(answer: Any) -> str:
    return answer.content.decode()


def form_for(college: College, **more: Any) -> dict[str, Any]:
    """What a browser sends for a concern about Ada."""
    ada = college.student("Ada").public_id
    return {"token": uuid4(), "student": ada, "what": "A bruise", "happened_on": "2026-11-20", "safe_now": "yes"} | more
