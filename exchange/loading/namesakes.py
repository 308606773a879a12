"""Students of a source who may be somebody here already: the same name and date of birth, and nothing that links them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from caseload.models import CaseloadMembership, SiteMembership, Student
from core import clock, wording
from core.names import clean, sort_key
from exchange.bundle import StudentRow
from exchange.choices import Kind
from exchange.loading.links import Session

WORDS = (
    "A student here has this name and date of birth. Say on the page of the import whether this is the same person or"
    " another one. The row was left out."
)
Key = tuple[str, date]


def key_of(row: StudentRow) -> Key | None:
    """By what a namesake is known; nobody is one without a date of birth."""
    return (sort_key(clean(row.family_name), clean(row.given_name)), row.date_of_birth) if row.date_of_birth else None


class Namesakes:
    """Those of a bundle's students whom nothing links to a student here, beside the students here of that name."""

    def __init__(self, session: Session, rows: Iterable[StudentRow]) -> None:
        self.session = session
        keys = {key for row in rows if (key := key_of(row))}
        here = Student.objects.filter(
            merged_into=None, erased_at=None, taken_back_at=None, date_of_birth__in={born for _, born in keys}
        ).order_by("pk")
        self._here: dict[Key, list[Student]] = defaultdict(list)
        for student in here:
            if (key := (student.sort_key, student.date_of_birth)) in keys:
                self._here[key].append(student)
        self._first: dict[Key, StudentRow] = {}
        self._asked: list[tuple[StudentRow, list[Student]]] = []

    def is_for_a_person(self, row: StudentRow) -> bool:
        """Whether somebody has to say first who this is; then the row is left out and asked about."""
        key = key_of(row)
        if key is None or row.id in self.session.others:
            return False
        if key in self._here:
            self._asked.append((row, self._here[key]))
            name = f"{row.given_name} {row.family_name}".strip()
            self.session.problem(row.place, "", row.id, WORDS, left_out=Kind.STUDENT, who=name)
            return True
        first = self._first.setdefault(key, row)
        if first is not row:
            words = f"The same name and date of birth as in line {first.place.line}. Check that they are two people."
            self.session.problem(row.place, "", row.id, words)
        return False

    def tell(self, linked: Iterable[int]) -> None:
        """Hand the questions to the session: each with the students here who it may be, and where those are."""
        taken, where = set(linked), self._where()
        for row, students in self._asked:
            self.session.namesakes.append(
                {
                    "id": row.id,
                    "name": f"{clean(row.given_name)} {clean(row.family_name)}".strip(),
                    "born": wording.day(row.date_of_birth, weekday=False),
                    "site": ", ".join(self.session.objects[Kind.SITE][site].name for site in row.site_ids),
                    "here": [
                        {
                            "id": str(student.public_id),
                            "where": ", ".join(where.get(student.pk, ())) or "on no roll today",
                            "number": student.admission_number,
                            "in_file": student.pk in taken,
                        }
                        for student in students
                    ],
                }
            )

    def _where(self) -> dict[int, list[str]]:
        """The sites and tutor groups of those who are asked about; two queries."""
        ids = [student.pk for _, students in self._asked for student in students]
        found: dict[int, list[str]] = defaultdict(list)
        if ids:
            held: dict[str, Any] = {"student__in": ids, "period__contains": clock.today()}
            for pk, name in SiteMembership.objects.filter(**held).values_list("student_id", "site__name"):
                found[pk].append(name)
            for pk, name in CaseloadMembership.objects.filter(**held).values_list("student_id", "group__name"):
                found[pk].append(name)
        return found
