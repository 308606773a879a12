"""What every template must keep to: the content policy, and names of icons that are there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.pages import icons

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
# Mail is read in other people's programs, and documents are drawn by the PDF engine: no content policy reaches them.
ELSEWHERE = ("mail/", "print/")

STYLE = re.compile(r"<style\b|\sstyle=")
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+=")
SCRIPT = re.compile(r"<script\b([^>]*)>")
ICON = re.compile(r"""{%\s*icon\s+["']([a-z0-9-]+)["']|empty\.html["']\s+with\s+[^%]*\bicon=["']([a-z0-9-]+)["']""")


def source(name: str) -> str:
    return re.sub(r"{% comment %}.*?{% endcomment %}", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not any(part in name for part in ELSEWHERE)])
def test_no_style_or_script_stands_inside_a_page(name: str) -> None:
    text = re.sub(r"{%.*?%}", "", source(name))  # `style=` may be a word that is handed to an include
    assert STYLE.findall(text) == []
    assert HANDLER.findall(text) == []
    assert [tag for tag in SCRIPT.findall(text) if "src=" not in tag and "json" not in tag] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_icon_that_a_template_names_is_there(name: str) -> None:
    for found in ICON.findall(source(name)):
        assert icons.icon(found[0] or found[1])
