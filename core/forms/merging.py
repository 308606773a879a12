"""Two people at one form: what each of them changed counts, and only where both changed the same field do they clash.

A form carries what it showed when it was opened (`shown`), field by field. What its writer left as they saw it keeps what
somebody else saved since.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

Texts = Mapping[str, str]


def text_of(value: Any) -> str:
    """A value as it is compared: a set in one order, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, list | tuple | set):
        return json.dumps(sorted(text_of(each) for each in value)) if value else ""
    return str(value)


def texts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Each field as it is compared."""
    return {name: text_of(value) for name, value in values.items()}


def shown(texts: Texts) -> str:
    """What a form carries of what it showed."""
    return json.dumps(texts)


def seen(sent: str) -> dict[str, str]:
    """What a form showed when it was opened; of what can't be read nothing was seen, so that everything clashes."""
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Merged:
    """The fields whose typed value counts; those that both changed to different things; those that the writer left alone."""

    taken: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)


def merge(before: Texts, stored: Texts, typed: Texts) -> Merged:
    """Which of the typed fields count, when `before` was shown and `stored` is what stands now."""
    found = Merged()
    for name, text in typed.items():
        if text == before.get(name):
            found.untouched.append(name)
        elif text != stored.get(name, ""):
            (found.taken if stored.get(name, "") == before.get(name) else found.clashes).append(name)
    return found


def shown_after(before: Texts, stored: Texts, clashes: Sequence[str]) -> str:
    """What a form carries once its clashes were shown: saved again, what was typed there takes the place of what stands."""
    return shown(dict(before) | {name: stored.get(name, "") for name in clashes})
