"""The marks that planned absences wrote, which a withdrawal takes away again."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from attendance.choices import Series
from attendance.models import PlannedAbsence
from core import clock

Key = tuple[int, date, int]


def marks_of(plan_ids: Sequence[int]) -> dict[str, set[Key]]:
    """The marks of these plans that are still to come, by series: student, day and slot.

    A mark is a plan's when it stands in the plan's dates, weekdays and part of the day with the plan's code, and was made
    since the plan was. What has begun by the clock stays as it was taken.
    """
    if not plan_ids:
        return {}
    now = clock.local(clock.now())
    found: dict[str, set[Key]] = {}
    for series, statement in ((Series.SESSION, _SESSIONS), (Series.LESSON, _LESSONS)):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"plans": list(plan_ids), "today": now.date(), "now": f"{now:%H:%M:%S}"})
            found[series] = set(cursor.fetchall())
    return found


def still_to_come(plan: PlannedAbsence, to_come: int) -> str:
    """What of a plan is still to come, in words: a plan that has today in it is not over."""
    if to_come:
        marks = "1 mark" if to_come == 1 else f"{to_come:,} marks"
        return f"{marks}, entered already for days ahead" if plan.ends_on > clock.today() else f"{marks} later today"
    if plan.ends_on < clock.today():
        return "nothing: its days are over"
    if plan.ends_on == clock.today():
        return "nothing more: today is its last day, and what has begun keeps its mark"
    return "no mark is entered yet: each register shows the plan when it is taken"


_OF_THE_PLAN = """
    p.id = ANY(%(plans)s) AND m.marked_at >= p.fills_since AND m.date >= %(today)s
    AND (cardinality(p.weekdays) = 0 OR extract(isodow FROM m.date)::integer - 1 = ANY(p.weekdays))
"""
_SESSIONS = f"""
    SELECT DISTINCT m.student_id, m.date, m.slot::bigint
    FROM attendance_plannedabsence AS p
    JOIN attendance_sessionmark AS m ON m.student_id = p.student_id AND m.date BETWEEN p.starts_on AND p.ends_on
    JOIN attendance_attendancecode AS c ON c.id = m.code_id AND c.code = p.session_code
    WHERE {_OF_THE_PLAN} AND p.part IN ('day', CASE m.slot WHEN 1 THEN 'am' ELSE 'pm' END)
        AND (m.date > %(today)s OR EXISTS (SELECT 1 FROM caseload_sitemembership AS r
            JOIN caseload_site AS s ON s.id = r.site_id AND s.kind = 'school'
            WHERE r.student_id = m.student_id AND r.period @> m.date
                AND CASE m.slot WHEN 1 THEN s.am_starts_at ELSE s.pm_starts_at END > %(now)s::time))
"""
_LESSONS = f"""
    SELECT DISTINCT m.student_id, m.date, m.slot
    FROM attendance_plannedabsence AS p
    JOIN attendance_lessonmark AS m ON m.student_id = p.student_id AND m.date BETWEEN p.starts_on AND p.ends_on
    JOIN attendance_attendancecode AS c ON c.id = m.code_id AND c.code = p.lesson_code
    JOIN caseload_timetabledlesson AS l ON l.id = m.slot
    JOIN caseload_lessontime AS t ON t.id = l.time_id
    JOIN caseload_site AS s ON s.id = t.site_id
    WHERE {_OF_THE_PLAN} AND p.part IN ('day', CASE WHEN t.starts_at >= s.pm_starts_at THEN 'pm' ELSE 'am' END)
        AND (m.date > %(today)s OR t.starts_at > %(now)s::time)
"""
