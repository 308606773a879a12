"""Where planned absence and the attendance settings stand: in the navigation, on lists of students, on a student's page."""

from attendance import rules
from attendance.actions.closures import follow_closure
from attendance.actions.leaving import FOLLOWER
from attendance.models import LessonMark, LessonMarkChange, SessionMark, SessionMarkChange, WeekSummary
from attendance.queries.students.nobodys_marks import nobodys_change, nobodys_mark
from caseload.registries import closures, columns, hanging, leaving
from caseload.registries.columns import BulkAction, StudentAction
from caseload.registries.hanging import Kept
from core.pages import menu
from core.pages.menu import MenuEntry


def register() -> None:
    """Offer the places and the buttons."""
    closures.register_follower(follow_closure)
    leaving.register_follower(FOLLOWER)
    hanging.register(
        Kept(SessionMark, "attendance mark", day="date", unless=nobodys_mark("attendance_sessionmark")),
        Kept(LessonMark, "lesson mark", day="date", unless=nobodys_mark("attendance_lessonmark")),
        Kept(SessionMarkChange, "corrected attendance mark", unless=nobodys_change("attendance_sessionmarkchange")),
        Kept(LessonMarkChange, "corrected lesson mark", unless=nobodys_change("attendance_lessonmarkchange")),
    )
    hanging.register_derived(WeekSummary)
    menu.register(MenuEntry("Settings", "Attendance settings", "attendance:settings", rules.CLOSE, 35, "", "sliders"))
    menu.register(
        MenuEntry("Registers", "Planned absence", "attendance:planned_list", rules.VIEW, 22, "g p", "calendar-plus", "Planned")
    )  # fmt: skip
    columns.register_action(
        BulkAction("plan_absence", "Plan absence", "attendance:planned_many", rules.AUTHORISE, 60, "calendar-plus")
    )
    columns.register_student_action(
        StudentAction("plan_absence", "Absence planned", "attendance:planned_new", rules.AUTHORISE, 60, "calendar-plus")
    )
