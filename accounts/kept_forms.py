"""What was typed is not lost when a session ends: kept at the gate, filled in again when the same person is back.

Who may have it back is decided by the signed word that the page was drawn with (`core.pages.page_token`), never by who
happens to be signed in on that browser.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from accounts.gates import gate_of, to_sign_in
from audit import record
from audit.verbs import REFUSED
from core.pages import keeping, page_token
from core.pages.http import GO_ON_TO, elsewhere, wants_part
from core.pages.keeping import Kept
from core.pages.page_token import Drawn, sent_for
from core.pages.refilling import Refilled

FLAG = "kept_forms"  # in the session: something may wait for this person
KEEP = "Waymark-Keep"  # a page that leaves for the sign-in page sends its forms ahead with this header
DRAFT = "Waymark-Draft"  # a form that saves itself as it is typed: the page still holds what it sends
NEVER = {"accounts:step_up", "accounts:stay_signed_in", "accounts:kept_discard"}
Answer = Callable[[HttpRequest], HttpResponseBase]


def keep_sent(request: HttpRequest, why: str = "signed_out") -> bool:
    """Keep the form that was sent for the person it was drawn for."""
    drawn = page_token.in_body(request)
    match = request.resolver_match
    if drawn is None or DRAFT in request.headers or (match and match.view_name in NEVER):
        return False
    kept = keeping.keep(
        drawn.person_id,
        drawn.page,
        request.get_full_path(),
        keeping.typed_in(request.POST),
        why=why,
        files=bool(request.FILES),
        instead_of=drawn.shows,
    )
    if kept and request.user.pk == drawn.person_id:
        request.session[FLAG] = True
    return kept


def refuse_anothers(request: HttpRequest) -> HttpResponse | None:
    """Nothing when the form was drawn for whoever sends it. Otherwise it is not done in their name, and it is kept."""
    drawn = sent_for(request)
    if drawn is not None and KEEP in request.headers:
        if keep_sent(request) and not request.user.is_authenticated:
            _say_it_is_kept(request)
        return HttpResponse(status=204)
    if drawn is None or not request.user.is_authenticated or request.user.pk == drawn.person_id:
        return None
    keep_sent(request)
    match = request.resolver_match
    details = {"page": match.view_name if match else "", "drawn_for": drawn.person_id}
    walled = bool(match and "safeguarding" in match.app_names)
    record.record(request.user, REFUSED, details=details, walled=walled, refused=True)
    if DRAFT in request.headers:
        return HttpResponse(status=401)
    messages.warning(
        request,
        "That page was opened by somebody else, before you signed in. Nothing was saved in your name. What they typed"
        " waits for them.",
    )
    return elsewhere(request, "/")


def keep_turned_away(request: HttpRequest) -> None:
    """The gate sends this form to sign in or to step up instead: keep it, and say so to whoever must sign in."""
    request.turned_away = True  # type: ignore[attr-defined]  # so that what it showed again is not taken as saved
    if request.method != "POST":
        return
    signed_in = request.user.is_authenticated
    if keep_sent(request, "step_up" if signed_in else "signed_out") and not signed_in:
        _say_it_is_kept(request)


def _say_it_is_kept(request: HttpRequest) -> None:
    messages.info(
        request,
        "What you typed is not saved yet, but it is kept for a day. Sign in as yourself to go on with it; nobody else"
        " sees it.",
    )


def keep_refused_token(request: HttpRequest) -> HttpResponse | None:
    """A form whose CSRF token no longer counts, because its sender signed in again or not at all: keep it and go on.

    Nothing when it is not a form of ours, or nobody has to be signed in for it.
    """
    drawn = sent_for(request)
    match = request.resolver_match
    gate = gate_of(match.func) if match else None
    if drawn is None or gate is None or not gate.signed_in:
        return None
    answer = refuse_anothers(request)
    if answer is not None:
        return answer
    if not request.user.is_authenticated:
        keep_turned_away(request)
        return to_sign_in(request)
    request.turned_away = True  # type: ignore[attr-defined]  # as above
    if not keep_sent(request, "old_page"):
        return None
    return elsewhere(request, drawn.page)


def here(request: HttpRequest) -> list[Kept]:
    """What waits for this person on the very page they open, newest first."""
    return [kept for kept in _waiting(request) if kept.page == request.get_full_path()]


def typed_here(request: HttpRequest) -> dict[str, str]:
    """The first values of the newest form that waits on this page: for a page that is drawn otherwise by what was chosen."""
    newest = next(iter(here(request)), None)
    return {name: values[0] for name, values in newest.fields if values} if newest else {}


def _waiting(request: HttpRequest) -> list[Kept]:
    if not request.session.get(FLAG) or not request.user.is_authenticated:
        return []
    waiting: list[Kept] | None = getattr(request, "_kept_forms", None)
    if waiting is None:
        waiting = keeping.waiting_for(request.user.pk)
        request._kept_forms = waiting  # type: ignore[attr-defined]  # read once for each request
        if not waiting:
            del request.session[FLAG]
    return waiting


class KeptForms:
    """Fill in what waits on the page that is opened, and forget it when it has been saved."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.user.is_authenticated:
            return response
        if request.method == "POST":
            self._forget_saved(request, response)
        elif _whole_page(request, response) and _waiting(request):
            _fill_in(request, response)
        return response

    def _forget_saved(self, request: HttpRequest, response: HttpResponseBase) -> None:
        drawn = sent_for(request)
        # What was saved answers with another page, itself or by name to a script, or with its own part for HTMX; a draft
        # or a search with neither.
        elsewhere_now = 300 <= response.status_code < 400 or GO_ON_TO in response.headers
        saved = elsewhere_now or (response.status_code == 200 and getattr(request, "htmx", None))
        turned_away = getattr(request, "turned_away", False)
        if drawn and drawn.shows and drawn.person_id == request.user.pk and saved and not turned_away:
            keeping.let_go(request.user.pk, drawn.shows)


def _whole_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    html = response.get("Content-Type", "").startswith("text/html")
    return (
        request.method == "GET" and response.status_code == 200 and html and not response.streaming
    ) and not wants_part(request)


def _fill_in(request: HttpRequest, response: Any) -> None:
    """Put what waits for this page into its forms, and say where the rest waits."""
    address = request.get_full_path()
    page = Refilled(response.content.decode(response.charset), address)
    results = []
    for kept in here(request):
        word = page_token.sign(Drawn(request.user.pk, address, (kept.public_id,)))
        results.append(page.put_back(kept, page_token.FIELD, word))
    others = [kept for kept in _waiting(request) if kept.page != address]
    notice = render_to_string("accounts/_kept.html", {"results": results, "others": others}, request)
    response.content = page.with_notice(notice)
