"""The long proof that impact is quick enough: 300 interventions over 3,000 students from one reading, in minutes at most and in little memory."""

import resource
import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from caseload.models import SiteMembership, Student, YearGroup, YearGroupMembership
from interventions.actions.impact import work_out_all
from interventions.models import ChoiceExplained, ImpactRun, Intervention, InterventionMember, InterventionType
from interventions.queries.impact_figures import read_figures

STUDENTS, INTERVENTIONS, EACH, WEEKS = 3_000, 300, 12, 80
MARKS = """
INSERT INTO attendance_weeksummary (student_id, series, week, present, unauthorised, late)
SELECT m.student_id, 'session', w::date, 10 - gone, gone, gone / 2
FROM caseload_sitemembership m, generate_series(%s::date - 7 * %s, %s::date - 7, '7 days') w,
    LATERAL (SELECT (random() * random() * 5 + 0 * m.student_id + 0 * extract(day FROM w))::int AS gone) g
WHERE m.site_id = %s
ON CONFLICT DO NOTHING
"""
GRADES = """
INSERT INTO progress_grade (student_id, course_id, kind, scale_id, grade_id, on_date, entered_at)
SELECT m.student_id, c.id, 'current', g.scale_id, g.id, %s::date - 40 * n, now()
FROM caseload_sitemembership m, generate_series(0, 5) n,
    (SELECT id FROM caseload_course ORDER BY id LIMIT 6) c,
    LATERAL (
        SELECT sg.id, sg.scale_id FROM progress_scalegrade sg
        WHERE sg.scale_id = (SELECT min(id) FROM progress_gradescale) AND position IS NOT NULL
        ORDER BY md5(m.student_id::text || n::text || c.id::text || sg.id::text) LIMIT 1
    ) g
WHERE m.site_id = %s
ON CONFLICT DO NOTHING
"""


def _fill(college: Any) -> None:
    made = Student.objects.bulk_create(
        Student(given_name=f"Given{n}", family_name=f"Family{n}", sort_key=f"family{n}") for n in range(STUDENTS)
    )
    since = DateRange(college.today - timedelta(weeks=WEEKS), None)
    SiteMembership.objects.bulk_create(SiteMembership(student=one, site=college.school, period=since) for one in made)
    years = list(YearGroup.objects.filter(site=college.school))
    YearGroupMembership.objects.bulk_create(
        YearGroupMembership(student=one, group=years[n % len(years)], year=college.year, period=since)
        for n, one in enumerate(made)
    )
    monday = college.today - timedelta(days=college.today.weekday())
    with connection.cursor() as cursor:
        cursor.execute(MARKS, [monday, WEEKS, monday, college.school.pk])
        cursor.execute(GRADES, [college.today, college.school.pk])
        cursor.execute("ANALYZE attendance_weeksummary, progress_grade")
    _interventions(college, made, monday)


def _interventions(college: Any, made: list[Student], monday: Any) -> None:
    kinds = list(InterventionType.objects.all())
    rows = Intervention.objects.bulk_create(
        Intervention(
            type=kinds[n % len(kinds)], title=f"Group {n}", area="attendance", intended="95 %", figure="attendance",
            led_by=college.lind, made_by=college.lind, starts_on=monday - timedelta(weeks=10 + n % 30),
            ended_on=monday - timedelta(weeks=4 + n % 30), review_on=monday,
        )
        for n in range(INTERVENTIONS)
    )  # fmt: skip
    InterventionMember.objects.bulk_create(
        InterventionMember(
            intervention=row, student=made[(n * 7 + k * 311) % STUDENTS], period=DateRange(row.starts_on, row.ended_on)
        )
        for n, row in enumerate(rows)
        for k in range(EACH)
    )


def _explained() -> None:
    ChoiceExplained.objects.bulk_create(
        ChoiceExplained(intervention=row, reason="none", said_by_id=row.led_by_id) for row in Intervention.objects.all()
    )


def _peak() -> float:
    """The most memory that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_300_interventions_over_3000_students(college: Any) -> None:
    """Within ten minutes of one core, in memory that does not grow with the number of interventions; a second night has nothing to do."""
    _fill(college)
    _explained()
    begun = time.process_time()
    figures = read_figures(college.today)
    read, at_first = time.process_time() - begun, _peak()
    made = work_out_all(college.today)
    took, in_all = time.process_time() - begun - read, _peak()
    begun = time.process_time()
    again = work_out_all(college.today)
    second = time.process_time() - begun
    print(
        f"\nread {len(figures.ids)} students, {len(figures.weeks)} weeks, {len(figures.grades)} grades in {read:.1f} s of CPU;"
        f" {made} impacts in {took:.1f} s of CPU, reading included; memory {at_first:.0f} MB after reading, {in_all:.0f} MB at most;"
        f" a second night with nothing changed: {again} in {second:.1f} s"
    )
    results = [run.result["figures"][0]["phases"] for run in ImpactRun.objects.filter(scope="intervention")]
    told = sum(bool(phases) and not phases[0]["refusals"] for phases in results)
    print(f"{told} of {INTERVENTIONS} attendance verdicts while it ran have an interval")
    assert made == INTERVENTIONS + InterventionType.objects.filter(interventions__isnull=False).distinct().count()
    assert told >= INTERVENTIONS * 0.8
    assert took < 600
    assert in_all - at_first < 400
    assert again == 0
