"""Services that students are referred to, and referrals: asked, accepted or declined, and what came of it."""

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from caseload.models import Student
from core import clock
from core.models import PublicIdModel
from interventions.choices import LINE_LIMIT, TEXT_LIMIT
from interventions.choices_referrals import ANSWER_DAYS, OPEN_STATES, STATE_TONES, URGENT_DAYS, ReferralState, Result
from interventions.querysets_referrals import ReferralQuerySet

STAFF = settings.AUTH_USER_MODEL


class Service(PublicIdModel):
    """A service inside the college or an agency outside to which students are referred. Data: a college sets up its own."""

    name = models.CharField(max_length=80, unique=True)
    about = models.CharField(max_length=200, blank=True)
    inside = models.BooleanField("inside the college", default=True)
    role = models.CharField("role that takes its referrals up", max_length=40, blank=True)
    people: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(STAFF, blank=True, related_name="+")
    confidential = models.BooleanField("only whoever referred and those who take up know of a referral", default=False)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    active = models.BooleanField("offered for new referrals", default=True)

    class Meta:
        ordering = ["-inside", "name"]
        permissions = [("manage_services", "Can set up the services that students are referred to")]


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old))
class Referral(PublicIdModel):
    """A student is referred to a service. `told` is what the referrer is told at the end; `outcome` is for the service alone."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="referrals")
    reason = models.TextField("why", max_length=TEXT_LIMIT)
    urgent = models.BooleanField(default=False)
    student_agrees = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ReferralState.choices, default=ReferralState.ASKED)
    referred_by = models.ForeignKey(STAFF, models.PROTECT, related_name="+")
    referred_at = models.DateTimeField(default=clock.now)
    taken_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField("what the referrer was answered", max_length=LINE_LIMIT, blank=True)
    result = models.CharField(max_length=12, choices=Result.choices, blank=True)
    told = models.CharField("what the referrer was told at the end", max_length=LINE_LIMIT, blank=True)
    outcome = models.TextField("what was done", max_length=TEXT_LIMIT, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(STAFF, models.PROTECT, null=True, blank=True, related_name="+")
    noted_at = models.DateTimeField("when the referrer took note that it was declined", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    form_token = models.UUIDField(null=True, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-referred_at", "-pk"]
        indexes = [models.Index(fields=["student", "-referred_at"], name="interventions_referral_of")]
        constraints = [
            models.UniqueConstraint(fields=["form_token", "student"], name="interventions_referral_form_once"),
            models.UniqueConstraint(
                fields=["student", "service", "referred_by"],
                condition=Q(state__in=OPEN_STATES),
                name="interventions_referral_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "withdrawn")) | Q(taken_by__isnull=False, answered_at__isnull=False),
                name="interventions_referral_is_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="interventions_referral_declined_in_words"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(result="") & Q(closed_at__gte=F("answered_at")),
                name="interventions_referral_closed_has_a_result",
            ),
        ]
        permissions = [("refer", "Can refer students to services and take up what is referred to theirs")]

    @property
    def is_open(self) -> bool:
        """Waiting for an answer, or accepted and going on."""
        return self.state in OPEN_STATES

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return STATE_TONES[ReferralState(self.state)]

    @property
    def unanswered_too_long(self) -> bool:
        """Still waiting after the days in which an answer is due."""
        days = (clock.today() - clock.local(self.referred_at).date()).days
        return self.state == ReferralState.ASKED and days >= (URGENT_DAYS if self.urgent else ANSWER_DAYS)
