"""Who may do what about a student. “May see this one” is `visible_to` and is written nowhere else."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from caseload.models import Student
from core.actors import SystemActor

if TYPE_CHECKING:
    from accounts.models import User

VIEW = "caseload.view_student"
VIEW_CASELOAD = "caseload.view_caseload"
VIEW_CONTACTS = "caseload.view_contacts"
LOG_CONTACT = "caseload.log_contact"
VIEW_CHARACTERISTICS = "caseload.view_characteristics"
VIEW_IDENTIFIERS = "caseload.view_identifiers"
MANAGE_STUDENTS = "caseload.manage_students"


class NotAllowed(PermissionDenied):
    """This person may not do this. A page answers with its refusal."""


def reaches(by: "User | SystemActor", permission: str, student: Student) -> bool:
    """Whether somebody reaches this student with this permission; a named system actor does what it is there for."""
    if isinstance(by, SystemActor):
        return True
    return permission in Student.objects.permissions_reaching(by, [permission], student.pk)


def may_add_students(by: "User | SystemActor") -> bool:
    """Whether somebody may add a student."""
    return isinstance(by, SystemActor) or by.has_perm(MANAGE_STUDENTS)


def require(allowed: bool) -> None:
    """Stop an action that is not allowed."""
    if not allowed:
        raise NotAllowed
