"""What interventions stores, by noun."""

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
    "StagedProcess",
    "Target",
    "TargetReview",
    "TargetStep",
    "Written",
    "history_of",
]
