"""The record that a register was taken."""

from django.conf import settings
from django.db import models

from attendance import choices
from caseload.models import Caseload, TimetabledLesson

SESSION, LESSON = choices.Series.SESSION, choices.Series.LESSON


class Register(models.Model):
    """A register was taken: of a caseload's session, or of a timetabled lesson, on a day. Who is on it follows from dated memberships."""

    series = models.CharField(max_length=7, choices=choices.Series.choices)
    caseload = models.ForeignKey(Caseload, models.PROTECT, null=True, related_name="+", db_index=False)
    lesson = models.ForeignKey(TimetabledLesson, models.PROTECT, null=True, related_name="+", db_index=False)
    date = models.DateField()
    slot = models.SmallIntegerField(null=True, choices=choices.SessionSlot.choices)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField()
    closed_at = models.DateTimeField(help_text="When it closes, by the rule in force when it was first taken.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    series=SESSION,
                    caseload__isnull=False,
                    slot__isnull=False,
                    lesson=None,
                )
                | models.Q(series=LESSON, caseload=None, slot=None, lesson__isnull=False),
                name="attendance_register_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["date", "caseload", "slot"],
                condition=models.Q(series=SESSION),
                name="attendance_session_register_once",
            ),
            models.UniqueConstraint(
                fields=["date", "lesson"],
                condition=models.Q(series=LESSON),
                name="attendance_lesson_register_once",
            ),
        ]
        permissions = [
            ("take_register", "Can take registers"),
            ("view_attendance", "Can see attendance"),
            ("authorise_absence", "Can set every code, authorised absence included"),
            ("amend_closed_register", "Can change marks after the day"),
            ("view_missing_registers", "Can see which registers are missing"),
            ("manage_attendance", "Can set codes and attendance settings"),
        ]

    def __str__(self) -> str:
        return f"Register {self.pk}"
