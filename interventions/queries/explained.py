"""What was said of why students were chosen, and the latest stored results that depend on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from core.jobs import WorkState
from interventions.choices_programmes import ALL_YES, CHANGED, HiddenReason
from interventions.impact import METHOD
from interventions.models import BankItem, ChoiceExplained, ImpactRun, Intervention

OF = ("intervention_id", "type_id", "bank_item_id", "programme_id")


def answers_of(*, intervention: Intervention | None = None, item: BankItem | None = None) -> list[ChoiceExplained]:
    """The latest answer of each person about this intervention or model plan, newest first; those taken back too."""
    rows = ChoiceExplained.objects.filter(intervention=intervention, bank_item=item)
    rows = rows.select_related("said_by", "taken_back__taken_back_by")
    latest = rows.order_by("said_by_id", "-pk").distinct("said_by_id")
    return sorted(latest, key=lambda row: -row.pk)


def earlier_of(
    latest: Iterable[ChoiceExplained], *, intervention: Intervention | None = None, item: BankItem | None = None
) -> list[ChoiceExplained]:
    """The answers that somebody gave before their latest, newest first."""
    rows = ChoiceExplained.objects.filter(intervention=intervention, bank_item=item)
    return list(rows.exclude(pk__in=[row.pk for row in latest]).select_related("said_by").order_by("-pk"))


def what_counts(reasons: Iterable[str]) -> str | None:
    """The answer that counts of the latest answers of several people: anybody's yes goes before a no, whoever gave it later."""
    said = list(reasons)
    return next((reason for reason in said if reason != HiddenReason.NONE), said[0] if said else None)


def what_counts_of(answers: Iterable[ChoiceExplained]) -> str | None:
    """The answer that counts of these; those taken back count no more."""
    return what_counts(row.reason for row in answers if not hasattr(row, "taken_back"))


def explained() -> dict[int, str]:
    """The answer that counts for each intervention that has one."""
    return _counting("intervention_id")


def explained_items() -> dict[int, str]:
    """The answer that counts for each model plan that has one."""
    return _counting("bank_item_id")


def _counting(name: str) -> dict[int, str]:
    rows = ChoiceExplained.objects.exclude(**{name: None}).order_by(name, "said_by_id", "-pk")
    latest = rows.distinct(name, "said_by_id").values_list(name, "reason", "pk", "taken_back")
    said: dict[int, list[str]] = {}
    for of, reason, _, taken_back in sorted(latest, key=lambda row: -row[2]):
        if taken_back is None:
            said.setdefault(of, []).append(reason)
    return {of: str(what_counts(reasons)) for of, reasons in said.items()}


@dataclass(frozen=True)
class Answers:
    """The interventions of a kind or programme by their answer as it is now: no (they are compared), yes (left out), none yet."""

    no: frozenset[int] = frozenset()
    yes: frozenset[int] = frozenset()
    waiting: frozenset[int] = frozenset()


def by_answer(ids: Collection[int], said: dict[int, str]) -> Answers:
    """These interventions by the answer that counts for each."""
    no = frozenset(pk for pk in ids if said.get(pk) == HiddenReason.NONE)
    waiting = frozenset(pk for pk in ids if pk not in said)
    return Answers(no, frozenset(ids) - no - waiting, waiting)


def hidden_of_many(result: dict[str, Any], answers: Answers) -> str | None:
    """The answer that counts for a kind or programme now: a no only while all that were compared still have one.

    An answer given since the result was worked out takes the verdict away, until it is worked out again.
    """
    compared = set(result.get("compared", []))
    if compared and compared <= answers.no:
        return str(HiddenReason.NONE)
    if answers.no or not answers.waiting and not answers.yes:
        return CHANGED
    return None if answers.waiting else ALL_YES


def latest_results() -> dict[tuple[str, int], dict[str, Any]]:
    """What the latest result of everything says of where it comes from: its fingerprint and which interventions it compared."""
    rows = ImpactRun.objects.filter(state=WorkState.DONE, method_version=METHOD).order_by(*OF, "-snapshot_at", "-pk")
    names = ("result__print", "result__compared", "result__waiting", "result__hidden")
    found = {}
    for row in rows.distinct(*OF).values(*OF, *names):
        of = next((name, row[name]) for name in OF if row[name] is not None)
        found[of] = {name.removeprefix("result__"): row[name] for name in names}
    return found
