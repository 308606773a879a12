"""Names of many origins look on paper as a browser draws them with the same fonts."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from core.documents import fonts
from core.documents.pdf import pdf_from_html
from tests.browser import CHROMIUM, why_left_out

NAMES = [
    "Łukasz Čapek", "Zeynep Şahin", "Nguyễn Thị Hương", "Ŵyn ap Siôn", "محمد العلي", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "রহিম উদ্দিন", "தமிழ்ச்செல்வி", "प्रिया शर्मा", "张伟明", "Дмитрий", "🎓",
]  # fmt: skip
PIXELS = 48
LIKE = 0.86  # how alike the same name must be, drawn twice; different names of one script reach about 0.6


def ink(picture: Image.Image) -> Image.Image:
    """The picture cut to its ink, in grey."""
    grey = picture.convert("L").point(lambda level: 255 - level)
    box = grey.point(lambda level: 255 if level > 40 else 0).getbbox()
    assert box is not None, "nothing was drawn"
    return grey.crop(box)


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How alike two drawings are, from 0 to 1, after bringing both to one size; 0 when their shapes differ in width."""
    if abs(one.width / one.height - other.width / other.height) > 0.06 * one.width / one.height:
        return 0.0
    size = (max(one.width, 64), max(one.height, 40))
    a, b = (np.asarray(picture.resize(size), dtype=float) for picture in (one, other))
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def on_paper() -> list[Image.Image]:
    """Each name on a page of its own, through the same door as every document."""
    body = "".join(
        f'<p class="new-page" style="font-size:{PIXELS}px;line-height:2;margin:0">{name}</p>' for name in NAMES
    )
    opened = pypdfium2.PdfDocument(BytesIO(pdf_from_html(f"<html lang=en><title>Names</title>{body}</html>")))
    drawn = [opened[number].render(scale=96 / 72).to_pil() for number in range(len(opened))]
    opened.close()
    assert len(drawn) == len(NAMES)
    return [ink(page.crop((0, 80, page.width, 300))) for page in drawn]


def in_browser(folder: Path) -> list[Image.Image]:
    """Each name as Chromium draws it with the same font files."""
    from playwright.sync_api import sync_playwright

    faces = "".join(
        f"@font-face{{font-family:'{family}';src:url('{next(iter(where.glob('*.ttf'))).as_uri()}')}}"
        for family, (package, _) in fonts.FAMILIES.items()
        for where in fonts.font_folders()
        if where.parent.name == package and where.name == "400Regular"
    )
    body = "".join(f"<p>{name}</p>" for name in NAMES)
    style = (
        f"p{{font:{PIXELS}px/2 {fonts.STACK};margin:0;padding:8px;width:max-content}}body{{background:#fff;color:#000}}"
    )
    page_file = folder / "names.html"
    page_file.write_text(f'<!doctype html><meta charset="utf-8"><style>{faces}{style}</style>{body}')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.evaluate("document.fonts.ready")
        shots = [ink(Image.open(BytesIO(line.screenshot()))) for line in page.locator("p").all()]
        browser.close()
    return shots


@pytest.mark.browser
@pytest.mark.skipif(bool(why_left_out()), reason=why_left_out())
def test_names_look_on_paper_as_in_a_browser(tmp_path: Path, settings: Any) -> None:
    paper, screen = on_paper(), in_browser(tmp_path)
    same = {name: likeness(a, b) for name, a, b in zip(NAMES, paper, screen, strict=True)}
    assert {name: round(alike, 2) for name, alike in same.items() if alike < LIKE} == {}
    for number, name in enumerate(NAMES):
        best = max(range(len(NAMES)), key=lambda other: likeness(paper[number], screen[other]))
        assert NAMES[best] == name
