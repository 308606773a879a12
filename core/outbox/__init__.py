"""Mail: queued in the transaction that wants it, handed over later by a job, at most once to each person."""

from core.outbox.linking import MARK, LinkGone, SecretLink, register_link
from core.outbox.queueing import queue_mail
from core.outbox.settling import AlreadySettled, StaysAddressed, confirm_arrived, forget_words, send_again
from core.outbox.wording import address_of, mail_words, to_colleague

__all__ = [
    "MARK",
    "AlreadySettled",
    "LinkGone",
    "SecretLink",
    "StaysAddressed",
    "address_of",
    "confirm_arrived",
    "forget_words",
    "mail_words",
    "queue_mail",
    "register_link",
    "send_again",
    "to_colleague",
]
