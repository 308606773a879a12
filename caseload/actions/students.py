"""Add students and correct what is known about them."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit import record
from caseload import verbs
from caseload.actions.memberships import place_new_student
from caseload.models import Caseload, Site, SiteMembership, Student, YearGroup
from caseload.rules.structure import manages_site
from caseload.rules.students import MANAGE_STUDENTS, may_add_students, reaches, require
from core import clock
from core.actors import SystemActor
from core.forms import merging

if TYPE_CHECKING:
    from accounts.models import User

# What a person may type about a student. The order is that of the form.
EDITABLE = (
    "given_name",
    "family_name",
    "pronouns",
    "home_given_name",
    "home_family_name",
    "home_pronouns",
    "legal_given_name",
    "legal_family_name",
    "middle_names",
    "former_family_name",
    "date_of_birth",
    "sex",
    "email",
    "phone",
    "upn",
    "upn_unknown_reason",
    "uln",
    "uci",
    "candidate_number",
    "admission_number",
    "learner_reference",
    "ucas_personal_id",
    "ethnicity",
    "first_language",
)


class SomebodyElseChanged(Exception):
    """Somebody else corrected the same fields of a student; `fields` are those that both changed, `untouched` those left alone."""

    def __init__(self, student: Student, fields: list[str], untouched: list[str]) -> None:
        super().__init__()
        self.student, self.fields, self.untouched = student, fields, untouched


def version_of(student: Student) -> str:
    """What is stored now, field by field, so that a form can tell later what its writer changed and what somebody else did."""
    return merging.shown(_texts(student))


def _texts(student: Student) -> dict[str, str]:
    return merging.texts_of({name: getattr(student, name) for name in EDITABLE})


@transaction.atomic
def add_student(
    by: "User | SystemActor",
    site: Site,
    *,
    year_group: YearGroup | None = None,
    tutor_group: Caseload | None = None,
    **values: Any,
) -> Student:
    """Add a student who is on the roll of a site from a day (today unless given), in their year group and tutor group.

    Identifiers that are wrong are kept and flagged.
    """
    require(may_add_students(by) and manages_site(by, site.pk))
    first_day = values.get("starts_on") or clock.today()
    student = Student(**{name: value for name, value in values.items() if name in EDITABLE})
    student.save()
    SiteMembership.objects.create(student=student, site=site, period=(first_day, None))
    place_new_student(by, student, first_day, year_group, tutor_group)
    record.record(by, verbs.STUDENT_ADDED, "student", student.pk, details={"site": site.pk})
    return student


@transaction.atomic
def correct_student(by: "User | SystemActor", student: Student, version: str, **values: Any) -> Student:
    """Correct what is known about a student. What the writer left as they saw it keeps what somebody else saved since.

    Raises SomebodyElseChanged, and nothing is saved, where both changed the same field to different things.
    """
    require(reaches(by, MANAGE_STUDENTS, student))
    stored = Student.objects.select_for_update().get(pk=student.pk)
    typed = {name: values[name] for name in EDITABLE if name in values}
    merged = merging.merge(merging.seen(version), _texts(stored), merging.texts_of(typed))
    if merged.clashes:
        raise SomebodyElseChanged(stored, merged.clashes, [name for name in values if name in merged.untouched])
    changed = merged.taken
    if changed:
        for name in changed:
            setattr(stored, name, values[name])
        stored.save(update_fields=changed)
        record.record(by, verbs.STUDENT_CORRECTED, "student", stored.pk, details={"fields": changed})
    return stored
