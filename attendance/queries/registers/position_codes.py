"""Which code a symbol means at each place, and why it can't stand there."""

from collections.abc import Mapping, Sequence
from datetime import date

from attendance.codes import Code, code_set
from attendance.coding import MarkPosition, why_not
from attendance.queries.registers.positions import StudentPlace
from caseload.models import Closure, Student
from core import wording

Chosen = Mapping[tuple[int, date], Code]


def codes_for(
    series: str, symbol: str, places: Sequence[StudentPlace]
) -> tuple[dict[tuple[int, date], Code], dict[int | str, str]]:
    """The code that a symbol means at each site and day, and why it can't stand, by student (facts 1.4)."""
    sets = {site: code_set(series, site) for site in sorted({place.site_id for place in places})}
    ids = {place.student_id for place in places}
    born = dict(Student.objects.filter(pk__in=ids).values_list("pk", "date_of_birth"))
    closures = _planned(places)
    chosen: dict[tuple[int, date], Code] = {}
    problems: dict[int | str, str] = {}
    for place in places:
        code = sets[place.site_id].on(symbol, place.date)
        if code is None:
            problems[place.student_id] = f"There is no code “{symbol[:8]}” in force on {wording.day(place.date)}."
            continue
        chosen[place.site_id, place.date] = code
        planned = any(first <= place.date <= last and site in (None, place.site_id) for site, first, last in closures)
        at = MarkPosition(series, place.date, place.slot, True, born.get(place.student_id), planned)
        if sentence := why_not(code, at):
            problems[place.student_id] = sentence
    return chosen, problems


def _planned(places: Sequence[StudentPlace]) -> list[tuple[int | None, date, date]]:
    if not places:
        return []
    days = [place.date for place in places]
    rows = Closure.objects.exclude(kind=Closure.Kind.UNEXPECTED).filter(
        starts_on__lte=max(days), ends_on__gte=min(days)
    )
    return list(rows.values_list("site_id", "starts_on", "ends_on"))
