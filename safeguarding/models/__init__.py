"""What safeguarding stores, split by who may read it."""

from safeguarding.models.adults import AdultConcern, AdultEntry
from safeguarding.models.casework import Action, ConcernCase, Entry
from safeguarding.models.concerns import Concern, Draft
from safeguarding.models.people import Exclusion, Flag, Share, ShareEntry

__all__ = [
    "Action",
    "AdultConcern",
    "AdultEntry",
    "Concern",
    "ConcernCase",
    "Draft",
    "Entry",
    "Exclusion",
    "Flag",
    "Share",
    "ShareEntry",
]
