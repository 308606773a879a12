"""The words of referrals to services inside the college and outside it."""

from django.db import models


class ReferralState(models.TextChoices):
    """How far a referral has got."""

    ASKED = "asked", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Taken back"
    CLOSED = "closed", "Ended"


class Result(models.TextChoices):
    """What came of a referral, for everybody who may know of it."""

    HELPED = "helped", "It helped"
    PARTLY = "partly", "It helped in part"
    NO_CHANGE = "no_change", "No change"
    NOT_TAKEN_UP = "not_taken_up", "The student did not take it up"
    PASSED_ON = "passed_on", "Passed on to somebody else"
    OTHER = "other", "Ended for another reason"


OPEN_STATES = (ReferralState.ASKED, ReferralState.ACCEPTED)
STATE_TONES = {
    ReferralState.ASKED: "watch",
    ReferralState.ACCEPTED: "good",
    ReferralState.DECLINED: "concern",
    ReferralState.WITHDRAWN: "plain",
    ReferralState.CLOSED: "plain",
}
REFER = "interventions.refer"
KNOW = "interventions.view_support"  # pastoral staff, who may know that a student is referred
SET_UP = "interventions.manage_services"
ANSWER_DAYS, URGENT_DAYS = 5, 1

# Audit verbs.
REFERRED = "referred"
REFERRAL_ACCEPTED = "referral_accepted"
REFERRAL_DECLINED = "referral_declined"
REFERRAL_TAKEN_BACK = "referral_taken_back"
REFERRAL_CLOSED = "referral_closed"
REFERRAL_NOTED = "referral_noted"
SERVICE_SAVED = "service_saved"
