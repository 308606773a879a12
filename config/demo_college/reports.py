"""A schedule that falls due on the day of the demonstration, so that a report comes without anybody pressing anything."""

from accounts.models import User
from config.demo_college.frame import Frame
from reporting.choices import Edition, Frequency
from reporting.models import Subscription


def schedule_a_report(frame: Frame) -> None:
    """The senior leader's weekly report of the whole college, due this morning."""
    leader = User.objects.get(email__startswith="senior-leader@")
    schedule = frame.loader.new(
        Subscription,
        name="Whole college, every week",
        edition=Edition.STAFF,
        frequency=Frequency.WEEK,
        weekday=frame.today.weekday(),
        at="06:30",
        owner=leader,
        starts_on=frame.today,
    )
    schedule.save(force_insert=True)
    schedule.recipients.add(leader)
    frame.loader.advance(Subscription)
