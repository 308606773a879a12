"""The tutor's core work: a one-to-one and its save, the list of what is due, the impact of 300 interventions."""

import re
import statistics
import time
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client
from psycopg.types.range import DateRange

from tests.bench.measure import counted, owner, spread, timed, user
from tests.bench.pages import client_of

DAY = date(2026, 11, 20)
CASELOAD, STUDENTS = "Measured", 150
INTERVENTIONS, MEMBERS = 300, 8

# What a one-to-one gathers, as somebody who knows the tables would ask for it.
GATHERED = """
    SELECT 'weeks', series, sum(present + approved), sum(present + approved + authorised + unauthorised)
    FROM attendance_weeksummary WHERE student_id = %(student)s AND week >= '2026-08-31' GROUP BY series
    UNION ALL SELECT 'week', week::text, present, present + authorised + unauthorised + approved
    FROM attendance_weeksummary WHERE student_id = %(student)s AND week >= %(day)s::date - 84
    UNION ALL SELECT 'mark', c.code, extract(isodow FROM m.date), m.slot FROM attendance_sessionmark AS m
    JOIN attendance_attendancecode AS c ON c.id = m.code_id WHERE m.student_id = %(student)s AND m.date >= '2026-08-31'
    UNION ALL SELECT 'lesson', c.code, extract(isodow FROM m.date), 0 FROM attendance_lessonmark AS m
    JOIN attendance_attendancecode AS c ON c.id = m.code_id WHERE m.student_id = %(student)s AND m.date >= '2026-08-31'
    UNION ALL SELECT 'target', what, extract(epoch FROM due_on), 0 FROM interventions_target
    WHERE student_id = %(student)s AND state IN ('set', 'on_track', 'at_risk')
    UNION ALL SELECT 'meeting', notes, extract(epoch FROM held_at), 0 FROM interventions_meeting
    WHERE student_id = %(student)s
    UNION ALL SELECT 'grade', value.label, course_id, 0 FROM progress_grade AS g
    JOIN progress_scalegrade AS value ON value.id = g.grade_id WHERE student_id = %(student)s
    UNION ALL SELECT 'effort', value.label, course_id, 0 FROM progress_effort AS e
    JOIN progress_scalegrade AS value ON value.id = e.value_id WHERE student_id = %(student)s
    UNION ALL SELECT 'contact', summary, extract(epoch FROM at), 0 FROM caseload_contactlogentry
    WHERE student_id = %(student)s
    UNION ALL SELECT 'note', text, extract(epoch FROM written_at), 0 FROM interventions_note
    WHERE student_id = %(student)s"""
# What a saved one-to-one with two reviews and a new target must write at the least.
WRITTEN = """
    WITH meeting AS (
        INSERT INTO bench_meeting (student, words, held_at) VALUES (%(student)s, %(words)s, now()) RETURNING id),
    reviews AS (INSERT INTO bench_review (meeting, outcome) SELECT id, 'met' FROM meeting, generate_series(1, 2))
    INSERT INTO bench_target (meeting, what, due_on) SELECT id, %(words)s, now()::date + 28 FROM meeting"""
WRITTEN_TABLES = (
    "CREATE TEMP TABLE bench_meeting (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, student bigint, words text, held_at timestamptz)",
    "CREATE TEMP TABLE bench_review (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, meeting bigint, outcome text)",
    "CREATE TEMP TABLE bench_target (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, meeting bigint, what text, due_on date)",
)


def measure(rounds: int) -> None:
    """Print what the tutor's core work takes."""
    from django.urls import reverse

    prepare()
    times = max(5, rounds // 3)
    print("\nThe tutor's core work, in process: all / in the database / statements")
    browser, students = client_of("tutor"), _with_a_past()
    one_to_one = [reverse("interventions:meeting_new", args=[key]) for _, key in students]
    inside = _page("one-to-one page", browser, one_to_one[0], times)
    by_hand = statistics.median(timed(times, lambda: _ask(GATHERED, {"student": students[0][0], "day": DAY})))
    print(f"    by hand {1000 * by_hand:.1f} ms, {inside / by_hand:.1f} times")
    _saves(browser, one_to_one[: times + 1])
    _page("my work, 150 students", browser, "/my-work/", times)
    _page("coverage by tutor", client_of("head-of-year"), reverse("interventions:coverage_list"), times)
    _impact()


def prepare() -> None:
    """A caseload of 150 for the tutor and 300 interventions, unless they are there from a run before."""
    from caseload.models import AcademicYear, Caseload, CaseloadMembership, SiteMembership, Student
    from interventions.models import Intervention, InterventionMember, InterventionType

    if Caseload.objects.filter(name=CASELOAD).exists():
        return
    tutor = user("tutor")
    year = AcademicYear.objects.get(starts_on__lte=DAY, ends_on__gte=DAY)
    own = tutor_caseload(tutor)
    with transaction.atomic():
        here = SiteMembership.objects.filter(site=own.site, period__contains=DAY).values("student")
        mine = CaseloadMembership.objects.filter(group=own, period__contains=DAY)
        others = Student.objects.filter(pk__in=here).exclude(pk__in=mine.values("student")).order_by("pk")
        wanted = list(others[: STUDENTS - mine.count()])
        group = Caseload.objects.create(year=year, site=own.site, kind="caseload", name=CASELOAD)
        period = DateRange(year.starts_on, None)
        CaseloadMembership.objects.bulk_create(
            CaseloadMembership(student=student, group=group, period=period) for student in wanted
        )
        _hold(tutor, own, group)
        students = list(Student.objects.filter(pk__in=here).order_by("pk").values_list("pk", flat=True))
        kinds = list(InterventionType.objects.order_by("pk"))
        rows = Intervention.objects.bulk_create(
            Intervention(
                type=kinds[number % len(kinds)], title=f"Measured {number}", area=kinds[number % len(kinds)].area,
                intended="Attendance back to 95 %", figure="attendance", led_by=tutor, made_by=tutor,
                starts_on=DAY - timedelta(weeks=8 + number % 16), review_on=DAY + timedelta(weeks=4),
            )
            for number in range(INTERVENTIONS)
        )  # fmt: skip
        InterventionMember.objects.bulk_create(
            InterventionMember(intervention=row, student_id=student, period=DateRange(row.starts_on, None))
            for number, row in enumerate(rows)
            for student in sorted({students[(number * 37 + place * 101) % len(students)] for place in range(MEMBERS)})
        )


def tutor_caseload(tutor: Any) -> Any:
    """The tutor group that the tutor holds."""
    from caseload.models import Caseload, CaseloadGrant

    held = CaseloadGrant.objects.filter(user=tutor, role__name="tutor", period__contains=DAY)
    return Caseload.objects.get(pk=held.order_by("pk").values_list("content_object_id", flat=True)[0])


def _hold(tutor: Any, like: Any, group: Any) -> None:
    from caseload.models import CaseloadGrant

    row = CaseloadGrant.objects.filter(user=tutor, content_object=like).order_by("pk")[0]
    row.pk, row.public_id, row.content_object = None, uuid4(), group
    row._state.adding = True
    row.save()


def _with_a_past() -> list[tuple[int, Any]]:
    """Students of the tutor with a one-to-one and open targets: number and public id."""
    from caseload.models import Student
    from interventions.models import Target

    mine = Student.objects.visible_to(user("tutor"), "interventions.log_meeting")
    open_targets = Target.objects.filter(state__in=("set", "on_track", "at_risk"), student__in=mine.values("pk"))
    return list(mine.filter(pk__in=open_targets.values("student")).order_by("pk").values_list("pk", "public_id"))


def _page(words: str, browser: Client, address: str, times: int) -> float:
    """Print what a page takes; gives the seconds in the database."""
    answer = browser.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{words}: {address} answered {answer.status_code}")
    whole, inside, statements = [], [], 0
    for _ in range(times):
        begun = time.perf_counter()
        with counted() as clock:
            browser.get(address)
        whole.append(time.perf_counter() - begun)
        inside.append(clock.seconds)
        statements = clock.statements
    print(
        f"  {words:26} {spread(whole)} · {1000 * statistics.median(inside):7.1f} ms · {statements} · {len(answer.content) // 1024} kB"
    )
    return statistics.median(inside)


class _Form(HTMLParser):
    """The fields of a page's form as the browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._choosing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An input that would be sent, with what stands in it."""
        given = dict(attrs)
        name, kind = given.get("name"), given.get("type") or "text"
        if tag == "input" and name and (kind in ("hidden", "text", "date", "number") or "checked" in given):
            self.fields[name] = given.get("value") or ""
        if tag == "textarea" and name:
            self.fields[name] = ""
        if tag == "select":
            self._choosing = name or ""
        if tag == "option" and self._choosing and (self._choosing not in self.fields or "selected" in given):
            self.fields[self._choosing] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """After a choice other fields come."""
        if tag == "select":
            self._choosing = ""


def _saves(browser: Client, addresses: list[str]) -> None:
    """Each a one-to-one with every open target met, a line, and a new target, sent as the browser would send it."""
    whole, inside, statements = [], [], 0
    for address in addresses:
        form = _Form()
        page = browser.get(address).content.decode()
        form.feed(page)
        outcomes = set(re.findall(r'name="([^"]*-outcome)"', page))
        fields = form.fields | dict.fromkeys(outcomes, "met")
        fields |= {"notes": "Went through the week, all agreed.", "new1-what": "Hand in the essay by Friday"}
        begun = time.perf_counter()
        with counted() as clock:
            answer = browser.post(address, fields)
        if answer.status_code != 302:
            raise SystemExit(f"A one-to-one was not saved: {address} answered {answer.status_code}")
        whole.append(time.perf_counter() - begun)
        inside.append(clock.seconds)
        statements = clock.statements
    print(
        f"  {'its save':26} {spread(whole[1:])} · {1000 * statistics.median(inside[1:]):7.1f} ms · {statements} · kept in the college measured"
    )
    with owner() as bare, bare.cursor() as cursor:
        for made in WRITTEN_TABLES:
            cursor.execute(made)
        fields = {"student": 1, "words": "Went through the week, all agreed."}
        by_hand = statistics.median(timed(len(addresses), lambda: cursor.execute(WRITTEN, fields)))
    print(
        f"    bare inserts with commit {1000 * by_hand:.1f} ms, {statistics.median(whole[1:]) / by_hand:.1f} times whole"
    )


def _impact() -> None:
    """All 300 interventions and their kinds, worked out as the weekly job does."""
    from interventions.actions.impact import work_out_all

    begun, worked = time.perf_counter(), time.process_time()
    with counted() as clock:
        made = work_out_all(DAY)
    took = time.perf_counter() - begun
    print(
        f"  impact of everything       {took:.1f} s for {made} comparisons, {1000 * took / made:.0f} ms each"
        f" · {clock.seconds:.1f} s in the database · {clock.statements} statements · {time.process_time() - worked:.1f} s of CPU"
    )


def _ask(sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.fetchall()
