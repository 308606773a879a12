"""The signed-in session: staying signed in while somebody types."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.gates import any_staff


@any_staff("Everybody who is signed in may say that they are still there.")
@require_POST
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """Somebody is still there; the idle time starts again."""
    return HttpResponse(status=204)


@any_staff("Staff can't change the address they sign in with; a data manager does.")
def own_address(request: HttpRequest) -> HttpResponse:
    """In place of the package's page for changing one's own address."""
    from django.http import Http404

    raise Http404
