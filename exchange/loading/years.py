"""The academic year that something in a roster belongs to; made when it isn't there yet."""

from datetime import date

from caseload.models import AcademicYear


def year_for(day: date | None = None, start_year: int | None = None) -> AcademicYear:
    """The academic year of a day or by its start year. A new one runs from 1 September to 31 August."""
    if start_year is None:
        assert day is not None
        existing = AcademicYear.objects.filter(starts_on__lte=day, ends_on__gte=day).first()
        if existing:
            return existing
        start_year = day.year if day.month >= 9 else day.year - 1
    year, _ = AcademicYear.objects.get_or_create(
        start_year=start_year,
        defaults={"starts_on": date(start_year, 9, 1), "ends_on": date(start_year + 1, 8, 31)},
    )
    return year
