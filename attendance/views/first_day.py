"""First-day absence: who is absent without a reason, ringing home one after the other, and absences never explained."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from attendance import rules
from attendance.actions.explaining import NEVER_FOUND, record_call, set_reason
from attendance.choices import UNIT, Series
from attendance.errors import BadMarks, RegisterProblem
from attendance.forms.first_day import CallForm, mark_value, read_marks
from attendance.queries.absence.first_day import (
    FirstDay,
    MarkAt,
    Missed,
    OldMark,
    absent_without_reason,
    calls_today,
    holds_of,
    old_unexplained,
    reasons_offered,
    sites_of_marks,
    unexplained_of,
)
from attendance.queries.registers.day_known import known_of
from caseload.actions.contacts import NotToBeContacted
from caseload.models import Contact, Student
from caseload.queries.contacts import contacts_of
from caseload.queries.students import student_rows
from caseload.views.one_student import the_student
from core import clock
from core.pages.http import posted

MARKS_PER_PAGE = 100
GROUPS = (
    ("to_ring", "To ring", "Nobody has rung yet; the oldest mark first"),
    ("tried", "Rung, nobody reached", "Try again, or the next contact"),
    ("reached", "Reached, no reason yet", "Somebody at home knows; the reason is still to come"),
    ("came_in", "Came in since", "Marked present later today"),
    ("held", "Held out", "For a known reason; not to be chased"),
)


@page(rules.ACT)
def first_day_list(request: HttpRequest) -> HttpResponse:
    """The students within reach who are absent today without a reason, by whether somebody has rung."""
    found = absent_without_reason(request.user)
    groups = [
        {"key": key, "title": title, "text": text, "rows": rows}
        for key, title, text in GROUPS
        if (rows := getattr(found, key))
    ]
    context = {
        "groups": groups,
        "known": known_of(request.user, permission=rules.ACT),
        "found": found,
        "first": _next_of(found, None),
        "tabs": _tabs("today", found.total, len(old_unexplained(request.user))),
        "today": clock.today(),
        "now": clock.now(),
    }
    return render(request, "attendance/first_day_list.html", context)


@page(rules.ACT)
def first_day_call(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One student: the contacts to ring in order, what came of it, and the reason; then the next student."""
    student = the_student(request, rules.ACT, public_id=public_id)
    missed = unexplained_of(request.user, student.pk)
    sites = sites_of_marks(each.at for each in missed)
    in_mis = any(mis for _, mis in sites.values())
    may_set = bool(missed) and not in_mis and rules.may_authorise_for(request.user, [student.pk])
    contacts = contacts_of(student)
    form = CallForm(
        posted(request), contacts=contacts, codes=_codes(missed, sites) if may_set else {}
    )  # fmt: skip
    trouble = ""
    if request.method == "POST" and form.is_valid():
        try:
            return _record(request, student, missed, form)
        except (RegisterProblem, NotToBeContacted) as why:
            trouble = _words(why)
    context = {
        "student": student,
        "home_name": student.home_name if student.home_name != student.full_name else "",
        "missed": missed,
        "contacts": contacts,
        "calls": calls_today([student.pk]).get(student.pk, []),
        "hold": holds_of([student.pk]).get(student.pk),
        "form": form,
        "trouble": trouble,
        "in_mis": in_mis,
        "following": _next_of(absent_without_reason(request.user), student.pk),
        "trail": [("First-day absence", reverse("attendance:first_day_list")), (student.full_name, None)],
    }
    request.current_place = "attendance:first_day_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/first_day_call.html", context, status=422 if form.errors or trouble else 200)


def _record(request: HttpRequest, student: Student, missed: list[Missed], form: CallForm) -> HttpResponse:
    given = form.cleaned_data
    contact = Contact.objects.get(public_id=given["contact"]) if given["contact"] else None
    codes = form.chosen_codes
    changed = record_call(
        by=request.user,
        student=student,
        contact=contact,
        outcome=given["outcome"],
        said=given["said"],
        codes=codes,
        marks=[each.at for each in missed if each.at.series in codes],
        key=given["key"],
    )
    said = f"The call about {student.full_name} is in the contact log."
    if changed:
        said += f" {changed} {'mark has' if changed == 1 else 'marks have'} the reason now."
    following = _next_of(absent_without_reason(request.user), student.pk)
    if following is None:
        messages.success(request, f"{said} Nobody is left to ring.")
        return redirect("attendance:first_day_list")
    messages.success(request, f"{said} Next: {following['full_name']}.")
    return redirect("attendance:first_day_call", following["public_id"])


@page(rules.ACT)
def unexplained_list(request: HttpRequest) -> HttpResponse:
    """Absences without a reason for as many school days as the site allows, oldest first; set for many at once."""
    return _unexplained(request)


@page(rules.AUTHORISE)
@require_POST
def unexplained_set(request: HttpRequest) -> HttpResponse:
    """Set the reason of the absences ticked, or that it was never found."""
    series = _series(request.POST.get("series"))
    code = NEVER_FOUND if "never" in request.POST else request.POST.get("code", "")
    reached = dict(Student.objects.visible_to(request.user, rules.AUTHORISE).values_list("public_id", "pk"))
    marks = read_marks(series, request.POST.getlist("mark"), reached)
    reason = request.POST.get("reason", "")[:200]
    try:
        changed = set_reason(by=request.user, marks=marks, codes={series: code}, reason=reason)
    except RegisterProblem as why:
        return _unexplained(request, series, _words(why))
    left = len(marks) - changed
    words = f"{changed} {'absence' if changed == 1 else 'absences'} set to {code}."
    messages.success(request, f"{words} {left} had a reason by now." if left else words)
    return redirect(f"{reverse('attendance:unexplained_list')}?series={series}")


def _unexplained(request: HttpRequest, series: str = "", trouble: str = "") -> HttpResponse:
    every = old_unexplained(request.user)
    counts = {each: sum(1 for mark in every if mark.at.series == each) for each in Series}
    series = series or _series(request.GET.get("series"), next((each for each in Series if counts[each]), ""))
    marks = [mark for mark in every if mark.at.series == series]
    shown = Paginator(marks, MARKS_PER_PAGE).get_page(request.GET.get("page", 1))
    rows = _with_students(list(shown.object_list))
    ids = sorted({row["student"]["id"] for row in rows})
    may_set = request.user.has_perm(rules.AUTHORISE)
    mine = set(Student.objects.visible_to(request.user, rules.AUTHORISE).filter(pk__in=ids).values_list("pk", flat=True)) if may_set else set()  # fmt: skip
    for row in rows:
        row["may_set"] = row["student"]["id"] in mine and not row["in_mis"]
    sites = sites_of_marks(mark.at for mark in shown.object_list)
    context = {
        "page": shown,
        "rows": rows,
        "series": series,
        "may_set": any(row["may_set"] for row in rows),
        "codes": reasons_offered(series, (site for site, _ in sites.values())) if mine else [],
        "ticked": set(request.POST.getlist("mark")),
        "typed": request.POST.get("reason", ""),
        "typed_code": request.POST.get("code", ""),
        "trouble": trouble,
        "chips": _series_chips(counts, series) if all(counts.values()) else [],
        "tabs": _tabs("old", absent_without_reason(request.user).total, len(every)),
        "total": len(marks),
    }
    request.current_place = "attendance:first_day_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/unexplained_list.html", context, status=422 if trouble else 200)


def _with_students(marks: list[OldMark]) -> list[dict[str, Any]]:
    ids = {mark.at.student_id for mark in marks}
    students = {row["id"]: row for row in student_rows(Student.objects.filter(pk__in=ids))}
    holds = holds_of(sorted(ids))
    return [
        {
            "student": students[mark.at.student_id],
            "date": mark.at.date,
            "label": mark.label,
            "days_ago": mark.days_ago,
            "in_mis": mark.in_mis,
            "hold": holds.get(mark.at.student_id),
            "value": mark_value(students[mark.at.student_id]["public_id"], mark.at),
        }
        for mark in marks
        if mark.at.student_id in students
    ]


def _codes(missed: list[Missed], sites: dict[MarkAt, tuple[int, bool]]) -> dict[str, Any]:
    found = {}
    for series in Series:
        own = {sites[each.at][0] for each in missed if each.at.series == series and each.at in sites}
        if own:
            found[series] = reasons_offered(series, own)
    return found


def _next_of(found: FirstDay, student_id: int | None) -> dict[str, Any] | None:
    """The first student about whom nobody has rung yet, other than this one."""
    return next((row.student for row in found.to_ring if row.student["id"] != student_id), None)


def _tabs(current: str, today: int, old: int) -> list[dict[str, Any]]:
    """The two lists. No number rather than a nought, which in the early morning would read as “nobody is absent”."""
    return [
        {"label": "Absent today", "url": reverse("attendance:first_day_list"), "count": today or None, "current": current == "today"},
        {"label": "Never explained", "url": reverse("attendance:unexplained_list"), "count": old, "current": current == "old"},
    ]  # fmt: skip


def _series_chips(counts: dict[Any, int], series: str) -> list[dict[str, Any]]:
    return [
        {"label": UNIT[each].capitalize(), "url": f"?series={each}", "count": counts[each], "current": each == series}
        for each in Series
    ]


def _series(text: str | None, otherwise: str = "") -> str:
    return text if text in Series.values else otherwise or Series.SESSION


def _words(why: Exception) -> str:
    if isinstance(why, BadMarks):
        return " ".join(dict.fromkeys(why.problems.values()))
    if isinstance(why, RegisterProblem):
        return why.sentence
    return "This person must not be contacted about this student. Nothing was saved."
