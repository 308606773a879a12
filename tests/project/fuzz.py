"""Forms sent as no browser would send them: empty, with a field missing, twice, of the wrong type, or far too long.

Each is undone. What must hold: never a server error, and nothing is saved where the answer says that it was not taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from zlib import crc32

from django.db import connection, transaction
from django.test import Client
from lxml import html

from core import naming
from tests.project.asking import Undo
from tests.project.crawl import HOST, controls, read_to_its_end, values_of

Fields = tuple[tuple[str, str], ...]
LONG = "x" * 1_000_000
WRONG = ("", "not one of these", "-1", "99999999999999999999", "2026-02-31", "\x00", "é" * 300, "[]", "../..")
# What a refused request may leave behind: that it was refused, what was typed, and that somebody is there.
MAY_CHANGE = ("audit_", "accounts_session", "core_keptform", "core_beat", "axes_", "accounts_user")


@dataclass(frozen=True)
class Sent:
    """One way of sending a form."""

    how: str
    fields: Fields


def forms_on(page: bytes, path: str) -> Iterator[tuple[str, Fields]]:
    """The forms of a page that change something: where each goes, and its fields as somebody would fill them in."""
    tree = html.fromstring(page)
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            target = urlsplit(urljoin(f"{HOST}{path}", form.get("action") or ""))
            if f"{target.scheme}://{target.netloc}" == HOST:
                yield target.path, filled_in(form, tree)


def filled_in(form: Any, tree: Any) -> Fields:
    """Each control as it stands, and what is empty as somebody would fill it in."""
    found: list[tuple[str, str]] = []
    for element in controls(form, tree):
        name, kind = element.get("name"), (element.get("type") or "").lower()
        if not name or kind in {"file", "submit", "button", "image", "reset"} or element.tag == "button":
            continue
        values = values_of(element, kind)
        found += [(name, value or plausible(element, kind)) for value in values]
        if not values and kind in {"checkbox", "radio"} and name not in dict(found):
            found.append((name, element.get("value") or "on"))
    return tuple(found)


def plausible(element: Any, kind: str) -> str:
    """What somebody would type or choose."""
    if element.tag == "select":
        return next((one.get("value") for one in element.iter("option") if one.get("value")), "")
    typed = {"date": "2026-11-23", "time": "10:00", "datetime-local": "2026-11-19T10:00", "number": "1"}
    typed |= {"email": "someone@waymark.example", "hidden": "", "url": "https://waymark.example/"}
    return typed.get(kind, "Words")


def ways(fields: Fields) -> Iterator[Sent]:
    """Every way of sending a form wrongly that we try."""
    yield Sent("with nothing in it", ())
    for name in dict.fromkeys(name for name, _ in fields):
        others = tuple(pair for pair in fields if pair[0] != name)
        value = dict(fields)[name]
        yield Sent(f"without {name}", others)
        yield Sent(f"with {name} twice", (*fields, (name, value), (name, "another")))
        for wrong in (*WRONG, LONG):
            yield Sent(f"with {name} as {wrong[:20]!r}", (*others, (name, wrong)))


def few_ways(fields: Fields, what: str) -> Iterator[Sent]:
    """The empty form and one more way, another for each form, the same in each run."""
    every = list(ways(fields))
    yield every[0]
    if len(every) > 1:
        yield every[1 + crc32(what.encode()) % (len(every) - 1)]


def fault_of(browser: Client, address: str, sent: Sent) -> str:
    """What is wrong with the answer to this way of sending, or nothing; whatever it changed is undone."""
    fault = ""
    try:
        with transaction.atomic():
            before = next_transaction()
            answer = browser.post(address, urlencode(sent.fields), content_type="application/x-www-form-urlencoded")
            read_to_its_end(answer)
            if answer.status_code >= 500:
                fault = f"breaks with {answer.status_code}"
                raise Undo
            if answer.status_code >= 400 and (changed := changed_since(before)):
                fault = f"answers {answer.status_code} and yet changed {', '.join(changed)}"
            raise Undo
    except Undo:
        pass
    return f"{address} {sent.how} {fault}" if fault else ""


def next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def changed_since(number: int) -> list[str]:
    """The tables with a row written since, but for those in which a refusal is noted."""
    with naming.named_system("tests"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT') ORDER BY relname"
        )
        tables = [name for (name,) in cursor.fetchall() if not name.startswith(MAY_CHANGE)]
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name} WHERE xmin::text::bigint >= {number})"
            for name in tables
        )
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]
