"""Where the real rosters lie, and a short way to import one."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real rosters are not beside this checkout")


def run(path: Path, *options: str) -> tuple[dict[str, Any], int]:
    """What `import_roster PATH --json` prints, and its exit status."""
    out, status = StringIO(), 0
    try:
        call_command("import_roster", str(path), "--json", *options, stdout=out)
    except SystemExit as end:
        status = int(end.code or 0)
    return json.loads(out.getvalue()), status


def write(folder: Path, **files: str) -> Path:
    """A bundle of small files."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
