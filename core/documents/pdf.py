"""Documents as tagged PDF/UA-1. Nothing is loaded from the network, and the same facts give the same bytes."""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import get_template, render_to_string

from core import clock
from core.documents import fonts

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
SIZES = ("normal", "home", "large")  # 11 pt; 12 pt for what goes home; 18 pt for large print
STYLE = Path(settings.BASE_DIR) / "static" / "print" / "document.css"
IMAGES = Path(settings.BASE_DIR) / "static" / "print"


class OutsideDocument(Exception):
    """A document asked for something that is not its own: another file, or the network."""


def facts_hash(facts: Any) -> str:
    """A fingerprint of the facts that a document states, whatever order they come in."""
    plain = json.dumps(facts, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def template_version(template: str) -> str:
    """A fingerprint of how a document is drawn: its template, the print frame and style, fonts and the PDF engine."""
    from weasyprint import VERSION

    digest = hashlib.sha256(f"{VERSION} {fonts.font_versions()}".encode())
    for name in (template, "print/base.html"):
        digest.update(get_template(name).template.source.encode())  # type: ignore[attr-defined]  # Django's own engine is the only one
    digest.update(STYLE.read_bytes())
    return digest.hexdigest()[:8]


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    facts_hash: str,
    snapshot_at: datetime | None = None,
    lang: str = "en-GB",
    edition: str = "",
    size: str = "normal",
) -> bytes:
    """Draw a document as PDF.

    `snapshot_at` is when its data was read: it is printed, it is the PDF's date, and the clock stands at it while the
    template is drawn. `edition` says who the document is for ("For governors: small groups hidden").
    """
    html = render_print_html(
        template,
        context,
        title=title,
        facts_hash=facts_hash,
        snapshot_at=snapshot_at,
        lang=lang,
        edition=edition,
        size=size,
    )
    return pdf_from_html(html)


def render_print_html(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    facts_hash: str,
    snapshot_at: datetime | None = None,
    lang: str = "en-GB",
    edition: str = "",
    size: str = "normal",
) -> str:
    """The document before it becomes a PDF; kept in memory only, never on disk."""
    if size not in SIZES:
        raise ValueError(f"“{size}” is no size of print; there are {', '.join(SIZES)}.")
    moment = snapshot_at or clock.now()
    frame = {
        "title": title,
        "lang": lang,
        "college": settings.COLLEGE_NAME,
        "edition": edition,
        "size": size,
        "snapshot_at": moment,
        "created": clock.local(moment).isoformat(timespec="seconds"),
        "facts_hash": facts_hash[:12],
        "template_version": template_version(template),
    }
    with clock.set_to(moment):
        return render_to_string(template, {**context, "frame": frame})


def pdf_from_html(html: str, *more: str, title: str = "") -> bytes:
    """A tagged PDF of a finished document, or of several behind each other that each count their own pages.

    `title` names the whole where there are several; otherwise it has the title of the first.
    """
    from weasyprint import HTML

    configuration = _fonts()
    documents = [
        HTML(string=each, base_url=None, url_fetcher=_fetcher()).render(
            font_config=configuration, stylesheets=[_style()]
        )
        for each in (html, *more)
    ]
    whole = documents[0].copy([page for document in documents for page in document.pages])
    whole.metadata.title = title or whole.metadata.title
    digest = hashlib.sha256("".join((html, *more)).encode()).hexdigest()
    made = whole.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=digest[:32].encode())
    assert made is not None  # without a target WeasyPrint gives the bytes
    return bytes(made)


@lru_cache(maxsize=1)
def _fonts() -> "FontConfiguration":
    """One font configuration for the process: fontconfig reads its folders once, not for each document."""
    with fonts.only_our_fonts():
        from weasyprint.text.fonts import FontConfiguration

        return FontConfiguration()


@lru_cache(maxsize=1)
def _style() -> "CSS":
    from weasyprint import CSS

    text = STYLE.read_text().replace("var(--fonts)", fonts.STACK)
    return CSS(string=text, font_config=_fonts(), url_fetcher=_fetcher())


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        """Gives data inside the document and images called print:name; anything else stops the document."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url.startswith("print:"):
                file = (IMAGES / url.removeprefix("print:")).resolve()
                if file.is_relative_to(IMAGES.resolve()) and file.is_file():
                    return URLFetcherResponse(url, file.read_bytes())
            raise FatalURLFetchingError from OutsideDocument(f"A document may not load {url[:200]}")

    return OwnFilesOnly(allowed_protocols=["data"], allow_redirects=False)
