"""The signed-in session: staying signed in while somebody types."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.gates import any_staff
from accounts.second_factor import way_back
from core.pages import keeping


@any_staff("Everybody who is signed in may say that they are still there.")
@require_POST
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """Somebody is still there; the idle time starts again."""
    return HttpResponse(status=204)


@any_staff("Whatever is kept for somebody is theirs alone to throw away.")
@require_POST
def kept_discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Throw away what was typed when the session ended."""
    keeping.let_go(request.user.pk, [str(public_id)])  # type: ignore[arg-type]  # signed in
    messages.info(request, "What you typed was thrown away.")
    return redirect(way_back(request, request.POST.get("next", "")))


@any_staff("Staff can't change the address they sign in with; a data manager does.")
def own_address(request: HttpRequest) -> HttpResponse:
    """In place of the package's page for changing one's own address."""
    from django.http import Http404

    raise Http404
