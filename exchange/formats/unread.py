"""Formats that are near to those that are read, and are not: named, so that nobody hunts for a missing column."""

from exchange.reading import Files


def what_it_is(files: Files) -> str:
    """The name of a format that Waymark does not read; empty for anything else."""
    version = _oneroster_version(files)
    if version and not version.startswith("1.1") and version != "1.0":
        return f"OneRoster {version}"
    users, roles, classes = (files.tables.get(f"{name}.csv") for name in ("users", "roles", "classes"))
    if users is None:
        return ""
    if roles is not None and roles.has("roleType") and not users.has("role"):
        return "OneRoster 1.2"
    if roles is None and "manifest.csv" not in files.tables and (
        users.has("orgSourcedId") or (classes is not None and classes.has("orgSourcedId"))
    ):  # fmt: skip
        return "School Data Sync v2"
    return ""


def _oneroster_version(files: Files) -> str:
    rows = files.rows("manifest.csv")
    return next((row.get("value") for row in rows if row.get("propertyName") == "oneroster.version"), "")
