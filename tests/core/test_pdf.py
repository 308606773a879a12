"""Documents: tagged, closed to the network, the same bytes for the same facts, and legible in every script."""

import os
import re
import subprocess
import sys
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.exceptions import ImproperlyConfigured
from weasyprint.urls import FatalURLFetchingError

from core import clock
from core.documents import fonts
from core.documents.charts import line_over_weeks, render_chart
from core.documents.pdf import facts_hash, pdf_from_html, render_pdf, render_print_html

TEMPLATES = Path(__file__).parent / "templates"
SNAPSHOT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
ROWS = [("Łukasz Čapek", 91.4), ("Zeynep Şahin", 88.25), ("Nguyễn Thị Hương", None)]


@pytest.fixture(autouse=True)
def own_templates(settings: Any) -> None:
    """The tests' own document, beside the real ones."""
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], TEMPLATES]}]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def document(rows: list[tuple[str, float | None]] = ROWS, **more: Any) -> bytes:
    """A small report."""
    context = {"rows": rows, "today": SNAPSHOT, "picture": more.pop("picture", "")}
    options = {"title": "Attendance, Year 10", "facts_hash": facts_hash(rows), "snapshot_at": SNAPSHOT} | more
    return render_pdf("print_tests/report.html", context, **options)


def pages(pdf: bytes) -> list[str]:
    """The text of each page."""
    opened = pypdfium2.PdfDocument(BytesIO(pdf))
    try:
        return [opened[number].get_textpage().get_text_bounded() for number in range(len(opened))]
    finally:
        opened.close()


def inside(pdf: bytes) -> bytes:
    """Everything that the file holds, unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    unpacked = []
    for stream in streams:
        with suppress(zlib.error):
            unpacked.append(zlib.decompress(stream))
    return pdf + b"".join(unpacked)


def test_a_document_says_whose_it_is_when_it_was_read_and_what_it_states() -> None:
    (text,) = pages(document(edition="For governors: groups under 5 are hidden"))
    assert "Waymark College" in text
    assert "Attendance, Year 10" in text
    assert "Data read Fri 20 Nov 2026, 09:05 · For governors: groups under 5 are hidden" in text
    assert f"facts {facts_hash(ROWS)[:12]}" in text
    assert "Page 1 of 1" in text
    assert "Łukasz Čapek" in text


def test_it_is_tagged_titled_and_in_a_language() -> None:
    pdf = document()
    opened = pypdfium2.PdfDocument(BytesIO(pdf))
    about = opened.get_metadata_dict()
    assert opened.is_tagged()
    opened.close()
    assert (about["Title"], about["Author"]) == ("Attendance, Year 10", "Waymark College")
    assert about["CreationDate"].startswith("D:20261120090500")
    assert b"/Lang (en-GB)" in inside(pdf)
    assert b"/DisplayDocTitle true" in inside(pdf)
    assert b'pdfuaid:part="1"' in inside(pdf)


def test_the_same_facts_give_the_same_bytes_in_any_process_on_any_day(tmp_path: Path) -> None:
    def chart() -> str:
        spec = line_over_weeks("Attendance", {"Year 10": [("2 Nov", 91.0), ("9 Nov", 93.5)]})
        return render_chart(spec, mode="print").data_uri

    with clock.set_to(datetime(2027, 3, 1, tzinfo=UTC)):
        here = document(picture=chart())
    script = tmp_path / "again.py"
    script.write_text(
        "import sys, django; django.setup()\n"
        "from django.conf import settings\n"
        "from core.documents.charts import line_over_weeks, render_chart\n"
        "from tests.core.test_pdf import TEMPLATES, document\n"
        "settings.TEMPLATES[0]['DIRS'].append(TEMPLATES)\n"
        "render_chart(line_over_weeks('Another', {'a': [('x', 1)], 'b': [('x', 2)]}))\n"
        "document([('Somebody else', 50.0)])\n"
        "spec = line_over_weeks('Attendance', {'Year 10': [('2 Nov', 91.0), ('9 Nov', 93.5)]})\n"
        "sys.stdout.buffer.write(document(picture=render_chart(spec, mode='print').data_uri))\n"
    )
    env = os.environ | {
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
    }
    env.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    there = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, check=False)
    assert there.stdout == here, there.stderr.decode()[-2000:]


def test_other_facts_give_another_hash_and_the_order_of_keys_does_not() -> None:
    assert facts_hash({"a": 1, "b": [2]}) == facts_hash({"b": [2], "a": 1})
    assert facts_hash({"a": 1}) != facts_hash({"a": 2})


@pytest.mark.parametrize(
    "source", ["https://example.com/x.png", "http://127.0.0.1/x", "file:///etc/hostname", "print:../css/tokens.css"]
)
def test_nothing_is_loaded_from_outside(source: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        document(picture=source)


def test_markup_in_a_name_stays_text() -> None:
    (text,) = pages(document([("<img src=https://example.com/x>", 1.0)]))
    assert "<img src=https://example.com/x>" in text


def test_a_long_table_repeats_its_head_and_splits_no_row() -> None:
    rows: list[tuple[str, float | None]] = [
        (f"Student {number:03d} of a very long list", 90.0) for number in range(120)
    ]
    found = pages(document(rows))
    assert len(found) > 2
    assert all("Student" in text and "Attendance" in text for text in found)
    assert f"Page 2 of {len(found)}" in found[1]
    seen = [line for text in found for line in text.splitlines() if line.startswith(("Student 0", "Student 1"))]
    assert len(seen) == 120


@pytest.mark.parametrize(("size", "smallest"), [("normal", 11), ("home", 12), ("large", 18)])
def test_print_comes_in_three_sizes(size: str, smallest: int) -> None:
    html = render_print_html(
        "print_tests/report.html", {"rows": ROWS, "today": SNAPSHOT}, title="T", facts_hash="x" * 64, size=size
    )
    assert f'class="{size}"' in html
    css = Path("static/print/document.css").read_text()
    assert f"{smallest}pt" in css
    assert pages(document(size=size))


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="no size"):
        document(size="huge")


def test_the_machines_own_fonts_are_never_used() -> None:
    pdf = inside(
        pdf_from_html("<html lang=en><title>x</title><p style=\"font-family:'DejaVu Serif'\">Hello Ж 张 ก</p></html>")
    )
    assert b"DejaVu" not in pdf
    assert b"Public-Sans" in pdf
    assert b"Noto-Sans-SC" in pdf
    assert "FONTCONFIG_FILE" not in os.environ


def test_missing_fonts_stop_with_a_sentence(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(ImproperlyConfigured, match="npm ci"):
        fonts.font_folders()
