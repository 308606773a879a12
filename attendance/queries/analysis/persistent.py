"""Persistent and severe absence, and who is about to cross, in whole sessions or lessons (facts 1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from attendance import thresholds
from attendance.arithmetic import SEVERE, Totals
from attendance.choices import Series
from attendance.queries.analysis.scope import Row, Scope
from attendance.queries.figures.windows import usual_totals
from caseload.models import SiteMembership
from caseload.queries.calendar import academic_year_on, calendars_for

SHOW = {"persistent": "Persistent", "severe": "Severe", "crossing": "About to cross"}


@dataclass(frozen=True)
class Standing:
    """Where one student stands against a tenth, and against half, of the year to date."""

    row: Row
    year: Totals
    six_weeks: Totals
    to_come: int | None

    @property
    def more(self) -> int:
        """Absences in a row, from the next on, until persistent."""
        return thresholds.more_until(self.year)

    @property
    def by_the_end(self) -> int | None:
        """Absences among those still to come that make it persistent at the year's end; nothing when that is not known."""
        return None if self.to_come is None else thresholds.more_by_the_end(self.year, self.to_come)

    @property
    def back(self) -> int:
        """Attended in a row until no longer persistent."""
        return thresholds.attended_until_below(self.year)

    @property
    def is_crossing(self) -> bool:
        """Not persistent yet, and a few more absences make it so."""
        return self.year.is_enough and not self.year.is_persistent and self.more <= thresholds.NEARLY

    @property
    def kind(self) -> str:
        """Which of the lists it stands on first."""
        if self.year.called_severe:
            return "severe"
        return "persistent" if self.year.called_persistent else "crossing" if self.is_crossing else ""

    @property
    def words(self) -> str:
        """What it takes, in a sentence of whole sessions."""
        unit = self.year.unit
        if self.to_come == 0:
            stands = (
                "Severely absent"
                if self.year.is_severe
                else "Persistent"
                if self.year.is_persistent
                else "Not persistent"
            )
            return f"{stands} for the year: the calendar has no {unit} still to come."
        if self.year.is_severe:
            half = thresholds.attended_until_below(self.year, SEVERE)
            return f"Below half missed after {_of(half, unit)} attended in a row.{self._too_few(half)}"
        if self.year.is_persistent:
            return f"No longer persistent after {_of(self.back, unit)} attended in a row.{self._too_few(self.back)}"
        more = f"{self.more} more in a row" if self.more > 1 else "1 more absence"
        if self.by_the_end is None:
            return f"{more} and it is persistent.{self._too_few(self.more)}"
        return f"{more} and it is persistent today; {self.by_the_end} more by the year's end make it so for the year."

    def _too_few(self, needed: int) -> str:
        """That fewer are still to come this year than it takes."""
        if self.to_come is None or needed <= self.to_come:
            return ""
        return f" Only {self.to_come} {'is' if self.to_come == 1 else 'are'} still to come this year."


def standings(scope: Scope) -> list[Standing]:
    """Where each student of a page stands this year, those who missed most first. One statement for each calendar of its sites."""
    found = usual_totals(scope.ids, ("year", "six_weeks"), scope.day)
    to_come = _still_to_come(scope)
    rows = [
        Standing(row, year, totals.get("six_weeks", Totals(series=year.series)), to_come.get(pk))
        for pk, row in scope.rows.items()
        if (year := (totals := found.get(pk, {})).get("year")) and year.possible
    ]
    return sorted(rows, key=lambda each: (each.more, -(each.year.absence or 0), each.row["sort_key"]))


def on_list(rows: list[Standing], show: str) -> list[Standing]:
    """Those of one list; whoever is severely absent is persistently absent too."""
    tests = {
        "persistent": lambda each: each.year.called_persistent,
        "severe": lambda each: each.year.called_severe,
        "crossing": lambda each: each.is_crossing,
    }
    chosen = [each for each in rows if tests[show](each)]
    return chosen if show == "crossing" else sorted(chosen, key=lambda each: -(each.year.absence or 0))


def _still_to_come(scope: Scope) -> Mapping[int, int]:
    """The sessions after today to the end of the academic year, by each student's site; none where there is no such year.

    Lessons are not known ahead.
    """
    ids = [pk for pk in scope.ids if scope.of_student[pk] == Series.SESSION]
    if not ids:
        return {}
    year = academic_year_on(scope.day)
    if year is None:
        return dict.fromkeys(ids, 0)
    sites = dict(
        SiteMembership.objects.filter(student__in=ids, period__contains=scope.day)
        .order_by("period")
        .values_list("student_id", "site_id")
    )
    calendars = calendars_for(set(sites.values()), scope.day, year.ends_on)
    tomorrow: date = scope.day + timedelta(days=1)
    left = {site: 2 * len(calendars[site].between(tomorrow, year.ends_on)) for site in set(sites.values())}
    return {pk: left[site] for pk, site in sites.items()}


def _of(number: int, unit: str) -> str:
    return f"{number} {unit if number != 1 else unit.removesuffix('s')}"
