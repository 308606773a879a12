"""Mails that a person must decide about: perhaps sent, or refused. Addresses and subjects only; no mail is read here."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.gates import page
from core.models import Mail
from core.outbox import AlreadySettled
from core.outbox.queries import SHOWN, counts, mails_in

DECIDED = "Somebody decided about that mail in the meantime. Nothing was changed."


@page("accounts.manage_system")
def outbox_list(request: HttpRequest) -> HttpResponse:
    """The outbox by what has become of each mail; those that need somebody come first."""
    wanted = request.GET.get("show", "")
    counted = counts()
    current = wanted if wanted in SHOWN else "uncertain" if counted["uncertain"] or not counted["failed"] else "failed"
    found = Paginator(mails_in(current), 50).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": found, "current": current}
    context["chips"] = [
        {"label": label, "url": f"?show={name}", "count": counted.get(name), "current": name == current}
        for name, (label, _) in SHOWN.items()
    ]
    return render(request, "accounts/outbox_list.html", context)


@page("accounts.manage_system")
@require_POST
def mail_arrived(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note that an uncertain mail did arrive."""
    mail = get_object_or_404(Mail, public_id=public_id)
    try:
        actions.confirm_mail_arrived(mail, by=request.user)
    except AlreadySettled:
        messages.warning(request, DECIDED)
    else:
        messages.success(request, f"Noted: the mail to {mail.to_address} arrived. It is not sent again.")
    return redirect("accounts:outbox_list")


@page("accounts.manage_system")
@require_POST
def mail_send_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send an uncertain or refused mail once more, to a corrected address where one is typed."""
    mail = get_object_or_404(Mail, public_id=public_id)
    address = request.POST.get("to", "").strip() or mail.to_address
    try:
        validate_email(address)
        actions.send_mail_again(mail, address, by=request.user)
    except ValidationError:
        messages.error(request, f"“{address}” is not an address that mail can be sent to. Nothing was sent.")
    except AlreadySettled:
        messages.warning(request, DECIDED)
    else:
        messages.success(request, f"The mail to {address} is sent again.")
    return redirect("accounts:outbox_list")
