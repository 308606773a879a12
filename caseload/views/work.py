"""My work: one list of what is due."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.gates import any_staff
from caseload.queries.cover import covering
from caseload.queries.work import my_work as read_work
from core.pages import due
from core.pages.http import wants_part


@any_staff("It shows only what each source gives to this very person; whoever has none sees an empty list.")
def my_work(request: HttpRequest) -> HttpResponse:
    """What is due, oldest harm first, each with the one next click."""
    found = read_work(request.user, request.GET.get("kind", ""))
    waiting, so_far = found.waiting, due.so_far(request.user)
    chips = [{"label": "All", "url": "?", "count": sum(waiting.counts.values()), "current": not waiting.kind}] + [
        {
            "label": source.label,
            "url": f"?kind={source.key}",
            "count": waiting.counts.get(source.key, 0),
            "current": source.key == waiting.kind,
        }
        for source in due.sources_for(request.user)
        if source.key in waiting.counts or source.key == waiting.kind
    ]
    is_part = wants_part(request)
    context = {
        "found": found,
        "is_part": is_part,
        "so_far": so_far,
        "all_known": all(one.is_all for one in so_far),
        "total": waiting.total,
        "shown": len(found.lines),
        "chips": chips,
        "tabs": work_tabs(request.user, total=sum(waiting.counts.values())),
        "covering": [] if is_part else covering(request.user),
        "here": request.get_full_path(),
    }
    return render(request, "caseload/my_work.html#rows" if is_part else "caseload/my_work.html", context)


def work_tabs(user: Any, current: str = "", total: int | None = None) -> list[dict[str, Any]]:
    """What is due, and the lists beside it that apps offer, as tabs; `current` is the key of the one that is open."""
    count = due.due_count(user) if total is None else total
    first = {"label": "Due", "url": reverse("caseload:my_work"), "count": count, "current": not current}
    return [first] + [
        {
            "label": tab.label,
            "url": tab.address(),
            "count": tab.count(user) if tab.count else None,
            "current": tab.key == current,
        }
        for tab in due.tabs_for(user)
    ]
