"""What was said of why students were chosen, and the latest stored results that depend on it."""

from collections.abc import Iterable
from typing import Any

from core.jobs import WorkState
from interventions.choices_programmes import HiddenReason
from interventions.impact import METHOD
from interventions.models import BankItem, ChoiceExplained, ImpactRun, Intervention

OF = ("intervention_id", "type_id", "bank_item_id", "programme_id")


def answers_of(*, intervention: Intervention | None = None, item: BankItem | None = None) -> list[ChoiceExplained]:
    """The latest answer of each person about this intervention or model plan, newest first."""
    rows = ChoiceExplained.objects.filter(intervention=intervention, bank_item=item).select_related("said_by")
    latest = rows.order_by("said_by_id", "-pk").distinct("said_by_id")
    return sorted(latest, key=lambda row: -row.pk)


def what_counts(reasons: Iterable[str]) -> str | None:
    """The answer that counts of the latest answers of several people: anybody's yes goes before a no, whoever gave it later."""
    said = list(reasons)
    return next((reason for reason in said if reason != HiddenReason.NONE), said[0] if said else None)


def explained() -> dict[int, str]:
    """The answer that counts for each intervention that has one."""
    return _counting("intervention_id")


def explained_items() -> dict[int, str]:
    """The answer that counts for each model plan that has one."""
    return _counting("bank_item_id")


def _counting(name: str) -> dict[int, str]:
    rows = ChoiceExplained.objects.exclude(**{name: None}).order_by(name, "said_by_id", "-pk")
    latest = rows.distinct(name, "said_by_id").values_list(name, "reason", "pk")
    said: dict[int, list[str]] = {}
    for of, reason, _ in sorted(latest, key=lambda row: -row[2]):
        said.setdefault(of, []).append(reason)
    return {of: str(what_counts(reasons)) for of, reasons in said.items()}


def hidden_of_many(result: dict[str, Any], said: dict[int, str]) -> str | None:
    """The answer that counts for a kind or programme: none only while all that were compared still have none.

    An answer given since the result was worked out takes the verdict away, until it is worked out again.
    """
    compared = result.get("compared", [])
    if compared and all(said.get(pk) == HiddenReason.NONE for pk in compared):
        return str(HiddenReason.NONE)
    return None if not compared and result.get("waiting", 1) else "some"


def latest_results() -> dict[tuple[str, int], dict[str, Any]]:
    """What the latest result of everything says of where it comes from: its fingerprint and which interventions it compared."""
    rows = ImpactRun.objects.filter(state=WorkState.DONE, method_version=METHOD).order_by(*OF, "-snapshot_at", "-pk")
    names = ("result__print", "result__compared", "result__waiting", "result__hidden")
    found = {}
    for row in rows.distinct(*OF).values(*OF, *names):
        of = next((name, row[name]) for name in OF if row[name] is not None)
        found[of] = {name.removeprefix("result__"): row[name] for name in names}
    return found
