"""Mail of the demonstration, readable in the browser. Not there outside demo mode.

The gates above these views are written in config/urls.py, because core may not import accounts.
"""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from config.demo import mail as demo_mail
from config.demo.mail import DemoMail

# What a mail brought along may do: show itself, without scripts, forms, or anything from elsewhere.
SANDBOX = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def _only_in_demo() -> None:
    if not settings.DEMO or settings.PRODUCTION:
        raise Http404


def _mail(name: str) -> DemoMail:
    _only_in_demo()
    mail = demo_mail.read(name)
    if mail is None:
        raise Http404
    return mail


@require_GET
def demo_mail_list(request: HttpRequest) -> HttpResponse:
    """Every mail that Waymark sent in this demonstration."""
    _only_in_demo()
    wanted = request.GET.get("to", "").strip()
    found = [mail for mail in demo_mail.mails() if wanted.lower() in mail.to.lower()]
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "core/demo_mail_list.html", {"page": page, "to": wanted})


@require_GET
def demo_mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail, its text and its HTML."""
    return render(request, "core/demo_mail_detail.html", {"mail": _mail(name)})


@require_GET
def demo_mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one mail, alone in its frame."""
    response = HttpResponse(_mail(name).html)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@require_GET
def demo_mail_attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """A file that came with a mail."""
    for attachment in _mail(name).attachments:
        if attachment.number == number:
            response = HttpResponse(attachment.content, content_type="application/octet-stream")
            if attachment.content_type == "application/pdf":
                response["Content-Type"] = "application/pdf"
            response["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
            response["X-Content-Type-Options"] = "nosniff"
            response["Content-Security-Policy"] = SANDBOX
            return response
    raise Http404
