"""What lists and the student page read about students. Values, not model instances: lists are long."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value

from caseload import choices
from caseload.models import (
    CaseloadMembership,
    Characteristic,
    Enrolment,
    HouseMembership,
    SiteMembership,
    Student,
    YearGroupMembership,
)
from caseload.querysets import containers
from core import clock
from core.once import once


def student_rows(students: QuerySet[Student]) -> list[dict[str, Any]]:
    """One dict per student in the order of names: ids, names, tutor group, year group. One query, whatever the length."""
    rows = students.annotate(
        group=_today(CaseloadMembership, "group__name"),
        year_group=_today(YearGroupMembership, "group__name"),
    ).order_by("sort_key", "pk")
    fields = ("id", "public_id", "given_name", "family_name", "pronouns", "sort_key", "group", "year_group")
    return [_with_names(row) for row in rows.values(*fields)]


def group_names(ids: Sequence[int]) -> dict[int, str]:
    """The tutor group or caseload of today that `student_rows` names, for those who are in one. One query."""
    rows = CaseloadMembership.objects.filter(student__in=set(ids), period__contains=clock.today())
    rows = rows.order_by("student_id", "-group__kind", "pk").distinct("student_id")
    return {pk: name for pk, name in rows.values_list("student_id", "group__name") if name}


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


def student_header(student: Student) -> dict[str, Any]:
    """Who this is, for the head of their page: groups of today, age, site and dates on roll. One query."""
    row = (
        Student.objects.filter(pk=student.pk)
        .annotate(
            group=_today(CaseloadMembership, "group__name"),
            group_public_id=_today(CaseloadMembership, "group__public_id"),
            year_group=_today(YearGroupMembership, "group__name"),
            house=_today(HouseMembership, "group__name"),
            site=_today(SiteMembership, "site__name"),
            on_roll=Exists(SiteMembership.objects.filter(student=OuterRef("pk"), period__contains=clock.today())),
            left_on=Subquery(
                SiteMembership.objects.filter(student=OuterRef("pk"), period__endswith__lte=clock.today())
                .order_by("-period")
                .values("period__endswith")[:1]
            ),
        )
        .values("group", "group_public_id", "year_group", "house", "site", "on_roll", "left_on")
        .get()
    )
    return row | {"age": age_on(student.date_of_birth, clock.today())}


def age_on(born: date | None, day: date) -> int | None:
    """How old somebody is on a day. Born on 29 February, they are a year older on 1 March in other years."""
    if born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def flags_of(student: Student) -> list[dict[str, str]]:
    """The characteristics of today that somebody working with the student needs, in words. Only for those who may."""
    rows = (
        Characteristic.objects.filter(student=student, period__contains=clock.today())
        .order_by("kind", "rank", "pk")
        .values_list("kind", "code", "detail")
    )
    found = [flag for row in rows if (flag := _flag(*row))]
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


def _enrolments(student: Student) -> list[dict[str, Any]]:
    rows = (
        Enrolment.objects.filter(student=student)
        .order_by("status", "-started_on", "course__title")
        .values(
            "id",
            "course__title",
            "course__qualification",
            "course__public_id",
            "started_on",
            "planned_end_on",
            "ended_on",
            "status",
        )
    )
    return [row | {"status_words": str(Enrolment.Status(row["status"]).label)} for row in rows]


def memberships_of(student: Student, models: Iterable[Any]) -> list[tuple[str, str, date, date | None]]:
    """(kind of group, its name, from, to) for each membership a student ever had in these kinds of group."""
    each = [
        model.objects.filter(student=student)
        .order_by()
        .values_list(
            Value(model._meta.model_name), F("site__name" if model is SiteMembership else "group__name"), "period"
        )
        for model in models
    ]
    rows = each[0].union(*each[1:], all=True)
    return [(kind, title, period.lower, period.upper) for kind, title, period in rows]


def _today(model: Any, field: str) -> Subquery:
    """A group of today. A tutor group comes before other caseloads."""
    rows = model.objects.filter(student=OuterRef("pk"), period__contains=clock.today())
    order = ("-group__kind", "pk") if model is CaseloadMembership else ("pk",)
    return Subquery(rows.order_by(*order).values(field)[:1])


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
