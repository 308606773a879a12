"""Who works with a student today: those whom a note would reach, in names and roles, said before it is saved."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import BY_CODE, roles_carrying
from caseload.models import Reach, Student
from core import clock
from interventions.choices import Audience
from interventions.querysets import PASTORAL_NOTE, TEACHER_NOTE

# Every grant in force today over a container that the student is in, with the person and the role.
AROUND = """
WITH held(kind, container_id) AS (
    SELECT 'caseload', group_id FROM caseload_caseloadmembership WHERE student_id = %(student)s AND period @> %(day)s::date
    UNION SELECT 'teaching_group', group_id FROM caseload_teachinggroupmembership
        WHERE student_id = %(student)s AND period @> %(day)s::date
    UNION SELECT 'year_group', group_id FROM caseload_yeargroupmembership
        WHERE student_id = %(student)s AND period @> %(day)s::date
    UNION SELECT 'house', group_id FROM caseload_housemembership WHERE student_id = %(student)s AND period @> %(day)s::date
    UNION SELECT 'site', site_id FROM caseload_sitemembership WHERE student_id = %(student)s AND period @> %(day)s::date
    UNION SELECT 'team', c.team_id FROM caseload_caseloadmembership m JOIN caseload_caseload c ON c.id = m.group_id
        WHERE m.student_id = %(student)s AND m.period @> %(day)s::date
    UNION SELECT 'course', g.course_id FROM caseload_teachinggroupmembership m JOIN caseload_teachinggroup g ON g.id = m.group_id
        WHERE m.student_id = %(student)s AND m.period @> %(day)s::date
    UNION SELECT 'area', k.area_id FROM caseload_teachinggroupmembership m JOIN caseload_teachinggroup g ON g.id = m.group_id
        JOIN caseload_course k ON k.id = g.course_id WHERE m.student_id = %(student)s AND m.period @> %(day)s::date
)
SELECT DISTINCT r.user_id, g.name, r.kind IN ('college', 'site') FROM caseload_reach r JOIN auth_group g ON g.id = r.role_id
WHERE r.period @> %(day)s::date
    AND (r.kind = 'college' OR EXISTS (SELECT 1 FROM held h WHERE h.kind = r.kind AND h.container_id = r.container_id))
"""


@dataclass
class People:
    """Who could read a note about a student: by audience in words, and the people who can be named."""

    teachers: str = ""
    pastoral: str = ""
    nameable: list[User] = field(default_factory=list)
    reads: dict[str, set[int]] = field(default_factory=dict)  # who reads each audience by their role, of those nameable


def staff_holding(permission: str) -> QuerySet[User]:
    """Everybody at work who holds a permission in some role today, by name."""
    holding = Reach.objects.filter(role__name__in=roles_carrying(permission), period__contains=clock.today())
    return User.objects.filter(pk__in=holding.values("user"), is_active=True).order_by("sort_key", "pk")


def staff_in_role(student_id: int, role: str) -> list[User]:
    """Who holds this very role today over something that the student is in, by name. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"student": student_id, "day": clock.today()})
        ids = {user for user, held, _ in cursor.fetchall() if held == role}
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("sort_key", "pk"))


def people_around(student: Student, but: User) -> People:
    """The people who work with a student today, other than the one who asks. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"student": student.pk, "day": clock.today()})
        held = cursor.fetchall()
    ids = {user for user, _, _ in held} - {but.pk}
    staff = {user.pk: user for user in User.objects.filter(pk__in=ids, is_active=True).order_by("sort_key", "pk")}
    viewing = set(roles_carrying("caseload.view_student"))
    nameable = {user for user, role, _ in held if role in viewing}
    rows = [(staff[user], role, wide) for user, role, wide in held if user in staff]
    return People(
        _in_words(rows, roles_carrying(TEACHER_NOTE)),
        _in_words(rows, roles_carrying(PASTORAL_NOTE)),
        [user for pk, user in staff.items() if pk in nameable],
        {
            Audience.TEACHERS: {
                user
                for user, role, _ in held
                if role in {*roles_carrying(TEACHER_NOTE), *roles_carrying(PASTORAL_NOTE)}
            },
            Audience.PASTORAL: {user for user, role, _ in held if role in roles_carrying(PASTORAL_NOTE)},
        },
    )


def _in_words(rows: list[tuple[User, str, bool]], roles: Iterable[str]) -> str:
    """Names of those who work with this student in particular, roles of those who work with everybody."""
    carrying = set(roles)
    near = {user.pk: user for user, role, wide in rows if role in carrying and not wide}
    names = [user.formal_name for user in sorted(near.values(), key=lambda user: (user.sort_key, user.pk))]
    far = {BY_CODE[role].label for user, role, wide in rows if role in carrying and wide and user.pk not in near}
    by_role = f"; and by role: {', '.join(sorted(label[:1].lower() + label[1:] for label in far))}" if far else ""
    return ", ".join(["You", *names]) + by_role
