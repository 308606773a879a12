"""What report tests share: twenty mornings marked, grades, one-to-ones and targets, on the small college of thirty."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from attendance.actions import mark_register
from core.jobs import run_now
from core.private.files import open_file
from progress.models import AssessmentPoint
from reporting.actions.runs import ask_for_report
from reporting.models import ReportRun
from tests.attendance.conftest import lesson_of, marks_for, session_of
from tests.college import College
from tests.interventions.conftest import kind, meeting_of, target_of  # noqa: F401  (fixtures for these tests)
from tests.progress.conftest import grade_of, point  # noqa: F401  (fixtures for these tests)
from tests.scenes import scene

# Twenty of four weeks that are over: enough to say something of each student.
MORNINGS = tuple(
    monday + timedelta(days=day)
    for monday in (date(2026, 10, 12), date(2026, 10, 19), date(2026, 11, 2), date(2026, 11, 9))
    for day in range(5)
)
WORDS = "Words that only a note may hold"


def mark(college: College, day: date, group: str = "10A", **codes: str) -> None:
    """A morning's register: present, but for the codes given by first name."""
    register = session_of(college, day=day, group=group)
    mark_register(by=college.price, register=register, marks=marks_for(college, group, **codes))


def mark_mornings(college: College) -> College:
    """Twenty mornings of 10A and 10B, and a lesson of S1: Ada misses all, Ben is late once, Wren misses the lesson."""
    for day in MORNINGS:
        mark(college, day, Ada="O", Ben="L" if day == MORNINGS[0] else "/")
        mark(college, day, "10B", Imran="I")
    lesson = lesson_of(college, day=MORNINGS[-1])
    mark_register(by=college.price, register=lesson, marks=marks_for(college, "S1", Wren="O"))
    return college


mornings = scene("mornings", mark_mornings, on="college")


@pytest.fixture
def marked(mornings: College) -> College:
    """The college with those mornings."""
    return mornings


@pytest.fixture
def full(marked: College, meeting_of: Any, target_of: Any, grade_of: Any, point: AssessmentPoint) -> College:  # noqa: F811
    """With one-to-ones, targets and grades too."""
    meeting_of("Ada", notes=WORDS)
    target_of("Ada", days=-3, what=WORDS)
    target_of("Ada", days=5, what=WORDS)
    target_of("Ben", days=-1, what=WORDS)
    grade_of("Ada", "minimum_target", "5", days_ago=60)
    grade_of("Ada", "current", "4", point=point)
    grade_of("Ben", "minimum_target", "5", days_ago=60)
    grade_of("Ben", "current", "6", point=point)
    return marked


@pytest.fixture
def ask(college: College) -> Callable[..., ReportRun]:
    """Mr Lind asks for Year 10's report of the autumn, unless said otherwise."""

    def make(by: Any = None, recipients: Any = (), **more: Any) -> ReportRun:
        values: dict[str, Any] = {
            "scope": ("year_group", college.years[10].pk), "term": college.terms[0], "edition": "staff",
        }  # fmt: skip
        return ask_for_report(by or college.lind, recipients=recipients, **(values | more))

    return make


def build(run: ReportRun) -> ReportRun:
    """Let the job work on it, here and now."""
    run_now("reporting.build_report", report_id=run.pk)
    run.refresh_from_db()
    return run


def text_of(run: ReportRun) -> str:
    """The words of the file that a run made, with single spaces."""
    assert run.file is not None
    opened = pypdfium2.PdfDocument(BytesIO(open_file(run.file)))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in opened).split())
