"""What was said of why students were chosen, and the latest stored results that depend on it."""

from typing import Any

from core.jobs import WorkState
from interventions.choices_programmes import HiddenReason
from interventions.impact import METHOD
from interventions.models import BankItem, ChoiceExplained, ImpactRun, Intervention

OF = ("intervention_id", "type_id", "bank_item_id", "programme_id")


def explained() -> dict[int, str]:
    """The latest answer for each intervention that has one."""
    rows = ChoiceExplained.objects.exclude(intervention=None).order_by("intervention_id", "-pk")
    return dict(rows.distinct("intervention_id").values_list("intervention_id", "reason"))


def explained_items() -> dict[int, str]:
    """The latest answer for each model plan that has one."""
    rows = ChoiceExplained.objects.exclude(bank_item=None).order_by("bank_item_id", "-pk")
    return dict(rows.distinct("bank_item_id").values_list("bank_item_id", "reason"))


def last_answer(*, intervention: Intervention | None = None, item: BankItem | None = None) -> ChoiceExplained | None:
    """The latest answer, with who gave it."""
    rows = ChoiceExplained.objects.filter(intervention=intervention, bank_item=item).select_related("said_by")
    return rows.first()


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
