"""What lists and the student page read about students. Values, not model instances: lists are long."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from caseload import choices
from caseload.models import (
    CaseloadMembership,
    Enrolment,
    Student,
    YearGroupMembership,
)
from caseload.querysets import containers
from caseload.rules.telling_apart import groups_in_full, people_apart, tell_from_namesakes
from core import clock, plausible
from core.pages.once import once
from core.reading import read_rows


def student_rows(students: QuerySet[Student]) -> list[dict[str, Any]]:
    """One dict per student in the order of names: ids, names, tutor group, year group. One query, whatever the length.

    Students of one name and groups of one name are told apart (`telling_apart`).
    """
    named = students.annotate(group=_today(CaseloadMembership), year_group=_today(YearGroupMembership)).order_by(
        "sort_key", "pk"
    )
    fields = (
        "id", "public_id", "given_name", "family_name", "pronouns", "sort_key", "group", "year_group", "date_of_birth",
    )  # fmt: skip
    rows = with_list_names([dict(row) for row in named.values(*fields)])
    for kind in ("group", "year_group"):
        names = groups_in_full((row[kind]["id"], row[kind]["name"], row[kind]["site"]) for row in rows if row[kind])
        for row in rows:
            row[kind] = names[row[kind]["id"]] if row[kind] else None
    return rows


def with_list_names(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put `full_name`, `list_name` and `apart` into rows that have a student's id, names and date of birth: of students
    of one name the date of birth stands behind the name."""
    for row in rows:
        _with_names(row)
    apart = people_apart([(row["id"], row["list_name"], row["date_of_birth"]) for row in rows])
    for row in rows:
        row["apart"] = apart.get(row["id"], "")
        row["list_name"] += f" ({row['apart']})" if row["apart"] else ""
    return rows


# As JSON, which is read many times faster than thousands of rows.
_LISTED = """
    WITH listed AS MATERIALIZED (SELECT w.* FROM ({students}) AS w (id, sort_key)), own AS (
        SELECT DISTINCT ON (m.student_id) m.student_id, g.id, g.name, g.site_id
        FROM caseload_caseloadmembership AS m JOIN caseload_caseload AS g ON g.id = m.group_id
        WHERE m.period @> %s::date AND m.student_id IN (SELECT id FROM listed) ORDER BY m.student_id, g.kind DESC, m.id
    ), sites AS (SELECT json_object_agg(id, name) AS names FROM caseload_site)
    SELECT json_agg(json_build_array(s.id, o.id, o.name, o.site_id) ORDER BY s.sort_key, s.id), (SELECT names FROM sites)
    FROM listed AS s LEFT JOIN own AS o ON o.student_id = s.id
"""


def with_groups(students: QuerySet[Student]) -> dict[int, str]:
    """The students in the order of names, each with the tutor group or caseload of today that `student_rows` names, or
    with nothing. One query."""
    try:
        statement, params = students.order_by().values("pk", "sort_key").query.sql_with_params()
    except EmptyResultSet:
        return {}
    found, sites = read_rows(_LISTED.format(students=statement), [*params, clock.today()])[0]
    rows = found or ()
    names = groups_in_full((group, name, sites[str(site)]) for _, group, name, site in rows if group)
    return {pk: names.get(group, "") for pk, group, _, _ in rows}


def reached_ids(user: Any, permission: str, base: str, ids: Sequence[int]) -> Sequence[int]:
    """Those of the students reached with `base` whom this person also reaches with `permission`.

    Without it a column would show, say, grades to somebody who reaches the student only as attendance officer.
    """
    if permission == base:
        return ids
    held, wider = containers(user, base), containers(user, permission)
    if "college" in wider or all(set(some) <= set(wider.get(kind, [])) for kind, some in held.items()):
        return ids
    reached = set(Student.objects.visible_to(user, permission).filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk in reached]


def told_apart(user: Any, student: Student, permission: str) -> Student:
    """The student whom a page is about, told from those of the same name whom this person reaches too. One query."""
    told: Student = tell_from_namesakes(student, Student.objects.visible_to(user, permission))
    return told


def student_header(student: Student) -> dict[str, Any]:
    """Who this is, for the head of their page: groups of today, age, site, and since when they are not on roll."""
    today, places, born = clock.today(), memberships_of(student), student.date_of_birth
    birth_to_check = bool(born and plausible.birth_fault(born, today))
    now: dict[str, Membership] = {}
    for place in places:  # of two of a kind the first; a tutor group comes before other caseloads
        if today in place.period and (place.kind not in now or place.rank > now[place.kind].rank):
            now[place.kind] = place
    ended = [
        place.period for place in places if place.kind == "site" and place.period.upper and place.period.upper <= today
    ]
    return {
        "group": now["caseload"].name if "caseload" in now else None,
        "year_group": now["yeargroup"].name if "yeargroup" in now else None,
        "house": now["house"].name if "house" in now else None,
        "site": now["site"].name if "site" in now else None,
        "left_on": max(ended, key=lambda period: (period.lower or date.min, period.upper)).upper if ended else None,
        "age": plausible.age_on(born, today) if born and not birth_to_check else None,
        "birth_to_check": birth_to_check,
    }


_FLAGS = """
    SELECT c.kind, c.code, c.detail FROM caseload_characteristic AS c WHERE c.student_id = %s AND c.period @> %s::date
    ORDER BY c.kind, c.rank, c.id"""


def flags_of(student: Student) -> list[dict[str, str]]:
    """The characteristics of today that somebody working with the student needs, in words. Only for those who may."""
    with connection.cursor() as cursor:
        cursor.execute(_FLAGS, [student.pk, clock.today()])
        found = [flag for row in cursor.fetchall() if (flag := _flag(*row))]
    if student.first_language and student.first_language not in choices.NOT_EAL | choices.LANGUAGE_UNKNOWN:
        found.append({"words": "English as an additional language", "tone": "plain"})
    return list({flag["words"]: flag for flag in found}.values())


def identifiers_of(student: Student, *, all_of_them: bool) -> list[dict[str, str]]:
    """The numbers a student is known by. UPN and ULN only to those who look after records: the UPN is a blind number."""
    pairs: list[tuple[str, str, str]] = [
        ("Admission number", student.admission_number, ""),
        ("Learner reference", student.learner_reference, ""),
        ("Candidate number", student.candidate_number, ""),
    ]
    if all_of_them:
        pairs += [
            ("UPN", student.upn or _no_upn(student), student.upn_problem),
            ("Former UPN", student.former_upn, ""),
            ("ULN", student.uln, student.uln_problem),
            ("UCI", student.uci, ""),
            ("UCAS personal ID", student.ucas_personal_id, ""),
            ("Identifier in the MIS", student.external_id, ""),
        ]
    return [{"label": label, "value": value, "problem": problem} for label, value, problem in pairs if value]


def enrolments_of(student: Student) -> list[dict[str, Any]]:
    """A student's places on courses, the present ones first, then the latest; read once for a page."""
    return [dict(row) for row in once(("enrolments", student.pk), lambda: _enrolments(student))]


_ENROLMENTS = """
    SELECT e.id, c.title, c.qualification, c.public_id, e.started_on, e.planned_end_on, e.ended_on, e.status
    FROM caseload_enrolment AS e JOIN caseload_course AS c ON c.id = e.course_id
    WHERE e.student_id = %s ORDER BY e.status, e.started_on DESC, c.title"""
_ENROLMENT = (
    "id", "course__title", "course__qualification", "course__public_id", "started_on", "planned_end_on", "ended_on", "status",
)  # fmt: skip


def _enrolments(student: Student) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_ENROLMENTS, [student.pk])
        rows = [dict(zip(_ENROLMENT, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"status_words": str(Enrolment.Status(row["status"]).label)} for row in rows]


_GROUPS = """
    SELECT g.name, g.public_id, c.title FROM caseload_teachinggroupmembership AS m
    JOIN caseload_teachinggroup AS g ON g.id = m.group_id LEFT JOIN caseload_course AS c ON c.id = g.course_id
    WHERE m.student_id = %s AND m.period @> %s::date ORDER BY g.name"""


def teaching_groups_of(student: Student) -> list[dict[str, Any]]:
    """The teaching groups of today, by name, each with its course. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [student.pk, clock.today()])
        return [{"name": name, "public_id": number, "course": course} for name, number, course in cursor.fetchall()]


# Written out, as every page of a student asks it.
_PLACES = " UNION ALL ".join(
    f"SELECT '{kind}', g.name, m.period, {rank}, m.id FROM caseload_{kind}membership AS m"
    f" JOIN caseload_{kind} AS g ON g.id = m.{column} WHERE m.student_id = %(student)s"
    for kind, column, rank in (
        ("site", "site_id", "''"), ("yeargroup", "group_id", "''"), ("house", "group_id", "''"), ("caseload", "group_id", "g.kind"),
    )
) + " ORDER BY 1, 5"  # fmt: skip


class Membership(NamedTuple):
    """A site, year group, house or caseload in which a student is or was, from when to when; `rank` is what kind of caseload."""

    kind: str
    name: str
    period: Any
    rank: str


def memberships_of(student: Student) -> list[Membership]:
    """Each site, year group, house and caseload that a student was ever in; read once for a page. One query."""

    def read() -> list[Membership]:
        with connection.cursor() as cursor:
            cursor.execute(_PLACES, {"student": student.pk})
            return [Membership(*row[:4]) for row in cursor.fetchall()]

    return list(once(("places", student.pk), read))


def _today(model: Any) -> Subquery:
    """A group of today: its number, name and site. A tutor group comes before other caseloads."""
    rows = model.objects.filter(student=OuterRef("pk"), period__contains=clock.today())
    order = ("-group__kind", "pk") if model is CaseloadMembership else ("pk",)
    found = JSONObject(id="group_id", name="group__name", site="group__site__name")
    return Subquery(rows.order_by(*order).values(found=found)[:1])


def _with_names(row: dict[str, Any]) -> dict[str, Any]:
    given, family = row["given_name"], row["family_name"]
    row["full_name"] = f"{given} {family}".strip() or "(no name recorded)"
    row["list_name"] = ", ".join(part for part in (family, given) if part) or "(no name recorded)"
    return row


def _no_upn(student: Student) -> str:
    return f"None: {student.get_upn_unknown_reason_display().lower()}" if student.upn_unknown_reason else ""


_ALWAYS = {
    "in_care": ("In care", "watch"),
    "young_carer": ("Young carer", "watch"),
    "service_child": ("Service child", "plain"),
    "free_meals": ("Free school meals", "plain"),
    "bursary": ("Bursary", "plain"),
}
_NOT_SO = {"N", "ND", "U", "R", ""}


def _flag(kind: str, code: str, detail: str) -> dict[str, str] | None:
    if kind == "sen_status":
        return {"words": choices.SEN_STATUS[code], "tone": "accent"} if code in ("K", "E") else None
    if kind == "sen_need":
        return {"words": choices.SEN_NEED.get(code, code), "tone": "plain"}
    if kind == "pupil_premium":
        return {"words": f"Pupil premium ({choices.PUPIL_PREMIUM.get(code, code).lower()})", "tone": "plain"}
    if kind in ("medical", "access") and code not in _NOT_SO:
        return {
            "words": detail or {"medical": "Medical note", "access": "Exam access arrangement"}[kind],
            "tone": "accent",
        }
    if kind in ("post_looked_after", "kinship_care") and code not in _NOT_SO:
        words = {"post_looked_after": "Previously looked after", "kinship_care": "Kinship care"}[kind]
        return {"words": words, "tone": "plain"}
    if kind in _ALWAYS and code not in _NOT_SO:
        words, tone = _ALWAYS[kind]
        return {"words": words, "tone": tone}
    return None
