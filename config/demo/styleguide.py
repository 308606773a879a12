"""Every component on one page, in light and dark side by side. Only in demo mode; all its people are invented."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.forms.dates import DayField
from core.forms.fields import TextArea

PEOPLE = ("Łukasz Čapek", "Ana Şahin", "Nguyễn Minh Anh", "Oluwaseun Adébáyọ̀", "Siân O’Neill-Fitzgerald", "Bo Li")
_WHY = (
    ("Down 8 points in 4 weeks", "concern"),
    ("Review 12 days overdue", "watch"),
    ("Below target in 3 of 4", "watch"),
    ("", ""),
    ("Not seen since September", "watch"),
    ("", ""),
)


class ExampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="What will you do?", help_text="In words you could both check later.")
    how = forms.ChoiceField(
        label="How are things?",
        choices=[("1", "Very hard"), ("2", "Hard"), ("3", "So-so"), ("4", "Good"), ("5", "Very good")],
        widget=forms.RadioSelect,
    )
    met = forms.ChoiceField(
        label="The last target was",
        choices=[("met", "Met"), ("partly", "Partly met"), ("not", "Not met")],
        widget=forms.RadioSelect,
        required=False,
    )
    subject = forms.ChoiceField(label="Subject", choices=[("", "Choose"), ("bio", "Biology"), ("eng", "English")])
    notes = forms.CharField(label="Notes", widget=TextArea(attrs={"rows": 3}), required=False)
    due = DayField(label="By")
    readers = forms.MultipleChoiceField(
        label="Who can read this",
        choices=[("tutor", "Tutors of the group"), ("teachers", "Teachers"), ("home", "Sent home")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(
        label="The student agrees", required=False, help_text="Leave it empty when you haven't asked."
    )


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component. A page that isn't there outside demo mode."""
    if not settings.DEMO:
        raise Http404
    return render(request, "core/styleguide.html", {"sides": [_side("light"), _side("dark")]})


def _side(theme: str) -> dict[str, Any]:
    """What one half of the page shows; its ids differ from the other half's."""
    faulty = ExampleForm(
        {"title": "", "how": "", "subject": "", "due": "soon"}, prefix=f"{theme}-faulty", auto_id=f"{theme}-faulty-%s"
    )
    return {
        "theme": theme,
        "rows": [_row(number, name) for number, name in enumerate(PEOPLE)],
        "stats": _stats(),
        "chips": _chips(),
        "tabs": [
            {"label": "Overview", "url": "#", "current": True, "count": None},
            {"label": "Targets", "url": "#", "current": False, "count": 3},
        ],
        "trail": [("Year groups", "#"), ("Year 10", "#"), ("10A", "")],
        "timeline": _timeline(),
        "form": ExampleForm(prefix=theme, auto_id=f"{theme}-%s"),
        "faulty": faulty,
        "page": Paginator(range(150), 30).page(2),
        "codes": [
            ("/", "Present", "present", "good"),
            ("N", "Absent", "absent", "concern"),
            ("L", "Late", "late", "watch"),
        ],
        "speed": ["12 a second", "about 2 minutes left"],
    }


def _row(number: int, name: str) -> dict[str, Any]:
    why, tone = _WHY[number]
    year = 96.5 - number * 3.2
    return {
        "name": name,
        "group": "10A",
        "why": why,
        "tone": tone,
        "week": 100 - number * 10,
        "six": year - 1.5,
        "year": year,
        "spark": [year + (-1) ** step * (step % 3) - step * number / 4 for step in range(8)],
        "below": number % 3,
        "open": number,
        "overdue": number // 3,
        "seen": clock.today() - timedelta(days=number * 5),
    }


def _stats() -> list[dict[str, Any]]:
    return [
        {"label": "Attendance this week", "value": "91.4 %", "url": "#", "of": "412 of 451 sessions", "change": "−1.2 points", "usual": True, "spark": [93, 92, 94, 91, 92, 91.4]},
        {"label": "Missing one session in ten", "value": "34", "url": "#", "of": "of 212 students", "change": "+6 in 4 weeks", "usual": False, "spark": [24, 25, 28, 28, 31, 34], "tone": "concern"},
        {"label": "Below target in two or more", "value": "18", "url": "#", "of": "of 212 students", "change": "no change", "usual": True, "spark": [18, 19, 17, 18, 18]},
        {"label": "Targets overdue", "value": "41", "url": "#", "of": "of 367 open", "change": "−9 in 4 weeks", "usual": False, "spark": [58, 50, 47, 43, 41]},
        {"label": "Not seen for six weeks", "value": "12", "url": "#", "of": "of 212 students"},
        {"label": "Plans in progress", "value": "27", "url": "#", "of": "5 to review this week"},
    ]  # fmt: skip


def _chips() -> list[dict[str, Any]]:
    labels = (("Everybody", 28), ("Needs me", 6), ("Attendance", 4), ("Grades", 3), ("Review due", 2))
    return [{"label": label, "url": "#", "count": count, "current": label == "Needs me"} for label, count in labels]


def _timeline() -> list[dict[str, Any]]:
    kinds = (
        (
            "One-to-one",
            "chat-left-text",
            "Catching up in Biology after a week of illness; two targets set.",
            "Ms Okafor",
        ),
        ("Target met", "check2-square", "Hand in the missed coursework by Friday.", ""),
        ("Attendance", "calendar2-week", "Absent on three Fridays in five weeks.", ""),
        ("Call home", "telephone", "Spoke to a parent; the bus has changed its time.", "Mr Lind"),
    )
    return [
        {
            "when": clock.now() - timedelta(days=6 * place),
            "title": title,
            "icon": icon,
            "text": text,
            "who": who,
            "url": "#",
        }
        for place, (title, icon, text, who) in enumerate(kinds)
    ]
