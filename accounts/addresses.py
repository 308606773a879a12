"""Where a request came from, as far as the proxies in front of us can be trusted."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The browser's address: what the outermost of our own proxies saw, or the connection itself without proxies."""
    near = _valid(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.PROXIES
    if not proxies:
        return near
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    # Each proxy of ours adds the address it saw at the end; what stands further left anybody may have written.
    return _valid(chain[-proxies]) if len(chain) >= proxies else near


def seen(request: HttpRequest | None) -> tuple[str, str]:
    """Where a request came from and with which browser, as an email about it says."""
    return ("", "") if request is None else (address_of(request) or "", request.headers.get("User-Agent", ""))


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
