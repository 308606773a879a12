"""Report runs, who gets them, and the schedules that start them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from caseload.models import Site, Team, Term, YearGroup
from caseload.models.groups import House
from core import clock
from core.models import LeasedWork, Mail, PublicIdModel, StoredFile
from reporting import choices
from reporting.querysets import RunQuerySet, ScopedQuerySet

STAFF = settings.AUTH_USER_MODEL


class Scope(models.Model):
    """Which students a report is about: the whole college, or one site, year group, house or team."""

    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    year_group = models.ForeignKey(YearGroup, models.PROTECT, null=True, blank=True, related_name="+")
    house = models.ForeignKey(House, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")

    KINDS = ("site", "year_group", "house", "team")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(site=None, year_group=None, house=None)
                | Q(site=None, year_group=None, team=None)
                | Q(site=None, house=None, team=None)
                | Q(year_group=None, house=None, team=None),
                name="%(app_label)s_%(class)s_one_scope",
            )
        ]

    @property
    def scope(self) -> tuple[str, int]:
        """The kind of container and its id; the whole college is ("college", 1)."""
        for kind in self.KINDS:
            found = getattr(self, f"{kind}_id")
            if found:
                return kind, found
        return "college", 1

    @property
    def at_site(self) -> int | None:
        """The one site whose students it is about; None for the whole college and for a group without a site."""
        kind, number = self.scope
        if kind == "site":
            return number
        found = getattr(self, kind, None)
        return found.site_id if found else None

    @property
    def scope_name(self) -> str:
        """What the report is about, in words."""
        kind, _ = self.scope
        if kind == "college":
            return "Whole college"
        found = getattr(self, kind)
        site = getattr(found, "site", None)
        return f"{found.name}, {site.name}" if site else str(found.name)


class Subscription(PublicIdModel, Scope):
    """A schedule: this report, for these people, this often, until somebody stops it."""

    name = models.CharField(max_length=80)
    edition = models.CharField(max_length=10, choices=choices.Edition.choices, default=choices.Edition.STAFF)
    frequency = models.CharField(max_length=6, choices=choices.Frequency.choices, default=choices.Frequency.TERM)
    weekday = models.PositiveSmallIntegerField(choices=choices.Weekday.choices, default=choices.Weekday.FRIDAY)
    at = models.TimeField("time of day", default="06:30")
    owner = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    recipients = models.ManyToManyField(STAFF, related_name="+")
    starts_on = models.DateField(default=clock.today)
    stopped_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta(Scope.Meta):
        ordering = ["stopped_at", "name"]
        permissions = [
            ("view_dashboard", "Can see dashboards of groups they lead"),
            ("view_college", "Can see figures of the whole college"),
            ("run_report", "Can have reports built"),
            ("run_attendance_report", "Can have the attendance part of reports built"),
            ("manage_schedules", "Can schedule reports"),
        ]

    def __str__(self) -> str:
        return f"Schedule {self.pk}"


class ReportRun(PublicIdModel, Scope, LeasedWork):
    """One report: who asked, what about, for whom, how far it is, and the file when it is done."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    edition = models.CharField(max_length=10, choices=choices.Edition.choices, default=choices.Edition.STAFF)
    parts = models.CharField(max_length=10, choices=choices.Parts.choices, default=choices.Parts.WHOLE)
    asked_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    subscription = models.ForeignKey(Subscription, models.PROTECT, null=True, blank=True, related_name="runs")
    due_on = models.DateField(null=True, blank=True)
    form_token = models.UUIDField(null=True, blank=True, unique=True)
    snapshot_at = models.DateTimeField(null=True, blank=True)
    facts_hash = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta(LeasedWork.Meta):
        ordering = ["-asked_at", "-pk"]
        constraints = [
            *Scope.Meta.constraints,
            models.UniqueConstraint(
                fields=["subscription", "due_on"],
                condition=Q(subscription__isnull=False),
                name="reporting_run_once_a_due_date",
            ),
        ]

    def __str__(self) -> str:
        return f"Report run {self.pk}"

    @property
    def title(self) -> str:
        """The document's title."""
        about = "Attendance" if self.parts == choices.Parts.ATTENDANCE else "Attendance and progress"
        return f"{about}: {self.scope_name}, {self.term}"


class Delivery(models.Model):
    """One recipient of a report run, and the mail that carries it."""

    run = models.ForeignKey(ReportRun, models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, blank=True, related_name="+")
    left_out = models.CharField(max_length=200, blank=True, help_text="Why nothing was sent to this person.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="reporting_delivery_once")]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"
