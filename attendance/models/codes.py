"""Attendance codes, each for the dates on which it was in force."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Coalesce

from attendance import choices
from caseload.models import Site


class AttendanceCode(models.Model):
    """A code that a mark may carry, what it counts as, and from when to when it was in force.

    Session codes are the national ones. Lesson codes are a site's own, or the default set (no site) where it has none.
    """

    id = models.SmallAutoField(primary_key=True)
    series = models.CharField(max_length=7, choices=choices.Series.choices)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=4)
    short = models.CharField(max_length=40)
    meaning = models.CharField(max_length=160)
    stat_class = models.CharField(max_length=3, choices=choices.StatClass.choices)
    is_late = models.BooleanField(default=False, help_text="Minutes late are asked for.")
    set_by = models.CharField(max_length=7, choices=choices.SetBy.choices, default=choices.SetBy.OFFICER)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True, help_text="The last day on which it was in force.")
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["series", "order", "code"]
        constraints = [
            ExclusionConstraint(
                name="attendance_code_once_at_a_time",
                expressions=[
                    ("series", RangeOperators.EQUAL),
                    (Coalesce("site_id", 0), RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "valid_from",
                            "valid_to",
                            models.Value("[]"),
                            function="daterange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(series=choices.Series.LESSON) | models.Q(site=None),
                name="attendance_session_codes_are_national",
            ),
        ]

    def __str__(self) -> str:
        return f"Attendance code {self.pk}"
