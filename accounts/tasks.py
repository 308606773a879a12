"""What runs by the clock about accounts and the record of what people did."""

from celery.schedules import crontab

from accounts.audit_heads import SYSTEM_HEADS, send_audit_head
from accounts.sessions import SessionStore
from core.jobs import job, register_schedule


@job("accounts.mail_audit_head", system=SYSTEM_HEADS.name)
def mail_audit_head() -> None:
    """Mail where the audit record stands, so that a copy of it lies where nobody who can change the database can change it."""
    send_audit_head()


@job("accounts.forget_sessions")
def forget_sessions() -> None:
    """Delete the sessions that have run out; who signed in when stays in the audit record."""
    SessionStore.clear_expired()


register_schedule("Delete sessions that have run out", "accounts.forget_sessions", at=crontab(hour="3", minute="40"))
register_schedule("Mail where the audit record stands", "accounts.mail_audit_head", at=crontab(hour="6", minute="5"))
