"""The pages of registers: today's, and one register."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.gates import page
from attendance import actions, rules
from attendance.actions.writing import read_register
from attendance.codes import Code, by_use
from attendance.errors import BadMarks, BlanksLeft, ChangedMeanwhile, NoRegister, ReasonNeeded, RegisterProblem
from attendance.forms.registers import RegisterForm
from attendance.queries.registers.missing import takers_of
from attendance.queries.registers.registers import RegisterLine, todays_registers
from attendance.queries.registers.sheet import Sheet, SheetRow, add_notes, register_sheet
from attendance.queries.registers.sittings import find_sitting
from attendance.sittings import Sitting
from caseload.queries.calendar import calendar_for
from core import clock
from core.pages.http import GO_ON_TO, sent_day

# A page with scripts saves in the background, so that what was typed outlives a lost connection; it asks for short answers.
BY_SCRIPT = "Waymark-Register"
NOBODY = UUID(int=0)  # in whose place each student's key comes, so that one address is made and not thirty
OPTION = '<option value="{}" data-kind="{}" data-tone="{}">{} {}</option>'
MOST_NAMED = 12
SHOWS = {"": "All", "open": "Not taken", "later": "Later today", "blanks": "With blanks"}


@page(rules.TAKE)
def register_list(request: HttpRequest) -> HttpResponse:
    """The registers of a day, those not yet taken first; those of a site that takes them in its MIS are not there."""
    day = sent_day(request.GET.get("day"))
    found = todays_registers(request.user, day)
    lines = [line for line in found if not line.sitting.in_mis]
    show = request.GET.get("show", "")
    calendar = calendar_for(None, day - timedelta(days=60), day + timedelta(days=60))
    context = {
        "day": day,
        "lines": [line for line in lines if _is_shown(line, show)],
        "any": bool(lines),
        "elsewhere": _taken_elsewhere(found),
        "missing": sum(1 for line in lines if line.is_missing),
        "later": sum(1 for line in lines if line.is_later),
        "all_later": all(line.is_later for line in lines),
        "chips": _chips(lines, show, day),
        "before": calendar.before(day),
        "after": calendar.next_open(day),
        "is_open": calendar.is_open(day),
        "today": clock.today(),
        "takers": takers_of(line.sitting for line in lines) if _is_wide(lines, request.user) else {},
    }
    return render(request, "attendance/register_list.html", context)


@page(rules.TAKE)
def register_detail(request: HttpRequest, group_id: UUID, day: date, slug: str) -> HttpResponse:
    """One register: nobody is marked until somebody marks them; exceptions first, then the rest present."""
    try:
        sitting = find_sitting(request.user, rules.TAKE, group_id, day, slug)
    except NoRegister as none:
        return _not_here(request, day, none.sentence)
    if sitting is None:
        raise Http404
    if sitting.in_mis:
        return _not_here(
            request, day, f"Registers of {sitting.site_name} are taken in its MIS; marks come in from there."
        )
    if request.method != "POST":
        return _show(request, register_sheet(request.user, sitting))
    return _save(request, sitting)


def _not_here(request: HttpRequest, day: date, sentence: str) -> HttpResponse:
    """There is no such register to take: say why on the list of its day. A script sends again as a page does, to show it."""
    if BY_SCRIPT in request.headers:
        return HttpResponse(status=409)
    messages.warning(request, sentence)
    return redirect(_list_of(day))


def _list_of(day: date) -> str:
    return f"{reverse('attendance:register_list')}?day={day.isoformat()}"


def _save(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    read = read_register(sitting)
    form = RegisterForm(sitting, read, request.POST)
    if not form.is_valid():
        return _show_again(request, form, "Nothing was saved: some rows can't be read.")
    try:
        saved = actions.mark_register(
            by=request.user, register=sitting, marks=form.marks, reason=form.reason, read=read, asked=form.asked
        )
    except ChangedMeanwhile as stopped:
        both = form.show_both(stopped, register_sheet(request.user, sitting))
        return _show(request, both, form, stopped.sentence)
    except BadMarks as stopped:
        return _show_again(request, form, stopped.sentence, stopped.problems)
    except BlanksLeft as stopped:
        return _ask_about_blanks(request, form, stopped)
    except ReasonNeeded as stopped:
        form.faults["reason"] = stopped.sentence
        return _show_again(request, form, stopped.sentence)
    except RegisterProblem as stopped:
        return _show_again(request, form, stopped.sentence)
    return _after_saving(request, sitting, saved.unmarked)


def _show_again(
    request: HttpRequest, form: RegisterForm, trouble: str, problems: Mapping[int | str, str] | None = None
) -> HttpResponse:
    """The page as it was typed, which is read in full only now; saving needs little of it."""
    return _show(request, form.keep(register_sheet(request.user, form.sitting), problems), form, trouble)


def _ask_about_blanks(request: HttpRequest, form: RegisterForm, left: BlanksLeft) -> HttpResponse:
    """Ask once, by name, whether a register is meant to be saved with blanks; everything typed stays."""
    sheet = form.keep(register_sheet(request.user, form.sitting))
    return _show(request, sheet, form, left.sentence, [row for row in sheet.rows if row.member.id in left.student_ids])


def _not_marked(names: Sequence[str]) -> str:
    """Who is not marked, by number and name; of a whole class the first names. `register.js` says it in the same words."""
    if not names:
        return ""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    who = "1 student is" if len(names) == 1 else f"{len(names)} students are"
    return f"{who} not marked: {', '.join(names[:MOST_NAMED])}{more}."


def _after_saving(request: HttpRequest, sitting: Sitting, unmarked: int) -> HttpResponse:
    if unmarked:
        who = "1 student is" if unmarked == 1 else f"{unmarked} students are"
        messages.warning(request, f"{sitting.title} is saved, but {who} not marked yet.")
    else:
        messages.success(request, f"{sitting.title} is saved.")
    following = request.path if unmarked else _list_of(sitting.date)
    if BY_SCRIPT in request.headers:
        return HttpResponse(status=204, headers={GO_ON_TO: following})
    return redirect(following)


def _show(
    request: HttpRequest,
    sheet: Sheet,
    form: RegisterForm | None = None,
    trouble: str = "",
    blanks: Sequence[SheetRow] = (),
) -> HttpResponse:
    add_notes(request.user, sheet)
    by_row = [row for row in sheet.rows if row.fault or row.theirs]
    context = {
        "sheet": sheet,
        "sitting": sheet.sitting,
        "trouble": trouble,
        "rows_in_trouble": by_row,
        "blanks": blanks,
        "blank_words": _not_marked([row.name for row in blanks]),
        "form_fault": form.faults.get("form", "") if form else "",
        "reason_fault": form.faults.get("reason", "") if form else "",
        "reason": form.reason if form else "",
        "more_options": _more_options(sheet),
        "unfolded": request.GET.get("show") == "all",
        "may_see_attendance": request.user.has_perm(rules.VIEW),
        "student_page": reverse("attendance:student_attendance", args=[NOBODY]).split(str(NOBODY)),
    }
    return render(request, "attendance/register_detail.html", context, status=422 if trouble else 200)


def _more_options(sheet: Sheet) -> SafeString:
    """The full list of codes as options, those of every day first, written once for all rows."""
    groups = [(words, format_html_join("", OPTION, map(_option, codes))) for words, codes in by_use(sheet.more)]
    if not any(words for words, _ in groups):
        return groups[0][1] if groups else SafeString()
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)


def _option(code: Code) -> tuple[str, ...]:
    return code.code, code.kind, code.tone, code.code, code.short


def _taken_elsewhere(lines: list[RegisterLine]) -> str:
    """Which sites take their registers in the MIS, so that somebody who looks for them here knows."""
    names = sorted({line.sitting.site_name for line in lines if line.sitting.in_mis})
    return f"Registers of {' and '.join(names)} are taken in the MIS; marks come in from there." if names else ""


def _is_shown(line: RegisterLine, show: str) -> bool:
    blanks = line.is_taken and line.unmarked > 0
    return {"open": line.is_missing, "later": line.is_later, "blanks": blanks}.get(show, True)


def _is_wide(lines: list[RegisterLine], user: Any) -> bool:
    """Whether the list holds other people's registers, so that names help."""
    return len(lines) > 12 or user.has_perm(rules.VIEW_MISSING)


def _chips(lines: list[RegisterLine], show: str, day: date) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"?day={day.isoformat()}&show={key}" if key else f"?day={day.isoformat()}",
            "count": sum(1 for line in lines if _is_shown(line, key)),
            "current": key == show,
        }
        for key, label in SHOWS.items()
        if key != "later" or day == clock.today()
    ]
