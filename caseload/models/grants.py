"""Grants of reach: a person holds a role over a container from one date to another.

They build on django-guardian's direct-foreign-key permission models. Guardian knows no dates, so its own shortcuts are
used nowhere: `visible_to` applies the dates in SQL.
"""

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from guardian.models import UserObjectPermissionBase

from caseload import choices
from caseload.models.groups import Area, Caseload, Course, House, Site, TeachingGroup, Team, YearGroup
from caseload.querysets import GrantQuerySet
from core import clock
from core.models import PublicIdModel


class College(models.Model):
    """The whole organisation, as something that reach can be given over. There is exactly one."""

    class Meta:
        permissions = [("reach_college", "Reaches every student")]
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="caseload_college_only_one")]

    def __str__(self) -> str:
        return "Whole college"


class Grant(PublicIdModel, UserObjectPermissionBase):
    """A person holds a role over a container for a while. Ended, never deleted."""

    role = models.ForeignKey(Group, models.PROTECT, related_name="+")
    period = DateRangeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(default=clock.now, editable=False)
    reason = models.CharField(max_length=200, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = GrantQuerySet.as_manager()
    container_kind = ""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self)._meta.verbose_name} {self.pk}".capitalize()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.permission_id is None:
            self.permission = reach_permission(self.container_kind)
        super().save(*args, **kwargs)


def reach_permission(kind: str) -> Permission:
    """Guardian's permission for reaching a kind of container."""
    return Permission.objects.get(codename=f"reach_{kind.replace('_', '')}", content_type__app_label="caseload")


def _once(name: str) -> list[ExclusionConstraint]:
    return [
        ExclusionConstraint(
            name=name,
            expressions=[
                ("user", RangeOperators.EQUAL),
                ("role", RangeOperators.EQUAL),
                ("content_object", RangeOperators.EQUAL),
                ("period", RangeOperators.OVERLAPS),
            ],
        )
    ]


@pghistory.track()
class CaseloadGrant(Grant):
    """Somebody looks after a caseload, as tutor, co-tutor or cover; it reaches the present members."""

    container_kind = "caseload"
    content_object = models.ForeignKey(Caseload, models.PROTECT, related_name="grants")
    capacity = models.CharField(max_length=10, choices=choices.Capacity.choices, default=choices.Capacity.TUTOR)
    handover_note = models.TextField(max_length=4000, blank=True)

    class Meta(Grant.Meta):
        constraints = [
            *_once("caseload_caseload_grant_once"),
            ExclusionConstraint(
                name="caseload_one_cover_at_a_time",
                expressions=[("content_object", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(capacity="cover"),
            ),
            # One that was ended before it began has an empty period, which has no end to ask for.
            models.CheckConstraint(
                condition=~models.Q(capacity="cover")
                | models.Q(period__endswith__isnull=False)
                | models.Q(period__isempty=True),
                name="caseload_cover_has_an_end",
            ),
        ]


@pghistory.track()
class TeachingGroupGrant(Grant):
    """Somebody teaches a group; it reaches its members' register, grades and notes for teachers, nothing else."""

    container_kind = "teaching_group"
    content_object = models.ForeignKey(TeachingGroup, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_teaching_group_grant_once")


@pghistory.track()
class YearGroupGrant(Grant):
    """Somebody leads a year group."""

    container_kind = "year_group"
    content_object = models.ForeignKey(YearGroup, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_year_group_grant_once")


@pghistory.track()
class HouseGrant(Grant):
    """Somebody leads a house."""

    container_kind = "house"
    content_object = models.ForeignKey(House, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_house_grant_once")


@pghistory.track()
class TeamGrant(Grant):
    """Somebody leads a team of tutors; it reaches the team's caseloads."""

    container_kind = "team"
    content_object = models.ForeignKey(Team, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_team_grant_once")


@pghistory.track()
class CourseGrant(Grant):
    """Somebody leads a course; it reaches the students on it."""

    container_kind = "course"
    content_object = models.ForeignKey(Course, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_course_grant_once")


@pghistory.track()
class AreaGrant(Grant):
    """Somebody leads a curriculum area; it reaches the students on its courses."""

    container_kind = "area"
    content_object = models.ForeignKey(Area, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_area_grant_once")


@pghistory.track()
class SiteGrant(Grant):
    """Somebody works for a whole site."""

    container_kind = "site"
    content_object = models.ForeignKey(Site, models.PROTECT, related_name="grants")

    class Meta(Grant.Meta):
        constraints = _once("caseload_site_grant_once")


class RoleProposal(PublicIdModel):
    """A proposal that somebody become DSL, deputy or head. It takes effect when a second person consents.

    Who proposed and who decided are written by the database from the signed name, whatever the application says.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.ForeignKey(Group, models.PROTECT, related_name="+")
    period = DateRangeField()
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    consented = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(consented=None, decided_by=None)
                | models.Q(consented=False, decided_by__isnull=False)
                | models.Q(consented=True, decided_by__isnull=False)
                & ~models.Q(decided_by=models.F("proposed_by"))
                & ~models.Q(decided_by=models.F("user")),
                name="caseload_proposal_needs_a_second_person",
            )
        ]

    def __str__(self) -> str:
        return f"Role proposal {self.pk}"


@pghistory.track()
class CollegeGrant(Grant):
    """Somebody works for the whole college, each for what the role needs."""

    container_kind = "college"
    content_object = models.ForeignKey(College, models.PROTECT, related_name="grants", default=1)
    proposal = models.OneToOneField(RoleProposal, models.PROTECT, null=True, blank=True, related_name="grant")

    class Meta(Grant.Meta):
        constraints = _once("caseload_college_grant_once")


# Any, because each has its own `content_object`, which the abstract model can't name.
GRANT_MODELS: dict[str, Any] = {
    model.container_kind: model
    for model in (
        CaseloadGrant,
        TeachingGroupGrant,
        YearGroupGrant,
        HouseGrant,
        TeamGrant,
        CourseGrant,
        AreaGrant,
        SiteGrant,
        CollegeGrant,
    )
}


class Reach(models.Model):
    """Every grant of every kind side by side (a view): who, in which role, over which container, when."""

    id = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    role = models.ForeignKey(Group, models.DO_NOTHING, related_name="+")
    kind = models.CharField(max_length=20)
    container_id = models.BigIntegerField()
    grant_id = models.BigIntegerField()
    period = DateRangeField()

    class Meta:
        managed = False
        db_table = "caseload_reach"

    def __str__(self) -> str:
        return f"Reach {self.pk}"
