"""Support plans as lists and pages show them, each reader with what they may read; who has a need and no plan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from caseload.models import Characteristic, Student, TeachingGroupMembership
from caseload.needs import Need
from caseload.queries.search import find_students
from caseload.queries.students import student_rows
from caseload.registries.columns import Reason
from core import clock
from interventions.choices_support import (
    EAL_STAGES,
    NEEDS,
    PROVISION,
    READ,
    REVIEW_SOON_DAYS,
    WRITE,
    ExamAccess,
    Worked,
)
from interventions.models import SupportPlan, SupportReview

SHOWS = {
    "": "All open",
    "mine": "Mine",
    "overdue": "Review due",
    "soon": f"Due in {REVIEW_SOON_DAYS // 7} weeks",
    "access": "Exam access",
    "without": "Need, and no plan",
    "ended": "Ended",
}
MOST_FOUND = 200
NEEDY = ("K", "E")  # SEN support, and an education, health and care plan
CHARACTERISTICS = "caseload.view_characteristics"


@dataclass(frozen=True)
class Wanted:
    """Which plans are asked for: the list, a need, an EAL stage, an arrangement, words of a name."""

    show: str = ""
    need: str = ""
    stage: str = ""
    access: str = ""
    words: str = ""


@dataclass
class Row:
    """One plan of a list, with its student's names and groups."""

    plan: SupportPlan
    person: dict[str, Any]


@dataclass
class Whole:
    """What a plan's page shows to somebody who may read all of it."""

    plan: SupportPlan
    reviews: list[SupportReview] = field(default_factory=list)
    earlier: list[dict[str, Any]] = field(default_factory=list)


def plans(user: Any, wanted: Wanted) -> QuerySet[SupportPlan]:
    """The plans of a list, of students whose plans this person may read: the first due first."""
    rows = SupportPlan.objects.visible_to(user, READ).select_related("owner")
    rows = rows.exclude(ended_on=None) if wanted.show == "ended" else rows.open()
    if wanted.show in CONDITIONS:
        rows = rows.filter(_conditions(user)[wanted.show])
    if wanted.need:
        rows = rows.filter(Q(need=wanted.need) | Q(second_need=wanted.need))
    if wanted.stage:
        rows = rows.filter(eal_stage=wanted.stage)
    if wanted.access:
        rows = rows.filter(exam_access__contains=[wanted.access])
    if wanted.words:
        rows = rows.filter(student__in=[row["id"] for row in find_students(user, wanted.words, MOST_FOUND)])
    ended = wanted.show == "ended"
    return rows.order_by(*(("-ended_on", "-pk") if ended else ("review_on", "student__sort_key", "pk")))


IN_CLASS = ("public_id", "provision", "exam_access", "exam_access_words")
CONDITIONS = ("mine", "overdue", "soon", "access")


def _conditions(user: Any) -> dict[str, Q]:
    today = clock.today()
    return {
        "mine": Q(owner=user),
        "overdue": Q(review_on__lte=today),
        "soon": Q(review_on__gt=today, review_on__lte=today + timedelta(days=REVIEW_SOON_DAYS)),
        "access": ~Q(exam_access=[]),
    }


def counts(user: Any) -> dict[str, int]:
    """How many stand in each list. Two queries; those without a plan are counted only for whoever could make one."""
    going = Q(ended_on=None)
    numbers = SupportPlan.objects.visible_to(user, READ).aggregate(
        all=Count("pk", filter=going),
        ended=Count("pk", filter=~going),
        **{key: Count("pk", filter=going & condition) for key, condition in _conditions(user).items()},
    )
    numbers[""] = numbers.pop("all")
    if user.has_perm(WRITE):
        numbers["without"] = without_plan(user).count()
    return numbers


def needs_held(user: Any) -> list[tuple[str, str, int]]:
    """The needs of the open plans in reach: code, words, how many students, the most frequent first. One query."""
    rows = SupportPlan.objects.visible_to(user, READ).open().order_by().values_list("need", "second_need")
    found: dict[str, int] = {}
    for pair in rows:
        for code in {code for code in pair if code}:
            found[code] = found.get(code, 0) + 1
    held = [(code, NEEDS.get(code, code), number) for code, number in found.items()]
    return sorted(held, key=lambda one: (-one[2], one[1]))


def list_rows(rows: Sequence[SupportPlan]) -> list[Row]:
    """Each plan with its student. One query."""
    people = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=[one.student_id for one in rows]))}
    return [Row(one, people[one.student_id]) for one in rows]


def without_plan(user: Any) -> QuerySet[Student]:
    """Students on roll with SEN support or an EHC plan and no open support plan, for whoever could make one."""
    today = clock.today()
    needy = Characteristic.objects.filter(
        student=OuterRef("pk"), kind="sen_status", code__in=NEEDY, period__contains=today
    )
    planned = SupportPlan.objects.open().filter(student=OuterRef("pk"))
    known = Student.objects.visible_to(user, CHARACTERISTICS).values("pk")
    reached = Student.objects.visible_to(user, WRITE).on_roll().filter(pk__in=known)
    return reached.filter(Exists(needy)).exclude(Exists(planned)).order_by("sort_key", "pk")


def known_of(student: Student) -> dict[str, str]:
    """What the record says already, to start a plan from: the need and its second, the stage of English. One query."""
    rows = Characteristic.objects.filter(student=student, period__contains=clock.today())
    known: dict[str, list[str]] = {}
    for kind, code in rows.order_by("rank", "pk").values_list("kind", "code"):
        known.setdefault(kind, []).append(code)
    needs = [code for code in known.get("sen_need", []) if code in NEEDS]
    stage = next((code for code in known.get("english_proficiency", []) if code in EAL_STAGES), "")
    needs += ["EAL"] if stage and not needs else []
    found = {"need": needs[:1], "second_need": needs[1:2], "eal_stage": [stage]}
    return {name: values[0] for name, values in found.items() if values and values[0]}


def in_class(user: Any, student_id: int) -> dict[str, Any] | None:
    """What staff do and the exam access of the open plan, without the reasons: for everyone who teaches. One query."""
    rows = SupportPlan.objects.visible_to(user, PROVISION).open().filter(student=student_id)
    return rows.values(*IN_CLASS).first()


def class_plans(user: Any, group: int | None = None) -> QuerySet[Any, dict[str, Any]]:
    """What staff do and the exam access for everybody somebody teaches, or for one teaching group, in the order of names."""
    rows = SupportPlan.objects.visible_to(user, PROVISION).open()
    if group is not None:
        members = TeachingGroupMembership.objects.filter(group=group, period__contains=clock.today())
        rows = rows.filter(student__in=members.values("student"))
    return rows.order_by("student__sort_key", "pk").values(*IN_CLASS, "student_id")


def class_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with its student and the arrangements in words. One query."""
    people = {
        row["id"]: row for row in student_rows(Student.objects.filter(pk__in=[one["student_id"] for one in rows]))
    }
    return [
        one
        | {"person": people[one["student_id"]], "access": access_words(one["exam_access"], one["exam_access_words"])}
        for one in rows
    ]


def access_words(codes: Sequence[str], words: str = "") -> list[str]:
    """Arrangements in words, in the order of the list."""
    named = [str(label) for code, label in ExamAccess.choices if code in codes]
    return [*named, words] if words else named


def whole(plan: SupportPlan) -> Whole:
    """A plan with its rounds and what it said before. Two queries."""
    return Whole(plan, list(plan.reviews.select_related("reviewed_by")), _earlier(plan))


def _earlier(plan: SupportPlan) -> list[dict[str, Any]]:
    """What need and provision were before each change of them, the latest first."""
    if plan.version == 1:
        return []
    names = ("need", "second_need", "need_words", "wanted", "provision", "exam_access", "eal_stage")
    shown = {name: getattr(plan, name) for name in names}
    kept = []
    events = plan.events.order_by("-pgh_created_at", "-pgh_id")  # type: ignore[attr-defined]  # added by pghistory
    for row in events.values(*names, "pgh_created_at"):
        was = {name: row[name] for name in names}
        if was != shown:
            kept.append(
                {
                    "until": row["pgh_created_at"],
                    "needs": " and ".join(NEEDS.get(code, code) for code in (row["need"], row["second_need"]) if code),
                    "access": access_words(row["exam_access"]),
                    "stage": EAL_STAGES.get(row["eal_stage"], ""),
                }
                | was
            )
        shown = was
    return kept


def reviews_due(ids: Sequence[int], user: Any) -> dict[int, list[Reason]]:
    """Students whose support plan is to be reviewed, as reasons of lists. One query."""
    rows = SupportPlan.objects.visible_to(user, WRITE).due().filter(student__in=list(ids))
    due = Reason("Support plan to be reviewed", Need.SUPPORT_PLAN_OVERDUE, "support")
    return {student: [due] for student in rows.values_list("student_id", flat=True)}


def sheet_rows(rows: QuerySet[SupportPlan]) -> list[list[Any]]:
    """The plans of a list as rows of a sheet."""
    return [
        [
            row.person["list_name"], row.person["group"] or "", row.person["year_group"] or "",
            NEEDS.get(row.plan.need, row.plan.need), NEEDS.get(row.plan.second_need, row.plan.second_need),
            EAL_STAGES.get(row.plan.eal_stage, ""), "; ".join(access_words(row.plan.exam_access, row.plan.exam_access_words)),
            row.plan.owner.formal_name, row.plan.round, row.plan.assessed_on, row.plan.planned_on, row.plan.started_on,
            row.plan.review_on, row.plan.ended_on, row.plan.ended_because,
        ]
        for row in list_rows(list(rows))
    ]  # fmt: skip


SHEET = (
    "Student", "Tutor group", "Year group", "Need", "Second need", "EAL stage", "Exam access", "Owner", "Round", "Assessed",
    "Planned", "In place from", "Review", "Ended", "Why it ended",
)  # fmt: skip
WORKED_TONES = {Worked.YES: "good", Worked.PARTLY: "watch", Worked.NO: "concern"}
