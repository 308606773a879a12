"""Emails that a person must decide about: perhaps sent, or refused. Addresses and subjects only; no email is read here.

What safeguarding sent is not here at all, so that nobody who looks after the system can count or time it.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.gates import page
from accounts.queries import with_way_on
from accounts.rules import NotAllowed
from core.models import Mail
from core.outbox import AlreadySettled
from core.outbox.queries import SHOWN, counts, mails_in

DECIDED = "Someone else has decided about that email. Nothing was changed."


@page("accounts.manage_system")
def outbox_list(request: HttpRequest) -> HttpResponse:
    """The outbox by what has become of each mail; those that need somebody come first."""
    wanted = request.GET.get("show", "")
    counted = counts()
    current = wanted if wanted in SHOWN else "uncertain" if counted["uncertain"] or not counted["failed"] else "failed"
    found = Paginator(mails_in(current), 50).get_page(request.GET.get("page"))
    rows = with_way_on(list(found.object_list))
    context: dict[str, Any] = {"page": found, "rows": rows, "current": current}
    context["chips"] = [
        {"label": label, "url": f"?show={name}", "count": counted.get(name), "current": name == current}
        for name, (label, _) in SHOWN.items()
    ]
    return render(request, "accounts/outbox_list.html", context)


@page("accounts.manage_system")
@require_POST
def mail_arrived(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note that an uncertain mail did arrive."""
    mail = get_object_or_404(Mail.objects.in_log(), public_id=public_id)
    try:
        actions.confirm_mail_arrived(mail, by=request.user)
    except AlreadySettled:
        messages.warning(request, DECIDED)
    else:
        messages.success(request, f"The email to {mail.to_address} is marked as arrived. It is not sent again.")
    return redirect("accounts:outbox_list")


@page("accounts.manage_system")
@require_POST
def mail_send_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send an uncertain or refused mail once more: to the address it had, or to a colleague's own address of today."""
    mail = get_object_or_404(Mail.objects.in_log(), public_id=public_id)
    try:
        actions.send_mail_again(mail, by=request.user)
    except NotAllowed as refused:
        messages.error(request, str(refused))
    except AlreadySettled:
        messages.warning(request, DECIDED)
    else:
        messages.success(request, f"The email to {mail.to_address} is being sent again.")
    return redirect("accounts:outbox_list")
