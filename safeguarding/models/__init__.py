"""What safeguarding stores, split by who may read it."""

from safeguarding.models.adults import AdultConcern, AdultEntry
from safeguarding.models.casework import Action, ConcernCase, Entry, Moved
from safeguarding.models.concerns import Concern, Draft
from safeguarding.models.emergency import EmergencySettings, Glass, Told
from safeguarding.models.people import Exclusion, Flag, Share, ShareEntry

__all__ = [
    "Action",
    "AdultConcern",
    "AdultEntry",
    "Concern",
    "ConcernCase",
    "Draft",
    "EmergencySettings",
    "Entry",
    "Exclusion",
    "Flag",
    "Glass",
    "Moved",
    "Share",
    "ShareEntry",
    "Told",
]
