"""What somebody outside the team reads, because it was shared with them by name."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.gates import fetch, page, step_up
from audit import record
from safeguarding import choices
from safeguarding.models import Share
from safeguarding.queries.own import shared_concern, shares_with
from safeguarding.views.wall import SHARED_SEES, show, walled

OWN = "safeguarding.view_own_concern"


@page("safeguarding.view_own_concern")
@step_up
@walled
@require_GET
def shared_list(request: HttpRequest) -> HttpResponse:
    """What is shared with somebody today."""
    shares = shares_with(request.user)
    details = {"shares": [str(share.pk) for share in shares], "concerns": [str(share.concern_id) for share in shares]}
    record.record(request.user, choices.SHARED_CONCERN_READ, details=details, walled=True)
    return show(request, "shared_list.html", SHARED_SEES, {"shares": shares})


@page("safeguarding.view_own_concern")
@step_up
@walled
@require_GET
def shared_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One share: the note, and the report or the entries that it covers."""
    share = fetch(
        Share.objects.filter(person=request.user).select_related("shared_by"), request.user, OWN, public_id=public_id
    )
    details = {"share": share.pk}
    record.record(
        request.user, choices.SHARED_CONCERN_READ, choices.CONCERN, share.concern_id, details=details, walled=True
    )
    return show(request, "shared_detail.html", SHARED_SEES, {"shared": shared_concern(request.user, share)})
