"""What must be so of the whole project for the wall to hold."""

import ast
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import get_resolver

from accounts.gates import gate_of

ROOT = Path(settings.BASE_DIR)
BELOW = ("reporting", "exchange", "interventions", "attendance", "progress", "caseload", "accounts", "audit", "core")


def imported(path: Path) -> set[str]:
    """The packages that a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_nothing_below_imports_safeguarding() -> None:
    files = [path for app in BELOW for path in (ROOT / app).rglob("*.py")]
    assert len(files) > 100
    assert [str(path) for path in files if "safeguarding" in imported(path)] == []


def test_nothing_below_reads_its_tables_by_name() -> None:
    files = [path for app in BELOW for path in (ROOT / app).rglob("*.py") if path.name != "naming.py"]
    tables = {model._meta.db_table for model in apps.get_app_config("safeguarding").get_models()}
    assert [str(path) for path in files if any(table in path.read_text(encoding="utf-8") for table in tables)] == []


def test_no_template_of_another_app_includes_ours() -> None:
    others = [path for path in (ROOT / "templates").rglob("*.html") if "safeguarding" not in path.parts]
    assert [str(path) for path in others if "safeguarding/" in path.read_text(encoding="utf-8")] == []


def test_every_page_is_walled_and_the_team_s_ask_for_a_second_factor() -> None:
    patterns = next(p for p in get_resolver().url_patterns if getattr(p, "app_name", "") == "safeguarding").url_patterns
    own = {"safeguarding.raise_concern", "safeguarding.view_own_concern"}
    for pattern in patterns:
        gate = gate_of(pattern.callback)
        assert gate is not None
        assert gate.permission
        assert gate.step_up == (gate.permission not in own or pattern.name.startswith("shared")), pattern.name
        source = (ROOT / pattern.callback.__module__.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
        tree = ast.parse(source)
        view = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == pattern.callback.__name__)
        assert "walled" in [d.id for d in view.decorator_list if isinstance(d, ast.Name)], pattern.name


def test_foreign_keys_leave_no_way_back() -> None:
    for model in apps.get_app_config("safeguarding").get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete:
                assert field.remote_field.related_name == "+", (model, field)


def test_printing_a_row_shows_its_kind_and_number_only() -> None:
    for model in apps.get_app_config("safeguarding").get_models():
        row = model()
        assert str(row).split()[-1] == str(row.pk), model
