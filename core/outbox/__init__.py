"""Mail: queued in the transaction that wants it, handed over later by a job, at most once to each person."""

from core.outbox.queueing import queue_mail
from core.outbox.settling import AlreadySettled, confirm_arrived, send_again

__all__ = ["AlreadySettled", "confirm_arrived", "queue_mail", "send_again"]
