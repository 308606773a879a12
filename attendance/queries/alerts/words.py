"""What alert rules watch for, in words that name the measure they test: the one that their alerts print."""

from collections.abc import Iterable

from attendance.alert_kinds import in_words
from attendance.choices import Headline, Series
from attendance.models import AlertRule
from attendance.queries.figures.totals import HEADLINE_SQL
from core.pages.once import once
from core.reading import read_rows

_KINDS = f"SELECT ({HEADLINE_SQL}) AS headline, s.id, s.kind FROM caseload_site AS s"


def rule_words(rules: Iterable[AlertRule]) -> dict[int, str]:
    """What each rule watches for, by its number. One statement, whatever the number of rules."""
    wanted = list(rules)
    found = once("measure of each site", lambda: read_rows(_KINDS)) if wanted else []
    return {rule.pk: in_words(rule, {_measure(rule, *row) for row in found if _is_at(rule, *row)}) for rule in wanted}


def _is_at(rule: AlertRule, headline: str, site: int, kind: str) -> bool:
    """Whether the rule speaks of students of this site; sessions are taken at schools alone."""
    return rule.site_id in (None, site) and (kind == "school" or rule.series != Series.SESSION)


def _measure(rule: AlertRule, headline: str, site: int, kind: str) -> str:
    """What counts there as attendance: with sessions always what was attended, in lessons what the colleges show."""
    series = rule.series or (Series.SESSION if kind == "school" else Series.LESSON)
    return headline if series == Series.LESSON else Headline.ATTENDED
