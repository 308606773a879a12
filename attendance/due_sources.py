"""What attendance puts on My work: absences that nobody explained, open alerts, registers not taken."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from attendance import rules
from attendance.actions.escalating import TOLD
from attendance.choices import AlertState
from attendance.models import Alert
from attendance.queries.first_day import absent_without_reason
from attendance.queries.missing import takers_of
from attendance.queries.registers import register_lines
from attendance.queries.sittings import sittings_on
from caseload.models import Student, TimetabledLesson
from caseload.querysets import containers, looked_after, reached_as
from core import clock, due
from core.due import Harm, Item, Source

LOG_MEETING = "interventions.log_meeting"
# Who is asked once nobody has acted in time: whoever is told, and the attendance officer.
ASKED = (*TOLD, "attendance_officer")


def alerts_of(user: Any) -> QuerySet[Alert]:
    """Open alerts of the students whom somebody looks after; for those who are told when nobody acted in time, these too."""
    mine = Q(student__in=looked_after(user, rules.ACT))
    for role in ASKED:
        mine |= Q(escalated_at__isnull=False, student__in=reached_as(user, role))
    return Alert.objects.filter(mine, state=AlertState.OPEN)


def load_alerts(user: Any, limit: int) -> list[Item]:
    """The first of them, with a one-to-one or a call as the next click. Two queries."""
    rows = alerts_of(user).order_by("raised_on", "pk")
    found = list(rows.values_list("student_id", "student__public_id", "reason", "raised_on", "escalated_at")[:limit])
    meets = set(_may_meet(user, [row[0] for row in found])) if found else set()
    items = []
    for student, public_id, reason, raised_on, escalated_at in found:
        page, click = ("interventions:meeting_new", "One-to-one")
        if student not in meets:
            page, click = ("caseload:contact_log", "Ring home")
        url = f"{reverse(page, args=[public_id])}?next={reverse('caseload:my_work')}"
        note = "nobody acted in time" if escalated_at else ""
        items.append(Item(reason, raised_on, url, click, about=student, note=note))
    return items


def _may_meet(user: Any, ids: list[int]) -> list[int]:
    return list(Student.objects.visible_to(user, LOG_MEETING).filter(pk__in=ids).values_list("pk", flat=True))


def load_registers(user: Any, limit: int) -> list[Item]:
    """Today's registers that have begun, that this person is to take, and that nobody has taken; everybody else's are left out."""
    if not _takes_any(user):
        return []
    begun = [sitting for sitting in sittings_on(clock.today(), user) if sitting.has_begun and not sitting.in_mis]
    takers = takers_of(begun)
    own = [sitting for sitting in begun if sitting.key in takers and takers[sitting.key].pk == user.pk]
    return [
        Item(
            f"Register of {line.sitting.title}",
            line.sitting.date,
            reverse("attendance:register_detail", args=[line.sitting.public_id, line.sitting.date, line.sitting.slug]),
            "Take it",
            note=f"began at {clock.local(line.sitting.starts_at):%H:%M}",
        )
        for line in register_lines(own)
        if not line.is_taken
    ]


def _takes_any(user: Any) -> bool:
    """Leaders reach every register and take none; only those with a group or a lesson of their own are looked up."""
    held = containers(user, rules.TAKE)
    own = held.get("caseload") or held.get("teaching_group")
    return bool(own) or TimetabledLesson.objects.filter(teacher=user.pk, period__contains=clock.today()).exists()


def load_absent(user: Any, limit: int) -> list[Item]:
    """Students absent today about whom nobody has rung: each of those whom somebody looks after; for the attendance officer
    one line for all. A fixed number of queries."""
    officer = user.has_perm(rules.AUTHORISE)
    own = set(Student.objects.filter(pk__in=looked_after(user, rules.ACT)).values_list("pk", flat=True))
    if not own and not officer:
        return []
    waiting = absent_without_reason(user).to_ring
    items = [
        Item(
            f"Absent today without a reason, since {row.since.label}",
            clock.today(),
            reverse("attendance:first_day_call", args=[row.student["public_id"]]),
            "Ring home",
            about=row.student["id"],
        )
        for row in waiting
        if row.student["id"] in own
    ]
    others = len(waiting) - len(items)
    if officer and others:
        words = f"{others} absent today without a reason, and nobody has rung"
        items.append(Item(words, clock.today(), reverse("attendance:first_day_list"), "Ring round"))
    return items


def register() -> None:
    """Offer them."""
    due.register(Source("absent", "Absent without a reason", Harm.SAFETY, rules.ACT, load_absent, order=10))
    due.register(Source("alert", "Attendance alerts", Harm.SAFETY, rules.ACT, load_alerts, alerts_of, order=20))
    due.register(Source("register", "Registers not taken", Harm.TODAY, rules.TAKE, load_registers))
