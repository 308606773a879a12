"""What interventions stores, by noun."""

from interventions.models.bank import BankItem, BankRating, TargetCount
from interventions.models.bookings import Booking, CalendarFeed, Slot, StudentWords
from interventions.models.handovers import Handover, HandoverNote
from interventions.models.meetings import (
    Meeting,
    MeetingDraft,
    MeetingType,
    Note,
    Target,
    TargetReview,
    TargetStep,
    Written,
    history_of,
)
from interventions.models.panels import PanelAction, PanelDraft, PanelMeeting, PanelPack, PanelStudent
from interventions.models.plans import ActionPlan, Barrier, PlanAction, PlanCopy, PlanStage, PlanStep
from interventions.models.processes import (
    Case,
    CaseStep,
    Letter,
    LetterBatch,
    LetterTemplate,
    ProcessStage,
    StagedProcess,
)
from interventions.models.programmes import (
    ChoiceExplained,
    ChoiceTakenBack,
    ImpactRun,
    Intervention,
    InterventionMember,
    InterventionReview,
    InterventionSession,
    InterventionType,
    Programme,
    SessionAttendance,
)
from interventions.models.referrals import Referral, Service
from interventions.models.support import SupportPlan, SupportReview

__all__ = [
    "ActionPlan",
    "BankItem",
    "BankRating",
    "Barrier",
    "Booking",
    "CalendarFeed",
    "Case",
    "CaseStep",
    "ChoiceExplained",
    "ChoiceTakenBack",
    "Handover",
    "HandoverNote",
    "ImpactRun",
    "Intervention",
    "InterventionMember",
    "InterventionReview",
    "InterventionSession",
    "InterventionType",
    "Letter",
    "LetterBatch",
    "LetterTemplate",
    "Meeting",
    "MeetingDraft",
    "MeetingType",
    "Note",
    "PlanAction",
    "PlanCopy",
    "PlanStage",
    "PlanStep",
    "PanelAction",
    "PanelDraft",
    "PanelMeeting",
    "PanelPack",
    "PanelStudent",
    "ProcessStage",
    "Programme",
    "Referral",
    "Service",
    "SessionAttendance",
    "Slot",
    "StagedProcess",
    "StudentWords",
    "SupportPlan",
    "SupportReview",
    "Target",
    "TargetCount",
    "TargetReview",
    "TargetStep",
    "Written",
    "history_of",
]
