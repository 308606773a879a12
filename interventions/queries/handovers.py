"""Handovers to the next tutor: which there are, and each student's summary as far as the reader may know it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from attendance.arithmetic import Totals
from attendance.queries.figures.totals import headline
from caseload.models import Caseload, Student
from caseload.queries.students import reached_ids, student_rows
from caseload.querysets import looked_after
from core import clock
from interventions.choices import TargetState
from interventions.choices_support import READ as READ_SUPPORT
from interventions.models import ActionPlan, Case, Handover, HandoverNote, Meeting, SupportPlan, Target
from interventions.querysets import PASTORAL_NOTE
from interventions.rules_handovers import writable

LOG = "interventions.log_meeting"
SHOWN = 100


@dataclass(frozen=True)
class HandoverLine:
    """One caseload in the list: whether its handover was begun or handed over, when and by whom."""

    caseload: Caseload
    handover: Handover | None

    @property
    def is_handed(self) -> bool:
        """Whether the next tutor can read it."""
        return self.handover is not None and self.handover.handed_at is not None


@dataclass
class Summary:
    """One student as they are handed over: only what the reader may know."""

    student: dict[str, Any]
    note: HandoverNote | None = None
    attendance: Totals | None = None
    open: list[Target] = field(default_factory=list)
    met: int = 0
    last: Meeting | None = None
    agreed: list[Target] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)


@dataclass
class HandoverPage:
    """What the page of a handover shows: by whom it may be written, and each student's summary."""

    caseload: Caseload
    handover: Handover | None
    may_write: bool
    until: date
    summaries: list[Summary] = field(default_factory=list)

    @property
    def is_handed(self) -> bool:
        """Whether the next tutor can read it."""
        return self.handover is not None and self.handover.handed_at is not None


def to_write(user: User) -> list[HandoverLine]:
    """The caseloads whose handover this person writes, by name. Two queries and those of their reach."""
    caseloads = list(writable(user).select_related("year").order_by("name", "pk")[:SHOWN])
    begun = {
        row.caseload_id: row for row in Handover.objects.filter(caseload__in=caseloads).select_related("handed_by")
    }
    return [HandoverLine(caseload, begun.get(caseload.pk)) for caseload in caseloads]


def handed_to(user: User) -> list[HandoverLine]:
    """What was handed over about the students whom this person looks after now, the latest first. One query."""
    notes = HandoverNote.objects.visible_to(user).filter(student__in=looked_after(user, PASTORAL_NOTE))
    rows = Handover.objects.filter(pk__in=notes.values("handover")).exclude(handed_by=user)
    found = rows.select_related("caseload__year", "handed_by").order_by("-handed_at", "-pk")[:SHOWN]
    return [HandoverLine(row.caseload, row) for row in found]


def handover_page(user: User, caseload_id: UUID) -> HandoverPage | None:
    """One handover with a summary of each student; nothing when this person neither writes nor may read it.

    Whoever writes it sees everybody in the caseload; others, once it was handed over, the students they reach as pastoral
    staff. A fixed number of queries, whatever the number of students.
    """
    caseload = Caseload.objects.select_related("year").filter(public_id=caseload_id).first()
    if caseload is None:
        return None
    handover = Handover.objects.filter(caseload=caseload).select_related("handed_by").first()
    may_write = writable(user).filter(pk=caseload.pk).exists()
    handed = handover is not None and handover.handed_at is not None
    notes = HandoverNote.objects.filter(handover=handover) if handover else HandoverNote.objects.none()
    if handed:
        notes = notes.visible_to(user)
        students = Student.objects.filter(pk__in=notes.values("student"))
    elif may_write:
        students = Student.objects.visible_to(user, LOG).in_caseload(caseload.pk)
    else:
        return None
    until = min(clock.today(), caseload.year.ends_on)
    people = student_rows(students)
    if not people and not may_write:
        return None
    written = {note.student_id: note for note in notes.select_related("written_by")}
    page = HandoverPage(caseload, handover, may_write, until)
    page.summaries = _summaries(user, people, written, (caseload.year.starts_on, until))
    return page


def _summaries(
    user: User, people: list[dict[str, Any]], written: dict[int, HandoverNote], span: tuple[date, date]
) -> list[Summary]:
    found = {row["id"]: Summary(row, written.get(row["id"])) for row in people}
    ids = list(found)
    seen = reached_ids(user, "attendance.view_attendance", LOG, ids)
    for student, totals in headline(seen, {"year": span}).items():
        found[student].attendance = totals.get("year")
    targets = Target.objects.visible_to(user).filter(student__in=ids)
    for target in targets.open().order_by("due_on", "pk"):
        found[target.student_id].open.append(target)
    met = targets.filter(state=TargetState.MET, closed_on__range=span)
    for student in met.order_by().values_list("student_id", flat=True):
        found[student].met += 1
    _add_last(user, found, span[1])
    for student, words in _plans(user, ids):
        found[student].plans.append(words)
    return [found[row["id"]] for row in people]


def _add_last(user: User, found: dict[int, Summary], until: date) -> None:
    """The last one-to-one that the reader may read, with the targets agreed in it. Two queries."""
    rows = Meeting.objects.visible_to(user).filter(student__in=list(found), held_at__date__lte=until)
    rows = rows.select_related("type", "led_by").order_by("student_id", "-held_at", "-pk").distinct("student_id")
    last = {meeting.pk: meeting for meeting in rows}
    for meeting in last.values():
        found[meeting.student_id].last = meeting
    for target in Target.objects.visible_to(user).filter(set_at__in=list(last)).order_by("due_on", "pk"):
        found[target.student_id].agreed.append(target)


def _plans(user: User, ids: Sequence[int]) -> list[tuple[int, str]]:
    """What goes on for each student: action plans, staged processes, support plans. Three queries."""
    plans = ActionPlan.objects.visible_to(user).open().filter(student__in=ids).order_by("pk")
    cases = Case.objects.visible_to(user, "interventions.manage_case").open().filter(student__in=ids).order_by("pk")
    support = SupportPlan.objects.visible_to(user, READ_SUPPORT).open().filter(student__in=ids).order_by("pk")
    found = [(plan.student_id, f"Action plan: {plan.title}") for plan in plans]
    found += [
        (case.student_id, f"{case.process.name}, stage {case.stage.number}")
        for case in cases.select_related("process", "stage")
    ]
    return found + [(plan.student_id, f"Support plan: {plan.get_need_display()}") for plan in support]


def last_note_of(user: User, student: Student) -> HandoverNote | None:
    """What the tutor before wrote last about a student, for their page. One query."""
    rows = HandoverNote.objects.visible_to(user).filter(~Q(text=""), student=student)
    return rows.select_related("written_by", "handover__caseload").order_by("-handover__handed_at", "-pk").first()


def handover_facts(page: HandoverPage) -> dict[str, Any]:
    """The same as plain values, for the document on paper and its fingerprint."""
    return {
        "caseload": page.caseload.name,
        "year": str(page.caseload.year),
        "until": page.until,
        "students": [
            {
                "name": row.student["list_name"],
                "attendance": f"{row.attendance.percent} ({row.attendance.of})" if row.attendance else "no marks",
                "met": row.met,
                "open": [{"what": target.what, "by": target.due_on} for target in row.open],
                "last": f"{row.last.type.name}, {clock.local(row.last.held_at):%-d %b %Y}" if row.last else "",
                "next": row.last.next_on if row.last else None,
                "will": row.last.tutor_actions if row.last else "",
                "agreed": [target.what for target in row.agreed],
                "plans": row.plans,
                "note": row.note.text if row.note else "",
            }
            for row in page.summaries
        ],
    }
