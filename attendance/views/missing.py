"""Missing registers: a list that keeps itself up to date, reminders, and counts by who takes them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gates import page
from attendance import rules
from attendance.actions.reminders import Reminded, remind_now
from attendance.queries.registers.day_known import DayKnown, known_of
from attendance.queries.registers.missing import (
    SORTS,
    WINDOWS,
    TakerCount,
    counts_by_taker,
    missing_of_taker,
    reminder_key,
    reminders_of,
    takers_of,
    window_start,
)
from attendance.queries.registers.registers import RegisterLine, missing_registers
from caseload.queries.calendar import calendar_for
from core import clock, wording
from core.documents.sheets import write_csv, write_xlsx

DAYS = 5
COLUMNS = ("Who", "Registers due", "Taken", "Taken late", "Missing", "Taken of those due (%)")


@page(rules.VIEW_MISSING)
def missing_register_list(request: HttpRequest) -> HttpResponse:
    """Registers of the last five school days that were not taken, or were left with blanks; asked again each minute."""
    days = _last_days()
    lines = missing_registers(request.user, days)
    chosen = _day(request.GET.get("day"), days)
    sittings = [line.sitting for line in lines]
    takers, reminders = takers_of(sittings), reminders_of(sittings)
    shown = sorted((line for line in lines if chosen in (None, line.sitting.date)), key=_order)
    known = known_of(request.user, chosen or clock.today(), rules.VIEW_MISSING)
    context = {
        "rows": [
            {
                "line": line,
                "sitting": line.sitting,
                "key": reminder_key(line.sitting),
                "who": takers.get(line.sitting.key),
                "reminders": reminders.get(line.sitting.key, []),
                "may_remind": _may_remind(line, takers, reminders),
            }
            for line in shown
        ],
        "lines": shown,
        "known": known,
        "elsewhere": _elsewhere(known),
        "to_remind": sum(1 for line in shown if _may_remind(line, takers, reminders)),
        "not_taken": sum(1 for line in shown if not line.is_taken),
        "nobody": [line.sitting for line in shown if not line.is_taken and line.sitting.key not in takers],
        "chips": [_day_chip(lines, None, chosen), *(_day_chip(lines, day, chosen) for day in reversed(days))],
        "chosen": chosen,
        "takes": request.user.has_perm(rules.TAKE),
        "now": clock.now(),
    }
    template = "attendance/missing_register_list.html"
    return render(request, f"{template}#rows" if getattr(request, "htmx", None) else template, context)


@page(rules.VIEW_MISSING)
@require_POST
def register_remind(request: HttpRequest) -> HttpResponse:
    """Remind whoever takes one missing register, or all of those shown."""
    days = _last_days()
    chosen = _day(request.POST.get("day"), days)
    wanted = request.POST.get("register", "")
    done = remind_now(by=request.user, days=[chosen] if chosen else days, keys={wanted} if wanted else None)
    messages.success(request, _said(done)) if done.sent else messages.info(request, _said(done))
    address = reverse("attendance:missing_register_list")
    return redirect(f"{address}?day={chosen.isoformat()}" if chosen else address)


@page(rules.VIEW_MISSING)
def register_taker_list(request: HttpRequest) -> HttpResponse:
    """How many registers each person was to take, took, took late and missed, within reach; as a file if asked."""
    window = _window(request)
    rows = counts_by_taker(request.user, window_start(window, clock.today()), clock.today())
    sort = _sort(request)
    rows = _sorted(rows, sort)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _as_file(rows, window, request.GET["format"])
    context = {
        "rows": rows,
        "due": sum(row.due for row in rows),
        "missing": sum(row.missing for row in rows),
        "window": window,
        "since": window_start(window, clock.today()),
        "sort": sort,
        "chips": _window_chips(window),
        "trail": [("Missing registers", reverse("attendance:missing_register_list")), ("By person", None)],
    }
    request.current_place = "attendance:missing_register_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/register_taker_list.html", context)


@page(rules.VIEW_MISSING)
def register_taker_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One person's missing registers; nobody's, for somebody who was to take none within reach."""
    window = _window(request)
    start = window_start(window, clock.today())
    # The longest of the windows decides whether the page is there, so that its chips never lead to nowhere.
    longest = min(window_start(each, clock.today()) for each in WINDOWS)
    reached = {row.public_id: row for row in counts_by_taker(request.user, longest, clock.today())}
    taker = reached.get(public_id)
    if taker is None:
        raise Http404
    context = {
        "taker": taker,
        "rows": missing_of_taker(request.user, taker.person_id, start, clock.today()),
        "chips": _window_chips(window),
        "since": start,
        "takes": request.user.has_perm(rules.TAKE),
        "trail": [
            ("Missing registers", reverse("attendance:missing_register_list")),
            ("By person", f"{reverse('attendance:register_taker_list')}?window={window}"),
            (taker.name, None),
        ],
    }
    request.current_place = "attendance:missing_register_list"  # type: ignore[attr-defined]  # read by the shell
    return render(request, "attendance/register_taker_detail.html", context)


def _elsewhere(known: DayKnown) -> str:
    """That registers are missing which hold this person's students and are followed by others."""
    left = known.registers - known.taken
    if not left:
        return ""
    which = "The register" if known.registers == 1 else f"{left} of the {known.registers} registers"
    return f"{which} that your students are in {'is' if left == 1 else 'are'} not taken yet; others follow {'it' if left == 1 else 'them'}."


def _last_days() -> list[date]:
    """The last five days on which the college opened, oldest first."""
    today = clock.today()
    calendar = calendar_for(None, today - timedelta(days=40), today)
    last = calendar.latest(today)
    return [] if last is None else [*(day for n in range(DAYS - 1, 0, -1) if (day := calendar.before(last, n))), last]


def _day(text: str | None, days: list[date]) -> date | None:
    """The day asked for, if it is one of those shown; otherwise all of them."""
    return next((day for day in days if day.isoformat() == text), None)


def _order(line: RegisterLine) -> Any:
    sitting = line.sitting
    return (-sitting.date.toordinal(), line.is_taken, sitting.starts_at, sitting.group_name)


def _may_remind(line: RegisterLine, takers: Any, reminders: Any) -> bool:
    """A register not taken, with somebody to remind whom nobody has reminded by hand yet."""
    key = line.sitting.key
    return not line.is_taken and key in takers and not any(each.by_hand for each in reminders.get(key, []))


def _day_chip(lines: list[RegisterLine], day: date | None, chosen: date | None) -> dict[str, Any]:
    return {
        "label": wording.day(day) if day else "All five days",
        "url": f"?day={day.isoformat()}" if day else "?",
        # No number rather than a nought, which in the early morning would read as “none is missing”.
        "count": sum(1 for line in lines if day in (None, line.sitting.date)) or None,
        "current": day == chosen,
    }


def _said(done: Reminded) -> str:
    if not (done.sent or done.before or done.nobody):
        return "Nobody needs reminding: the register was taken meanwhile."
    said = [f"{_count(done.sent, 'reminder')} on the way."] if done.sent else []
    if done.before:
        said.append(f"{_count(done.before, 'register')} had a reminder by hand already.")
    if done.nobody:
        said.append(f"For {_count(done.nobody, 'register')} nobody is named; set a tutor or a teacher.")
    return " ".join(said)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _window(request: HttpRequest) -> str:
    asked = request.GET.get("window", "")
    return asked if asked in WINDOWS else "four_weeks"


def _window_chips(window: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?window={key}", "count": None, "current": key == window}
        for key, label in WINDOWS.items()
    ]


def _sort(request: HttpRequest) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else "-missing"


def _sorted(rows: list[TakerCount], sort: str) -> list[TakerCount]:
    """By a column; equals stay in the order of names. A share compares exactly, without dividing."""
    key = sort.removeprefix("-")
    values = {
        "name": lambda row: row.sort_key,
        "share": lambda row: row.taken * 1_000_000 // row.due if row.due else -1,
    }
    return sorted(rows, key=values.get(key, lambda row: getattr(row, key)), reverse=sort.startswith("-"))


def _as_file(rows: list[TakerCount], window: str, kind: str) -> HttpResponse:
    cells = [
        (
            row.name,
            row.due,
            row.taken,
            row.late,
            row.missing,
            float(wording.rounded_share(100 * row.taken, row.due)[0]) if row.due else "",
        )
        for row in rows
    ]
    name = f"registers-{window}-{clock.today()}"
    if kind == "csv":
        return write_csv(COLUMNS, cells, f"{name}.csv")  # type: ignore[return-value]  # a file is an answer too
    return write_xlsx(COLUMNS, cells, f"{name}.xlsx", WINDOWS[window])  # type: ignore[return-value]  # likewise
