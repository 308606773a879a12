"""Bringing a database up to date: what `./run demo` and the tests' template do, as the database's owner."""

import os

STEPS: dict[str, dict[str, bool]] = {
    "make_keys": {},
    "migrate": {"interactive": False},
    "install_naming_key": {},
    "sync_roles": {},
    "sync_schedules": {},
}


def main() -> None:
    """Run each step that this version has."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["WAYMARK_DATABASE_ROLE"] = "owner"
    import django
    from django.core.management import call_command, get_commands

    from config.launch.quick_migrations import draw_only_what_changed

    django.setup()
    draw_only_what_changed()
    known = get_commands()
    for command, options in STEPS.items():
        if command in known:
            call_command(command, verbosity=0, **options)


if __name__ == "__main__":
    main()
