"""The one clock, and moments that the database noted by its own."""

from datetime import date, timedelta

from core import clock


def test_what_the_database_noted_on_a_later_day_happened_today() -> None:
    """A demonstration stands still at its day, while the database's clock goes on."""
    with clock.set_to(clock.at(date(2026, 11, 20), 10, 30)):
        before = clock.now() - timedelta(minutes=5)
        assert clock.told(before) == before
        assert clock.told(clock.at(date(2026, 11, 22), 9, 15)) == clock.at(date(2026, 11, 20), 9, 15)
        assert clock.told(clock.at(date(2026, 11, 22), 16)) == clock.now()
