"""What attendance puts on My work: absences that nobody explained, open alerts, registers not taken."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from attendance import rules
from attendance.actions.escalating import TOLD
from attendance.choices import AlertState
from attendance.models import Alert
from attendance.queries.absence.first_day import absent_without_reason
from attendance.queries.alerts.lists import in_order
from attendance.queries.alerts.today import alerts_today
from attendance.queries.registers.day_known import known_of
from attendance.queries.registers.missing import takers_of
from attendance.queries.registers.registers import register_lines
from attendance.queries.registers.sittings import sittings_on
from caseload.queries.students import reached_ids
from caseload.querysets import ids_of, looked_after, reached_as
from core import clock
from core.pages import due
from core.pages.due import Harm, Item, SoFar, Source

LOG_MEETING = "interventions.log_meeting"
# Who is asked once nobody has acted in time: whoever is told, and the attendance officer.
ASKED = (*TOLD, "attendance_officer")


def alerts_of(user: Any) -> QuerySet[Alert]:
    """Open alerts of the students whom somebody looks after; for those who are told when nobody acted in time, these too."""
    mine = Q(student__in=looked_after(user, rules.ACT))
    for role in ASKED:
        if asked := reached_as(user, role):
            mine |= Q(escalated_at__isnull=False, student__in=asked)
    return Alert.objects.filter(mine, state=AlertState.OPEN)


def load_alerts(user: Any, limit: int) -> list[Item]:
    """The first of them, with a one-to-one or a call as the next click, and how each stands today. Those that hold no longer
    come last, say so, and are ended with one press."""
    fields = ("student_id", "student__public_id", "pk", "public_id", "raised_on", "escalated_at", "at_once")
    every = list(in_order(alerts_of(user)).values_list(*fields))
    today = alerts_today(row[2] for row in every)
    found = sorted((row for row in every if row[2] in today), key=lambda row: today[row[2]].is_over)[:limit]
    meets = set(reached_ids(user, LOG_MEETING, rules.ACT, [row[0] for row in found]))
    items = []
    for student, public_id, pk, key, raised_on, escalated_at, at_once in found:
        page, click = ("interventions:meeting_new", "One-to-one")
        if student not in meets:
            page, click = ("caseload:contact_log", "Ring home")
        url = f"{reverse(page, args=[public_id])}?next={reverse('caseload:my_work')}&answers=attendance_alert:{pk}"
        note = "nobody acted in time" if escalated_at else ""
        item = Item(today[pk].words, raised_on, url, click, about=student, note=note, at_once=at_once)
        items.append(_to_be_ended(item, public_id, key) if today[pk].is_over else item)
    return items


def _to_be_ended(item: Item, student: Any, alert: Any) -> Item:
    """The line of an alert that holds no longer: nobody is to be met or rung about it, so it leads to the student."""
    ends, url = f"{reverse('attendance:alert_end')}?alert={alert}", reverse("caseload:student_detail", args=[student])
    return replace(
        item, url=url, click="Student", note="no longer so", done_url=ends, done="End alert", at_once=False, over=True
    )


def load_registers(user: Any, limit: int) -> list[Item]:
    """Today's registers that have begun, that this person is to take, and that nobody has taken; everybody else's are left out."""
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


def load_absent(user: Any, limit: int) -> list[Item]:
    """Students absent today about whom nobody has rung: each of those whom somebody looks after; for the attendance officer
    one line for all. A fixed number of queries."""
    officer = user.has_perm(rules.AUTHORISE)
    own = ids_of(looked_after(user, rules.ACT))
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


OPEN = f"SELECT FROM attendance_alert WHERE state = '{AlertState.OPEN}'"
# Leaders reach every register and take none: only a group or a lesson of one's own can be one to take, once it has begun.
NOT_TAKEN = """
    SELECT FROM caseload_caseloadgrant AS g
    JOIN caseload_caseload AS c ON c.id = g.content_object_id AND c.kind = 'tutor_group'
    JOIN caseload_site AS s ON s.id = c.site_id AND s.kind = 'school' AND s.registers_taken <> 'mis'
    CROSS JOIN LATERAL (VALUES (1, s.am_starts_at), (2, s.pm_starts_at)) AS v (slot, starts_at)
    WHERE g.user_id = %(me)s AND g.period @> %(today)s::date AND v.starts_at <= %(now)s AND NOT EXISTS (
        SELECT FROM attendance_register AS r
        WHERE r.series = 'session' AND r.caseload_id = c.id AND r.date = %(today)s AND r.slot = v.slot)
    UNION ALL
    SELECT FROM caseload_timetabledlesson AS l
    JOIN caseload_lessontime AS t ON t.id = l.time_id AND t.starts_at <= %(now)s
        AND t.weekday = extract(isodow FROM %(today)s::date) - 1
    WHERE l.period @> %(today)s::date AND (l.teacher_id = %(me)s OR l.group_id IN (
            SELECT g.content_object_id FROM caseload_teachinggroupgrant AS g
            WHERE g.user_id = %(me)s AND g.period @> %(today)s::date))
        AND NOT EXISTS (SELECT FROM attendance_register AS r
            WHERE r.series = 'lesson' AND r.lesson_id = l.id AND r.date = %(today)s)
"""


def day_so_far(user: Any) -> SoFar:
    """How much of today is known about the students whose absences without a reason are told."""
    known = known_of(user, permission=rules.ACT)
    return SoFar(known.words, known.is_all)


def register() -> None:
    """Offer them."""
    due.register_so_far(day_so_far, rules.ACT)
    due.register(Source("absent", "Absent without a reason", Harm.SAFETY, rules.ACT, load_absent, order=10))
    due.register(Source("alert", "Attendance alerts", Harm.SAFETY, rules.ACT, load_alerts, alerts_of, 20, OPEN))
    due.register(Source("register", "Registers not taken", Harm.TODAY, rules.TAKE, load_registers, hint=NOT_TAKEN))
