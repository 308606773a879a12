"""Attendance: addresses."""

from datetime import date

from django.urls import path, register_converter

from attendance.urls import daily, planned
from attendance.views import alert_rules, alerts, analysis, decisions, evacuation, registers, students


class DayConverter:
    """A day in an address: 2026-11-20."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """A date; anything that is none is no address."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """As it is written in an address."""
        return value if isinstance(value, str) else value.isoformat()


class SlotConverter:
    """am, pm, or the time at which a lesson starts: 0900."""

    regex = "am|pm|[0-2][0-9][0-5][0-9]"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(DayConverter, "day")
register_converter(SlotConverter, "slot")

app_name = "attendance"
urlpatterns = [
    *daily.urlpatterns,
    *planned.urlpatterns,
    path("registers/", registers.register_list, name="register_list"),
    path("registers/absent/", students.absent_list, name="absent_list"),
    path("registers/evacuation/", evacuation.evacuation_list, name="evacuation_list"),
    path("registers/evacuation/<uuid:site_id>/copy/", evacuation.evacuation_copy, name="evacuation_copy"),
    path("registers/<uuid:group_id>/<day:day>/<slot:slug>/", registers.register_detail, name="register_detail"),
    path("students/<uuid:public_id>/attendance/", students.student_attendance, name="student_attendance"),
    path("students/<uuid:public_id>/attendance/marks/", students.student_marks, name="student_marks"),
    path("students/<uuid:public_id>/attendance/certificate/", students.student_certificate, name="student_certificate"),
    path("attendance/", analysis.comparison, name="comparison"),
    path("attendance/students/", analysis.comparison_students, name="comparison_students"),
    path("attendance/persistent/", analysis.persistent_list, name="persistent_list"),
    path("attendance/unauthorised/", analysis.threshold_list, name="threshold_list"),
    path("attendance/away/", analysis.away_list, name="away_list"),
    path("attendance/punctuality/", analysis.punctuality, name="punctuality"),
    path("attendance/english-and-maths/", analysis.resit_list, name="resit_list"),
    path("attendance/leavers/", analysis.leaving_list, name="leaving_list"),
    path("alerts/", alerts.alert_list, name="alert_list"),
    path("students/<uuid:public_id>/threshold/", decisions.threshold_decisions, name="threshold_decisions"),
    path("threshold/<uuid:public_id>/undo/", decisions.threshold_decision_undo, name="threshold_decision_undo"),
    path("alerts/end/", alerts.alert_end, name="alert_end"),
    path("students/<uuid:public_id>/hold/", alerts.hold_new, name="hold_new"),
    path("alerts/holds/<uuid:public_id>/end/", alerts.hold_end, name="hold_end"),
    path("alerts/rules/", alert_rules.alert_rule_list, name="alert_rule_list"),
    path("alerts/rules/new/", alert_rules.alert_rule_new, name="alert_rule_new"),
    path("alerts/rules/<uuid:public_id>/", alert_rules.alert_rule_detail, name="alert_rule_detail"),
    path("alerts/rules/<uuid:public_id>/edit/", alert_rules.alert_rule_edit, name="alert_rule_edit"),
    path("alerts/rules/<uuid:public_id>/on/", alert_rules.alert_rule_on, name="alert_rule_on"),
    path("alerts/rules/<uuid:public_id>/off/", alert_rules.alert_rule_off, name="alert_rule_off"),
]
