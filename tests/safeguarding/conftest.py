"""Two concerns and everything that can hang on one, so that a test can say exactly who sees what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.db import connection

from accounts.models import User
from core import naming
from safeguarding.actions.adults import AdultReport, note_adult_concern, raise_adult_concern
from safeguarding.actions.casework import add_action, add_entry
from safeguarding.actions.raising import Report, add_addendum, raise_concern, save_draft
from safeguarding.actions.sharing import exclude_person, set_flag, share_concern
from safeguarding.actions.triage import Assessment, acknowledge, assess, open_record
from safeguarding.choices import EntryKind
from safeguarding.models import Concern, Entry, Told
from tests.college import College
from tests.scenes import scene

# Words that stand in no other place, so that a test can look for them anywhere.
SECRET = "zinnober"
LATER = "quittengelee"


@dataclass
class Wall:
    """Everything behind the wall, by the name that a test calls it."""

    college: College
    labels: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    def call(self, label: str, row: Any) -> Any:
        """Remember a row by a short name."""
        self.labels[str(row.pk)] = label
        self.rows[label] = row
        return row

    def __getitem__(self, label: str) -> Any:
        return self.rows[label]


def raise_about(college: College, who: User, given: str, **more: Any) -> Concern:
    """A concern about a student, raised by somebody who is named already."""
    report = Report(what=f"{given} said {SECRET}", safe_now="yes", student=college.student(given), **more)
    return raise_concern(who, report, token=uuid4())


def build_wall(college: College) -> Wall:
    """Concern A, about Ada, raised by Ms Okafor: shared with Mr Lind, kept from Mr Bell. Concern B, about Imran, raised
    by Mr Brandt and untouched. A concern about Mr Lind by Ms Okafor, one about the head by Mr Brandt."""
    made = Wall(college)
    with naming.named(college.okafor.pk):
        a = made.call("A", raise_about(college, college.okafor, "Ada", child_words=f"{SECRET}, she said"))
        made.call("A addendum", add_addendum(college.okafor, a, f"more {SECRET}"))
        made.call("draft", save_draft(college.okafor, uuid4(), {"what": f"draft {SECRET}"}))
        about_lind = AdultReport(what=f"he said {SECRET}", subject=college.lind)
        made.call("adult lind", raise_adult_concern(college.okafor, about_lind, token=uuid4()))
    with naming.named(college.brandt.pk):
        made.call("B", raise_about(college, college.brandt, "Imran"))
        about_head = AdultReport(what=f"she said {SECRET}", about_head=True)
        made.call("adult head", raise_adult_concern(college.brandt, about_head, token=uuid4()))
    with naming.named(college.rahman.pk):
        _casework(made, a)
    with naming.named(college.achebe.pk):
        made.call("adult lind entry", note_adult_concern(college.achebe, made["adult lind"], f"spoke {LATER}"))
    return made


wall = scene("wall", build_wall, on="college")


def _casework(made: Wall, a: Concern) -> None:
    dsl, college = made.college.rahman, made.college
    open_record(dsl, a)
    acknowledge(dsl, a)
    assess(dsl, a, Assessment(3, "neglect", f"because {LATER}"), version=1)
    note = made.call("A note", add_entry(dsl, a, EntryKind.NOTE, f"rang home {LATER}"))
    made.call("A action", add_action(dsl, a, f"visit {LATER}", dsl, date(2026, 11, 24)))
    until = date(2026, 11, 27)
    made.call("A share", share_concern(dsl, a, college.lind, until, note="Keep an eye", reason=LATER, entries=[note]))
    made.call("A exclusion", exclude_person(dsl, a, college.bell, f"his cousin {LATER}"))
    made.call("flag", set_flag(dsl, college.student("Ada"), college.marsh, "speak_first", until))
    for entry in Entry.objects.filter(concern=a):
        made.labels.setdefault(str(entry.pk), f"A {entry.kind}")
    for told in Told.objects.all():
        made.labels[str(told.pk)] = "A told" if told.concern_id == a.pk else "B told"


@pytest.fixture
def as_person() -> Callable[[User], Any]:
    """`with as_person(college.lind):` the database knows that Mr Lind asks."""
    return lambda user: naming.named(user.pk)


def sign(who: str, expiry: int, key: Any = None, purpose: str = "page@2026-11-20", moment: str = "") -> str:
    """A token as Waymark writes it, signed with its own key or with another, for this transaction or another."""
    key_id, _ = naming.public_numbers()
    payload = f"{who}|{purpose}|{expiry}|{key_id}|{moment or naming.this_transaction()}"
    signer = key or naming._private_key(naming.key_path())
    signature = signer.sign(payload.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{payload}|{int.from_bytes(signature)}"


def say(token: str) -> None:
    """What injected SQL would do: name somebody to the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waymark.person', %s, true)", [token])


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Raw SQL, as injected SQL would be, past every line of our own code."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.fetchall() if cursor.description else []
