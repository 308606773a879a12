"""Zero bytes in what a browser sends: no keyboard types one and PostgreSQL stores none, so every page reads without them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

ZERO = "\x00"


class NoZeroBytes:
    """Take zero bytes out of addresses and forms before anything reads them. What is around them stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.path, request.path_info = request.path.replace(ZERO, ""), request.path_info.replace(ZERO, "")
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """A form's fields; here and not earlier, so that a form that is too large is answered as any other."""
        if request.method == "POST" and any(ZERO in text for pair in _pairs(request.POST) for text in pair):
            kept = QueryDict(mutable=True, encoding=request.POST.encoding)
            for name, value in _pairs(request.POST):
                kept.appendlist(name.replace(ZERO, ""), value.replace(ZERO, ""))
            kept._mutable = False  # as the framework hands it to a view
            request.POST = kept


def _pairs(sent: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in sent.lists() for value in values]
