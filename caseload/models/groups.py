"""The groups that students are in: year groups, houses, caseloads, teaching groups, courses."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from caseload.models.calendar import AcademicYear, Site
from core.models import PublicIdModel


class YearGroup(PublicIdModel):
    """A year group of a site: Year 7 to 11, or a college's first and second year (NC years 12 and 13)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="year_groups")
    nc_year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["nc_year", "site"]
        constraints = [
            models.UniqueConstraint(fields=["site", "nc_year"], name="caseload_year_group_once"),
            models.CheckConstraint(condition=models.Q(nc_year__lte=14), name="caseload_year_group_nc_year"),
        ]
        permissions = [("reach_yeargroup", "Reaches the students of the year group")]

    def __str__(self) -> str:
        return self.name


class House(PublicIdModel):
    """A house, whose tutor groups mix the years."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="houses")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="caseload_house_once")]
        permissions = [("reach_house", "Reaches the students of the house")]

    def __str__(self) -> str:
        return self.name


class Area(PublicIdModel):
    """A curriculum area or department, led by an area leader."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]
        permissions = [("reach_area", "Reaches the students on the area's courses")]

    def __str__(self) -> str:
        return self.name


class Course(PublicIdModel):
    """A course or subject that students enrol on: A level Biology, GCSE Mathematics, BTEC Sport."""

    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="courses")
    code = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    qualification = models.CharField(max_length=40, blank=True, help_text="A level, GCSE, BTEC … ")
    learning_aim_ref = models.CharField(max_length=8, blank=True)
    guided_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)

    class Meta:
        ordering = ["title"]
        permissions = [("reach_course", "Reaches the students on the course")]

    def __str__(self) -> str:
        return self.title


class Team(PublicIdModel):
    """A team of tutors, led by a tutor lead."""

    name = models.CharField(max_length=80)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="teams")

    class Meta:
        ordering = ["name"]
        permissions = [("reach_team", "Reaches the caseloads of the team")]

    def __str__(self) -> str:
        return self.name


class Caseload(PublicIdModel):
    """The students somebody looks after in an academic year: a tutor group (which may mix years) or a caseload."""

    class Kind(models.TextChoices):
        TUTOR_GROUP = "tutor_group", "Tutor group"
        CASELOAD = "caseload", "Caseload"

    year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="caseloads")
    site = models.ForeignKey(Site, models.PROTECT, related_name="caseloads")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="caseloads")
    house = models.ForeignKey(House, models.PROTECT, null=True, blank=True, related_name="caseloads")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.TUTOR_GROUP)
    name = models.CharField(max_length=60)
    room = models.CharField(max_length=20, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)

    class Meta:
        ordering = ["year", "name"]
        constraints = [models.UniqueConstraint(fields=["year", "site", "name"], name="caseload_caseload_once")]
        permissions = [("reach_caseload", "Reaches the present members of the caseload")]

    def __str__(self) -> str:
        return self.name


class TeachingGroup(PublicIdModel):
    """A class that is taught: 12 Biology B, 9x/Ma2."""

    year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="teaching_groups")
    site = models.ForeignKey(Site, models.PROTECT, related_name="teaching_groups")
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="teaching_groups")
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["year", "name"]
        permissions = [
            ("reach_teachinggroup", "Reaches the members of the teaching group"),
            ("view_teaching_group", "Can see the teaching groups they teach"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A student is in a group from one date to another; the end date is the first day they are no longer in it."""

    student = models.ForeignKey("caseload.Student", models.PROTECT, related_name="+")
    period = DateRangeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self)._meta.verbose_name} {self.pk}".capitalize()


def _once(name: str, *also: str) -> list[ExclusionConstraint]:
    equal = [(field, RangeOperators.EQUAL) for field in ("student", *also)]
    return [ExclusionConstraint(name=name, expressions=[*equal, ("period", RangeOperators.OVERLAPS)])]


class SiteMembership(Membership):
    """A student is on the roll of a site: the dates that bound everything counted about them, and why they left."""

    class Status(models.TextChoices):
        CURRENT = "C", "Current, single registration"
        MAIN = "M", "Main, dual registration"
        SUBSIDIARY = "S", "Subsidiary, dual registration"
        FE = "F", "FE college"
        OTHER = "O", "Other provider"
        GUEST = "G", "Guest"
        PREVIOUS = "P", "Previous"

    site = models.ForeignKey(Site, models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=1, choices=Status.choices, default=Status.CURRENT)
    admission_number = models.CharField(max_length=20, blank=True)
    leaving_reason = models.CharField(max_length=80, blank=True)
    destination = models.CharField(max_length=120, blank=True)
    leaver_proposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = _once("caseload_site_membership_once", "site")


class YearGroupMembership(Membership):
    """A student's actual NC year, stored and never derived: some are out of cohort."""

    group = models.ForeignKey(YearGroup, models.PROTECT, related_name="memberships")
    year = models.ForeignKey(AcademicYear, models.PROTECT, related_name="+")

    class Meta:
        constraints = _once("caseload_year_group_membership_once")


class HouseMembership(Membership):
    """A student belongs to a house."""

    group = models.ForeignKey(House, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = _once("caseload_house_membership_once")


class CaseloadMembership(Membership):
    """A student is looked after in a caseload; one tutor group at a time, other caseloads beside it."""

    group = models.ForeignKey(Caseload, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = _once("caseload_caseload_membership_once", "group")


class TeachingGroupMembership(Membership):
    """A student is in a teaching group."""

    group = models.ForeignKey(TeachingGroup, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = _once("caseload_teaching_group_membership_once", "group")


class Enrolment(PublicIdModel):
    """A student's place on a course, with its dates and status as the ILR holds them."""

    class Status(models.IntegerChoices):
        CONTINUING = 1, "Continuing"
        COMPLETED = 2, "Completed"
        WITHDRAWN = 3, "Withdrawn"
        BREAK = 6, "Agreed break in learning"

    student = models.ForeignKey("caseload.Student", models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="enrolments")
    started_on = models.DateField()
    planned_end_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(choices=Status.choices, default=Status.CONTINUING)
    withdraw_reason = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.PositiveSmallIntegerField(null=True, blank=True)
    external_id = models.CharField(max_length=100, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "course", "started_on"], name="caseload_enrolment_once"),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="caseload_enrolment_forwards",
            ),
            # Facts 2.5: a reason is required when status is 3, and forbidden otherwise.
            models.CheckConstraint(
                condition=models.Q(status=3, withdraw_reason__isnull=False)
                | models.Q(withdraw_reason=None) & ~models.Q(status=3),
                name="caseload_enrolment_reason_when_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"Enrolment {self.pk}"
