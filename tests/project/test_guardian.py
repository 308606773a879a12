"""Guardian knows no dates, so its own shortcuts would answer with reach that has ended. They are used nowhere."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = re.compile(
    r"\b(get_objects_for_user|get_objects_for_group|get_users_with_perms|get_groups_with_perms|assign_perm|remove_perm"
    r"|get_perms|get_user_perms|ObjectPermissionChecker|ObjectPermissionBackend|bulk_assign_perm|get_obj_perms)\b"
)
OURS = [
    "accounts",
    "attendance",
    "audit",
    "caseload",
    "config",
    "core",
    "exchange",
    "interventions",
    "progress",
    "reporting",
    "safeguarding",
    "templates",
]


def test_guardians_shortcuts_are_used_nowhere():
    files = [path for app in OURS for kind in ("*.py", "*.html") for path in (ROOT / app).rglob(kind)]
    assert len(files) > 50
    found = {str(path.relative_to(ROOT)): FORBIDDEN.findall(path.read_text()) for path in files}
    assert {name: words for name, words in found.items() if words} == {}
