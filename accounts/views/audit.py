"""The audit record as a system administrator reads it: ids and codes, no student's name, nothing about safeguarding."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import verbs
from accounts.forms import AuditForm
from accounts.gates import page
from accounts.models import User
from audit.queries import Asked, page_before, verbs_used
from audit.record import record
from audit.verbs import in_words
from core.pages.http import wants_part
from core.wording import day


@page("accounts.view_audit")
def audit_list(request: HttpRequest) -> HttpResponse:
    """The record, newest first, found by person, what was done, to what, and when. Reading it is recorded too."""
    form = AuditForm(request.GET, verbs=[(verb, in_words(verb)) for verb in verbs_used()])
    valid = form.is_valid()
    asked = Asked(**form.asked()) if valid else Asked()
    rows, following = page_before(asked, form.cleaned_data.get("before")) if valid else ([], None)
    record(request.user, verbs.AUDIT_READ, "audit", details={"filters": sorted(k for k, v in request.GET.items() if v)})
    query = request.GET.copy()
    query["before"] = str(following)
    context = {
        "form": form,
        "rows": _shown(rows),
        "older": f"?{query.urlencode()}" if following else "",
        "filtered": any(value for name, value in form.data.items() if name != "before"),
    }
    part = "#rows" if wants_part(request) else ""
    return render(request, f"accounts/audit_list.html{part}", context, status=200 if valid else 422)


def _shown(rows: list[Any]) -> list[dict[str, Any]]:
    """Entries with their actors' names, read at once. Staff are named; whatever they looked at is a kind and a number."""
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [
        {
            "entry": row,
            "day": day(row.at),
            "who": people[row.actor_id].full_name if row.actor_id in people else row.system or f"Person {row.actor_id}",
            "what": in_words(row.verb),
            "object": f"{row.object_kind} {row.object_id}".strip(),
            "details": ", ".join(f"{key.replace('_', ' ')} {_words(value)}" for key, value in row.details.items()),
        }
        for row in rows
    ]


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
