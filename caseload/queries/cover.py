"""Cover: who covers which caseload from when to when, and what was handed over."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from caseload.choices import Capacity
from caseload.models import Caseload, CaseloadGrant, CaseloadMembership, CoverNote, CoverPolicy, Student
from caseload.queries.grants import last_day_of, state_of
from caseload.queries.students import student_rows
from caseload.querysets import reach_of
from caseload.rules.cover import may_hand_over, own_caseloads
from core import clock

ENDED_SHOWN = 30


@dataclass(frozen=True)
class Cover:
    """One time of cover as pages show it. What was handed over is empty for whoever may not read it yet, or any more."""

    public_id: UUID
    caseload: Caseload
    person: User
    arranged_by: User | None
    starts_on: date
    last_day: date | None
    state: str
    mine: bool
    note: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)


def covers_visible_to(user: User) -> QuerySet[CaseloadGrant]:
    """Cover of the caseloads that somebody leads or holds as tutor, and what they cover themselves until its last day."""
    leads = Q(content_object__in=may_hand_over(user).values("pk")) | Q(content_object__in=own_caseloads(user))
    mine = Q(user=user, period__endswith__gt=clock.today())
    return CaseloadGrant.objects.filter(leads | mine, capacity=Capacity.COVER, period__isempty=False)


def cover_list(user: User) -> dict[str, list[Cover]]:
    """The cover that somebody may see: now, to come, and ended lately. Three queries and those of their reach."""
    today = clock.today()
    rows = covers_visible_to(user).select_related("content_object__year", "user", "given_by")
    found: dict[str, list[Cover]] = {"now": [], "later": [], "ended": []}
    running = rows.filter(period__endswith__gt=today).order_by("period", "pk")
    ended = rows.filter(period__endswith__lte=today).order_by("-period__endswith", "-pk")[:ENDED_SHOWN]
    for grant in [*running, *ended]:
        found[state_of(grant.period, today)].append(_cover(grant, user, today))
    return found


def cover_named(user: User, public_id: UUID) -> tuple[CaseloadGrant, Cover] | None:
    """One time of cover with what was handed over, if this person may see it.

    Whoever covers reads it from the first day on and until the last; whoever leads or holds the caseload always.
    """
    rows = covers_visible_to(user).select_related("content_object__year", "user", "given_by")
    grant = rows.filter(public_id=public_id).first()
    if grant is None:
        return None
    today = clock.today()
    reads = grant.user_id != user.pk or state_of(grant.period, today) == "now"
    return grant, _cover(grant, user, today, _lines([grant.pk]).get(grant.pk, []) if reads else [], reads)


def covering(user: User) -> list[Cover]:
    """What somebody covers today, with what was handed over to them: for the top of their lists. Two queries, and none for
    whoever covers nobody."""
    reach_of(user)
    if not getattr(user, "covers", False):
        return []
    today = clock.today()
    rows = CaseloadGrant.objects.filter(user=user, capacity=Capacity.COVER, period__contains=today)
    grants = list(rows.select_related("content_object__year", "user", "given_by").order_by("period__endswith", "pk"))
    lines = _lines([grant.pk for grant in grants]) if grants else {}
    return [_cover(grant, user, today, lines.get(grant.pk, []), reads=True) for grant in grants]


def cover_of_student(student: Student) -> list[dict[str, Any]]:
    """What was handed over about one student, while it is covered: for those who look after or lead the caseload. One query."""
    notes = CoverNote.objects.filter(student=student, grant__period__contains=clock.today())
    in_group = CaseloadMembership.objects.filter(student=student, period__contains=clock.today()).values("group")
    rows = notes.filter(grant__content_object__in=in_group).select_related("grant__user", "grant__content_object")
    return [
        {
            "text": row.text,
            "person": row.grant.user.formal_name,
            "until": last_day_of(row.grant.period),
            "caseload": row.grant.content_object.name,
            "public_id": row.grant.public_id,
        }
        for row in rows
    ]


def cover_policy() -> CoverPolicy:
    """What the college has decided, or the default."""
    return CoverPolicy.objects.filter(pk=1).first() or CoverPolicy(pk=1)


def students_to_hand_over(caseload: Caseload) -> list[dict[str, Any]]:
    """The present members of a caseload, by name. One query."""
    return student_rows(Student.objects.filter(merged_into=None, erased_at=None).in_caseload(caseload.pk))


def _lines(grant_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """What was handed over about single students, by grant, in the order of names. Two queries."""
    notes = list(CoverNote.objects.filter(grant__in=grant_ids).values_list("grant_id", "student_id", "text"))
    if not notes:
        return {}
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in={note[1] for note in notes}))}
    found: dict[int, list[dict[str, Any]]] = {}
    for grant, student, text in notes:
        found.setdefault(grant, []).append({"student": people[student], "text": text})
    for lines in found.values():
        lines.sort(key=lambda line: (line["student"]["sort_key"], line["student"]["id"]))
    return found


def _cover(
    grant: CaseloadGrant, user: User, today: date, lines: list[dict[str, Any]] | None = None, reads: bool = False
) -> Cover:
    return Cover(
        grant.public_id,
        grant.content_object,
        grant.user,
        grant.given_by,
        grant.period.lower,
        last_day_of(grant.period),
        state_of(grant.period, today),
        grant.user_id == user.pk,
        grant.handover_note if reads else "",
        lines or [],
    )
