"""Walks every page that somebody can reach from their first one, as a reader who tries each thing they see would.

A link is followed and a form that needs nothing typed is sent, two of each kind: two of a page by itself and two with
something asked of it in the address. What a form changed is taken back. `./run prove` tries each thing that can be asked.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

from tests.project.asking import Undo

HOST = "http://testserver"
OF_EACH_KIND = 2
# Leaving, becoming somebody else, and the page that shows every component are no part of anybody's work.
LEFT_OUT = {"account_logout", "demo_sign_in", "styleguide"}
TYPED = {"text", "search", "email", "url", "tel", "password", "number", "date", "time", "datetime-local", "month", ""}


@dataclass(frozen=True)
class Form:
    """A form as a browser would send it with nothing typed."""

    address: str
    fields: tuple[tuple[str, str], ...]
    page: str


@dataclass
class Walk:
    """One person's walk; `faults` says what did not answer as it should, and where it was offered."""

    browser: Client
    closely: bool = False  # whether other things asked in an address make another kind
    faults: list[str] = field(default_factory=list)
    pages: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.browser.raise_request_exception = False  # what breaks is a fault of that page, and the walk goes on
        self._waiting: deque[tuple[str, str, bool]] = deque()
        self._kinds: Counter[Any] = Counter()
        self._asked: set[str] = set()
        self._forms: list[Form] = []

    def begin(self, path: str = "/") -> None:
        """Walk from here: every page first, then every form."""
        self._offer(path, "the first page")
        while self._waiting:
            self._open(*self._waiting.popleft())
        for form in self._forms:
            self._send(form)

    def _offer(self, address: str, page: str, part: bool = False) -> None:
        """Queue an address, unless enough of its kind were asked for."""
        split = urlsplit(urljoin(f"{HOST}{page if page.startswith('/') else '/'}", address))
        target = f"{split.path}{'?' + split.query if split.query else ''}"
        if f"{split.scheme}://{split.netloc}" != HOST or target in self._asked:
            return
        asked = sorted({key for key, _ in parse_qsl(split.query)}) if self.closely else bool(split.query)
        kind = ("link", part, *self._kind(split.path), str(asked))
        if kind[2] in LEFT_OUT or self._kinds[kind] >= OF_EACH_KIND:
            return
        self._kinds[kind] += 1
        self._asked.add(target)
        self._waiting.append((target, page, part))

    def _kind(self, path: str) -> tuple[str, ...]:
        try:
            return (resolve(path).view_name,)
        except Resolver404:
            return ("nowhere", path)

    def _open(self, target: str, page: str, part: bool) -> None:
        """Open an address, follow where it sends, and queue what is offered there."""
        headers = {"HX-Request": "true"} if part else {}
        answer = self.browser.get(target, follow=True, headers=headers)
        self.pages += 1
        read_to_its_end(answer)
        if answer.status_code != 200:
            self.faults.append(f"GET {target} answers {answer.status_code}; offered on {page}")
        elif is_page(answer):
            self._read(html.fromstring(answer.content), answer.request["PATH_INFO"], part)

    def _read(self, tree: Any, page: str, part: bool) -> None:
        ids = {element.get("id") for element in tree.iter() if element.get("id")}
        for link in tree.iter("a"):
            address = link.get("href") or ""
            if address.startswith("#"):
                if not part and len(address) > 1 and address[1:] not in ids:
                    self.faults.append(f"{page} links to {address}, which is not on it")
            elif address:
                self._offer(address, page)
        for element in tree.iter():
            if element.get("hx-get"):
                self._offer(element.get("hx-get"), page, part=True)
        for form in tree.iter("form"):
            self._note(form, page)

    def _note(self, form: Any, page: str) -> None:
        fields, method = nothing_typed(form, tree_of(form)), (form.get("method") or "get").lower()
        if fields is None or method not in {"get", "post"}:
            return
        address = urlsplit(urljoin(f"{HOST}{page}", form.get("action") or "")).path
        if method == "get":
            self._offer(f"{address}?{urlencode(fields)}", page)
            return
        (name, *_) = self._kind(address)
        kind = ("form", name, *sorted({key for key, _ in fields if self.closely or not key[-1:].isdigit()}))
        if name not in LEFT_OUT and self._kinds[kind] < OF_EACH_KIND:
            self._kinds[kind] += 1
            self._forms.append(Form(address, tuple(fields), page))

    def _send(self, form: Form) -> None:
        self.sent += 1
        try:
            with transaction.atomic():
                answer = self.browser.post(
                    form.address,
                    urlencode(form.fields),
                    content_type="application/x-www-form-urlencoded",
                    headers={"Referer": f"{HOST}{form.page}"},
                )
                if answer.status_code == 302:
                    answer = self.browser.get(answer.url, follow=True)
                read_to_its_end(answer)
                raise Undo
        except Undo:
            pass
        if answer.status_code not in {200, 204, 422}:
            self.faults.append(f"POST {form.address} answers {answer.status_code}; offered on {form.page}")


def read_to_its_end(answer: Any) -> None:
    """Take a document that is sent piece by piece, so that its file is closed."""
    if answer.streaming:
        for _ in answer:
            pass


def is_page(answer: Any) -> bool:
    """Whether an answer is HTML with anything in it."""
    return "html" in answer.headers.get("Content-Type", "") and not answer.streaming and bool(answer.content.strip())


def tree_of(form: Any) -> Any:
    """The whole page of a form; controls may stand outside it and name it."""
    return form.getroottree().getroot()


def controls(form: Any, page: Any) -> Iterator[Any]:
    """Everything that a browser would send with this form, in order."""
    name = form.get("id")
    for element in page.iter("input", "select", "textarea", "button"):
        owner = element.get("form")
        inside = owner == name if owner else any(above is form for above in element.iterancestors("form"))
        if inside and element.get("disabled") is None:
            yield element


def nothing_typed(form: Any, page: Any) -> list[tuple[str, str]] | None:
    """What is sent when somebody presses the first button at once; None where something has to be typed or chosen."""
    found: list[tuple[str, str]] = []
    pressed = False
    for element in controls(form, page):
        name, kind = element.get("name"), (element.get("type") or "").lower()
        if element.tag == "button" or kind in {"submit", "image"}:
            if kind in {"", "submit"} and not pressed:
                pressed = True
                found += [(name, element.get("value") or "")] if name else []
            continue
        values = values_of(element, kind)
        if element.get("required") is not None and not any(values):
            return None
        found += [(name, value) for value in values] if name else []
    return found


def values_of(element: Any, kind: str) -> list[str]:
    """What a control sends as it stands."""
    if element.tag == "textarea":
        return [element.text or ""]
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None]
        if not chosen and element.get("multiple") is None:
            chosen = options[:1]
        return [one.get("value") if one.get("value") is not None else (one.text or "") for one in chosen]
    if kind in {"checkbox", "radio"}:
        return [element.get("value") or "on"] if element.get("checked") is not None else []
    if kind == "file":
        return []
    return [element.get("value") or ""]
