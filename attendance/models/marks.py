"""Marks, what changed in them, and their weekly summary.

One current row a mark, changed in place; nothing points at a mark. A trigger writes each change (not the first entry)
into the table of changes, and refuses a change without somebody who made it. A mark is never deleted: taking it away
is a change to no code, with a reason. A row without a code is a blank: on a register that was taken, and not marked.
"""

from django.conf import settings
from django.db import models

from attendance import choices
from attendance.models.codes import AttendanceCode
from caseload.models import Student, TimetabledLesson


class Mark(models.Model):
    """What every mark says, of a session or of a lesson."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    code = models.ForeignKey(AttendanceCode, models.PROTECT, null=True, related_name="+", db_index=False)
    minutes_late = models.SmallIntegerField(null=True)
    version = models.IntegerField(db_default=1)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    marked_at = models.DateTimeField()
    marked_by_system = models.CharField(max_length=60, db_default="")
    marked_as = models.CharField(
        max_length=200,
        db_default="",
        help_text="The role of whoever made the last change.",
    )
    reason = models.CharField(max_length=200, db_default="", help_text="Why the last change was made.")
    note = models.CharField(max_length=200, db_default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self)._meta.verbose_name} of student {self.student_id} on {self.date}".capitalize()


class SessionMark(Mark):
    """A statutory mark: a student, a day, AM or PM."""

    pk = models.CompositePrimaryKey("student_id", "date", "slot")
    slot = models.SmallIntegerField(choices=choices.SessionSlot.choices)

    class Meta:
        indexes = [models.Index(fields=["date", "slot"], name="attendance_sessionmark_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slot__in=(1, 2)),
                name="attendance_session_is_am_or_pm",
            )
        ]


class LessonMark(Mark):
    """A lesson mark: a student, a day, a timetabled lesson."""

    pk = models.CompositePrimaryKey("student_id", "date", "lesson_id")
    lesson = models.ForeignKey(
        TimetabledLesson,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_column="slot",
    )

    class Meta:
        indexes = [models.Index(fields=["date", "lesson"], name="attendance_lessonmark_day")]


class MarkChange(models.Model):
    """One change of a mark: from what to what, why, who, their role at the time, when. Append-only; a trigger writes it."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    previous_code = models.ForeignKey(AttendanceCode, models.PROTECT, null=True, related_name="+", db_index=False)
    new_code = models.ForeignKey(AttendanceCode, models.PROTECT, null=True, related_name="+", db_index=False)
    previous_minutes = models.SmallIntegerField(null=True)
    new_minutes = models.SmallIntegerField(null=True)
    previous_note = models.CharField(max_length=200)
    new_note = models.CharField(max_length=200)
    previous_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    previous_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    changed_by_system = models.CharField(max_length=60)
    role_at_time = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self)._meta.verbose_name} {self.pk}".capitalize()


class SessionMarkChange(MarkChange):
    """A change of a statutory mark."""

    slot = models.SmallIntegerField(choices=choices.SessionSlot.choices)

    class Meta:
        indexes = [models.Index(fields=["student", "date"], name="attendance_sessionchange_of")]


class LessonMarkChange(MarkChange):
    """A change of a lesson mark."""

    lesson = models.ForeignKey(
        TimetabledLesson,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_column="slot",
    )

    class Meta:
        indexes = [models.Index(fields=["student", "date"], name="attendance_lessonchange_of")]


class WeekSummary(models.Model):
    """One student's marks of one series in one week, counted by class. Kept in the transaction of the marks."""

    pk = models.CompositePrimaryKey("student_id", "series", "week")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+", db_index=False)
    series = models.CharField(max_length=7, choices=choices.Series.choices)
    week = models.DateField(help_text="The Monday.")
    present = models.SmallIntegerField(db_default=0)
    approved = models.SmallIntegerField(db_default=0)
    authorised = models.SmallIntegerField(db_default=0)
    unauthorised = models.SmallIntegerField(db_default=0)
    not_possible = models.SmallIntegerField(db_default=0)
    not_collected = models.SmallIntegerField(db_default=0)
    unmarked = models.SmallIntegerField(db_default=0)
    late = models.SmallIntegerField(db_default=0)
    late_after_close = models.SmallIntegerField(db_default=0)
    minutes_late = models.IntegerField(db_default=0)

    class Meta:
        # A dashboard reads weeks of everybody, which the index alone answers; the key begins with the student.
        indexes = [
            models.Index(
                fields=["series", "week"],
                include=[
                    *("student", "present", "approved", "authorised", "unauthorised"),
                    *("late", "late_after_close", "minutes_late"),
                ],
                name="attendance_summary_weeks",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(week__iso_week_day=1),
                name="attendance_summary_week_is_a_monday",
            )
        ]

    def __str__(self) -> str:
        return f"Week summary of student {self.student_id}"
