"""What the plumbing stores: job rows, mail, private files, signed links, the beat."""

from core.jobs.work import LeasedWork, LeaseLost, WorkState
from core.models.base import PublicIdModel
from core.models.beat import Beat
from core.models.files import StoredFile
from core.models.kept import KeptForm
from core.models.links import SignedLink
from core.models.mail import Mail
from core.models.numbers import FormNumber

__all__ = [
    "Beat",
    "FormNumber",
    "KeptForm",
    "LeaseLost",
    "LeasedWork",
    "Mail",
    "PublicIdModel",
    "SignedLink",
    "StoredFile",
    "WorkState",
]
