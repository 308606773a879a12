"""Settings come from the environment; an odd value stops the start with a sentence that names it."""

import os
import subprocess
import sys

import pytest

from config.launch.places import ROOT

PRODUCTION = {
    "WAYMARK_MODE": "production",
    "WAYMARK_SECRET_KEY": "an-unguessable-word-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "WAYMARK_BASE_URL": "https://waymark.example.ac.uk",
    "WAYMARK_HOSTS": "waymark.example.ac.uk",
    "EMAIL_URL": "smtp://mail.example.ac.uk:25",
}


def django(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with other settings, in a process of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WAYMARK_", "DJANGO_"))}
    kept = {name: os.environ[name] for name in ("WAYMARK_KEYS", "WAYMARK_VAR")}
    env |= {"WAYMARK_SECRET_KEY": "a word for this test"} | kept | settings
    return subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True)


def test_check_deploy_is_clean_in_production() -> None:
    done = django("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("hosts", ["*", "waymark.example.ac.uk,*", "."])
def test_check_deploy_refuses_to_answer_to_every_host_name(hosts: str) -> None:
    done = django("check", "--deploy", **(PRODUCTION | {"WAYMARK_HOSTS": hosts}))
    assert done.returncode != 0
    assert "(core.E021) WAYMARK_HOSTS answers to every host name." in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WAYMARK_MODE", "live"),
        ("WAYMARK_DEBUG", "perhaps"),
        ("WAYMARK_IDLE_MINUTES", "soon"),
        ("WAYMARK_IDLE_MINUTES", "0"),
        ("WAYMARK_TODAY", "yesterday"),
        ("DATABASE_URL", "mysql://a@b/c"),
        ("DATABASE_URL", "postgresql://only-a-host"),
        ("REDIS_URL", "amqp://x"),
        ("WAYMARK_FILES", "s3:///no-bucket"),
    ],
)
def test_an_odd_value_stops_the_start_and_is_named(name: str, value: str) -> None:
    done = django("check", **{name: value})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WAYMARK_SECRET_KEY", "short"),
        ("WAYMARK_DEBUG", "1"),
        ("WAYMARK_BASE_URL", "http://waymark.example.ac.uk"),
        ("WAYMARK_TODAY", "2026-11-20"),
    ],
)
def test_production_refuses_what_only_a_demonstration_may_have(name: str, value: str) -> None:
    done = django("check", **(PRODUCTION | {name: value}))
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]
    assert "production" in done.stderr.splitlines()[-1]


def test_without_a_database_the_start_says_what_to_set() -> None:
    done = django("check", DATABASE_URL="")
    assert "DATABASE_URL is not set" in done.stderr.splitlines()[-1]


def test_importing_the_settings_starts_nothing() -> None:
    nowhere = {"DATABASE_URL": "postgresql://a@/b?host=/nowhere", "REDIS_URL": "unix:///nowhere.sock"}
    done = django("shell", "--no-imports", "-c", "from django.conf import settings; print(settings.MODE)", **nowhere)
    assert done.stdout.strip() == "development"
