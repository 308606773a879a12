"""The plumbing's own jobs."""

from datetime import timedelta

from celery.schedules import crontab

from core import clock
from core.forms import numbers
from core.jobs import job, register_schedule, register_sweep, sweep
from core.models import Beat, Mail
from core.outbox.sending import hand_over
from core.outbox.settling import forget_words
from core.pages import keeping
from core.private import files


@job("core.sweep")
def sweep_every_queue() -> None:
    """Ring again for rows that wait and for rows whose worker died."""
    sweep()


@job("core.beat")
def note_beat() -> None:
    """Note that beat and a worker are alive, for /healthz."""
    Beat.objects.update_or_create(name="beat", defaults={"at": clock.now()})


@job("core.send_mail", queue="mail", model=Mail)
def send_mail(mail_id: int) -> None:
    """Hand one mail over to the mail server."""
    hand_over(mail_id)


@job("core.purge_files")
def purge_files() -> None:
    """Delete the bytes of private files that have expired, and of files whose row was never saved."""
    files.purge()


@job("core.forget_mail")
def forget_mail() -> None:
    """Empty the text of mails that went out three months ago."""
    forget_words()


@job("core.forget_kept_forms", system=keeping.KEEPER)
def forget_kept_forms() -> None:
    """Forget what was typed when a session ended and nobody came back for within a day."""
    keeping.forget_old()


@job("core.forget_form_numbers")
def forget_form_numbers() -> None:
    """Forget the numbers of forms that were handled more than a day ago."""
    numbers.forget_old()


register_sweep(Mail, "core.send_mail")
register_schedule("Ring again for waiting work", "core.sweep", every=timedelta(minutes=1), vital=True)
register_schedule("Sign of life", "core.beat", every=timedelta(seconds=30), vital=True)
register_schedule("Delete expired files", "core.purge_files", at=crontab(hour="3", minute="10"))
register_schedule("Forget what old mails said", "core.forget_mail", at=crontab(hour="3", minute="20"))
register_schedule("Forget what nobody came back for", "core.forget_kept_forms", every=timedelta(hours=1))
register_schedule("Forget the numbers of old forms", "core.forget_form_numbers", at=crontab(hour="3", minute="30"))
