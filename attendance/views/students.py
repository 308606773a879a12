"""The pages about students' attendance: one student's, and who is absent on a day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import fetch, page
from attendance import rules
from attendance.arithmetic import written
from attendance.choices import Series
from attendance.queries.days import marks_known_until, who_is_absent_today
from attendance.queries.student_page import student_attendance as read_attendance
from caseload.models import Student
from core import clock


@page(rules.VIEW)
def student_attendance(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One student's attendance: totals, week by week, codes used, and the marks behind every percentage."""
    student = fetch(Student, request.user, rules.VIEW, public_id=public_id)
    shown = read_attendance(
        student.pk,
        series=request.GET.get("series", ""),
        start_year=_number(request.GET.get("year")),
        every_week=request.GET.get("weeks") == "all",
    )
    with_leave = written(shown.totals.authorised_attendance)
    context = {"student": student, "shown": shown, "back": _back(student), "authorised_attendance": with_leave}
    return render(request, "attendance/student_attendance.html", context)


@page(rules.VIEW)
def absent_list(request: HttpRequest) -> HttpResponse:
    """The students within reach who have an absence on the day, with the reason known so far."""
    day = _day(request.GET.get("day"))
    rows = who_is_absent_today(request.user, day)
    show = request.GET.get("show", "")
    unexplained = [row for row in rows if any(mark["code"].code == "N" for mark in row["marks"])]
    shown = unexplained if show == "unexplained" else rows
    context = {
        "day": day,
        "today": clock.today(),
        "rows": shown,
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


def _chip(label: str, key: str, show: str, count: int, day: date) -> dict[str, Any]:
    return {"label": label, "url": f"?day={day.isoformat()}&show={key}", "count": count, "current": key == show}


def _back(student: Student) -> list[tuple[str, str]]:
    return [(student.full_name, reverse("caseload:student_detail", args=[student.public_id])), ("Attendance", "")]


def _day(text: str | None) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return clock.today()
    return min(day, clock.today()) if day.year >= 2000 else clock.today()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) == 4 else None
