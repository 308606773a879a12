"""What interventions stores, by noun."""

from interventions.models.bookings import Booking, CalendarFeed, Slot, StudentWords
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
from interventions.models.processes import (
    Case,
    CaseStep,
    Letter,
    LetterBatch,
    LetterTemplate,
    ProcessStage,
    StagedProcess,
)

__all__ = [
    "Booking",
    "CalendarFeed",
    "Case",
    "CaseStep",
    "Letter",
    "LetterBatch",
    "LetterTemplate",
    "Meeting",
    "MeetingDraft",
    "MeetingType",
    "Note",
    "ProcessStage",
    "Slot",
    "StagedProcess",
    "StudentWords",
    "Target",
    "TargetReview",
    "TargetStep",
    "Written",
    "history_of",
]
