"""A message of success says what is now true, in a sentence; “Saved.” says nothing about what."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def messages_of_success() -> Iterator[tuple[str, int, str]]:
    """Every text that a page passes to `messages.success` as a whole: file, line, words."""
    root = Path(settings.BASE_DIR)
    for path in sorted({*root.glob("*/views*.py"), *root.glob("*/views/**/*.py")}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "messages.success":
                for part in ast.walk(node.args[1]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.endswith("."):
                        yield str(path.relative_to(root)), node.lineno, part.value


def test_no_message_of_success_is_one_word() -> None:
    found = list(messages_of_success())
    assert len(found) > 50  # they are really read
    assert [each for each in found if len(each[2].split()) == 1 and each[2][:1].isupper()] == []


def test_no_page_says_one_word_by_way_of_a_helper_or_a_table() -> None:
    root, found = Path(settings.BASE_DIR), []
    for path in sorted({*root.glob("*/views*.py"), *root.glob("*/views/**/*.py")}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z]\w+\.", str(node.value)):
                found.append((str(path.relative_to(root)), node.lineno, node.value))
    assert found == []
