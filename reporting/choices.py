"""What can be reported, for whom, and how often."""

from django.db import models


class Edition(models.TextChoices):
    """Who a document is for."""

    STAFF = "staff", "For staff with reach to these students"
    GOVERNORS = "governors", "For governors and others outside: small groups hidden"


class Parts(models.TextChoices):
    """What a report holds: everything, or only what it says about attendance."""

    WHOLE = "whole", "Attendance, groups compared, progress, one-to-ones and targets"
    ATTENDANCE = "attendance", "Attendance"


class Frequency(models.TextChoices):
    """How often a schedule builds its report."""

    TERM = "term", "At the end of each term"
    MONTH = "month", "On the first school day of each month"
    WEEK = "week", "Every week"


class Weekday(models.IntegerChoices):
    """The day of a weekly schedule."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"


SMALL = 5  # a group of fewer is hidden from anybody outside
KEPT_DAYS = 365

VIEW_DASHBOARD = "reporting.view_dashboard"
RUN_REPORT = "reporting.run_report"
# Whoever may have the attendance part built; the whole of it takes RUN_REPORT besides.
ATTENDANCE_REPORT = "reporting.run_attendance_report"
NEEDED = {Parts.WHOLE: RUN_REPORT, Parts.ATTENDANCE: ATTENDANCE_REPORT}
MANAGE_SCHEDULES = "reporting.manage_schedules"

# Audit verbs.
REPORT_ASKED = "reporting.report_asked"
REPORT_BUILT = "reporting.report_built"
REPORT_DOWNLOADED = "reporting.report_downloaded"
REPORT_CANCELLED = "reporting.report_cancelled"
SCHEDULE_SAVED = "reporting.schedule_saved"
SCHEDULE_STOPPED = "reporting.schedule_stopped"
