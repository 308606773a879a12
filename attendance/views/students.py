"""The pages about students' attendance: one student's, and who is absent on a day."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import fetch, page
from attendance import rules
from attendance.arithmetic import written
from attendance.choices import CERTIFICATE_MADE, Series
from attendance.forms.analysis import MarksForm
from attendance.queries.absence.days import marks_known_until, who_is_absent_today
from attendance.queries.registers.day_known import known_of
from attendance.queries.students.certificate import certificate_facts
from attendance.queries.students.marks_behind import SHOW, Wanted, marks_behind
from attendance.queries.students.page import WEEKDAYS
from attendance.queries.students.page import student_attendance as read_attendance
from attendance.queries.students.students import years_on_roll
from audit import record
from caseload.models import AcademicYear, Student
from caseload.queries.calendar import academic_years
from caseload.views.one_student import the_student
from core import clock
from core.documents.pdf import facts_hash, render_pdf
from core.pages.http import NotPossible, sent_day
from core.private.files import safe_name

MARKS_PER_PAGE = 200
DATES = {"from": "start", "to": "end"}


@page(rules.VIEW)
def student_attendance(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One student's attendance: totals and trend, the places in the week, patterns, and the marks behind every percentage."""
    student = the_student(request, rules.VIEW, public_id=public_id)
    shown = read_attendance(
        student.pk,
        series=request.GET.get("series", ""),
        start_year=_number(request.GET.get("year")),
        every_week=request.GET.get("weeks") == "all",
    )
    with_leave = written(shown.totals.authorised_attendance)
    chosen = urlencode({"series": shown.series, "year": shown.start_year or ""})
    context = {
        "student": student,
        "shown": shown,
        "back": _back(student),
        "authorised_attendance": with_leave,
        "certificate": f"{reverse('attendance:student_certificate', args=[public_id])}?{chosen}",
        "now": clock.now(),
    }
    return render(request, "attendance/student_attendance.html", context)


@page(rules.VIEW)
def student_marks(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The marks behind a figure: by date, with code, note and who made them; narrowed by dates, kind, code and place in the week."""
    student = the_student(request, rules.VIEW, public_id=public_id)
    form = MarksForm(request.GET or None)
    wanted = form.wanted(student.pk)
    found = marks_behind(student.pk, wanted)
    address = reverse("attendance:student_attendance", args=[public_id])
    context = {
        "student": student,
        "trail": [*_back(student)[:-1], ("Attendance", address), ("Marks", "")],
        "form": form,
        "wanted": wanted,
        "found": found,
        "page": Paginator(found.lines, MARKS_PER_PAGE).get_page(request.GET.get("page")),
        "typed": {name: request.GET.get(name) or getattr(wanted, kept).isoformat() for name, kept in DATES.items()},
        "weekday_value": "" if wanted.weekday is None else str(wanted.weekday),
        "weekday_name": WEEKDAYS[wanted.weekday] if wanted.weekday is not None else "",
        "chips": [_kind(key, label, wanted, found.kinds) for key, label in SHOW.items() if _is_offered(key, wanted, found.kinds)],
    }  # fmt: skip
    return render(request, "attendance/student_marks.html", context)


@page(rules.VIEW)
def student_certificate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The attendance certificate for a meeting at home, as a PDF; making it is recorded."""
    student = fetch(Student, request.user, rules.VIEW, public_id=public_id)
    year = _certificate_year(student, request.GET.get("year", ""))
    series = request.GET.get("series", "")
    facts = certificate_facts(student, year, series if series in Series.values else "")
    file = render_pdf(
        "attendance/print/certificate.html",
        {"facts": facts, "weekdays": WEEKDAYS[:5]},
        title=f"Attendance of {facts['name']}",
        facts_hash=facts_hash(facts),
        snapshot_at=clock.now(),
        size="home",
    )
    record.record(request.user, CERTIFICATE_MADE, "student", student.pk, details={"year": year.start_year})
    name = safe_name(f"attendance-certificate-{year.start_year}.pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return HttpResponse(file, content_type="application/pdf", headers=headers)


def _certificate_year(student: Student, asked: str) -> AcademicYear:
    """The academic year of a certificate: the one asked for, or the student's latest. A sentence where they were not there."""
    today = clock.today()
    here, begun = years_on_roll(student.pk, today), [year for year in academic_years() if year.starts_on <= today]
    years = [year for year in begun if str(year.start_year) == asked] if asked else [*here, *begun]
    if not years:
        raise Http404
    if years[0] not in here:
        raise NotPossible(
            f"{student.full_name} was not on the roll in {years[0].name}, so there is no certificate of that year."
        )
    return years[0]


@page(rules.VIEW)
def absent_list(request: HttpRequest) -> HttpResponse:
    """The students within reach who have an absence on the day, with the reason known so far."""
    day = min(sent_day(request.GET.get("day")), clock.today())
    rows = who_is_absent_today(request.user, day)
    show = request.GET.get("show", "")
    unexplained = [row for row in rows if any(mark["code"].code == "N" for mark in row["marks"])]
    shown = unexplained if show == "unexplained" else rows
    context = {
        "day": day,
        "today": clock.today(),
        "rows": shown,
        "known": known_of(request.user, day),
        "any": bool(rows),
        "known_until": marks_known_until(day),
        "before": day - timedelta(days=3 if day.weekday() == 0 else 1),
        "after": day + timedelta(days=3 if day.weekday() == 4 else 1) if day < clock.today() else None,
        "chips": [
            _chip("All", "", show, len(rows), day),
            _chip("No reason yet", "unexplained", show, len(unexplained), day),
        ],
        "sessions": Series.SESSION,
    }
    return render(request, "attendance/absent_list.html", context)


def _kind(key: str, label: str, wanted: Wanted, kinds: dict[str, int]) -> dict[str, Any]:
    return {"label": label, "key": key, "count": kinds[key], "current": key == wanted.show}


def _is_offered(key: str, wanted: Wanted, kinds: dict[str, int]) -> bool:
    return key in ("all", wanted.show) or bool(kinds[key])


def _chip(label: str, key: str, show: str, count: int, day: date) -> dict[str, Any]:
    return {"label": label, "url": f"?day={day.isoformat()}&show={key}", "count": count, "current": key == show}


def _back(student: Student) -> list[tuple[str, str]]:
    return [(student.full_name, reverse("caseload:student_detail", args=[student.public_id])), ("Attendance", "")]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) == 4 else None
