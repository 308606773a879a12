"""The student whom a page is about."""

from typing import Any

from django.http import HttpRequest

from accounts.gates import fetch
from caseload.models import Student
from caseload.queries.students import told_apart


def the_student(request: HttpRequest, permission: str, **key: Any) -> Student:
    """The one student of a page, as `fetch` gives them; `named` tells them from others of the name in this person's access."""
    return told_apart(request.user, fetch(Student, request.user, permission, **key), permission)
