"""The forms that stand folded on a record, filled with what is known."""

from typing import Any

from django.forms import Form

from accounts.models import User
from caseload.queries.school_days import this_school_day
from core import clock
from safeguarding.forms.casework import (
    ActionForm,
    AssessForm,
    AssignForm,
    CloseForm,
    CorrectionForm,
    EntryForm,
    ExcludeForm,
    FlagForm,
    MatchForm,
    MoveForm,
    ReasonForm,
    SettleForm,
    ShareForm,
)
from safeguarding.models import ConcernCase
from safeguarding.queries.record import Record


def assessed_so_far(case: ConcernCase) -> dict[str, Any]:
    """The present assessment as a form starts with it."""
    plain = (
        "category",
        "categories_also",
        "is_online",
        "between_children",
        "threshold",
        "consent_considered",
        "rationale",
    )
    return {name: getattr(case, name) for name in plain} | {"severity": case.severity or None, "version": case.version}


def forms_of(user: User, found: Record, team: list[User]) -> dict[str, Any]:
    """Every form of a record by name; those that stand beside each row are by name and row."""
    hint = {} if found.case.category else {"category": found.concern.category_hint}
    return {
        "assess": AssessForm(initial=assessed_so_far(found.case) | hint, prefix="assess"),
        "assign": AssignForm(team=team, prefix="assign"),
        "entry": EntryForm(initial={"happened_on": clock.today(), "kind": "note"}, prefix="entry"),
        "action": ActionForm(
            team=team, initial={"due_on": this_school_day(), "owner": user.public_id}, prefix="action"
        ),
        "settle": {row.pk: SettleForm(prefix="settle", auto_id=ids_of(row.pk)) for row in found.actions},
        "correct": {
            row.entry.pk: CorrectionForm(prefix="correct", auto_id=ids_of(row.entry.pk)) for row in found.entries
        },
        "share": ShareForm(user=user, entries=found.entries, prefix="share"),
        "exclude": ExcludeForm(user=user, team=team, needed=_needed(found), prefix="exclude"),
        "lift": {row.pk: ReasonForm(prefix="lift", auto_id=ids_of(row.pk)) for row in found.exclusions},
        "flag": FlagForm(user=user, prefix="flag"),
        "match": MatchForm(user=user, prefix="match"),
        "move": MoveForm(user=user, prefix="move"),
        "close": CloseForm(prefix="close"),
        "reopen": ReasonForm(prefix="reopen"),
    }


def _needed(found: Record) -> set[int]:
    """Who leads the concern or has actions to do on it."""
    lead = {found.case.assigned_to_id} - {None}
    return {*lead, *(action.owner_id for action in found.actions if action.state == "open")}


def ids_of(row_id: object) -> str:
    """How the fields of a form that stands on the page once for each row are numbered."""
    return f"id_{row_id}_%s"


def put_back(forms: dict[str, Any], name: str, form: Form, row_id: object = None) -> None:
    """Let a form that came back with faults stand in for its empty one."""
    if row_id is None:
        forms[name] = form
    else:
        form.auto_id = ids_of(row_id)
        forms[name][row_id] = form
