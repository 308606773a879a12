"""The evacuation list: who was marked in today, to count them outside."""

from collections.abc import Iterable
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.gates import page
from attendance import choices, rules
from attendance.models import EvacuationCopy
from attendance.queries.registers.day_known import known_about
from attendance.queries.registers.evacuation import Reached, evacuation_of, sites_reached
from audit import record
from caseload.models import SiteMembership, Student
from core import clock
from core.private.files import file_response

BY = {"group": "By tutor group", "room": "By room now"}


@page(rules.VIEW)
def evacuation_list(request: HttpRequest) -> HttpResponseBase:
    """Who is in on a site now, with a box to tick for each, printable; and the copy that is kept ready."""
    reached = sites_reached(request.user)
    chosen = _chosen(reached, request.GET.get("site", ""))
    if chosen is None:
        return render(request, "attendance/evacuation_list.html", {"reached": []})
    by = "room" if request.GET.get("by") == "room" else "group"
    ids = None if chosen.whole else Student.objects.visible_to(request.user, rules.VIEW).values_list("pk", flat=True)
    found = evacuation_of(chosen.site, ids)
    copy = EvacuationCopy.objects.filter(site=chosen.site, date=found.date, file__deleted_at=None).first()
    context = {
        "reached": reached,
        "chosen": chosen,
        "list": found,
        "known": known_about(_on_roll(chosen, ids), found.date),
        "parts": found.parts(by),
        "by": by,
        "copy": copy if chosen.whole else None,
        "site_chips": [_chip(each.site.name, each.site.public_id, by, each == chosen) for each in reached],
        "by_chips": [_chip(words, chosen.site.public_id, key, key == by) for key, words in BY.items()],
    }
    return render(request, "attendance/evacuation_list.html", context)


@page(rules.VIEW)
def evacuation_copy(request: HttpRequest, site_id: UUID) -> HttpResponseBase:
    """The copy kept ready for a site, for whoever may see its whole list. Taking it is recorded."""
    chosen = next((each for each in sites_reached(request.user) if each.site.public_id == site_id and each.whole), None)
    copies = EvacuationCopy.objects.filter(site=chosen.site if chosen else None, date=clock.today())
    copy = copies.filter(file__deleted_at=None).select_related("file").first()
    if copy is None:
        raise Http404
    record.record(request.user, choices.EVACUATION_COPY_TAKEN, "site", copy.site_id)
    return file_response(copy.file)


def _on_roll(chosen: Reached, student_ids: Iterable[int] | None) -> list[int]:
    """Everybody on the roll of the site, or those of them that this person reaches."""
    rolls = SiteMembership.objects.filter(site=chosen.site, period__contains=clock.today())
    only = rolls if student_ids is None else rolls.filter(student_id__in=list(student_ids))
    return list(only.values_list("student_id", flat=True))


def _chosen(reached: list[Reached], asked: str) -> Reached | None:
    """The site asked for; without one the first. One that is not theirs is not there."""
    if not asked:
        return next(iter(reached), None)
    found = next((each for each in reached if str(each.site.public_id) == asked), None)
    if found is None:
        raise Http404
    return found


def _chip(label: str, site_id: UUID, by: str, current: bool) -> dict[str, object]:
    return {"label": label, "url": f"?site={site_id}&by={by}", "count": None, "current": current}
