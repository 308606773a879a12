#!/usr/bin/env python3
"""Waymark's management commands. `./run manage …` calls this with servers and keys in place."""

import os
import sys

# These change the shape of the database, or load it with COPY past row security, which only its owner may do.
OWNER_COMMANDS = {
    "createcachetable",
    "demo_college",
    "first_safeguarding_lead",
    "install_naming_key",
    "makemigrations",
    "migrate",
    "pgtrigger",
    "sync_roles",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("WAYMARK_DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
