"""What runs by the clock in the demonstration alone."""

from datetime import timedelta

from django.conf import settings

from core.jobs import job, register_schedule


@job("config.take_registers", system="demonstration")
def take_registers() -> None:
    """Colleagues take the registers whose time has come, so that the day goes on while somebody tries it."""
    if settings.DEMO:
        # Imported only here: the demonstration brings packages that nothing else needs.
        from config.demo_college.today import take_registers

        take_registers()


if settings.DEMO:
    register_schedule("Colleagues take registers (demonstration)", "config.take_registers", every=timedelta(minutes=2))
