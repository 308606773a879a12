"""Whole pages in this process: all of it, the part in the database beside hand-written SQL for the same figures."""

import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client

from tests.bench.measure import counted, spread, timed, user

PAGES = (
    # role, address, words, hand-written SQL
    ("tutor", "/caseload/", "tutor's caseload", "caseload"),
    ("tutor", "/registers/", "today's registers", ""),
    ("head-of-year", "/dashboard/", "year-group dashboard", "year"),
    ("head-of-year", "/dashboard/students/?figure=persistent", "students behind a figure", "year"),
    ("attendance-officer", "/students/", "student list", "list"),
    ("attendance-officer", "/registers/absent/", "who is absent today", "absent"),
    ("attendance-officer", "/registers/missing/", "registers missing", "missing"),
    ("senior-leader", "/dashboard/", "whole-college dashboard", "college"),
)


def measure(rounds: int) -> dict[str, float]:
    """Print the pages; gives the median time of each by its words, in seconds."""
    print(
        "\nPages, in process: all / in the database / this process's CPU / statements / hand-written SQL for the attendance figures alone"
    )
    found = {}
    for role, address, words, sql in PAGES:
        client = client_of(role)
        answer = client.get(address)
        if answer.status_code != 200:
            print(f"  {words}: answered {answer.status_code}, not measured")
            continue
        whole, inside, busy, statements = [], [], [], 0
        for _ in range(max(5, rounds // 3)):
            begun, worked = time.perf_counter(), time.process_time()
            with counted() as clock:
                client.get(address)
            busy.append(time.process_time() - worked)
            whole.append(time.perf_counter() - begun)
            inside.append(clock.seconds)
            statements = clock.statements
        found[words] = statistics.median(whole)
        line = f"  {words:26} {spread(whole)} · {1000 * statistics.median(inside):7.1f} ms · {1000 * statistics.median(busy):6.1f} ms · {statements} · {len(answer.content) // 1024} kB"
        if sql:
            by_hand = statistics.median(timed(max(5, rounds // 3), lambda sql=sql, role=role: by_hand_sql(sql, role)))
            line += f" · by hand {1000 * by_hand:.1f} ms, {statistics.median(inside) / by_hand:.1f} times"
        print(line)
    return found


def client_of(role: str) -> Client:
    """A signed-in browser of somebody of the cast."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(user(role), backend="accounts.backends.StaffBackend")
    return client


def by_hand_sql(which: str, role: str) -> None:
    """The attendance figures of a page, as somebody who knows the tables would write them."""
    with connection.cursor() as cursor:
        cursor.execute(SQL[which], {"user": user(role).pk, "day": "2026-11-20"})
        cursor.fetchall()


SUMS = "sum(present + approved), sum(present + approved + authorised + unauthorised), sum(unauthorised), sum(late)"
YEAR = "s.week BETWEEN '2026-08-31' AND %(day)s::date"
SQL: dict[str, Any] = {
    "caseload": f"""
        SELECT m.student_id, s.series, {SUMS}, sum(present) FILTER (WHERE s.week > %(day)s::date - 42),
            sum(present + approved + authorised + unauthorised) FILTER (WHERE s.week > %(day)s::date - 42)
        FROM caseload_caseloadgrant AS g
        JOIN caseload_caseloadmembership AS m ON m.group_id = g.content_object_id AND m.period @> %(day)s::date
        JOIN attendance_weeksummary AS s ON s.student_id = m.student_id AND {YEAR}
        WHERE g.user_id = %(user)s AND g.period @> %(day)s::date GROUP BY 1, 2""",
    "year": f"""
        SELECT m.student_id, s.series, {SUMS}, sum(present) FILTER (WHERE s.week > %(day)s::date - 42),
            sum(present + approved + authorised + unauthorised) FILTER (WHERE s.week > %(day)s::date - 42)
        FROM caseload_yeargroupgrant AS g
        JOIN caseload_yeargroupmembership AS m ON m.group_id = g.content_object_id AND m.period @> %(day)s::date
        JOIN attendance_weeksummary AS s ON s.student_id = m.student_id AND {YEAR}
        WHERE g.user_id = %(user)s AND g.period @> %(day)s::date GROUP BY 1, 2""",
    "college": f"""
        SELECT m.student_id, s.series, {SUMS}, sum(present) FILTER (WHERE s.week > %(day)s::date - 42),
            sum(present + approved + authorised + unauthorised) FILTER (WHERE s.week > %(day)s::date - 42)
        FROM caseload_sitemembership AS m
        JOIN attendance_weeksummary AS s ON s.student_id = m.student_id AND {YEAR}
        WHERE m.period @> %(day)s::date GROUP BY 1, 2""",
    # The first 150 by name with their sums and weeks, and what the chips count of everybody: persistent absence, open alerts.
    "list": f"""
        WITH everybody AS (SELECT st.id, st.sort_key, st.family_name, st.given_name FROM caseload_sitemembership AS m
            JOIN caseload_student AS st ON st.id = m.student_id WHERE m.period @> %(day)s::date),
        years AS (SELECT s.student_id, {SUMS} FROM everybody AS e JOIN attendance_weeksummary AS s ON s.student_id = e.id AND {YEAR}
            GROUP BY 1),
        shown AS (SELECT * FROM everybody ORDER BY sort_key, id LIMIT 150)
        SELECT 1, e.family_name, e.given_name, (SELECT min(g.name) FROM caseload_caseloadmembership AS c
                JOIN caseload_caseload AS g ON g.id = c.group_id WHERE c.student_id = e.id AND c.period @> %(day)s::date), array_agg(s.week ORDER BY s.week), {SUMS},
            sum(present + approved) FILTER (WHERE s.week > %(day)s::date - 42),
            sum(present + approved + authorised + unauthorised) FILTER (WHERE s.week > %(day)s::date - 42)
        FROM shown AS e JOIN attendance_weeksummary AS s ON s.student_id = e.id AND {YEAR}
        GROUP BY e.id, e.family_name, e.given_name
        UNION ALL
        SELECT 2, '', '', '', NULL, count(*), count(*) FILTER (WHERE (sum_1 - sum) * 10 >= sum_1), 0, 0, 0,
            (SELECT count(DISTINCT a.student_id) FROM attendance_alert AS a JOIN everybody AS e ON e.id = a.student_id
            WHERE a.state = 'open') FROM years AS y (student_id, sum, sum_1, unauthorised, late)""",
    "absent": """
        SELECT st.family_name, st.given_name, c.code, m.slot FROM attendance_sessionmark AS m
        JOIN attendance_attendancecode AS c ON c.id = m.code_id AND c.stat_class IN ('AA', 'UA')
        JOIN caseload_student AS st ON st.id = m.student_id WHERE m.date = %(day)s::date
        UNION ALL
        SELECT st.family_name, st.given_name, c.code, m.slot FROM attendance_lessonmark AS m
        JOIN attendance_attendancecode AS c ON c.id = m.code_id AND c.stat_class IN ('AA', 'UA')
        JOIN caseload_student AS st ON st.id = m.student_id WHERE m.date = %(day)s::date ORDER BY 1, 2""",
    "missing": """
        SELECT c.id, d::date, v.slot FROM caseload_caseload AS c
        CROSS JOIN generate_series(%(day)s::date - 7, %(day)s::date, interval '1 day') AS d
        CROSS JOIN (VALUES (1), (2)) AS v (slot)
        JOIN caseload_site AS s ON s.id = c.site_id AND s.kind = 'school'
        WHERE c.kind = 'tutor_group' AND extract(isodow FROM d) < 6 AND NOT EXISTS (SELECT 1 FROM attendance_register AS r
            WHERE r.caseload_id = c.id AND r.date = d::date AND r.slot = v.slot)
        UNION ALL
        SELECT l.id, d::date, 0 FROM caseload_timetabledlesson AS l
        JOIN caseload_lessontime AS t ON t.id = l.time_id
        CROSS JOIN generate_series(%(day)s::date - 7, %(day)s::date, interval '1 day') AS d
        WHERE l.period @> d::date AND extract(isodow FROM d) - 1 = t.weekday AND NOT EXISTS (
            SELECT 1 FROM attendance_register AS r WHERE r.lesson_id = l.id AND r.date = d::date)""",
}
