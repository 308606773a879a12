"""`./run test`, `lint`, `bench`, `prove` and `lock`: programs that look at Waymark, run with what they need."""

import os
import subprocess
import sys
from pathlib import Path

from config.launch.environment import environment
from config.launch.manage import attended
from config.launch.places import ROOT
from config.launch.say import Trouble, say

BIN = Path(sys.executable).parent
# Types are asked for where rules, queries, actions and jobs live, in plumbing, and in what starts Waymark.
TYPED = ("rules", "queries", "actions", "tasks", "gates")
TYPED_WHOLE = ("core", "audit", "config/launch")
# setup.py runs as a script beside say.py, before there is an environment to import from; the test settings
# only change values that settings.py has typed.
UNTYPED = ("config/launch/setup.py", "config/settings_test.py")


def test(arguments: list[str]) -> int:
    """The tests, on servers of their own, one process per core unless told otherwise."""
    with environment("test") as env:
        return _pytest(env, arguments, [])


def prove(arguments: list[str]) -> int:
    """The long proofs, on the tests' servers."""
    if not list((ROOT / "tests" / "prove").glob("test_*.py")):
        raise Trouble("There are no long proofs in tests/prove/ yet.")
    with environment("test") as env:
        return _pytest(env, arguments, ["tests/prove"])


def bench(arguments: list[str]) -> int:
    """The measurements, on servers set as the demonstration's are."""
    if not (ROOT / "tests" / "bench" / "__main__.py").exists():
        raise Trouble("There is nothing to measure in tests/bench/ yet.")
    with environment("bench") as env:
        return attended([sys.executable, "-m", "tests.bench", *arguments], env)


def _pytest(env: dict[str, str], arguments: list[str], where: list[str]) -> int:
    # A fresh name for every run keeps its jobs and cache apart from those of a run beside it.
    env = env | {"WAYMARK_TEST_RUN": str(os.getpid())}
    for name in ("WAYMARK_TODAY", "WAYMARK_MODE", "WAYMARK_DATABASE_ROLE", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    named = any(not argument.startswith("-") and Path(argument.split("::")[0]).exists() for argument in arguments)
    command = [sys.executable, "-m", "pytest", *arguments, *([] if named else where)]
    spread = any(argument.startswith(("-n", "--numprocesses", "--pdb", "--co")) for argument in arguments)
    if not spread and not any("::" in argument for argument in arguments):
        command += ["-n", str(max(1, min(os.cpu_count() or 1, 8))), "--dist", "worksteal"]
    return attended(command, env)


def lint(arguments: list[str]) -> int:
    """Every check that needs no test; all of them run, and all that is wrong is shown."""
    del arguments
    failed = []
    with environment("test") as env:
        for name, command in _lint_steps().items():
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
            say(f"{name}: {'good' if done.returncode == 0 else 'see below'}")
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr, flush=True)
    return 1 if failed else 0


def _lint_steps() -> dict[str, list[str]]:
    steps = {
        "style": [f"{BIN}/ruff", "check", "."],
        "layout": [f"{BIN}/ruff", "format", "--check", "."],
        "types": [f"{BIN}/mypy", *typed_files()],
        "imports": [f"{BIN}/lint-imports", "--no-cache"],
        "templates": [f"{BIN}/djlint", "templates", "--lint", "--quiet"],
        "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    compose = ROOT / "docker-compose.yml"
    if compose.exists():
        schema = ["--builtin-schema", "vendor.compose-spec"]
        steps["compose"] = [f"{BIN}/check-jsonschema", *schema, str(compose)]
    return steps


def typed_files() -> list[str]:
    """The files whose types are checked."""
    found = {path for app in TYPED_WHOLE for path in (ROOT / app).glob("**/*.py") if "migrations" not in path.parts}
    for name in TYPED:
        found |= {*ROOT.glob(f"*/{name}.py"), *ROOT.glob(f"*/{name}/**/*.py"), *ROOT.glob("config/*.py")}
    return sorted(str(path.relative_to(ROOT)) for path in found if str(path.relative_to(ROOT)) not in UNTYPED)


def lock(arguments: list[str]) -> int:
    """Choose package versions anew and write the lock files; they name packages, versions and hashes, and no address."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    options += ["--no-emit-index-url", "--no-emit-find-links", "--quiet", *arguments]
    for name in ("requirements", "requirements-dev", "requirements-node"):
        command = [f"{BIN}/uv", "pip", "compile", *options, f"{name}.in", "-o", f"{name}.lock"]
        done = subprocess.run(command, cwd=ROOT)
        if done.returncode:
            return done.returncode
        say(f"{name}.lock is written.")
    return 0
