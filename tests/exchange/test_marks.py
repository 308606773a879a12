"""Marks from the MIS: what is read, what is refused and why, that nothing is lost and nothing done twice."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance import actions
from attendance.errors import NotAllowed, TakenElsewhere, TakenHere
from attendance.models import LessonMark, MarkDelivery, SessionMark, SessionMarkChange
from attendance.queries.figures.verification import differences
from attendance.queries.registers.feeds import feeds_of
from caseload.models import Closure, Site, SiteMembership, Student
from core import clock
from core.jobs import run_now
from exchange.marks import load_marks, read_marks
from exchange.models import MarkImport, SourceLink
from tests.exchange.conftest import upload

LIST = reverse("exchange:mark_import_list")


@pytest.fixture
def school(college: Any) -> Site:
    """The school takes its registers in the MIS; everybody of 10A has an admission number."""
    Site.objects.filter(pk=college.school.pk).update(registers_taken="mis")
    for number, student in enumerate(college.students):
        Student.objects.filter(pk=student.pk).update(admission_number=f"A{number:03}", email=f"s{number}@w.example")
    college.school.refresh_from_db()
    return college.school


def csv_of(*rows: str, head: str = "admission_number,date,session,code") -> bytes:
    return "\n".join([head, *rows]).encode()


def bring(college: Any, content: bytes, site: Site | None = None, **more: Any) -> Any:
    by, dates = more.pop("by", college.price), more.pop("dates", "")
    return load_marks(read_marks("marks.csv", content, dates), by=by, site=site or college.school, **more)


def standing() -> list[tuple[str, date, int, str | None]]:
    rows = SessionMark.objects.order_by("student__given_name", "date", "slot")
    return [
        (row.student.given_name, row.date, row.slot, row.code.code if row.code else None)
        for row in rows.select_related("student", "code")
    ]


def problems(result: Any) -> list[tuple[int, str, str, str]]:
    return [(found.line, found.column, found.value, found.message) for found in result.problems]


def test_marks_come_in_and_the_week_is_counted(college: Any, school: Site) -> None:
    result = bring(college, csv_of("A000,2026-11-20,AM,/", "A001,2026-11-20,AM,N", "A002,20/11/2026,am,-"), dates="dmy")
    assert (result.created, result.changed, result.unchanged, result.refused) == (3, 0, 0, 0)
    assert standing() == [
        ("Ada", college.today, 1, "/"), ("Ben", college.today, 1, "N"), ("Chloe", college.today, 1, None),
    ]  # fmt: skip
    assert list(differences("session")) == []
    row = MarkDelivery.objects.get()
    assert (row.rows, row.created, row.brought_by, row.covers_until) == (3, 3, college.price, clock.now())


def test_same_file_twice_changes_nothing(college: Any, school: Site) -> None:
    content = csv_of("A000,2026-11-20,AM,/", "A001,2026-11-20,AM,L", head="admission_number,date,session,code")
    bring(college, content)
    before = list(SessionMark.objects.order_by("student_id").values())
    result = bring(college, content)
    assert (result.created, result.changed, result.unchanged) == (0, 0, 2)
    assert list(SessionMark.objects.order_by("student_id").values()) == before
    assert not SessionMarkChange.objects.exists()


def test_mark_changed_upstream_keeps_its_history(college: Any, school: Site) -> None:
    bring(college, csv_of("A000,2026-11-20,AM,N,ill?", head="admission_number,date,session,code,note"))
    result = bring(college, csv_of("A000,2026-11-20,AM,I"))
    assert (result.created, result.changed) == (0, 1)
    change = SessionMarkChange.objects.select_related("previous_code", "new_code").get()
    assert (change.previous_code.code, change.new_code.code) == ("N", "I")
    assert (change.reason, change.changed_by_system, change.changed_by) == ("Changed in the MIS", "mis-marks", None)
    assert SessionMark.objects.get().note == "ill?"  # the second file says nothing of notes
    assert list(differences("session")) == []


def test_mark_taken_away_upstream_is_a_change_too(college: Any, school: Site) -> None:
    bring(college, csv_of("A000,2026-11-20,AM,N"))
    bring(college, csv_of("A000,2026-11-20,AM,"))
    assert standing() == [("Ada", college.today, 1, None)]
    assert SessionMarkChange.objects.get().new_code is None


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        ("A999,2026-11-20,AM,/", "admission_number", "A999", "Nobody on the roll of Waymark School is known by this."),
        ("A000,2026-11-20,AM,QQ", "code", "QQ", "There is no code “QQ” here."),
        ("A000,2026-11-20,AM,H", "code", "H", "H went out of use after 18 August 2024. Use C if exceptional leave was granted, otherwise G."),
        ("A000,2026-11-20,PM,/", "code", "/", "/ is present in the morning; in the afternoon use \\."),
        ("A000,2026-11-20,AM,X", "code", "X", "X is only for students who are not of compulsory school age; for a part-time timetable use C2."),
        ("A000,2026-11-20,noon,/", "session", "noon", "Not a session. Write AM or PM."),
        ("A000,20.11.26,AM,/", "date", "20.11.26", "Not a date. Write 2026-11-20."),
        ("A000,2026-11-23,AM,/", "date", "2026-11-23", "Mon 23 Nov has not come yet."),
        ("A000,2026-10-27,AM,/", "date", "2026-10-27", "Waymark School is closed on Tue 27 Oct."),
        ("A000,2026-11-21,AM,/", "date", "2026-11-21", "Sat 21 Nov has not come yet."),
        ("A000,2026-11-14,AM,/", "date", "2026-11-14", "The student has no session then: not on the roll on this day, a weekend, or a site that marks lessons."),
        ("A029,2026-11-20,AM,/", "admission_number", "A029", "Nobody on the roll of Waymark School is known by this."),
        (",2026-11-20,AM,/", "admission_number", "", "No student is named here."),
    ],
)  # fmt: skip
def test_row_that_cannot_be_is_left_out_and_named(
    college: Any, school: Site, row: str, column: str, value: str, message: str
) -> None:
    result = bring(college, csv_of("A001,2026-11-20,AM,/", row))
    assert problems(result) == [(3, column, value, message)]
    assert [name for name, *_ in standing()] == ["Ben"]
    assert (result.created, result.refused, MarkDelivery.objects.get().refused) == (1, 1, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"date,session,code\n2026-11-20,AM,/", "No column names the student. Add one of upn, uln, admission_number, learner_ref, source_id or email."),
        (b"upn,session,code\nA,AM,/", "The column date is missing from marks.csv. Its first line must name it."),
        (b"upn,date,code\nA,2026-11-20,/", "No column says which session or lesson. Add session (AM or PM), or period with group."),
        (b"upn,date,session,code\n", "There is no row with a mark in this file."),
        (b"", "marks.csv is empty: not even a line of column names."),
        (b'upn,date,session,code\n"A,2026-11-20', "This line is not CSV: unexpected end of data."),
        (b"upn,date,session,code\nA999,2026-11-20,AM,/", "No row fits Waymark School. Is this the file of another site?"),
        (b"admission_number,date,session,code\nA000,2026-11-20,AM,QQ\nA999,2026-11-20,AM,/", "No row could be brought into Waymark School. What is wrong stands with each row."),
        (b"admission_number,date,session,code\nA000,2026-11-23,AM,/", "No row could be brought into Waymark School. What is wrong stands with each row."),
        (b"admission_number,date,session,code\nA000,2026-02-31,AM,/", "No row of this file could be read. What is wrong stands with each row."),
    ],
)  # fmt: skip
def test_fatal_problem_changes_nothing(college: Any, school: Site, content: bytes, message: str) -> None:
    result = bring(college, content)
    assert [found.message for found in result.problems if found.fatal] == [message]
    assert (result.imported, MarkDelivery.objects.exists(), SessionMark.objects.exists()) == (False, False, False)


def test_two_rows_that_disagree_are_both_left_out(college: Any, school: Site) -> None:
    result = bring(college, csv_of("A000,2026-11-20,AM,/", "A001,2026-11-20,AM,/", "A000,2026-11-20,AM,N", "A001,2026-11-20,AM,/"))  # fmt: skip
    assert standing() == [("Ben", college.today, 1, "/")]
    assert [(line, words) for line, _, _, words in problems(result)] == [
        (2, "Line 4 says something else of the same mark, so neither was taken."),
        (4, "Line 2 says something else of the same mark, so neither was taken."),
    ]


def test_student_is_found_by_everything_they_are_known_by(college: Any, school: Site) -> None:
    ada = college.student("Ada")
    Student.objects.filter(pk=ada.pk).update(upn="H823432110001", uln="1000000009", learner_reference="LR1", external_id="ext-1")  # fmt: skip
    SourceLink.objects.create(source="s", kind="student", source_id="src-9", object_id=ada.pk)
    SiteMembership.objects.filter(student=ada).update(admission_number="0042")
    for head, value in (
        ("UPN", "h823432110001"), ("ULN", "1000000009"), ("Learn Ref Number", "LR1"), ("sourcedId", "src-9"),
        ("Email", "S0@w.example"), ("Admission Number", "0042"), ("student", "ext-1"), ("student", "1000000009"),
    ):  # fmt: skip
        result = bring(college, csv_of(f"{value},2026-11-20,AM,/", head=f"{head},Date,Session,Code"))
        assert (result.refused, result.created + result.unchanged) == (0, 1), (head, problems(result))


def test_two_students_of_one_number_are_nobody(college: Any, school: Site) -> None:
    Student.objects.filter(pk=college.student("Ben").pk).update(admission_number="A000")
    result = bring(college, csv_of("A000,2026-11-20,AM,/", "A002,2026-11-20,AM,/"))
    assert problems(result)[0][3].startswith("More than one student of this site is known by this.")


def test_lessons_are_found_by_period_or_time_with_or_without_group(college: Any) -> None:
    Site.objects.filter(pk=college.sixth.pk).update(registers_taken="mis")
    college.sixth.refresh_from_db()
    first, second, third = _of_s1(college)[:3]
    for number, student in enumerate((first, second, third)):
        Student.objects.filter(pk=student.pk).update(uln=f"200000000{number}")
    result = bring(
        college,
        csv_of(
            "2000000000,2026-11-20,09:00,12BiB,/,,", "2000000001,2026-11-20,P2,,L,7,bus",
            "2000000002,2026-11-20,3,12 Biology B,N,,", "2000000002,2026-11-20,P9,12BiB,N,,",
            "2000000002,2026-11-20,P1,13Che,N,,",
            head="uln,date,period,group,code,minutes_late,note",
        ),
        college.sixth,
    )  # fmt: skip
    assert [(line, column) for line, column, _, _ in problems(result)] == [(5, "period"), (6, "group")]
    rows = LessonMark.objects.order_by("student_id").values_list(
        "student_id", "lesson__time__label", "code__code", "minutes_late", "note"
    )
    assert sorted(rows) == sorted([
        (first.pk, "P1", "/", None, ""), (second.pk, "P2", "L", 7, "bus"), (third.pk, "P3", "N", None, ""),
    ])  # fmt: skip


def _of_s1(college: Any) -> list[Student]:
    members = college.caseloads["S1"].memberships.values("student_id")
    return list(Student.objects.filter(pk__in=members).order_by("pk"))


def test_code_of_a_closure_may_stand_on_its_day(college: Any, school: Site) -> None:
    Closure.objects.create(site=school, kind="unexpected", name="Snow", starts_on="2026-11-18", ends_on="2026-11-18")
    result = bring(college, csv_of("A000,2026-10-27,AM,#", "A000,2026-11-18,AM,Y4", "A000,2026-11-18,PM,#"))
    assert (result.created, [line for line, *_ in problems(result)]) == (2, [4])


def test_site_that_takes_its_registers_here_gets_no_marks_from_elsewhere(college: Any) -> None:
    college.school.refresh_from_db()
    with pytest.raises(TakenHere):
        bring(college, _by_email(college))
    assert not MarkDelivery.objects.exists()


def _by_email(college: Any) -> bytes:
    Student.objects.filter(pk=college.student("Ada").pk).update(email="ada@w.example")
    return csv_of("ada@w.example,2026-11-20,AM,/", head="email,date,session,code")


def test_only_who_looks_after_the_sites_marks_brings_them_in(college: Any, school: Site) -> None:
    for who in (college.okafor, college.lind, college.novak):
        with pytest.raises(NotAllowed):
            bring(college, csv_of("A000,2026-11-20,AM,/"), by=who)
    assert not SessionMark.objects.exists()


def test_marks_of_such_a_site_are_read_only_here(college: Any, school: Site) -> None:
    bring(college, csv_of("A000,2026-11-20,AM,N"))
    with pytest.raises(TakenElsewhere):
        actions.amend_mark(
            by=college.price, series="session", student_id=college.student("Ada").pk, date=college.today, slot=1,
            code="I", reason="Mother rang",
        )  # fmt: skip


def test_old_file_says_that_marks_end_with_its_last_day(college: Any, school: Site) -> None:
    result = bring(college, csv_of("A000,2026-11-19,AM,/", "A000,2026-11-19,PM,\\"))
    assert clock.local(result.covers_until) == clock.at(date(2026, 11, 19), 16, 20)
    early = clock.at(college.today, 9, 5)
    assert bring(college, csv_of("A000,2026-11-20,AM,/"), made_at=early).covers_until == early


def test_dry_run_changes_nothing_and_says_the_same(college: Any, school: Site) -> None:
    result = bring(college, csv_of("A000,2026-11-20,AM,/"), dry_run=True)
    assert (result.created, result.imported, SessionMark.objects.exists(), MarkDelivery.objects.exists()) == (1, False, False, False)  # fmt: skip


def test_queries_do_not_grow_with_the_students(college: Any, school: Site) -> None:
    bring(college, csv_of("A000,2026-11-19,AM,/"), dry_run=True)  # what is kept for a while is kept now
    counts = []
    for number in (3, 18):
        content = csv_of(*(f"A{each:03},2026-11-19,AM,/" for each in range(number)))
        with CaptureQueriesContext(connection) as seen:
            bring(college, content)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_command_reports_and_ends_with_1_when_nothing_could_be_brought_in(college: Any, school: Site, tmp_path: Path) -> None:  # fmt: skip
    path = tmp_path / "marks.csv"
    path.write_bytes(csv_of("A000,2026-11-20,AM,/", "A999,2026-11-20,AM,/"))
    out = StringIO()
    call_command("import_marks", str(path), "--covers-until", "09:30", stdout=out)
    assert out.getvalue().splitlines() == [
        "marks.csv, line 3, admission_number: “A999” Nobody on the roll of Waymark School is known by this.",
        "Waymark School: 1 new, 0 changed, 0 the same, 1 rows left out.",
        "Marks are complete up to 20 November 2026, 09:30, except for the row left out; 10B AM, 9C AM, Kestrel 1 AM.",
        "Brought in.",
    ]
    assert MarkDelivery.objects.get().brought_by_system == "mark-import"
    path.write_bytes(b"upn,date\n")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_marks", str(path), "--json", stdout=out)
    assert (ended.value.code, json.loads(out.getvalue())["imported"]) == (1, False)
    with pytest.raises(CommandError, match="There is no site called"):
        call_command("import_marks", str(path), "--site", "Nowhere")


def test_upload_preview_confirm_in_the_browser(college: Any, school: Site, sign_in: Any) -> None:
    browser = sign_in(college.tran)
    content = csv_of("A000,2026-11-20,AM,/", "A999,2026-11-20,AM,/")
    answer = browser.post(LIST, {"site": school.pk, "file": upload(content, "marks.csv"), "covers_until": "2026-11-20T09:40"})  # fmt: skip
    run = MarkImport.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("exchange:mark_import_detail", args=[run.public_id]))
    run_now("exchange.work_on_marks", import_id=run.pk)
    page = browser.get(answer.url)
    assert (page.context["may_confirm"], SessionMark.objects.exists()) == (True, False)
    assert "Nobody on the roll of Waymark School" in page.content.decode()
    browser.post(reverse("exchange:mark_import_confirm", args=[run.public_id]))
    run_now("exchange.work_on_marks", import_id=run.pk)
    run_now("exchange.work_on_marks", import_id=run.pk)
    assert standing() == [("Ada", college.today, 1, "/")]
    row = MarkDelivery.objects.get()
    assert (row.brought_by, row.covers_until) == (college.tran, clock.at(college.today, 9, 40))
    assert "A999" in browser.get(reverse("exchange:mark_delivery_detail", args=[row.public_id])).content.decode()


def test_thrown_away_changes_nothing(college: Any, school: Site, sign_in: Any) -> None:
    browser = sign_in(college.price)
    browser.post(LIST, {"site": school.pk, "file": upload(csv_of("A000,2026-11-20,AM,/"), "marks.csv")})
    run = MarkImport.objects.get()
    run_now("exchange.work_on_marks", import_id=run.pk)
    browser.post(reverse("exchange:mark_import_discard", args=[run.public_id]))
    browser.post(reverse("exchange:mark_import_confirm", args=[run.public_id]))
    run_now("exchange.work_on_marks", import_id=run.pk)
    assert not SessionMark.objects.exists()


def test_bad_upload_says_what_to_do(college: Any, school: Site, sign_in: Any) -> None:
    answer = sign_in(college.price).post(LIST, {"site": school.pk, "file": upload(b"x", "marks.xlsx")})
    assert (answer.status_code, MarkImport.objects.exists()) == (422, False)
    assert "Choose a CSV file: its name ends in .csv." in answer.content.decode()


def test_officer_of_another_site_sees_and_brings_nothing(college: Any, school: Site, sign_in: Any) -> None:
    bring(college, csv_of("A000,2026-11-20,AM,/"))
    college.grant(college.sam, "attendance_officer", "site", college.sixth)
    browser = sign_in(college.sam)
    page = browser.get(LIST)
    assert (list(page.context["deliveries"]), page.context["feeds"]) == ([], [])
    row = MarkDelivery.objects.get()
    assert browser.get(reverse("exchange:mark_delivery_detail", args=[row.public_id])).status_code == 404
    assert browser.post(LIST, {"site": school.pk, "file": upload(b"upn\n", "m.csv")}).status_code == 422


def test_feed_goes_quiet_in_the_school_day_only(college: Any, school: Site) -> None:
    bring(college, csv_of("A000,2026-11-20,AM,/"), covers_until=clock.at(college.today, 9, 30))
    for hour, minute, stale in ((10, 20, False), (10, 31, True), (16, 21, False), (8, 40, False)):
        with clock.set_to(clock.at(college.today, hour, minute)):
            assert [feed.is_stale for feed in feeds_of()] == [stale], (hour, minute)
    with clock.set_to(clock.at(college.today + timedelta(days=1), 10, 31)):
        assert [feed.is_stale for feed in feeds_of()] == [False]
    with clock.set_to(clock.at(college.today + timedelta(days=3), 9, 0)):
        assert [(feed.is_stale, feed.words) for feed in feeds_of()] == [
            (False, "marks to Fri 20 Nov, 09:30, none of 10B AM and 2 other registers")
        ]
