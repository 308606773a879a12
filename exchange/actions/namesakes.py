"""Say of students in an upload whether they are somebody who is here already, or another person of that name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit import record
from caseload.models import Student
from exchange import choices, rules
from exchange.actions.imports import WORK
from exchange.actions.uploads import preview_again
from exchange.choices import Kind
from exchange.models import AnotherPerson, RosterImport, SourceLink

if TYPE_CHECKING:
    from accounts.models import User

ANOTHER = "another"  # the answer beside the public ids of the students it could be


class NotOffered(Exception):
    """An answer that the page did not offer, or that somebody else gave in the meantime."""


@transaction.atomic
def answer_namesakes(by: "User", run: RosterImport, answers: Mapping[str, str]) -> int:
    """Remember, by the source's ids, who is the same person (their public id) and who is another; read it again.

    The answers hold for every later upload of the same source. Gives how many there were. Raises NotOffered, NotAsItWas.
    """
    rules.check_may_import(by)
    result = run.result or {}
    asked = {each["id"]: each for each in result.get("namesakes", [])}
    for source_id, answer in answers.items():
        if source_id not in asked:
            raise NotOffered
        _answer(by, result["source"], asked[source_id], answer)
    preview_again(by, run, WORK)
    return len(answers)


def _answer(by: "User", source: str, asked: Mapping[str, Any], answer: str) -> None:
    details: dict[str, Any] = {"source": source, "source_id": asked["id"]}
    if answer == ANOTHER:
        row, new = AnotherPerson.objects.get_or_create(
            source=source, source_id=asked["id"], defaults={"said_by": by}
        )  # fmt: skip
        record.record(by, choices.ANOTHER_PERSON, "another_person", row.pk, details=details)
        return
    if answer not in {each["id"] for each in asked["here"] if not each["in_file"]}:
        raise NotOffered
    student = Student.objects.filter(public_id=answer, merged_into=None, erased_at=None).first()
    if student is None:
        raise NotOffered
    link, new = SourceLink.objects.get_or_create(
        source=source, kind=Kind.STUDENT, source_id=asked["id"], defaults={"object_id": student.pk}
    )
    if not new and link.object_id != student.pk:
        raise NotOffered
    record.record(by, choices.SAME_PERSON, "student", student.pk, details=details)
