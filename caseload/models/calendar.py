"""Academic years, terms, closures and the times of the day."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from core.models import PublicIdModel


class AcademicYear(models.Model):
    """A school year, known by the year in which it starts: 2026 is 2026/27. August belongs to the year before."""

    start_year = models.PositiveSmallIntegerField(unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["start_year"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="caseload_year_forwards")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """2026/27"""
        return f"{self.start_year}/{(self.start_year + 1) % 100:02d}"


class Term(models.Model):
    """A term of an academic year. Half-terms are terms' closures, not terms."""

    year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="terms")
    name = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["year", "name"], name="caseload_term_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="caseload_term_forwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year.name}"


class Site(PublicIdModel):
    """A place with its own calendar: a school that takes AM/PM sessions, or a college that marks lessons."""

    class Kind(models.TextChoices):
        SCHOOL = "school", "School (AM/PM sessions)"
        COLLEGE = "college", "College (lesson marks)"

    class Registers(models.TextChoices):
        HERE = "here", "Registers taken here"
        MIS = "mis", "Registers taken in the MIS"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.COLLEGE)
    registers_taken = models.CharField(max_length=10, choices=Registers.choices, default=Registers.HERE)
    urn = models.CharField(max_length=6, blank=True)
    laestab = models.CharField(max_length=7, blank=True)
    ukprn = models.CharField(max_length=8, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)
    am_starts_at = models.TimeField(default="08:45")
    pm_starts_at = models.TimeField(default="13:20")
    register_minutes = models.PositiveSmallIntegerField(default=30)

    class Meta:
        ordering = ["name"]
        permissions = [("reach_site", "Reaches the students of the site")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="college") | models.Q(register_minutes__lte=30),
                name="caseload_site_register_open_30_minutes_at_most",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="caseload_site_external_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """Days on which a site (or every site) does not open: holidays, INSET days, bank holidays, snow."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "School holiday"
        BANK = "bank", "Bank holiday"
        INSET = "inset", "INSET day"
        PLANNED = "planned", "Other planned closure"
        UNEXPECTED = "unexpected", "Unexpected closure"

    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="closures")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="caseload_closure_forwards"
            )
        ]

    def __str__(self) -> str:
        return f"Closure {self.pk}"


class LessonTime(models.Model):
    """One place in the day of a site's timetable: Monday period 1, 09:00 to 10:30, in week A, B or both."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="lesson_times")
    week = models.CharField(max_length=1, blank=True, help_text="A or B, or empty for every week.")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=20)
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["site", "week", "weekday", "number"], name="caseload_lesson_time_once"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="caseload_lesson_time_weekday"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="caseload_lesson_time_forwards"
            ),
        ]

    def __str__(self) -> str:
        return f"Lesson time {self.pk}"


class TimetabledLesson(models.Model):
    """A teaching group meets at a lesson time, in a room, with a teacher, for a period of dates."""

    group = models.ForeignKey("caseload.TeachingGroup", models.PROTECT, related_name="lessons")
    time = models.ForeignKey(LessonTime, models.PROTECT, related_name="lessons")
    teacher = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="lessons")
    room = models.CharField(max_length=20, blank=True)
    period = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="caseload_lesson_once",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("time", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"Timetabled lesson {self.pk}"
