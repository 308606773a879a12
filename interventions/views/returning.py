"""Going back to where somebody came from."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that led here: named by the form or the address, else the one that linked; never this page."""
    named = request.POST.get("next") or request.GET.get("next")
    if named:
        return named if _ours(named) else otherwise
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, request.is_secure()):
        return otherwise
    parts = urlsplit(referrer)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return otherwise if parts.path == request.path or not _ours(path) else path


def _ours(address: str) -> bool:
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
